"""Sobol's indices: functions whose indices are known, SALib as oracle, and orders of topics."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from concord.core.analysis.assumptions import Assumption
from concord.core.analysis.influence import (
    Sampled,
    agreement,
    indices,
    places,
    sample,
    scaled,
)

PI = float(np.pi)
UNIFORM = [Assumption(f"x{n}", 0.0, 0.0, 1.0, "") for n in range(3)]


def flat(values: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Uniform shares from the triangular values: with the mode at 0 the inverse is exact."""
    return [1.0 - (1.0 - values[one.key]) ** 2 for one in UNIFORM]


def ishigami(values: Mapping[str, np.ndarray]) -> np.ndarray:
    one, two, three = (PI * (2 * x - 1) for x in flat(values))
    return (np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one))[:, None]


def test_ishigamis_function_has_its_known_indices() -> None:
    sampled = sample(ishigami, UNIFORM, base=4096, seed=1)
    found = indices(sampled, resamples=100, seed=2)
    assert found.first[0] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found.total[0] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    for interval, point in (
        (found.first_interval, found.first),
        (found.total_interval, found.total),
    ):
        assert (interval[0, :, 0] <= point[0] + 1e-9).all()
        assert (interval[0, :, 1] >= point[0] - 1e-9).all()
        assert (np.diff(interval[0]) < 0.12).all()


def test_salib_finds_the_same() -> None:
    from SALib.analyze import sobol

    random = np.random.default_rng(3)
    of_a, of_b, of_ab = random.normal(size=(256, 1)), random.normal(size=(256, 1)), None
    of_ab = random.normal(size=(3, 256, 1))
    found = indices(Sampled(of_a, of_b, of_ab), resamples=50, seed=1)
    y = np.concatenate([of_a[None], of_ab, of_b[None]])[:, :, 0].T.reshape(-1)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    oracle = sobol.analyze(problem, y, calc_second_order=False, num_resamples=10, seed=1)
    assert found.first[0] == pytest.approx(oracle["S1"], rel=1e-9)
    assert found.total[0] == pytest.approx(oracle["ST"], rel=1e-9)


def test_an_output_that_never_varies_has_no_index() -> None:
    def still(values: Mapping[str, np.ndarray]) -> np.ndarray:
        x = values["x0"]
        return np.column_stack([np.full(len(x), 1e6), x])

    found = indices(sample(still, UNIFORM, base=64, seed=1), resamples=20, seed=1)
    assert np.isnan(found.first[0]).all()
    assert np.isnan(found.total_interval[0]).all()
    assert found.total[1, 0] == pytest.approx(1.0, abs=0.1)
    assert found.total[1, 1:] == pytest.approx([0.0, 0.0], abs=1e-12)


def test_the_same_seed_gives_the_same_and_what_has_no_range_gets_no_index() -> None:
    every = [*UNIFORM, Assumption("still", 2.0, 2.0, 2.0, "")]
    heard: list[int] = []

    def model(values: Mapping[str, np.ndarray]) -> np.ndarray:
        return (values["x0"] * values["still"])[:, None]

    one = sample(model, every, base=64, seed=5, told=heard.append)
    assert (one.of_ab == sample(model, every, base=64, seed=5).of_ab).all()
    assert (one.of_a != sample(model, every, base=64, seed=6).of_a).any()
    assert len(one.of_ab) == 3
    assert heard[-1] == 100


@given(st.floats(0, 1), st.floats(0, 1))
def test_shares_become_values_of_the_range(share: float, turn: float) -> None:
    one = Assumption("x", 1.0 + turn, 1.0, 2.0, "")
    found = scaled(one, np.array([share]))[0]
    assert 1.0 <= found <= 2.0
    below = (found - 1.0) ** 2 / turn if found < 1.0 + turn else None
    if below is not None:
        assert below == pytest.approx(share, abs=1e-6)


GAPS = arrays(np.float64, (4, 6), elements=st.integers(0, 5).map(float))


@given(GAPS)
def test_an_order_agrees_with_itself_and_stays_within_its_bounds(gaps: np.ndarray) -> None:
    usual = np.arange(6.0)
    found = agreement(gaps, usual)
    assert (np.abs(found) <= 1 + 1e-9).all()
    assert agreement(usual[None] * 3 + 1, usual)[0] == pytest.approx(1)
    assert agreement(-usual[None], usual)[0] == pytest.approx(-1)
    assert agreement(np.ones((1, 6)), usual)[0] == 0
    at = places(gaps)
    assert (at[np.arange(4), gaps.argmax(axis=1)] == 1).all()
