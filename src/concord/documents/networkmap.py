"""Collaboration as a graph: who works with whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from concord.documents.findings.collaboration import Labels, evidence
from concord.documents.graph import GraphLink, GraphNode, draw_graph
from concord.register.words import Confirmation

MOST_EDGES: Final = 60
"""Links drawn in the graph: the strongest. The table has them all."""


def draw_network(result: Mapping[str, Any], labels: Labels, *, ego: Callable[[str], str]) -> str:
    """The strongest links of the study; ``ego`` is the address of a party's own view."""
    drawn = result["links"][:MOST_EDGES]
    keys = sorted({key for link in drawn for key in (link["a"], link["b"])}, key=labels.of)
    nodes = [GraphNode(key, labels.of(key), ego(key), _is_state(key)) for key in keys]
    links = [
        GraphLink(
            link["a"], link["b"], _hint(link, labels),
            evidence(link["a"], link["b"], str(result["cut"])),
            link["confirmation"], is_planned=False, depth=link["claimed"],
        )
        for link in drawn
    ]  # fmt: skip
    description = _(
        "Full lines are confirmed by both sides, dashed ones are one-sided, dotted ones have no "
        "party’s own account; the broader, the deeper. A party leads to its own view, a line to "
        "its links and their sources."
    )
    if result["link_count"] > len(drawn):
        description += " " + _("Drawn are the %(count)d strongest.") % {"count": len(drawn)}
    return draw_graph(
        sorted(nodes, key=lambda node: not node.is_state),
        links,
        chart_id="network",
        title=_("Who works with whom"),
        description=description,
    )


def _is_state(key: str) -> bool:
    return ":" not in key or key.startswith("state:")


def _hint(link: Mapping[str, Any], labels: Labels) -> str:
    return _("%(a)s – %(b)s: depth %(depth)d, %(confirmation)s") % {
        "a": labels.of(link["a"]),
        "b": labels.of(link["b"]),
        "depth": link["claimed"],
        "confirmation": Confirmation(link["confirmation"]).label,
    }
