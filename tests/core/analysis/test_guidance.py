"""Guidance and training: by hand, and what must hold whatever the courses."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.analysis.guidance import COLUMNS, State, Taught, alignments, taught
from concord.studies.engine import DuckEngine

KINDS = {"int32": pa.int32(), "string": pa.string()}
Rows = dict[str, list[tuple[object, ...]]]
CODES = ("13", "27-G", "9-G")


def ask(rows: Rows) -> dict[str, Taught]:
    tables = {}
    for name, columns in COLUMNS.items():
        values = list(zip(*rows.get(name, []), strict=True)) or [()] * len(columns)
        tables[name] = pa.table(
            {
                column: pa.array(found, KINDS[kind])
                for (column, kind), found in zip(columns.items(), values, strict=True)
            }
        )
    with DuckEngine() as engine:
        engine.put(tables)
        return {one.code: one for one in taught(engine.run, CODES)}


def test_what_a_course_names_and_what_is_on_its_topics_are_counted_apart() -> None:
    found = ask(
        {
            "courses": [(1,), (2,)],
            "teaches": [(1, "13"), (2, "13"), (3, "9-G")],
            "topic_of": [(1, "B1"), (2, "B5"), (1, "B5")],
            "cells_of": [(1, "level", "basic"), (1, "language", "en"), (1, "language", "ja"),
                         (1, "year", "2024")],
            "bears_on": [("13", "B1"), ("27-G", "B1"), ("27-G", "B5"), ("9-G", "D1")],
        }
    )  # fmt: skip
    assert found["13"] == Taught(
        "13", State.NAMED, (1, 2), 1, {"basic": {"en": 1, "ja": 1}, "": {"": 1}}
    )
    assert found["27-G"] == Taught("27-G", State.ON_TOPIC, (), 2, {})
    assert found["9-G"].state is State.UNTAUGHT, "record 3 is no course that counts"


@given(
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(CODES)), max_size=12),
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["en", "ja"])), max_size=8),
)
@settings(max_examples=30)
def test_every_course_that_names_a_publication_is_in_some_cell(
    teaches: list[tuple[int, str]], languages: list[tuple[int, str]]
) -> None:
    found = ask(
        {
            "courses": [(1,), (2,), (3,)],
            "teaches": [*teaches],
            "cells_of": [(record, "language", tag) for record, tag in languages],
        }
    )
    for code, one in found.items():
        named = {record for record, other in teaches if other == code and record <= 3}
        assert set(one.courses) == named
        most = max((n for cells in one.cells.values() for n in cells.values()), default=0)
        total = sum(n for cells in one.cells.values() for n in cells.values())
        assert most <= len(named) <= total


def test_a_course_stands_beside_the_profiles_of_its_roles() -> None:
    profiles = [("R08", "B5", True), ("R08", "A1", True), ("R08", "H1", False), ("R02", "A2", True)]
    (one,) = alignments(["B5", "G1"], ["R08", "R99"], profiles)
    assert (one.role, one.has, one.lacks, one.beside) == ("R08", ("B5",), ("A1",), ("G1",))
