"""Assumptions: every one with its range and source, and how much each moves the order of gaps."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from concord.core.analysis.gaps import GROUPS
from concord.documents.bars import Bar, draw_bars
from concord.register import vocabulary
from concord.register.assumptions import assumption_words, role_profiles
from concord.studies.influence import InfluenceQuestion
from concord.studies.kept import Kept
from concord.web.templatetags.reading import language
from concord.web.views.assumptions import assumption_rows, other_params
from concord.web.views.studying import Asked, study_page

MOST_BARS: Final = 20
LEAST: Final = 0.005
"""A total index below which an assumption is not drawn; the table has them all."""


def assumption_list(request: HttpRequest) -> HttpResponse:
    """What the studies assume, with each number's range, source and weight."""
    return study_page(request, "influence", "concord/assumptions.html", _present)


def _present(request: HttpRequest, question: InfluenceQuestion, kept: Kept) -> dict[str, object]:
    result = kept.result
    asked = Asked("influence", question, request.path)
    return {
        "chart": _order_chart(kept) if result["order"] else "",
        "places_chart": _places_chart(kept) if result["topics"] else "",
        "by_state": [
            (state, asked.address(state=state), state == question.state)
            for state in result["shown"]
        ],
        "together": asked.address(state=None),
        "profiles": len(role_profiles()),
        "assumption_rows": assumption_rows(question, GROUPS),
        "carried": other_params(question),
        "usual": asked.address(assume=dict.fromkeys(question.assume)),
    }


def _order_chart(kept: Kept) -> str:
    """The total index of each assumption for the order of topics, the largest first."""
    order, words = kept.result["order"], assumption_words()
    found = []
    for key, total, interval in zip(
        kept.result["keys"], order["total"], order["total_interval"], strict=True
    ):
        if total is not None and total >= LEAST:
            low, high = interval
            label = words[key].label(language()) if key in words else key
            text = f"{total:.2f} ({low:.2f} – {high:.2f})"
            found.append(Bar(label, total, low, high, text))
    found.sort(key=lambda bar: -bar.value)
    return draw_bars(
        found[:MOST_BARS],
        chart_id="influence",
        title=_("What moves the order of gaps"),
        description=_("For each assumption the share of the variance of the order that stays "
                      "while all others are known; the line is the interval of 5 to 95 of 100 "
                      "resamples."),
        axis=("0", "0.5", "1"),
    )  # fmt: skip


def _places_chart(kept: Kept) -> str:
    """The places that each topic takes in 90 of 100 runs, the largest gap first."""
    topics = sorted(kept.result["topics"], key=lambda found: found["place"][1])
    most = len(topics)

    def bar(found: dict[str, Any]) -> Bar:
        low, middle, high = found["place"]
        code = str(found["topic"])
        label = f"{code} {vocabulary.topics().label(code, language())}"
        text = _("%(middle)g (%(low)g to %(high)g)")
        text %= {"middle": middle, "low": low, "high": high}
        return Bar(label, middle / most, low / most, high / most, text,
                   reverse("topic", args=[code]))  # fmt: skip

    return draw_bars(
        [bar(found) for found in topics],
        chart_id="places",
        title=_("The place of each topic in the order of gaps"),
        description=_("The bar ends at the middle place, the line goes from the place that 5 to "
                      "the one that 95 of 100 runs stay below. Place 1 is the largest gap."),
        axis=("0", str(most // 2), str(most)),
    )  # fmt: skip
