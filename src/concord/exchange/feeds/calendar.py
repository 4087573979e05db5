"""iCalendar (RFC 5545): events, and those that recur as one item for each day they take place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from django.utils.translation import gettext as _
from icalendar import Calendar, Event
from icalendar.cal.component import Component
from icalendar.prop import vBroken, vRecur
from icalendar.timezone.tzp import TZP

from concord.exchange.feeds.item import (
    FeedFault,
    FeedItem,
    FeedRead,
    Status,
    UnreadableFeedError,
    UnreadableItemError,
    Window,
    refuse_beyond,
)
from concord.exchange.feeds.naming import Known, organisation_of
from concord.exchange.feeds.values import (
    UNKNOWN_LANGUAGE,
    Period,
    Point,
    clean_line,
    clean_text,
    language_tag,
    named_zone,
    period,
    storable,
    web_address,
    whereabouts,
    without_mailboxes,
)

MOST_OCCURRENCES: Final = 1_000
"""How often one event may take place within the window."""
_MOST_STEPS: Final = 3_000_000
"""Steps that all rules of a feed may take together: a few seconds of a processor."""
_STEP_DAYS: Final[Mapping[str, int]] = {"DAILY": 1, "WEEKLY": 3, "MONTHLY": 8, "YEARLY": 15}
"""How many days a rule passes at the price of one step, by measurement of dateutil."""

_STATUSES: Final[Mapping[str, Status]] = {
    "CANCELLED": "cancelled",
    "CONFIRMED": "confirmed",
    "TENTATIVE": "tentative",
}
_PERSONAL: Final = ("ATTENDEE", "CONTACT", "COMMENT", "REQUEST-STATUS", "ATTACH")
"""Properties that name persons, or that may."""
_NEVER: Final = dt.datetime(9999, 12, 29)  # noqa: DTZ001 - by the clock of the event
"""When a rule without an end ends: dateutil counts no further, and zones need some days."""


_ZONE_PARTS: Final = {"INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", ""}
"""What a rule may say by which clocks change."""


def read(data: bytes, base_url: str, window: Window, known: Known) -> FeedRead:  # noqa: ARG001
    """The events of every calendar in ``data``; those that recur, within the window."""
    _refuse_odd_zones(data)
    items: list[FeedItem] = []
    faults: list[FeedFault] = []
    steps = _Steps()
    for calendar in Calendar.from_ical(data, multiple=True):
        if calendar.name != "VCALENDAR":
            raise UnreadableFeedError(_("This is no calendar: it does not begin as one."))
        reader = _Calendar(calendar, window, steps, known)
        for event in reader.series():
            try:
                found = list(reader.items(event))
                refuse_beyond(len(items) + len(found))
                items += found
            except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
                faults.append(FeedFault(event.uid, _reason(error)))
        faults += reader.faults
    return FeedRead(tuple(items), tuple(faults))


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, UnreadableItemError) else _("it cannot be read")


def _refuse_odd_zones(data: bytes) -> None:
    """Refuse zones whose clocks change more than yearly: working them out could take forever."""
    text = re.sub(r"\r?\n[ \t]", "", data.decode("utf-8", "replace")).upper()
    is_zone = False
    for line in re.split(r"[\r\n]+", text):
        name, _colon, value = line.strip().partition(":")
        if value.strip() == "VTIMEZONE":
            is_zone = name == "BEGIN"
        elif is_zone and name.partition(";")[0] in ("RRULE", "EXRULE"):
            _check_zone_rule(value)


def _check_zone_rule(rule: str) -> None:
    parts = dict(part.strip().partition("=")[::2] for part in rule.split(";"))
    is_yearly = parts.pop("FREQ", "") == "YEARLY" and not parts.keys() - _ZONE_PARTS
    if not is_yearly or not re.fullmatch(r"0*[1-9]\d?", parts.get("INTERVAL", "1")):
        raise UnreadableFeedError(
            _("A time zone in the calendar changes its clocks by a rule that is not read.")
        )


@dataclass
class _Series:
    """One UID: its event, and the occurrences that were changed on their own."""

    uid: str
    main: Event | None = None
    changed: list[Event] = field(default_factory=list)


class _Steps:
    """The steps that rules have taken."""

    def __init__(self) -> None:
        self.taken = 0

    def spend(self, steps: int) -> None:
        self.taken += steps
        if self.taken > _MOST_STEPS:
            raise UnreadableItemError(_("the rules of this feed take too long to work out"))


class _Calendar:
    """Reads one VCALENDAR."""

    def __init__(self, calendar: Component, window: Window, steps: _Steps, known: Known) -> None:
        self.calendar, self.window, self.steps, self.known = calendar, window, steps, known
        self.zone = named_zone(str(calendar.get("X-WR-TIMEZONE", "")))
        self.is_cancelling = str(calendar.get("METHOD", "")).upper() == "CANCEL"
        self.faults: list[FeedFault] = []
        self.described = calendar.walk("VTIMEZONE")
        self._zones: dict[str, dt.tzinfo | None] = {}

    def series(self) -> list[_Series]:
        """The events by UID; of several revisions of one, that of the highest SEQUENCE."""
        found: dict[str, _Series] = {}
        latest: dict[tuple[str, str], Event] = {}
        for number, each in enumerate(self.calendar.walk("VEVENT"), start=1):
            event = cast("Event", each)
            uid = clean_line(_text(event, "UID"))
            if not uid:
                where = _("event %(number)s") % {"number": number}
                self.faults.append(FeedFault(where, _("it has no UID")))
                continue
            recurrence = next(iter(_all(event, "RECURRENCE-ID")), None)
            place = (uid, recurrence.to_ical().decode() if recurrence is not None else "")
            known = latest.get(place)
            if known is None or _sequence(event) >= _sequence(known):
                latest[place] = event
        for (uid, recurrence), event in latest.items():
            one = found.setdefault(uid, _Series(uid))
            if recurrence:
                one.changed.append(event)
            else:
                one.main = event
        return list(found.values())

    def items(self, series: _Series) -> Iterator[FeedItem]:
        raw = self._raw(series)
        changed = {self._recurrence(event, series.main): event for event in series.changed}
        if series.main is not None:
            yield from self._main_items(series, series.main, changed, raw)
        for start, event in changed.items():
            first, last = self._bounds(event)
            if series.main is None or self._is_within(first, last):
                key = f"{series.uid}/{_occurrence(start)}"
                yield self._item(event, key, self._period(first, last), raw)

    def _main_items(
        self, series: _Series, event: Event, changed: Mapping[Point, Event], raw: str
    ) -> Iterator[FeedItem]:
        first, last = self._bounds(event)
        if not any(name in event for name in ("RRULE", "RDATE")):
            if not changed:
                yield self._item(event, series.uid, self._period(first, last), raw)
                return
            starts = [first]
        else:
            starts = self._starts(event, first, last)
        length = last - first
        days: set[str] = set()
        start: Any
        for start in starts:
            day = _occurrence(start)
            hour = start.strftime("T%H%M") if isinstance(start, dt.datetime) else ""
            name = day + hour if day in days else day
            days.add(day)
            if start not in changed:
                key = f"{series.uid}/{name}"
                yield self._item(event, key, self._period(start, start + length), raw)

    def _starts(self, event: Event, first: Any, last: Any) -> list[Point]:
        """When it starts within the window: by its rule and dates, less those taken out."""
        found = {first} if self._is_within(first, last) else set()
        rules = _all(event, "RRULE")
        if len(rules) > 1:
            raise UnreadableItemError(_("it has more than one rule by which it recurs"))
        for start in (*self._by_rule(rules, first), *self._dates(event, "RDATE", first)):
            if self._is_within(start, start + (last - first)):
                found.add(start)
            if len(found) > MOST_OCCURRENCES:
                raise UnreadableItemError(
                    _("it takes place more than %(most)s times") % {"most": MOST_OCCURRENCES}
                )
        return sorted(found - set(self._dates(event, "EXDATE", first)))

    def _by_rule(self, rules: list[Any], first: Any) -> Iterator[Point]:
        """The starts by the rule until the window ends.

        ``COUNT`` and ``UNTIL`` are kept here and not by dateutil, so that every start is seen and
        the steps of a rule that gives none are known: such a one is walked up to the year 9999.
        """
        if not rules:
            return
        rule = vRecur(rules[0])
        frequency = str((rule.get("FREQ") or [""])[0])
        _check_rule(rule, frequency)
        self.steps.spend(0)  # not even begun when nothing is left
        count = int(rule.pop("COUNT", [0])[0])
        until = self._until(rule.pop("UNTIL", [None])[0], first)
        begin = _naive(first)
        stop = min(until, dt.datetime.combine(self.window[1], dt.time.max))
        zone = first.tzinfo if isinstance(first, dt.datetime) else None
        seen, reached = 0, _NEVER
        text = rule.to_ical().decode()  # type: ignore[no-untyped-call]
        for start in rrulestr(text, dtstart=begin):
            self.steps.spend(1)
            seen += 1 + (seen == 0 and start != begin)  # the event itself is always the first
            # a day more: the window is of days in the zone of the feed
            if start > stop + dt.timedelta(days=1) or start > until or (count and seen > count):
                reached = start
                break
            yield start.replace(tzinfo=zone) if isinstance(first, dt.datetime) else start.date()
        self.steps.spend((reached - begin).days // _STEP_DAYS[frequency])

    def _until(self, until: Any, first: Any) -> dt.datetime:
        if until is None:
            return _NEVER
        if not isinstance(until, dt.datetime):
            return dt.datetime.combine(until, dt.time.max)
        if until.tzinfo is not None and isinstance(first, dt.datetime) and first.tzinfo:
            until = until.astimezone(first.tzinfo)
        return _naive(until)

    def _dates(self, event: Event, name: str, first: Point) -> Iterator[Point]:
        """The starts that RDATE or EXDATE lists, as dates or hours in the zone of the event."""
        for line in _all(event, name):
            for each in line.dts:
                value = each.dt[0] if isinstance(each.dt, tuple) else each.dt
                yield self._alike(self._placed(value, line.params.get("TZID")), first)

    def _recurrence(self, event: Event, main: Event | None) -> Point:
        """The start that the occurrence would have had by the rule of the main event."""
        if _all(event, "RECURRENCE-ID")[0].params.get("RANGE"):
            raise UnreadableItemError(_("it changes several occurrences at once"))
        first = self._point(event, "RECURRENCE-ID")
        if first is None:
            raise UnreadableItemError(_("it does not say which occurrence it changes"))
        return first if main is None else self._alike(first, self._bounds(main)[0])

    def _alike(self, value: Point, first: Point) -> Point:
        """``value`` in the zone of ``first``, as a day where that is a day."""
        if not isinstance(first, dt.datetime):
            return value.date() if isinstance(value, dt.datetime) else value
        if not isinstance(value, dt.datetime):
            return dt.datetime.combine(value, first.time(), first.tzinfo)
        if first.tzinfo is None or value.tzinfo is None:
            return value.replace(tzinfo=first.tzinfo)
        return value.astimezone(first.tzinfo)

    def _is_within(self, first: Point, last: Point) -> bool:
        span = self._period(first, last).when or ""
        begin, _slash, end = span.partition("/")
        return begin <= self.window[1].isoformat() and self.window[0].isoformat() <= (end or begin)

    def _bounds(self, event: Event) -> tuple[Any, Any]:
        """When the event starts and ends; the end of whole days is the day after the last."""
        first: Any = self._point(event, "DTSTART")
        if first is None:
            raise UnreadableItemError(_("it does not say when it starts"))
        last: Any = self._point(event, "DTEND")
        if last is None and "DURATION" in event:
            last = first + _all(event, "DURATION")[0].dt
        if last is None:
            last = first if isinstance(first, dt.datetime) else first + dt.timedelta(days=1)
        if isinstance(first, dt.datetime) != isinstance(last, dt.datetime):
            raise UnreadableItemError(_("it starts with an hour and ends with a day, or otherwise"))
        if isinstance(first, dt.datetime) and first.tzinfo:
            last = (
                last.astimezone(first.tzinfo) if last.tzinfo else last.replace(tzinfo=first.tzinfo)
            )
        elif isinstance(last, dt.datetime):
            last = last.replace(tzinfo=None)
        if last < first:
            raise UnreadableItemError(_("it ends before it starts"))
        return first, last

    def _point(self, event: Event, name: str) -> Point | None:
        found = _all(event, name)
        if not found:
            return None
        value = _moment(found[0])
        if not isinstance(value, dt.date):
            raise UnreadableItemError(
                _("“%(text)s” is not a date that can be read") % {"text": str(found[0])[:80]}
            )
        return self._placed(value, found[0].params.get("TZID"))

    def _placed(self, value: Point, zone_name: str | None) -> Point:
        """The value in the zone that it names by our own reckoning.

        The library keeps zones of earlier calendars, so that one feed could move another's hours.
        """
        if not isinstance(value, dt.datetime):
            return value
        if zone_name:
            zone = self._named(zone_name)
            if zone is None:
                raise UnreadableItemError(
                    _("the time zone “%(name)s” is not known") % {"name": zone_name[:80]}
                )
            return value.replace(tzinfo=zone)
        return value.replace(tzinfo=dt.UTC) if value.tzinfo else value

    def _named(self, name: str) -> dt.tzinfo | None:
        if name not in self._zones:
            self._zones[name] = named_zone(name) or self._described(name)
        return self._zones[name]

    def _described(self, name: str) -> dt.tzinfo | None:
        """The zone that a VTIMEZONE of the calendar describes; else one of Windows's names."""
        for zone in self.described:
            if str(zone.get("TZID", "")) == name:
                return zone.to_tz(TZP(), lookup_tzid=False)  # type: ignore[attr-defined,no-any-return]
        return TZP().timezone(name)

    def _period(self, first: Point, last: Point) -> Period:
        if not isinstance(first, dt.datetime):
            return period(first, max(first, last - dt.timedelta(days=1)))
        start, end = (self._shown(point) for point in (first, last))
        return period(start, end)

    def _shown(self, point: Any) -> dt.datetime:
        """The hour as people of the feed read it off a clock."""
        hour: dt.datetime = point
        if hour.tzinfo is None:
            return hour.replace(tzinfo=self.zone)
        if hour.tzinfo is dt.UTC and self.zone:
            return hour.astimezone(self.zone)
        if isinstance(hour.tzinfo, ZoneInfo):
            return hour
        return hour.replace(tzinfo=dt.timezone(hour.utcoffset() or dt.timedelta()))

    def _item(self, event: Event, key: str, when: Period, raw: str) -> FeedItem:
        status = _STATUSES.get(_text(event, "STATUS").upper())
        at = whereabouts(_text(event, "LOCATION"))
        organisers, unnamed = _organisers(event, self.known)
        titles = _texts(event, "SUMMARY")
        if not titles and status != "cancelled" and not self.is_cancelling:
            raise UnreadableItemError(_("it has no title"))
        return FeedItem(
            key=key,
            kind="activity",
            titles=titles,
            summary=_texts(event, "DESCRIPTION"),
            when=when.when,
            start=when.start,
            end=when.end,
            is_online=at.is_online or "CONFERENCE" in event,
            place=at.place,
            country=at.country,
            country_word=at.country_word,
            town_word=at.town_word,
            organisers=organisers,
            unnamed=unnamed,
            url=web_address(_text(event, "URL")),
            status="cancelled" if self.is_cancelling else status,
            sequence=_sequence(event),
            keywords=_keywords(event),
            modified=_modified(event),
            raw=raw,
        )

    def _raw(self, series: _Series) -> str:
        """The series as a calendar of its own, with the zones that it names."""
        events = [*([series.main] if series.main is not None else []), *series.changed]
        kept = Calendar()
        for name in ("VERSION", "PRODID", "METHOD", "X-WR-TIMEZONE"):
            if name in self.calendar:
                kept[name] = self.calendar[name]
        names = {
            value.params.get("TZID")
            for event in events
            for values in event.values()
            for value in (values if isinstance(values, list) else [values])
            if hasattr(value, "params")
        }
        for zone in self.described:
            if str(zone.get("TZID", "")) in names:
                kept.add_component(zone)
        for event in events:
            kept.add_component(_impersonal(event, self.known))
        return storable(str(kept.to_ical(), "utf-8", "replace"))


def _check_rule(rule: vRecur, frequency: str) -> None:
    """Refuse a rule that recurs within hours, or that would never come to an end."""
    if frequency not in _STEP_DAYS:
        raise UnreadableItemError(_("it recurs more often than daily"))
    if int(rule.get("INTERVAL", [1])[0]) < 1:
        raise UnreadableItemError(_("the rule by which it recurs cannot be read"))
    hours = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        hours *= max(1, len(rule.get(name, [])))
    if hours > 24:
        raise UnreadableItemError(_("it recurs more often than hourly"))


def _moment(value: Any) -> Any:
    """What a property of dates holds; None where the library could not read it."""
    return None if isinstance(value, vBroken) else getattr(value, "dt", None)


def _naive(point: Point) -> dt.datetime:
    if isinstance(point, dt.datetime):
        return point.replace(tzinfo=None)
    return dt.datetime.combine(point, dt.time())


def _occurrence(point: Point) -> str:
    return (point.date() if isinstance(point, dt.datetime) else point).isoformat()


def _all(event: Event, name: str) -> list[Any]:
    value = event.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(event: Event, name: str) -> str:
    found = _all(event, name)
    return str(found[0]).strip() if found else ""


def _texts(event: Event, name: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for value in _all(event, name):
        tag = language_tag(str(value.params.get("LANGUAGE", ""))) or UNKNOWN_LANGUAGE
        text = clean_text(str(value))
        if text:
            texts.setdefault(tag, text)
    return texts


def _sequence(event: Event) -> int:
    text = _text(event, "SEQUENCE")
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 0


def _organisers(event: Event, known: Known) -> tuple[tuple[str, ...], int]:
    """The organisations that organise it, and how many names may be persons' and are left out."""
    names = [
        organisation_of(name, known, is_said=_sort(value) == _GROUP)
        if _sort(value) != "INDIVIDUAL"
        else ""
        for value in _all(event, "ORGANIZER")
        if (name := without_mailboxes(str(value.params.get("CN", ""))))
    ]
    return tuple(dict.fromkeys(filter(None, names))), names.count("")


_GROUP: Final = "GROUP"
"""What iCalendar calls whoever is not one person alone."""


def _sort(value: Any) -> str:
    return str(value.params.get("CUTYPE", "")).upper()


def _keywords(event: Event) -> tuple[str, ...]:
    words = (clean_line(str(w)) for line in _all(event, "CATEGORIES") for w in line.cats)
    return tuple(dict.fromkeys(word for word in words if word))


def _modified(event: Event) -> dt.datetime | None:
    found = _all(event, "LAST-MODIFIED")
    value = _moment(found[0]) if found else None
    if not isinstance(value, dt.datetime):
        return None
    return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _impersonal(event: Event, known: Known) -> Event:
    """The event without what names persons: attendees, contacts, mailboxes, alarms, and what
    programs of their own put beside it."""
    kept = Event()
    for name, value in event.items():
        if name.upper() not in _PERSONAL and not name.upper().startswith("X-"):
            kept[name] = value
    if "ORGANIZER" in kept:
        kept.pop("ORGANIZER")
        for name in _organisers(event, known)[0]:
            said = {"CN": name, "CUTYPE": _GROUP}
            kept.add("ORGANIZER", "invalid:nomail", parameters=said)
    return kept
