"""A centre's life as a timeline: the phases and steps that sources date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from concord.documents.timeline import TimelineMark, draw_timeline
from concord.register.words import LifePhase, MilestoneStep, Stage


def draw_life(result: Mapping[str, Any]) -> str:
    """``result`` as the study of achievement has it; nothing where no source gives a year."""
    marks = sorted(_marks(result), key=lambda mark: (mark.first, mark.label))
    if not marks:
        return ""
    return draw_timeline(
        marks,
        chart_id="life",
        title=_("Phases and steps"),
        description=_("The years that sources give for phases of life (IAEA-TDL-010) and for "
                      "steps; planned ones are outlined."),
    )  # fmt: skip


def _marks(result: Mapping[str, Any]) -> Iterator[TimelineMark]:
    for row in result["phases"]:
        yield from _mark(str(LifePhase(row["phase"]).label), row["year"], is_planned=False)
    for row in result["milestones"]:
        is_planned = row["stage"] == Stage.PLANNED
        yield from _mark(str(MilestoneStep(row["step"]).label), row["year"], is_planned=is_planned)


def _mark(label: str, year: int | None, *, is_planned: bool) -> Iterator[TimelineMark]:
    if year is not None:
        days = dt.date(year, 1, 1), dt.date(year, 12, 31)
        yield TimelineMark(label, *days, is_planned, str(year))
