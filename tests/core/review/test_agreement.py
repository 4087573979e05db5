from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.review.agreement import Level, alpha

N = None
# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", the data of its section C.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]
# Section A: two observers, ten units, two values.
TWO_OBSERVERS = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("answers", "level", "published"),
    [
        (TWO_OBSERVERS, Level.NOMINAL, 0.095),
        (FOUR_OBSERVERS, Level.NOMINAL, 0.743),
        (FOUR_OBSERVERS, Level.ORDINAL, 0.815),
        (FOUR_OBSERVERS, Level.INTERVAL, 0.849),
    ],
)
def test_published_examples_come_out(
    answers: list[list[float | None]], level: Level, published: float
) -> None:
    assert alpha(answers, level) == pytest.approx(published, abs=0.0006)


answer = st.one_of(st.none(), st.integers(0, 4))
tables = st.integers(1, 5).flatmap(
    lambda units: st.lists(st.lists(answer, min_size=units, max_size=units), min_size=2, max_size=4)
)


def by_pairs(answers: list[list[float | None]], level: Level) -> float | None:
    """Alpha by its definition: the mean difference within units over that between all answers."""
    units = [[row[n] for row in answers if row[n] is not None] for n in range(len(answers[0]))]
    units = [unit for unit in units if len(unit) > 1]
    every = sorted(one for unit in units for one in unit)

    def apart(a: float, b: float) -> float:
        if level == Level.NOMINAL:
            return float(a != b)
        if level == Level.INTERVAL:
            return (a - b) ** 2
        low, high = min(a, b), max(a, b)
        between = sum(low <= one <= high for one in every)
        return (between - (every.count(low) + every.count(high)) / 2) ** 2 if a != b else 0.0

    within = sum(sum(apart(a, b) for a, b in permutations(u, 2)) / (len(u) - 1) for u in units)
    between = sum(apart(a, b) for a, b in permutations(every, 2))
    return None if between == 0 else 1 - (len(every) - 1) * within / between


@settings(max_examples=150, deadline=None, derandomize=True)
@given(tables, st.sampled_from(Level))
def test_alpha_is_what_its_definition_says(answers: list[list[float | None]], level: Level) -> None:
    expected = by_pairs(answers, level)
    found = alpha(answers, level)
    assert (found is None) == (expected is None)
    if expected is not None:
        assert found == pytest.approx(expected)
        assert found <= 1 + 1e-12


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tables, st.sampled_from(Level), st.randoms(use_true_random=False))
def test_who_sat_where_and_how_answers_are_called_changes_nothing(
    answers: list[list[float | None]], level: Level, g: object
) -> None:
    shuffled = answers[:]
    g.shuffle(shuffled)  # type: ignore[attr-defined]
    stretched = [[None if one is None else 3 * one + 7 for one in row] for row in shuffled]
    assert alpha(stretched, level) == pytest.approx(alpha(answers, level))


def test_without_two_answers_or_any_difference_there_is_no_alpha() -> None:
    assert alpha([], Level.NOMINAL) is None
    assert alpha([[1, N], [N, 2]], Level.ORDINAL) is None
    assert alpha([[1, 1], [1, 1]], Level.INTERVAL) is None


def test_what_is_no_table_of_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="one place"):
        alpha([[1, 2], [1]], Level.NOMINAL)
    with pytest.raises(ValueError, match="finite"):
        alpha([[1, float("nan")], [1, 2]], Level.NOMINAL)
