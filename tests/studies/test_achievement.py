"""A centre's year: what counts, what stays apart, and what is not known."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from making import Maker, text

from concord.core.analysis.achievement import years_running
from concord.core.disclosure import ANYONE, Level, Viewer
from concord.documents.findings import sheets_of
from concord.documents.findings.achievement import measures
from concord.studies.achievement import AchievementQuestion
from concord.studies.running import study_run


def run(centre: uuid.UUID, **asked: Any) -> dict[str, Any]:
    question = AchievementQuestion(centre=str(centre), **asked)
    return study_run(viewer=ANYONE, name="achievement", question=question).result


def held(make: Maker, centre: uuid.UUID, **more: Any) -> uuid.UUID:
    part = {"party": {"institution": str(centre)}, "part": more.pop("part", "host")}
    usual = {"activity_kind": "course_run", "stage": "done", "when": "2024", "parties": [part]}
    return make.put("activity", titles=text("Run"), **(usual | more))


@pytest.fixture
def centre(make: Maker) -> uuid.UUID:
    return make.write(make.institution("Centre", state="KR"))


@pytest.mark.django_db
def test_people_are_kept_apart_by_unit_and_by_where_they_come_from(
    make: Maker, centre: uuid.UUID
) -> None:
    held(make, centre, topics=["H4"], participation=[
        {"count": 5, "country": "KR"}, {"count": 7, "country": "JP"},
        {"count": 3, "unit": "completion", "stream": "foreign"},
        {"count": 4, "unit": "country"},
    ])  # fmt: skip
    people = {(r["unit"], r["stream"]): r["people"] for r in run(centre)["people"]}
    assert people == {
        ("person", "domestic"): 5.0, ("person", "foreign"): 7.0, ("completion", "foreign"): 3.0,
    }  # fmt: skip
    assert sum(r["trainers"] for r in run(centre)["people"]) == 15.0


@pytest.mark.django_db
def test_people_and_carriers_are_told_year_by_year_whatever_the_year_looked_at(
    make: Maker, centre: uuid.UUID
) -> None:
    held(make, centre, when="2022", participation=[{"count": 5, "country": "KR"}])
    held(make, centre, when="2024", participation=[
        {"count": 6, "country": "JP"}, {"count": 2, "unit": "completion"},
    ])  # fmt: skip
    held(make, centre, when="2025", stage="planned",
         participation=[{"count": 9, "country": "KR", "stage": "planned"}])  # fmt: skip
    lecturer = {"party": {"institution": str(centre)}, "part": "lecturer"}
    host = lecturer | {"part": "host"}
    held(make, centre, when="2023", parties=[host, lecturer])
    none = {"domestic": 0, "foreign": 0, "not_stated": 0, "planned": 0}
    for year in (2022, 2024):
        found = run(centre, year=year)
        assert found["people_by_year"] == [
            none | {"unit": "completion", "year": 2024, "not_stated": 2},
            none | {"unit": "person", "year": 2022, "domestic": 5},
            none | {"unit": "person", "year": 2024, "foreign": 6},
            none | {"unit": "person", "year": 2025, "planned": 9},
        ]
        (carried,) = found["carried_by_year"]
        assert (carried["part"], carried["year"], carried["own_alone"]) == ("lecturer", 2023, 1)
    page = Client().get(f"/institutions/{centre}/year/").content.decode()
    for words in ("People by year", "Who carried it, by year", 'id="people-person'):
        assert words in page, words
    assert "?year=2022" in page


@pytest.mark.django_db
def test_people_of_a_country_that_is_not_named_are_of_neither_stream(
    make: Maker, centre: uuid.UUID
) -> None:
    held(make, centre, participation=[{"count": 5, "country": "KR"}, {"count": 9}])
    assert {r["stream"]: r["people"] for r in run(centre)["people"]} == {
        "domestic": 5.0, "not_stated": 9.0,
    }  # fmt: skip
    stateless = make.write(make.institution("Of no State"))
    held(make, stateless, participation=[{"count": 5, "country": "KR"}])
    assert [r["stream"] for r in run(stateless)["people"]] == ["not_stated"]


@pytest.mark.django_db
def test_what_a_centre_says_alone_is_counted_for_it_alone(make: Maker, centre: uuid.UUID) -> None:
    other = make.write(make.institution("Other", state="JP"))
    both = [{"party": {"institution": str(one)}, "part": "organiser"} for one in (centre, other)]
    say = [{"party": {"institution": str(one)}, "answer": "confirms"} for one in (centre, other)]
    held(make, centre, parties=both, accounts=say)
    held(make, centre, parties=both, accounts=say[:1])
    held(make, centre, parties=both)
    assert run(centre)["said"] == [{"stage": "done", "confirmation": "confirmed", "count": 1}]
    own = Viewer(ANYONE.audiences | {f"institution:{centre}"})
    question = AchievementQuestion(centre=str(centre))
    found = study_run(viewer=own, name="achievement", question=question).result["said"]
    assert {row["confirmation"]: row["count"] for row in found} == {
        "confirmed": 1, "one_sided": 1, "not_asked": 1,
    }  # fmt: skip
    assert run(centre)["said"] == [{"stage": "done", "confirmation": "confirmed", "count": 1}]


@pytest.mark.django_db
def test_needs_come_before_courses_and_courses_before_services(
    make: Maker, centre: uuid.UUID
) -> None:
    held(make, centre)
    found = [line[0] for line in measures(run(centre), "en")]
    places = [found.index(name) for name in
              ("Needs that its State has assessed", "Courses on offer", "Activities", "Services")]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.django_db
def test_planned_is_beside_done_and_taking_part_is_not_carrying(
    make: Maker, centre: uuid.UUID
) -> None:
    held(make, centre)
    held(make, centre, stage="planned")
    held(make, centre, part="participant")
    held(make, centre, when="2023")
    found = run(centre)
    assert [(r["stage"], r["count"]) for r in found["activities"]] == [("done", 1), ("planned", 1)]
    assert found["running"] == 2
    assert [r["year"] for r in found["by_year"]] == [2023, 2024]
    assert run(centre, year=2022)["activities"] == []
    assert run(centre, year=2022)["running"] == 0


@pytest.mark.django_db
def test_what_is_stated_in_total_is_never_added(make: Maker, centre: uuid.UUID) -> None:
    held(make, centre, participation=[{"count": 5}])
    make.put("statement", subject={"institution": str(centre)}, group="trained", text=text("Many"),
             measure="people trained", value="1500", unit="people", when="2024")  # fmt: skip
    found = run(centre)
    assert [r["people"] for r in found["people"]] == [5.0]
    assert [r["value"] for r in found["stated"]] == [1500.0]


@pytest.mark.django_db
def test_own_trainers_count_where_a_source_names_lecturers(make: Maker, centre: uuid.UUID) -> None:
    other = make.write(make.institution("Other"))
    me = {"party": {"institution": str(centre)}, "part": "host"}
    mine = me | {"part": "lecturer"}
    theirs = {"party": {"institution": str(other)}, "part": "lecturer"}
    held(make, centre, parties=[me, mine])
    held(make, centre, parties=[me, mine, theirs])
    held(make, centre, parties=[me])
    (row,) = run(centre)["carried"]
    assert (row["part"], row["activities"], row["own_alone"]) == ("lecturer", 2, 1.0)


@pytest.mark.django_db
def test_the_page_says_what_is_not_known_and_shows_no_hidden_run(
    make: Maker, centre: uuid.UUID
) -> None:
    held(make, centre)
    hidden = make.parse("activity", titles=text("Hidden"), activity_kind="exercise", stage="done",
                        when="2025", parties=[{"party": {"institution": str(centre)},
                                               "part": "host"}])  # fmt: skip
    make.write(hidden, level=Level.INSTITUTION)
    address = f"/institutions/{centre}/year/"
    page = Client().get(address).content.decode()
    assert "2025" not in page
    assert "not known" in page
    assert f'href="{address}?year=2024"' in page
    assert Client().get(f"/institutions/{uuid.uuid4()}/year/").status_code == 404
    assert Client().get(address, {"year": "x"}).status_code == 400
    found = sheets_of("achievement", run(centre), ANYONE, "ja")
    assert all(len(row) == len(sheet.heads) for sheet in found for row in sheet.rows)


def test_years_run_without_a_break() -> None:
    assert years_running({2020, 2021, 2023}, 2021) == 2
    assert years_running({2020, 2021, 2023}, 2023) == 1
    assert years_running(set(), 2023) == 0


@pytest.mark.usefixtures("east_asia")
def test_every_centre_of_the_register_has_a_year() -> None:
    listed = Client().get("/api/institutions?kind=coe&kind=nssc").json()["records"]
    assert len(listed) > 5
    lives = 0
    for row in listed:
        page = Client().get(f"/institutions/{row['id']}/year/")
        assert page.status_code == 200
        lives += "life-title" in page.content.decode()
    assert lives > 5
