"""Partners bring what one lacks; who brings nothing is none."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from concord.core.analysis.partners import distances, expressions, partners
from concord.studies.engine import DuckEngine

KEYS = st.sampled_from("ABCD")
ASSETS = st.lists(
    st.tuples(KEYS, st.sampled_from(["topic", "level", "language"]), st.sampled_from("xyz"))
)
TIES = st.lists(st.tuples(KEYS, KEYS))


@given(ASSETS, TIES)
def test_who_brings_nothing_is_no_partner_and_nobody_is_their_own(
    assets: list[tuple[str, str, str]], ties: list[tuple[str, str]]
) -> None:
    own = {(dimension, value) for whose, dimension, value in assets if whose == "A"}
    for partner in partners("A", assets, ties, set("ABCD")):
        assert partner.institution != "A"
        assert partner.brings
        for dimension, values in partner.brings.items():
            assert not {(dimension, value) for value in values} & own
            for value in values:
                assert (partner.institution, dimension, value) in assets


@given(TIES)
def test_steps_are_those_of_the_shortest_way(ties: list[tuple[str, str]]) -> None:
    found = distances(ties, "A")
    assert found["A"] == 0
    for a, b in ties:
        assert (a in found) == (b in found)
        if a in found:
            assert abs(found[a] - found[b]) <= 1


def test_taking_part_and_crowds_and_plans_join_nobody() -> None:
    rows = [
        (1, "A", "host"), (1, "B", "participant"), (1, "C", "lecturer"),
        (2, "A", None), (2, "B", None), (3, "A", "host"), (3, "D", "host"),
        *((4, f"X{n}", "host") for n in range(25)),
    ]  # fmt: skip
    records, institutions, parts = zip(*rows, strict=True)
    tables = {
        "assets": pa.table({n: pa.array([], pa.string()) for n in
                            ("institution", "dimension", "value")}),
        "events": pa.table({
            "record": pa.array([1, 2, 3, 4], pa.int32()),
            "kind": ["activity", "relation", "activity", "activity"],
            "stage": ["done", "under_way", "planned", "done"],
        }),
        "parties": pa.table({
            "record": pa.array(records, pa.int32()), "institution": institutions,
            "part": pa.array(parts, pa.string()),
        }),
    }  # fmt: skip
    with DuckEngine() as engine:
        engine.put(tables)
        found = engine.run(expressions()["ties"]).to_pylist()
    assert [(row["a"], row["b"]) for row in found] == [("A", "B"), ("A", "C")]
