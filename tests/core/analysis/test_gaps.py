"""Needs, supply and gaps: small cases by hand, and what must hold whatever the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.analysis import gaps, supply
from concord.core.analysis.assumptions import (
    Assumption,
    Assumptions,
    OutOfRangeError,
    UnknownAssumptionError,
)
from concord.core.analysis.gaps import (
    Assessed,
    Flow,
    Inputs,
    Model,
    assumed,
    central,
    drawn,
)
from concord.core.analysis.needs import (
    Margin,
    MarginError,
    Population,
    Requirement,
    Supplied,
    fit,
    headcount,
    posts_to_come,
)
from concord.core.analysis.supply import stock
from concord.studies.engine import DuckEngine

KNOWN = Assumptions(
    [
        Assumption("margin.asia", 1000, 900, 1100, "people", "a report"),
        Assumption("margin.world", 3000, 2700, 3300, "people", "a report"),
        Assumption("seed.base", 5, 2, 10, "reactors"),
        Assumption("seed.construction", 0.5, 0.2, 1, "share"),
        Assumption("seed.rest_of_asia", 10, 5, 20, "reactors"),
        Assumption("seed.rest_of_world", 50, 30, 80, "reactors"),
        Assumption("posts.reactor", 100, 50, 200, "people"),
        Assumption("people.operator", 0.6, 0.4, 0.8, "share"),
        Assumption("people.response", 0.4, 0.2, 0.6, "share"),
        Assumption("attrition.uniformed", 0.2, 0.1, 0.3, "share a year"),
        Assumption("attrition.others", 0.1, 0.05, 0.2, "share a year"),
        Assumption("share.core", 0.5, 0.3, 0.9, "share"),
        Assumption("validity.technical", 3, 2, 5, "years"),
        Assumption("repeat_share", 0.0, 0.0, 0.3, "share"),
        Assumption("completion_share", 1.0, 0.7, 1.0, "share"),
        Assumption("horizon", 5, 1, 10, "years"),
    ]
)
PROFILES = (
    Requirement("R04", "B1", "basic", "share.core", "validity.technical"),
    Requirement("R13", "B5", "basic", "share.core", "validity.technical"),
    Requirement("R13", "B1", "basic", "share.core", "validity.technical"),
)
ROLES = {"R04": "operator", "R13": "response"}
FLOWS = st.lists(
    st.builds(
        Flow,
        st.sampled_from(["AA", "BB", "CC"]),
        st.sampled_from(["R04", "R13"]),
        st.sampled_from(["B1", "B5"]),
        st.integers(2018, 2024),
        st.sampled_from(["person", "completion"]),
        st.integers(0, 500).map(float),
    ),
    max_size=8,
)


def model(
    flows: tuple[Flow, ...] = (),
    supplied: tuple[Supplied, ...] = (),
    assessed: tuple[Assessed, ...] = (),
) -> Model:
    population = Population(
        ("AA", "BB"), ROLES, {"AA": (5.0, 0.0)}, supplied, frozenset({"AA", "BB"})
    )
    return Model(Inputs(population, PROFILES, 2023, flows, assessed))


def values(known: Assumptions = KNOWN) -> dict[str, np.ndarray]:
    return central(assumed(known, PROFILES))


def test_people_are_split_as_one_would_by_hand() -> None:
    """Weights 10, 5 and 10 of the rest: 1,000 people of Asia are 400, 200 and 400."""
    people = headcount(model().inputs.population, values())
    totals = people.people[0].sum(axis=1)
    assert totals.tolist() == pytest.approx([400, 200, 400, 2000])
    assert people.people[0, 0].tolist() == pytest.approx([240, 160])
    assert not people.is_supplied.any()


def test_what_a_state_supplies_stands_and_the_rest_fits_around_it() -> None:
    population = model(supplied=(Supplied("AA", "R04", 500, 500),)).inputs.population
    people = headcount(population, values())
    assert people.people[0, 0, 0] == pytest.approx(500)
    assert people.people[0, :3].sum() == pytest.approx(1000)
    assert people.people[0].sum() == pytest.approx(3000)
    assert people.is_supplied.sum() == 1
    whole = model(supplied=(Supplied("BB", "", 300, 300),)).inputs.population
    assert headcount(whole, values()).people[0, 1].sum() == pytest.approx(300)
    too_many = model(supplied=(Supplied("AA", "", 5000, 5000),)).inputs.population
    with pytest.raises(MarginError):
        headcount(too_many, values())


def test_a_family_is_split_over_its_roles_by_their_weights() -> None:
    population = Population(states=("AA",), roles={"R04": "operator", "R08": "operator",
                            "R13": "response"}, reactors={"AA": (2.0, 1.0)})  # fmt: skip
    weighted = values() | {"weight.R04": np.array([0.25])}
    people = headcount(population, weighted).people[0, 0]
    assert people[1] == pytest.approx(4 * people[0]), "0.25 to the 1 of a role without a weight"
    even = headcount(population, values()).people[0, 0]
    assert people.sum() == pytest.approx(even.sum())
    assert people[2] == pytest.approx(even[2]), "another family stays as it was"
    posts = posts_to_come(population, weighted)[0, 0]
    assert posts.tolist() == pytest.approx([20.0, 80.0, 0.0])


@given(
    st.lists(st.floats(0.1, 100), min_size=6, max_size=6),
    st.lists(st.floats(1, 1000), min_size=2, max_size=2),
)
def test_a_fit_keeps_its_margins_and_the_odds_of_its_seeds(
    seeds: list[float], rows: list[float]
) -> None:
    table = np.array([seeds])
    half = sum(rows) / 3
    margins = [Margin([0, 1, 2], np.array([rows[0]])), Margin([3, 4, 5], np.array([rows[1]])),
               *(Margin([k, k + 3], np.array([half])) for k in range(3))]  # fmt: skip
    found = fit(table, margins)[0]
    for margin in margins:
        assert found[list(margin.cells)].sum() == pytest.approx(margin.total[0], rel=1e-6)
    odds = found[0] * found[4] / (found[1] * found[3])
    assert odds == pytest.approx(seeds[0] * seeds[4] / (seeds[1] * seeds[3]), rel=1e-6)


@given(st.lists(st.lists(st.floats(0.1, 100), min_size=8, max_size=8), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_cells_fitted_by_their_sums_are_those_fitted_one_by_one(seeds: list[list[float]]) -> None:
    """The margins overlap as those of people do: a cell, a State, a region, the world."""
    table, runs = np.array(seeds), len(seeds)
    margins = [Margin(cells, np.full(runs, total)) for cells, total in
               (([0], 5.0), (range(2, 4), 20.0), (range(6), 60.0), (range(8), 100.0))]  # fmt: skip
    found = fit(table, margins)
    for _round in range(300):
        for margin in margins:
            own = list(margin.cells)
            table[:, own] *= (margin.total / table[:, own].sum(axis=1))[:, None]
    assert found == pytest.approx(table, rel=1e-6)


def test_margins_that_contradict_each_other_are_refused() -> None:
    seeds, one, two = (
        np.ones((1, 2)),
        Margin([0, 1], np.array([10.0])),
        Margin([0], np.array([20.0])),
    )
    with pytest.raises(MarginError) as raised:
        fit(seeds, [one, two])
    assert raised.value.distance > 0.1
    with pytest.raises(MarginError):
        fit(np.zeros((1, 2)), [one])


def test_a_stock_is_the_recursion_of_its_flow() -> None:
    """30, 0 and 20 people, a tenth leaves a year, valid three years: 30 * .81 + 20 = 44.3."""
    flow = np.array([[[30.0, 0.0, 20.0]]])
    found = stock(flow, np.array([0.0]), np.array([[0.1]]), np.array([[3.0]]))
    assert found[0, 0] == pytest.approx(44.3)
    two_years = stock(flow, np.array([0.0]), np.array([[0.1]]), np.array([[2.0]]))
    assert two_years[0, 0] == pytest.approx(20.0), "those of the first year have expired"
    repeated = stock(flow, np.array([0.5]), np.array([[0.1]]), np.array([[3.0]]))
    assert repeated[0, 0] == pytest.approx(22.15)


def test_a_gap_by_hand() -> None:
    """240 operators of AA, half need B1: 120. Of 50 trained in 2022, 45 are left: 75 lack it."""
    flows = (Flow("AA", "R04", "B1", 2022, "completion", 50.0),)
    cells = model(flows).run(values())
    assert cells.target[0, 0] == pytest.approx(120)
    assert cells.stock[0, 0] == pytest.approx(45)
    assert cells.gap[0, 0] == pytest.approx(75)
    assert cells.flow_needed[0, 0] == pytest.approx(75 / 5 + 120 * (0.1 + 1 / 3))


def test_what_a_state_assesses_takes_the_place_of_the_model() -> None:
    found = model(assessed=(Assessed("AA", "", "B1", 40, 60),))
    cells = found.run(values())
    own = [n for n, (s, p) in enumerate(found.cells) if s == "AA" and p.topic == "B1"]
    assert cells.target[0, own].sum() == pytest.approx(50)


@given(FLOWS)
@settings(max_examples=40, deadline=None)
def test_the_gap_of_a_total_is_the_sum_of_its_cells_and_no_surplus_hides_a_need(
    flows: list[Flow],
) -> None:
    found = model(tuple(flows))
    cells = found.run(values())
    assert (cells.gap >= 0).all()
    np.testing.assert_allclose(cells.gap - cells.surplus, cells.target - cells.stock)
    np.testing.assert_allclose(cells.met + cells.gap, cells.target)
    total = found.topic_gaps(values()).sum()
    assert total == pytest.approx(cells.gap.sum())
    assert total >= max(0.0, cells.target.sum() - cells.stock.sum()) - 1e-6


@given(FLOWS, FLOWS)
@settings(max_examples=40, deadline=None)
def test_more_training_never_raises_a_gap(flows: list[Flow], more: list[Flow]) -> None:
    before = model(tuple(flows)).run(values()).gap
    after = model((*flows, *more)).run(values()).gap
    assert (after <= before + 1e-9).all()


def test_draws_are_the_same_for_the_same_seed_and_stay_in_their_ranges() -> None:
    every = assumed(KNOWN, PROFILES)
    one, same, other = drawn(every, 50, 1), drawn(every, 50, 1), drawn(every, 50, 2)
    for assumption in every:
        found = one[assumption.key]
        assert (found == same[assumption.key]).all()
        assert found.min() >= assumption.low
        assert found.max() <= assumption.high
    assert any((one[key] != other[key]).any() for key in one)
    many = model().topic_gaps(one)
    assert many.shape == (50, 2)


def test_a_what_if_is_taken_as_certain_and_has_to_make_sense() -> None:
    changed = KNOWN.with_values({"share.core": 0.8})
    assert changed["share.core"].central == 0.8
    assert not changed["share.core"].is_ranged
    assert KNOWN["share.core"].central == 0.5
    with pytest.raises(UnknownAssumptionError):
        KNOWN.with_values({"share.nothing": 1})
    with pytest.raises(OutOfRangeError):
        KNOWN.with_values({"share.core": 2})
    with pytest.raises(ValueError, match="does not lie"):
        Assumption("x", 1, 2, 3, "")
    with pytest.raises(ValueError, match="finite"):
        Assumption("x", 1, 0, float("inf"), "")


def asked_of_rows(found: Model, flows: list[Flow]) -> list[dict[str, Any]]:
    """The cells of a model as ``cell_rows`` gives them, of one activity for each flow."""
    types = {"int32": pa.int32(), "int16": pa.int16(), "string": pa.string()}
    one = {"stage": "done", "breakdown": "both", "stream": None}
    rows: dict[str, list[dict[str, Any]]] = {
        "participation": [
            one | {"record": n, "count": int(f.people), "unit": f.unit, "country": f.state,
                   "role": f.role, "year": f.year}
            for n, f in enumerate(flows)
        ],
        "events": [
            {"record": n, "kind": "activity", "stage": "done"} for n in range(len(flows))
        ],
        "topic_of": [{"record": n, "topic": f.topic} for n, f in enumerate(flows)],
    }  # fmt: skip
    with DuckEngine() as engine:
        for name, given in rows.items():
            schema = pa.schema([(c, types[t]) for c, t in supply.COLUMNS[name].items()])
            engine.put({name: pa.Table.from_pylist(given, schema)})
        engine.put({"demand": pa.table(found.demand(values()))})
        cells: list[dict[str, Any]] = engine.run(gaps.expressions()["cells"]).to_pylist()
        by_topic = engine.run(gaps.expressions()["topics"]).to_pylist()
    for line in by_topic:
        own = [cell for cell in cells if cell["topic"] == line["topic"]]
        for name in ("target", "stock", "gap", "surplus", "activities"):
            assert line[name] == pytest.approx(sum(cell[name] for cell in own)), name
        assert line["cells"] == len(own)
    return cells


@given(FLOWS)
@settings(max_examples=15, deadline=None)
def test_asked_of_the_rows_the_cells_are_those_of_the_model(flows: list[Flow]) -> None:
    found = model(tuple(flows))
    cells = found.run(values())
    asked = asked_of_rows(found, flows)
    assert [(cell["country"], cell["role"], cell["topic"]) for cell in asked] == [
        (state, p.role, p.topic) for state, p in found.cells
    ]
    for name in ("target", "stock", "gap", "surplus"):
        assert [cell[name] for cell in asked] == pytest.approx(getattr(cells, name)[0].tolist())
    own = [
        sum((f.state, f.role, f.topic) == (s, p.role, p.topic) and f.year <= 2023 for f in flows)
        for s, p in found.cells
    ]
    assert [cell["activities"] for cell in asked] == own


def test_a_surplus_of_one_state_hides_no_need_of_another_in_the_rows() -> None:
    """AA trains 1,000 of whom 120 must know B1; BB none of its 60: 60 stay in need."""
    flows = [Flow("AA", "R04", "B1", 2023, "completion", 1000.0)]
    cells = {(c["country"], c["role"], c["topic"]): c for c in asked_of_rows(model(), flows)}
    assert cells["AA", "R04", "B1"]["gap"] == 0
    assert cells["AA", "R04", "B1"]["surplus"] == pytest.approx(880)
    assert cells["BB", "R04", "B1"]["gap"] == pytest.approx(60)
    assert cells["BB", "R04", "B1"]["activities"] == 0


def test_sums_over_groups_are_the_sums_of_their_cells_in_parts_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = model()
    many = drawn(assumed(KNOWN, PROFILES), 7, 3)
    whole = found.sums(many, [{"AA"}, {"AA", "BB"}])
    cells = found.run(many)
    assert whole["gap"].shape == (2, 7, 3)
    np.testing.assert_allclose(whole["gap"][0], cells.gap[:, :3])
    np.testing.assert_allclose(whole["target"][1], cells.target[:, :3] + cells.target[:, 3:])
    monkeypatch.setattr(gaps, "AT_ONCE", 12)  # two runs at a time
    parted = found.sums(many, [{"AA"}, {"AA", "BB"}])
    for name, values_ in whole.items():
        np.testing.assert_allclose(parted[name], values_)
