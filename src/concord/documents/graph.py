"""A graph of links; how sure a link is shows in its line, not in colour alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from concord.documents.drawing import mark, picture, words, wrap

WIDTH: Final = 1000.0
_RX: Final = 270.0
LETTERS: Final = 28
"""A label is broken into lines of this breadth, which fit beside the ellipse."""
LINE: Final = 15
DASHES: Final = {"one_sided": "9 5", "not_asked": "2 5"}


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A party; a State is a box, anything else a circle."""

    key: str
    label: str
    href: str | None
    is_state: bool


@dataclass(frozen=True, slots=True)
class GraphLink:
    """A link between two nodes."""

    a: str
    b: str
    hint: str
    href: str | None
    confirmation: str
    is_planned: bool
    depth: int | None


def draw_graph(
    nodes: Sequence[GraphNode],
    links: Sequence[GraphLink],
    *,
    chart_id: str,
    title: str,
    description: str,
) -> str:
    """Nodes on an ellipse in the given order; links between one pair bend apart."""
    places, height = _places(nodes)
    drawn: Counter[tuple[str, str]] = Counter()
    body = []
    for link in links:
        if link.a not in places or link.b not in places:
            continue
        pair = (min(link.a, link.b), max(link.a, link.b))
        body.append(_link(link, places[pair[0]], places[pair[1]], drawn[pair]))
        drawn[pair] += 1
    body += [_node(node, *places[node.key]) for node in nodes]
    return picture(
        WIDTH, height, "".join(body), chart_id=chart_id, title=title, description=description
    )


def _places(nodes: Sequence[GraphNode]) -> tuple[dict[str, tuple[float, float]], float]:
    """Clockwise from the top, one row a node on each side, so that labels never meet."""
    rows = math.ceil(len(nodes) / 2)
    lines = max((len(wrap(node.label, LETTERS)) for node in nodes), default=1)
    row = max(34.0, LINE * lines + 8.0, min(70.0, 420.0 / max(rows, 1)))
    places = {}
    for number, node in enumerate(nodes):
        on_right = number < rows
        step = (number if on_right else len(nodes) - 1 - number) + 0.5
        out = _RX * math.sqrt(1 - (2 * step / rows - 1) ** 2)
        places[node.key] = (WIDTH / 2 + (out if on_right else -out), 10 + step * row)
    return places, rows * row + 20


def _link(link: GraphLink, a: tuple[float, float], b: tuple[float, float], number: int) -> str:
    bend = (number + 1) // 2 * (26 if number % 2 else -26) + (0.12 * (b[0] - a[0]))
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    length = math.hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    x = middle[0] - bend * (b[1] - a[1]) / length
    y = middle[1] + bend * (b[0] - a[0]) / length
    path = f"M{a[0]:.1f},{a[1]:.1f}Q{x:.1f},{y:.1f} {b[0]:.1f},{b[1]:.1f}"
    width = 1.5 + 0.6 * (link.depth or 0)
    dash = DASHES.get(link.confirmation, "")
    style = (
        f"fill:none;stroke:var(--accent,#0b6e6e);stroke-width:{width:.1f};stroke-dasharray:{dash}"
    )
    shape = f'<path d="{path}" style="{style}"/>'
    if link.is_planned:
        shape = f'<path d="{path}" style="{style.replace(f"width:{width:.1f}", "width:6")}"/>'
        shape += f'<path d="{path}" style="fill:none;stroke:var(--paper,#fff);stroke-width:3.2"/>'
    if link.confirmation == "contested":
        mx, my = (middle[0] + x) / 2, (middle[1] + y) / 2
        cross = f"M{mx - 6:.1f},{my - 6:.1f}l12,12m-12,0l12,-12"
        shape += f'<path d="{cross}" style="stroke:currentColor;stroke-width:2"/>'
    return mark(shape, hint=link.hint, href=link.href)


def _node(node: GraphNode, x: float, y: float) -> str:
    style = "fill:var(--paper,#fff);stroke:currentColor;stroke-width:1.5"
    if node.is_state:
        shape = (
            f'<rect x="{x - 9:.1f}" y="{y - 9:.1f}" width="18" height="18" rx="4" style="{style}"/>'
        )
    else:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" style="{style}"/>'
    lines = wrap(node.label, LETTERS)
    on_right = x > WIDTH / 2
    anchor = f'text-anchor="{"start" if on_right else "end"}"'
    top = y + 5 - LINE * (len(lines) - 1) / 2
    label = "".join(
        words(x + (15 if on_right else -15), top + LINE * place, line, more=anchor)
        for place, line in enumerate(lines)
    )
    return mark(shape + label, hint=node.label, href=node.href)
