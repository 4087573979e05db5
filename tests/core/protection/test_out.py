"""What was released before binds what is released now, whatever has changed in between."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from concord.core.protection import (
    Contribution,
    Dimension,
    MarginsDifferError,
    Out,
    Published,
    Release,
    Rule,
    Table,
    UnprotectableError,
    attack,
    cells_of,
    coarser_of,
    exposed,
    fault_of,
    keys_of,
    round_to,
    suppress,
    suppress_exactly,
)

RULE = Rule(minimum=3, dominance_percent=90, width_percent=0, width_least=2)
TOPIC = Dimension.flat("topic", ["A", "B"])
COUNTRY = Dimension.flat("country", ["JP", "KR"])
LEAVES = tuple(itertools.product(TOPIC.leaves, COUNTRY.leaves))
Shares = tuple[dict[str, int], ...]


def table_of(shares: Shares, dimensions: tuple[Dimension, ...] = (TOPIC, COUNTRY)) -> Table:
    return Table(
        dimensions,
        tuple(
            Contribution(who, codes[: len(dimensions)], value)
            for codes, given in zip(LEAVES, shares, strict=True)
            for who, value in given.items()
        ),
    )


def out_of(release: Release, table: Table) -> Out:
    """A release of ``table`` as one that later ones must take into account."""
    cells = release.cells
    keys = keys_of(table)
    shown = {k: v for k, v in release.published().items() if v is not None}
    primary = {k for k in keys if release.primary[cells.at[k]]}
    return Out(table, {k: (v, v) for k, v in shown.items()}, frozenset(primary))


def many(each: int) -> dict[str, int]:
    return {"p": each, "q": each, "r": each, "s": each}


cell = st.dictionaries(st.sampled_from("pqrs"), st.integers(0, 1), max_size=4)
pairs = st.lists(cell, min_size=4, max_size=4).flatmap(
    lambda before: st.tuples(
        st.just(tuple(before)),
        st.tuples(*(st.one_of(st.just(one), cell) for one in before)),
    )
)


def reached(
    before: Shares, after: Shares, shown: tuple[np.ndarray, np.ndarray], attacker: str | None
) -> np.ndarray:
    """How far apart the values of each leaf and total are over all pairs of whole tables that fit
    both releases, by counting: a leaf that nobody changed is the same in both."""
    values = [[sum(given.values()) for given in state] for state in (before, after)]
    same = [a == b for a, b in zip(before, after, strict=True)]

    def choices(given: dict[str, int]) -> list[int]:
        total = sum(given.values())
        if attacker is not None and set(given) == {attacker}:
            return [total]
        return list(range(given.get(attacker or "", 0), total + 3))

    old = np.array(list(itertools.product(*map(choices, before))), dtype=np.int64)
    old = old[fits(old, values[0], shown[0])]
    ranges = [
        [-1] if is_same else choices(given) for is_same, given in zip(same, after, strict=True)
    ]
    new = np.array(list(itertools.product(*ranges)), dtype=np.int64)
    lows, highs = np.full(9, 10**6), np.full(9, -1)
    for table in old:
        both = np.where(np.array(same), table, new)
        both = all_cells(both[fits(both, values[1], shown[1])])
        if len(both):
            lows, highs = np.minimum(lows, both.min(axis=0)), np.maximum(highs, both.max(axis=0))
    found: np.ndarray = highs - lows
    return found


SUMS = np.array(
    [[set(key) <= set(zip(("topic", "country"), leaf, strict=True)) for leaf in LEAVES]
     for key in keys_of(table_of(({},) * 4))]
).T.astype(np.int64)  # fmt: skip


def all_cells(leaves: np.ndarray) -> np.ndarray:
    found: np.ndarray = leaves @ SUMS
    return found


def fits(leaves: np.ndarray, values: list[int], shown: np.ndarray) -> np.ndarray:
    true = all_cells(np.array([values]))[0]
    found: np.ndarray = (all_cells(leaves)[:, shown] == true[shown]).all(axis=1)
    return found


@settings(max_examples=25, deadline=None, derandomize=True)
@given(pairs)
def test_two_releases_together_give_nothing_away_as_counting_all_tables_shows(
    states: tuple[Shares, Shares],
) -> None:
    before, after = states
    first = suppress(cells_of([table_of(before)]), RULE)
    out = out_of(first, table_of(before))
    cells = cells_of([table_of(after)], out=[out])
    try:
        second = suppress(cells, RULE)
    except UnprotectableError:
        assume(False)
        return
    own = np.array([cells.at[key] for key in keys_of(table_of(after))])
    shown = (
        np.array([key in out.ends for key in keys_of(table_of(before))]),
        ~second.withheld[own],
    )
    # what nobody said anything of is known to be zero
    assume(sum(len(given) for given in (*before, *after)) <= 14)
    for attacker in (None, "p", "q", "r", "s"):
        apart = reached(before, after, shown, attacker)
        row = cells.attackers.index(attacker) if attacker in cells.attackers else None
        for place, index in enumerate(own.tolist()):
            knows_it = row is not None and cells.whole[row, index]
            if second.primary[index] and not knows_it:
                assert apart[place] >= 2, (attacker, cells.keys[index])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(pairs)
def test_the_attacker_study_finds_nothing_in_two_releases(states: tuple[Shares, Shares]) -> None:
    before, after = states
    first = suppress(cells_of([table_of(before)]), RULE)
    cells = cells_of([table_of(after)], out=[out_of(first, table_of(before))])
    try:
        second = suppress(cells, RULE)
    except UnprotectableError:
        return
    cells = second.cells
    shown = Published.without(cells, second.withheld)
    assert exposed(cells, RULE, shown, whole=True) == ()
    for one in second.certificates:
        assert fault_of(cells, shown, one, int(RULE.widths(cells)[one.cell])) is None
    again = cells_of([table_of(after)], out=[out_of(first, table_of(before))])
    exact = suppress_exactly(again, RULE)
    assert exact.bound is not None
    assert exact.bound <= min(exact.cost, second.cost)
    shown = Published.without(exact.cells, exact.withheld)
    assert exposed(exact.cells, RULE, shown, whole=True) == ()


STATE = (many(2), many(3), many(4), many(5))


def hidden(release: Release) -> set[tuple[tuple[str, str], ...]]:
    return {key for key, value in release.published().items() if value is None}


def test_the_same_inputs_are_released_as_before() -> None:
    one = ({"p": 4}, many(3), many(4), many(5))
    first = suppress(cells_of([table_of(one)]), RULE)
    again = suppress(cells_of([table_of(one)], out=[out_of(first, table_of(one))]), RULE)
    assert again.published() == first.published()


def test_what_one_contributor_changed_is_not_told_by_subtraction() -> None:
    first = suppress(cells_of([table_of(STATE)]), RULE)
    assert not hidden(first)
    changed = ({**many(2), "p": 5}, *STATE[1:])
    second = suppress(cells_of([table_of(changed)], out=[out_of(first, table_of(STATE))]), RULE)
    assert hidden(second) >= {(), (("topic", "A"),), (("country", "JP"), ("topic", "A"))}
    kept = (("country", "KR"), ("topic", "B"))
    assert second.published()[kept] == 20, "what nobody changed is published again"


def test_what_enough_have_changed_is_released_anew() -> None:
    first = suppress(cells_of([table_of(STATE)]), RULE)
    changed = ({"p": 5, "q": 4, "r": 3, "s": 2}, *STATE[1:])
    second = suppress(cells_of([table_of(changed)], out=[out_of(first, table_of(STATE))]), RULE)
    assert not hidden(second)
    assert second.published()[(("country", "JP"), ("topic", "A"))] == 14


def test_a_finer_table_is_bound_by_the_coarser_one_before_it() -> None:
    one = ({"p": 4}, many(3), many(4), many(5))
    coarse = table_of(one, (TOPIC,))
    first = suppress(cells_of([coarse]), RULE)
    cells = cells_of([table_of(one)], out=[out_of(first, coarse)])
    assert len(cells) == 9, "what has not changed is one cell"
    second = suppress(cells, RULE)
    assert second.published()[("topic", "A"),] == first.published()[("topic", "A"),] == 16
    assert second.published()[(("country", "JP"), ("topic", "A"))] is None


def test_whoever_a_number_was_shared_with_is_an_attacker() -> None:
    """p's and q's numbers are withheld together; the group that q shared with sees through."""

    def shared(who: str, codes: tuple[str, ...], value: int) -> Contribution:
        seen_by = ("group:1",) if who == "q" else ()
        return Contribution(who, codes, value, seen_by)

    plain = table_of(({"p": 4}, {"q": 4}, many(3), many(9)))
    table = Table(plain.dimensions, tuple(shared(c.contributor, c.codes, c.value)
                                          for c in plain.contributions))  # fmt: skip
    outside = suppress(cells_of([table]), RULE, against=(None, "p", "q", "r", "s"))
    cells = outside.cells
    assert cells.attackers == ("group:1", "p", "q", "r", "s")
    group = list(attack(cells, Published.without(cells, outside.withheld), "group:1"))
    row = cells.attackers.index("group:1")
    assert cells.known[row, cells.at[(("country", "KR"), ("topic", "A"))]] == 4
    assert cells.whole[row, cells.at[(("country", "KR"), ("topic", "A"))]]
    assert all(i.cell != cells.at[(("country", "KR"), ("topic", "A"))] for i in group)
    everybody = suppress(cells, RULE)
    assert not exposed(cells, RULE, Published.without(cells, everybody.withheld), whole=True)


def test_records_of_one_owner_are_no_attackers_and_their_owner_knows_them_all() -> None:
    table = Table(
        (TOPIC,),
        tuple(
            Contribution(f"record{i}", ("A" if i < 2 else "B",), 3, ("owner",), apart=True)
            for i in range(6)
        ),
    )
    cells = cells_of([table])
    assert cells.attackers == ("owner",)
    release = suppress(cells, RULE)
    assert hidden(release) == {(("topic", "A"),), (("topic", "B"),)}
    assert {one.attacker for one in release.certificates} == {None}


def test_cells_are_withheld_whatever_the_rule_says_where_that_is_asked() -> None:
    key = (("country", "JP"), ("topic", "A"))
    release = suppress(cells_of([table_of(STATE)], sensitive=[key]), RULE)
    assert release.published()[key] is None
    assert release.primary.sum() == 1


def test_a_rounded_release_binds_by_what_it_lets_everybody_know() -> None:
    one = ({"p": 3, "q": 2}, many(3), many(4), many(5))
    table = table_of(one)
    keys = keys_of(table)
    ends = {key: (0, 9) for key in keys if key == (("country", "JP"), ("topic", "A"))}
    cells = cells_of([table], out=[Out(table, ends)])
    place = cells.at[(("country", "JP"), ("topic", "A"))]
    assert (cells.lower[place], cells.upper[place]) == (0, 9)
    release = suppress(cells, RULE)
    told = attack(cells, Published.without(cells, release.withheld), only=[place], whole=True)
    assert all(i.high is not None and i.high <= 9 for i in told)
    with pytest.raises(MarginsDifferError):
        cells_of([table], out=[Out(table, {keys[0]: (0, 1)})])
    rounded = round_to(cells, RULE, 10, whole=True)
    assert rounded.values[place] == 10


def test_the_coarser_table_is_bound_by_earlier_releases_too() -> None:
    sparse = ({"p": 1}, {"q": 1}, many(4), many(5))
    free = coarser_of(table_of(sparse), RULE)
    assert free is not None
    assert free.levels == (("topic", 1),)
    before = (many(1), many(1), {"p": 4, "q": 3, "r": 4, "s": 4}, many(5))
    by_country = table_of(before, (TOPIC, COUNTRY)).coarser("topic")
    first = suppress(cells_of([by_country]), RULE)
    assert not hidden(first)
    bound = coarser_of(table_of(sparse), RULE, out=[out_of(first, by_country)])
    assert bound is None or bound.levels != free.levels or hidden(bound.release)
