"""Coverage as a study: what is on offer, of a cut of the sources."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from concord.core.analysis.coverage import Run, coverage
from concord.core.disclosure import Viewer
from concord.register.tables import coverage_tables
from concord.register.words import Cut
from concord.studies.kept import Kept
from concord.studies.question import Question
from concord.studies.running import study_kept, study_run
from concord.studies.study import Context, Study, register_study


class CoverageQuestion(Question):
    """Which sources are looked at."""

    cut: Cut = Cut.ALL


def _tables(viewer: Viewer, question: CoverageQuestion) -> dict[str, pa.Table]:
    return coverage_tables(viewer, question.known_at)


def _compute(run: Run, question: CoverageQuestion, _context: Context) -> dict[str, Any]:
    return coverage(run, cut=question.cut.value).as_json()


register_study(Study("coverage", CoverageQuestion, _tables, _compute))


def coverage_question(cut: Cut, known_at: dt.datetime | None = None) -> CoverageQuestion:
    """The question of a cut, now or of what the register said at a moment."""
    return CoverageQuestion(cut=cut, known_at=known_at).settled()


def coverage_run(
    *, viewer: Viewer, cut: Cut, known_at: dt.datetime | None = None
) -> dict[str, Any]:
    """Run coverage for what ``viewer`` may see, and keep the result.

    ``known_at`` gives it of what the register said then, by the rule of view of then and of today.
    """
    question = coverage_question(cut, known_at)
    return study_run(viewer=viewer, name="coverage", question=question).result


def coverage_get(*, viewer: Viewer, cut: Cut, known_at: dt.datetime | None = None) -> Kept | None:
    """The newest kept coverage for this viewer and cut; None where it was never run."""
    question = coverage_question(cut, known_at)
    return study_kept(viewer=viewer, name="coverage", question=question)
