"""Panels: the best under all rules, held against every choice there is and against other solvers."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from concord.core.review.assignment import InfeasibleError, assign
from concord.core.review.call import Call, CallError, Reviewer, Rule, Rules, Submission
from concord.core.review.explaining import Cure
from concord.core.review.formulation import fits_of, formulate
from concord.core.review.searching import best_of, is_possible
from concord.core.review.solving import flow, relaxation

TOPICS, LANGUAGES, REGIONS, ASPECTS = "abcd", ("en", "fr"), "xy", ("curriculum", "trainers")


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """Small calls under every rule, many of them impossible."""
    g = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311
    some = lambda words, least=0: frozenset(g.sample(words, g.randint(least, len(words))))  # noqa: E731
    submissions = [
        Submission(f"s{n}", some(TOPICS), some(LANGUAGES), g.choice(REGIONS), some(ASPECTS))
        for n in range(g.randint(1, 3))
    ]
    reviewers = [
        Reviewer(
            f"r{n}", some(TOPICS), some(LANGUAGES, 1), g.choice(REGIONS), g.choice(["", *"ABC"]),
            some(ASPECTS, 1), g.choice([None, 1, 2]),
        )
        for n in range(g.randint(2, 5))
    ]  # fmt: skip
    pairs = [(a.id, b.id) for a in submissions for b in reviewers]
    toss = lambda: g.random() < 0.5  # noqa: E731
    return Call.of(
        submissions, reviewers,
        Rules(
            seats=g.randint(1, 3), load=g.randint(1, 3), least_fit=g.choice([0, 0, 30]),
            languages=toss(), other_region=toss(), one_of_state=toss(), aspects=toss(),
            together=frozenset({("r0", "r1")}) if g.random() < 0.3 else frozenset(), fair=toss(),
        ),
        conflicts=[pair for pair in pairs if g.random() < 0.15],
        kept=[pair for pair in pairs if g.random() < 0.04],
    )  # fmt: skip


def panels_of(call: Call, submission: Submission) -> list[tuple[int, ...]]:
    """Every panel that a submission may have, the rules read one by one."""
    rules, found = call.rules, []
    fits = fits_of(call)[call.place[submission.id]]
    for panel in combinations(range(len(call.reviewers)), rules.seats):
        who = [call.reviewers[n] for n in panel]
        kept = {one.id for one in call.reviewers if (submission.id, one.id) in call.kept}
        new = [n for n in panel if call.reviewers[n].id not in kept]
        states = [one.state for one in who if one.state]
        if not kept <= {one.id for one in who}:
            continue
        if any((submission.id, call.reviewers[n].id) in call.conflicts for n in new):
            continue
        if any(fits[n] < rules.least_fit for n in new):
            continue
        if (
            rules.languages
            and submission.languages
            and any(not submission.languages & call.reviewers[n].languages for n in new)
        ):
            continue
        if rules.other_region and all(one.region == submission.region for one in who):
            continue
        if rules.one_of_state and len(states) != len(set(states)):
            continue
        if rules.aspects and not submission.aspects <= frozenset().union(*(o.aspects for o in who)):
            continue
        ids = {one.id for one in who}
        if any((a in ids) != (b in ids) for a, b in rules.together):
            continue
        found.append(panel)
    return found


def best_by_hand(call: Call) -> tuple[int, int] | None:
    """(worst, total) of the best choice, or None, by trying every one."""
    fits, best = fits_of(call), None
    for panels in product(*(panels_of(call, one) for one in call.submissions)):
        loads = np.bincount([n for panel in panels for n in panel], minlength=len(call.reviewers))
        if any(
            load > min(call.rules.load, one.load or call.rules.load)
            for load, one in zip(loads, call.reviewers, strict=True)
        ):
            continue
        sums = [int(sum(fits[s, n] for n in panel)) for s, panel in enumerate(panels)]
        worth = (min(sums) if call.rules.fair else 0, sum(sums))
        best = worth if best is None or worth > best else best
    return best


@settings(max_examples=60, deadline=None, derandomize=True)
@given(calls())
def test_panels_are_the_best_of_all_that_there_are(call: Call) -> None:
    expected = best_by_hand(call)
    if expected is None:
        assert is_possible(formulate(call), 5.0) is False
        return
    found = assign(call)
    assert (found.worst if call.rules.fair else 0, found.total) == expected
    assert found.is_proved
    by_submission = {one.id: tuple(sorted(call.seat[r] for s, r in found.pairs if s == one.id)) for one in call.submissions}  # fmt: skip
    assert all(by_submission[one.id] in panels_of(call, one) for one in call.submissions)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(calls())
def test_of_rules_that_conflict_none_stands_for_nothing_and_each_cure_cures(call: Call) -> None:
    if best_by_hand(call) is not None:
        return
    with pytest.raises(InfeasibleError) as caught:
        assign(call)
    told = caught.value.explanation
    part = call.about(frozenset(told.submissions))
    assert is_possible(formulate(part, told.rules), 5.0) is False
    assert all(is_possible(formulate(part, told.rules - {rule}), 5.0) for rule in told.rules)
    for cure in told.cures:
        assert best_by_hand(cured(call, cure)) is not None


def cured(call: Call, cure: Cure) -> Call:
    field = {
        Rule.LOAD: {"load": cure.value}, Rule.SEATS: {"seats": cure.value},
        Rule.EXPERTISE: {"least_fit": cure.value}, Rule.LANGUAGES: {"languages": False},
        Rule.OTHER_REGION: {"other_region": False}, Rule.ONE_OF_STATE: {"one_of_state": False},
        Rule.ASPECTS: {"aspects": False}, Rule.TOGETHER: {"together": frozenset()},
    }  # fmt: skip
    if cure.rule == Rule.KEPT:
        return replace(call, kept=frozenset())
    return replace(call, rules=replace(call.rules, **field[cure.rule]))


def plain(count: int, reviewers: int, seats: int, load: int, seed: int = 5, **rules: bool) -> Call:
    g = random.Random(seed)  # noqa: S311
    free = {"languages": False, "other_region": False, "one_of_state": False, "aspects": False}
    topics = [f"t{n}" for n in range(20)]
    return Call.of(
        [Submission(f"s{n:03}", frozenset(g.sample(topics, 4))) for n in range(count)],
        [Reviewer(f"r{n:03}", frozenset(g.sample(topics, 8))) for n in range(reviewers)],
        Rules(seats=seats, load=load, **{**free, "fair": False, **rules}),
    )


def test_without_more_rules_the_search_and_the_flow_find_the_same_total() -> None:
    call = plain(40, 30, 3, 5)
    whole = formulate(call)
    chosen, searched = flow(whole), best_of(whole, 10.0)
    assert chosen is not None
    assert int(whole.fit[chosen].sum()) == searched.bound
    assert searched.is_proved


def test_one_seat_and_one_submission_each_is_the_assignment_problem() -> None:
    call = plain(25, 25, 1, 1)
    fits = fits_of(call)
    rows, columns = linear_sum_assignment(-fits)
    assert assign(call).total == int(fits[rows, columns].sum())


def test_a_relaxation_from_some_columns_bounds_as_one_from_all() -> None:
    call = plain(30, 20, 2, 4)
    whole = formulate(call)
    first = (whole.reviewer + whole.submission) % 5 == 0
    some, every = relaxation(whole, first), relaxation(whole)
    assert some is not None
    assert every is not None
    assert some.total == pytest.approx(every.total)


def test_the_worst_off_submission_is_served_before_the_total() -> None:
    fits = {("a", "p"): 100, ("a", "q"): 60, ("b", "p"): 50, ("b", "q"): 0}
    free = Rules(
        seats=1, load=1, languages=False, other_region=False, one_of_state=False, aspects=False,
        fair=False,
    )  # fmt: skip
    submissions, reviewers = [Submission("a"), Submission("b")], [Reviewer("p"), Reviewer("q")]
    greedy = assign(Call.of(submissions, reviewers, replace(free), fits={**fits, ("a", "q"): 45}))
    assert (greedy.total, greedy.pairs) == (100, (("a", "p"), ("b", "q")))
    fair = assign(
        Call.of(submissions, reviewers, replace(free, fair=True), fits={**fits, ("a", "q"): 45})
    )
    assert (fair.worst, fair.worst_bound, fair.total) == (45, 45, 95)


def test_the_order_in_which_people_came_changes_nothing() -> None:
    call = plain(20, 15, 2, 4, fair=True)
    backwards = Call.of(call.submissions[::-1], call.reviewers[::-1], call.rules)
    assert assign(call) == assign(backwards)


def test_whoever_becomes_conflicted_midway_goes_and_the_others_stay() -> None:
    call = plain(6, 8, 2, 3)
    before = assign(call)
    gone = before.pairs[0]
    after = assign(
        Call.of(call.submissions, call.reviewers, call.rules, conflicts=[gone], kept=before.pairs)
    )
    assert set(before.pairs) - set(after.pairs) == {gone}
    assert len(after.pairs) == len(before.pairs)


def test_too_few_seats_are_explained_by_load_and_seats_and_cured() -> None:
    with pytest.raises(InfeasibleError) as caught:
        assign(plain(10, 4, 2, 3))
    told = caught.value.explanation
    assert told.rules == {Rule.SEATS, Rule.LOAD}
    assert told.alone == ()
    assert (len(told.submissions), told.is_smallest) == (7, True)
    assert told.cures == (Cure(Rule.LOAD, 5), Cure(Rule.SEATS, 1))
    assert told.reviewers == 3


def test_a_submission_that_nobody_can_judge_is_named() -> None:
    call = Call.of(
        [
            Submission("a", languages=frozenset({"vi"})),
            Submission("b", languages=frozenset({"en"})),
        ],
        [Reviewer("p", languages=frozenset({"en"}), region="x")],
        Rules(seats=1, aspects=False),
    )
    with pytest.raises(InfeasibleError) as caught:
        assign(call)
    told = caught.value.explanation
    assert (told.rules, told.alone) == ({Rule.SEATS, Rule.LANGUAGES}, ("a",))
    assert told.cures == (Cure(Rule.LANGUAGES, None),)
    assert told.reviewers == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Call.of([Submission("a"), Submission("a")], [], Rules()),
        lambda: Call.of([Submission("a")], [], Rules(), conflicts=[("a", "nobody")]),
        lambda: Call.of([], [], Rules(together=frozenset({("p", "q")}))),
        lambda: Call.of([], [], Rules(seats=0)),
        lambda: Call.of([Submission("a")], [Reviewer("p")], Rules(), fits={("a", "p"): 101}),
    ],
)
def test_a_call_that_cannot_be_read_is_refused(wrong: object) -> None:
    with pytest.raises(CallError):
        wrong()  # type: ignore[operator]


def test_a_call_for_nothing_has_no_panels() -> None:
    assert assign(Call.of([], [Reviewer("p")], Rules())).pairs == ()
