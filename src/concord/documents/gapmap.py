"""Gaps as a heat map of topic by role: how many lack valid training, and if any is on offer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap
from concord.register import vocabulary

THOUSAND: Final = 1000
TEN_THOUSAND: Final = 10_000


def draw_gaps(
    cells: Iterable[Mapping[str, Any]],
    offered: Collection[str],
    *,
    language: str,
    chart_id: str,
    address: Callable[[str, str], str],
) -> str:
    """``cells`` as the study of gaps has them; ``offered`` topics have a named centre's course.

    ``address`` gives where a topic and a role lead; the role is blank for the topic as a whole.
    """
    gap = {(cell["topic"], cell["role"]): cell["gap"] for cell in cells}
    topics, roles = {topic for topic, _role in gap}, {role for _topic, role in gap}
    columns = [entry for entry in vocabulary.roles() if entry.code in roles]
    rows: list[HeatRow] = []
    for group in vocabulary.topics().children(None):
        own = [e for e in vocabulary.topics().children(group.code) if e.code in topics]
        if own:
            label = f"{group.code} {group.label(language)}"
            rows.append(HeatRow(label, None, (), is_heading=True))
        for entry in own:
            line = [
                _cell(gap.get((entry.code, role.code)), address(entry.code, role.code),
                      is_offered=entry.code in offered)
                for role in columns
            ]  # fmt: skip
            label = f"{entry.code} {entry.label(language)}"
            rows.append(HeatRow(label, address(entry.code, ""), line))
    return draw_heatmap(
        [role.label(language) for role in columns],
        rows,
        chart_id=chart_id,
        title=_("How many people lack valid training, by topic and role"),
        description=_("Modelled, in people or thousands (k). Hatched: no named centre’s offer was "
                      "found. Outlined: a named centre offers a course. A dash: nobody of the role "
                      "needs the topic."),
    )  # fmt: skip


def _cell(gap: list[float] | None, href: str, *, is_offered: bool) -> HeatCell:
    if gap is None:
        return HeatCell("", "", None, "")
    low, _middle, high, central = gap
    hint = _("%(central)s people, from %(low)s to %(high)s") % {
        "central": f"{central:g}", "low": f"{low:g}", "high": f"{high:g}"
    }  # fmt: skip
    if central == 0:
        return HeatCell("offered", "0", href, hint)
    return HeatCell("event" if is_offered else "said", _short(central), href, hint)


def _short(count: float) -> str:
    """A number of people in few letters."""
    if count < THOUSAND:
        return f"{count:.0f}"
    return f"{count / THOUSAND:.1f}k" if count < TEN_THOUSAND else f"{count / THOUSAND:.0f}k"
