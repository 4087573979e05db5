"""One in-memory column table per kind of list: filters, facet counts, search and order.

Every value in it carries its audience, and the rule of view is applied to the value: a filter or a
count sees a value if and only if its audience is in the viewer's set. A revision replaces the
values of its own row. Order comes from the row alone, never from statistics of the whole.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from concord.core.disclosure import Viewer
from concord.core.vocabulary.folding import fold
from concord.record.errors import InvalidQueryError

NOBODY: Final = 0
"""Code of the audience that no viewer is in: values that were replaced."""

UNSETTLED: Final = 500
"""New texts to look through one by one before they are joined to the searched array."""

LABEL_WORTH: Final = 2
"""What a word is worth that stands in the label of one of the row's codes."""

Finder = Callable[[str], Collection[str]]
"""The codes of a vocabulary whose labels hold a folded word."""

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]


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
    """What the table keeps of one record.

    ``first`` and ``last`` are proleptic day numbers; ``place`` is the text that tables in the order
    of texts are sorted by. Both have an audience, else they are as visible as the row. Whoever may
    see ``exact``, the days of it, has those in the place of ``first`` and ``last``.
    """

    id: UUID
    audience: str
    facets: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    words: Sequence[Words] = ()
    first: int = 0
    last: int = 0
    date_audience: str = ""
    exact: tuple[int, int] = (0, 0)
    exact_audience: str = ""
    place: str = ""
    place_audience: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A filter: codes within one facet are alternatives, facets and words all must hold."""

    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: str = ""
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page ended, so that paging needs no counting of rows."""

    score: int
    day: int
    id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """One page of answers, how many there are in all, and the key of the next page."""

    ids: list[UUID]
    total: int
    next: Key | None
    counts: Mapping[str, Mapping[str, int]]
    """For each facet how many rows have each code, under all the other filters."""


@dataclass(frozen=True, slots=True)
class Days:
    """The rows that answer, each with its first and last day; 0 where it has none to be seen."""

    ids: list[UUID]
    first: Ints
    last: Ints


class _Growing:
    """An array of numbers that rows can be added to."""

    def __init__(self, kind: type[np.integer[Any]] = np.int32) -> None:
        self._data: NDArray[Any] = np.zeros(1024, dtype=kind)
        self._used = 0

    def add(self, values: Sequence[int]) -> None:
        needed = self._used + len(values)
        if needed > len(self._data):
            self._grow(max(needed, 2 * len(self._data)))
        self._data[self._used : needed] = values
        self._used = needed

    def append(self, value: int) -> None:
        if self._used == len(self._data):
            self._grow(2 * self._used)
        self._data[self._used] = value
        self._used += 1

    def _grow(self, size: int) -> None:
        held = self._data
        self._data = np.empty(size, dtype=held.dtype)
        self._data[: self._used] = held[: self._used]

    @property
    def values(self) -> NDArray[Any]:
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


class _Triples:
    """Rows of three numbers, gathered in lists and joined to arrays when they are read."""

    def __init__(self) -> None:
        self._arrays = _Growing(), _Growing(), _Growing()
        self._fresh: tuple[list[int], list[int], list[int]] = [], [], []

    def add(self, first: int, second: int, third: int) -> None:
        one, two, three = self._fresh
        one.append(first)
        two.append(second)
        three.append(third)

    def read(self) -> list[Numbers]:
        if self._fresh[0]:
            for array, fresh in zip(self._arrays, self._fresh, strict=True):
                array.add(fresh)
                fresh.clear()
        return [array.values for array in self._arrays]


class _Facet:
    """Pairs of row and code, each with its audience."""

    def __init__(self) -> None:
        self.codes = _Codes()
        self._pairs = _Triples()
        self.has_doubles = False

    def add(self, row: int, code: str, audience: int) -> None:
        self._pairs.add(row, self.codes.number(code), audience)

    def settle(self) -> None:
        self._pairs.read()

    def drop(self, row: int) -> None:
        rows, _codes, audiences = self._pairs.read()
        audiences[rows == row] = NOBODY

    def rows_with(self, wanted: Collection[str], seen: Bools, size: int) -> Bools:
        rows, codes, audiences = self._pairs.read()
        is_wanted = np.zeros(len(self.codes.texts) + 1, dtype=np.bool_)
        is_wanted[[self.codes.numbers[code] for code in wanted if code in self.codes.numbers]] = 1
        found = np.zeros(size, dtype=np.bool_)
        found[rows[is_wanted[codes] & seen[audiences]]] = True
        return found

    def counts(self, within: Bools, seen: Bools) -> dict[str, int]:
        rows, codes, audiences = self._pairs.read()
        shown = within[rows] & seen[audiences]
        if self.has_doubles:
            numbers = self._count_once(rows[shown], codes[shown])
        else:
            numbers = np.bincount(codes[shown])
        found = ((self.codes.texts[n], int(numbers[n])) for n in np.flatnonzero(numbers))
        return dict(sorted(found))  # their own order tells when each code first came, hidden too

    def _count_once(self, rows: Numbers, codes: Numbers) -> Ints:
        many = max(len(self.codes.texts), 1)
        return np.bincount(np.unique(rows.astype(np.int64) * many + codes) % many)


class _Texts:
    """Folded texts of rows, searched as one array; the newest few one by one."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pairs = _Triples()
        self._settled: Any = ()

    def add(self, row: int, words: Sequence[tuple[str, int, int]]) -> None:
        alike: dict[tuple[int, int], list[str]] = {}
        for text, worth, audience in words:
            alike.setdefault((worth, audience), []).append(fold(text))
        for (worth, audience), texts in alike.items():
            self.texts.append("\n".join(texts))
            self._pairs.add(row, worth, audience)

    def drop(self, row: int) -> None:
        rows, _worth, audiences = self._pairs.read()
        audiences[rows == row] = NOBODY

    def raise_to(self, best: Ints, word: str, seen: Bools) -> None:
        """Raise each row's best to the worth of its best text with ``word`` in it."""
        rows, worth, audiences = self._pairs.read()
        hit = self._matches(word) & seen[audiences]
        np.maximum.at(best, rows[hit], worth[hit])

    def settle(self) -> None:
        self._pairs.read()
        if len(self.texts) - len(self._settled) > UNSETTLED:
            self._settled = pa.array(self.texts, pa.string())

    def _matches(self, word: str) -> Bools:
        self.settle()
        settled = len(self._settled)
        found = np.zeros(len(self.texts), dtype=np.bool_)
        if settled:
            hits = pc.match_substring(self._settled, word)
            found[:settled] = hits.to_numpy(zero_copy_only=False)
        found[settled:] = [word in text for text in self.texts[settled:]]
        return found


class _Places:
    """The order of rows: by a text that may be withheld, then by the row's own id."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._audience, self.ties = _Growing(), _Growing(np.int64)
        self._ranks: Ints | None = None

    def add(self, row_id: UUID) -> None:
        self._texts.append("")
        self._audience.append(NOBODY)
        self.ties.append(row_id.int >> 65)
        self._ranks = None

    def put(self, row: int, text: str, audience: int) -> None:
        self._audience.values[row] = audience
        if text != self._texts[row]:
            self._texts[row] = text
            self._ranks = None

    def ranks(self, seen: Bools) -> Ints:
        """For each row the place of its text among all; 0 where it has none to be seen."""
        if self._ranks is None:
            ordered = {text: rank for rank, text in enumerate(sorted({*self._texts, ""}))}
            self._ranks = np.array([ordered[text] for text in self._texts], dtype=np.int64)
        return np.where(seen[self._audience.values], self._ranks, 0)


class _Columns:
    """The data of a table."""

    def __init__(self, facets: Sequence[str], finders: Mapping[str, Finder]) -> None:
        self.ids: list[UUID] = []
        self.row_of: dict[UUID, int] = {}
        self.audiences = _Codes("")
        self.facets = {name: _Facet() for name in facets}
        self.finders = finders
        self.texts, self.places = _Texts(), _Places()
        self.audience, self.date_audience = _Growing(), _Growing()
        self.first, self.last = _Growing(), _Growing()
        self.exact_audience, self.exact_first, self.exact_last = _Growing(), _Growing(), _Growing()

    def new_row(self, row_id: UUID) -> int:
        row = self.row_of[row_id] = len(self.ids)
        self.ids.append(row_id)
        for column in (
            self.audience, self.first, self.last, self.date_audience,
            self.exact_audience, self.exact_first, self.exact_last,
        ):  # fmt: skip
            column.append(0)
        self.places.add(row_id)
        return row

    def drop_values(self, row: int) -> None:
        for facet in self.facets.values():
            facet.drop(row)
        self.texts.drop(row)


class ColumnTable:
    """Rows of one list, by columns. Safe to be read and written from several threads.

    ``finders`` gives for a facet the codes whose labels hold a word, so that a search finds rows by
    the labels of their codes in any language. Answers come best first, then newest first, then by
    the rows' places.
    """

    def __init__(self, facets: Sequence[str], finders: Mapping[str, Finder] | None = None) -> None:
        self._lock = threading.RLock()
        self._columns = _Columns(facets, dict(finders or {}))

    def __len__(self) -> int:
        return len(self._columns.ids)

    def put(self, row: Row) -> None:
        """Add a row, or replace the one of the same id."""
        with self._lock:
            columns = self._columns
            at = columns.row_of.get(row.id)
            if at is None:
                at = columns.new_row(row.id)
            else:
                columns.drop_values(at)
            number = columns.audiences.number
            columns.audience.values[at] = number(row.audience)
            columns.first.values[at], columns.last.values[at] = row.first, row.last
            columns.date_audience.values[at] = number(row.date_audience or row.audience)
            columns.exact_first.values[at], columns.exact_last.values[at] = row.exact
            is_exact = row.exact != (0, 0)
            columns.exact_audience.values[at] = number(row.exact_audience) if is_exact else NOBODY
            columns.places.put(at, row.place, number(row.place_audience or row.audience))
            for name, values in row.facets.items():
                facet = columns.facets[name]
                for value in values:
                    facet.add(at, value.code, number(value.audience))
                if len(values) > 1 and len({value.code for value in values}) < len(values):
                    facet.has_doubles = True
            columns.texts.add(at, [(w.text, w.worth, number(w.audience)) for w in row.words])

    def remove(self, row_id: UUID) -> None:
        """Take a row out of every answer."""
        with self._lock:
            row = self._columns.row_of.get(row_id)
            if row is not None:
                self._columns.drop_values(row)
                self._columns.audience.values[row] = NOBODY

    def settle(self) -> None:
        """Join what was added to the searched arrays, so that no reader has to wait for it."""
        with self._lock:
            for facet in self._columns.facets.values():
                facet.settle()
            self._columns.texts.settle()

    def ids_with(self, facet: str, code: str) -> list[UUID]:
        """Rows with a code, whoever may see them: for keeping tables, never for an answer."""
        with self._lock:
            columns = self._columns
            everybody = np.ones(len(columns.audiences.texts), dtype=np.bool_)
            everybody[0] = False
            hit = columns.facets[facet].rows_with([code], everybody, len(columns.ids))
            return [columns.ids[row] for row in np.flatnonzero(hit)]

    def page(
        self,
        viewer: Viewer,
        question: Question,
        size: int,
        after: Key | None = None,
        *,
        uncounted: Collection[str] = (),
    ) -> Page:
        """``size`` of the rows that answer, from ``after`` on, and the counts of every facet.

        Facets that nobody will look at may be left ``uncounted``.
        Raises ``InvalidQueryError`` where ``after`` is not the end of a page of this viewer.
        """
        with self._lock:
            found = _Selection(self._columns, viewer, question)
            rows, following = found.part(size, after)
            return Page([self._columns.ids[row] for row in rows], found.total, following,
                        found.counts(uncounted))  # fmt: skip

    def counts(self, viewer: Viewer, question: Question) -> dict[str, dict[str, int]]:
        """For each facet how many rows have each code, under all the other filters."""
        with self._lock:
            return _Selection(self._columns, viewer, question).counts()

    def ids_where(self, viewer: Viewer, question: Question) -> list[UUID]:
        """The ids of all rows that answer, in the order of the pages."""
        with self._lock:
            rows, _following = _Selection(self._columns, viewer, question).part(len(self), None)
            return [self._columns.ids[row] for row in rows]

    def days(self, viewer: Viewer, question: Question) -> Days:
        """All rows that answer with the days that they may lie on, in the order of the pages."""
        with self._lock:
            columns = self._columns
            found = _Selection(columns, viewer, question)
            rows, _following = found.part(len(self), None)
            first, last = found.dates(rows)
            return Days([columns.ids[row] for row in rows], first, last)


class _Selection:
    """The rows that answer one question of one viewer; made and read under the table's lock."""

    def __init__(self, columns: _Columns, viewer: Viewer, question: Question) -> None:
        self._columns, self._question, self._size = columns, question, len(columns.ids)
        self.seen: Bools = np.array(
            [viewer.may_see(text) for text in columns.audiences.texts], dtype=np.bool_
        )
        self._scores = self._score()
        self._plain = self._without_facets()
        self._hits = {
            name: columns.facets[name].rows_with(wanted, self.seen, self._size)
            for name, wanted in question.facets.items()
        }
        self._mask = self._under(self._hits)
        self.total = int(np.count_nonzero(self._mask))

    def _score(self) -> Ints:
        """For each row the worth of its best text for each word, summed; 0 where a word lacks."""
        columns = self._columns
        total = np.zeros(self._size, dtype=np.int64)
        all_found = np.ones(self._size, dtype=np.bool_)
        for word in fold(self._question.words).split():
            best = np.zeros(self._size, dtype=np.int64)
            for name, finder in columns.finders.items():
                best[columns.facets[name].rows_with(finder(word), self.seen, self._size)] = (
                    LABEL_WORTH
                )
            columns.texts.raise_to(best, word, self.seen)
            all_found &= best > 0
            total += best
        return np.where(all_found, total, 0)

    def _without_facets(self) -> Bools:
        columns, question = self._columns, self._question
        mask: Bools = self.seen[columns.audience.values]
        if question.words.strip():
            mask &= self._scores > 0
        if question.first is None and question.last is None:
            return mask
        first, last = self.dates(np.arange(self._size))
        mask &= last > 0
        if question.first is not None:
            mask &= last >= question.first
        if question.last is not None:
            mask &= first <= question.last
        return mask

    def dates(self, rows: Ints) -> tuple[Ints, Ints]:
        """The first and last day of rows, as exact as the viewer may know them; 0 where not."""
        columns = self._columns
        is_exact = self.seen[columns.exact_audience.values[rows]]
        is_rough = self.seen[columns.date_audience.values[rows]]

        def seen(exact: _Growing, rough: _Growing) -> Ints:
            found = np.where(is_rough, rough.values[rows], 0)
            return np.where(is_exact, exact.values[rows], found).astype(np.int64)

        return seen(columns.exact_first, columns.first), seen(columns.exact_last, columns.last)

    def _under(self, hits: Mapping[str, Bools]) -> Bools:
        mask = self._plain
        for hit in hits.values():
            mask = mask & hit
        return mask

    def counts(self, uncounted: Collection[str] = ()) -> dict[str, dict[str, int]]:
        found = {}
        for name, facet in self._columns.facets.items():
            if name in uncounted:
                continue
            others = {other: hit for other, hit in self._hits.items() if other != name}
            within = self._mask if len(others) == len(self._hits) else self._under(others)
            found[name] = facet.counts(within, self.seen)
        return found

    def part(self, size: int, after: Key | None) -> tuple[Ints, Key | None]:
        """``size`` rows from ``after`` on, best first, and the key of the rest where there is any.

        Only rows that can stand on the page are sorted: the others are left out by their rank.
        """
        columns = self._columns
        rows = np.flatnonzero(self._mask)
        days, _last = self.dates(rows)
        rank = (self._scores[rows] << 32) | days
        texts, ties = columns.places.ranks(self.seen), columns.places.ties.values
        if after is not None:
            ended, row = (after.score << 32) | after.day, self._row_of(after)
            text, tie = texts[rows], ties[rows]
            further = (text > texts[row]) | ((text == texts[row]) & (tie > ties[row]))
            keep = (rank < ended) | ((rank == ended) & further)
            rows, rank = rows[keep], rank[keep]
        if len(rows) > size + 1:
            least = np.partition(rank, len(rank) - size - 1)[len(rank) - size - 1]
            rows, rank = rows[rank >= least], rank[rank >= least]
        order = np.lexsort((ties[rows], texts[rows], -rank))[: size + 1]
        shown_rows = rows[order][:size]
        if len(order) <= size or not size:
            return shown_rows, None
        ended = int(rank[order[size - 1]])
        return shown_rows, Key(ended >> 32, ended & 0xFFFFFFFF, columns.ids[shown_rows[-1]])

    def _row_of(self, key: Key) -> int:
        row = self._columns.row_of.get(key.id)
        if row is None or not self.seen[self._columns.audience.values[row]]:
            message = _("this is not the end of a page; begin again without it")
            raise InvalidQueryError(fields={"after": message})
        return row
