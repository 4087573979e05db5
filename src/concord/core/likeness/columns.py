"""Records as columns of numbers, and what the score of many pairs can be at most.

The bound is exact but for what columns cannot hold: sets stand as 64 bits, so that two sets may
seem to share what they do not. It is never below the true score; ``weighing.compare`` decides.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from concord.core.likeness.titles import Title
from concord.core.likeness.weighing import (
    EXACT_WIDTH,
    FITTING,
    GENERIC,
    LIKE,
    NEAR,
    TOWN_OF_PROVIDER,
    UNLIKE,
    UNSTATED_KINDS,
    WEIGHTS,
    Likely,
    prior,
)

Rows = NDArray[np.int64]
Bits = NDArray[np.float32]

ROW: Final = np.dtype(
    [
        ("course", np.bool_),
        ("kind", np.int32),
        ("first", np.int32),
        ("last", np.int32),
        ("country", np.int32),
        ("town", np.int32),
        ("script", np.int32),
        ("providers", np.uint64),
        ("topics", np.uint64),
        ("counts", np.uint64),
        ("languages", np.uint64),
        ("numbers", np.uint64),
        ("title", np.int64),
        ("titles", np.int64),
    ]
)
"""``title`` is where its titles begin in the list of all, ``titles`` how many they are."""


class Columns:
    """Rows in the order in which they are put; a code of 0 is unknown."""

    def __init__(self) -> None:
        self.items: list[Likely] = []
        self._columns: dict[str, NDArray[Any]] = {
            name: np.zeros(1024, ROW[name]) for name in ROW.names or ()
        }
        self._codes: defaultdict[Any, int] = defaultdict(count(1).__next__)
        self._titles: dict[Title, int] = {}
        self._cores: list[str] = []
        self._facts = array("q")
        """Of each title its family, its tongue, whether it is generic, whether words stand apart"""
        self._title_of = array("q")

    def code(self, *of: object) -> int:
        """The number of a value, the same for the same."""
        return self._codes[of]

    def put(self, item: Likely) -> int:
        """Add a row at the end and give its number."""
        row = len(self.items)
        if row == len(self._columns["kind"]):
            self._columns = {
                name: np.concatenate([column, np.zeros_like(column)])
                for name, column in self._columns.items()
            }
        town, script = item.place
        values = {
            "course": item.is_course,
            "kind": 0 if item.kind in UNSTATED_KINDS else self.code("kind", item.kind),
            "first": item.start,
            "last": item.end,
            "country": self.code("country", item.country) if item.country else 0,
            "town": self.code("town", town) if town else 0,
            "script": self.code("script", script) if town else 0,
            "providers": self._mask(item.providers),
            "topics": self._mask(item.topics),
            "counts": self._mask(item.telling_counts),
            "languages": self._mask(item.languages),
            "numbers": self._mask(item.numbers),
            "title": len(self._title_of),
            "titles": len(item.ready_titles),
        }
        for name, value in values.items():
            self._columns[name][row] = value
        self._title_of.extend(self._title(title) for title in item.ready_titles)
        self.items.append(item)
        return row

    def cut(self, rows: int) -> None:
        """Forget all rows but the first ``rows``."""
        if rows < len(self.items):
            del self._title_of[int(self._columns["title"][rows]) :]
            del self.items[rows:]

    def _mask(self, values: Iterable[object]) -> int:
        mask = 0
        for value in values:
            mask |= 1 << self.code("bit", value) % 64
        return mask

    def _title(self, title: Title) -> int:
        found = self._titles.get(title)
        if found is None:
            found = self._titles[title] = len(self._cores)
            self._cores.append(title.core)
            family, tongue = self.code("family", title.family), self.code("tongue", title.tongue)
            self._facts.extend((family, tongue, title.generic, title.spaced))
        return found

    def days(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and last day of rows."""
        first, last = self._columns["first"][rows], self._columns["last"][rows]
        return first.astype(np.int64), last.astype(np.int64)

    def at_most(self, a: Rows, b: Rows) -> Bits:
        """The most that each pair of rows can weigh, prior included, whatever their titles."""
        take = {name: (column[a], column[b]) for name, column in self._columns.items()}
        bits = _where(take["course"][0], prior(courses=True), prior(courses=False))
        bits[take["course"][0] != take["course"][1]] = -np.inf
        bits += _days(*take["first"], *take["last"])
        bits += _parties(take)
        for name, shared, other in (
            ("topics", "shared_topic", "other_topics"),
            ("counts", "same_count", "other_count"),
            ("languages", "shared_language", "other_languages"),
        ):
            bits += _sets(*take[name], WEIGHTS[shared], WEIGHTS[other])
        bits += _sets(*take["numbers"], 0, WEIGHTS["other_number"])
        kind, other_kind = take["kind"]
        bits += _where((kind != other_kind) & (kind > 0) & (other_kind > 0), WEIGHTS["other_kind"])
        return bits + np.float32(WEIGHTS["same_title"])

    def by_titles(self, a: Rows, b: Rows) -> Bits:
        """What the titles of each pair of rows weigh, less the most that titles can."""
        starts, counts = self._columns["title"], self._columns["titles"]
        number, other_number = counts[a], counts[b]
        combined = number * other_number
        bits = np.zeros(len(a), np.float32)
        if combined.any():
            pair = np.repeat(np.arange(len(a)), combined)
            within = np.arange(len(pair)) - np.repeat(np.cumsum(combined) - combined, combined)
            titles = np.frombuffer(self._title_of, np.int64)
            one = titles[starts[a][pair] + within // other_number[pair]]
            other = titles[starts[b][pair] + within % other_number[pair]]
            weights = self._weights(one, other)
            told = weights > -np.inf
            pair, weights = pair[told], weights[told]
            if len(pair):
                begins = np.flatnonzero(np.diff(pair, prepend=-1))
                bits[pair[begins]] = np.maximum.reduceat(weights, begins)
        return bits - np.float32(WEIGHTS["same_title"])

    def _weights(self, one: Rows, other: Rows) -> Bits:
        """The weight of each two titles; minus infinity where nothing can be said."""
        size = len(self._cores)
        each, back = np.unique(
            np.minimum(one, other) * size + np.maximum(one, other), return_inverse=True
        )
        a, b = each // size, each % size
        facts = np.frombuffer(self._facts, np.int64)
        family, tongue, generic, spaced = facts.reshape(-1, 4).T
        weights = np.full(len(each), -np.inf, np.float32)
        comparable = family[a] == family[b]
        for scorer, is_spaced in ((fuzz.token_set_ratio, 1), (fuzz.ratio, 0)):
            rows = np.flatnonzero(comparable & (spaced[a] == is_spaced))
            if not len(rows):
                continue
            x, y = [self._cores[k] for k in a[rows]], [self._cores[k] for k in b[rows]]
            alike = cpdist(x, y, scorer=scorer, dtype=np.float64)
            weights[rows] = np.select(
                [alike >= least for least, _ in LIKE] + [alike < UNLIKE],
                [weight for _, weight in LIKE] + [WEIGHTS["other_title"]],
            )
            vague = (generic[a[rows]] | generic[b[rows]]).astype(bool)
            weights[rows[vague]] = np.where(alike[vague] >= LIKE[0][0], GENERIC, 0)
            same = np.array([p == q for p, q in zip(x, y, strict=True)]) & ~vague
            weights[rows[same]] = WEIGHTS["same_title"]
        weights[(tongue[a] != tongue[b]) & (weights <= 0)] = -np.inf
        return weights[back]


def _where(condition: NDArray[np.bool_], weight: float, other: float = 0.0) -> Bits:
    return np.where(condition, np.float32(weight), np.float32(other))


def _sets(a: NDArray[np.uint64], b: NDArray[np.uint64], shared: float, other: float) -> Bits:
    known = (a != 0) & (b != 0)
    return _where((a & b) != 0, shared) + _where(known & ((a & b) == 0), other)


def _days(
    first: NDArray[np.int32],
    other_first: NDArray[np.int32],
    last: NDArray[np.int32],
    other_last: NDArray[np.int32],
) -> Bits:
    width, other_width = last - first, other_last - other_first
    exact = (width < EXACT_WIDTH) & (other_width < EXACT_WIDTH)
    between = np.maximum(first, other_first) - np.minimum(last, other_last)
    widest = np.maximum(width, other_width) + 1
    return np.select(
        [
            exact & (first == other_first) & (last == other_last),
            exact & (between <= 0),
            exact & (between <= NEAR),
            between > 0,
            *[widest <= limit for limit, _ in FITTING],
        ],
        [
            np.float32(WEIGHTS["same_days"]),
            np.float32(WEIGHTS["overlapping_days"]),
            np.float32(WEIGHTS["near_days"]),
            np.float32(WEIGHTS["other_day"]),
            *[np.float32(weight) for _, weight in FITTING],
        ],
        np.float32(0),
    )


def _parties(take: dict[str, tuple[NDArray[Any], NDArray[Any]]]) -> Bits:
    """Providers and place, which are not independent: the better of a provider shared and not."""
    (country, other_country), (town, other_town) = take["country"], take["town"]
    script, other_script = take["script"]
    providers, other_providers = take["providers"]
    one_country = (country == other_country) & (country > 0)
    one_town = (town == other_town) & (town > 0)
    against = _where(
        ~one_country & (country > 0) & (other_country > 0), WEIGHTS["other_country"]
    ) + _where(~one_town & (town > 0) & (script == other_script), WEIGHTS["other_town"])
    apart = _where(one_country, WEIGHTS["same_country"]) + _where(one_town, WEIGHTS["same_town"])
    together = _where(one_town, TOWN_OF_PROVIDER) + np.float32(WEIGHTS["shared_provider"])
    both = (providers != 0) & (other_providers != 0)
    apart += _where(both, WEIGHTS["other_providers"])
    may_share = (providers & other_providers) != 0
    return np.asarray(against + np.where(may_share, np.maximum(apart, together), apart))
