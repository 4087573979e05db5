"""Collaboration in the East Asian register: what the pages say, and no more."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, text
from people import centre_of, join

from concord.accounts.models import Role
from concord.core.analysis.collaboration import Weights, expressions
from concord.core.disclosure import ANYONE
from concord.documents.findings.collaboration import evidence
from concord.record.selectors import record_list, records_get
from concord.register.links import Parties, party_ids, verdict_of
from concord.register.lists import answers_about
from concord.register.then import AsOf
from concord.register.words import Cut
from concord.studies.collaboration import CollaborationQuestion, cut_of, tables_of, weights_of
from concord.studies.engine import DuckEngine
from concord.studies.running import study_run

PAGE = "/collaboration/network/"


def found(**asked: Any) -> dict[str, Any]:
    question = CollaborationQuestion.checked(asked)
    return study_run(viewer=ANYONE, name="collaboration", question=question).result


def of_pair(rows: list[dict[str, Any]], a: str, b: str) -> list[dict[str, Any]]:
    return [row for row in rows if {row["a"], row["b"]} == {a, b}]


def section(page: str, title: str) -> str:
    """The text of a section of a page, row by row."""
    (body,) = re.findall(rf"<h2>{title}</h2>(.*?)</section>", page, re.DOTALL)
    return unescape(body)


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize("cut", Cut)
def test_confirmation_is_that_of_the_list_of_links(cut: Cut) -> None:
    question = CollaborationQuestion(cut=cut)
    tables = tables_of(ANYONE, question)
    ids = dict(zip(*(tables["ids"][c].to_pylist() for c in ("record", "id")), strict=True))
    with DuckEngine() as engine:
        engine.put(tables)
        asked = expressions(cut_of(question, tables), weights_of(question))["verdicts"]
        rows = engine.run(asked).to_pylist()
    records = records_get(viewer=ANYONE, ids=[UUID(ids[row["record"]]) for row in rows])
    parties = Parties(ANYONE, "en", party_ids(records.values()))
    answers = answers_about(list(records)) if cut is Cut.ALL else {}
    only = AsOf(ANYONE).brief_sources() if cut is Cut.BRIEF else None
    said = {
        str(key): verdict_of(record, answers.get(str(key), []), parties, only).confirmation
        for key, record in records.items()
    }
    assert {ids[row["record"]]: row["confirmation"] for row in rows} == said
    assert len(rows) > 30
    assert {"one_sided", "not_asked"} <= {row["confirmation"] for row in rows}


@pytest.mark.usefixtures("east_asia")
def test_south_korea_and_malaysia_are_one_sided_and_do_not_count() -> None:
    result = found()
    (told,) = of_pair(result["one_sided"], "KR", "MY")
    assert told["said"] == ("by_a" if told["a"] == "KR" else "by_b")
    assert (told["kind"], told["depth"]) == ("not_stated", None)
    assert of_pair(result["links"], "KR", "MY") == []
    page = Client().get(PAGE).content.decode()
    shown = section(page, "Said by one side alone")
    (row,) = [row for row in shown.split("<tr>") if "Malaysia" in row]
    assert "one-sided: said by Republic of Korea alone" in row
    (record,) = re.findall(r'href="(/records/[^"]+)"', row)
    assert "/sources/" in Client().get(record).content.decode()  # two clicks to its source


@pytest.mark.usefixtures("east_asia")
def test_the_exchange_of_materials_was_only_planned_by_both() -> None:
    result = found()
    (plan,) = of_pair(result["plans"], "CN", "KR")
    assert (plan["kind"], plan["stage"]) == ("material", "planned")
    assert all(link["claimed"] < 2 for link in of_pair(result["links"], "CN", "KR"))
    shown = section(Client().get(PAGE).content.decode(), "Only planned")
    assert "Named as planning it are both" in shown
    (row,) = [row for row in shown.split("<tr>") if "China" in row]
    assert "Republic of Korea" in row
    (record,) = re.findall(r'href="(/records/[^"]+)"', row)
    assert "Centers of Excellence in East Asia" in Client().get(record).content.decode()


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize("level", ["state", "named"])
def test_every_link_leads_to_its_records(level: str) -> None:
    links = found(level=level)["links"]
    ends = {(":" in link["a"], ":" in link["b"]): link for link in links}  # one of each sort
    for link in [*ends.values(), *links[::9]]:
        page = Client().get(evidence(link["a"], link["b"])).content.decode()
        (total,) = re.findall(r"<p aria-live=\"polite\">\s*(\d+) link", page)
        assert int(total) >= link["records"], link


@pytest.mark.usefixtures("east_asia")
def test_attendance_stands_apart_and_states_are_not_read_down() -> None:
    result = found(level="named")
    assert of_pair(result["layers"], "state:JP", "state:KR")[0]["layer"] == "attendance"
    exchange = [row for row in result["one_sided"] if row["kind"] == "personnel_exchange"]
    assert [(row["a"], row["b"]) for row in exchange] == [("state:JP", "state:KR")]


@pytest.mark.usefixtures("east_asia")
def test_agreements_without_activity_and_with() -> None:
    result = found()
    acted = {(row["a"], row["b"], row["kind"]): row["acted"] for row in result["instruments"]}
    assert acted["KR", "VN", "memorandum"] is False
    assert acted["CN", "US", "memorandum"] is False
    assert acted["JP", "VN", "memorandum"] is True


@pytest.mark.usefixtures("east_asia")
def test_who_could_bridge_the_three_and_what_chance_would_give() -> None:
    result = found(bridge=["CN", "JP", "KR"])
    full = [row for row in result["bridges"] if len(row["reaches"]) == 3]
    labels = {str(r.id): r.content["names"] for k in ("institution", "network")
              for r in record_list(viewer=ANYONE, kind=k)}  # fmt: skip
    spoken = {n["name"] for row in full for n in labels.get(row["party"].partition(":")[2], ())}
    assert {"IAEA", "FNCA"} <= spoken
    drawn = result["chance"]["transitivity"]
    assert drawn["draws"] == 200
    assert drawn["low"] <= drawn["expected"] <= drawn["high"]
    page = Client().get(PAGE, {"bridge": ["CN", "JP", "KR"]}).content.decode()
    assert "Who could bridge them" in page
    assert "of 100 such networks" in page


@pytest.mark.usefixtures("east_asia")
def test_years_levels_and_ego_are_permanent_links() -> None:
    page = Client().get(PAGE).content.decode()
    assert "?since=2014&amp;until=2014" in page
    year = Client().get(PAGE, {"since": "2014", "until": "2014"}).content.decode()
    assert "Years: 2014 to 2014." in year
    ego = Client().get(PAGE, {"party": "KR"}).content.decode()
    assert "With whom Republic of Korea works" in ego
    assert Client().get(PAGE, {"party": "nobody here"}).status_code == 400
    later = found(since=2022)
    assert {year for link in later["links"] for year in link["years"]} <= {2022, 2023}
    assert later["by_year"] == found()["by_year"]  # every year stays within reach
    of_korea = found(party="KR")
    assert of_korea["link_count"] == sum("KR" in (r["a"], r["b"]) for r in found()["links"])
    assert later["link_count"] < found()["link_count"]


@pytest.mark.usefixtures("east_asia")
def test_a_what_if_changes_strength_and_nothing_of_what_was_done() -> None:
    usual, faster = found(), found(assume={"collaboration.half_life": 2})
    assert {(r["a"], r["b"]) for r in usual["links"]} == {(r["a"], r["b"]) for r in faster["links"]}
    assert sum(r["strength"] for r in faster["links"]) < sum(r["strength"] for r in usual["links"])
    assert weights_of(CollaborationQuestion()) == Weights()


def test_what_a_centre_says_alone_is_for_its_own_people(make: Maker) -> None:
    one = centre_of(make, make.institution("One", state="JP"))
    two = centre_of(make, make.institution("Two", state="KR"))
    parties = ({"party": {"institution": str(one)}, "part": "host"},
               {"party": {"institution": str(two)}, "part": "co_organiser"})  # fmt: skip
    make.owner = one
    make.put("activity", titles=text("Exercise"), activity_kind="exercise", stage="done",
             when="2024", parties=parties)  # fmt: skip
    asked = {"level": "named", "party": f"institution:{one}"}
    own = join(one, Role.EDITOR, "ann").get(PAGE, asked).content.decode()
    assert "For your institution alone" in own
    assert "nothing is confirmed by a partner yet" in own
    for client in (Client(), join(two, Role.EDITOR, "bob")):
        assert "For your institution alone" not in client.get(PAGE, asked).content.decode()
        data = client.get("/studies/collaboration.json", asked).json()["result"]
        assert data["own"] is None
        assert not {"by_a", "by_b", "confirmed"} & set(data["links"][0])
