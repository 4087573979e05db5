"""Bars with intervals: how large, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from concord.documents.drawing import mark, picture, shorten, words

WIDTH: Final = 950.0
LABELS: Final = 430.0
ROW: Final = 26
HEAD: Final = 30
LETTERS: Final = 58
WHISKER: Final = 'stroke-width="2"'


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its interval, all from 0 to 1; ``text`` says it in figures."""

    label: str
    value: float
    low: float
    high: float
    text: str
    href: str | None = None


def draw_bars(
    bars: Sequence[Bar], *, chart_id: str, title: str, description: str, axis: Sequence[str]
) -> str:
    """Bars from left to right with a thin line for the interval; ``axis`` labels 0, half and 1."""
    breadth = WIDTH - LABELS - 130

    def x(share: float) -> float:
        return LABELS + min(max(share, 0.0), 1.0) * breadth

    bottom = HEAD + len(bars) * ROW
    body = []
    for place, label in enumerate(axis):
        at = x(place / 2)
        body.append(words(at, HEAD - 12, label, more='text-anchor="middle" font-size="11"'))
        body.append(_line(at, HEAD - 6, at, bottom, 'stroke-opacity="0.25"'))
    for line, bar in enumerate(bars):
        y = HEAD + line * ROW
        label = words(LABELS - 8, y + 16, shorten(bar.label, LETTERS), more='text-anchor="end"')
        shape = (
            f'<rect x="{x(0):.1f}" y="{y + 5}" width="{x(bar.value) - x(0):.1f}" height="14" '
            'fill-opacity="0.45"/>' + _line(x(bar.low), y + 12, x(bar.high), y + 12, WHISKER)
        )
        text = words(x(max(bar.high, bar.value)) + 6, y + 16, bar.text, more='font-size="11"')
        body.append(mark(label + shape + text, hint=f"{bar.label}: {bar.text}", href=bar.href))
    return picture(
        WIDTH, bottom + 8, "".join(body), chart_id=chart_id, title=title, description=description
    )


def _line(x1: float, y1: float, x2: float, y2: float, more: str) -> str:
    place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {place} stroke="currentColor" {more}/>'
