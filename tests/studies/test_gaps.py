"""Who sees which gap, and what the East Asian register bears out."""

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
    Audience,
    Clearance,
    Viewer,
    network_audience,
    state_audience,
)
from concord.documents.findings import sheets_of
from concord.record.errors import InvalidQueryError
from concord.record.members import member_admit
from concord.studies.gaps import CENTRES, LEAST_STATES, GapsQuestion
from concord.studies.models import KeptResult
from concord.studies.opening import opening_make
from concord.studies.running import study_run

STATES = ("CN", "JP", "KR", "ID", "MY", "VN")


def run(viewer: Viewer = ANYONE, **asked: Any) -> dict[str, Any]:
    return study_run(viewer=viewer, name="gaps", question=GapsQuestion(**asked)).result


def of(state: str) -> Viewer:
    return Viewer(frozenset({PUBLIC, state_audience(state)}))


def centres(make: Maker, *states: str) -> dict[str, uuid.UUID]:
    return {s: make.write(make.institution(f"Centre of {s}", state=s)) for s in states}


@pytest.mark.django_db
def test_the_public_sees_a_region_and_no_state(make: Maker) -> None:
    centres(make, *STATES)
    found = run()
    assert found["regions"] == {CENTRES: 6}
    assert found["states"] == {}
    assert found["topics"]
    assert not any(state in str(found["topics"]) for state in STATES)


@pytest.mark.django_db
def test_of_fewer_than_five_states_nothing_is_added_up(make: Maker) -> None:
    centres(make, *STATES[: LEAST_STATES - 1])
    found = run()
    assert (found["region"], found["topics"], found["cells"], found["states"]) == (None, [], [], {})


@pytest.mark.django_db
def test_a_state_sees_its_own_and_no_total_that_leaves_fewer_than_five(make: Maker) -> None:
    centres(make, *STATES[:5])
    found = run(of("JP"))
    assert set(found["states"]) == {"JP"}
    assert found["topics"] == [], "the total less its own would be one of four States"
    centres(make, STATES[5])
    found = run(of("JP"))
    assert found["topics"]
    assert not found["states"]["JP"]["is_supplied"]


@pytest.mark.django_db
def test_two_regions_that_differ_by_few_are_not_both_shown(make: Maker) -> None:
    network = make.put("network", names=[{"name": "Network", "language": "en"}])
    for number, state in enumerate(STATES):
        more = {"memberships": [{"network": str(network)}]} if number else {}
        make.write(make.institution(f"Centre of {state}", state=state, **more))
    assert run()["regions"] == {CENTRES: 6}


@pytest.mark.django_db
def test_what_is_modelled_stays_with_the_state_even_where_it_opens_its_figures(make: Maker) -> None:
    keys = centres(make, *STATES, "TH", "PH")
    opening_make(clearance=Clearance("KR", uuid.uuid4()), audience=PUBLIC, is_understood=True)
    assert run()["states"] == {}
    member_admit(audience=Audience("state:KR"), institution=make.owner)
    subject = {"state": "KR"}
    make.put("workforce", text=text("All"), subject=subject, low=9000, high=9000)
    found = run()
    assert set(found["states"]) == {"KR"}
    assert found["states"]["KR"]["is_supplied"]
    assert keys
    network = network_audience(uuid.uuid4())
    assert run(Viewer(frozenset({PUBLIC, network})))["states"].keys() == {"KR"}


@pytest.mark.django_db
def test_what_is_supplied_beyond_reason_is_said(make: Maker) -> None:
    centres(make, *STATES)
    member_admit(audience=Audience("state:KR"), institution=make.owner)
    make.put("workforce", text=text("All"), subject={"state": "KR"}, low=10**9, high=10**9)
    found = run()
    assert found["fault"] is not None
    assert found["topics"] == []
    assert Client().get("/gaps/").status_code == 200


@pytest.mark.django_db
def test_a_what_if_changes_the_answer_and_nonsense_is_refused(make: Maker) -> None:
    centres(make, *STATES)
    usual = run()["topics"][0]["target"][3]
    assert run(assume={"share.core": 1.0})["topics"][0]["target"][3] > usual
    page = Client().get("/gaps/", {"assume.share.core": "1.0"})
    assert page.status_code == 200
    assert "Take all changes back" in page.content.decode()
    guards = {row["role"]: row["target"][3] for row in run(topic="B5")["cells"]}["R08"]
    fewer = run(topic="B5", assume={"share.R08.B5": 0.1})["cells"]
    assert {row["role"]: row["target"][3] for row in fewer}["R08"] < guards / 5
    of_topic = Client().get("/gaps/", {"topic": "B5", "assume.share.R08.B5": "0.1"})
    assert 'value="0.1"' in of_topic.content.decode()
    for wrong in ({"assume.share.core": "7"}, {"assume.nothing": "1"}, {"state": "Japan"}):
        answer = Client().get("/gaps/", wrong)
        assert answer.status_code == 400, wrong
    with pytest.raises(InvalidQueryError):
        GapsQuestion.read({"assume.share.core": ["7"]})


@pytest.mark.django_db
def test_the_course_of_a_topic_ends_with_what_the_page_says_of_today(make: Maker) -> None:
    centres(make, *STATES)
    for year, people in ((2022, 400), (2024, 100)):
        make.put(
            "activity", titles=text("Guards"), activity_kind="course_run", when=str(year),
            stage="done", topics=["B5"], country="KR",
            participation=[{"count": people, "role": "R08", "country": "KR", "unit": "person"}],
        )  # fmt: skip
    found = run(of("KR"), topic="B5", role="R08")
    own = found["states"]["KR"]
    assert [(y["year"], y["trained"]) for y in own["years"]] == [
        (2022, 400), (2023, 0), (2024, 100)
    ]  # fmt: skip
    stocks = [y["stock"] for y in own["years"]]
    assert stocks[0] > stocks[1] > 0, "who was trained forgets, leaves, and runs out of validity"
    assert stocks[2] > stocks[1]
    last = own["years"][-1]
    for name in ("target", "stock", "gap"):
        assert last[name] == pytest.approx(own["topics"][0][name][3], rel=0.01), name
    assert run(of("KR"))["states"]["KR"]["years"] == [], "of all topics at once it says nothing"
    page = Client().get("/gaps/?topic=B5&role=R08").content.decode()
    assert "Need and gap by year" in page, "the region has a course too"


@pytest.mark.usefixtures("east_asia")
def test_the_workbook_has_what_would_close_a_gap() -> None:
    result = run()
    titles = {sheet.title: sheet for sheet in sheets_of("gaps", result, ANYONE, "en")}
    closing = titles["Courses that would close a gap"]
    courses = [row for row in closing.rows if row[0] == "B5"]
    assert {row[3] for row in courses} == {"INSA", "NSSC (Viet Nam)"}
    assert all(link.startswith("/records/") for link in closing.links if link)
    heads = titles["Region: by topic and role"].heads
    assert {"WISN ratio", "Covered", "Activities behind it"} <= set(heads)


@pytest.mark.usefixtures("east_asia")
def test_the_east_asian_register_says_what_the_data_bear_out() -> None:
    page = Client().get("/gaps/").content.decode()
    found = run()
    offers = {row["topic"]: row for row in found["offers"]}
    for code in ("D1", "D2", "G2", "G3", "G4"):
        assert offers.get(code, {"of_centres": 0})["of_centres"] == 0
    assert offers["A3"]["of_centres"] == 0
    assert offers["A3"]["activities"] > 0
    for code in ("A1", "B1"):
        assert offers[code]["centres"] > 1
    row = page[page.index("/coverage/D1/") :][:700]
    assert "No named centre’s offer was found in open sources." in row
    row = page[page.index("/coverage/A3/") :][:700]
    assert "A source speaks of centres that it does not name." in row
    assert found["regions"][CENTRES] >= LEAST_STATES


@pytest.mark.usefixtures("east_asia")
def test_a_gap_leads_to_who_needs_it_what_would_close_it_and_its_sources() -> None:
    found = run()
    page = Client().get("/gaps/").content.decode()
    assert "The largest, and what would close them" in page
    largest = max(found["topics"], key=lambda row: row["gap"][3])["topic"]
    assert f'href="/gaps/?topic={largest}"' in page
    assert "/gaps/B1/R05/" in page, "a cell of the picture leads to its page"
    of_topic = Client().get("/gaps/", {"topic": "B1"}).content.decode()
    assert '<option value="B1" selected>' in of_topic
    assert "Who needs it, and why" in of_topic
    assert "the core of its work" in of_topic
    assert 'href="/coverage/B1/"' in of_topic
    first = found["courses"]["B1"][0]
    assert f'href="/records/{first["id"]}/"' in of_topic
    assert Client().get(f"/records/{first['id']}/").status_code == 200
    for code in ("D1", "D2", "G2", "G3", "G4"):
        assert code not in found["courses"], "no named centre's offer was found"


@pytest.mark.django_db
def test_courses_that_take_nominations_come_first_and_say_so(make: Maker) -> None:
    centre = centres(make, *STATES)["JP"]
    more = {"providers": [str(centre)], "topics": ["B1"], "languages": ["en"]}
    make.put("course", course_kind="course", titles=text("Without a date"), **more)
    later = make.put("course", course_kind="course", titles=text("With a run"), **more)
    make.put(
        "activity", activity_kind="course_run", titles=text("A run"), course=str(later),
        stage="planned", when="2090-05", topics=["B1"],
        nomination={"seats": 20, "apply_by": "2090-03-01"},
    )  # fmt: skip
    first, second = run()["courses"]["B1"]
    assert (first["id"], first["apply_by"], first["seats"]) == (str(later), "2090-03-01", 20)
    assert (first["providers"], first["languages"]) == ([str(centre)], ["en"])
    assert second["apply_by"] is None
    (year,) = run()["capacity"]
    assert year == {"topic": "B1", "year": 2090, "activities": 1, "with_seats": 1, "seats": 20.0}
    page = Client().get("/gaps/", {"topic": "B1"}).content.decode()
    assert "open for nominations until 2090-03-01" in page


@pytest.mark.django_db
def test_a_cut_by_language_counts_training_held_in_it_alone(make: Maker) -> None:
    centre = centres(make, *STATES)["JP"]
    more = {"providers": [str(centre)], "topics": ["B1"]}
    make.put("course", course_kind="course", titles=text("One"), languages=["en"], **more)
    make.put("course", course_kind="course", titles=text("Two"), languages=["ja"], **more)
    assert len(run()["courses"]["B1"]) == 2
    (only,) = run(language="ja")["courses"]["B1"]
    assert only["languages"] == ["ja"]


@pytest.mark.django_db
def test_nobody_else_s_kept_result_holds_a_state_s_figures(make: Maker) -> None:
    """What is kept for the public or for a coordinator of a network is free of them already."""
    centres(make, *STATES, "TH")
    coordinator = Viewer(frozenset({PUBLIC, network_audience(uuid.uuid4())}))
    for viewer in (ANYONE, coordinator):
        run(viewer)
        for asked in ({"state": "JP"}, {"topic": "B1", "state": "JP"}, {"region": CENTRES}):
            run(viewer, **asked)
    run(of("JP"))
    for row in KeptResult.objects.filter(study="gaps").exclude(audiences=of("JP").key):
        assert row.result["states"] == {}
        assert all(count >= LEAST_STATES for count in row.result["regions"].values())
        figures = {name: row.result[name] for name in ("topics", "cells")}
        assert not any(f'"{state}"' in json.dumps(figures) for state in STATES)
    own = KeptResult.objects.get(study="gaps", audiences=of("JP").key)
    assert set(own.result["states"]) == {"JP"}


@pytest.mark.django_db
def test_an_empty_register_has_pages_all_the_same() -> None:
    for address in ("/gaps/", "/overlap/", "/collaboration/network/", "/reports/region.pdf",
                    "/api/studies/gaps", "/gaps/?known_at=0001-01-01",
                    f"/gaps/?region={uuid.uuid4()}"):  # fmt: skip
        assert Client().get(address).status_code == 200, address


@pytest.mark.django_db
def test_codes_that_no_vocabulary_has_are_refused() -> None:
    for address in ("/gaps/?topic=A9", "/gaps/?role=R99", "/overlap/?topic=I9", "/gaps/?topic=I1"):
        assert Client().get(address).status_code == 400, address
