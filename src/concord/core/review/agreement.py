"""How far reviewers agree beyond chance: Krippendorff's alpha, with answers missing.

Krippendorff, Content Analysis (4th ed. 2019), chapter 12; "Computing Krippendorff's
Alpha-Reliability" (2011), from which the worked examples of the tests are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import isfinite

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Level(StrEnum):
    """What the answers are: names, ranks, or numbers whose differences mean something."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def alpha(answers: Sequence[Sequence[float | None]], level: Level) -> float | None:
    """1 where all agree, 0 where they agree as by chance, less where they differ by system.

    ``answers``: a row for each reviewer, a column for each thing judged, None where that one gave
    no answer. Only what two at least have judged counts. None where nothing was, or where all
    answers are the same: there is then no disagreement that chance could have made.

    Raises:
        ValueError: rows of different length, or a number that is not finite.
    """
    if len({len(row) for row in answers}) > 1:
        raise ValueError("every reviewer has one place for each thing judged")
    if not all(one is None or isfinite(one) for row in answers for one in row):
        raise ValueError("an answer is a finite number or None")
    table = np.array(
        [[np.nan if one is None else one for one in row] for row in answers], dtype=np.float64
    )
    if not table.size:
        return None
    values = np.unique(table[~np.isnan(table)])
    counts = (table[None] == values[:, None, None]).sum(axis=1).astype(np.float64)
    judged = counts.sum(axis=0)
    counts, judged = counts[:, judged > 1], judged[judged > 1]
    together = (counts / (judged - 1)) @ counts.T - np.diag((counts / (judged - 1)).sum(axis=1))
    marginal = together.sum(axis=1)
    total = marginal.sum()
    apart = _apart(values, marginal, level)
    expected = float((np.outer(marginal, marginal) * apart).sum())
    if expected <= 0:
        return None
    return 1 - float((total - 1) * (together * apart).sum()) / expected


def _apart(values: Floats, marginal: Floats, level: Level) -> Floats:
    """The squared difference of each two values."""
    if level == Level.NOMINAL:
        return np.not_equal.outer(values, values).astype(np.float64)
    if level == Level.INTERVAL:
        return np.subtract.outer(values, values) ** 2
    middle = np.cumsum(marginal) - marginal / 2  # ranks: what lies between two, half of each
    return np.subtract.outer(middle, middle) ** 2
