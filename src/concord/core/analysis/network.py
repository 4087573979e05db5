"""The network of links: who holds it together, who joins whom, and what chance alone would give.

Small results in, plain numbers out. The same network and seed give the same numbers everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

EXACT: Final = 300
"""Parties up to which brokerage is counted from every one of them."""
SAMPLE: Final = 64
"""Parties from which it is estimated in larger networks (Brandes and Pich 2007)."""
ROUNDS: Final = 10
"""Rounds between two draws; in each, every link is offered an exchange once, and takes it or not by
the toss of a coin. Ten for each link are usual (Milo et al. 2003, arXiv cond-mat/0312028)."""
DRAWS: Final = 200
MODULARITY_DRAWS: Final = 40
MARKED: Final = 6_000
"""Parties up to which a table of all pairs is held in memory while links are exchanged."""
DIGITS: Final = 9
DIGITS_OF_ZERO: Final = 1e-12

Pairs = NDArray[np.int64]
"""Two columns: the numbers of the two parties of each link."""
Told = Callable[[int], None]


@dataclass(frozen=True)
class Network:
    """Parties in their order, and the links between them, each pair once, with its strength."""

    parties: tuple[str, ...]
    pairs: Pairs
    strength: NDArray[np.float64]

    @classmethod
    def of(cls, links: Collection[tuple[str, str, float]]) -> Network:
        """The network of links of positive strength; a party without one is not in it."""
        kept = [link for link in links if link[2] > 0]
        parties = tuple(sorted({party for a, b, _w in kept for party in (a, b)}))
        number = {party: place for place, party in enumerate(parties)}
        ends: list[tuple[int, int, float]] = sorted(
            (min(number[a], number[b]), max(number[a], number[b]), weight)
            for a, b, weight in kept
            if a != b
        )
        pairs = np.array([end[:2] for end in ends], dtype=np.int64).reshape(-1, 2)
        return cls(parties, pairs, np.array([end[2] for end in ends], dtype=np.float64))

    @property
    def size(self) -> int:
        return len(self.parties)

    @cached_property
    def degrees(self) -> NDArray[np.int64]:
        """How many partners each party has."""
        return degrees_of(self.pairs, self.size)

    @cached_property
    def neighbours(self) -> list[NDArray[np.int64]]:
        """The partners of each party, by number."""
        both = np.concatenate([self.pairs, self.pairs[:, ::-1]])
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        return np.split(both[:, 1], np.cumsum(self.degrees)[:-1]) if self.size else []


def degrees_of(pairs: Pairs, size: int) -> NDArray[np.int64]:
    """The number of links of each party."""
    return np.bincount(pairs.ravel(), minlength=size).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Standing:
    """A party's place in the network. No order of parties follows from it."""

    party: str
    strength: float
    partners: int
    open_pairs: int
    """Pairs of its partners that do not work with each other: it alone may join them."""
    brokerage: float
    """Share of the shortest ways between others that lead through it, ways being 1/W long."""
    constraint: float
    """Burt 1992: how far its partners are each other's; 1 and more, wholly."""
    community: int


@dataclass(frozen=True, slots=True)
class Against:
    """A measure beside the same in networks in which everybody has as many partners."""

    observed: float
    expected: float
    low: float
    high: float
    """5th and 95th percentile of the draws."""
    below: int
    """Draws in which it is lower, of ``draws``; ``equal`` of them give the same."""
    equal: int
    draws: int
    z: float | None
    """Standard deviations of the draws from their mean; None where all draws are alike."""


def against(observed: float, drawn: NDArray[np.float64]) -> Against:
    """An observed value beside what was drawn."""
    low, high = (float(value) for value in np.percentile(drawn, [5, 95]))
    near = np.isclose(drawn, observed, rtol=0, atol=1e-12)
    mean, deviation = float(drawn.mean()), float(drawn.std())
    return Against(
        observed=round(float(observed), DIGITS),
        expected=round(mean, DIGITS),
        low=round(low, DIGITS),
        high=round(high, DIGITS),
        below=int(((drawn < observed) & ~near).sum()),
        equal=int(near.sum()),
        draws=len(drawn),
        z=round((observed - mean) / deviation, DIGITS) if deviation > DIGITS_OF_ZERO else None,
    )


def standings(network: Network, seed: int) -> tuple[Standing, ...]:
    """Every party's place, in the order of their keys."""
    if not network.size:
        return ()
    ends = network.pairs.ravel()
    strength = np.bincount(ends, np.repeat(network.strength, 2), minlength=network.size)
    triangles = triangles_of(network.pairs, network.size)
    pairs = network.degrees * (network.degrees - 1) // 2
    brokered = brokerage(network, seed)
    bound = constraint(network)
    groups = communities(network.pairs, network.size, seed, network.strength)[0]
    return tuple(
        Standing(
            party=party,
            strength=round(float(strength[i]), DIGITS),
            partners=int(network.degrees[i]),
            open_pairs=int(pairs[i] - triangles[i]),
            brokerage=round(float(brokered[i]), DIGITS),
            constraint=round(float(bound[i]), DIGITS),
            community=int(groups[i]),
        )
        for i, party in enumerate(network.parties)
    )


def triangles_of(pairs: Pairs, size: int) -> NDArray[np.int64]:
    """The triangles that each party is in, counted on rows of bits."""
    if not len(pairs):
        return np.zeros(size, dtype=np.int64)
    bits = _bits(pairs, size)
    common = np.empty(len(pairs), dtype=np.int64)
    for start in range(0, len(pairs), 1 << 14):
        part = pairs[start : start + (1 << 14)]
        shared = bits[part[:, 0]] & bits[part[:, 1]]
        common[start : start + len(part)] = np.bitwise_count(shared).sum(axis=1)
    counted = np.bincount(pairs.ravel(), np.repeat(common, 2), minlength=size)
    return (counted / 2).astype(np.int64)


def _bits(pairs: Pairs, size: int) -> NDArray[np.uint64]:
    """For each party a row of bits, one for each other; set where the two have a link."""
    words = -(-size // 64)
    rows = np.zeros((size, words * 8), dtype=np.uint8)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    np.bitwise_or.at(rows, (both[:, 0], both[:, 1] >> 3), (1 << (both[:, 1] & 7)).astype(np.uint8))
    return rows.view(np.uint64)


def transitivity(pairs: Pairs, size: int) -> float:
    """Share of the pairs of one party's partners that work with each other too."""
    degrees = degrees_of(pairs, size)
    open_or_closed = int((degrees * (degrees - 1) // 2).sum())
    return int(triangles_of(pairs, size).sum()) / open_or_closed if open_or_closed else 0.0


def brokerage(network: Network, seed: int) -> NDArray[np.float64]:
    """Betweenness on ways of length 1/W, as a share of all pairs of others (Brandes 2001).

    From every party in small networks; estimated from a sample in large ones.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    size = network.size
    found = np.zeros(size)
    if size < 3:
        return found
    a, b = network.pairs.T
    length = np.concatenate([1.0 / network.strength] * 2)
    tail, head = np.concatenate([a, b]), np.concatenate([b, a])
    graph = csr_matrix((length, (tail, head)), shape=(size, size))
    sources = np.arange(size)
    if size > EXACT:
        rng = np.random.default_rng(seed)
        sources = np.sort(rng.choice(size, SAMPLE, replace=False))
    for source in sources:
        away = dijkstra(graph, directed=True, indices=source)
        with np.errstate(invalid="ignore"):
            is_on = np.isfinite(away[tail]) & np.isclose(
                away[tail] + length, away[head], rtol=1e-9, atol=1e-12
            )
        found += _dependency(int(source), away, tail[is_on], head[is_on])
    share = size / len(sources) / ((size - 1) * (size - 2))
    return found * share


def _dependency(
    source: int, away: NDArray[np.float64], tail: NDArray[np.int64], head: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How much of the shortest ways from one party leads through each other."""
    order = np.lexsort((tail, away[head]))
    steps = list(zip(tail[order].tolist(), head[order].tolist(), strict=True))
    ways = [0.0] * len(away)
    ways[source] = 1.0
    for before, after in steps:
        ways[after] += ways[before]
    through = [0.0] * len(away)
    for before, after in reversed(steps):
        through[before] += ways[before] / ways[after] * (1.0 + through[after])
    through[source] = 0.0
    return np.array(through)


def betweenness(pairs: Pairs, size: int) -> NDArray[np.float64]:
    """The share of the shortest ways between others that lead through each party, all links alike.

    As strengths are not known in networks drawn by chance, this is what is set beside them.
    """
    import rustworkx as rx

    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(size))
    graph.add_edges_from_no_data([tuple(pair) for pair in pairs.tolist()])
    found = rx.graph_betweenness_centrality(graph, normalized=size > 2)
    return np.array([found[place] for place in range(size)])


def constraint(network: Network) -> NDArray[np.float64]:
    """Burt's constraint of each party: sum over its partners j of (p_ij + sum_q p_iq p_qj)^2."""
    from scipy.sparse import coo_array, diags_array

    size = network.size
    a, b = network.pairs.T
    weights = np.concatenate([network.strength] * 2)
    ends = np.concatenate([a, b]), np.concatenate([b, a])
    matrix = coo_array((weights, ends), shape=(size, size)).tocsr()
    shares = diags_array(1.0 / matrix.sum(axis=1)) @ matrix
    both = shares + (shares @ shares).multiply(matrix > 0)
    return np.asarray(both.multiply(both).sum(axis=1)).ravel()


def communities(
    pairs: Pairs, size: int, seed: int, strength: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.int64], float]:
    """Groups that work among themselves more than with others, and their modularity.

    Louvain (Blondel et al. 2008); numbered by the first party of each, so that names stay.
    """
    from scipy.sparse import coo_array, csr_matrix
    from sknetwork.clustering import Louvain, get_modularity

    if not len(pairs):
        return np.arange(size), 0.0
    weights = np.ones(len(pairs)) if strength is None else strength
    a, b = pairs.T
    ends = np.concatenate([a, b]), np.concatenate([b, a])
    matrix = csr_matrix(coo_array((np.concatenate([weights, weights]), ends), shape=(size, size)))
    louvain = Louvain(random_state=seed % (1 << 31), shuffle_nodes=True)
    found = louvain.fit_predict(matrix)
    _kinds, first, where = np.unique(found, return_index=True, return_inverse=True)
    renamed = np.argsort(np.argsort(first))[where]
    return renamed.astype(np.int64), float(get_modularity(matrix, found))


@dataclass(frozen=True, slots=True)
class Apart:
    """Two parties that do not work together, and those who work with both."""

    a: str
    b: str
    through: tuple[str, ...]
    """The ones with the strongest weaker link first."""


def apart(network: Network, most: int) -> tuple[Apart, ...]:
    """Pairs that meet only through a third party; ``most`` of them, the best joined first."""
    strength = {
        (int(i), int(j)): float(w)
        for (i, j), w in zip(network.pairs, network.strength, strict=True)
    }
    strength |= {(j, i): w for (i, j), w in strength.items()}
    through: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for middle, partners in enumerate(network.neighbours):
        known = partners.tolist()
        for place, i in enumerate(known):
            for j in known[place + 1 :]:
                if (i, j) not in strength:
                    weaker = min(strength[middle, i], strength[middle, j])
                    through.setdefault((i, j), []).append((-weaker, middle))
    name = network.parties
    found = sorted((min(ways), pair) for pair, ways in through.items())[:most]
    return tuple(
        Apart(name[i], name[j], tuple(name[m] for _w, m in sorted(through[i, j])))
        for _best, (i, j) in found
    )


@dataclass(frozen=True, slots=True)
class Bridge:
    """A party that works with two or more of those who are to be joined."""

    party: str
    reaches: tuple[str, ...]
    weakest: float
    """Strength of the weaker of its links to them: a bridge bears as much as that."""


def bridges(network: Network, wanted: Collection[str]) -> tuple[Bridge, ...]:
    """Who could bridge ``wanted``: those who work with most of them, then by their weakest link.

    One of the wanted may itself be the bridge between the others.
    """
    number = {party: place for place, party in enumerate(network.parties)}
    reached: dict[str, dict[str, float]] = {}
    goals = {number[party] for party in wanted if party in number}
    for (i, j), weight in zip(network.pairs.tolist(), network.strength.tolist(), strict=True):
        for one, other in ((i, j), (j, i)):
            if other in goals:
                reached.setdefault(network.parties[one], {})[network.parties[other]] = weight
    found = [
        Bridge(party, tuple(sorted(links)), min(links.values()))
        for party, links in reached.items()
        if len(links) > 1
    ]
    return tuple(sorted(found, key=lambda b: (-len(b.reaches), -b.weakest, b.party)))


@dataclass(frozen=True)
class Chance:
    """The network beside chance."""

    transitivity: Against
    modularity: Against
    open_pairs: Mapping[str, Against]
    """Of each party the pairs of its partners that do not work with each other."""
    steps: Mapping[str, Against]
    """Of each party the share of the shortest ways through it, counted in steps; of small networks
    alone."""


def rewired(pairs: Pairs, size: int, rng: np.random.Generator, rounds: int) -> Pairs:
    """The links exchanged at random so that everybody keeps the number of its partners.

    In a round the links are put in twos at random, and by the toss of a coin each two exchange an
    end: a-b, c-d become a-d, c-b. All twos of a round exchange at once, but for those that would
    join a party to itself or make a link that there is, that another two wants, or whose own links
    another two wants. With these left out, each round can be taken back with the same likelihood,
    so that all networks with these numbers of partners come up equally often (Maslov and Sneppen
    2002, in rounds).
    """
    if len(pairs) < 2:
        return pairs.copy()
    found = pairs.copy()
    half = len(found) // 2
    marks = np.zeros(size * size, dtype=bool) if size <= MARKED else None
    for _round in range(rounds):
        order = rng.permutation(len(found))
        one, other = order[:half], order[half : 2 * half]
        coins = rng.integers(0, 4, half)
        a, b = found[one].T
        c, d = found[other].T
        turned = (coins & 1).astype(bool)
        c, d = np.where(turned, d, c), np.where(turned, c, d)
        wanted = np.stack([_codes(a, d, size), _codes(c, b, size)])
        held = np.stack([_codes(a, b, size), _codes(c, d, size)])
        taking_part = (coins & 2).astype(bool) & (a != d) & (b != c) & (wanted[0] != wanted[1])
        wishes = wanted[:, taking_part].ravel()
        ordered = np.sort(wishes)
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        refused = _is_in(held, wishes, marks)
        for others in (_codes(found[:, 0], found[:, 1], size), twice):
            refused |= _is_in(wanted, others, marks)
        takes = taking_part & ~refused.any(axis=0)
        found[one[takes]] = np.stack([a[takes], d[takes]], axis=1)
        found[other[takes]] = np.stack([c[takes], b[takes]], axis=1)
    return found


def _codes(a: NDArray[np.int64], b: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """One number for each pair, whichever way round."""
    return np.minimum(a, b) * size + np.maximum(a, b)


def _is_in(
    values: NDArray[np.int64], codes: NDArray[np.int64], marks: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    """Whether each value is among the codes: by marking them in a table, or by looking them up."""
    if marks is None:
        return np.isin(values, codes, kind="sort")
    marks[codes] = True
    found = marks[values]
    marks[codes] = False
    return found


def chance(
    network: Network, *, seed: int, draws: int = DRAWS, told: Told = lambda _share: None
) -> Chance | None:
    """The network beside ``draws`` in which everybody has as many partners; None without links.

    ``told`` is given the share done, of a hundred.
    """
    if not len(network.pairs):
        return None
    rng = np.random.default_rng(seed)
    size = network.size
    all_pairs = network.degrees * (network.degrees - 1) // 2
    closed = np.empty((draws, size))
    parted = np.empty(min(draws, MODULARITY_DRAWS))
    through = np.empty((draws, size)) if size <= EXACT else None
    pairs = rewired(network.pairs, size, rng, 2 * ROUNDS)
    for number in range(draws):
        pairs = rewired(pairs, size, rng, ROUNDS)
        closed[number] = triangles_of(pairs, size)
        if through is not None:
            through[number] = betweenness(pairs, size)
        if number < len(parted):
            parted[number] = communities(pairs, size, seed + number)[1]
        told(100 * (number + 1) // draws)
    triangles = triangles_of(network.pairs, size)
    whole = max(int(all_pairs.sum()), 1)
    return Chance(
        transitivity=against(int(triangles.sum()) / whole, closed.sum(axis=1) / whole),
        modularity=against(communities(network.pairs, size, seed)[1], parted),
        open_pairs={
            party: against(int(all_pairs[i] - triangles[i]), all_pairs[i] - closed[:, i])
            for i, party in enumerate(network.parties)
        },
        steps={}
        if through is None
        else {
            party: against(share, through[:, i])
            for i, (party, share) in enumerate(
                zip(network.parties, betweenness(network.pairs, size), strict=True)
            )
        },
    )
