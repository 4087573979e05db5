"""Swings: what one number would be if each assumption, alone, lay at an end of its range.

One at a time and all others at their central values, so it says nothing of how assumptions act
together; ``influence`` does, and takes thousands of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from concord.core.analysis.assumptions import Assumption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Swing:
    """What comes out with an assumption at its low and at its high end, in the output's unit."""

    assumption: Assumption
    at_low: float
    at_high: float

    @property
    def size(self) -> float:
        """How far apart the two are."""
        return abs(self.at_high - self.at_low)


def swings(
    output: Callable[[Mapping[str, Floats]], Floats], every: Sequence[Assumption]
) -> list[Swing]:
    """The swing of each assumption that has a range, the largest first, then by key.

    ``output`` takes one value of each assumption for each run and gives one number for each; it is
    called once, with two runs for each assumption.
    """
    import numpy as np

    ranged = [one for one in every if one.is_ranged]
    if not ranged:
        return []
    values = {one.key: np.full(2 * len(ranged), one.central) for one in every}
    for place, one in enumerate(ranged):
        values[one.key][2 * place : 2 * place + 2] = one.low, one.high
    found = output(values).reshape(-1, 2)
    made = [Swing(one, *map(float, ends)) for one, ends in zip(ranged, found, strict=True)]
    return sorted(made, key=lambda swing: (-swing.size, swing.assumption.key))
