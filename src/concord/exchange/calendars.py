"""Training as an iCalendar feed: each activity once, moved or cancelled, and never double."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final
from uuid import UUID

from django.http import QueryDict
from icalendar import Calendar, Event

from concord.core.disclosure import TLP, Breadth, Viewer
from concord.core.timespan import Moment, TimeSpan
from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.listings import TRAINING, as_of
from concord.register.reading import dated, title_and_language
from concord.register.removed import activities_removed

PRODUCER: Final = "-//Concord//Training//EN"
STATUS: Final = {"cancelled": "CANCELLED", "planned": "TENTATIVE"}
"""What a stage is called there; everything else is confirmed."""


def calendar_lines(
    viewer: Viewer, params: QueryDict, *, language: str, address: str, name: str
) -> Iterator[bytes]:
    """The activities of a list's filter whose first day is known, as one calendar, streamed.

    An activity that a source dates to a month or a year alone has no day to stand on: it is left
    out rather than given one. One that was removed is said to be cancelled, so that it goes from
    the calendars of those who follow; a calendar of a moment tells of none. ``address`` is where
    the portal is. Faults of ``params`` are raised before the first line.
    """
    batches = TRAINING.batches(viewer, params)
    if as_of(viewer, params).known_at is None:
        batches = chain(batches, [activities_removed(viewer, params)])
    return _lines(batches, language, address, name)


def _lines(
    batches: Iterable[Sequence[RecordView]], language: str, address: str, name: str
) -> Iterator[bytes]:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCER)
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", name)
    end = b"END:VCALENDAR\r\n"
    yield bytes(calendar.to_ical()).removesuffix(end)
    for batch in batches:
        events = [event for record in batch for event in _events(record, language, address)]
        yield b"".join(bytes(event.to_ical()) for event in events)
    yield end


def uid_of(record_id: UUID) -> str:
    """The identifier of a record's event, the same for ever and in every calendar."""
    return f"{record_id}@concord"


def _events(record: RecordView, language: str, address: str) -> Iterator[Event]:
    when = dated(record.content)
    span = TimeSpan.parse(when) if when else None
    if span is None or span.start is None or span.start.day is None:
        return
    words, tag = title_and_language(record, language)
    event = Event()
    event.add("UID", uid_of(record.id))
    event.add("DTSTAMP", record.changed_at)
    event.add("LAST-MODIFIED", record.changed_at)
    event.add("SEQUENCE", record.revision_number - 1)
    event.add("DTSTART", span.start.earliest)
    event.add("DTEND", _day_after(span.end or span.start))
    event.add("SUMMARY", words, parameters={"LANGUAGE": tag})
    stage = "cancelled" if record.is_removed else record.content.get("stage", "")
    event.add("STATUS", STATUS.get(stage, "CONFIRMED"))
    event.add("URL", f"{address}/records/{record.id}/")
    event.add("CLASS", "PUBLIC" if record.tlp == TLP[Breadth.PUBLIC] else "CONFIDENTIAL")
    event.add("X-TLP", record.tlp)
    if place := _place(record, language):
        event.add("LOCATION", place)
    yield event


def _day_after(moment: Moment) -> dt.date:
    last = moment.latest
    return last if last == dt.date.max else last + dt.timedelta(days=1)


def _place(record: RecordView, language: str) -> str:
    content = record.content
    country = content.get("country")
    parts = [content.get("town", "")]
    parts.append(vocabulary.countries().label(country, language) if country else "")
    return ", ".join(filter(None, parts))
