"""Overlap: who offers the same to the same people, and whether it is too much."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from concord.documents.findings.overlap import Titles, beyond
from concord.documents.overlapmap import draw_overlap
from concord.record.selectors import records_get
from concord.studies.kept import Kept
from concord.studies.labels import PROPOSAL_LABELS
from concord.studies.overlap import OverlapQuestion
from concord.web.templatetags.reading import language
from concord.web.views.assumptions import assumption_rows, other_params
from concord.web.views.studying import Asked, study_page
from concord.web.views.viewer import viewer_of

SHOWN: Final = 60
SUPPLY: Final = {
    "beyond": gettext_lazy("Supply is beyond need here: this may be one too many."),
    "gap": gettext_lazy("There is a gap in it, so this is no duplication."),
    "unknown": gettext_lazy("Whether supply is beyond need is not known."),
}


def overlap(request: HttpRequest) -> HttpResponse:
    """Pairs of courses and of providers, and groups of near-identical courses."""
    return study_page(request, "overlap", "concord/overlap.html", _present)


def _present(request: HttpRequest, question: OverlapQuestion, kept: Kept) -> dict[str, object]:
    result, viewer = kept.result, viewer_of(request)
    asked = Asked("overlap", question, request.path)
    titles = Titles(result, viewer, language())
    shown = result["pairs"][:SHOWN]
    ids = {UUID(one["id"]) for group in result["groups"] for one in group["courses"]}
    notes = records_get(viewer=viewer, ids=ids)

    def course(one: dict[str, Any]) -> dict[str, object]:
        record = notes.get(UUID(one["id"]))
        return {
            "title": titles.title(one),
            "providers": titles.providers(one),
            "address": reverse("record", args=[one["id"]]),
            "note": record.content.get("note") if record else None,
        }

    return {
        "pairs": [
            pair | {"a": course(pair["a"]), "b": course(pair["b"]),
                    "supply_words": SUPPLY[pair["supply"]]}
            for pair in shown
        ],
        "more": max(result["pairs_in_all"] - len(shown), 0),
        "groups": [
            {"courses": [course(one) for one in group["courses"]], "topics": group["topics"],
             "proposal": PROPOSAL_LABELS[group["proposal"]],
             "supply_words": SUPPLY[group["supply"]]}
            for group in result["groups"]
        ],
        "beyond": beyond(result, titles, language()),
        "chart": draw_overlap(
            result, titles, address=lambda provider: asked.address(provider=provider)
        ),
        "assumption_rows": assumption_rows(question, ("overlap",)),
        "carried": other_params(question),
        "usual": asked.address(assume=dict.fromkeys(question.assume)),
    }  # fmt: skip
