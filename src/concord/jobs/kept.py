"""The kept results of studies as pages and interface read them; a stale one is made anew."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Final

from django.core.cache import cache

from concord.core.disclosure import ANYONE, Viewer
from concord.jobs.tasks import run_studies
from concord.register.words import Cut
from concord.studies.selectors import Kept, coverage_get

PATIENCE: Final = 30
"""Seconds in which a stale result is asked to be made anew but once."""


def kept_coverage(viewer: Viewer, cut: Cut) -> Kept | None:
    """Coverage of what the viewer may see; until the worker has it, of what the public may."""
    kept = coverage_get(viewer=viewer, cut=cut)
    if kept is None or kept.is_stale:
        _ask_for(viewer)
    if kept is not None or viewer == ANYONE:
        return kept
    public = coverage_get(viewer=ANYONE, cut=cut)
    return replace(public, is_own=False) if public else None


def _ask_for(viewer: Viewer) -> None:
    name = hashlib.sha256(viewer.key.encode()).hexdigest()
    if cache.add(f"studies-asked:{name}", 1, PATIENCE):
        run_studies.enqueue(sorted(viewer.audiences))
