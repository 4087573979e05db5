"""The network of links: small ones by hand, larger ones by what must hold."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.analysis.network import (
    Network,
    Pairs,
    apart,
    betweenness,
    bridges,
    brokerage,
    chance,
    degrees_of,
    rewired,
    standings,
    transitivity,
    triangles_of,
)

STAR = Network.of([("a", "m", 1.0), ("b", "m", 2.0), ("c", "m", 4.0), ("a", "b", 0.5)])
few = settings(max_examples=25)


@st.composite
def graphs(draw: st.DrawFn) -> Network:
    names = "abcdefghij"
    pairs = draw(st.sets(st.sampled_from(list(itertools.combinations(names, 2))), min_size=1))
    weights = st.sampled_from([0.5, 1.0, 2.0])
    return Network.of([(a, b, draw(weights)) for a, b in sorted(pairs)])


def keys_of(pairs: Pairs) -> set[tuple[int, ...]]:
    return {tuple(sorted(pair)) for pair in pairs.tolist()}


def test_standings_by_hand() -> None:
    found = {standing.party: standing for standing in standings(STAR, 1)}
    assert found["m"].strength == 7.0
    assert (found["m"].partners, found["m"].open_pairs) == (3, 2)  # a-c and b-c
    assert found["m"].brokerage == 1.0  # a-b directly is longer (2) than through m (1 + .5)
    assert found["a"].open_pairs == 0
    assert found["c"].constraint == pytest.approx(1.0)  # all that it has is m
    assert transitivity(STAR.pairs, STAR.size) == pytest.approx(3 / 5)


def test_who_meets_only_through_a_third_and_who_could_bridge() -> None:
    assert [(p.a, p.b, p.through) for p in apart(STAR, 10)] == [("b", "c", ("m",)),
                                                              ("a", "c", ("m",))]  # fmt: skip
    first, *others = bridges(STAR, {"a", "b", "c"})
    assert (first.party, first.reaches, first.weakest) == ("m", ("a", "b", "c"), 1.0)
    assert others == []


def test_nothing_comes_of_nothing() -> None:
    empty = Network.of([("a", "b", 0.0)])
    assert (standings(empty, 1), chance(empty, seed=1), apart(empty, 5)) == ((), None, ())


@few
@given(graphs())
def test_brokerage_agrees_with_another_library_where_all_ways_are_alike(network: Network) -> None:
    same = Network(network.parties, network.pairs, np.ones(len(network.pairs)))
    if same.size > 2:
        assert brokerage(same, 0) == pytest.approx(betweenness(same.pairs, same.size))


@few
@given(graphs())
def test_triangles_agree_with_counting_them(network: Network) -> None:
    links = keys_of(network.pairs)
    counted: Counter[int] = Counter()
    for three in itertools.combinations(range(network.size), 3):
        if all(pair in links for pair in itertools.combinations(three, 2)):
            counted.update(three)
    assert triangles_of(network.pairs, network.size).tolist() == [
        counted[i] for i in range(network.size)
    ]


@few
@given(graphs(), st.integers(0, 1000))
def test_the_null_model_keeps_the_number_of_partners(network: Network, seed: int) -> None:
    drawn = rewired(network.pairs, network.size, np.random.default_rng(seed), 15)
    assert degrees_of(drawn, network.size).tolist() == network.degrees.tolist()
    assert len(keys_of(drawn)) == len(network.pairs)
    assert all(a != b for a, b in keys_of(drawn))


def test_the_null_model_gives_all_networks_equally_often() -> None:
    """Six parties, two partners each: sixty rings of six and ten pairs of triangles."""
    ring = np.array([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 5)])
    rng = np.random.default_rng(7)
    counts: Counter[frozenset[tuple[int, ...]]] = Counter()
    found, draws = ring, 7000
    for _ in range(draws):
        found = rewired(found, 6, rng, 4)
        counts[frozenset(keys_of(found))] += 1
    assert len(counts) == 70
    expected = draws / 70
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert (
        chi_square < 120
    )  # 69 degrees of freedom: 1 in 10,000 lies above 118; draws hang together


def test_what_is_planted_stands_out_against_chance() -> None:
    """Two groups of eight who all work together, and one who alone joins them."""
    groups = [[f"{side}{n}" for n in range(8)] for side in "ab"]
    links = [(a, b, 1.0) for group in groups for a, b in itertools.combinations(group, 2)]
    links += [("m", group[n], 1.0) for group in groups for n in range(2)]
    network = Network.of(links)
    found = chance(network, seed=3, draws=100)
    assert found is not None
    assert found.transitivity.below == 100
    assert found.modularity.below == found.modularity.draws
    assert found.transitivity.z is not None
    assert found.transitivity.z > 3
    assert found.open_pairs["m"].observed == 4
    assert found.steps["m"].below == 100
    standing = {s.party: s for s in standings(network, 3)}
    assert max(standing.values(), key=lambda s: s.brokerage).party == "m"
    assert len({standing[p].community for p in groups[0]}) == 1
    assert standing["a0"].community != standing["b0"].community


def test_the_same_seed_gives_the_same() -> None:
    assert chance(STAR, seed=5, draws=20) == chance(STAR, seed=5, draws=20)
    assert standings(STAR, 5) == standings(STAR, 5)
