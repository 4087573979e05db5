"""Coverage as heat maps: topic by centre, and topic by role."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap
from concord.register import vocabulary

Topic = Mapping[str, Any]
Address = Callable[[str], str]
MARKS: Final = {"course": "offered", "activity": "event", "statement": "said"}
"""The mark of each kind of evidence; of several the first counts."""


def draw_coverage(
    topics: Sequence[Topic], centres: Sequence[tuple[str, str]], *, language: str, address: Address
) -> str:
    """Topics of the study by ``centres`` (id and name); ``address`` leads to a topic."""

    def cells(found: Topic, href: str) -> list[HeatCell]:
        return [_cell(found["by_centre"].get(key, []), href) for key, _name in centres]

    return draw_heatmap(
        [name for _key, name in centres],
        _rows(topics, cells, language, address),
        chart_id="coverage",
        title=_("Topics by centre"),
        description=_("A filled square is a course record, a hatched one a statement, an outlined "
                      "one a single event; a dash means not found in open sources."),
    )  # fmt: skip


def draw_roles(topics: Sequence[Topic], *, language: str, address: Address) -> str:
    """Topic by role, of courses for which a source names the role; nothing where it names none."""
    named = {role for topic in topics for role in topic["roles"]}
    roles = [entry for entry in vocabulary.roles() if entry.code in named]
    if not roles:
        return ""

    def cells(found: Topic, href: str) -> list[HeatCell]:
        counts = [len(found["roles"].get(role.code, ())) for role in roles]
        return [
            HeatCell("offered" if n else "", str(n) if n else "", href if n else None,
                     _("%(count)d of the centres") % {"count": n} if n else "")
            for n in counts
        ]  # fmt: skip

    return draw_heatmap(
        [role.label(language) for role in roles],
        _rows(topics, cells, language, address),
        chart_id="roles",
        title=_("Topics by role"),
        description=_("How many centres have a course on the topic for which a source names the "
                      "role. What is said of a centre’s audiences as a whole is not counted."),
    )  # fmt: skip


def _rows(
    topics: Sequence[Topic],
    cells: Callable[[Topic, str], Sequence[HeatCell]],
    language: str,
    address: Address,
) -> list[HeatRow]:
    """Rows of a heat map: a heading for each group, and its topics."""
    words = vocabulary.topics()
    rows: list[HeatRow] = []
    for entry in words.children(None):
        rows.append(HeatRow(f"{entry.code} {entry.label(language)}", None, (), is_heading=True))
        for found in topics:
            if words[found["code"]].parent == entry.code:
                label = f"{found['code']} {words.label(found['code'], language)}"
                href = address(found["code"])
                rows.append(HeatRow(label, href, cells(found, href)))
    return rows


def _cell(kinds: Sequence[str], href: str) -> HeatCell:
    hints = {"course": _("course"), "activity": _("event"), "statement": _("statement")}
    for kind, mark in MARKS.items():
        if kind in kinds:
            return HeatCell(mark, "", href, ", ".join(hints[k] for k in kinds))
    return HeatCell("", "", None, _("not found in open sources"))
