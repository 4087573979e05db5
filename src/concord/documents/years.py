"""Years as bars: how much there was in each, and how much of it both sides confirm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from concord.documents.drawing import mark, picture, words

BAR: Final = 44.0
TOP: Final = 22.0
HEIGHT: Final = 90.0


@dataclass(frozen=True, slots=True)
class YearBar:
    """A year; ``filled`` of its ``count`` are confirmed."""

    year: int
    count: int
    filled: int
    href: str
    hint: str
    is_current: bool


def draw_years(bars: Sequence[YearBar], *, chart_id: str, title: str, description: str) -> str:
    """One bar a year from zero, outlined, and filled as far as it is confirmed."""
    most = max((bar.count for bar in bars), default=0) or 1
    body = "".join(_bar(bar, place, most) for place, bar in enumerate(bars))
    return picture(
        BAR * max(len(bars), 1), TOP + HEIGHT + 24, body,
        chart_id=chart_id, title=title, description=description,
    )  # fmt: skip


def _bar(bar: YearBar, place: int, most: int) -> str:
    x, foot = place * BAR + 7, TOP + HEIGHT
    full, part = (HEIGHT * number / most for number in (bar.count, bar.filled))
    width = "3" if bar.is_current else "1.5"
    shape = (
        f'<rect x="{x:.1f}" y="{foot - full:.1f}" width="30" height="{full:.1f}" '
        f'style="fill:var(--paper,#fff);stroke:var(--accent,#0b6e6e);stroke-width:{width}"/>'
        f'<rect x="{x:.1f}" y="{foot - part:.1f}" width="30" height="{part:.1f}" '
        f'style="fill:var(--accent,#0b6e6e)"/>'
    )
    middle = 'text-anchor="middle"'
    weight = f'{middle} font-weight="bold"' if bar.is_current else middle
    shape += words(x + 15, foot - full - 5, str(bar.count), more=middle)
    shape += words(x + 15, foot + 17, str(bar.year), more=weight)
    return mark(shape, hint=bar.hint, href=bar.href)
