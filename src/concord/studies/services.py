"""Runs the studies and keeps what they find."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.utils import timezone

from concord.core.analysis.coverage import coverage
from concord.core.disclosure import ANYONE, Viewer
from concord.record.showing import told_to
from concord.register.tables import coverage_tables
from concord.register.words import Cut
from concord.studies.engine import Engine
from concord.studies.models import KeptResult
from concord.studies.selectors import THEN, question_of

THENS_KEPT: Final = 200
"""Results of earlier moments that are kept; of more, the oldest go."""

MOST_KEPT: Final = 400
"""Results that are kept beside those of the public: one of a cut for each set of audiences."""


def coverage_run(
    *, viewer: Viewer, cut: Cut, known_at: dt.datetime | None = None
) -> dict[str, Any]:
    """Run coverage for what ``viewer`` may see, and keep the result.

    ``known_at`` gives it of what the register said then, by the rule of view of then and of today.
    """
    number = told_to(viewer)[0]
    with Engine() as engine:
        engine.put(coverage_tables(viewer, known_at))
        result = coverage(engine.run, cut=cut.value).as_json()
    KeptResult.objects.update_or_create(
        study="coverage",
        question=question_of(cut, known_at),
        audiences=viewer.key,
        defaults={"register_number": number, "made_at": timezone.now(), "result": result},
    )
    if known_at:
        thens = KeptResult.objects.filter(study="coverage", question__contains=THEN)
        old = thens.order_by("-made_at").values_list("pk", flat=True)[THENS_KEPT:]
        KeptResult.objects.filter(pk__in=list(old)).delete()
    return result


def studies_run_all() -> None:
    """Every study that public pages show, at load and after a change."""
    studies_run(viewer=ANYONE)


def studies_run(*, viewer: Viewer) -> None:
    """Every study that pages show, of what ``viewer`` may see; the oldest results go."""
    for cut in Cut:
        coverage_run(viewer=viewer, cut=cut)
    others = KeptResult.objects.exclude(audiences=ANYONE.key).order_by("-made_at")
    KeptResult.objects.filter(id__in=list(others.values_list("id", flat=True)[MOST_KEPT:])).delete()
