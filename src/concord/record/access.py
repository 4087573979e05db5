"""Who read what was not for everybody: the access record, for the owners of what was read.

It names institutions, never persons, and nothing of it is kept of what everybody may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Max
from django.utils import timezone

from concord.core.disclosure import PUBLIC, Breadth, Viewer, breadth_of, institution_audience
from concord.record.guard import service
from concord.record.models import Access

T = TypeVar("T")
KEPT: Final = dt.timedelta(days=3 * 365)
SAME_READING: Final = 3600
"""Seconds within which another look at the same record is the same reading."""
BATCH: Final = 500
SHOWN: Final = 200


@dataclass(slots=True)
class Reading:
    """What was given out while something was read: records not for everybody, and to whom."""

    seen: dict[tuple[UUID, UUID], frozenset[str]] = field(default_factory=dict)
    """By owner and record, the readers."""


_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)


@contextmanager
def reading(found: Reading) -> Iterator[Reading]:
    """Take down in ``found`` what selectors give out; within another reading, that one goes on."""
    outer = _reading.get()
    token = _reading.set(outer or found)
    try:
        yield outer or found
    finally:
        _reading.reset(token)


def read_on(found: Reading, items: Iterable[T], then: Callable[[], None]) -> Iterator[T]:
    """``items``, made while they are sent; ``then`` is called when they have all been."""
    source = iter(items)
    try:
        while True:
            with reading(found):
                try:
                    item = next(source)
                except StopIteration:
                    return
            yield item
    finally:
        then()


def given_out(owner: UUID, record: UUID, shown_to: Iterable[str], viewer: Viewer) -> None:
    """A selector gave out a record with fields for these audiences; ``viewer`` is not its owner."""
    found = _reading.get()
    if found is None or institution_audience(owner) in viewer.audiences:
        return
    if all(audience == PUBLIC for audience in shown_to):
        return
    if readers := readers_of(viewer):
        found.seen[owner, record] = readers


def readers_of(viewer: Viewer) -> frozenset[str]:
    """Whose eyes a viewer has: institutions, or the State of a contact point who acts for none."""
    by_breadth = {
        breadth: frozenset(a for a in viewer.audiences if breadth_of(a) is breadth)
        for breadth in (Breadth.INSTITUTION, Breadth.STATE)
    }
    return by_breadth[Breadth.INSTITUTION] or by_breadth[Breadth.STATE]


def access_keep(*, found: Reading, way: Access.Way, at: dt.datetime | None = None) -> int:
    """Keep what was read; once for each reader, record, way and day. Return how much was new."""
    if not found.seen:
        return 0
    moment = at or timezone.now()
    rows = {
        f"read:{record}:{reader}:{way}": Access(
            owner=owner, record_id=record, reader=reader, way=way, day=moment.date(), last_at=moment
        )
        for (owner, record), readers in found.seen.items()
        for reader in readers
    }
    known = cache.get_many(rows)
    new = [row for key, row in rows.items() if key not in known]
    with service():
        for start in range(0, len(new), BATCH):
            Access.objects.bulk_create(
                new[start : start + BATCH],
                update_conflicts=True,
                unique_fields=["record_id", "reader", "way", "day"],
                update_fields=["last_at"],
            )
    cache.set_many(dict.fromkeys(rows, 1), SAME_READING)
    return len(new)


@dataclass(frozen=True, slots=True)
class ReadingDay:
    """What one reader read of an institution's on one day, in one way."""

    day: dt.date
    reader: str
    way: Access.Way
    records: int
    last_at: dt.datetime


def access_days(*, owner: UUID, count: int = SHOWN) -> list[ReadingDay]:
    """Who read what an institution does not show to everybody, newest first; for its people."""
    rows = (
        Access.objects.filter(owner=owner)
        .values("day", "reader", "way")
        .annotate(records=Count("id"), latest=Max("last_at"))
        .order_by("-day", "-latest", "reader", "way")
    )
    return [
        ReadingDay(row["day"], row["reader"], Access.Way(row["way"]), row["records"], row["latest"])
        for row in rows[:count]
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the days: who read on which day in which way."""

    day: dt.date
    reader: str
    way: str


def access_ids(*, owner: UUID, chosen: Line) -> list[UUID]:
    """Which records those were; for the institution's people."""
    rows = Access.objects.filter(owner=owner, day=chosen.day, reader=chosen.reader, way=chosen.way)
    return list(rows.order_by("-last_at", "record_id").values_list("record_id", flat=True)[:SHOWN])


def readers_of_records(*, owner: UUID, ids: Collection[UUID]) -> dict[UUID, dict[str, dt.datetime]]:
    """For each record of an institution who read it beyond what everybody sees, and when last."""
    found: dict[UUID, dict[str, dt.datetime]] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), BATCH):
        rows = Access.objects.filter(owner=owner, record_id__in=wanted[start : start + BATCH])
        for record, reader, at in rows.order_by("last_at").values_list(
            "record_id", "reader", "last_at"
        ):
            found.setdefault(record, {})[reader] = at
    return found


def access_forget(*, before: dt.datetime | None = None) -> int:
    """Delete what is older than three years."""
    with service():
        rows = Access.objects.filter(last_at__lt=before or timezone.now() - KEPT)
        return rows.delete()[0]
