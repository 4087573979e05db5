"""Feeds of each form over a real socket: tried, run, run again, changed, cancelled, vanished."""

from __future__ import annotations

from pathlib import Path

import pytest
from feeding import Centre, calendar, event, shown
from making import text

from concord.core.disclosure import institution_audience
from concord.exchange.feeding.entries import (
    entry_raws,
)
from concord.exchange.feeding.errors import FeedStateError
from concord.exchange.feeding.mapping import PARTIES
from concord.exchange.feeding.running import feed_replay, feed_run, feed_try
from concord.exchange.feeding.sources import (
    feed_approve,
    feed_change,
    feed_words_remember,
)
from concord.exchange.models import FeedEntry, FeedRaw, FeedRun
from concord.record.models import Revision
from concord.record.selectors import register_number

SAMPLES = Path(__file__).parents[1] / "feeds" / "samples"


def test_a_trial_shows_what_would_come_and_writes_nothing(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics"), event("2", "Culture")))
    source = centre.source(url)
    before = register_number()
    run = feed_try(source_id=source.id)
    assert [(row["status"], row["title"]) for row in run.rows] == [
        ("new", "Forensics"), ("new", "Culture")]  # fmt: skip
    assert run.rows[0]["after"]["days"] == "2027-03-02"
    assert register_number() == before
    assert FeedEntry.objects.count() == FeedRaw.objects.count() == 0
    source.refresh_from_db()
    assert (source.form, source.state, source.busy_since) == ("icalendar", "tried", None)


def test_a_run_makes_records_that_the_institution_alone_sees(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics", LOCATION="Tokai, Japan")))
    run = feed_run(source_id=centre.approved(url).id)
    record = centre.records()["Forensics"]
    assert record.audience == institution_audience(centre.acting.institution)
    assert record.content == {
        "titles": text("Forensics"), "activity_kind": "event", "when": "2027-03",
        "days": "2027-03-02",
        "stage": "planned", "country": "JP", "town": "Tokai",
        "parties": [{"party": {"institution": str(centre.acting.institution)}, "part": "host"}],
        "citations": record.content["citations"],
    }  # fmt: skip
    revision = Revision.objects.get(record=record.id)
    assert (revision.via, revision.actor_person) == ("feed", centre.acting.person)
    assert shown(run, "new", "changed", "faults") == [1, 0, 0]


@pytest.mark.parametrize("name", ["calendar.ics", "courses.jsonld", "feed.rss", "feed.atom",
                                  "page.html", "records.xml"])  # fmt: skip
def test_the_same_feed_read_twice_changes_nothing(centre: Centre, name: str) -> None:
    page = (SAMPLES / name).read_bytes().replace(b"page-2", b"")
    source = centre.approved(centre.server.put(f"/{name}", page), material_as="course")
    first = feed_run(source_id=source.id)
    assert shown(first, "new") > [0], first.failure
    before = (register_number(), FeedEntry.objects.count(), FeedRaw.objects.count())
    again = feed_run(source_id=source.id)
    assert shown(again, "new", "changed", "vanished") == [0, 0, 0]
    replayed = feed_replay(source_id=source.id)
    assert shown(replayed, "new", "changed", "vanished") == [0, 0, 0]
    assert (register_number(), FeedEntry.objects.count(), FeedRaw.objects.count()) == before


def test_what_changed_at_the_source_is_followed(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics"), event("2", "Culture")))
    source = centre.approved(url)
    feed_run(source_id=source.id)
    centre.server.put("/c.ics", calendar(event("1", "Nuclear forensics", "20270309", SEQUENCE="1"),
                                         event("2", "Culture")))  # fmt: skip
    run = feed_run(source_id=source.id)
    assert shown(run, "new", "changed", "same") == [0, 1, 1]
    assert centre.records()["Nuclear forensics"].content["days"] == "2027-03-09"
    assert set(run.rows[0]["before"]) == {"titles", "days"}


def test_cancelled_and_older_news(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics", SEQUENCE="2")))
    source = centre.approved(url)
    feed_run(source_id=source.id)
    centre.server.put("/c.ics", calendar(event("1", "Old words", SEQUENCE="1")))
    assert shown(feed_run(source_id=source.id), "older", "changed") == [1, 0]
    bare = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270302\r\nSEQUENCE:3\r\nEND:VEVENT"
    centre.server.put("/c.ics", calendar(bare, METHOD="CANCEL"))
    assert shown(feed_run(source_id=source.id), "changed", "vanished") == [1, 0]
    record = centre.records()["Forensics"]
    assert record.content["stage"] == "cancelled"
    assert record.content["days"] == "2027-03-02"


def test_what_vanished_is_marked_and_comes_back(centre: Centre) -> None:
    both = calendar(event("1", "Forensics"), event("2", "Culture"))
    source = centre.approved(centre.server.put("/c.ics", both))
    feed_run(source_id=source.id)
    centre.server.put("/c.ics", calendar(event("2", "Culture")))
    before = register_number()
    run = feed_run(source_id=source.id)
    assert shown(run, "vanished", "changed") == [1, 0]
    assert register_number() == before
    assert FeedEntry.objects.get(key="1").vanished_at == run.began_at
    assert shown(feed_run(source_id=source.id), "vanished") == [0], "told once"
    centre.server.put("/c.ics", both)
    feed_run(source_id=source.id)
    assert FeedEntry.objects.get(key="1").vanished_at is None
    assert set(centre.records()) == {"Forensics", "Culture"}


def test_each_text_that_came_is_kept_within_bounds_and_without_persons(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Course 0"))))
    for number in range(13):
        centre.server.put("/c.ics", calendar(
            event("1", f"Course {number}", ATTENDEE="mailto:taro@centre.example")))  # fmt: skip
        feed_run(source_id=source.id)
    entry = FeedEntry.objects.get()
    raws = entry_raws(entry=entry)
    assert len(raws) == FeedRaw.objects.count() == 10
    assert "Course 12" in raws[0].raw.text
    assert "Course 3" in raws[-1].raw.text
    assert not any("taro" in got.raw.text for got in raws)


def test_a_series_is_one_text_and_a_record_for_each_day(centre: Centre) -> None:
    weekly = event("w", "Seminar", "20270104", RRULE="FREQ=WEEKLY;COUNT=4")
    source = centre.approved(centre.server.put("/c.ics", calendar(weekly)))
    run = feed_run(source_id=source.id)
    assert shown(run, "new", "doubtful") == [4, 0]
    assert (FeedEntry.objects.count(), FeedRaw.objects.count()) == (4, 1)
    longer = event("w", "Seminar", "20270104", RRULE="FREQ=WEEKLY;COUNT=5", EXDATE="20270118")
    centre.server.put("/c.ics", calendar(longer.replace("EXDATE:", "EXDATE;VALUE=DATE:")))
    run = feed_run(source_id=source.id)
    assert shown(run, "new", "vanished", "doubtful") == [1, 1, 0]


def test_words_and_defaults_are_matched_and_remembered(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(
        event("1", "Drill", CATEGORIES="\u5185\u90e8\u8105\u5a01,workshop,gizmology",
              ORGANIZER="mailto:x@y.example")))  # fmt: skip
    source = centre.approved(url, roles=["R02"], activity_kind="exercise")
    run = feed_run(source_id=source.id)
    content = centre.records()["Drill"].content
    assert content["activity_kind"] == "workshop"
    assert content["roles"] == ["R02"]
    assert run.words == [["feed keywords", "gizmology", 1]]
    feed_words_remember(
        acting=centre.acting, source_id=source.id, chosen={"gizmology": ("topics", "D1")}
    )
    run = feed_replay(source_id=source.id)
    assert "D1" in centre.records()["Drill"].content["topics"]
    assert run.words == []
    feed_change(acting=centre.acting, source_id=source.id, name="C", hours=1,
                defaults={"language": "ja", "roles": ["R03"]})  # fmt: skip
    feed_replay(source_id=source.id)
    content = centre.records()["Drill"].content
    assert (content["titles"]["original"], content["roles"]) == ("ja", ["R03"])


def organised(uid: str, by: str, start: str = "20270302", title: str = "Lecture") -> str:
    line = f"ORGANIZER;CN={by}:mailto:a@b.example\r\nEND:VEVENT"
    return event(uid, title, start).replace("END:VEVENT", line)


def everything_kept() -> str:
    """All that feeds leave in the database."""
    kept = [vars(row) for row in [*FeedEntry.objects.all(), *FeedRaw.objects.all()]]
    kept += [vars(row) for row in [*FeedRun.objects.all(), *Revision.objects.all()]]
    return str([{name: str(value) for name, value in row.items()} for row in kept])


def test_an_organisation_that_nobody_knows_is_asked_about(centre: Centre) -> None:
    other = centre.make.write(centre.make.institution("Other Centre"))
    unknown = "Institute of Examples"
    source = centre.approved(centre.server.put("/c.ics", calendar(
        organised("1", "Other Centre", title="Joint course"),
        organised("2", unknown, "20270601"))))  # fmt: skip
    run = feed_run(source_id=source.id)
    parties = centre.records()["Joint course"].content["parties"]
    assert parties == [{"party": {"institution": str(other)}, "part": "organiser"}]
    notes = next(row["notes"] for row in run.rows if row["title"] == "Lecture")
    assert notes == [f"In no list, and left out: “{unknown}”."]
    assert (run.words, run.counts["words"]) == ([[PARTIES, unknown, 1]], 1)
    feed_words_remember(acting=centre.acting, source_id=source.id,
                        chosen={unknown: (PARTIES, str(other))})  # fmt: skip
    feed_replay(source_id=source.id)
    assert centre.records()["Lecture"].content["parties"] == parties


def test_a_name_that_may_be_a_person_s_is_kept_nowhere(centre: Centre) -> None:
    centre.make.write(centre.make.institution("JAEX"))
    page = calendar(
        organised("1", "Hanako Example"),
        organised("2", '"“Dr. Taro Example”"', "20270601"),
        organised("3", "JAEX", "20270701", "Course of JAEX"),
    )
    source = centre.approved(centre.server.put("/c.ics", page))
    run = feed_run(source_id=source.id)
    assert (run.counts["unnamed"], run.words) == (2, [])
    kept = everything_kept()
    assert "Hanako" not in kept
    assert "Taro" not in kept
    before = centre.records()["Course of JAEX"].content["parties"]
    assert before[0]["part"] == "organiser", "the register knows it"
    feed_replay(source_id=source.id)
    assert centre.records()["Course of JAEX"].content["parties"] == before


SCHOOL = """{"@context": "https://schema.org", "@graph": [
 {"@type": "Event", "@id": "https://c.example/1", "name": "Seminar", "startDate": "2027-03-02",
  "inLanguage": "Elvish", "keywords": ["gizmology"],
  "location": {"@type": "Place", "address": {"addressLocality": "Tokai", "addressCountry": "Nippon Koku"}},
  "organizer": {"@type": "Person", "name": "Hanako Example",
                "affiliation": {"@type": "Organization", "name": "Other Centre"}},
  "performer": [{"@type": "Person", "name": "Taro Example"},
                {"@type": "Organization", "name": "Third Centre"}],
  "about": {"@type": "Person", "name": "Jiro Example"}}]}"""


def test_of_persons_only_where_they_belong_is_read(centre: Centre) -> None:
    other, third = (
        centre.make.write(centre.make.institution(name))
        for name in ("Other Centre", "Third Centre")
    )
    url = centre.server.put("/courses", SCHOOL, "application/ld+json")
    run = feed_run(source_id=centre.approved(url).id)
    assert centre.records()["Seminar"].content["parties"] == [
        {"party": {"institution": str(other)}, "part": "organiser"},
        {"party": {"institution": str(third)}, "part": "lecturer"},
    ]
    assert run.counts["unnamed"] == 2
    assert "Hanako" not in (kept := everything_kept())
    assert "Taro" not in kept
    assert "Jiro" not in kept


def test_a_country_and_a_language_in_no_list_are_asked_about(centre: Centre) -> None:
    url = centre.server.put("/courses", SCHOOL, "application/ld+json")
    source = centre.approved(url)
    run = feed_run(source_id=source.id)
    content = centre.records()["Seminar"].content
    assert (content.get("country"), content["town"]) == (None, "Tokai")
    assert {(sort, word) for sort, word, _n in run.words} == {
        ("countries", "Nippon Koku"), ("languages", "Elvish"), ("feed keywords", "gizmology"),
        (PARTIES, "Other Centre"), (PARTIES, "Third Centre"),
    }  # fmt: skip
    feed_words_remember(acting=centre.acting, source_id=source.id, chosen={
        "Nippon Koku": ("countries", "JP"), "Elvish": ("languages", "ja"),
        "gizmology": ("languages", "no such"), "Third Centre": ("", "")})  # fmt: skip
    run = feed_replay(source_id=source.id)
    content = centre.records()["Seminar"].content
    assert (content["country"], content["town"], content["languages"]) == ("JP", "Tokai", ["ja"])
    assert {word for _sort, word, _n in run.words} == {"gizmology", "Other Centre"}


def test_a_town_before_an_unknown_country_comes_with_it(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(
        event("1", "Forensics", LOCATION="Hall 3\\, Tokai\\, Nippon Koku")))  # fmt: skip
    source = centre.approved(url)
    assert feed_run(source_id=source.id).words == [["countries", "Nippon Koku", 1]]
    assert "town" not in centre.records()["Forensics"].content
    feed_words_remember(acting=centre.acting, source_id=source.id,
                        chosen={"Nippon Koku": ("countries", "JP")})  # fmt: skip
    feed_replay(source_id=source.id)
    content = centre.records()["Forensics"].content
    assert (content["country"], content["town"]) == ("JP", "Tokai")


@pytest.mark.parametrize(("material_as", "outcome"), [("", "left"), ("course", "new")])
def test_a_material_is_left_out_or_taken_for_a_course_and_says_so(
    centre: Centre, material_as: str, outcome: str
) -> None:
    page = """{"@context": "https://schema.org", "@type": "LearningResource",
               "@id": "https://c.example/2", "name": "Guide"}"""
    url = centre.server.put("/guide", page, "application/ld+json")
    source = centre.approved(url, material_as=material_as)
    run = feed_run(source_id=source.id)
    assert (shown(run, outcome), run.counts["materials"]) == ([1], 1)
    (row,) = run.rows
    assert "said to be a course" in f"{row['message']}{row['notes']}"


def test_a_fault_in_one_item_stops_no_other(centre: Centre) -> None:
    broken = event("2", "Backwards", DTEND="20270101").replace("DTEND:", "DTEND;VALUE=DATE:")
    source = centre.approved(
        centre.server.put("/c.ics", calendar(event("1", "Good"), broken, event("3", "Fine")))
    )
    run = feed_run(source_id=source.id)
    assert set(centre.records()) == {"Good", "Fine"}
    assert [fault["where"] for fault in run.faults] == ["2"]
    centre.server.put("/c.ics", calendar(event("1", "Good"), event("3", "Fine").replace(
        "20270302", "nonsense")))  # fmt: skip
    assert shown(feed_run(source_id=source.id), "vanished") == [0], "unread is not gone"


def test_a_run_of_a_course_names_it(centre: Centre) -> None:
    page = (SAMPLES / "courses.jsonld").read_bytes()
    source = centre.approved(centre.server.put("/courses", page, "application/ld+json"))
    feed_run(source_id=source.id)
    courses, runs = centre.records("course"), centre.records()
    course = courses["Physical Protection of Nuclear Material"]
    named = [run.content for run in runs.values() if run.content.get("course") == str(course.id)]
    assert named
    assert named[0]["activity_kind"] == "course_run"
    assert course.content["titles"]["text"]["ja"] == "核物質防護コース"
    assert "<" not in str(course.content["objectives"])


def oai(body: str) -> str:
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
        f"{body}</ListRecords></OAI-PMH>"
    )


def oai_record(key: str, title: str = "", *, kind: str = "Event") -> str:
    if not title:
        return f'<record><header status="deleted"><identifier>{key}</identifier></header></record>'
    dc = (
        f'<dc xmlns="http://purl.org/dc/elements/1.1/"><title>{title}</title>'
        f"<type>{kind}</type><date>2027-05-05</date></dc>"
    )
    return (
        f"<record><header><identifier>{key}</identifier></header><metadata>{dc}</metadata></record>"
    )


def test_a_repository_is_read_page_by_page(centre: Centre) -> None:
    token = "<resumptionToken>a&amp;b/2</resumptionToken>"
    first = oai(oai_record("oai:1", "Course A") + token)
    url = centre.server.put("/oai", first, "text/xml")
    centre.server.put("/oai?verb=ListRecords&resumptionToken=a%26b%2F2",
                      oai(oai_record("oai:2", "Course B")))  # fmt: skip
    source = centre.approved(url)
    run = feed_run(source_id=source.id)
    assert shown(run, "new", "faults") == [2, 0]
    assert "/oai?verb=ListRecords&metadataPrefix=oai_dc" in centre.server.asked
    centre.server.put("/oai", oai(oai_record("oai:1") + token), "text/xml")
    run = feed_run(source_id=source.id)
    assert shown(run, "deleted", "vanished") == [1, 0]
    assert set(centre.records()) == {"Course A", "Course B"}, "a person decides"
    entry = FeedEntry.objects.get(key="oai:1")
    assert (entry.is_deleted, entry.vanished_at is None) == (True, False)
    assert shown(feed_run(source_id=source.id), "deleted") == [0]


def test_a_repository_that_leads_in_a_circle_is_left(centre: Centre) -> None:
    token = "<resumptionToken>again</resumptionToken>"
    source = centre.approved(
        centre.server.put("/oai", oai(oai_record("oai:1", "Course A") + token), "text/xml")
    )
    run = feed_run(source_id=source.id)
    assert shown(run, "new", "faults") == [1, 1]
    assert "without end" in run.faults[0]["why"]
    centre.server.put("/oai", oai(oai_record("oai:2", "Course B") + token), "text/xml")
    assert shown(feed_run(source_id=source.id), "vanished") == [0], "it was not read whole"


def test_a_page_that_fails_half_way_leaves_everything(centre: Centre) -> None:
    token = "<resumptionToken>next</resumptionToken>"
    url = centre.server.put("/oai", oai(oai_record("oai:1", "Course A") + token), "text/xml")
    centre.server.put("/oai?verb=ListRecords&resumptionToken=next", b"not xml")
    source = centre.source(url)
    assert feed_try(source_id=source.id).failure
    with pytest.raises(FeedStateError):
        feed_approve(acting=centre.acting, source_id=source.id)


def test_markup_and_markers_of_a_feed_are_text(centre: Centre) -> None:
    evil = event("1", "<img src=x onerror=alert(1)>=cmd|' /C calc'!A0", LOCATION="A" * 5000)
    source = centre.approved(centre.server.put("/c.ics", calendar(evil)))
    feed_run(source_id=source.id)
    (title,) = centre.records()
    assert "<" not in title
