"""Runs every study that pages show of themselves."""

from __future__ import annotations

from concord.core.disclosure import ANYONE, Viewer
from concord.register.words import Cut
from concord.studies.coverage import coverage_run
from concord.studies.running import results_forget


def studies_run_all() -> None:
    """Every study that public pages show, at load and after a change."""
    studies_run(viewer=ANYONE)


def studies_run(*, viewer: Viewer) -> None:
    """Every study that pages show, of what ``viewer`` may see; the oldest results go."""
    for cut in Cut:
        coverage_run(viewer=viewer, cut=cut)
    results_forget()
