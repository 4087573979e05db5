"""One cell of gaps: the same figures as in the table of all, for the same viewers."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from making import Maker, text

from concord.core.disclosure import (
    ANYONE,
    PUBLIC,
    Viewer,
    network_audience,
    state_audience,
)
from concord.documents.findings import sheets_of
from concord.studies.cell import CellQuestion
from concord.studies.gaps import GapsQuestion
from concord.studies.models import KeptResult
from concord.studies.running import study_run

STATES = ("CN", "JP", "KR", "ID", "MY", "VN")
FIGURES = ("target", "stock", "gap", "flow_needed", "coverage", "ratio", "activities")


def run(viewer: Viewer = ANYONE, **asked: Any) -> dict[str, Any]:
    question = CellQuestion(**({"topic": "B5", "role": "R08"} | asked))
    return study_run(viewer=viewer, name="cell", question=question).result


def of(state: str) -> Viewer:
    return Viewer(frozenset({PUBLIC, state_audience(state)}))


def centres(make: Maker, *states: str) -> dict[str, uuid.UUID]:
    return {s: make.write(make.institution(f"Centre of {s}", state=s)) for s in states}


def guards(make: Maker, state: str, year: int, people: int, title: str = "Guards") -> uuid.UUID:
    return make.put(
        "activity", titles=text(title), activity_kind="course_run", when=str(year),
        stage="done", topics=["B5"], country=state,
        participation=[{"count": people, "role": "R08", "country": state, "unit": "person"}],
    )  # fmt: skip


@pytest.mark.django_db
def test_the_figures_are_those_of_the_table_of_all_topics(make: Maker) -> None:
    centres(make, *STATES)
    guards(make, "KR", 2022, 400)
    guards(make, "JP", 2024, 70)
    for viewer in (ANYONE, of("KR")):
        question = GapsQuestion()
        whole = study_run(viewer=viewer, name="gaps", question=question).result
        found = run(viewer)
        pairs = [(whole["cells"], found["total"])]
        pairs += [(whole["states"][s]["cells"], found["states"][s]) for s in found["states"]]
        assert whole["states"].keys() == found["states"].keys()
        for cells, one in pairs:
            (cell,) = (c for c in cells if (c["topic"], c["role"]) == ("B5", "R08"))
            assert {name: cell[name] for name in FIGURES} == {name: one[name] for name in FIGURES}


@pytest.mark.django_db
def test_the_activities_behind_a_cell_are_of_its_role_topic_and_states(make: Maker) -> None:
    centres(make, *STATES)
    korea, japan = guards(make, "KR", 2022, 400), guards(make, "JP", 2024, 70)
    other = {"count": 9, "role": "R05", "country": "KR", "unit": "person"}
    make.put("activity", titles=text("Others"), activity_kind="course_run", when="2023",
             stage="done", topics=["B5"], participation=[other])  # fmt: skip
    guards(make, "TH", 2023, 50, "Of no State of the region")
    found = run(of("KR"))
    assert found["states"]["KR"]["behind"] == {
        "count": 1, "named": [{"id": str(korea), "year": 2022, "people": 400}]
    }  # fmt: skip
    assert [row["id"] for row in found["total"]["behind"]["named"]] == [str(japan), str(korea)]
    assert [row["trained"] for row in found["total"]["years"]] == [400, 0, 70]


@pytest.mark.django_db
def test_what_moves_a_gap_is_told_largest_first_and_the_address_answers_for_it(
    make: Maker,
) -> None:
    centres(make, *STATES)
    guards(make, "KR", 2022, 40)
    found = run()
    moving = found["total"]["moving"]
    sizes = [abs(row["at_high"] - row["at_low"]) for row in moving]
    assert sizes == sorted(sizes, reverse=True)
    first = moving[0]
    there = run(assume={first["key"]: first["low"]})["total"]["gap"][3]
    assert there == pytest.approx(first["at_low"], rel=0.01)
    address = f"/gaps/B5/R08/?assume.{first['key']}={first['low']!r}"
    assert address in Client().get("/gaps/B5/R08/").content.decode()


@pytest.mark.django_db
def test_nobody_else_s_kept_result_holds_a_state_s_figures(make: Maker) -> None:
    centres(make, *STATES, "TH")
    guards(make, "JP", 2024, 70)
    coordinator = Viewer(frozenset({PUBLIC, network_audience(uuid.uuid4())}))
    for viewer in (ANYONE, coordinator):
        for asked in ({}, {"state": "JP"}, {"region": "centres"}):
            assert run(viewer, **asked)["states"] == {}
    run(of("JP"))
    for row in KeptResult.objects.filter(study="cell").exclude(audiences=of("JP").key):
        figures = {name: row.result["total"][name] for name in FIGURES}
        assert not any(state in json.dumps(figures) for state in STATES)


@pytest.mark.django_db
def test_of_fewer_than_five_states_nothing_is_added_up(make: Maker) -> None:
    centres(make, *STATES[:4])
    guards(make, "KR", 2022, 40)
    found = run()
    assert (found["total"], found["states"]) == (None, {})
    page = Client().get("/gaps/B5/R08/").content.decode()
    assert "No total is shown" in page


@pytest.mark.django_db
def test_a_cell_that_nobody_needs_says_so_and_codes_unknown_are_not_found(make: Maker) -> None:
    centres(make, *STATES)
    needed = {(c["topic"], c["role"]) for c in
              study_run(viewer=ANYONE, name="gaps", question=GapsQuestion()).result["cells"]}  # fmt: skip
    assert ("B1", "R01") in needed or not run(topic="B1", role="R01")["is_needed"]
    assert ("G4", "R18") not in needed
    page = Client().get("/gaps/G4/R18/")
    assert page.status_code == 200
    assert "nobody of this role needs the topic" in page.content.decode()
    for address in ("/gaps/X9/R08/", "/gaps/B5/R99/"):
        assert Client().get(address).status_code == 404, address
    assert Client().get("/gaps/B5/R08/?level=basic").status_code == 400, "a cell has one level"


@pytest.mark.django_db
def test_courses_for_the_role_come_first_and_say_so(make: Maker) -> None:
    centre = centres(make, *STATES)["JP"]
    more = {"providers": [str(centre)], "topics": ["B5"], "course_kind": "course"}
    make.put("course", titles=text("For others"), roles=["R05"], **more)
    make.put("course", titles=text("For all"), **more)
    own = make.put("course", titles=text("For guards"), roles=["R08"], **more)
    found = run()["courses"]
    assert found[0]["id"] == str(own)
    assert sorted(str(one["for_role"]) for one in found) == ["False", "None", "True"]
    page = Client().get("/gaps/B5/R08/").content.decode()
    assert page.index("For guards") < page.index("For others")


@pytest.mark.usefixtures("east_asia")
def test_the_table_leads_to_a_cell_and_the_cell_to_its_sources_in_every_form() -> None:
    page = Client().get("/gaps/?topic=B1").content.decode()
    assert 'href="/gaps/B1/R05/"' in page
    answer = Client().get("/gaps/B1/R05/")
    assert answer.status_code == 200
    result = run(topic="B1", role="R05")
    for sheet in sheets_of("cell", result, ANYONE, "ja"):
        assert all(len(row) == len(sheet.heads) for row in sheet.rows), sheet.title
    first = result["courses"][0]
    assert f'href="/records/{first["id"]}/"' in answer.content.decode()
    asked = {"topic": "B1", "role": "R05"}
    assert Client().get("/studies/cell.json", asked).json()["result"] == result
    assert Client().get("/api/studies/cell", asked).json()["result"] == result
    assert Client().get("/studies/cell.xlsx", asked).status_code == 200
