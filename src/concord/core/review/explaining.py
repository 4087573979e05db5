"""Why a call has no panels: rules that conflict, none of them for nothing, and what would cure it.

The rules are found by deletion: one after the other is left out, and stays out where the call is
impossible even so. What remains cannot all hold, and would if any one of it were given up (a
minimal unsatisfiable subset; Dravnieks 1991, Chinneck and Dravnieks 1991). The submissions are
found likewise, from those that CP-SAT needed for its refutation on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from concord.core.review.call import Call, Reviewer, Rule, Rules
from concord.core.review.formulation import formulate
from concord.core.review.searching import is_possible
from concord.core.review.solving import conflicting

TRIALS: Final = 40
"""Deletions tried among submissions."""


@dataclass(frozen=True, slots=True)
class Cure:
    """One change of one rule that makes the whole call possible: its new ``value``, nearest to the
    present one, or None where it is given up."""

    rule: Rule
    value: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """rules: they conflict, and no fewer of them do. submissions: of these, which are few; none
    of them can be left out either where ``is_smallest``. alone: every submission of the call that
    could have no panel even if nobody had other work. cures: each by itself. reviewers: how many
    more would do, each able to review anything and in conflict with nobody; None where none would.
    """

    rules: frozenset[Rule]
    submissions: tuple[str, ...]
    is_smallest: bool
    alone: tuple[str, ...]
    cures: tuple[Cure, ...]
    reviewers: int | None


def explain(call: Call, *, work: float) -> Explanation:
    """Why a call that has no panels has none; ``work`` is that of each trial."""

    def is_refuted(tried: Call, rules: frozenset[Rule]) -> bool:
        return is_possible(formulate(tried, rules), work) is False

    active = call.rules.active
    alone = tuple(
        one.id for one in call.submissions if is_refuted(call.about(frozenset({one.id})), active)
    )
    part = call.about(frozenset(alone[:1])) if alone else call
    rules = _fewest_rules(part, is_refuted)
    submissions, is_smallest = (
        (alone[:1], True) if alone else _few_submissions(call, rules, is_refuted, work)
    )
    cures = tuple(cure for rule in sorted(rules) if (cure := _cure(call, rule, work)) is not None)
    return Explanation(rules, submissions, is_smallest, alone, cures, _reviewers(call, work))


def _fewest_rules(
    call: Call, is_refuted: Callable[[Call, frozenset[Rule]], bool]
) -> frozenset[Rule]:
    rules = call.rules.active
    for rule in reversed(Rule):
        if rule in rules and is_refuted(call, rules - {rule}):
            rules -= {rule}
    return rules


def _few_submissions(
    call: Call, rules: frozenset[Rule],
    is_refuted: Callable[[Call, frozenset[Rule]], bool], work: float,
) -> tuple[tuple[str, ...], bool]:  # fmt: skip
    """By deletion of halves, quarters and so on down to single ones."""
    blamed = conflicting(formulate(call, rules), work=work)
    ids = [one.id for n, one in enumerate(call.submissions) if not blamed or n in blamed]
    if not is_refuted(call.about(frozenset(ids)), rules):
        ids = [one.id for one in call.submissions]
    size, trials = max(len(ids) // 2, 1), 0
    while True:
        at = 0
        while at < len(ids) and trials < TRIALS:
            trials += 1
            rest = ids[:at] + ids[at + size :]
            if rest and is_refuted(call.about(frozenset(rest)), rules):
                ids = rest
            else:
                at += size
        if size == 1 or trials >= TRIALS:
            return tuple(ids), trials < TRIALS
        size //= 2


def _cure(call: Call, rule: Rule, work: float) -> Cure | None:
    """The smallest change of one rule that is enough; a conflict of interest is never given up."""

    def works(rules: Rules) -> bool:
        return bool(is_possible(formulate(replace(call, rules=rules)), work))

    now = call.rules
    if rule == Rule.LOAD:
        value = _least(
            now.load + 1, max(len(call.submissions), now.load + 1),
            lambda load: works(replace(now, load=load)),
        )  # fmt: skip
        return None if value is None else Cure(rule, value)
    if rule == Rule.SEATS:
        fewer = _least(1, now.seats - 1, lambda less: works(replace(now, seats=now.seats - less)))
        return None if fewer is None else Cure(rule, now.seats - fewer)
    if rule == Rule.EXPERTISE:
        less = _least(
            1, now.least_fit, lambda less: works(replace(now, least_fit=now.least_fit - less))
        )
        return None if less is None else Cure(rule, now.least_fit - less)
    if rule == Rule.KEPT:
        free = replace(call, kept=frozenset())
        return Cure(rule, None) if is_possible(formulate(free), work) else None
    without = {
        Rule.LANGUAGES: replace(now, languages=False),
        Rule.OTHER_REGION: replace(now, other_region=False),
        Rule.ONE_OF_STATE: replace(now, one_of_state=False),
        Rule.ASPECTS: replace(now, aspects=False),
        Rule.TOGETHER: replace(now, together=frozenset()),
    }
    return Cure(rule, None) if rule in without and works(without[rule]) else None


def _reviewers(call: Call, work: float) -> int | None:
    """How many new reviewers would be enough, who stand in nobody's way."""
    topics = frozenset().union(*(one.topics for one in call.submissions))
    languages = frozenset().union(*(one.languages for one in call.submissions))
    aspects = frozenset().union(*(one.aspects for one in call.submissions))

    def works(count: int) -> bool:
        new = [
            Reviewer(f"\uffff{n:06}", topics, languages, "\uffff", "", aspects)
            for n in range(count)
        ]
        wider = Call.of(
            call.submissions, [*call.reviewers, *new], call.rules,
            conflicts=call.conflicts, kept=call.kept, fits=call.fits,
        )  # fmt: skip
        return bool(is_possible(formulate(wider), work))

    panels = -(-len(call.submissions) // call.rules.load)
    return _least(1, call.rules.seats * panels, works)


def _least(low: int, high: int, works: Callable[[int], bool]) -> int | None:
    """The least number from ``low`` to ``high`` that works, where all above one that works do."""
    if low > high or not works(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if works(middle):
            high = middle
        else:
            low = middle + 1
    return high
