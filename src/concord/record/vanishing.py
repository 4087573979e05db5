"""What a viewer saw once and sees no more: told as gone, and never why.

A record vanishes by a tombstone, or because fewer may see it: to those who no longer may, both look
alike. It vanished with the revision after the last one that they could see; what was written later
tells them nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from concord.core.disclosure import ANYONE, PUBLIC, Viewer
from concord.core.disclosure.touching import Seen, shown_of
from concord.record.models import Record, Revision
from concord.record.selectors import BATCH, RecordView, records_get
from concord.record.showing import told_to


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as a list of changes has it: as it is now, or gone where ``view`` is None."""

    id: UUID
    kind: str
    at: dt.datetime
    revision_number: int
    view: RecordView | None


@dataclass(frozen=True, slots=True)
class Span:
    """Which changes are meant: of these kinds, and within these moments, both included."""

    kinds: Collection[str]
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def entry_list(
    *, span: Span, after: tuple[UUID, int] | None = None, count: int
) -> tuple[list[Entry], bool]:
    """What everybody sees and what is left of that which is gone, in the order of changes.

    Of the changes that everybody sees. ``after`` is the id and revision of the last entry of the
    page before. What changes meanwhile comes again further on. Also tells whether there is more.
    """
    number = _number_of(after)
    live = Record.objects.filter(
        is_removed=False, audience=PUBLIC, kind__in=span.kinds, public_in__gt=number
    )
    gone = _gone(ANYONE).filter(number__gt=number, record__kind__in=span.kinds)
    if span.since:
        live, gone = live.filter(public_at__gte=span.since), gone.filter(at__gte=span.since)
    if span.until:
        live, gone = live.filter(public_at__lte=span.until), gone.filter(at__lte=span.until)
    names = ("public_in", "id", "kind", "public_at", "seen")
    rows = [(*row, True) for row in live.order_by("public_in").values_list(*names)[: count + 1]]
    if len(rows) > count:
        gone = gone.filter(number__lt=rows[-1][0])
    names = ("number", "record_id", "record__kind", "at", "seen")
    rows += [(*row, False) for row in gone.order_by("number").values_list(*names)[: count + 1]]
    rows.sort(key=lambda row: row[0])
    views = records_get(viewer=ANYONE, ids=[row[1] for row in rows[:count] if row[5]])
    entries = [
        Entry(record_id, kind, at, _counted(seen), views.get(record_id))
        for _number, record_id, kind, at, seen, is_live in rows[:count]
        if not is_live or record_id in views
    ]
    return entries, len(rows) > count


def _counted(seen: Seen) -> int:
    shown = shown_of(seen, ANYONE.audiences)
    return shown.count if shown else 0


def _number_of(after: tuple[UUID, int] | None) -> int:
    if after is None:
        return 0
    record_id, revision = after
    rows = Revision.objects.filter(record_id=record_id).order_by("-revision_number")
    for number, seen in rows.values_list("number", "seen").iterator(BATCH):
        shown = shown_of(seen, ANYONE.audiences)
        if shown and shown.number == number and shown.count <= revision:
            return number
    return 0


def _gone(viewer: Viewer) -> QuerySet[Revision]:
    """The revisions with which records vanished for the viewer and did not come back."""
    shown = Revision.objects.filter(
        record=OuterRef("record"),
        audience__in=viewer.audiences,
        operation__in=[Revision.Operation.PUT, Revision.Operation.PURGED],
    )
    return Revision.objects.filter(
        Q(operation=Revision.Operation.TOMBSTONE) | ~Q(audience__in=viewer.audiences),
        Exists(shown.filter(revision_number=OuterRef("revision_number") - 1)),
        ~Exists(shown.filter(revision_number__gte=OuterRef("revision_number"))),
    )


def entry_get(*, viewer: Viewer, record_id: UUID) -> Entry | None:
    """One record, or what is left of one that is gone; None where the viewer never saw any."""
    if view := records_get(viewer=viewer, ids=[record_id]).get(record_id):
        return Entry(view.id, view.kind, view.changed_at, view.revision_number, view)
    row = _gone(viewer).filter(record_id=record_id).select_related("record").first()
    if row is None:
        return None
    told = shown_of(row.seen, viewer.audiences)
    return Entry(record_id, row.record.kind, row.at, told.count if told else 0, None)


def first_moment(*, viewer: Viewer) -> dt.datetime | None:
    """When the viewer could first see anything."""
    rows = Revision.objects.filter(audience__in=viewer.audiences).order_by("at")
    return rows.values_list("at", flat=True).first()


def last_moment(*, viewer: Viewer) -> dt.datetime | None:
    """When last anything changed for the viewer."""
    return told_to(viewer)[1]


def was_withdrawn(*, viewer: Viewer, since: int) -> bool:
    """Whether the viewer may have lost sight of anything since a revision of the register."""
    later = Record.objects.filter(changed_in__gt=since)
    is_narrower = later.filter(audience__in=viewer.audiences).exclude(audiences={})
    return is_narrower.exists() or _gone(viewer).filter(number__gt=since).exists()
