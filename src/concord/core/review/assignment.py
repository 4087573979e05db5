"""Reviewers to submissions, the best under all rules at once.

Where seats and loads are all that binds, by a flow of least cost; else the rows are relaxed for a
bound, what cannot be in a better choice is left out, and CP-SAT searches the rest. A fair call is
served from its worst-off submission on: the highest threshold that every panel's fit can reach is
searched first (the criterion of PeerReview4All, Stelmakh, Shah and Singh, JMLR 22(163), 2021; here
exactly, there by approximation), then the highest total above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from concord.core.review.call import Call, Pair, Rule
from concord.core.review.explaining import Explanation, explain
from concord.core.review.formulation import Formulation, Mask, formulate
from concord.core.review.searching import best_of, likeliest, total_of
from concord.core.review.solving import SLIGHT, Found, flow, relaxation

WORK: Final = 6.0
"""Deterministic seconds of one search; of a clock, about twice as many."""


class InfeasibleError(ValueError):
    """No panels are possible under the rules; ``explanation`` says which of them conflict."""

    code = "review.infeasible"

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        named = ", ".join(sorted(explanation.rules))
        super().__init__(f"these rules conflict: {named}")


class UndecidedError(ValueError):
    """The work allowed did not suffice to find panels, nor to prove that there are none."""

    code = "review.undecided"


@dataclass(frozen=True)
class Assignment:
    """Panels, by increasing submission and reviewer, and what is proved of them.

    ``total``: the fit of all pairs, and ``total_bound``, above which no panels come that serve the
    worst-off submission as well. ``worst``: the fit of the worst-off submission's panel, and
    ``worst_bound``, which is None for a call that is not fair.
    """

    pairs: tuple[Pair, ...]
    total: int
    total_bound: int
    worst: int
    worst_bound: int | None

    @property
    def is_proved(self) -> bool:
        """Whether both are the best there is."""
        return self.total >= self.total_bound and (
            self.worst_bound is None or self.worst >= self.worst_bound
        )

    @property
    def gap(self) -> float:
        """The most that the total may lie below the best, as a share of it."""
        return (self.total_bound - self.total) / self.total_bound if self.total_bound else 0.0


def assign(call: Call, *, work: float = WORK) -> Assignment:
    """The panels of a call.

    Raises:
        InfeasibleError: there are none under its rules.
        UndecidedError: ``work`` did not suffice to find any.
    """
    if not call.submissions:
        return Assignment((), 0, 0, 0, 0 if call.rules.fair else None)
    whole = formulate(call)
    if whole.is_flow and not call.rules.fair:
        chosen = flow(whole)
        found = Found(chosen, -1 if chosen is None else total_of(whole, chosen), is_proved=True)
        bound = None
    elif call.rules.fair:
        found, bound = _fairest(call, whole, work)
    else:
        found, bound = best_of(whole, work), None
    if found.chosen is not None:
        return _assignment(call, whole, found.chosen, found.bound, bound)
    if found.is_proved:
        raise InfeasibleError(explain(call, work=work))
    raise UndecidedError("no panels were found within the work allowed")


def _fairest(call: Call, whole: Formulation, work: float) -> tuple[Found, int]:
    """The best choice at the highest threshold that can be reached, and a bound of thresholds.

    A threshold that is refuted, by relaxation or search, lowers the bound; one that is neither
    refuted nor reached within ``work`` lowers only where the search goes on."""
    bound = _threshold_alone(call, whole)
    if bound is None:
        return Found(None, -1, is_proved=True), 0
    reached = best_of(whole.with_least(bound), work)
    if reached.chosen is not None:
        return reached, bound
    best = best_of(whole, work)
    if best.chosen is None:
        return best, bound
    bound = bound - 1 if reached.is_proved else bound
    least, most = min(_panel_fits(call, whole, best.chosen)), bound
    while least < most:
        middle = (least + most + 1) // 2
        tried = best_of(whole.with_least(middle), work)
        if tried.chosen is not None:
            least, best = min(_panel_fits(call, whole, tried.chosen)), tried
        else:
            most = middle - 1
            bound = most if tried.is_proved else bound
    final = best_of(whole.with_least(least), work, best.chosen)
    return final, bound


def _threshold_alone(call: Call, whole: Formulation) -> int | None:
    """The least of what each submission could have if nobody had any other work; None where one of
    them could not have a panel even so."""
    free = whole.without(Rule.LOAD)
    limit = relaxation(free, likeliest(free))
    if limit is None:
        return None
    sums = np.bincount(free.submission, free.fit * limit.values, minlength=len(call.submissions))
    return int(sums.min() + SLIGHT)


def _panel_fits(call: Call, formulation: Formulation, chosen: Mask) -> list[int]:
    sums = np.bincount(
        formulation.submission[chosen], formulation.fit[chosen], minlength=len(call.submissions)
    )
    return [int(one) for one in sums]


def _assignment(
    call: Call, formulation: Formulation, chosen: Mask | None, bound: int, worst_bound: int | None
) -> Assignment:
    if chosen is None:
        raise UndecidedError("no panels were found within the work allowed")
    pairs = tuple(
        (call.submissions[submission].id, call.reviewers[reviewer].id)
        for submission, reviewer in zip(
            formulation.submission[chosen].tolist(), formulation.reviewer[chosen].tolist(),
            strict=True,
        )
    )  # fmt: skip
    worst = min(_panel_fits(call, formulation, chosen))
    return Assignment(pairs, total_of(formulation, chosen), bound, worst, worst_bound)
