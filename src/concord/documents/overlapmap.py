"""Overlap of providers as a heat map, for the page and for reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext as _

from concord.documents.findings.overlap import Titles
from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap

MOST_PROVIDERS: Final = 30
MUCH: Final = 0.5


def draw_overlap(result: dict[str, Any], titles: Titles, *, address: Callable[[str], str]) -> str:
    """Providers by providers, those that overlap at all; blank where none do.

    ``address`` gives where a provider leads.
    """
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
                        address(one), hint)  # fmt: skip

    rows = [
        HeatRow(titles.parties.record(one).label, address(one),
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
