"""Published guidance and who teaches it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from concord.core.analysis.guidance import State
from concord.documents.findings.guidance import STATES, cell_text, levels
from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap
from concord.record.selectors import records_get
from concord.register import vocabulary
from concord.register.reading import title_of
from concord.studies.kept import Kept
from concord.studies.question import Question
from concord.web.templatetags.reading import language
from concord.web.views.studying import study_page
from concord.web.views.viewer import viewer_of


def guidance(request: HttpRequest) -> HttpResponse:
    """Each publication by level and language, and what no course names."""
    return study_page(request, "guidance", "concord/guidance.html", _present)


def _present(request: HttpRequest, question: Question, kept: Kept) -> dict[str, object]:  # noqa: ARG001
    found = kept.result["publications"]
    ids = {UUID(key) for one in found for key in one["courses"]}
    courses = records_get(viewer=viewer_of(request), ids=ids)
    titles = {str(key): title_of(record, language()) for key, record in courses.items()}
    counts = {state: sum(one["state"] == state for one in found) for state in State}
    return {
        "chart": _chart(found),
        "counts": [(STATES[state], count) for state, count in counts.items()],
        "rows": [
            one
            | {
                "words": STATES[one["state"]],
                "courses": [(key, titles[key]) for key in one["courses"] if key in titles],
                "cells": [
                    (label, cell_text(one["cells"][level], language()))
                    for level, label in levels()
                    if level in one["cells"]
                ],
            }
            for one in found
        ],
    }


def _chart(found: list[dict[str, Any]]) -> str:
    """Publications by level, and last the courses on their topics."""
    columns = levels()

    def cell(one: dict[str, Any], level: str, label: str) -> HeatCell:
        languages = one["cells"].get(level)
        if not languages:
            return HeatCell("", "", None, "")
        hint = f"{vocabulary.publication_title(one['code'])}, {label}: "
        text = cell_text(languages, language())
        return HeatCell("offered", str(sum(languages.values())), f"#p-{one['code']}", hint + text)

    def on_topic(one: dict[str, Any]) -> HeatCell:
        if not one["on_topic"]:
            return HeatCell("", "", None, "")
        hint = _("%(what)s: %(n)s courses on its topics") % {
            "what": vocabulary.publication_title(one["code"]), "n": one["on_topic"],
        }  # fmt: skip
        return HeatCell("event", str(one["on_topic"]), f"#p-{one['code']}", hint)

    rows = [
        HeatRow(
            vocabulary.publication_title(one["code"]),
            f"#p-{one['code']}",
            [*(cell(one, level, label) for level, label in columns), on_topic(one)],
        )
        for one in found
    ]
    return draw_heatmap(
        [*(label for _level, label in columns), _("on its topics")],
        rows,
        chart_id="guidance",
        title=_("Guidance by level"),
        description=_(
            "Filled: courses that name the publication, by level. Framed: courses on its topics, "
            "named or not."
        ),
    )
