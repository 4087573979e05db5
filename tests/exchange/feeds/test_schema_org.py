"""Courses and their runs are told apart, and nothing is fetched to read them."""

from __future__ import annotations

import datetime as dt
import json
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from concord.exchange.feeds.item import FeedForm, FeedItem, FeedRead, UnreadableFeedError
from concord.exchange.feeds.reading import read_feed

SAMPLES = Path(__file__).parent / "samples"
BASE = "https://centre.example/en/"
COURSE = BASE + "courses/ns-101"
WINDOW = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def _read(data: bytes) -> FeedRead:
    return read_feed(data, form=FeedForm.SCHEMA_ORG, base_url=BASE, window=WINDOW)


def _sample(name: str) -> dict[tuple[str, str], FeedItem]:
    return {(item.kind, item.key): item for item in _read((SAMPLES / name).read_bytes()).items}


def _document(node: Any, context: Any = "https://schema.org") -> bytes:
    return json.dumps({"@context": context, **node}).encode()


def _event(**more: Any) -> FeedItem:
    read = _read(_document({"@type": "Event", "@id": "#e", "name": "Drill", **more}))
    assert not read.faults
    return read.items[0]


def test_a_course_is_read_with_its_texts_in_each_language() -> None:
    item = _sample("courses.jsonld")["course", f"{COURSE}#course"]
    assert item.titles == {
        "en": "Physical Protection of Nuclear Material",
        "ja": "核物質防護コース",
    }
    assert item.summary == {"en": "For staff of competent authorities.\nFive days & one exercise."}
    assert item.languages == ("en", "ja")
    assert item.url == COURSE
    assert item.organisers == ("Centre for Nuclear Security Training",)
    assert item.keywords == ("physical protection", "exercise")
    assert item.when is None


def test_a_run_knows_its_course_and_takes_over_what_it_does_not_say() -> None:
    item = _sample("courses.jsonld")["activity", f"{COURSE}/2026-spring"]
    assert item.course_key == f"{COURSE}#course"
    assert item.titles["ja"] == "核物質防護コース"
    assert (item.when, item.place, item.country) == ("2026-03-02/2026-03-06", "Tokai", "JP")
    assert not item.is_online
    assert item.modified == dt.datetime(2026, 1, 15, tzinfo=dt.UTC)


def test_a_run_by_schedule_is_in_the_zone_of_its_schedule() -> None:
    item = _sample("courses.jsonld")["activity", f"{COURSE}#course#2026-06-01"]
    assert item.start == dt.datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert item.is_online
    assert item.languages == ("id",)


def test_an_event_is_read_with_its_status_and_without_persons() -> None:
    item = _sample("courses.jsonld")["activity", "https://centre.example/events/workshop"]
    assert item.status == "cancelled"
    assert item.organisers == ("Centre for Nuclear Security Training",)
    assert (item.place, item.country) == ("Seoul", "KR")


def test_a_material_is_read() -> None:
    item = _sample("courses.jsonld")["material", "guide-7"]
    assert item.languages == ("ko",)


def test_a_page_is_read_by_its_scripts_and_its_microdata() -> None:
    items = _sample("page.html")
    course = items["course", "https://centre.example/ja/courses/culture"]
    assert course.titles == {"ja": "核セキュリティ文化"}
    run = items["activity", f"{course.key}#2026-11-10/2026-11-11"]
    assert (run.course_key, run.place, run.country) == (course.key, "水戸", "JP")
    assert items["activity", "https://centre.example/ja/seminar"].is_online


def test_parts_of_a_page_that_cannot_be_read_are_faults() -> None:
    faults = [str(fault) for fault in _read((SAMPLES / "page.html").read_bytes()).faults]
    assert len(faults) == 2
    assert "this is not JSON" in faults[0]
    assert "https://contexts.example/private.jsonld" in faults[1]


@pytest.mark.parametrize(
    "context",
    [
        "https://schema.org",
        "http://schema.org/",
        "https://schema.org/docs/jsonldcontext.jsonld",
        {"@vocab": "https://schema.org/"},
        ["http://www.schema.org", {"more": "https://centre.example/terms#"}],
    ],
)
def test_schema_org_is_known_by_each_of_its_names(context: Any) -> None:
    read = _read(_document({"@type": "Event", "name": "Drill", "startDate": "2026-05-01"}, context))
    assert [item.when for item in read.items] == ["2026-05-01"]


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for context in ("https://contexts.example/x", "file:///etc/passwd", "http://[::1"):
        read = _read(_document({"@type": "Event", "name": "Drill"}, [context]))
        assert not read.items
        assert read.faults


def test_one_bad_node_leaves_the_others() -> None:
    graph = [
        {"@type": "Event", "@id": "#good", "name": "Good"},
        {"@type": "Event", "@id": 7, "name": "Bad"},
    ]
    read = _read(_document({"@graph": graph}))
    assert [item.key for item in read.items] == [BASE + "#good"]
    assert len(read.faults) == 1


@pytest.mark.parametrize(
    ("status", "expected", "is_online"),
    [
        ("https://schema.org/EventScheduled", "confirmed", False),
        ("http://schema.org/EventPostponed", "tentative", False),
        ("EventMovedOnline", "confirmed", True),
        ("EventSomething", None, False),
    ],
)
def test_a_status_is_read_in_each_spelling(
    status: str, expected: str | None, is_online: bool
) -> None:
    if "/" not in status:
        status = f"https://schema.org/{status}"
    item = _event(eventStatus=status)
    assert (item.status, item.is_online) == (expected, is_online)


@pytest.mark.parametrize(
    ("start", "end", "when"),
    [
        ("2026", "", "2026"),
        ("2026-05", "", "2026-05"),
        ("2026-05-01/2026-05-03", "", "2026-05-01/2026-05-03"),
        ("2026-05-01", "2026-05-01", "2026-05-01"),
        ("2026-05-01T22:00:00Z", "2026-05-02T00:00:00Z", "2026-05-01"),
        ("2026-05-01", "2026-06", "2026-05-01/2026-06"),
    ],
)
def test_dates_are_as_exact_as_they_are_written(start: str, end: str, when: str) -> None:
    assert _event(startDate=start, **({"endDate": end} if end else {})).when == when


def test_a_date_in_words_is_a_fault() -> None:
    read = _read(_document({"@type": "Event", "name": "Drill", "startDate": "next spring"}))
    assert [fault.message for fault in read.faults] == [
        "“next spring” is not a date that can be read"
    ]


def test_what_is_held_both_ways_is_not_online() -> None:
    mode = "https://schema.org/MixedEventAttendanceMode"
    assert not _event(eventAttendanceMode=mode, location="Online").is_online


def test_two_events_of_one_name_are_told_apart_by_their_days() -> None:
    graph = [
        {"@type": "Event", "name": "Drill", "startDate": day}
        for day in ("2026-01-05", "2027-01-04")
    ]
    keys = {item.key for item in _read(_document({"@graph": graph})).items}
    assert keys == {"Drill#2026-01-05", "Drill#2027-01-04"}


def test_two_items_of_one_key_that_differ_are_a_fault() -> None:
    nodes = [{"@type": "Course", "identifier": "c", "name": name} for name in ("One", "Two")]
    read = _read(_document({"@graph": nodes}))
    assert len(read.items) == 1
    assert [fault.message for fault in read.faults] == ["another item has the same key"]


def test_a_page_that_says_a_thing_twice_has_it_once() -> None:
    event = json.dumps(
        {"@context": "https://schema.org", "@type": "Event", "@id": "#e", "name": "a"}
    )
    script = f'<script type="application/ld+json">{event}</script>'
    read = _read(f"<html>{script}{script}</html>".encode())
    assert (len(read.items), read.faults) == (1, ())


def test_a_page_of_another_encoding_is_read() -> None:
    page = (
        '<html lang="ja"><meta charset="shift_jis"><div itemscope itemtype="http://schema.org/Course">'
        '<b itemprop="name">研修</b></div></html>'
    )
    assert _read(page.encode("shift_jis")).items[0].titles == {"ja": "研修"}


def test_a_page_without_any_is_read_as_empty() -> None:
    assert _read(b"<html><p>Nothing here</p></html>") == FeedRead(())


def test_nodes_that_all_lead_to_each_other_do_not_fill_the_memory() -> None:
    ids = [f"#n{number}" for number in range(150)]
    nodes = [
        {"@type": "Event", "@id": each, "name": each, "sameAs": [{"@id": other} for other in ids]}
        for each in ids
    ]
    read = _read(_document({"@graph": nodes}))
    assert not read.items
    assert {fault.message for fault in read.faults} == {"it is too long"}


def test_a_hundred_thousand_values_are_read_in_a_moment() -> None:
    names = [f"n{number}" for number in range(100_000)]
    begun = time.process_time()
    read = _read(_document({"@graph": [{"@type": "Event", "@id": "#e", "name": names}]}))
    assert time.process_time() - begun < 20
    assert [fault.message for fault in read.faults] == ["it is too long"]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"@context":"https://schema.org","@graph":' + b"[" * 900 + b"]" * 900 + b"}",
    ],
)
def test_what_is_nested_too_deep_is_refused_or_empty(data: bytes) -> None:
    with suppress(UnreadableFeedError):
        assert not _read(data).items


def test_microdata_without_end_is_not_taken_apart() -> None:
    page = b"<html>" + b'<p itemscope itemprop="a">' * 20_000
    begun = time.process_time()
    read = _read(page)
    assert time.process_time() - begun < 10
    assert "there are more than 5000 properties" in read.faults[0].message
