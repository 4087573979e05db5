"""A heat map of topics by centre that reads in black and white."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from concord.documents.drawing import mark, picture, quoteattr, shorten, words

LABEL_WIDTH: Final = 420
CELL: Final = 40
ROW: Final = 24
HEAD: Final = 150
_NOT_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")
"""What could end a CSS reference to the hatching too early."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """``mark`` is offered, said, event or blank; ``text`` is shown in it."""

    mark: str
    text: str
    href: str | None
    hint: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row, or the heading of a group of rows."""

    label: str
    href: str | None
    cells: Sequence[HeatCell]
    is_heading: bool = False


def draw_heatmap(
    columns: Sequence[str], rows: Sequence[HeatRow], *, chart_id: str, title: str, description: str
) -> str:
    """Columns are headed by slanted names, rows labelled at the left."""
    hatch = f"{_NOT_NAME.sub('-', chart_id)}-hatch"
    body = [_hatching(hatch)]
    for place, column in enumerate(columns):
        x = LABEL_WIDTH + place * CELL + CELL / 2
        turn = f'transform="rotate(-50 {x:.1f} {HEAD - 10})"'
        body.append(words(x, HEAD - 10, shorten(column, 22), more=turn))
    for line, row in enumerate(rows):
        body.append(_row(row, HEAD + line * ROW, columns, hatch))
    width = LABEL_WIDTH + len(columns) * CELL + 120
    return picture(
        width,
        HEAD + len(rows) * ROW + 8,
        "".join(body),
        chart_id=chart_id,
        title=title,
        description=description,
    )


def _hatching(name: str) -> str:
    return (
        f'<defs><pattern id={quoteattr(name)} width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6" '
        'style="stroke:var(--accent,#0b6e6e);stroke-width:3"/></pattern></defs>'
    )


def _row(row: HeatRow, y: float, columns: Sequence[str], hatch: str) -> str:
    weight = 'font-weight="700"' if row.is_heading else ""
    label = words(4, y + 17, shorten(row.label, 56), more=weight)
    parts = [mark(label, hint=row.label, href=row.href)]
    for place, (column, cell) in enumerate(zip(columns, row.cells, strict=False)):
        x = LABEL_WIDTH + place * CELL
        hint = f"{row.label} – {column}: {cell.hint}"
        parts.append(mark(_cell(cell, x + CELL / 2, y + ROW / 2, hatch), hint=hint, href=cell.href))
    return "".join(parts)


def _cell(cell: HeatCell, x: float, y: float, hatch: str) -> str:
    accent = "stroke:var(--accent,#0b6e6e);stroke-width:1.5"
    if not cell.mark:
        return f'<path d="M{x - 4:.1f},{y:.1f}h8" style="stroke:var(--muted,#51626b)"/>'
    fill = {"offered": "var(--accent,#0b6e6e)", "said": f"url(#{hatch})"}.get(cell.mark, "none")
    place = f'x="{x - 9:.1f}" y="{y - 9:.1f}" width="18" height="18"'
    box = f'<rect {place} style="fill:{fill};{accent}"/>'
    if cell.mark == "event" and not cell.text:
        box += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" style="fill:var(--accent,#0b6e6e)"/>'
    return box + (_inside(cell, x, y + 4) if cell.text else "")


def _inside(cell: HeatCell, x: float, y: float) -> str:
    """The cell's text: paper on a filled square, ink with a paper halo on others."""
    style = "fill:var(--paper,#fff)"
    if cell.mark != "offered":
        style = "fill:currentColor;paint-order:stroke;stroke:var(--paper,#fff);stroke-width:4px"
    more = f'text-anchor="middle" font-size="12" style="{style}"'
    return words(x, y, shorten(cell.text, 4), more=more)
