"""A call as columns and rows: a column for each pair that may be, a row for each demand of a rule.

One formulation is what every solver is given: the flow, the relaxation and the search.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

from concord.core.review.call import Call, Rule

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Formulation:
    """lower <= matrix x <= upper, x in {0, 1}, x = 1 where ``kept``.

    Columns, by increasing (submission, reviewer): ``submission``, ``reviewer``, ``fit`` (0 to 100)
    and ``kept``. Rows: ``rule``, and ``subject``, the number of the submission that a row is
    about, -1 for a row about a reviewer.
    """

    submission: Ints
    reviewer: Ints
    fit: Ints
    kept: Mask
    matrix: csr_matrix
    lower: Ints
    upper: Ints
    rule: tuple[Rule, ...]
    subject: Ints

    @property
    def columns(self) -> int:
        return len(self.fit)

    @cached_property
    def is_flow(self) -> bool:
        """Whether a flow from submissions to reviewers says all of it."""
        return set(self.rule) <= {Rule.SEATS, Rule.LOAD}

    def with_least(self, least: int) -> Formulation:
        """With one row more of each submission: the fit of its panel comes to ``least``."""
        if not least or not self.columns:
            return self
        count = int(self.subject.max()) + 1
        fit = csr_matrix(
            (self.fit, (self.submission, np.arange(self.columns))), shape=(count, self.columns)
        )
        rows = _stacked(self.matrix, fit)
        return replace(
            self, matrix=rows,
            lower=np.concatenate([self.lower, np.full(count, least)]),
            upper=np.concatenate([self.upper, np.full(count, 100 * self.columns)]),
            rule=(*self.rule, *[Rule.EXPERTISE] * count),
            subject=np.concatenate([self.subject, np.arange(count)]),
        )  # fmt: skip

    def without(self, rule: Rule) -> Formulation:
        """Without the rows of a rule."""
        rows = np.array([n for n, one in enumerate(self.rule) if one != rule], dtype=np.int64)
        return replace(
            self, matrix=self.matrix[rows], lower=self.lower[rows], upper=self.upper[rows],
            rule=tuple(self.rule[row] for row in rows), subject=self.subject[rows],
        )  # fmt: skip

    def only(self, columns: Mask) -> Formulation:
        """With these columns alone; the rest are none."""
        return replace(
            self, submission=self.submission[columns], reviewer=self.reviewer[columns],
            fit=self.fit[columns], kept=self.kept[columns],
            matrix=self.matrix[:, np.flatnonzero(columns)],
        )  # fmt: skip


def _stacked(above: csr_matrix, below: csr_matrix) -> csr_matrix:
    from scipy.sparse import vstack

    return vstack([above, below], format="csr")


def formulate(call: Call, rules: frozenset[Rule] | None = None) -> Formulation:
    """The call under ``rules``, all of its own where none are named."""
    active = call.rules.active if rules is None else rules
    fit = fits_of(call)
    kept = np.zeros(fit.shape, dtype=bool)
    if Rule.KEPT in active:
        _mark(kept, call, call.kept)
    may = ~_barred(call, fit, active) | kept
    submission, reviewer = (axis.astype(np.int64) for axis in np.nonzero(may))
    rows = _Rows(len(submission))
    if Rule.SEATS in active:
        rows.by_number(
            Rule.SEATS, submission, len(call.submissions), call.rules.seats, exactly=True
        )
    if Rule.LOAD in active:
        rows.loads(reviewer, _loads(call))
    if Rule.OTHER_REGION in active:
        _other_region(rows, call, submission, reviewer)
    if Rule.ONE_OF_STATE in active:
        _one_of_state(rows, call, submission, reviewer)
    if Rule.ASPECTS in active:
        _aspects(rows, call, submission, reviewer)
    if Rule.TOGETHER in active:
        _together(rows, call, submission, reviewer)
    matrix, lower, upper, rule, subject = rows.built()
    return Formulation(
        submission, reviewer, fit[may].astype(np.int64), kept[may],
        matrix, lower, upper, rule, subject,
    )  # fmt: skip


def fits_of(call: Call) -> Ints:
    """Submissions by reviewers: the percent of a submission's topics that a reviewer knows, whole
    and rounded down. A submission about nothing in particular fits everybody."""
    topics = sorted({topic for one in call.submissions for topic in one.topics})
    about = _incidence([one.topics for one in call.submissions], topics)
    known = _incidence([one.topics for one in call.reviewers], topics)
    asked = about.sum(axis=1)[:, None]
    fit = np.where(asked > 0, 100 * (about @ known.T) // np.maximum(asked, 1), 100)
    for (submission, reviewer), given in (call.fits or {}).items():
        fit[call.place[submission], call.seat[reviewer]] = given
    return fit


def _incidence(sets: Sequence[frozenset[str]], words: Sequence[str]) -> Ints:
    number = {word: column for column, word in enumerate(words)}
    found = np.zeros((len(sets), len(words)), dtype=np.int64)
    for row, held in enumerate(sets):
        for word in held & number.keys():
            found[row, number[word]] = 1
    return found


def _barred(call: Call, fit: Ints, active: frozenset[Rule]) -> Mask:
    barred = np.zeros(fit.shape, dtype=bool)
    if Rule.CONFLICTS in active:
        _mark(barred, call, call.conflicts)
    if Rule.EXPERTISE in active:
        barred |= fit < call.rules.least_fit
    if Rule.LANGUAGES in active:
        languages = sorted({word for one in call.submissions for word in one.languages})
        said = _incidence([one.languages for one in call.submissions], languages)
        read = _incidence([one.languages for one in call.reviewers], languages)
        barred |= (said @ read.T == 0) & (said.sum(axis=1) > 0)[:, None]
    return barred


def _mark(marks: Mask, call: Call, pairs: Iterable[tuple[str, str]]) -> None:
    for submission, reviewer in pairs:
        marks[call.place[submission], call.seat[reviewer]] = True


def _loads(call: Call) -> Ints:
    general = call.rules.load
    return np.array(
        [general if one.load is None else min(general, one.load) for one in call.reviewers],
        dtype=np.int64,
    )


class _Rows:
    """Rows being gathered."""

    def __init__(self, columns: int) -> None:
        self._columns, self._count = columns, 0
        self._row: list[Ints] = []
        self._column: list[Ints] = []
        self._value: list[Ints] = []
        self._lower: list[Ints] = []
        self._upper: list[Ints] = []
        self._subject: list[Ints] = []
        self._rule: list[Rule] = []

    def add(
        self, rule: Rule, row: Ints, column: Ints, *, lower: Ints, upper: Ints, subject: Ints,
        value: Ints | None = None,
    ) -> None:  # fmt: skip
        """Rows of one rule; ``row`` counts from 0 within them."""
        self._row.append(row + self._count)
        self._column.append(column)
        self._value.append(np.ones(len(row), dtype=np.int64) if value is None else value)
        self._lower.append(lower)
        self._upper.append(upper)
        self._subject.append(subject)
        self._rule += [rule] * len(lower)
        self._count += len(lower)

    def by_number(
        self, rule: Rule, row: Ints, count: int, number: int, *, exactly: bool = False,
        column: Ints | None = None, subject: Ints | None = None,
    ) -> None:  # fmt: skip
        """``number`` columns of each row at least, or exactly."""
        every = np.arange(self._columns) if column is None else column
        lower = np.full(count, number, dtype=np.int64)
        upper = lower if exactly else np.full(count, self._columns, dtype=np.int64)
        self.add(
            rule, row, every, lower=lower, upper=upper,
            subject=np.arange(count) if subject is None else subject,
        )  # fmt: skip

    def loads(self, reviewer: Ints, most: Ints) -> None:
        """No reviewer takes on more."""
        none = np.zeros(len(most), dtype=np.int64)
        every = np.arange(self._columns)
        self.add(Rule.LOAD, reviewer, every, lower=none, upper=most, subject=none - 1)

    def built(self) -> tuple[csr_matrix, Ints, Ints, tuple[Rule, ...], Ints]:
        """What was gathered."""
        empty = [np.zeros(0, dtype=np.int64)]
        row, column, value, lower, upper, subject = (
            np.concatenate(parts or empty)
            for parts in (
                self._row, self._column, self._value, self._lower, self._upper, self._subject,
            )
        )  # fmt: skip
        matrix = coo_matrix((value, (row, column)), shape=(self._count, self._columns)).tocsr()
        return matrix, lower, upper, tuple(self._rule), subject


def _other_region(rows: _Rows, call: Call, submission: Ints, reviewer: Ints) -> None:
    names = {name: n for n, name in enumerate(sorted({one.region for one in call.reviewers}))}
    theirs = np.array([names[one.region] for one in call.reviewers], dtype=np.int64)
    own = np.array([names.get(one.region, -1) for one in call.submissions], dtype=np.int64)
    column = np.flatnonzero(own[submission] != theirs[reviewer])
    rows.by_number(Rule.OTHER_REGION, submission[column], len(call.submissions), 1, column=column)


def _one_of_state(rows: _Rows, call: Call, submission: Ints, reviewer: Ints) -> None:
    """A reviewer of no State stands for none, and is not counted."""
    states = {name: n for n, name in enumerate(sorted({one.state for one in call.reviewers}))}
    theirs = np.array([states[one.state] for one in call.reviewers], dtype=np.int64)
    named = np.array([bool(one.state) for one in call.reviewers], dtype=bool)
    key = submission * len(states) + theirs[reviewer] if len(reviewer) else reviewer
    place, row, count = np.unique(key[named[reviewer]], return_inverse=True, return_counts=True)
    crowded = count > 1
    number = np.cumsum(crowded) - 1
    kept = crowded[row]
    many = int(crowded.sum())
    rows.add(
        Rule.ONE_OF_STATE, number[row[kept]], np.flatnonzero(named[reviewer])[kept],
        lower=np.zeros(many, dtype=np.int64), upper=np.ones(many, dtype=np.int64),
        subject=place[crowded] // max(len(states), 1),
    )  # fmt: skip


def _aspects(rows: _Rows, call: Call, submission: Ints, reviewer: Ints) -> None:
    aspects = sorted({aspect for one in call.submissions for aspect in one.aspects})
    asked = _incidence([one.aspects for one in call.submissions], aspects) > 0
    judged = _incidence([one.aspects for one in call.reviewers], aspects) > 0
    for number in range(len(aspects)):
        whose = np.flatnonzero(asked[:, number])
        row = np.full(len(call.submissions), -1, dtype=np.int64)
        row[whose] = np.arange(len(whose))
        column = np.flatnonzero((row[submission] >= 0) & judged[reviewer, number])
        rows.by_number(
            Rule.ASPECTS, row[submission[column]], len(whose), 1, column=column, subject=whose
        )


def _together(rows: _Rows, call: Call, submission: Ints, reviewer: Ints) -> None:
    """x of the one less x of the other is 0; where one of them may not, the other does not."""
    for one, other in sorted(call.rules.together):
        if one == other:
            continue
        first = np.flatnonzero(reviewer == call.seat[one])
        second = np.flatnonzero(reviewer == call.seat[other])
        column = np.concatenate([first, second])
        value = np.concatenate([np.ones(len(first)), -np.ones(len(second))]).astype(np.int64)
        subject, row = np.unique(submission[column], return_inverse=True)
        none = np.zeros(len(subject), dtype=np.int64)
        rows.add(Rule.TOGETHER, row, column, lower=none, upper=none, subject=subject, value=value)
