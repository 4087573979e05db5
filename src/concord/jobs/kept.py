"""The kept results of studies as pages and interface read them; a stale one is made anew."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Final

from django.core.cache import cache

from concord.core.disclosure import ANYONE, Viewer
from concord.jobs.studying import study_result
from concord.jobs.tasks import run_studies
from concord.register.words import Cut
from concord.studies.coverage import coverage_get, coverage_question
from concord.studies.kept import Kept

PATIENCE: Final = 30
"""Seconds in which a stale result is asked to be made anew but once."""


def kept_coverage(viewer: Viewer, cut: Cut, known_at: dt.datetime | None = None) -> Kept | None:
    """Coverage of what the viewer may see; until the worker has it, of what the public may.

    ``known_at`` gives what the register said then: at once where that is quick, and None until the
    worker has it where it is not.
    """
    if known_at is not None:
        found = study_result(viewer, "coverage", coverage_question(cut, known_at))
        return found if isinstance(found, Kept) else None
    kept = coverage_get(viewer=viewer, cut=cut)
    if kept is None or kept.is_stale:
        _ask_for(viewer)
    if kept is not None or viewer == ANYONE:
        return kept
    public = coverage_get(viewer=ANYONE, cut=cut)
    return replace(public, is_own=False) if public else None


def _name(viewer: Viewer) -> str:
    return hashlib.sha256(viewer.key.encode()).hexdigest()


def _ask_for(viewer: Viewer) -> None:
    if cache.add(f"studies-asked:{_name(viewer)}", 1, PATIENCE):
        run_studies.enqueue(sorted(viewer.audiences))
