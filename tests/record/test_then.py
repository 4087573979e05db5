"""What the register said at a moment: by the rule of view of then and by that of today."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from making import Maker, text

from concord.core.disclosure import ANYONE, Actor, Level, member_of
from concord.record.models import Revision
from concord.record.selectors import record_get, record_list
from concord.record.services import Draft, record_remove, revisions_write
from concord.record.then import records_then
from concord.register.tables import coverage_tables
from concord.register.words import Cut
from concord.studies.coverage import coverage_run
from concord.studies.models import KeptResult

DAY = dt.timedelta(days=1)
FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


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
