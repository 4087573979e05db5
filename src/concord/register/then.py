"""The register as one viewer reads it: as it stands, or as it stood at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.record.columns import Question
from concord.record.selectors import RecordView, records_get
from concord.record.then import records_then
from concord.register.lists import Shelf, shelf_now, shelf_then
from concord.register.words import Cut

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class AsOf:
    """Whose eyes, and when: now, or what the register said at ``known_at``.

    Of a moment a viewer is shown what they might have seen then and may see today.
    """

    viewer: Viewer
    known_at: dt.datetime | None = None

    @property
    def shelf(self) -> Shelf:
        """The tables of the lists. Those of a moment answer this viewer alone."""
        return shelf_now() if self.known_at is None else shelf_then(self.viewer, self.known_at)

    def records(self, ids: Collection[UUID]) -> dict[UUID, RecordView]:
        """The records of ``ids`` that the viewer may see; of a moment those that were there."""
        if self.known_at is None:
            return records_get(viewer=self.viewer, ids=ids)
        found = records_then(viewer=self.viewer, known_at=self.known_at, ids=ids)
        return {record.id: record for record in found}

    def in_order(self, ids: Sequence[UUID]) -> list[RecordView]:
        """The same in the order of ``ids``."""
        found = self.records(ids)
        return [found[key] for key in ids if key in found]

    def batches(self, ids: Sequence[UUID]) -> Iterator[list[RecordView]]:
        """The same, some hundred at a time."""
        for start in range(0, len(ids), BATCH):
            yield self.in_order(ids[start : start + BATCH])

    def brief_sources(self) -> frozenset[str]:
        """Ids of the sources that are the 2015 brief."""
        is_brief = Question({"cut": frozenset({Cut.BRIEF.value})})
        return frozenset(map(str, self.shelf.sources.ids_where(self.viewer, is_brief)))
