"""The one way out: every read takes the viewer, and gives only what the viewer may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from concord.core.disclosure import Viewer, visible_part
from concord.record.errors import NotFoundError
from concord.record.models import Head, Record, Revision

BATCH = 500


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record as one viewer sees it."""

    id: UUID
    kind: str
    owner: UUID
    content: dict[str, Any]
    withheld: tuple[str, ...]
    revision_number: int
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One line of a record's history."""

    revision_number: int
    operation: str
    at: dt.datetime
    actor_institution: UUID
    reason: str
    via: str


def register_number() -> int:
    """The number of the last revision: the version of everything that is read."""
    return Head.objects.filter(id=1).values_list("number", flat=True).first() or 0


def record_get(
    *, viewer: Viewer, record_id: UUID, kind: str | None = None, known_at: dt.datetime | None = None
) -> RecordView:
    """One record; ``known_at`` gives what the register said then, by today's rule of view.

    Raises ``NotFoundError`` alike for what is not there and for what the viewer may not know of.
    """
    record = Record.objects.filter(id=record_id, audience__in=viewer.audiences).first()
    if record is None or (kind is not None and record.kind != kind):
        raise NotFoundError
    if known_at is not None:
        return _record_then(record, viewer, known_at)
    if record.is_removed:
        raise NotFoundError
    return _view(record, record.content, viewer)


def records_get(*, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, RecordView]:
    """The records of ``ids`` that the viewer may see."""
    found: dict[UUID, RecordView] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), BATCH):
        rows = Record.objects.filter(
            id__in=wanted[start : start + BATCH],
            is_removed=False,
            audience__in=viewer.audiences,
        )
        found |= {row.id: _view(row, row.content, viewer) for row in rows}
    return found


def record_list(*, viewer: Viewer, kind: str) -> Iterator[RecordView]:
    """Every record of a kind that the viewer may see, streamed, oldest revision first."""
    rows = Record.objects.filter(
        kind=kind, is_removed=False, audience__in=viewer.audiences
    ).order_by("changed_in")
    for row in rows.iterator(chunk_size=BATCH):
        yield _view(row, row.content, viewer)


def records_latest(*, viewer: Viewer, count: int) -> list[RecordView]:
    """The records changed last."""
    rows = Record.objects.filter(is_removed=False, audience__in=viewer.audiences)
    return [_view(row, row.content, viewer) for row in rows.order_by("-changed_in")[:count]]


def revision_list(*, viewer: Viewer, record_id: UUID) -> list[RevisionView]:
    """A record's history, newest first; who and when, of a record that the viewer may see."""
    record_get(viewer=viewer, record_id=record_id)
    rows = Revision.objects.filter(record_id=record_id).order_by("-revision_number")
    return [
        RevisionView(
            row.revision_number, row.operation, row.at, row.actor_institution, row.reason, row.via
        )
        for row in rows
    ]


def _record_then(record: Record, viewer: Viewer, known_at: dt.datetime) -> RecordView:
    revision = record.revisions.filter(at__lte=known_at).order_by("-revision_number").first()
    if revision is None or revision.operation == Revision.Operation.TOMBSTONE:
        raise NotFoundError
    return _view(record, revision.content, viewer, revision)


def _view(
    record: Record, content: dict[str, Any], viewer: Viewer, revision: Revision | None = None
) -> RecordView:
    shown = visible_part(content, record.audiences, record.audience, viewer)
    return RecordView(
        id=record.id,
        kind=record.kind,
        owner=record.owner_id,
        content=shown.content,
        withheld=shown.withheld,
        revision_number=revision.revision_number if revision else record.revision_number,
        changed_at=revision.at if revision else record.changed_at,
    )


def changed_since(number: int) -> Iterator[Record]:
    """Records whose newest revision comes after ``number``, removed ones too, in order.

    For tables kept in memory, which hold the audience of every value and apply the rule themselves.
    """
    return Record.objects.filter(Q(changed_in__gt=number)).order_by("changed_in").iterator(BATCH)
