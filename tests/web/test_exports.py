"""Lists as files, the calendar, and every page as data."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import uuid
from collections import Counter
from typing import Any

import feedparser
import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from icalendar import Calendar
from making import Maker, text
from schema_org import schema_org_faults

from concord.core.disclosure import Actor, Level
from concord.exchange.feeds.item import FeedForm
from concord.exchange.feeds.reading import read_feed
from concord.exchange.linked import CONFORMS
from concord.record.services import Draft, record_remove, revisions_write
from concord.register.listings import LISTINGS


def _body(client: Client, address: str) -> bytes:
    response: Any = client.get(address)
    assert response.status_code == 200, address
    return b"".join(response.streaming_content) if response.streaming else response.content


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
        for event in Calendar.from_ical(_body(client, "/lists/training.ics")).events
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
    again = Calendar.from_ical(_body(client, "/lists/training.ics?q=run")).events
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
    assert client.get(f"/records/{make.owner}.jsonld").json()["@type"] == "Organization"


def _put_by_page(make: Maker, kind: str, **data: object) -> uuid.UUID:
    """A record of a kind that one page alone may write."""
    content = make.parse(kind, **data)
    way = min(content.ways or {"test"})
    drafts = [Draft(content, level=Level.PUBLIC)]
    return revisions_write(actor=Actor(make.owner, may_publish=True), drafts=drafts, via=way)[0]


def test_every_kind_of_record_keeps_to_the_vocabulary_of_schema_org(
    client: Client, make: Maker
) -> None:
    """Each property is one that schema.org has for the type of the node that it stands on."""
    us, jp = {"institution": str(make.owner)}, {"state": "JP"}
    source = make.put("source", titles=text("Report"), source_kind="report")
    cited = {"text": text("Said"), "citations": [{"source": str(source)}]}
    relation = make.put("relation", relation_kind="support", parties=[us, jp], **cited)
    made = {
        "source": source,
        "relation": relation,
        "network": make.put("network", names=[{"name": "Net", "language": "en"}],
                            founded="2014", purpose=text("Sharing")),
        "agreement": make.put("agreement", titles=text("Memo"), parties=[us, jp],
                              agreement_kind="memorandum", when="2014"),
        "endorsement": make.put("endorsement", body=us, provider=jp, when="2015", **cited),
        "workforce": make.put("workforce", subject=jp, low=1, high=2, when="2015", **cited),
        "need": make.put("need", subject=jp, low=1, high=2, by="2030", **cited),
        "answer": _put_by_page(make, "answer", about=str(relation), party=us, answer="confirms"),
        "declaration": _put_by_page(make, "declaration", year=2020, completeness="complete"),
        "policy": _put_by_page(make, "policy", institution=str(make.owner), statement=text("We show all")),
    }  # fmt: skip
    types = {}
    for kind, record in made.items():
        data = client.get(f"/records/{record}.jsonld").json()
        assert schema_org_faults(data) == [], data
        types[kind] = data["@type"]
    assert types == {
        "source": "CreativeWork", "agreement": "CreativeWork", "policy": "CreativeWork",
        "network": "Consortium", "relation": "Claim", "endorsement": "Claim", "workforce": "Claim",
        "need": "Claim", "answer": "Claim", "declaration": "Claim",
    }  # fmt: skip
    need = client.get(f"/records/{made['need']}.jsonld").json()
    assert need["temporalCoverage"] == "2030"
    assert (need["mainEntity"]["minValue"], need["mainEntity"]["maxValue"]) == (1, 2)


@pytest.mark.usefixtures("east_asia")
def test_a_whole_register_keeps_to_the_vocabulary_of_schema_org(client: Client) -> None:
    found: Counter[str] = Counter()
    for name in LISTINGS:
        data = json.loads(_body(client, f"/lists/{name}.jsonld"))
        for node in data["@graph"]:
            if node["@type"] in {"Course", "CourseInstance", "EducationEvent"}:
                continue  # these keep to a profile of their own
            assert schema_org_faults(node) == [], node
            types = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
            found.update(types)
    assert {
        "EducationalOrganization", "CollegeOrUniversity", "ResearchOrganization",
        "GovernmentOrganization", "Claim", "CreativeWork",
    } <= found.keys()  # fmt: skip


def test_the_excerpt_of_the_vocabulary_tells_what_is_wrong() -> None:
    assert schema_org_faults({"@type": "Claim", "foundingDate": "1999"})
    assert schema_org_faults({"@type": "Institution", "name": "x"})
    assert schema_org_faults({"@type": "Claim", "about": [{"@type": "Country", "value": 1}]})


def test_an_institution_in_json_ld_says_what_it_is(client: Client, make: Maker) -> None:
    network = make.put("network", names=[{"name": "Net", "language": "en"}])
    above = make.put(
        "institution", names=[{"name": "Above", "language": "en"}], kinds=["regulator"]
    )
    key = make.put(
        "institution", names=[{"name": "Centre", "language": "en"}],
        kinds=["nssc", "laboratory"], state="JP", website="https://centre.example.org",
        parents=[{"institution": str(above)}], memberships=[{"network": str(network)}],
        milestones=[{"step": "founded", "when": "2010-12"}], languages=["ja"],
        focuses=[{"aspect": "topic", "text": text("Guards")}],
    )  # fmt: skip
    data = client.get(f"/records/{key}.jsonld").json()
    assert data["@type"] == ["EducationalOrganization", "ResearchOrganization"]
    assert data["foundingDate"] == "2010-12"
    (parent,), (member,) = data["parentOrganization"], data["memberOf"]
    assert (parent["name"], member["name"]) == ("Above", "Net")
    assert parent["@id"].endswith(f"/records/{above}/")
    assert data["knowsAbout"] == [{"@value": "Guards", "@language": "en"}]
    assert "dateModified" not in data


def test_a_figure_in_json_ld_is_a_claim_with_whose_it_is(client: Client, make: Maker) -> None:
    source = make.put("source", titles=text("Report"), source_kind="report")
    key = make.put(
        "statement", subject={"state": "JP"}, group="trained", measure="people trained",
        text=text("Over 1,500 were trained."), value="1500", unit="person", qualifier="over",
        when="2014", citations=[{"source": str(source), "claimant": "The agency"}],
    )  # fmt: skip
    data = client.get(f"/records/{key}.jsonld").json()
    assert data["@type"] == "Claim"
    assert data["about"] == [{"@type": "Country", "name": "Japan"}]
    assert data["author"] == [{"@type": "Organization", "name": "The agency"}]
    assert data["appearance"] == [
        {"@type": "CreativeWork", "@id": f"http://testserver/records/{source}/"}
    ]
    assert data["mainEntity"] == {
        "@type": "PropertyValue", "name": "people trained", "value": "1500", "unitText": "person",
        "description": "over",
    }  # fmt: skip


MINIMUM = {
    "Course": {"@type", "@id", CONFORMS, "description", "keywords", "name"},
    "CourseInstance": {"@type", "@id", CONFORMS, "courseMode", "location"},
}
"""The properties of marginality "minimum" of the Bioschemas profiles Course and CourseInstance,
both 1.0-RELEASE of 13 September 2022; each but keywords and courseMode stands once."""


def _once(value: Any) -> bool:
    """One value, or one for each language."""
    if not isinstance(value, list):
        return bool(value)
    tags = [item["@language"] for item in value]
    return bool(tags) and len(set(tags)) == len(tags)


@pytest.mark.usefixtures("east_asia")
def test_every_course_and_run_keeps_the_profiles(client: Client) -> None:
    data = json.loads(_body(client, "/lists/training.jsonld"))
    assert data["@context"] == "https://schema.org/"
    found = dict.fromkeys(MINIMUM, 0)
    for node in data["@graph"]:
        profile = node[CONFORMS]["@id"].split("/")[-2]
        assert node[CONFORMS]["@id"] == f"https://bioschemas.org/profiles/{profile}/1.0-RELEASE"
        found[profile] += 1
        for name in MINIMUM[profile]:
            assert node.get(name), (name, node)
        assert all(_once(node[n]) for n in ("name", "description", "location") if n in node)
    assert len(data["@graph"]) == client.get("/api/training").json()["total"]
    assert all(found.values())


def test_an_online_run_and_one_whose_title_is_withheld_keep_the_profile(
    client: Client, make: Maker
) -> None:
    content = make.parse("activity", titles=text("Unseen"), activity_kind="course_run",
                         is_online=True)  # fmt: skip
    make.write(content, fields={"titles": Level.INSTITUTION})
    course = make.parse("course", titles=text("Unseen"), providers=[str(make.owner)])
    make.write(course, fields={"titles": Level.INSTITUTION})
    body = _body(client, "/lists/training.jsonld")
    assert b"Unseen" not in body
    for node in json.loads(body)["@graph"]:
        profile = node[CONFORMS]["@id"].split("/")[-2]
        assert all(node.get(name) for name in MINIMUM[profile])
        assert profile == "Course" or (node["courseMode"], node["location"]) == ("online", "online")


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize("name", LISTINGS)
def test_a_list_in_every_form_is_all_that_the_page_counts(client: Client, name: str) -> None:
    total = client.get(f"/api/{name}").json()["total"]
    assert len(json.loads(_body(client, f"/lists/{name}.json"))["records"]) == total
    assert len(json.loads(_body(client, f"/lists/{name}.jsonld"))["@graph"]) == total
    for form in ("rss", "atom"):
        feed = feedparser.parse(_body(client, f"/ja/lists/{name}.{form}"))
        assert not feed.bozo
        keys = [entry.id for entry in feed.entries]
        assert len(set(keys)) == len(keys) == min(total, 50)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "jsonld", "rss", "atom"])
def test_forms_of_no_list_of_an_empty_one_and_of_one_record(
    client: Client, make: Maker, form: str
) -> None:
    assert client.get(f"/lists/nothing.{form}").status_code == 404
    assert client.get(f"/lists/training.{form}?colour=red").status_code == 400
    assert _body(client, f"/lists/training.{form}")
    make.put("course", titles=text("=1+1 核安保 عربي"), providers=[str(make.owner)])
    body = _body(client, f"/lists/training.{form}")
    if form in {"json", "jsonld"}:
        assert len(json.loads(body)["@graph" if form == "jsonld" else "records"]) == 1
    if form in {"rss", "atom"}:
        (entry,) = feedparser.parse(body).entries
        assert entry.title == "=1+1 核安保 عربي"


def test_news_are_the_newest_first_under_keys_that_stay_and_keep_the_filter(
    client: Client, make: Maker
) -> None:
    old = make.put("course", titles=text("Old"), providers=[str(make.owner)], topics=["B1"])
    new = make.put("course", titles=text("New"), providers=[str(make.owner)], topics=["B1"])
    make.put("course", titles=text("Other"), providers=[str(make.owner)], topics=["D1"])
    first = feedparser.parse(_body(client, "/lists/training.atom?topic=B1"))
    assert [entry.id for entry in first.entries] == [new.urn, old.urn]
    again = make.parse("course", titles=text("Old, renewed"), providers=[str(make.owner)],
                       topics=["B1"])  # fmt: skip
    make.write(again, record_id=old)
    second = feedparser.parse(_body(client, "/lists/training.atom?topic=B1"))
    assert [entry.id for entry in second.entries] == [old.urn, new.urn]
    assert client.get("/lists/training.gopher").status_code == 404


def test_a_removed_activity_is_cancelled_for_those_who_saw_it(client: Client, make: Maker) -> None:
    key = _run(make, "Run", when="2027-02-01", stage="planned", topics=["B1"])
    hidden = make.parse("activity", titles=text("Hidden"), activity_kind="workshop",
                        when="2027-02-02")  # fmt: skip
    secret = make.write(hidden, level=Level.INSTITUTION)
    actor = Actor(make.owner, may_publish=True)
    for record in (key, secret):
        record_remove(actor=actor, record_id=record, via="test", reason="")
    (event,) = Calendar.from_ical(_body(client, "/lists/training.ics?topic=B1")).events
    assert (event["UID"], event["STATUS"], event["SEQUENCE"]) == (f"{key}@concord", "CANCELLED", 1)
    assert Calendar.from_ical(_body(client, "/lists/training.ics?topic=D1")).events == []
    assert b"Hidden" not in _body(client, "/lists/training.ics")


@pytest.mark.usefixtures("east_asia")
def test_two_downloads_of_a_calendar_are_the_same_and_have_no_doubles(client: Client) -> None:
    first, second = (_body(client, "/lists/training.ics") for _time in range(2))
    assert first == second
    keys = [str(event["UID"]) for event in Calendar.from_ical(first).events]
    assert keys
    assert len(set(keys)) == len(keys)


def test_who_has_the_newest_calendar_is_told_so(client: Client, make: Maker) -> None:
    _run(make, "Run", when="2027-02-01")
    answer = client.get("/lists/training.ics")
    version = answer["ETag"]
    assert answer["Last-Modified"]
    assert client.get("/lists/training.ics", headers={"if-none-match": version}).status_code == 304
    other = client.get("/ja/lists/training.ics", headers={"if-none-match": version})
    assert other.status_code == 200
    _run(make, "Another", when="2027-02-02")
    again = client.get("/lists/training.ics", headers={"if-none-match": version})
    assert again.status_code == 200


def test_a_record_of_any_kind_in_every_form(client: Client, make: Maker) -> None:
    network = make.put("network", names=[{"name": "Netz <&>", "language": "de"}])
    for form in ("csv", "xlsx", "json", "jsonld"):
        assert _body(client, f"/records/{network}.{form}")
        assert client.get(f"/records/{uuid.uuid4()}.{form}").status_code == 404
    page = client.get(f"/records/{network}/").content.decode()
    embedded = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert embedded
    assert "<" not in embedded[1]
    assert json.loads(embedded[1])["name"][0]["@value"] == "Netz <&>"


def test_what_is_withheld_is_in_no_form(client: Client, make: Maker) -> None:
    content = make.parse("course", titles=text("Course"), providers=[str(make.owner)],
                         objectives=text("Secret aims"))  # fmt: skip
    key = make.write(content, fields={"objectives": Level.INSTITUTION})
    for form in ("csv", "json", "jsonld"):
        assert b"Secret" not in _body(client, f"/records/{key}.{form}")
    for form in ("csv", "json", "jsonld", "rss", "atom"):
        assert b"Secret" not in _body(client, f"/lists/training.{form}")
