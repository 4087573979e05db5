"""Events of a calendar fall on the days that people of the place would say they do."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord.exchange.feeds.item import FeedForm, FeedItem, FeedRead, UnreadableFeedError
from concord.exchange.feeds.reading import read_feed

SAMPLE = Path(__file__).parent / "samples" / "calendar.ics"
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
TOKYO, JAKARTA = ZoneInfo("Asia/Tokyo"), ZoneInfo("Asia/Jakarta")


def _read(data: bytes, window: tuple[dt.date, dt.date] = YEAR) -> FeedRead:
    return read_feed(data, form=FeedForm.ICALENDAR, window=window)


def _calendar(*events: str, head: str = "") -> bytes:
    bodies = "".join(f"BEGIN:VEVENT\nSUMMARY:a\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\n{head}{bodies}END:VCALENDAR\n".encode()


def _sample() -> dict[str, FeedItem]:
    return {item.key: item for item in _read(SAMPLE.read_bytes()).items}


def _days(*events: str, window: tuple[dt.date, dt.date] = YEAR) -> list[str | None]:
    read = _read(_calendar(*events), window)
    assert not read.faults
    return [item.when for item in read.items]


def _faults(*events: str) -> list[str]:
    read = _read(_calendar(*events))
    assert not read.items
    return [fault.message for fault in read.faults]


def test_whole_days_end_on_the_day_before_the_end() -> None:
    item = _sample()["allday@centre.example"]
    assert item.when == "2026-03-02/2026-03-06"
    assert item.start is item.end is None


def test_what_an_event_says_is_taken_over() -> None:
    item = _sample()["allday@centre.example"]
    assert item.kind == "activity"
    assert item.titles == {"en": "Regional course on nuclear forensics", "ja": "核鑑識 地域コース"}
    assert item.summary["und"].endswith("through the national centre.")
    assert (item.place, item.country) == ("Tokai", "JP")
    assert item.organisers == ("Centre for Nuclear Security Training",)
    assert item.keywords == ("nuclear forensics", "regional")
    assert (item.status, item.sequence) == ("confirmed", 2)
    assert item.modified == dt.datetime(2026, 1, 10, 3, tzinfo=dt.UTC)
    assert item.url == "https://centre.example/events/forensics"


def test_a_series_is_its_rule_and_dates_less_exceptions_with_each_change() -> None:
    weekly = {
        key.partition("/")[2]: item for key, item in _sample().items() if key.startswith("weekly")
    }
    assert sorted(weekly) == [
        "2026-04-01", "2026-04-08", "2026-04-22", "2026-04-29", "2026-05-01", "2026-05-06",
    ]  # fmt: skip
    moved = weekly["2026-04-22"]
    assert moved.start == dt.datetime(2026, 4, 23, 10, tzinfo=TOKYO)
    assert moved.titles == {"und": "Weekly seminar, moved by a day"}
    assert weekly["2026-04-29"].status == "cancelled"
    assert weekly["2026-05-01"].start == dt.datetime(2026, 5, 1, 14, tzinfo=TOKYO)
    assert weekly["2026-05-06"].end == dt.datetime(2026, 5, 6, 11, tzinfo=TOKYO)
    assert weekly["2026-05-06"].is_online


def test_hours_are_in_the_zone_of_the_event() -> None:
    item = _sample()["jakarta@centre.example"]
    assert item.start == dt.datetime(2026, 5, 11, 8, tzinfo=JAKARTA)
    assert (item.when, item.place, item.status) == ("2026-05-11/2026-05-15", "Jakarta", "tentative")


def test_a_zone_that_the_calendar_describes_is_kept_to() -> None:
    item = _sample()["custom@centre.example"]
    assert item.start is not None
    assert item.start.utcoffset() == dt.timedelta(hours=7)
    assert item.when == "2026-06-01"  # midnight is the end of the day


def test_hours_of_utc_are_shown_in_the_zone_of_the_calendar() -> None:
    assert _sample()["utc@centre.example"].when == "2026-07-01"


def test_zones_of_one_calendar_do_not_reach_into_the_next() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:{0}\nTZOFFSETTO:{0}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    event = "UID:1\nDTSTART;TZID=Ours:20260101T090000"
    offsets = []
    for offset in ("+0900", "+0700"):
        item = _read(_calendar(event, head=zone.format(offset))).items[0]
        assert item.start is not None
        offsets.append(item.start.utcoffset())
    assert offsets == [dt.timedelta(hours=9), dt.timedelta(hours=7)]
    assert _faults(event) == ["the time zone “Ours” is not known"]


def test_an_event_that_cannot_be_read_leaves_the_others() -> None:
    read = _read(SAMPLE.read_bytes())
    assert [str(fault) for fault in read.faults] == [
        "broken@centre.example – “2026-13-45” is not a date that can be read"
    ]
    assert len(read.items) == 10


def test_a_rule_keeps_the_hour_when_clocks_change() -> None:
    read = _read(
        _calendar("UID:1\nDTSTART;TZID=Europe/Vienna:20260327T090000\nRRULE:FREQ=DAILY;COUNT=4")
    )
    assert [item.start.hour for item in read.items if item.start] == [9, 9, 9, 9]
    assert len({item.start.utcoffset() for item in read.items if item.start}) == 2


def test_the_end_of_a_rule_in_utc_is_meant_in_utc() -> None:
    rule = "DTSTART;TZID=Asia/Tokyo:20260401T090000\nRRULE:FREQ=DAILY;UNTIL=20260403T000000Z"
    assert _days(f"UID:1\n{rule}") == ["2026-04-01", "2026-04-02", "2026-04-03"]


def test_only_the_window_is_worked_out() -> None:
    window = (dt.date(2026, 2, 1), dt.date(2026, 2, 3))
    daily = "UID:1\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY"
    assert _days(daily, window=window) == ["2026-02-01", "2026-02-02", "2026-02-03"]


def test_what_reaches_into_the_window_counts() -> None:
    window = (dt.date(2026, 2, 3), dt.date(2026, 2, 4))
    monthly = "UID:1\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260104\nRRULE:FREQ=MONTHLY"
    assert _days(monthly, window=window) == ["2026-02-01/2026-02-03"]


def test_a_single_event_is_read_whenever_it_is() -> None:
    assert _days("UID:1\nDTSTART;VALUE=DATE:20190101") == ["2019-01-01"]


def test_the_first_day_counts_even_where_the_rule_would_leave_it_out() -> None:
    event = "UID:1\nDTSTART;VALUE=DATE:20260106\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3"
    assert _days(event) == ["2026-01-06", "2026-01-12", "2026-01-19"]


def test_the_later_revision_of_an_event_holds() -> None:
    old = "UID:1\nDTSTART;VALUE=DATE:20260101\nSEQUENCE:1"
    new = "UID:1\nDTSTART;VALUE=DATE:20260201\nSEQUENCE:2"
    assert _days(new, old) == _days(old, new) == ["2026-02-01"]


def test_a_calendar_that_cancels_says_so_of_each_event() -> None:
    data = _calendar("UID:1\nDTSTART;VALUE=DATE:20260101", head="METHOD:CANCEL\n")
    assert [item.status for item in _read(data).items] == ["cancelled"]


def test_two_times_on_one_day_have_two_keys() -> None:
    event = "UID:1\nDTSTART:20260101T090000\nRRULE:FREQ=DAILY;COUNT=4;BYHOUR=9,14"
    keys = [item.key for item in _read(_calendar(event)).items]
    assert keys == ["1/2026-01-01", "1/2026-01-01T1400", "1/2026-01-02", "1/2026-01-02T1400"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY", "it recurs more often than daily"),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=HOURLY", "it recurs more often than daily"),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;INTERVAL=0", "cannot be read"),
        (
            "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYMINUTE="
            + ",".join(map(str, range(60))),
            "it recurs more often than hourly",
        ),
        (
            "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4",
            "it takes place more than 1000 times",
        ),
        ("DTSTART:20260102T000000Z\nDTEND:20260101T000000Z", "it ends before it starts"),
        ("DTEND:20260101T000000Z", "it does not say when it starts"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY\nEXDATE:x", "it cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_a_fault(lines: str, message: str) -> None:
    (fault,) = _faults(f"UID:1\n{lines}")
    assert message in fault


def test_more_events_than_a_feed_may_hold_are_faults() -> None:
    daily = "UID:{}\nDTSTART;VALUE=DATE:20240101\nRRULE:FREQ=DAILY;COUNT=900"
    data = _calendar(*(daily.format(number) for number in range(25)))
    read = _read(data, (dt.date(2024, 1, 1), dt.date(2027, 1, 1)))
    assert len(read.items) == 22 * 900
    assert {fault.message for fault in read.faults} == {"the feed holds more than 20000 items"}


def test_rules_that_never_come_true_are_given_up() -> None:
    never = "UID:{}\nDTSTART;VALUE=DATE:20260102\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    begun = time.process_time()
    read = _read(_calendar(*(never.format(number) for number in range(200))))
    assert time.process_time() - begun < 60  # each alone takes some seconds
    assert "the rules of this feed take too long to work out" in {
        fault.message for fault in read.faults
    }


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=YEARLY;INTERVAL=0", "FREQ=YEARLY;BYSECOND=1"]
)
def test_a_zone_that_would_take_forever_is_refused(rule: str) -> None:
    head = (
        "BEGIN:VTIMEZONE\nTZID:Odd\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0900\n"
        f"TZOFFSETTO:+0900\nRRU\n LE:{rule}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    with pytest.raises(UnreadableFeedError):
        _read(_calendar("UID:1\nDTSTART;TZID=Odd:20260101T000000", head=head))


@given(
    start=st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)),
    length=st.integers(1, 20),
    step=st.integers(1, 40),
    zone=st.sampled_from(["Asia/Tokyo", "Asia/Jakarta", "Asia/Seoul"]),
)
def test_all_occurrences_lie_a_step_apart_and_touch_the_window(
    start: dt.date, length: int, step: int, zone: str
) -> None:
    first, last = f"{start:%Y%m%d}", f"{start + dt.timedelta(days=length):%Y%m%d}"
    event = (
        f"UID:1\nDTSTART;TZID={zone}:{first}T093000\nDTEND;TZID={zone}:{last}T120000\n"
        f"RRULE:FREQ=DAILY;INTERVAL={step}"
    )
    window = (dt.date(2026, 3, 1), dt.date(2026, 6, 30))
    found = [item.start for item in _read(_calendar(event), window).items if item.start]
    day, expected = start, []
    while day <= window[1]:
        if day + dt.timedelta(days=length) >= window[0]:
            expected.append(dt.datetime.combine(day, dt.time(9, 30), ZoneInfo(zone)))
        day += dt.timedelta(days=step)
    assert found == expected
