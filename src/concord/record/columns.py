"""One in-memory column table per kind of list: filters, facet counts, search and order.

Every value in it carries its audience, and the rule of view is applied to the value: a filter or a
count sees a value if and only if its audience is in the viewer's set. A revision replaces the
values of its own row. Order comes from the row alone, never from statistics of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from concord.core.disclosure import Viewer
from concord.core.vocabulary.folding import fold

NOBODY: Final = 0
"""Code of the audience that no viewer is in: values that were replaced."""

UNSETTLED: Final = 500
"""New texts to look through one by one before they are joined to the searched array."""

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Value:
    """A code of a facet and the audience that may see it."""

    code: str
    audience: str


@dataclass(frozen=True, slots=True)
class Words:
    """A text to be searched, what a hit in it is worth, and the audience that may see it."""

    text: str
    worth: int
    audience: str


@dataclass(frozen=True, slots=True)
class Row:
    """What the table keeps of one record. ``first`` and ``last`` are proleptic day numbers."""

    id: UUID
    audience: str
    facets: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    words: Sequence[Words] = ()
    first: int = 0
    last: int = 0
    date_audience: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A filter: codes within one facet are alternatives, facets and words all must hold."""

    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: str = ""
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page ended: the order's own values, so that paging needs no counting of rows."""

    score: int
    day: int
    tie: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of answers, how many there are in all, and the key of the next page."""

    ids: list[UUID]
    total: int
    next: Key | None


class _Growing:
    """An array of numbers that rows can be added to."""

    def __init__(self) -> None:
        self._data: Ints = np.zeros(1024, dtype=np.int64)
        self._used = 0

    def add(self, values: Iterable[int]) -> None:
        fresh = np.fromiter(values, dtype=np.int64)
        needed = self._used + len(fresh)
        if needed > len(self._data):
            self._data = np.resize(self._data, max(needed, 2 * len(self._data)))
        self._data[self._used : needed] = fresh
        self._used = needed

    @property
    def values(self) -> Ints:
        return self._data[: self._used]


class _Codes:
    """Texts numbered in the order in which they came."""

    def __init__(self, *first: str) -> None:
        self.numbers: dict[str, int] = {text: place for place, text in enumerate(first)}
        self.texts: list[str] = list(first)

    def number(self, text: str) -> int:
        if text not in self.numbers:
            self.numbers[text] = len(self.texts)
            self.texts.append(text)
        return self.numbers[text]


class _Facet:
    """Pairs of row and code, each with its audience."""

    def __init__(self) -> None:
        self.codes = _Codes()
        self.rows, self.code, self.audience = _Growing(), _Growing(), _Growing()

    def add(self, row: int, values: Sequence[tuple[str, int]]) -> None:
        self.rows.add(row for _ in values)
        self.code.add(self.codes.number(code) for code, _audience in values)
        self.audience.add(audience for _code, audience in values)

    def drop(self, row: int) -> None:
        self.audience.values[self.rows.values == row] = NOBODY

    def rows_with(self, wanted: frozenset[str], seen: Bools, size: int) -> Bools:
        numbers = [self.codes.numbers[code] for code in wanted if code in self.codes.numbers]
        hit = np.isin(self.code.values, numbers) & seen[self.audience.values]
        found = np.zeros(size, dtype=np.bool_)
        found[self.rows.values[hit]] = True
        return found

    def counts(self, within: Bools, seen: Bools) -> dict[str, int]:
        counted = within[self.rows.values] & seen[self.audience.values]
        numbers = np.bincount(self.code.values[counted], minlength=len(self.codes.texts))
        return {self.codes.texts[n]: int(numbers[n]) for n in np.flatnonzero(numbers)}


class _Texts:
    """Folded texts of rows, searched as one array; the newest few one by one."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rows, self.worth, self.audience = _Growing(), _Growing(), _Growing()
        self._settled: Any = ()

    def add(self, row: int, words: Sequence[tuple[str, int, int]]) -> None:
        alike: dict[tuple[int, int], list[str]] = {}
        for text, worth, audience in words:
            alike.setdefault((worth, audience), []).append(fold(text))
        self.texts += ["\n".join(texts) for texts in alike.values()]
        self.rows.add(row for _ in alike)
        self.worth.add(worth for worth, _audience in alike)
        self.audience.add(audience for _worth, audience in alike)

    def drop(self, row: int) -> None:
        self.audience.values[self.rows.values == row] = NOBODY

    def scores(self, words: str, seen: Bools, size: int) -> Ints:
        """For each row the worth of its best text for each word, summed; 0 where a word lacks."""
        total = np.zeros(size, dtype=np.int64)
        all_found = np.ones(size, dtype=np.bool_)
        visible = seen[self.audience.values]
        for word in fold(words).split():
            hit = self._matches(word) & visible
            best = np.zeros(size, dtype=np.int64)
            np.maximum.at(best, self.rows.values[hit], self.worth.values[hit])
            all_found &= best > 0
            total += best
        return np.where(all_found, total, 0)

    def _matches(self, word: str) -> Bools:
        if len(self.texts) - len(self._settled) > UNSETTLED:
            self._settled = pa.array(self.texts, pa.string())
        settled = len(self._settled)
        found = np.zeros(len(self.texts), dtype=np.bool_)
        if settled:
            hits = pc.match_substring(self._settled, word)
            found[:settled] = hits.to_numpy(zero_copy_only=False)
        found[settled:] = [word in text for text in self.texts[settled:]]
        return found


class ColumnTable:
    """Rows of one list, by columns."""

    def __init__(self, facets: Sequence[str]) -> None:
        self.ids: list[UUID] = []
        self._place: dict[UUID, int] = {}
        self._audiences = _Codes("")
        self._facets = {name: _Facet() for name in facets}
        self._texts = _Texts()
        self._audience, self._tie = _Growing(), _Growing()
        self._first, self._last, self._date_audience = _Growing(), _Growing(), _Growing()

    def __len__(self) -> int:
        return len(self.ids)

    def put(self, row: Row) -> None:
        """Add a row, or replace the one of the same id."""
        place = self._place.get(row.id)
        if place is None:
            place = self._new_place(row.id)
        else:
            self._drop_values(place)
        number = self._audiences.number
        self._audience.values[place] = number(row.audience)
        self._first.values[place], self._last.values[place] = row.first, row.last
        self._date_audience.values[place] = number(row.date_audience or row.audience)
        for name, values in row.facets.items():
            self._facets[name].add(place, [(v.code, number(v.audience)) for v in values])
        self._texts.add(place, [(w.text, w.worth, number(w.audience)) for w in row.words])

    def remove(self, row_id: UUID) -> None:
        """Take a row out of every answer."""
        place = self._place.get(row_id)
        if place is not None:
            self._drop_values(place)
            self._audience.values[place] = NOBODY

    def _new_place(self, row_id: UUID) -> int:
        place = self._place[row_id] = len(self.ids)
        self.ids.append(row_id)
        for column in (self._audience, self._first, self._last, self._date_audience):
            column.add([0])
        self._tie.add([row_id.int >> 65])
        return place

    def _drop_values(self, place: int) -> None:
        for facet in self._facets.values():
            facet.drop(place)
        self._texts.drop(place)

    def page(self, viewer: Viewer, question: Question, size: int, after: Key | None) -> Page:
        """The rows that answer, best first, then newest, then by id; ``size`` from ``after`` on."""
        seen = self._seen(viewer)
        scores = self._scores(question, seen)
        mask = self._mask(question, seen, scores)
        rows = np.flatnonzero(mask)
        days = np.where(seen[self._date_audience.values[rows]], self._first.values[rows], 0)
        order = np.lexsort((self._tie.values[rows], -days, -scores[rows]))
        rows, days = rows[order], days[order]
        start = self._start(rows, days, scores, after)
        shown = rows[start : start + size]
        following = None
        if start + size < len(rows):
            end = start + size - 1
            following = Key(
                int(scores[rows[end]]), int(days[end]), int(self._tie.values[rows[end]])
            )
        return Page([self.ids[row] for row in shown], len(rows), following)

    def counts(self, viewer: Viewer, question: Question) -> dict[str, dict[str, int]]:
        """For each facet how many rows have each code, under all the other filters."""
        seen = self._seen(viewer)
        scores = self._scores(question, seen)
        found = {}
        for name, facet in self._facets.items():
            others = {n: codes for n, codes in question.facets.items() if n != name}
            reduced = Question(others, question.words, question.first, question.last)
            found[name] = facet.counts(self._mask(reduced, seen, scores), seen)
        return found

    def ids_where(self, viewer: Viewer, question: Question) -> list[UUID]:
        """The ids of all rows that answer, in no order."""
        seen = self._seen(viewer)
        mask = self._mask(question, seen, self._scores(question, seen))
        return [self.ids[row] for row in np.flatnonzero(mask)]

    def _seen(self, viewer: Viewer) -> Bools:
        return np.array([viewer.may_see(text) for text in self._audiences.texts], dtype=np.bool_)

    def _scores(self, question: Question, seen: Bools) -> Ints:
        if not question.words.strip():
            return np.zeros(len(self), dtype=np.int64)
        return self._texts.scores(question.words, seen, len(self))

    def _mask(self, question: Question, seen: Bools, scores: Ints) -> Bools:
        mask: Bools = seen[self._audience.values]
        if question.words.strip():
            mask &= scores > 0
        for name, wanted in question.facets.items():
            mask &= self._facets[name].rows_with(wanted, seen, len(self))
        if question.first is not None or question.last is not None:
            mask &= seen[self._date_audience.values] & (self._last.values > 0)
        if question.first is not None:
            mask &= self._last.values >= question.first
        if question.last is not None:
            mask &= self._first.values <= question.last
        return mask

    def _start(self, rows: Ints, days: Ints, scores: Ints, after: Key | None) -> int:
        if after is None:
            return 0
        score, tie = scores[rows], self._tie.values[rows]
        is_after = (score < after.score) | (
            (score == after.score)
            & ((days < after.day) | ((days == after.day) & (tie > after.tie)))
        )
        return int(np.argmax(is_after)) if is_after.any() else len(rows)
