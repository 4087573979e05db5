"""Pairs found without comparing each record with each.

Which pairs are weighed at all follows from the weights, so that none above ``LEAST`` is lost. Two
records with exact days must lie within ``NEAR`` days of each other: other days weigh more than all
else together. Where the days of one are not exact, the two must share a title, a town, a number of
participants or a provider, and their days must fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concord.core.likeness.columns import Columns, Rows
from concord.core.likeness.weighing import (
    AT_LEAST,
    EXACT_WIDTH,
    FITTING,
    LEAST,
    NEAR,
    Likely,
    Pair,
    RecordId,
    compare,
)

AT_ONCE: Final = 1_000_000
"""Pairs that are weighed in one go: some 100 MB."""
UNSORTED: Final = 512
"""Rows added since the postings were made, compared with each question one by one."""
WIDTHS: Final = (EXACT_WIDTH, *(width for width, _ in FITTING))
EXACT: Final = 0
"""Rows are kept by the width of their days, so that one wide row does not widen all windows."""
_DAY: Final = 1 << 23
"""More than any day: a key and a day make one number that sorts by both."""


class LikenessIndex:
    """Records prepared to be compared with each other and with new ones.

    ``settled`` are the pairs of ids that a person has decided on: they never come again. Pairs
    below ``at_least`` are left out. Raises ``ValueError`` for ``at_least`` below ``LEAST`` and for
    an id that comes twice.
    """

    def __init__(
        self,
        items: Sequence[Likely] = (),
        *,
        settled: Collection[frozenset[RecordId]] = (),
        at_least: float = AT_LEAST,
    ) -> None:
        if not LEAST <= at_least < 1:
            raise ValueError(f"a score from {LEAST} to below 1 can be asked for, not {at_least}")
        self._settled = frozenset(settled)
        self._at_least = at_least
        self._least_bits = np.float32(log2(at_least / (1 - at_least)) - 1e-4)
        self._columns = Columns()
        self._keys: list[tuple[int, ...]] = []
        self._rows: dict[RecordId, int] = {}
        for item in items:
            self._add(item)
        self._sort()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, item: Likely) -> None:
        """Take in one more record."""
        self._add(item)
        if len(self._rows) - self._sorted > UNSORTED:
            self._sort()

    def pairs(self) -> list[Pair]:
        """All pairs among the records, the likeliest first, then by their ids."""
        self._sort()
        return _in_order(pair for _, pair in self._found(self._among()))

    def like(self, item: Likely) -> list[Pair]:
        """The pairs of one record with those here, the likeliest first; never with itself."""
        return self.like_each([item])[0]

    def like_each(self, items: Sequence[Likely]) -> list[list[Pair]]:
        """For each of many records what ``like`` gives, in far less time than one by one."""
        known = len(self)
        if not known:
            return [[] for _ in items]
        try:
            for item in items:
                self._columns.put(item)
                self._keys.append(self._keys_of(item))
            rows = np.arange(known, known + len(items))
            found: list[list[Pair]] = [[] for _ in items]
            for row, pair in self._found(self._beside(rows)):
                found[row - known].append(pair)
        finally:
            self._columns.cut(known)
            del self._keys[known:]
        return [_in_order(pairs) for pairs in found]

    def _add(self, item: Likely) -> None:
        if item.id in self._rows:
            raise ValueError(f"{item.id} comes twice")
        self._rows[item.id] = self._columns.put(item)
        self._keys.append(self._keys_of(item))

    def _keys_of(self, item: Likely) -> tuple[int, ...]:
        """What a record must share with another where days do not carry the pair."""
        code = self._columns.code
        kind = item.is_course
        keys = {code("title of", kind, t.family, t.core) for t in item.ready_titles}
        keys |= {code("town of", kind, item.place[0])} if item.place[0] else set()
        keys |= {code("count of", kind, number) for number in item.telling_counts}
        keys |= {code("provider of", kind, provider) for provider in item.providers}
        return tuple(sorted(keys))

    def _sort(self) -> None:
        self._sorted = len(self)
        rows = np.arange(len(self))
        width = self._width(rows)
        of_width = [rows[width == number] for number in range(len(WIDTHS) + 1)]
        self._by_day = self._postings(of_width[EXACT], by_day=True)
        self._by_key = [self._postings(some, by_day=False) for some in of_width]

    def _width(self, rows: Rows) -> NDArray[np.int64]:
        """Between which of ``WIDTHS`` the days of rows are; ``EXACT`` where they are exact."""
        first, last = self._columns.days(rows)
        return np.searchsorted(np.array(WIDTHS), last - first + 1).astype(np.int64)

    def _keyed(self, rows: Rows, *, by_day: bool) -> tuple[Rows, NDArray[np.int64]]:
        """Rows, each as often as it has keys, and its keys; by day there is one key for all."""
        if by_day:
            return rows, np.zeros(len(rows), np.int64)
        keys = [self._keys[row] for row in rows]
        counts = np.fromiter(map(len, keys), np.int64, len(keys))
        flat = np.fromiter((key for of_row in keys for key in of_row), np.int64, int(counts.sum()))
        return np.repeat(rows, counts), flat

    def _postings(self, rows: Rows, *, by_day: bool) -> Postings:
        rows, keys = self._keyed(rows, by_day=by_day)
        return Postings(rows, keys, *self._columns.days(rows))

    def _among(self) -> Iterator[tuple[Rows, Rows]]:
        """Rows that are to be compared with each other; a pair may come under several keys."""
        yield from self._by_day.among()
        for width, wider in enumerate(self._by_key):
            if width != EXACT:
                yield from wider.among()
            for narrower in self._by_key[:width]:
                yield from narrower.near(wider.rows, wider.keys, wider.first, wider.last)

    def _beside(self, rows: Rows) -> Iterator[tuple[Rows, Rows]]:
        """New rows, and those here that each is to be compared with."""
        width = self._width(rows)
        for is_exact, some in ((True, rows[width == EXACT]), (False, rows[width != EXACT])):
            keyed, keys = self._keyed(some, by_day=False)
            days = self._columns.days(keyed)
            for number, postings in enumerate(self._by_key):
                if is_exact and number == EXACT:
                    exact, kinds = self._keyed(some, by_day=True)
                    yield from self._by_day.near(exact, kinds, *self._columns.days(exact))
                else:
                    yield from postings.near(keyed, keys, *days)
        new = np.arange(self._sorted, len(self))
        step = max(1, AT_ONCE // max(1, len(new)))
        for at in range(0, len(rows) if len(new) else 0, step):
            some = rows[at : at + step]
            yield np.repeat(some, len(new)), np.tile(new, len(some))

    def _found(self, candidates: Iterator[tuple[Rows, Rows]]) -> Iterator[tuple[int, Pair]]:
        """Of the candidates those that are likely enough, with the row that came first."""
        items, size = self._columns.items, len(self._columns.items)
        kept = [np.zeros(0, np.int64)]
        for a, b in _gathered(candidates):
            keep = self._columns.at_most(a, b) >= self._least_bits
            kept.append(np.unique(a[keep] * size + b[keep]))
        every = np.unique(np.concatenate(kept))
        for at in range(0, len(every), AT_ONCE):
            a, b = every[at : at + AT_ONCE] // size, every[at : at + AT_ONCE] % size
            bits = self._columns.at_most(a, b) + self._columns.by_titles(a, b)
            keep = bits >= self._least_bits
            for row, other in zip(a[keep].tolist(), b[keep].tolist(), strict=True):
                one, two = items[row], items[other]
                if one.id == two.id or frozenset((one.id, two.id)) in self._settled:
                    continue
                pair = compare(one, two)
                if pair.score >= self._at_least:
                    yield row, pair


def _gathered(candidates: Iterator[tuple[Rows, Rows]]) -> Iterator[tuple[Rows, Rows]]:
    """The same in fewer and larger pieces."""
    pieces: list[tuple[Rows, Rows]] = []
    for piece in candidates:
        pieces.append(piece)
        if sum(len(a) for a, _ in pieces) > AT_ONCE:
            yield _joined(pieces)
            pieces = []
    if pieces:
        yield _joined(pieces)


def _joined(pieces: list[tuple[Rows, Rows]]) -> tuple[Rows, Rows]:
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([a for a, _ in pieces]), np.concatenate([b for _, b in pieces])


class Postings:
    """Rows sorted by a key and their first day, so that those on fitting days lie together."""

    def __init__(
        self,
        rows: Rows,
        keys: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
    ) -> None:
        order = np.lexsort((first, keys))
        self.rows, self.keys = rows[order], keys[order]
        self.first, self.last = first[order], last[order]
        self._places = self.keys * _DAY + self.first + 1
        self._widest = int((last - first).max(initial=0))

    def near(
        self,
        rows: Rows,
        keys: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
    ) -> Iterator[tuple[Rows, Rows]]:
        """Other rows, and what is here under the key of each on days that fit or nearly so."""
        low = keys * _DAY + np.maximum(first + 1 - NEAR - self._widest, 0)
        begin = np.searchsorted(self._places, low, side="left")
        end = np.searchsorted(self._places, keys * _DAY + last + 1 + NEAR, side="right")
        return self._spread(rows, begin, end)

    def among(self) -> Iterator[tuple[Rows, Rows]]:
        """Each two rows here under one key on days that fit or nearly so, the smaller first."""
        end = np.searchsorted(self._places, self.keys * _DAY + self.last + 1 + NEAR, side="right")
        for a, b in self._spread(self.rows, np.arange(1, len(self.rows) + 1), end):
            yield np.minimum(a, b), np.maximum(a, b)

    def _spread(
        self, rows: Rows, begin: NDArray[np.int64], end: NDArray[np.int64]
    ) -> Iterator[tuple[Rows, Rows]]:
        """Each row beside every row from its begin to its end, about ``AT_ONCE`` at a time."""
        counts = end - begin
        ends = np.cumsum(counts)
        at = 0
        while at < len(rows):
            done = int(ends[at - 1]) if at else 0
            until = max(at + 1, int(np.searchsorted(ends, done + AT_ONCE, side="right")))
            some = counts[at:until]
            total = int(some.sum())
            if total:
                within = np.arange(total) - np.repeat(np.cumsum(some) - some, some)
                there = np.repeat(begin[at:until], some) + within
                yield np.repeat(rows[at:until], some), self.rows[there]
            at = until


def likely_pairs(
    items: Sequence[Likely],
    *,
    settled: Collection[frozenset[RecordId]] = (),
    at_least: float = AT_LEAST,
) -> list[Pair]:
    """Pairs of ``items`` that score ``at_least``, the likeliest first, then by their ids."""
    return LikenessIndex(items, settled=settled, at_least=at_least).pairs()


def likely_of(
    item: Likely,
    items: Sequence[Likely],
    *,
    settled: Collection[frozenset[RecordId]] = (),
    at_least: float = AT_LEAST,
) -> list[Pair]:
    """The pairs of one record with ``items``. For many records keep a ``LikenessIndex``."""
    return LikenessIndex(items, settled=settled, at_least=at_least).like(item)


def _in_order(pairs: Iterator[Pair] | list[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-pair.score, str(pair.a), str(pair.b)))
