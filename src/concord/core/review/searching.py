"""The best choice of a formulation, by relaxation first and by search of what it leaves open."""

from __future__ import annotations

from typing import Final

import numpy as np

from concord.core.review.formulation import Formulation, Mask
from concord.core.review.solving import SLIGHT, Bound, Found, relaxation, search

WHOLE: Final = 60_000
"""Pairs up to which the relaxation begins with all of them; of more, with the likeliest."""
LIKELIEST: Final = 24
SPREAD: Final = 16
SETTLED: Final = 1e-5
WIDTHS: Final = (1.0, 10.0, 40.0, float("inf"))
"""Steps in which columns are searched that cost more and more, in percent of one pair's fit."""


def best_of(whole: Formulation, work: float, known: Mask | None = None) -> Found:
    """The highest total, no lower than that of ``known``.

    The columns that the relaxation likes are searched first. A better choice than the one in hand
    can have no column that costs more than what lies between it and the bound: where those have all
    been searched, it is the best.
    """
    limit = relaxation(whole, likeliest(whole))
    if limit is None:
        return Found(None, -1, is_proved=True)
    best = _settled(whole, limit, work) if known is None else known
    bound, searched = int(limit.total + SLIGHT), -1.0
    for width in WIDTHS:
        slack = np.inf if best is None else limit.total + SLIGHT - total_of(whole, best) - 1
        if slack <= searched:
            break
        searched = min(width, slack)
        within = limit.cost <= searched + SLIGHT
        part = search(whole.only(within), work=work, hint=None if best is None else best[within])
        if part.chosen is not None:
            chosen = np.zeros(whole.columns, dtype=bool)
            chosen[within] = part.chosen
            if best is None or total_of(whole, chosen) > total_of(whole, best):
                best = chosen
        if not part.is_proved:
            return Found(best, bound, is_proved=False)
    if best is None:
        return Found(None, -1, is_proved=True)
    return Found(best, total_of(whole, best), is_proved=True)


def is_possible(whole: Formulation, work: float) -> bool | None:
    """Whether there is any choice; None where ``work`` did not suffice to say."""
    limit = relaxation(whole, likeliest(whole))
    if limit is None:
        return False
    if _settled(whole, limit, work) is not None:
        return True
    found = search(whole, work=work)
    return True if found.chosen is not None else False if found.is_proved else None


def _settled(whole: Formulation, limit: Bound, work: float) -> Mask | None:
    """A choice near the relaxation's: the panels on which it is settled stay, the others are
    searched. None where that leads nowhere, which proves nothing."""
    shared = (limit.values > SETTLED) & (limit.values < 1 - SETTLED)
    is_open = np.isin(whole.submission, np.unique(whole.submission[shared]))
    within = np.where(is_open, limit.cost <= WIDTHS[1], limit.values > 0.5)
    part = search(whole.only(within), work=work)
    if part.chosen is None:
        return None
    chosen = np.zeros(whole.columns, dtype=bool)
    chosen[within] = part.chosen
    return chosen


def total_of(formulation: Formulation, chosen: Mask) -> int:
    return int(formulation.fit[chosen].sum())


def likeliest(whole: Formulation) -> Mask:
    """The pairs that fit best of each submission, and a spread of others, so that each of its rules
    finds somebody; all of a small call."""
    if whole.columns <= WHOLE:
        return np.ones(whole.columns, dtype=bool)
    order = np.lexsort((whole.reviewer, -whole.fit, whole.submission))
    starts = np.searchsorted(whole.submission[order], np.arange(whole.submission.max() + 1))
    rank = np.empty(whole.columns, dtype=np.int64)
    rank[order] = np.arange(whole.columns) - starts[whole.submission[order]]
    spread = (whole.reviewer * 7 + whole.submission * 13) % SPREAD == 0
    likely: Mask = (rank < LIKELIEST) | spread
    return likely
