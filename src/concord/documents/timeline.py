"""A timeline of dated steps, each as long as its date is unsure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from concord.documents.drawing import mark, picture, shorten, words

WIDTH: Final = 1000.0
LEFT: Final = 20.0
RIGHT: Final = 560.0
ROW: Final = 24
LETTER: Final = 7.2
"""The usual breadth of a letter."""


@dataclass(frozen=True, slots=True)
class TimelineMark:
    """A step; ``text`` is its date in words."""

    label: str
    first: dt.date
    last: dt.date
    is_planned: bool
    text: str


def draw_timeline(
    marks: Sequence[TimelineMark], *, chart_id: str, title: str, description: str
) -> str:
    """One row a step over an axis of years; planned steps are outlined."""
    if not marks:
        return picture(WIDTH, ROW, "", chart_id=chart_id, title=title, description=description)
    first = min(m.first.year for m in marks)
    last = max(min(m.last.year, m.first.year + 30) for m in marks) + 1
    scale = (RIGHT - LEFT) / max(last - first, 1)
    height = 30 + ROW * len(marks) + 10
    step = max(1, (last - first) // 8)
    body = []
    for year in range(first, last + 1, step):
        x = LEFT + (year - first) * scale
        body.append(
            f'<path d="M{x:.1f},22V{height - 6:.0f}" style="stroke:var(--line,#b9c6cb)"/>'
            + words(x, 15, str(year), more='text-anchor="middle"')
        )
    for line, item in enumerate(marks):
        body.append(_bar(item, first, last, scale, 30 + line * ROW))
    return picture(
        WIDTH, height, "".join(body), chart_id=chart_id, title=title, description=description
    )


def _bar(item: TimelineMark, first: int, last: int, scale: float, y: float) -> str:
    start = LEFT + (_years(item.first) - first) * scale
    end = LEFT + (min(_years(item.last), last) - first) * scale
    fill = "var(--paper,#fff)" if item.is_planned else "var(--accent,#0b6e6e)"
    dash = "4 3" if item.is_planned else ""
    style = f"fill:{fill};stroke:var(--accent,#0b6e6e);stroke-width:1.5;stroke-dasharray:{dash}"
    width = max(end - start, 6)
    box = f'x="{start:.1f}" y="{y:.1f}" width="{width:.1f}" height="13" rx="3"'
    bar = f'<rect {box} style="{style}"/>'
    label = f"{item.text}: {item.label}"
    x = start + width + 8
    halo = 'style="paint-order:stroke;stroke:var(--paper,#fff);stroke-width:4px"'
    shown = words(x, y + 11, shorten(label, int((WIDTH - x) / LETTER)), more=halo)
    return mark(bar + shown, hint=label, href=None)


def _years(day: dt.date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 366
