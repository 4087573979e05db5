"""What happened since, as one viewer may know of it: for those who follow without asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.record.models import Revision
from concord.record.purged import VIA, purged_numbers
from concord.record.selectors import revision_part
from concord.record.showing import shown_as

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Happening:
    """A record came, changed or went in the eyes of a viewer."""

    record_id: UUID
    kind: str
    owner: UUID
    is_removed: bool
    revision_number: int
    cleared_state: str


@dataclass(frozen=True, slots=True)
class Happenings:
    """What a stretch of revisions means to a viewer, and the number of the last of them."""

    seen: list[Happening]
    until: int


def happenings_after(*, viewer: Viewer, number: int) -> Happenings:
    """What the next revisions after ``number`` mean to the viewer; ``until`` is where to go on.

    A revision that changed nothing the viewer sees is none; one that hides the record is a removal.
    Numbers are given out in the order of commits, so nothing is ever left behind.
    """
    rows = list(
        Revision.objects.filter(number__gt=number)
        .order_by("number")
        .select_related("record")[:AT_ONCE]
    )
    before = _before(rows)
    seen = [
        found
        for row in rows
        if (found := _seen(row, before.get((row.record_id, row.revision_number - 1)), viewer))
    ]
    return Happenings(seen, rows[-1].number if rows else number)


def _before(rows: Sequence[Revision]) -> dict[tuple[UUID, int], Revision]:
    wanted = {(row.record_id, row.revision_number - 1) for row in rows}
    found = Revision.objects.filter(
        record_id__in={record for record, _number in wanted},
        revision_number__in={number for _record, number in wanted},
    ).select_related("record")
    return {(row.record_id, row.revision_number): row for row in found.iterator(AT_ONCE)}


def _seen(row: Revision, before: Revision | None, viewer: Viewer) -> Happening | None:
    is_there, was_there = _is_seen(row, viewer), before is not None and _is_seen(before, viewer)
    if not is_there and not was_there:
        return None
    if is_there and was_there and before is not None:
        now, then = (revision_part(r, r.record, viewer) for r in (row, before))
        is_same = now.content == then.content and row.audience == before.audience
        if is_same and not _says_removed(row, viewer):
            return None
    return Happening(
        record_id=row.record_id,
        kind=row.record.kind,
        owner=row.record.owner_id,
        is_removed=not is_there,
        revision_number=shown_as(row.record, viewer, row).count,
        cleared_state=row.cleared_state,
    )


def _says_removed(row: Revision, viewer: Viewer) -> bool:
    """Whether it says that something was removed that the viewer might see: they may hold it."""
    if row.via != VIA:
        return False
    return any(
        viewer.may_see(row.audiences.get(field, row.audience))
        for field in purged_numbers([row.number]).values()
    )


def _is_seen(row: Revision, viewer: Viewer) -> bool:
    return row.operation != Revision.Operation.TOMBSTONE and viewer.may_see(row.audience)
