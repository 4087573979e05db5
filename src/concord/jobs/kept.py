"""The kept results of studies as pages and interface read them; a stale one is made anew."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Final

from django.core.cache import cache

from concord.core.disclosure import ANYONE, Viewer
from concord.jobs.tasks import run_coverage_then, run_studies
from concord.record.columns import Question
from concord.register.lists import training_table
from concord.register.words import Cut
from concord.studies.selectors import Kept, coverage_get, question_of
from concord.studies.services import coverage_run

PATIENCE: Final = 30
"""Seconds in which a stale result is asked to be made anew but once."""
LONG_PATIENCE: Final = 300
"""The same for one of an earlier moment, whose tables must be made first."""
AT_ONCE: Final = 5_000
"""Courses and activities up to which a page waits for a study of an earlier moment."""


def kept_coverage(viewer: Viewer, cut: Cut, known_at: dt.datetime | None = None) -> Kept | None:
    """Coverage of what the viewer may see; until the worker has it, of what the public may.

    ``known_at`` gives what the register said then: at once where that is quick, and None until the
    worker has it where it is not.
    """
    if known_at is not None:
        return _coverage_then(viewer, cut, known_at)
    kept = coverage_get(viewer=viewer, cut=cut)
    if kept is None or kept.is_stale:
        _ask_for(viewer)
    if kept is not None or viewer == ANYONE:
        return kept
    public = coverage_get(viewer=ANYONE, cut=cut)
    return replace(public, is_own=False) if public else None


def _coverage_then(viewer: Viewer, cut: Cut, known_at: dt.datetime) -> Kept | None:
    kept = coverage_get(viewer=viewer, cut=cut, known_at=known_at)
    if kept is not None and not kept.is_stale:
        return kept  # a stale one may tell of what was withheld since
    if training_table().page(viewer, Question(), 1).total <= AT_ONCE:
        coverage_run(viewer=viewer, cut=cut, known_at=known_at)
        return coverage_get(viewer=viewer, cut=cut, known_at=known_at)
    if cache.add(f"then-asked:{_name(viewer)}:{question_of(cut, known_at)}", 1, LONG_PATIENCE):
        run_coverage_then.enqueue(sorted(viewer.audiences), cut.value, known_at.isoformat())
    return None


def _name(viewer: Viewer) -> str:
    return hashlib.sha256(viewer.key.encode()).hexdigest()


def _ask_for(viewer: Viewer) -> None:
    if cache.add(f"studies-asked:{_name(viewer)}", 1, PATIENCE):
        run_studies.enqueue(sorted(viewer.audiences))
