"""One cell of gaps: need, supply and gap by year, what moves it, what it rests on, what would
close it.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from concord.core.analysis.gaps import GROUPS
from concord.documents.findings.cell import Named, groups_of
from concord.documents.moving import draw_moving, moving_words
from concord.record.errors import NotFoundError
from concord.register import vocabulary
from concord.register.assumptions import assumptions, role_profiles_if, unit_label
from concord.studies.cell import CellQuestion
from concord.studies.gaps import GapsQuestion
from concord.studies.kept import Kept
from concord.web.templatetags.reading import language
from concord.web.views.assumptions import assumption_rows, other_params
from concord.web.views.gaps import CENTRAL, REASONS, years_chart
from concord.web.views.studying import Asked, study_page
from concord.web.views.viewer import viewer_of

_OF_PATH: Final = ("topic", "role")


def cell(request: HttpRequest, topic: str, role: str) -> HttpResponse:
    """A role's need of a topic, in a region and in the States that the viewer sees one by one."""
    if topic not in vocabulary.topics() or role not in vocabulary.roles():
        raise NotFoundError
    fixed = {"topic": topic, "role": role}
    return study_page(request, "cell", "concord/cell.html", _present, fixed=fixed)


def _present(request: HttpRequest, question: CellQuestion, kept: Kept) -> dict[str, object]:
    result, viewer = kept.result, viewer_of(request)
    asked = Asked("cell", question, request.path, frozenset(_OF_PATH))
    named = Named(result, viewer, language())
    today = timezone.now().date().isoformat()
    return {
        "row": _profile(question),
        "topic": question.topic,
        "role": question.role,
        "groups": [
            _group(one, asked, named, result["year"], state) | {"name": name, "state": state}
            for state, name, one in groups_of(result, language())
        ],
        "courses": [
            {"title": named.title(one), "address": reverse("record", args=[one["id"]]),
             "providers": named.providers(one), "languages": named.languages(one),
             "apply_by": one["apply_by"] if (one["apply_by"] or "") >= today else None,
             "for_role": one["for_role"]}
            for one in result["courses"]
            if named.is_there(one)
        ],
        "whole": Asked(
            "gaps", GapsQuestion(**question.model_dump(exclude={"level"})), reverse("gaps")
        ).link,
        "training": f"{reverse('training')}?topic={question.topic}&role={question.role}",
        "assumption_rows": assumption_rows(question, GROUPS),
        "carried": [pair for pair in other_params(question) if pair[0] not in _OF_PATH],
        "usual": asked.address(assume=dict.fromkeys(question.assume)),
    }  # fmt: skip


def _profile(question: CellQuestion) -> dict[str, object]:
    """Why the role needs the topic; nothing where it does not."""
    return next(
        ({"reason": REASONS.get(one.share, one.share), "why": one.why, "guidance": one.guidance}
         for one in role_profiles_if(question.assume)
         if (one.role, one.topic) == (question.role, question.topic)),
        {},
    )  # fmt: skip


def _group(
    one: dict[str, Any], asked: Asked, named: Named, year: int, state: str
) -> dict[str, Any]:
    key = state or "region"
    return one | {
        "years_chart": years_chart(one["years"], asked, year, f"years-{key}"),
        "moving_chart": draw_moving(
            one["moving"], chart_id=f"moving-{key}", language=language(), usual=one["gap"][CENTRAL]
        ),
        "moving": [
            row | {
                "words": moving_words(row["key"], language()),
                "unit": unit_label(row["unit"], language()),
                "if_low": _what_if(asked, row["key"], row["low"]),
                "if_high": _what_if(asked, row["key"], row["high"]),
            }
            for row in one["moving"]
        ],
        "activities": [
            row | {"title": named.title(row), "address": reverse("record", args=[row["id"]])}
            for row in one["behind"]["named"]
        ],
        "more": one["behind"]["count"] - len(one["behind"]["named"]),
    }  # fmt: skip


def _what_if(asked: Asked, key: str, value: float) -> str:
    """Where the page answers for one assumption at an end of its range; blank where none does."""
    return asked.address(assume={key: value}) if key in assumptions() else ""
