"""The kept results of studies as pages read them."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache

from concord.core.disclosure import ANYONE, Viewer
from concord.jobs.tasks import run_studies
from concord.register.words import Cut
from concord.studies.selectors import Kept, coverage_get

PATIENCE: Final = 30
"""Seconds in which a stale result is asked to be made anew but once."""


def kept_coverage(viewer: Viewer, cut: Cut) -> Kept | None:
    """Coverage as kept for the viewer, else as the public sees it; a stale one is made anew.

    Studies run for the public alone so far: what an institution keeps to itself is not in them.
    """
    kept = coverage_get(viewer=viewer, cut=cut) or coverage_get(viewer=ANYONE, cut=cut)
    if (kept is None or kept.is_stale) and cache.add("studies-asked", 1, PATIENCE):
        run_studies.enqueue()
    return kept
