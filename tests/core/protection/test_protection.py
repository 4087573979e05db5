"""Published tables give no withheld number away, to anybody, as counting all tables shows."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from concord.core.protection import (
    Cells,
    Contribution,
    Dimension,
    Earlier,
    MarginsDifferError,
    Published,
    Release,
    Rule,
    Table,
    TableError,
    UnprotectableError,
    attack,
    cells_of,
    coarser_of,
    exposed,
    fault_of,
    round_to,
    sums_given_away,
    suppress,
    suppress_exactly,
    too_much_falls,
    with_sums,
)
from concord.core.protection.solver import ENDLESS, Programme, solve

RULE = Rule(minimum=3, dominance_percent=90, width_least=2)
TOPIC = Dimension.flat("topic", ["A", "B", "C"])
COUNTRY = Dimension.flat("country", ["JP", "KR", "VN"])


def table_of(rows: list[list[dict[str, int]]]) -> Table:
    return Table(
        (TOPIC, COUNTRY),
        tuple(
            Contribution(who, (topic, country), value)
            for topic, row in zip(TOPIC.leaves, rows, strict=True)
            for country, shares in zip(COUNTRY.leaves, row, strict=True)
            for who, value in shares.items()
        ),
    )


def many(each: int) -> dict[str, int]:
    return {"p": each, "q": each, "r": each, "s": each}


MIXED = table_of(
    [
        [{"p": 2}, many(2), many(3)],
        [many(1), {"p": 1, "q": 2}, many(2)],
        [many(2), many(1), many(4)],
    ]
)
cell_shares = st.dictionaries(st.sampled_from("pqrs"), st.integers(0, 2), max_size=4)
small_tables = st.builds(
    table_of, st.lists(st.lists(cell_shares, min_size=3, max_size=3), min_size=3, max_size=3)
)
few_shares = st.dictionaries(st.sampled_from("pqrs"), st.integers(0, 1), max_size=4)
tiny_rows = st.lists(st.lists(few_shares, min_size=3, max_size=3), min_size=2, max_size=2)
tiny_tables = st.builds(lambda rows: table_of([*rows, [{}] * 3]), tiny_rows)


def hidden(cells: Cells, release: Release) -> set[tuple[tuple[str, str], ...]]:
    return {key for key, value in release.published().items() if value is None}


def reached(cells: Cells, withheld: np.ndarray, attacker: str | None, more: int) -> dict[int, int]:
    """How far apart the values of each cell are over all whole tables that fit, by counting.

    Innermost cells run to their value and ``more``; so the count finds no more than there is.
    """
    inner = [i for i, key in enumerate(cells.keys) if len(key) == 2]
    row = cells.shares[cells.contributors.index(attacker)] if attacker else cells.values * 0
    alone = cells.given.sum(axis=0) == 1
    sole = alone & cells.given[cells.contributors.index(attacker)] if attacker else alone & False
    ranges = [
        range(int(row[i]), int(cells.values[i]) + more + 1)
        if withheld[i] and not sole[i]
        else [int(cells.values[i])]
        for i in inner
    ]
    grid = np.array(list(itertools.product(*ranges)), dtype=np.int64)
    tables = np.zeros((len(grid), len(cells)), dtype=np.int64)
    for i, key in enumerate(cells.keys):
        parts = [column for column, j in enumerate(inner) if set(key) <= set(cells.keys[j])]
        tables[:, i] = grid[:, parts].sum(axis=1)
    shown = ~withheld | sole
    fit = (tables[:, shown] == cells.values[shown]).all(axis=1) & (tables >= row).all(axis=1)
    return {i: int(np.ptp(tables[fit, i])) for i in range(len(cells))}


@settings(max_examples=12, deadline=None, derandomize=True)
@given(tiny_tables)
def test_no_one_works_a_cell_back_as_counting_all_tables_shows(table: Table) -> None:
    rule = dataclasses.replace(RULE, width_percent=0)
    cells = cells_of([table])
    release = suppress(cells, rule)
    inner = [i for i in np.flatnonzero(release.withheld) if len(cells.keys[i]) == 2]
    assume(np.prod([3.0 + cells.values[i] for i in inner]) <= 20_000)
    primary = rule.primary(cells)
    for attacker in (None, *cells.contributors):
        apart = reached(cells, release.withheld, attacker, 2)
        for cell in np.flatnonzero(primary):
            whose = [cells.contributors[p] for p in np.flatnonzero(cells.given[:, cell])]
            assert whose == [attacker] or apart[int(cell)] >= 2


@settings(max_examples=15, deadline=None, derandomize=True)
@given(small_tables)
def test_the_attacker_study_finds_nothing_in_what_is_protected(table: Table) -> None:
    release = suppress(cells_of([table]), RULE)
    cells = release.cells
    published = Published.without(cells, release.withheld)
    assert exposed(cells, RULE, published) == ()
    assert exposed(cells, RULE, published, whole=True) == ()
    assert (release.withheld >= release.primary).all()
    assert sums_given_away(cells, RULE, release.withheld) == []


@settings(max_examples=4, deadline=None, derandomize=True)
@given(small_tables)
def test_no_pattern_costs_less_than_the_exact_one_proves_and_it_hides_as_well(table: Table) -> None:
    cells = cells_of([table])
    exact = suppress_exactly(cells, RULE)
    assert exact.bound is not None
    assert exact.bound <= min(exact.cost, suppress(cells, RULE).cost)
    shown = Published.without(exact.cells, exact.withheld)
    assert exposed(exact.cells, RULE, shown, whole=True) == ()


def test_every_cheaper_pattern_gives_something_away() -> None:
    cells = cells_of([MIXED])
    exact = suppress_exactly(cells, RULE)
    assert exact.is_optimal
    primary = RULE.primary(cells)
    spare = [i for i in range(len(cells)) if not primary[i] and cells.weights[i] == 1]
    room = exact.cost - int(cells.weights[primary].sum()) - 1
    tried = 0
    for count in range(room + 1):
        for more in itertools.combinations(spare, count):
            pattern = primary.copy()
            pattern[list(more)] = True
            tried += 1
            assert exposed(cells, RULE, Published.without(cells, pattern))
    assert tried


def test_primary_cells_are_those_of_few_and_those_of_one_that_dominates() -> None:
    table = table_of(
        [
            [{"p": 0}, {"p": 1, "q": 1, "r": 1}, {}],
            [{"p": 99, "q": 1, "r": 1}, many(1), many(1)],
            [{"p": 1, "q": 1}, many(1), many(1)],
        ]
    )
    cells = cells_of([table])
    found = {cells.keys[i] for i in np.flatnonzero(RULE.primary(cells))}
    assert found == {
        (("country", "JP"), ("topic", "A")),  # one contributor, who said zero
        (("country", "JP"), ("topic", "B")),  # dominated
        (("country", "JP"), ("topic", "C")),  # two contributors
        (("country", "JP"),),  # 100 of 103
        (("topic", "B"),),  # 101 of 109
    }


def test_two_contributors_do_not_learn_of_each_other() -> None:
    cells = cells_of([MIXED])
    release = suppress(cells, RULE)
    pair = cells.at[("country", "KR"), ("topic", "B")]
    proved = {one.attacker for one in release.certificates if one.cell == pair}
    assert proved == {None, "p", "q", "r", "s"}
    single = cells.at[("country", "JP"), ("topic", "A")]
    proved = {one.attacker for one in release.certificates if one.cell == single}
    assert proved == {None, "q", "r", "s"}  # p knows its own number anyway


def test_a_contributor_sees_through_what_holds_against_outsiders() -> None:
    """A row hides p's single cell behind q's single cell: q knows its own, and subtracts."""
    table = table_of([[{"p": 4}, {"q": 4}, many(3)], [many(9)] * 3, [many(9)] * 3])
    cells, rule = cells_of([table]), dataclasses.replace(RULE, minimum=2)
    outside = suppress(cells, rule, against=(None,))
    shown = Published.without(cells, outside.withheld)
    assert {i.attacker for i in exposed(cells, rule, shown)} == {"p", "q"}
    everybody = suppress(cells, rule)
    assert not exposed(cells, rule, Published.without(cells, everybody.withheld))


def test_what_withheld_cells_of_a_line_add_up_to_tells_of_no_one_either() -> None:
    """p is alone in two cells of a row: what the row leaves for them would be p's."""
    table = table_of([[{"p": 4}, {"p": 5}, many(3)], [many(9)] * 3, [many(9)] * 3])
    cells = cells_of([table])
    key = {c: (("country", c), ("topic", "A")) for c in ("JP", "KR", "VN")}
    pair = cells.at[key["JP"]], cells.at[key["KR"]]
    alone = RULE.primary(cells)
    assert pair in sums_given_away(cells, RULE, alone)
    for release in (suppress(cells, RULE), suppress_exactly(cells, RULE)):
        assert key["VN"] in hidden(cells, release)
        assert sums_given_away(release.cells, RULE, release.withheld) == []
        shown = Published.without(release.cells, release.withheld)
        assert exposed(release.cells, RULE, shown, whole=True) == ()
        for one in release.certificates:
            width = int(RULE.widths(release.cells)[one.cell])
            assert fault_of(release.cells, shown, one, width) is None
        told = with_sums(cells, [pair])
        shown = Published.without(told, np.append(release.withheld[: len(cells)], True))
        ends = list(attack(told, shown, only=[len(cells)], whole=True))
        assert all(i.is_at_least(5) for i in ends)


def test_without_complementary_cells_the_study_works_them_all_back() -> None:
    cells = cells_of([MIXED])
    primary = RULE.primary(cells)
    found = {i.cell: i for i in attack(cells, Published.without(cells, primary))}
    assert {cell: (i.low, i.high) for cell, i in found.items()} == {
        int(cell): (int(cells.values[cell]),) * 2 for cell in np.flatnonzero(primary)
    }


def test_a_certificate_is_refused_that_does_not_prove_its_cell() -> None:
    cells = cells_of([MIXED])
    release = suppress(cells, RULE)
    shown = Published.without(cells, release.withheld)
    for one in release.certificates:
        width = int(RULE.widths(cells)[one.cell])
        assert fault_of(cells, shown, one, width) is None
        near = dataclasses.replace(one, second=one.first)
        assert fault_of(cells, shown, near, width) == "the tables are too close in the cell"
        moved = one.first.copy()
        moved[0] += 1
        wrong = fault_of(cells, shown, dataclasses.replace(one, first=moved), width)
        assert wrong == "a table does not add up"
        told = Published.without(cells, release.withheld & False)
        wrong = fault_of(cells, told, one, width)
        assert wrong == "a table differs from what the attacker knows"
        broken = dataclasses.replace(one, first=one.first / 2)
        assert fault_of(cells, shown, broken, width) == "a table is not of whole numbers"


def test_the_same_input_gives_the_same_pattern_in_any_order() -> None:
    turned = Table(MIXED.dimensions, MIXED.contributions[::-1])
    first, second = (suppress(cells_of([table]), RULE) for table in (MIXED, turned))
    assert first.published() == second.published()
    exact = [suppress_exactly(cells_of([table]), RULE).published() for table in (MIXED, turned)]
    assert exact[0] == exact[1]


def test_linked_tables_are_protected_as_one() -> None:
    role = Dimension.flat("role", ["x", "y", "z"])
    by_country = tuple(
        Contribution(who, (country, topic), value)
        for who, (topic, country), value in (
            (c.contributor, c.codes, c.value) for c in MIXED.contributions
        )
    )
    by_role = tuple(
        Contribution(c.contributor, (c.codes[0], "xyz"[i % 3]), c.value)
        for i, c in enumerate(MIXED.contributions)
    )
    cells = cells_of([Table((COUNTRY, TOPIC), by_country), Table((TOPIC, role), by_role)])
    assert sum(key == (("topic", "A"),) for key in cells.keys) == 1
    release = suppress(cells, RULE)
    assert not exposed(cells, RULE, Published.without(cells, release.withheld))
    with pytest.raises(MarginsDifferError):
        cells_of([Table((COUNTRY, TOPIC), by_country), Table((TOPIC, role), by_role[1:])])


def test_an_earlier_release_of_a_coarser_table_is_taken_into_account() -> None:
    key = lambda topic, country: (("country", country), ("topic", topic))  # noqa: E731
    alone = cells_of([MIXED])
    before = suppress(alone, RULE)
    partner = next(
        k for k in sorted(hidden(alone, before)) if len(k) == 2 and k != key("A", "JP")
        and ("topic", "A") in k
    )  # fmt: skip
    pair = (key("A", "JP"), partner)
    value = sum(int(alone.values[alone.at[k]]) for k in pair)
    cells = cells_of([MIXED], earlier=[Earlier(pair, value)])
    release = suppress(cells, RULE)
    assert not exposed(cells, RULE, Published.without(cells, release.withheld))
    with pytest.raises(MarginsDifferError):
        cells_of([MIXED], earlier=[Earlier(pair, value + 1)])
    with pytest.raises(TableError):
        cells_of([MIXED], earlier=[Earlier(((("topic", "Z"),),), 1)])
    given_away = cells_of([MIXED], earlier=[Earlier((key("A", "JP"),), 2)])
    for protect in (suppress, suppress_exactly):
        with pytest.raises(UnprotectableError) as caught:
            protect(given_away, RULE)
        assert caught.value.cells == (key("A", "JP"),)


def test_hierarchies_hide_a_region_behind_no_single_country() -> None:
    where = Dimension(
        "where",
        {"east": "*", "south": "*", "JP": "east", "KR": "east", "ID": "south", "VN": "south"},
    )
    shares = {"JP": {"p": 5}, "KR": many(3), "ID": many(4), "VN": many(2)}
    table = Table(
        (where,), tuple(Contribution(w, (c,), v) for c, s in shares.items() for w, v in s.items())
    )
    cells = cells_of([table])
    for release in (suppress(cells, RULE), suppress_exactly(cells, RULE)):
        assert hidden(cells, release) == {(("where", "JP"),), (("where", "KR"),)}
    assert table.coarser("where").dimensions[0].leaves == ("east", "south")
    assert table.coarser("where").coarser("where").dimensions == ()


def test_tables_without_cells_and_with_one() -> None:
    empty = cells_of([])
    assert suppress(empty, RULE).published() == {}
    nobody = cells_of([Table((TOPIC,), ())])
    assert set(suppress(nobody, RULE).published().values()) == {0}
    one = cells_of([Table((), (Contribution("p", (), 3),))])
    for release in (suppress(one, RULE), suppress_exactly(one, RULE)):
        assert release.published() == {(): None}
    assert [(i.low, i.high) for i in attack(one, Published.without(one, one.values > 0))] == [
        (0, None)
    ]


def test_cells_that_everybody_knows_are_never_withheld() -> None:
    known = (("country", "VN"), ("topic", "A"))
    cells = cells_of([MIXED], public=[known])
    for release in (suppress(cells, RULE), suppress_exactly(cells, RULE)):
        assert release.published()[known] == 12
        assert not exposed(cells, RULE, Published.without(cells, release.withheld))
    with pytest.raises(TableError):
        cells_of([MIXED], public=[(("topic", "Z"),)])


@pytest.mark.parametrize("value", [-1, 1.5, True, 2**41])
def test_what_is_no_count_is_refused(value: int) -> None:
    with pytest.raises(TableError):
        Table((TOPIC,), (Contribution("p", ("A",), value),))


def test_unknown_codes_and_rings_are_refused() -> None:
    for codes in (("Z",), ("A", "JP"), ("*",)):
        with pytest.raises(TableError):
            Table((TOPIC,), (Contribution("p", codes, 1),))
    for parents in ({"a": "b", "b": "a"}, {"a": "gone"}, {"*": "a"}):
        with pytest.raises(TableError):
            Dimension("x", parents)
    with pytest.raises(TableError):
        Rule(minimum=1)
    with pytest.raises(TableError):
        Rule(dominance_percent=0)


def test_rounding_is_audited_like_withholding() -> None:
    cells = cells_of([MIXED])
    coarse = round_to(cells, RULE, 10, whole=True)
    assert (coarse.values % 10 == 0).all()
    assert (np.abs(coarse.values - cells.values) <= 5).all()
    assert coarse.exposed == ()
    fine = round_to(cells, Rule(minimum=3, dominance_percent=90, width_least=3), 2)
    assert {i.cell for i in fine.exposed} >= set(np.flatnonzero(RULE.primary(cells)).tolist())
    with pytest.raises(TableError):
        round_to(cells, RULE, 1)


def test_where_too_much_falls_the_coarser_table_that_keeps_most_is_proposed() -> None:
    sparse = table_of(
        [[{"p": 1}, {"q": 1}, {"r": 2}], [{"s": 1}, {"p": 1}, {"q": 1}], [many(5)] * 3]
    )
    assert too_much_falls(suppress(cells_of([sparse]), RULE))
    proposal = coarser_of(sparse, RULE)
    assert proposal is not None
    assert not too_much_falls(proposal.release)
    assert proposal.levels == (("topic", 1),)
    assert coarser_of(table_of([[{"p": 1}] * 3] * 3), RULE) is None


def test_the_solver_gives_no_answer_where_there_is_none() -> None:
    one, whole = np.array([1.0]), np.array([0, 1])
    impossible = Programme(
        one, one * 0, one, whole, np.array([0]), one, one * 2, one * ENDLESS, one > 0
    )
    assert solve(impossible) is None
