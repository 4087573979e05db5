"""Feeds of each form over a real socket: tried, run, run again, changed, cancelled, vanished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from making import Maker, text
from serving import Server, serving

from concord.accounts.models import Mandate, Person, Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Actor, institution_audience, member_of
from concord.exchange.feeding.running import feed_replay, feed_run, feed_try
from concord.exchange.feeding.sources import (
    feed_approve,
    feed_source_make,
)
from concord.exchange.models import FeedEntry, FeedRaw, FeedRun, FeedSource
from concord.record.models import Revision
from concord.record.selectors import RecordView, records_owned, register_number
from concord.record.services import Draft, content_parse, revision_write

SAMPLES = Path(__file__).parents[1] / "feeds" / "samples"
CALENDAR = "text/calendar"


def event(uid: str, title: str, start: str = "20270302", **more: str) -> str:
    """One event of a whole day."""
    lines = [f"{name.replace('_', '-')}:{value}" for name, value in more.items()]
    return "\r\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}",
         f"DTSTART;VALUE=DATE:{start}", *lines, "END:VEVENT"]
    )  # fmt: skip


def calendar(*events: str, **more: str) -> str:
    lines = [f"{name}:{value}" for name, value in more.items()]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, *events, "END:VCALENDAR", ""])


@dataclass
class Centre:
    """An institution with a server of its own and somebody who may publish for it."""

    make: Maker
    acting: Acting
    server: Server

    def source(self, url: str, **defaults: Any) -> FeedSource:
        return feed_source_make(
            acting=self.acting, name="Calendar", url=url, hours=24,
            defaults={"language": "en", **defaults},
        )  # fmt: skip

    def approved(self, url: str, *, lets_out: bool = False, **defaults: Any) -> FeedSource:
        source = self.source(url, **defaults)
        feed_try(source_id=source.id)
        return feed_approve(acting=self.acting, source_id=source.id, lets_out=lets_out)

    def records(self, kind: str = "activity") -> dict[str, RecordView]:
        owner = self.acting.institution
        owned = records_owned(viewer=member_of(owner), owner=owner, kind=kind)
        return {next(iter(r.content["titles"]["text"].values())): r for r in owned}

    def write(self, record: RecordView, **changes: Any) -> None:
        """Change a record by hand."""
        content = content_parse(kind=record.kind, data={**record.content, **changes})
        revision_write(
            actor=Actor(self.acting.institution, may_publish=True),
            draft=Draft(content, record.id), via="form",
        )  # fmt: skip


@pytest.fixture
def centre(make: Maker, settings: Any) -> Iterator[Centre]:
    person = Person.objects.create_user("ann@example.org")
    Mandate.objects.create(person=person, role=Role.PUBLISHER, institution=make.owner)
    with serving(settings) as server:
        yield Centre(make, Acting(person.id, make.owner, Role.PUBLISHER), server)


def shown(run: FeedRun, *names: str) -> list[int]:
    return [run.counts.get(name, 0) for name in names]


def test_a_trial_shows_what_would_come_and_writes_nothing(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics"), event("2", "Culture")))
    source = centre.source(url)
    before = register_number()
    run = feed_try(source_id=source.id)
    assert [(row["status"], row["title"]) for row in run.rows] == [
        ("new", "Forensics"), ("new", "Culture")]  # fmt: skip
    assert run.rows[0]["after"]["when"] == "2027-03-02"
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
        "titles": text("Forensics"), "activity_kind": "event", "when": "2027-03-02",
        "stage": "planned", "country": "JP", "town": "Tokai",
        "parties": [{"party": {"institution": str(centre.acting.institution)}, "part": "host"}],
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
