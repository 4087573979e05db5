"""The studies find out what was planted in a made-up region, and take no decoy for it."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any

import pytest
from django.test import Client
from making import Maker
from planted import TRAINED, Region, plant

from concord.core.disclosure import ANYONE
from concord.studies.collaboration import CollaborationQuestion
from concord.studies.gaps import GapsQuestion
from concord.studies.overlap import OverlapQuestion
from concord.studies.question import Question
from concord.studies.running import study_run

FLOOR = 0.95
DEEP = 3


@pytest.fixture
def region(make: Maker) -> Region:
    return plant(make)


def ask(name: str, question: Question) -> dict[str, Any]:
    return study_run(viewer=ANYONE, name=name, question=question).result


def measured(what: str, found: Collection[object], planted: Collection[object]) -> None:
    """Print precision and recall, and hold both to the floor."""
    right = len(set(found) & set(planted))
    precision, recall = right / max(len(found), 1), right / len(planted)
    sys.stderr.write(f"{what}: precision {precision:.2f}, recall {recall:.2f}\n")
    assert precision >= FLOOR, set(found) - set(planted)
    assert recall >= FLOOR, set(planted) - set(found)


@pytest.mark.django_db
def test_planted_gaps_overlaps_and_collaboration_are_found_out(region: Region) -> None:
    gaps = ask("gaps", GapsQuestion(year=2024))
    found = {row["topic"] for row in gaps["topics"] if row["gap"][3] > 0}
    measured("gaps", found, region.gaps)
    covered = [row for row in gaps["topics"] if row["topic"] in TRAINED]
    assert all(row["coverage"] == 1.0 for row in covered)
    overlap = ask("overlap", OverlapQuestion())
    pairs = {
        frozenset(one["id"] for one in group["courses"])
        for group in overlap["groups"]
        if len(group["courses"]) == 2
    }
    measured("overlaps", pairs, region.overlaps)
    supply = {frozenset((p["a"]["id"], p["b"]["id"])): p["supply"] for p in overlap["pairs"]}
    assert {supply[pair] for pair in region.overlaps} == {"gap", "beyond"}
    beyond = {row["topic"]: row for row in overlap["redundant"]}
    assert set(beyond) <= set(TRAINED), "never where there is a gap"
    assert {"C1", "E2", "G2"} <= set(beyond)
    for row in beyond.values():
        assert sum(row["providers"].values()) == pytest.approx(row["surplus"], rel=1e-3)
    assert "Beyond need" in Client().get("/overlap/").content.decode()
    links = ask("collaboration", CollaborationQuestion(level="named"))["links"]
    real = {
        frozenset((link["a"], link["b"]))
        for link in links
        if (link["depth"] or 0) >= DEEP and link["confirmation"] == "confirmed"
    }
    measured("real collaboration", real, region.real)
    assert not real & region.feigned
