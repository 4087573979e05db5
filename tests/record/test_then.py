"""What the register said at a moment: by the rule of view of then and by that of today."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client
from making import Maker, text

from concord.core.disclosure import ANYONE, Actor, Level, member_of
from concord.record.access import Reading, reading
from concord.record.models import Revision
from concord.record.selectors import record_get, record_list
from concord.record.services import Draft, record_remove, revisions_write
from concord.record.then import records_then
from concord.register.listings import TRAINING
from concord.register.tables import coverage_tables
from concord.register.words import Cut
from concord.studies.coverage import coverage_run
from concord.studies.models import KeptResult

DAY = dt.timedelta(days=1)
FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


MOMENT = (FIRST + 2 * DAY).isoformat()


class Past(Maker):
    """Writes each revision a day after the one before, the centre that offers courses first."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.centre = FIRST, uuid.uuid4()
        self.put_in(Draft(self.institution("Centre"), self.centre, Level.PUBLIC))

    def put_in(self, draft: Draft) -> uuid.UUID:
        actor = Actor(self.owner, may_publish=True)
        return revisions_write(actor=actor, drafts=[draft], via="test", at=self.now)[0]

    def say(
        self, title: str, record_id: uuid.UUID | None = None, *, topics: list[str] | None = None,
        level: Level = Level.PUBLIC, fields: dict[str, Level] | None = None,
    ) -> uuid.UUID:  # fmt: skip
        self.now += DAY
        content = self.parse(
            "course", titles=text(title), providers=[str(self.centre)], topics=topics or ["B4"]
        )
        return self.put_in(Draft(content, record_id or uuid.uuid4(), level, fields or {}))


@pytest.fixture
def past(db: None) -> Past:
    return Past()


def titles(viewer: Any, known_at: dt.datetime, kind: str = "course") -> list[str]:
    found = records_then(viewer=viewer, known_at=known_at, kinds=[kind])
    return sorted(r.content.get("titles", {"text": {"en": "–"}})["text"]["en"] for r in found)


def test_each_moment_has_what_was_said_up_to_it(past: Past) -> None:
    a = past.say("A1")
    past.say("B1")
    past.say("A2", a)
    assert titles(ANYONE, FIRST) == []
    assert titles(ANYONE, FIRST + DAY) == ["A1"]
    assert titles(ANYONE, FIRST + 2 * DAY) == ["A1", "B1"]
    assert titles(ANYONE, FIRST + 3 * DAY) == ["A2", "B1"]
    newest = records_then(viewer=ANYONE, known_at=past.now + DAY, kinds=["course"])
    now = record_list(viewer=ANYONE, kind="course")
    assert [(r.id, r.content) for r in newest] == [(r.id, r.content) for r in now]


def test_all_of_a_moment_is_what_each_record_gives_of_it(past: Past) -> None:
    a = past.say("A1", fields={"topics": Level.INSTITUTION})
    b = past.say("B1", level=Level.INSTITUTION)
    past.say("A2", a)
    past.say("B2", b)
    past.say("A3", a, fields={"titles": Level.INSTITUTION})
    for viewer in (ANYONE, member_of(past.owner)):
        for day in range(7):
            moment = FIRST + day * DAY
            for view in records_then(viewer=viewer, known_at=moment, kinds=["course"]):
                assert view == record_get(viewer=viewer, record_id=view.id, known_at=moment)


def test_what_was_kept_back_then_stays_so_and_so_does_what_is_kept_back_now(past: Past) -> None:
    a = past.say("A1", level=Level.INSTITUTION)
    past.say("A2", a)
    past.say("A3", a, fields={"titles": Level.INSTITUTION})
    assert titles(ANYONE, FIRST + DAY) == []
    assert titles(ANYONE, FIRST + 2 * DAY) == ["–"]
    assert titles(member_of(past.owner), FIRST + DAY) == ["A1"]


def test_what_is_removed_today_was_there_then(past: Past) -> None:
    a = past.say("A1")
    record_remove(actor=Actor(past.owner), record_id=a, via="test", reason="")
    assert titles(ANYONE, FIRST + DAY) == ["A1"]
    assert titles(ANYONE, dt.datetime.now(dt.UTC)) == []


def test_an_export_of_then(past: Past, client: Client) -> None:
    a = past.say("A1")
    past.say("A2", a)
    answer = client.get("/api/export/course", {"known_at": (FIRST + DAY).isoformat()})
    (line,) = b"".join(answer.streaming_content).splitlines()  # type: ignore[attr-defined]
    row = json.loads(line)
    assert (row["id"], row["revision"]) == (str(a), 1)
    assert row["content"]["titles"]["text"] == {"en": "A1"}
    for wrong in ("x", "0.5", "1700000000", "2024-13-01"):
        assert client.get("/api/export/course", {"known_at": wrong}).status_code == 400
        assert client.get("/api/coverage", {"known_at": wrong}).status_code == 400


def rows(client: Client, name: str, **asked: str) -> list[dict[str, str]]:
    answer = client.get(f"/lists/{name}.csv", asked)
    assert answer.status_code == 200, answer.content
    data = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(data)))


def test_a_list_of_then_under_its_filter_of_then(past: Past, client: Client) -> None:
    a = past.say("A1", topics=["B4"])
    past.say("B1", topics=["D1"])
    past.say("A2", a, topics=["D1"])
    then = (FIRST + 2 * DAY).isoformat()
    assert [r["title"] for r in rows(client, "training", topic="B4", known_at=then)] == ["A1"]
    assert [r["title"] for r in rows(client, "training", topic="D1", known_at=then)] == ["B1"]
    assert rows(client, "training", topic="B4") == []
    assert rows(client, "training", known_at="2023-01-01") == []
    for name in ("institutions", "statements", "sources", "collaboration"):
        assert rows(client, name, known_at="2023-01-01") == []
    assert client.get("/lists/training.csv", {"known_at": "x"}).status_code == 400


def test_a_list_of_then_finds_nothing_by_what_is_withheld(past: Past, client: Client) -> None:
    a = past.say("A1", topics=["B4"])
    past.say("A2", a, topics=["B4"], fields={"topics": Level.INSTITUTION})
    then = (FIRST + DAY).isoformat()
    assert rows(client, "training", topic="B4", known_at=then) == []
    (row,) = rows(client, "training", known_at=then)
    assert (row["title"], row["topics"], row["withheld"]) == ("A1", "", "topics")


def named(past: Past, name: str) -> None:
    """Call the centre otherwise from now on."""
    past.now += DAY
    past.put_in(Draft(past.institution(name), past.centre, Level.PUBLIC))


def body(client: Client, address: str, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.content
    data = answer.getvalue()
    if address.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(data))
        return " ".join(str(c) for page in book for row in page.values for c in row if c)
    return data.decode()


@pytest.fixture
def renamed(past: Past) -> uuid.UUID:
    """A course whose title and whose provider's name have changed since."""
    key = past.say("Title of then")
    past.say("Other course of then", topics=["D1"])
    past.say("Title of now", key)
    named(past, "Renamed")
    return key


@pytest.mark.parametrize(
    "address",
    ["/training/", "/lists/training.csv", "/lists/training.json", "/lists/training.jsonld",
     "/lists/training.xlsx", "/api/training"],
)  # fmt: skip
def test_a_list_of_then_in_every_form(renamed: uuid.UUID, client: Client, address: str) -> None:
    assert "Title of now" in body(client, address)
    then = body(client, address, known_at=MOMENT)
    assert "Title of then" in then
    assert "Title of now" not in then
    assert client.get(address, {"known_at": "x"}).status_code == 400


@pytest.mark.parametrize("address", ["/training/", "/lists/training.csv", "/lists/training.jsonld"])
def test_parties_of_a_list_are_called_as_they_were_then(
    renamed: uuid.UUID, client: Client, address: str
) -> None:
    assert "Renamed" in body(client, address)
    then = body(client, address, known_at=MOMENT)
    assert "Centre" in then
    assert "Renamed" not in then


def test_a_topic_of_then_on_page_and_in_the_interface(past: Past, client: Client) -> None:
    key = past.say("A1", topics=["B4"])
    past.say("A2", key, topics=["D1"])
    then = (FIRST + DAY).isoformat()
    page = body(client, "/coverage/B4/", known_at=then)
    assert "offered" in page
    assert f'href="/records/{key}/?known_at=' in page
    assert "As known on 2024-01-02 00:00 UTC" in page
    assert client.get("/api/coverage/B4", {"known_at": then}).json()["centres"] == [
        str(past.centre)
    ]
    assert (
        client.get("/api/coverage/B4", {"known_at": past.now.isoformat()}).json()["centres"] == []
    )


@pytest.mark.parametrize("form", ["csv", "json", "jsonld", "xlsx"])
def test_a_record_of_then_as_a_file(renamed: uuid.UUID, client: Client, form: str) -> None:
    then = body(client, f"/records/{renamed}.{form}", known_at=MOMENT)
    assert "Title of then" in then
    assert "Title of now" not in then
    assert client.get(f"/records/{renamed}.{form}", {"known_at": "2023-01-01"}).status_code == 404


def test_a_page_of_then_says_so_and_leads_back_and_on(renamed: uuid.UUID, client: Client) -> None:
    asked = {"known_at": "2024-01-03", "topic": "B4"}
    page = body(client, "/training/", **asked)
    assert "As known on 2024-01-03 23:59 UTC" in page
    assert 'href="?topic=B4"' in page
    assert f'href="/records/{renamed}/?known_at=2024-01-03"' in page
    assert "/lists/training.csv?known_at=2024-01-03&amp;topic=B4" in page
    assert "training.rss" not in page
    assert "As known on 2024-01-03 23:59 UTC" not in body(client, "/training/", topic="B4")


@pytest.mark.parametrize("name", ["institutions", "statements", "sources", "collaboration"])
def test_every_list_can_be_asked_of_a_moment(past: Past, client: Client, name: str) -> None:
    named(past, "Renamed")
    page = body(client, f"/{name}/", known_at="2023-01-01")
    assert "As known on 2023-01-01 23:59 UTC" in page
    assert "Renamed" not in page
    assert client.get(f"/api/{name}", {"known_at": "2023-01-01"}).json()["total"] == 0


def test_pages_of_a_list_of_then_follow_one_another(past: Past, client: Client) -> None:
    for number in range(3):
        past.say(f"Then {number}")
    then = past.now.isoformat()
    past.say("Since then")
    asked, found = {"known_at": then, "limit": "1"}, []
    while True:
        page = client.get("/api/training", asked).json()
        assert page["total"] == 3
        found += [r["content"]["titles"]["text"]["en"] for r in page["records"]]
        if page["next"] is None:
            break
        asked["after"] = page["next"]
    assert sorted(found) == ["Then 0", "Then 1", "Then 2"]


def test_what_tells_of_today_alone_refuses_a_moment(past: Past, client: Client) -> None:
    past.say("A1")
    for address in ("/lists/training.rss", "/lists/training.atom", "/embed/training/"):
        answer = client.get(address, {"known_at": "2024-01-03"})
        assert answer.status_code == 400
        assert "known_at" in answer.content.decode()


def run_on(past: Past, day: str, key: uuid.UUID | None = None) -> uuid.UUID:
    past.now += DAY
    content = past.parse(
        "activity", titles=text("Run"), activity_kind="course_run", stage="planned", when=day
    )
    return past.put_in(Draft(content, key or uuid.uuid4(), Level.PUBLIC))


def test_a_calendar_of_then_has_the_days_of_then(past: Past, client: Client) -> None:
    key = run_on(past, "2027-05-03")
    then = past.now.isoformat()
    run_on(past, "2027-06-07", key)
    assert "DTSTART;VALUE=DATE:20270607" in body(client, "/lists/training.ics")
    assert "DTSTART;VALUE=DATE:20270503" in body(client, "/lists/training.ics", known_at=then)
    months = body(client, "/training/calendar/", year="2027", known_at=then)
    assert "Run" in months.partition("<h2>\n        May")[2].partition("<h2>")[0]
    record_remove(actor=Actor(past.owner), record_id=key, via="test", reason="")
    assert "CANCELLED" in body(client, "/lists/training.ics")
    assert "CANCELLED" not in body(client, "/lists/training.ics", known_at=then)


def test_to_ask_a_list_of_then_is_to_read_what_it_shows_alone(past: Past) -> None:
    shown = past.say("Shown", level=Level.INSTITUTION)
    past.say("Not shown", level=Level.INSTITUTION, topics=["D1"])
    viewer = member_of(past.owner)
    given: list[uuid.UUID] = []
    with reading(Reading()) as found:
        _page, records = TRAINING.page(viewer, QueryDict(f"topic=B4&known_at={past.now:%Y-%m-%d}"))
        given += [record for _owner, record in found.seen]
    assert [r.id for r in records] == [shown]
    assert set(given) <= {shown}


def test_a_stage_withheld_is_no_unknown_stage_in_a_list_of_then(past: Past, client: Client) -> None:
    key = run_on(past, "2027-05-03")
    then = past.now.isoformat()
    past.now += DAY
    content = past.parse("activity", titles=text("Run"), activity_kind="course_run", stage="done")
    past.put_in(Draft(content, key, Level.PUBLIC, {"stage": Level.INSTITUTION}))
    for asked in ({}, {"known_at": then}):
        facets = client.get("/api/training", asked).json()["facets"]
        assert facets["stage"] == {}


def offered(known_at: dt.datetime | None = None) -> set[str]:
    result = coverage_run(viewer=ANYONE, cut=Cut.ALL, known_at=known_at)
    return {t["code"] for t in result["topics"] if t["state"] != "not_found"}


def test_a_study_of_then(past: Past, client: Client) -> None:
    a = past.say("A1", topics=["B4"])
    past.say("A2", a, topics=["D1"])
    assert offered(FIRST) == set()
    assert offered(FIRST + DAY) == {"B4"}
    assert offered(FIRST + 2 * DAY) == offered() == {"D1"}
    page = client.get("/coverage/", {"known_at": (FIRST + DAY).isoformat()}).content.decode()
    assert "2024-01-02" in page
    told = client.get("/api/coverage", {"known_at": (FIRST + DAY).isoformat()}).json()
    assert {t["code"] for t in told["topics"] if t["state"] != "not_found"} == {"B4"}
    assert client.get("/coverage/", {"known_at": "x"}).status_code == 400


def test_a_study_of_then_tells_nothing_that_was_withheld_since(past: Past, client: Client) -> None:
    a = past.say("A1", topics=["B4"])
    asked = {"known_at": (FIRST + DAY).isoformat()}
    seen = client.get("/api/coverage", asked).json()["topics"]
    assert next(t for t in seen if t["code"] == "B4")["state"] != "not_found"
    past.say("A2", a, topics=["B4"], fields={"topics": Level.INSTITUTION})
    again = client.get("/api/coverage", asked).json()["topics"]
    assert next(t for t in again if t["code"] == "B4")["state"] == "not_found"
    assert KeptResult.objects.filter(study="coverage").count() == 1
    tables = coverage_tables(member_of(past.owner), FIRST + DAY)
    assert tables["topic_of"].num_rows == 1


def test_the_page_of_a_record_pages_through_its_history(past: Past, client: Client) -> None:
    a = past.say("A0")
    for number in range(1, 120):
        past.say(f"A{number}", a)
    assert Revision.objects.filter(record=a).count() == 120
    seen: list[str] = []
    address = f"/records/{a}/"
    while address:
        page = client.get(address).content.decode()
        seen += [part.split("/")[0] for part in page.split(f"{a}/revisions/")[1:]]
        after = page.partition('rel="next" href="')[2].partition("#")[0]
        address = f"/records/{a}/{after}" if after else ""
    assert seen == [str(number) for number in range(120, 0, -1)]
    assert client.get(f"/records/{a}/?before=x").status_code == 400
    assert "A7" in client.get(f"/records/{a}/revisions/8/").content.decode()
