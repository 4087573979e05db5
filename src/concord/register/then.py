"""The lists as they were at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.http import QueryDict

from concord.core.disclosure import ANYONE, Viewer
from concord.record.columns import ColumnTable
from concord.record.selectors import RecordView
from concord.record.then import changes_then, records_then
from concord.register.listings import BATCH, Listing
from concord.register.listquery import read_cut, read_query
from concord.register.lists import Shelf

TABLES: Final[Mapping[str, Callable[[Shelf, QueryDict], ColumnTable]]] = {
    "training": lambda shelf, _params: shelf.training,
    "institutions": lambda shelf, _params: shelf.institutions,
    "statements": lambda shelf, _params: shelf.statements,
    "sources": lambda shelf, _params: shelf.sources,
    "collaboration": lambda shelf, params: shelf.links[read_cut(params)],
}


def batches_then(
    listing: Listing, viewer: Viewer, params: QueryDict, known_at: dt.datetime
) -> Iterator[list[RecordView]]:
    """Every record that answered a list's filter at a moment; faults are raised at once."""
    also = (*listing.also, "after", "known_at")
    query = read_query(params, listing.facets, listing.known(), also)
    shelf = Shelf(changes_then(viewer, known_at))
    ids = TABLES[listing.name](shelf, params).ids_where(ANYONE, query.question)
    return _batches(viewer, ids, known_at)


def _batches(
    viewer: Viewer, ids: Sequence[UUID], known_at: dt.datetime
) -> Iterator[list[RecordView]]:
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        records = {r.id: r for r in records_then(viewer=viewer, known_at=known_at, ids=part)}
        yield [records[key] for key in part if key in records]
