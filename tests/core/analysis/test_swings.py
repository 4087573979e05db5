"""One assumption at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.analysis.assumptions import Assumption
from concord.core.analysis.swings import swings

WEIGHTS = st.lists(st.floats(-9, 9), min_size=1, max_size=5)


@given(WEIGHTS)
@settings(max_examples=50, deadline=None)
def test_of_a_sum_each_swing_is_its_weight_times_its_range(weights: list[float]) -> None:
    every = [Assumption(f"a{n}", 1.0, 0.5, 3.0, "") for n in range(len(weights))]
    found = swings(lambda v: sum(w * v[f"a{n}"] for n, w in enumerate(weights)), every)  # type: ignore[arg-type, return-value]
    assert [one.size for one in found] == pytest.approx(sorted(abs(w) * 2.5 for w in weights)[::-1])
    for one in found:
        weight = weights[int(one.assumption.key[1:])]
        assert one.at_low == pytest.approx(sum(weights) - 0.5 * weight)
        assert one.at_high == pytest.approx(sum(weights) + 2.0 * weight)


def test_what_has_no_range_has_no_swing() -> None:
    fixed = Assumption("fixed", 1.0, 1.0, 1.0, "")
    assert swings(lambda v: v["fixed"], [fixed]) == []
    ranged = Assumption("ranged", 1.0, 0.0, 2.0, "")
    (only,) = swings(lambda v: v["fixed"] * v["ranged"], [fixed, ranged])
    assert (only.assumption, only.at_low, only.at_high) == (ranged, 0.0, 2.0)
    assert np.isclose(only.size, 2.0)
