"""Influence: how much each assumption moves a result, by Sobol's indices.

First-order index S_i = mean(y_B (y_ABi - y_A)) / V (Saltelli and others 2010), the share of the
variance that goes away once assumption i is known; total index ST_i = mean((y_A - y_ABi)^2) / 2V
(Jansen 1999), the share that stays while all others are known. V is the sample variance of y_A and
y_B together. N base samples of d assumptions take N (d + 2) runs of the model. Several outputs are
looked at in the same runs; one that never varies has no index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from concord.core.analysis.assumptions import Assumption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Outputs = Callable[[Mapping[str, "Floats"]], "Floats"]
"""A model: one value of each assumption for each run in, runs x outputs out."""
Told = Callable[[int], None]
PERCENTILES: Final = (5, 95)
FLAT: Final = 1e-12
"""Variance, beside the square of the mean, below which an output does not vary."""


@dataclass(frozen=True, slots=True)
class Indices:
    """Indices of every output and assumption; arrays are outputs x assumptions, NaN if undefined.

    The intervals have a last axis of two: what 5 and 95 of 100 resamples stay below.
    """

    first: Floats
    total: Floats
    first_interval: Floats
    total_interval: Floats


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the model gave: y of A and B (runs x outputs), y of each AB_i (assumptions first)."""

    of_a: Floats
    of_b: Floats
    of_ab: Floats


def scaled(one: Assumption, share: Floats) -> Floats:
    """Shares from 0 to 1 as values of an assumption: its triangular distribution, inverted."""
    import numpy as np

    low, mode, high = one.low, one.central, one.high
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt(share * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - share) * (high - low) * (high - mode))
    return np.asarray(np.where(share < turn, rising, falling))


def sample(
    model: Outputs,
    every: Sequence[Assumption],
    *,
    base: int,
    seed: int,
    told: Told = lambda _share: None,
) -> Sampled:
    """Run the model at ``base`` points (a power of two) of a scrambled Sobol sequence and between.

    Assumptions without a range keep their value and get no index. ``told`` hears how far it is.
    """
    import numpy as np
    from scipy.stats import qmc

    ranged = [one for one in every if one.is_ranged]
    fixed = {one.key: one.central for one in every if not one.is_ranged}
    points = qmc.Sobol(2 * len(ranged), scramble=True, rng=np.random.default_rng(seed))
    shares = points.random(base)
    a, b = (
        np.column_stack([scaled(one, half[:, n]) for n, one in enumerate(ranged)])
        for half in (shares[:, : len(ranged)], shares[:, len(ranged) :])
    )

    def run(at: Floats) -> Floats:
        values = {one.key: at[:, n] for n, one in enumerate(ranged)}
        return model(values | {key: np.full(len(at), v) for key, v in fixed.items()})

    of_a, of_b = run(a), run(b)
    of_ab = []
    for place in range(len(ranged)):
        mixed = a.copy()
        mixed[:, place] = b[:, place]
        of_ab.append(run(mixed))
        told(round(100 * (place + 3) / (len(ranged) + 2)))
    return Sampled(of_a, of_b, np.stack(of_ab))


def indices(sampled: Sampled, *, resamples: int, seed: int) -> Indices:
    """Both indices with their bootstrap intervals.

    Outputs are centred on the mean of all runs first: the first-order estimator has a smaller error
    then, and for the total one it makes no difference. All resamples are one product of matrices:
    how often each base sample was drawn, times what it adds to each mean.
    """
    import numpy as np

    middle = np.concatenate([sampled.of_a[None], sampled.of_b[None], sampled.of_ab]).mean((0, 1))
    of_a, of_b, of_ab = sampled.of_a - middle, sampled.of_b - middle, sampled.of_ab - middle
    count, outputs = of_a.shape
    moved = of_ab - of_a  # assumptions x runs x outputs
    parts = (of_b * moved, moved**2 / 2.0)
    flat = [np.moveaxis(part, 1, 0).reshape(count, -1) for part in parts]
    weights = _weights(count, resamples, seed)
    squares, sums = of_a**2 + of_b**2, of_a + of_b
    variance = _variance(squares.sum(axis=0), sums.sum(axis=0), count)
    drawn = _variance(weights @ squares * count, weights @ sums * count, count)
    size = np.maximum(middle**2, 1.0)
    is_flat = variance <= FLAT * size
    found = []
    for part in flat:
        point = part.mean(axis=0).reshape(-1, outputs) / np.where(is_flat, np.nan, variance)
        means = (weights @ part).reshape(resamples, -1, outputs)
        resampled = means / np.where(drawn <= FLAT * size, np.nan, drawn)[:, None, :]
        interval = np.percentile(resampled, PERCENTILES, axis=0) if resamples else resampled[:2]
        found.append((point.T, np.moveaxis(interval, 0, -1).transpose(1, 0, 2)))
    (first, first_interval), (total, total_interval) = found
    return Indices(first, total, first_interval, total_interval)


def _weights(count: int, resamples: int, seed: int) -> Floats:
    """How often each of ``count`` is drawn with replacement, as shares (resamples x count)."""
    import numpy as np

    random = np.random.default_rng(seed)
    weights = np.empty((resamples, count))
    for row in range(resamples):
        weights[row] = np.bincount(random.integers(0, count, count), minlength=count)
    return np.asarray(weights / count)


def _variance(squares: Floats, sums: Floats, count: int) -> Floats:
    """The variance of both halves together, of ``count`` runs each."""
    import numpy as np

    both = 2 * count
    return np.asarray(squares / both - (sums / both) ** 2)


def agreement(gaps: Floats, usual: Floats) -> Floats:
    """Spearman's correlation of each run's order of topics with the usual one (runs).

    Ties share their ranks. Where an order is all ties there is no correlation: it is 0 then, for
    nothing of the usual order is left in it.
    """
    import numpy as np
    from scipy.stats import rankdata

    ranks = rankdata(gaps, axis=1)
    wanted = rankdata(usual)
    ranks -= ranks.mean(axis=1, keepdims=True)
    wanted = wanted - wanted.mean()
    size = np.sqrt((ranks**2).sum(axis=1) * (wanted**2).sum())
    found = np.divide(ranks @ wanted, size, out=np.zeros(len(gaps)), where=size > 0)
    return np.asarray(found)


def places(gaps: Floats) -> Floats:
    """The place of each topic in each run, the largest gap first (runs x topics); ties share it."""
    import numpy as np
    from scipy.stats import rankdata

    return np.asarray(rankdata(-gaps, axis=1, method="min"), dtype=np.float64)
