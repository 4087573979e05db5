"""Whatever a feed is made of, it gives items and faults or is refused, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
import re
from contextlib import suppress
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concord.core.timespan import TimeSpan
from concord.exchange.feeds.item import FeedForm, FeedItem, FeedRead, UnreadableFeedError
from concord.exchange.feeds.reading import guess_form, read_feed

SAMPLES = Path(__file__).parent / "samples"
BASE = "https://centre.example/en/"
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))

FORMS = {
    "calendar.ics": FeedForm.ICALENDAR,
    "courses.jsonld": FeedForm.SCHEMA_ORG,
    "feed.atom": FeedForm.SYNDICATION,
    "feed.rdf": FeedForm.SYNDICATION,
    "feed.rss": FeedForm.SYNDICATION,
    "page.html": FeedForm.SCHEMA_ORG,
    "records.xml": FeedForm.OAI_PMH,
}


def _read(data: bytes, form: FeedForm) -> FeedRead:
    return read_feed(data, form=form, base_url=BASE, window=YEAR)


def _sample(name: str) -> FeedRead:
    return _read((SAMPLES / name).read_bytes(), FORMS[name])


def test_every_sample_is_tried() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_told_by_how_a_feed_begins(name: str) -> None:
    assert guess_form((SAMPLES / name).read_bytes(), "application/octet-stream") is FORMS[name]


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("text/calendar; charset=utf-8", FeedForm.ICALENDAR),
        ("application/ld+json", FeedForm.SCHEMA_ORG),
        ("Application/RSS+XML", FeedForm.SYNDICATION),
        ("image/png", None),
        ("", None),
    ],
)
def test_the_content_type_tells_where_the_beginning_does_not(
    content_type: str, form: FeedForm | None
) -> None:
    assert guess_form(b"?", content_type) is form


@pytest.mark.parametrize("name", FORMS)
def test_an_item_reads_into_itself_again_from_its_own_text(name: str) -> None:
    items = _sample(name).items
    assert items
    for item in items:
        again = _read(item.raw.encode(), FORMS[name]).items
        assert replace(item, raw="") in [replace(each, raw="") for each in again]


@pytest.mark.parametrize("name", FORMS)
def test_no_person_is_named(name: str) -> None:
    source = (SAMPLES / name).read_text(encoding="utf-8")
    persons = re.compile(r"Hanako|Taro|Jiro|Example Name|@centre\.example(?!/\d|\W*$)")
    for item in _sample(name).items:
        kept = repr(replace(item, key="")).replace(item.key.partition("/")[0], "")
        assert not persons.search(kept)
    if name in {"calendar.ics", "courses.jsonld", "feed.rss", "feed.atom", "records.xml"}:
        assert persons.search(source)  # so that the test says something


@pytest.mark.parametrize("name", FORMS)
def test_keys_are_stable_and_no_two_items_share_one(name: str) -> None:
    keys = [(item.kind, item.key) for item in _sample(name).items]
    assert len(set(keys)) == len(keys)
    assert keys == [(item.kind, item.key) for item in _sample(name).items]


@pytest.mark.parametrize("form", FeedForm)
def test_what_is_no_feed_is_refused(form: FeedForm) -> None:
    with pytest.raises(UnreadableFeedError):
        _read(b"no feed at all", form)


LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "laugh laugh laugh">
%s]>
<%s><channel><item><title>&e9;</title><guid>1</guid></item></channel></%s>"""


@pytest.mark.parametrize("form", [FeedForm.SYNDICATION, FeedForm.OAI_PMH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_billion_laughs_are_refused(form: FeedForm, encoding: str) -> None:
    names = ["a", *(f"e{number}" for number in range(10))]
    grown = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    root = b"rss" if form is FeedForm.SYNDICATION else b"OAI-PMH"
    text = (LAUGHS % (grown.encode(), root, root)).decode()
    with pytest.raises(UnreadableFeedError):
        _read(text.replace('"1.0"', f'"1.0" encoding="{encoding}"').encode(encoding), form)


def test_an_entity_from_a_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    data = f"""<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>
        <rss version="2.0"><channel><item><title>&x;</title><guid>1</guid></item></channel></rss>"""
    for form in (FeedForm.SYNDICATION, FeedForm.OAI_PMH):
        with pytest.raises(UnreadableFeedError):
            _read(data.encode(), form)


def test_a_feed_that_is_the_name_of_a_file_is_not_opened(tmp_path: Path) -> None:
    feed = tmp_path / "feed.rss"
    feed.write_bytes((SAMPLES / "feed.rss").read_bytes())
    with pytest.raises(UnreadableFeedError):
        _read(str(feed).encode(), FeedForm.SYNDICATION)


def _holds_what_it_promises(item: FeedItem) -> None:
    assert item.key
    assert item.when is None or str(TimeSpan.parse(item.when)) == item.when
    for each in fields(item):
        repr(getattr(item, each.name)).encode("utf-8")
    texts = (item.key, item.raw, *item.titles.values(), *item.summary.values(), *item.keywords)
    for text in texts:
        text.encode("utf-8")
        assert "\0" not in text
    if item.start and item.end and item.start.tzinfo and item.end.tzinfo:
        assert item.start <= item.end


UGLY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _either(data: bytes, form: FeedForm) -> None:
    with suppress(UnreadableFeedError):
        for item in _read(data, form).items:
            _holds_what_it_promises(item)


@pytest.mark.parametrize("form", [FeedForm.ICALENDAR, FeedForm.SYNDICATION])
def test_a_feed_that_would_take_minutes_is_refused(form: FeedForm) -> None:
    with pytest.raises(UnreadableFeedError, match="larger than 4 MB"):
        _read(b" " * 4_000_001, form)


def test_of_very_many_faults_only_the_first_are_told() -> None:
    item = "<item><title>No guid</title></item>"
    data = f'<rss version="2.0"><channel>{item * 1_500}</channel></rss>'.encode()
    faults = _read(data, FeedForm.SYNDICATION).faults
    assert len(faults) == 1_001
    assert str(faults[-1]) == "the feed – and 500 more"


@UGLY
@given(data=st.binary(max_size=400), form=st.sampled_from(FeedForm))
def test_any_bytes_are_read_or_refused(data: bytes, form: FeedForm) -> None:
    _either(data, form)


@UGLY
@given(data=st.data(), name=st.sampled_from(sorted(FORMS)), form=st.sampled_from(FeedForm))
def test_a_damaged_feed_is_read_or_refused(data: st.DataObject, name: str, form: FeedForm) -> None:
    whole = (SAMPLES / name).read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 80)))
    damage = data.draw(st.binary(max_size=20) | st.sampled_from([b"<", b"\0", b'"', b"\n", b"}"]))
    _either(whole[:start] + damage + whole[end:], FORMS[name])
    _either(whole[:start] + damage, form)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2026-01-01", "Event", "https://schema.org", "_:b0", "#a", "ja", "@id"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["@id", "@type", "@graph", "@list", "@value", "@language", "@context", "@reverse",
             "@included", "@index", "@set", "name", "url", "startDate", "endDate", "location",
             "address", "addressCountry", "hasCourseInstance", "inLanguage", "keywords",
             "courseMode", "courseSchedule", "organizer", "eventStatus", "identifier"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@UGLY
@given(node=st.dictionaries(st.sampled_from(["name", "location", "@graph", "startDate"]), JSON))
def test_any_json_is_read_or_refused(node: dict[str, object]) -> None:
    document = {"@context": "https://schema.org", "@type": "Event", "@id": "#a", **node}
    _either(json.dumps(document).encode(), FeedForm.SCHEMA_ORG)


LINES = st.sampled_from(
    ["DTSTART:20260101T000000Z", "DTSTART;VALUE=DATE:20260101", "DTSTART;TZID=Asia:20260101T000000",
     "DTSTART;TZID=Asia/Tokyo:99991231T235959", "DTSTART:00010101T000000", "DTEND:20260101T010000",
     "DTEND;VALUE=DATE:20251231", "DURATION:-P1D", "DURATION:P9999999D", "DURATION:PT1H",
     "RRULE:FREQ=DAILY", "RRULE:FREQ=SECONDLY", "RRULE:FREQ=YEARLY;COUNT=-1", "RRULE:COUNT=2",
     "RRULE:FREQ=MONTHLY;BYDAY=5MO;UNTIL=20270101", "RRULE:FREQ=WEEKLY;INTERVAL=0", "RRULE:x",
     "RRULE:FREQ=DAILY;BYHOUR=25", "RDATE:20260301T000000Z", "RDATE;VALUE=PERIOD:20260301T000000Z/PT1H",
     "EXDATE;VALUE=DATE:20260102", "EXDATE:x", "RECURRENCE-ID:20260102T000000Z",
     "RECURRENCE-ID;RANGE=THISANDFUTURE:20260102T000000Z", "SEQUENCE:-4", "SEQUENCE:x",
     "STATUS:?", "LOCATION:,,,", "ORGANIZER:x", "ORGANIZER;CN=a@b.c:x", "CATEGORIES:,", "URL:javascript:1",
     "LAST-MODIFIED:x", "SUMMARY;LANGUAGE=??:a", "BEGIN:VALARM", "END:VALARM", "no colon", ":"]
)  # fmt: skip


@UGLY
@given(lines=st.lists(LINES, max_size=12), more=st.lists(LINES, max_size=6))
def test_any_event_is_read_or_refused(lines: list[str], more: list[str]) -> None:
    events = [["BEGIN:VEVENT", "UID:1", "SUMMARY:a", *each, "END:VEVENT"] for each in (lines, more)]
    text = "\r\n".join(["BEGIN:VCALENDAR", *events[0], *events[1], "END:VCALENDAR", ""])
    _either(text.encode(), FeedForm.ICALENDAR)


RSS = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item>
<title>Guide</title><guid>1</guid><author>hanako@centre.example (Hanako Example)</author>
<dc:creator>Institute &amp; School of Examples</dc:creator></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Guide</title><id>1</id>
<author><name>Hanako Example, Institute &amp; School of Examples</name>
<email>hanako@centre.example</email></author></entry></feed>"""
DUBLIN = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record>
<header><identifier>1</identifier></header><metadata>
<dc xmlns="http://purl.org/dc/elements/1.1/"><title>Guide</title><creator>Example, Hanako</creator>
<creator>Institute &amp; School of Examples</creator></dc></metadata></record></ListRecords></OAI-PMH>"""
LINKED = """{"@context": "https://schema.org", "@type": "LearningResource", "@id": "https://c.example/1",
"name": "Guide", "author": [{"@type": "Person", "name": "Hanako Example"},
{"@type": "Organization", "name": "Institute & School of Examples"}]}"""


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (RSS, FeedForm.SYNDICATION), (ATOM, FeedForm.SYNDICATION), (DUBLIN, FeedForm.OAI_PMH),
        (LINKED, FeedForm.SCHEMA_ORG),
    ],
)  # fmt: skip
def test_of_authors_organisations_alone_are_read_and_kept(text: str, form: FeedForm) -> None:
    (item,) = _read(text.encode(), form).items
    assert item.organisers == ("Institute & School of Examples",)
    assert "Hanako" not in f"{item}"
    (again,) = _read(item.raw.encode(), form).items
    assert again.organisers == item.organisers
