"""Overlap: who offers the same to the same people, and whether it is too much."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.documents.findings.overlap import Titles, beyond
from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap
from concord.record.selectors import records_get
from concord.studies.kept import Kept
from concord.studies.labels import PROPOSAL_LABELS
from concord.studies.overlap import OverlapQuestion
from concord.web.templatetags.reading import language
from concord.web.views.assumptions import assumption_rows, other_params
from concord.web.views.studying import Asked, study_page
from concord.web.views.viewer import viewer_of

SHOWN: Final = 60
MOST_PROVIDERS: Final = 30
MUCH: Final = 0.5
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
        "chart": _chart(result, titles, asked),
        "assumption_rows": assumption_rows(question, ("overlap",)),
        "carried": other_params(question),
        "usual": asked.address(assume=dict.fromkeys(question.assume)),
    }  # fmt: skip


def _chart(result: dict[str, Any], titles: Titles, asked: Asked) -> str:
    """Providers by providers, those that overlap at all."""
    overlaps = {(row["a"], row["b"]): row["overlap"] for row in result["providers"]}
    keys = sorted({key for pair in overlaps for key in pair},
                  key=lambda key: titles.parties.record(key).label)[:MOST_PROVIDERS]  # fmt: skip
    if not keys:
        return ""

    def cell(one: str, other: str) -> HeatCell:
        found = overlaps.get((min(one, other), max(one, other)))
        if found is None or one == other:
            return HeatCell("", "", None, "")
        share = f"{100 * found:.0f} %"
        hint = _("%(a)s and %(b)s: %(share)s") % {
            "a": titles.parties.record(one).label, "b": titles.parties.record(other).label,
            "share": share,
        }  # fmt: skip
        return HeatCell("said" if found >= MUCH else "event", f"{100 * found:.0f}",
                        asked.address(provider=one), hint)  # fmt: skip

    rows = [
        HeatRow(titles.parties.record(one).label, asked.address(provider=one),
                [cell(one, other) for other in keys])
        for one in keys
    ]  # fmt: skip
    return draw_heatmap(
        [titles.parties.record(key).label for key in keys],
        rows,
        chart_id="providers",
        title=_("Overlap of providers"),
        description=_("In parts of a hundred of what two providers offer to the roles that sources "
                      "name. Hatched: half or more."),
    )  # fmt: skip
