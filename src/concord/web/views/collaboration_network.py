"""The network of links: how deep it is, over the years, beside chance, and seen from one party."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from concord.documents.findings import Cell, Sheet, sheets_of
from concord.documents.findings.collaboration import Labels, evidence
from concord.documents.networkmap import draw_network
from concord.documents.years import YearBar, draw_years
from concord.register.words import Cut
from concord.studies.collaboration import CollaborationQuestion
from concord.studies.kept import Kept
from concord.web.templatetags.reading import language
from concord.web.views.assumptions import assumption_rows, other_params
from concord.web.views.studying import Asked, study_page
from concord.web.views.viewer import viewer_of

MOST_CHOICES = 60
"""Parties offered to choose from."""
MOST_ROWS = 40
"""Rows of a table on the page; the workbook has them all."""
OPEN = 4
"""Tables that stand open: links, plans, one-sided claims and agreements."""
TRIO = ("CN", "JP", "KR")
"""The three States of which the brief of 2015 asks who could bring them together."""


def collaboration_network(request: HttpRequest) -> HttpResponse:
    """Links with their strength and depth, what is not yet one, and the measures of the network."""
    return study_page(request, "collaboration", "concord/collaboration_network.html", _present)


def _present(
    request: HttpRequest, question: CollaborationQuestion, kept: Kept
) -> dict[str, object]:
    result, viewer = kept.result, viewer_of(request)
    asked = Asked("collaboration", question, request.path)
    labels = Labels(result, viewer, language())
    sheets = sheets_of("collaboration", result, viewer, language())
    return {
        "cuts": [(cut, asked.address(cut=None if cut is Cut.ALL else cut.value)) for cut in Cut],
        "levels": [
            (level, asked.address(level=level, party=None, bridge=None))
            for level in ("state", "named")
        ],
        "who": labels.of(question.party) if question.party else "",
        "whole": asked.address(party=None),
        "years": _years(result, asked, question),
        "slider": _slider(result, question),
        "hidden_slider": _hidden(question, {"until"}),
        "all_years": asked.address(since=None, until=None),
        "graph": draw_network(result, labels, ego=lambda key: _ego(question, key)),
        "matrix": _matrix(result, labels)
        if question.level == "state" and not question.party
        else None,
        "sheets": [(sheet, _rows(sheet), place < OPEN) for place, sheet in enumerate(sheets)],
        "most_rows": MOST_ROWS,
        "assumption_rows": assumption_rows(question, ("collaboration",)),
        "carried": other_params(question),
        "usual": asked.address(assume=dict.fromkeys(question.assume)),
        "hidden": _hidden(question, {"since", "until"}),
        "hidden_bridge": _hidden(question, {"bridge"}),
        "choices": _choices(result, labels, question.bridge),
        "trio": _trio(result, labels, asked),
    }


def _rows(sheet: Sheet) -> list[tuple[str | None, list[tuple[Cell, bool]]]]:
    """The rows that the page has room for: the way to what bears each out, and whether a cell is a
    number.
    """
    links = list(sheet.links) or [None] * len(sheet.rows)
    return [
        (href, [(cell, isinstance(cell, int | float)) for cell in row])
        for href, row in list(zip(links, sheet.rows, strict=True))[:MOST_ROWS]
    ]


def _hidden(question: CollaborationQuestion, without: Collection[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in question.params() if name not in without]


def _years(result: dict[str, Any], asked: Asked, question: CollaborationQuestion) -> str:
    """The years of the whole period, each leading to what holds of it alone."""
    bars = [
        YearBar(
            year, pairs, confirmed, asked.address(since=year, until=year),
            _("%(year)d: %(pairs)d pairs worked together, %(confirmed)d confirmed by both")
            % {"year": year, "pairs": pairs, "confirmed": confirmed},
            question.since == year == question.until,
        )
        for year, pairs, confirmed, _parties in result["by_year"]
    ]  # fmt: skip
    if not bars:
        return ""
    return draw_years(
        bars,
        chart_id="years",
        title=_("Pairs that worked together, by year"),
        description=_("A bar is filled as far as both sides confirm. Each leads to its year."),
    )


def _slider(result: dict[str, Any], question: CollaborationQuestion) -> dict[str, int] | None:
    """The first and last year that can be chosen to look up to, and the one that is."""
    years = [row[0] for row in result["by_year"]]
    if len(years) <= 1:
        return None
    first, last = max(min(years), question.since or 0), max(years)
    return {"first": first, "last": last, "chosen": min(question.until or last, last)}


def _ego(question: CollaborationQuestion, key: str) -> str:
    changed = question.model_copy(update={"party": key, "bridge": ()})
    return Asked("collaboration", changed, "/collaboration/network/").link


def _matrix(result: dict[str, Any], labels: Labels) -> dict[str, object]:
    """For each pair of States the deepest step, whether it is borne out, and the way to it."""
    cells = {}
    for link in result["links"]:
        if ":" not in link["a"] + link["b"]:
            pair = (min(link["a"], link["b"]), max(link["a"], link["b"]))
            cells[pair] = (link["claimed"], link["depth"] == link["claimed"], link["confirmation"],
                           evidence(*pair, result["cut"]))  # fmt: skip
    codes = sorted({code for pair in cells for code in pair}, key=labels.of)

    def cell(a: str, b: str) -> object:
        return None if a == b else cells.get((min(a, b), max(a, b)), ())

    return {"codes": codes, "rows": [(a, [(b, cell(a, b)) for b in codes]) for a in codes]}


def _choices(
    result: dict[str, Any], labels: Labels, chosen: Collection[str]
) -> list[tuple[str, str, bool]]:
    """Parties that a bridge could be asked for."""
    found = [(row["party"], labels.of(row["party"])) for row in result["parties"]]
    if len(found) > MOST_CHOICES:
        return []
    return [(key, label, key in chosen) for key, label in sorted(found, key=lambda one: one[1])]


def _trio(result: dict[str, Any], labels: Labels, asked: Asked) -> tuple[str, str] | None:
    """The way to the question of the brief, where its three States are in the network."""
    if not {row["party"] for row in result["parties"]}.issuperset(TRIO):
        return None
    return asked.address(bridge=list(TRIO)), ", ".join(map(labels.of, TRIO))
