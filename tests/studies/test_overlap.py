"""What the East Asian register bears out of overlap, and who sees what of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from making import Maker, text

from concord.core.disclosure import ANYONE, Level, Viewer, member_of
from concord.studies.overlap import OverlapQuestion
from concord.studies.running import study_run


def run(viewer: Viewer = ANYONE, **asked: Any) -> dict[str, Any]:
    return study_run(viewer=viewer, name="overlap", question=OverlapQuestion(**asked)).result


@pytest.mark.usefixtures("east_asia")
def test_the_east_asian_register_has_overlaps_in_fundamentals_and_protection() -> None:
    found = run()
    topics = {t for pair in found["pairs"] for t in pair["shared"]["topic"]}
    assert {"A1", "B1"} <= topics
    assert all(pair["stated"] >= 1 for pair in found["pairs"])
    page = Client().get("/overlap/").content.decode()
    assert "The brief prints" in page, "the doubt is said where it matters"
    assert "There is a gap in it, so this is no duplication." in page
    one = run(topic="A1")
    assert one["pairs"]
    assert all("A1" in pair["shared"]["topic"] for pair in one["pairs"])


@pytest.mark.django_db
def test_a_course_that_is_withheld_overlaps_for_its_own_people_alone(make: Maker) -> None:
    other = make.write(make.institution("Other", state="JP"))
    content = {"topics": ["B5"], "roles": ["R08"], "level": "basic", "languages": ["en"]}
    make.put("course", titles=text("One"), providers=[str(other)], **content)
    hidden = make.parse("course", titles=text("Two"), providers=[str(make.owner)], **content)
    make.write(hidden, level=Level.INSTITUTION)
    assert run()["pairs"] == []
    own = run(member_of(make.owner))
    assert [(p["overlap"], p["stated"]) for p in own["pairs"]] == [(1.0, 4)]
    assert [g["proposal"] for g in own["groups"]] == ["share"]
    assert own["groups"][0]["supply"] == "unknown"


@pytest.mark.django_db
def test_the_quarters_of_runs_count(make: Maker) -> None:
    keys = []
    for number, month in enumerate(("2024-02", "2024-08")):
        provider = make.write(make.institution(f"Centre {number}", state="JP"))
        keys.append(make.put("course", titles=text("X"), providers=[str(provider)], topics=["B5"]))
        make.put("activity", titles=text("Run"), activity_kind="course_run", when=month,
                 course=str(keys[-1]))  # fmt: skip
    assert run()["pairs"] == [], "never at the same time of the year"
    make.put("activity", titles=text("Run"), activity_kind="course_run", when="2025-03",
             course=str(keys[1]))  # fmt: skip
    assert [(p["overlap"], p["stated"]) for p in run()["pairs"]] == [(pytest.approx(1 / 3), 2)]
