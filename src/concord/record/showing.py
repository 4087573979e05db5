"""What each viewer is told of when and how often a record changed.

A revision that changed nothing a viewer sees is none to that viewer: no number, no time, no place
in an order and no version of an answer tells of it. To the owner all are told.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import heappush, heappushpop
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from concord.core.disclosure import PUBLIC, Viewer, institution_audience
from concord.core.disclosure.touching import (
    AND,
    Seen,
    Shown,
    Stand,
    circles_touched,
    is_within,
    seen_after,
    shown_of,
)
from concord.record.models import Record, Revision, Told

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND: Final = dt.timedelta(microseconds=1)
BATCH: Final = 500


def stand_of(record: Record) -> Stand:
    """How a record stands now, kept while it is changed."""
    return Stand(
        record.owner_id,
        not record.is_removed,
        record.audience,
        record.audiences,
        record.content,
    )


def revisions_tell(
    records: Sequence[Record], before: Mapping[UUID, Stand], *, is_said_again: bool
) -> None:
    """Note whom the revisions that are about to be written show something."""
    told: Counter[str] = Counter()
    moments: dict[str, dt.datetime] = {}
    for record in records:
        touched = circles_touched(
            before.get(record.id), stand_of(record), is_said_again=is_said_again
        )
        own = institution_audience(record.owner_id)
        told.update({*touched, own})
        moments |= dict.fromkeys({*touched, own}, record.changed_at)
        outside = [c for c in touched if own not in c.split(AND)]
        moment = (record.changed_at - EPOCH) // MICROSECOND
        record.seen = seen_after(record.seen, outside, record.changed_in, moment)
        if PUBLIC in outside:
            record.public_in, record.public_at = record.changed_in, record.changed_at
    known = Told.objects.in_bulk(list(told))
    Told.objects.bulk_create(
        (
            Told(circle=c, count=n, at=moments[c])
            if c not in known
            else Told(circle=c, count=n + known[c].count, at=max(moments[c], known[c].at))
            for c, n in told.items()
        ),
        update_conflicts=True,
        unique_fields=["circle"],
        update_fields=["count", "at"],
    )


def told_to(viewer: Viewer) -> tuple[int, dt.datetime | None]:
    """How many revisions of any record showed the viewer something, and when the last did.

    The first goes up with each: it is the version of everything that the viewer reads.
    """
    rows = Told.objects.filter(Q(circle__in=viewer.audiences) | Q(circle__contains=AND))
    found = [
        (count, at)
        for circle, count, at in rows.values_list("circle", "count", "at")
        if is_within(viewer.audiences, circle)
    ]
    return sum(count for count, _at in found), max((at for _count, at in found), default=None)


def is_own(record: Record, viewer: Viewer) -> bool:
    """Whether the viewer is of the owner, to whom all revisions are told."""
    return viewer.may_see(institution_audience(record.owner_id))


def shown_as(record: Record, viewer: Viewer, revision: Revision | None = None) -> Shown:
    """The number and the time that a record, or one as of a revision, has to a viewer."""
    now = revision or record
    if not is_own(record, viewer) and (found := shown_of(now.seen, viewer.audiences)):
        return found
    if isinstance(now, Revision):
        return Shown(now.revision_number, now.number, (now.at - EPOCH) // MICROSECOND)
    moment = (now.changed_at - EPOCH) // MICROSECOND
    return Shown(now.revision_number, now.changed_in, moment)


def moment_of(shown: Shown) -> dt.datetime:
    """When it was."""
    return EPOCH + shown.moment * MICROSECOND


def revisions_shown(
    record: Record,
    viewer: Viewer,
    *,
    below: int | None = None,
    among: QuerySet[Revision] | None = None,
) -> Iterator[tuple[int, int]]:
    """The number that each revision has to the viewer, and its own, newest first.

    Only of those that showed the viewer something; ``below`` leaves out the newer ones.
    """
    rows = record.revisions.all() if among is None else among
    rows = rows.filter(audience__in=viewer.audiences).order_by("-revision_number")
    if is_own(record, viewer):
        if below is not None:
            rows = rows.filter(revision_number__lt=below)
        for own in rows.values_list("revision_number", flat=True).iterator(BATCH):
            yield own, own
        return
    for own, number, seen in rows.values_list("revision_number", "number", "seen").iterator(BATCH):
        shown = shown_of(seen, viewer.audiences)
        if shown and shown.number == number and (below is None or shown.count < below):
            yield shown.count, own


def reasons_withheld(record: Record, viewer: Viewer, rows: Iterable[Revision]) -> set[int]:
    """Which of these revisions of a record have a reason that may tell what the viewer may not see.

    Those that changed a field which the viewer was shown then and is not shown today; and, for a
    new owner, those of others that would be no line of the history to anybody else.
    """
    if is_own(record, viewer):
        return {
            row.revision_number
            for row in rows
            if not viewer.may_see(institution_audience(row.actor_institution))
            and not ((told := shown_of(row.seen, viewer.audiences)) and told.number == row.number)
        }
    hidden = {name for name, seen_by in record.audiences.items() if not viewer.may_see(seen_by)}
    numbers = {row.revision_number for row in rows} if hidden else set()
    around = record.revisions.filter(revision_number__in=numbers | {n - 1 for n in numbers})
    said = {row.revision_number: row for row in around} if numbers else {}

    def shown(number: int, name: str) -> object:
        row = said.get(number)
        if row is None or not viewer.may_see(row.audiences.get(name, row.audience)):
            return None
        return row.content.get(name)

    def has_shown(number: int, name: str) -> bool:
        row = said[number]
        return viewer.may_see(row.audiences.get(name, row.audience)) and (
            shown(number, name) != shown(number - 1, name)
        )

    return {number for number in numbers if any(has_shown(number, name) for name in hidden)}


def revision_named(record: Record, viewer: Viewer, number: int) -> int | None:
    """Which revision it is that has this number to the viewer; None where there is none."""
    for shown, own in revisions_shown(record, viewer, below=number + 1):
        return own if shown == number else None
    return None


def newest_of(
    rows: Iterator[tuple[UUID, int, UUID, Seen]], viewer: Viewer, count: int
) -> list[UUID]:
    """The ids that showed the viewer something last, newest first.

    ``rows`` are id, number of the last revision, owner and what was seen, by number from the
    newest: no more of them are read than can be among those.
    """
    found: list[tuple[int, UUID]] = []
    for key, changed_in, owner, seen in rows:
        if len(found) == count and found[0][0] >= changed_in:
            break
        is_told = viewer.may_see(institution_audience(owner))
        shown = None if is_told else shown_of(seen, viewer.audiences)
        number = shown.number if shown else changed_in
        (heappush if len(found) < count else heappushpop)(found, (number, key))
    return [key for _number, key in sorted(found, reverse=True)]


def seen_anew(revisions: Collection[Revision]) -> dict[int, Seen]:
    """By number what was seen with each revision of one record, in their order.

    For rows that were written before it was noted.
    """
    seen: Seen = {}
    before: Stand | None = None
    found: dict[int, Seen] = {}
    for row in revisions:
        is_there = row.operation == Revision.Operation.PUT
        owner = row.actor_institution
        after = Stand(owner, is_there, row.audience, row.audiences, row.content)
        is_same = before is not None and (
            before.content, before.audience, before.audiences, before.is_there,
        ) == (after.content, after.audience, after.audiences, after.is_there)  # fmt: skip
        own = institution_audience(owner)
        touched = circles_touched(before, after, is_said_again=is_same)
        circles = [c for c in touched if own not in c.split(AND)]
        moment = (row.at - EPOCH) // MICROSECOND
        seen = found[row.number] = seen_after(seen, circles, row.number, moment)
        before = after
    return found
