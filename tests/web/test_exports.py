"""Lists as files, the calendar, and every page as data."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from icalendar import Calendar
from making import Maker, text

from concord.core.disclosure import Level
from concord.exchange.feeds.item import FeedForm
from concord.exchange.feeds.reading import read_feed
from concord.exchange.linked import CONFORMS
from concord.register.listings import LISTINGS


def _rows(client: Client, address: str) -> list[dict[str, str]]:
    response: Any = client.get(address)
    assert response.status_code == 200
    assert isinstance(response, StreamingHttpResponse)
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize("name", LISTINGS)
def test_a_list_as_csv_is_all_that_the_page_counts(client: Client, name: str) -> None:
    rows = _rows(client, f"/lists/{name}.csv")
    assert len(rows) == client.get(f"/api/{name}").json()["total"]
    assert len({row["id"] for row in rows}) == len(rows)


@pytest.mark.usefixtures("east_asia")
def test_a_csv_keeps_the_filter_of_its_page(client: Client) -> None:
    rows = _rows(client, "/lists/training.csv?topic=B1&kind=course")
    assert rows
    assert all("B1" in row["topics"].split("; ") for row in rows)
    assert client.get("/lists/training.csv?topic=Z9").status_code == 400
    assert client.get("/lists/nothing.csv").status_code == 404


def test_a_csv_gives_no_formula_and_nothing_withheld(client: Client, make: Maker) -> None:
    shown = make.parse("course", titles=text("=1+1"), providers=[str(make.owner)], topics=["D1"])
    make.write(shown, fields={"topics": Level.INSTITUTION})
    hidden = make.parse("course", titles=text("Hidden"), providers=[str(make.owner)])
    make.write(hidden, level=Level.INSTITUTION)
    (row,) = _rows(client, "/lists/training.csv")
    assert row["title"] == "'=1+1"
    assert (row["topics"], row["withheld"]) == ("", "topics")


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize(
    "address",
    ["/", "/institutions/", "/training/?topic=B1", "/training/calendar/", "/collaboration/?cut=brief",
     "/coverage/?cut=brief", "/coverage/B1/", "/statements/?group=trained", "/sources/",
     "/recommendations/", "/glossary/", "/about/"],
)  # fmt: skip
def test_every_page_names_its_data(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    found = re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', page)
    assert found is not None
    data = client.get(found.group(1).replace("&amp;", "&"))
    assert data.status_code == 200
    assert data.json()


@pytest.mark.usefixtures("east_asia")
def test_the_calendar_puts_each_activity_where_its_source_dates_it(client: Client) -> None:
    page = client.get("/training/calendar/?year=2014").content.decode()
    months = re.split(r"<h2>\s*", page)
    october = next(part for part in months if part.startswith("October"))
    assert "Collaboration Among Centers of Excellence in Asia" in october
    assert "Dated to the year" in page
    assert client.get("/training/calendar/?year=soon").status_code == 400
    assert client.get("/training/calendar/?year=9999").status_code == 200


@pytest.mark.usefixtures("east_asia")
def test_figures_lead_to_the_records_behind_them(client: Client) -> None:
    home = client.get("/").content.decode()
    addresses = re.findall(r'class="number"><a href="([^"]+)">([\d,]+)</a>', home)
    assert addresses
    for address, count in addresses:
        path, _mark, query = address.replace("&amp;", "&").partition("?")
        data = client.get(f"/api/{path.strip('/')}?{query}")
        assert data.json()["total"] == int(count.replace(",", "")), address


def _run(make: Maker, title: str, **more: object) -> uuid.UUID:
    return make.put(
        "activity", titles=text(title), activity_kind="course_run",
        parties=[{"party": {"institution": str(make.owner)}, "part": "host"}], **more,
    )  # fmt: skip


def test_a_calendar_has_each_dated_activity_once_under_an_identifier_that_stays(
    client: Client, make: Maker
) -> None:
    key = _run(make, "Run", when="2027-02-01/2027-02-05", stage="planned", town="Tokai")
    gone = _run(make, "Called off", when="2027-03-01", stage="cancelled")
    _run(make, "Some day in May", when="2027-05")
    make.write(make.institution("Hidden"), level=Level.INSTITUTION)
    events = {
        str(event["UID"]): event
        for event in Calendar.from_ical(client.get("/lists/training.ics").content).events
    }
    assert set(events) == {f"{key}@concord", f"{gone}@concord"}
    run = events[f"{key}@concord"]
    assert (run["DTSTART"].dt, run["DTEND"].dt) == (dt.date(2027, 2, 1), dt.date(2027, 2, 6))
    assert run["STATUS"] == "TENTATIVE"
    assert run["SEQUENCE"] == 0
    assert events[f"{gone}@concord"]["STATUS"] == "CANCELLED"
    changed = make.parse(
        "activity",
        titles=text("Run"),
        activity_kind="course_run",
        when="2027-02-08",
        stage="planned",
    )
    make.write(changed, record_id=key)
    again = Calendar.from_ical(client.get("/lists/training.ics?q=run").content).events
    assert [(e["UID"], e["SEQUENCE"]) for e in again] == [(f"{key}@concord", 1)]


@pytest.mark.parametrize("online", [False, True])
def test_json_ld_is_read_back_by_our_own_reader_of_feeds(
    client: Client, make: Maker, online: bool
) -> None:
    key = _run(
        make, "Run", when="2027-02-01/2027-02-05", country="JP", town="Tokai", is_online=online
    )
    course = make.put("course", titles=text("Course"), providers=[str(make.owner)], topics=["B1"])
    window = (dt.date(2027, 1, 1), dt.date(2027, 12, 31))
    for record, required in (
        (key, {"@context", "@type", "@id", CONFORMS, "courseMode", "location"}),
        (course, {"@context", "@type", "@id", CONFORMS, "description", "keywords", "name"}),
    ):
        answer = client.get(f"/records/{record}.jsonld")
        assert answer["Content-Type"] == "application/ld+json"
        data = answer.json()
        assert all(data.get(name) for name in required)
        read = read_feed(answer.content, form=FeedForm.SCHEMA_ORG, window=window)
        assert read.faults == ()
        (item,) = read.items
        assert item.titles == {"en": "Run" if record == key else "Course"}
        if record == key:
            assert item.when == "2027-02-01/2027-02-05"
            assert item.is_online is online
    assert client.get(f"/records/{make.owner}.jsonld").status_code == 404
