"""What is over now: the day and venue of training that could not be for everybody before."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from concord.core.disclosure import Actor, institution_audience
from concord.record.audiences import viewer_as
from concord.record.errors import NotFoundError
from concord.record.guard import service
from concord.record.models import OverAsked, Record
from concord.record.selectors import RecordView, records_get
from concord.register.kinds.activity import Activity

SHOWN: Final = 50
LOOKED_AT: Final = 1_000
"""Records with a field of their own level that one page looks through at most."""
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class OverPage:
    """Some of the records that an owner is asked about; ``next`` is where the others begin."""

    records: list[RecordView]
    next: UUID | None


def over_now(*, institution: UUID, today: dt.date, after: UUID | None = None) -> OverPage:
    """Activities of an institution's own that are over, day or venue of which it still keeps.

    Nothing widens by itself: the owner is asked, until it has shown them or said that it leaves
    them. What changed last comes first, from after the record ``after`` on. A page may be short,
    or empty, and yet have a next one.
    """
    rows = _kept().filter(owner=institution).exclude(_asked(left_at__isnull=False))
    if last := Record.objects.filter(id=after, owner=institution).first() if after else None:
        rows = rows.filter(
            Q(changed_at__lt=last.changed_at) | Q(changed_at=last.changed_at, id__gt=last.id)
        )
    found: list[UUID] = []
    looked: list[UUID] = []
    following: UUID | None = None
    for row in rows.order_by("-changed_at", "id")[: LOOKED_AT + 1].iterator(BATCH):
        if len(found) == SHOWN or len(looked) == LOOKED_AT:
            following = looked[-1]
            break
        looked.append(row.id)
        found += [row.id] if _is_due(row, today) else []
    records = records_get(viewer=viewer_as(institution), ids=found)
    shown = [records[key] for key in found if key in records]
    return OverPage(shown, following)


def over_leave(*, actor: Actor, ids: Collection[UUID]) -> None:
    """The owner leaves day and venue of these withheld, and is not asked of them again.

    Raises ``NotFoundError`` where one is not a record of the actor's institution.
    """
    own = Record.objects.filter(id__in=list(ids), owner=actor.institution, is_removed=False)
    with service(), transaction.atomic():
        if own.count() != len(set(ids)):
            raise NotFoundError
        now = timezone.now()
        OverAsked.objects.bulk_create(
            [
                OverAsked(
                    record_id=key,
                    institution=actor.institution,
                    asked_at=now,
                    left_at=now,
                    left_by=actor.person,
                )
                for key in ids
            ],
            update_conflicts=True,
            unique_fields=["record_id", "institution"],
            update_fields=["left_at", "left_by"],
        )


def over_fall_due(*, today: dt.date) -> dict[UUID, int]:
    """The institutions that are to be asked of what was not due before, and of how many records.

    Each record is told once: it is kept that it was.
    """
    rows = _kept().exclude(_asked()).iterator(BATCH)
    due = [(row.id, row.owner_id) for row in rows if _is_due(row, today)]
    now = timezone.now()
    with service(), transaction.atomic():
        OverAsked.objects.bulk_create(
            (OverAsked(record_id=key, institution=owner, asked_at=now) for key, owner in due),
            batch_size=BATCH,
            ignore_conflicts=True,  # asked by another process in this very moment
        )
    counts: dict[UUID, int] = defaultdict(int)
    for _key, owner in due:
        counts[owner] += 1
    return dict(counts)


def _kept() -> QuerySet[Record]:
    """Activities of which some field has a level of its own."""
    rows = Record.objects.filter(kind=Activity.kind, is_removed=False)
    return rows.annotate(levels=Cast("audiences", TextField())).exclude(levels="{}")


def _asked(**said: bool) -> Exists:
    return Exists(
        OverAsked.objects.filter(record_id=OuterRef("pk"), institution=OuterRef("owner"), **said)
    )


def _is_due(row: Record, today: dt.date) -> bool:
    """Whether others see a record that is over, and not all of what was kept narrow of it."""
    held = Activity.narrow_until_over(row.content) & set(row.content)
    return (
        row.audience != institution_audience(row.owner_id)
        and any(row.audiences.get(name, row.audience) != row.audience for name in held)
        and not Activity.kept_narrow(row.content, today)
    )
