"""Overlap of courses and providers: by hand, and what must hold whatever the courses."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.analysis.overlap import (
    DIMENSIONS,
    Pair,
    expressions,
    near_identical,
    proposal,
    redundancy,
)
from concord.studies.engine import DuckEngine

Course = dict[str, tuple[str, ...]]


def ask(courses: list[tuple[str, Course]], name: str = "pairs") -> list[dict[str, Any]]:
    """What the study finds of courses, each with its provider; seats are 1."""
    offered = {"record": list(range(len(courses))), "provider": [p for p, _c in courses],
               "side": [p for p, _c in courses], "seats": [1.0] * len(courses)}  # fmt: skip
    rows = [
        (number, dimension, value)
        for number, (_p, course) in enumerate(courses)
        for dimension, values in course.items()
        for value in values
    ]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    kinds = (pa.int32(), pa.string(), pa.string())
    names = ("record", "dimension", "value")
    cells = {n: pa.array(c, k) for n, c, k in zip(names, columns, kinds, strict=True)}
    with DuckEngine() as engine:
        engine.put({
            "offered": pa.table(offered).cast(pa.schema([
                ("record", pa.int32()), ("provider", pa.string()), ("side", pa.string()),
                ("seats", pa.float64()),
            ])),
            "cells": pa.table(cells),
        })  # fmt: skip
        found: list[dict[str, Any]] = engine.run(expressions()[name]).to_pylist()
    return found


GUARDS: Course = {"topic": ("B5",), "role": ("R08",), "level": ("basic",)}


def test_an_overlap_by_hand() -> None:
    """Two roles against one of them: half of the first vector meets, 0.5 / (2 - 0.5) = 1/3."""
    wide = GUARDS | {"role": ("R08", "R13")}
    (row,) = ask([("x", GUARDS), ("y", wide)])
    assert (row["overlap"], row["stated"]) == (pytest.approx(1 / 3), 3)
    (same,) = ask([("x", GUARDS), ("y", dict(GUARDS))])
    assert same["overlap"] == 1.0


def test_what_one_leaves_out_makes_two_neither_alike_nor_unlike() -> None:
    (row,) = ask([("x", GUARDS), ("y", {"topic": ("B5",), "role": ("R08",)})])
    assert (row["overlap"], row["stated"]) == (1.0, 2)
    (row,) = ask([("x", {"topic": ("B5",)}), ("y", {"topic": ("B5",)})])
    assert row["stated"] == 1


def test_a_dimension_without_a_common_value_leaves_no_overlap() -> None:
    assert ask([("x", GUARDS), ("y", GUARDS | {"level": ("advanced",)})]) == []
    assert ask([("x", GUARDS), ("y", GUARDS | {"topic": ("B1",)})]) == []
    assert ask([("x", GUARDS), ("x", dict(GUARDS))]) == [], "a provider does not overlap itself"


VALUES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True).map(tuple)
COURSES = st.dictionaries(st.sampled_from(DIMENSIONS[1:]), VALUES, max_size=5).flatmap(
    lambda rest: VALUES.map(lambda topics: {"topic": topics, **rest})
)


@given(COURSES, COURSES, COURSES)
@settings(max_examples=20, deadline=None)
def test_an_overlap_is_symmetric_bounded_and_a_matter_of_two(
    one: Course, two: Course, third: Course
) -> None:
    there, back = ask([("x", one), ("y", two)]), ask([("x", two), ("y", one)])
    assert [r["overlap"] for r in there] == [r["overlap"] for r in back]
    assert all(0 < r["overlap"] <= 1 for r in there)
    with_third = [
        r for r in ask([("x", one), ("y", two), ("z", third)]) if (r["a"], r["b"]) == (0, 1)
    ]
    assert with_third == there
    (own,) = ask([("x", one), ("y", dict(one))])
    assert own["overlap"] == 1.0


@given(st.lists(st.builds(Pair, st.integers(0, 9), st.integers(10, 19), st.floats(0, 1),
                          st.integers(1, 2)), max_size=10))  # fmt: skip
def test_the_same_topic_alone_is_never_called_near_identical(pairs: list[Pair]) -> None:
    assert near_identical(pairs, 0.0) == []


def test_groups_are_linked_courses_and_the_proposal_depends_on_whose_they_are() -> None:
    pairs = [Pair(1, 2, 0.9, 3), Pair(2, 3, 0.8, 4), Pair(4, 5, 0.9, 3), Pair(6, 7, 0.2, 6)]
    assert near_identical(pairs, 0.6) == [(1, 2, 3), (4, 5)]
    assert [proposal(s) for s in (["JP", "JP"], ["JP", "KR"], ["JP", "KR", "CN"])] == [
        "merge", "share", "specialise",
    ]  # fmt: skip


def test_providers_overlap_by_what_they_offer_to_whom() -> None:
    """x: guards of B5; y: the same and a course on B1 as large: 1 of 2 in common."""
    rows = ask(
        [("x", GUARDS), ("y", dict(GUARDS)), ("y", {"topic": ("B1",), "role": ("R04",)})],
        "providers",
    )
    assert [(r["a"], r["b"], r["overlap"]) for r in rows] == [("x", "y", 0.5)]
    unknown = ask([("x", {"topic": ("B5",)}), ("y", {"topic": ("B5",)})], "providers")
    assert unknown == []


@given(st.floats(-100, 1000), st.dictionaries(st.sampled_from("xyz"), st.floats(0, 50)))
def test_redundancy_is_the_surplus_and_no_more(surplus: float, seats: dict[str, float]) -> None:
    found = redundancy(surplus, seats)
    wanted = max(surplus, 0.0) if sum(seats.values()) > 0 else 0.0
    assert sum(found.values()) == pytest.approx(wanted)
    assert redundancy(0.0, seats) == dict.fromkeys(seats, 0.0)
