"""Results of studies as pages and the interface ask for them: kept, made at once, or waited for."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache

from concord.core.disclosure import ANYONE, Viewer
from concord.jobs.tasks import run_study
from concord.record.columns import Question as ListQuestion
from concord.register.lists import training_table
from concord.studies.kept import Kept
from concord.studies.question import Question
from concord.studies.running import Waiting, run_ask, study_kept, study_run
from concord.studies.study import study_get

AT_ONCE: Final = 5_000
"""Courses and activities up to which a page waits for a study that is not long."""
MINUTE: Final = 60
COUNT: Final = "studies-at-once"
MOST_AT_ONCE: Final = 120
"""Studies a minute that pages of the public wait for; what is asked beyond it waits its turn."""


def study_result(viewer: Viewer, name: str, question: Question) -> Kept | Waiting:
    """What a study finds for a viewer, or how far it has come.

    Quick ones of a small register are made at once. For others the worker is asked, and until it is
    done an older result is given where there is one. Raises ``NotFoundError`` for what the viewer
    may not ask.
    """
    kept = study_kept(viewer=viewer, name=name, question=question)
    if kept is not None and not kept.is_stale:
        return kept
    is_quick = not study_get(name).is_long and _is_small(viewer)
    if is_quick and (question.is_plain or _is_its_turn(viewer)):
        return study_run(viewer=viewer, name=name, question=question)
    run, is_to_queue = run_ask(viewer=viewer, name=name, question=question)
    if is_to_queue:
        run_study.enqueue(str(run.id))
    # An earlier moment never changes by itself: where its result is stale, something was withheld.
    if kept is not None and question.known_at is None:
        return kept
    return Waiting(run.id, run.state, run.progress)


def _is_small(viewer: Viewer) -> bool:
    return training_table().page(viewer, ListQuestion(), 1).total <= AT_ONCE


def _is_its_turn(viewer: Viewer) -> bool:
    """Whether the public has not asked for too much within the minute; members always have it."""
    if viewer != ANYONE:
        return True
    cache.add(COUNT, 0, MINUTE)
    try:
        return cache.incr(COUNT) <= MOST_AT_ONCE
    except ValueError:  # it ran out between the two
        return True
