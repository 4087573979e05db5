"""Panels for calls of two sizes under all rules, and beside a flow of least cost without them.

Run by `make bench ONLY=assignment`. The calls are drawn with one seed: 48 topics, 40 States of six
regions, four aspects, conflicts with one's own State and by chance, three pairs who review
together, the worst-off submission first.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace

from rich.console import Console

from concord.core.review.assignment import Assignment, assign
from concord.core.review.call import Call, Reviewer, Rules, Submission
from concord.core.review.formulation import formulate
from concord.core.review.searching import best_of
from concord.core.review.solving import flow

ASPECTS = ("curriculum", "trainers", "assessment", "evaluation")
LANGUAGES = ("en", "fr", "es", "ru", "zh", "ar")
REGIONS, STATES, TOPICS, SEED = 6, 40, 48, 1
PROVEN = (200, 120, 6, 10.0)
LARGE = (2_000, 500, 15, 60.0)
"""Submissions, reviewers, load, and the most seconds."""


def drawn(submissions: int, reviewers: int, load: int) -> Call:
    """A call of that size."""
    g = random.Random(SEED)  # noqa: S311
    topics = [f"T{n}" for n in range(TOPICS)]
    asked, state_of, able = [], {}, []
    for n in range(submissions):
        state = g.randrange(STATES)
        languages = ["en"] if g.random() < 0.7 else g.sample(LANGUAGES, 2)
        asked.append(
            Submission(
                f"S{n:04}", frozenset(g.sample(topics, g.randint(2, 5))), frozenset(languages),
                f"region {state % REGIONS}", frozenset(g.sample(ASPECTS, g.randint(2, 4))),
            )
        )  # fmt: skip
        state_of[asked[-1].id] = f"state {state}"
    for n in range(reviewers):
        state = g.randrange(STATES)
        able.append(
            Reviewer(
                f"R{n:04}", frozenset(g.sample(topics, g.randint(6, 16))),
                frozenset([*g.sample(LANGUAGES, g.randint(0, 2)), "en"]),
                f"region {state % REGIONS}", f"state {state}",
                frozenset(g.sample(ASPECTS, g.randint(1, 3))),
            )
        )  # fmt: skip
    pairs = [(able[2 * n], able[2 * n + 1]) for n in range(3)]
    return Call.of(
        asked, able,
        Rules(
            load=load,
            together=frozenset((a.id, b.id) for a, b in pairs if a.state != b.state),
        ),
        conflicts=[
            (a.id, b.id)
            for a in asked
            for b in able
            if b.state == state_of[a.id] or g.random() < 0.02
        ],
    )  # fmt: skip


def timed(size: tuple[int, int, int, float]) -> tuple[Assignment, float]:
    """The panels of a drawn call, and the seconds they took."""
    call = drawn(*size[:3])
    begun = time.perf_counter()
    found = assign(call)
    return found, time.perf_counter() - begun


def without_more_rules() -> tuple[int, int]:
    """The totals that the flow and the search find where only seats and loads bind."""
    call = drawn(*PROVEN[:3])
    free = replace(
        call,
        rules=Rules(
            load=PROVEN[2], languages=False, other_region=False, one_of_state=False,
            aspects=False, fair=False,
        ),
    )  # fmt: skip
    whole = formulate(free)
    chosen, searched = flow(whole), best_of(whole, 10.0)
    assert chosen is not None
    assert searched.chosen is not None
    return int(whole.fit[chosen].sum()), int(whole.fit[searched.chosen].sum())


def report() -> None:
    """Measure and print beside the limits."""
    console, missed = Console(highlight=False), False
    for size in (PROVEN, LARGE):
        found, seconds = timed(size)
        console.print(
            f"{size[0]:,} submissions, {size[1]} reviewers: {seconds:.1f} s (limit {size[3]:.0f}), "
            f"total {found.total:,} of at most {found.total_bound:,} (gap {found.gap:.4%}), "
            f"worst-off {found.worst} of at most {found.worst_bound}, "
            f"{'proved' if found.is_proved else 'not proved'}"
        )
        missed |= seconds > size[3] or (size is PROVEN and not found.is_proved)
    by_flow, by_search = without_more_rules()
    console.print(f"without more rules: flow {by_flow:,}, search {by_search:,}")
    if missed or by_flow != by_search:
        sys.exit("over the limit")


if __name__ == "__main__":
    report()
