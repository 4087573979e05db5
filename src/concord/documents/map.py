"""A map of land outlines and points. A border drawn is a side taken: there are none.

The outlines are Natural Earth's land at 1:50 million, public domain, from the npm package
world-atlas (ISC), clipped to 60-150 degrees east and 15 south to 58 north, in Miller's projection.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Final

from concord.documents.drawing import breadth, mark, picture, shorten, words

WEST, EAST, SOUTH, NORTH = 60.0, 150.0, -15.0, 58.0
WIDTH: Final = 1000.0
_SCALE: Final = WIDTH / math.radians(EAST - WEST)
LINE: Final = 15
LETTERS: Final = 30
"""The most of a label that is shown; its hint has all of it."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point; ``is_stated`` says that a source names the place, else it is the capital."""

    label: str
    href: str
    longitude: float
    latitude: float
    is_stated: bool
    hint: str


def _miller(latitude: float) -> float:
    return 1.25 * math.log(math.tan(math.pi / 4 + 0.4 * math.radians(latitude)))


HEIGHT: Final = (_miller(NORTH) - _miller(SOUTH)) * _SCALE


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Degrees to the picture's units."""
    return math.radians(longitude - WEST) * _SCALE, (_miller(NORTH) - _miller(latitude)) * _SCALE


def inside(longitude: float, latitude: float) -> bool:
    """Whether a point lies within the picture."""
    return WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH


@lru_cache
def _land() -> str:
    return files("concord.documents").joinpath("land.svgpath").read_text(encoding="ascii").strip()


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class _Stack:
    """Points that share a mark, their labels under each other."""

    points: Sequence[MapPoint]
    x: float
    y: float


def draw_map(points: Sequence[MapPoint], *, chart_id: str, title: str, description: str) -> str:
    """The map; points of one place share a mark, those outside it stand at the side."""
    body = [f'<path d="{_land()}" style="fill:var(--land,#dfe7e4)"/>']
    stacks = _stacks([p for p in points if inside(p.longitude, p.latitude)])
    taken = [_Box(s.x - 7, s.y - 7, s.x + 7, s.y + 7) for s in stacks]
    for stack in stacks:
        box, is_right = _free(stack, taken)
        taken.append(box)
        for line, point in enumerate(stack.points):
            shape = _lead(stack, box, is_right=is_right) + _mark(point, stack.x, stack.y)
            label = _label(point.label, box, line, is_right=is_right)
            body.append(_point(point, label if line else shape + label))
    outside = [p for p in points if not inside(p.longitude, p.latitude)]
    for line, point in enumerate(sorted(outside, key=lambda p: p.label)):
        y = HEIGHT - 20 - LINE * 1.4 * line
        label = _label(f"{_way(point)} {point.label}", _Box(27, y - 8, 27, y + 8), 0, is_right=True)
        body.append(_point(point, _mark(point, 16, y) + label))
    return picture(
        WIDTH, HEIGHT, "".join(body), chart_id=chart_id, title=title, description=description
    )


def _way(point: MapPoint) -> str:
    """An arrow from the map to a point outside it, the nearer way round the earth."""
    if WEST <= point.longitude <= EAST:
        return "↑" if point.latitude > NORTH else "↓"
    turn = (point.longitude - (WEST + EAST) / 2 + 180) % 360 - 180
    return "→" if turn > 0 else "←"


def _stacks(points: Sequence[MapPoint]) -> list[_Stack]:
    """One stack a place; capitals stand beneath stated towns, so that each keeps its mark."""
    ordered = sorted(points, key=lambda p: (p.longitude, p.latitude, not p.is_stated, p.label))
    stacks: list[_Stack] = []
    for place, here in groupby(ordered, lambda p: (p.longitude, p.latitude)):
        x, y = project(*place)
        for _, found in groupby(here, lambda p: p.is_stated):
            stacks.append(_Stack(list(found), x, y))
            y += LINE * len(stacks[-1].points) + 2
    return stacks


def _free(stack: _Stack, taken: Sequence[_Box]) -> tuple[_Box, bool]:
    """The nearest room for the labels, and whether it lies to the right of the mark."""
    width = max(breadth(shorten(p.label, LETTERS)) for p in stack.points) * 8.0
    height = LINE * len(stack.points) + 2.0
    fallback = None
    for step in range(24):
        shift = LINE * ((step + 1) // 2) * (1 if step % 2 else -1)
        for is_right in (True, False):
            left = stack.x + 11 if is_right else stack.x - 11 - width
            top = min(max(stack.y - 8.0 + shift, 0.0), HEIGHT - height)
            box = _Box(left, top, left + width, top + height)
            is_shown = left >= 0 and box.right <= WIDTH
            if is_shown and not any(box.meets(other) for other in taken):
                return box, is_right
            fallback = fallback or ((box, is_right) if is_shown else None)
    return fallback or (_Box(0, stack.y - 8, width, stack.y - 8 + height), True)


def _lead(stack: _Stack, box: _Box, *, is_right: bool) -> str:
    """A thin line to labels that had to move away from their mark."""
    if box.top - LINE < stack.y < box.bottom:
        return ""
    end = box.left if is_right else box.right
    path = f"M{stack.x:.1f},{stack.y:.1f}L{end:.1f},{(box.top + box.bottom) / 2:.1f}"
    return f'<path d="{path}" style="stroke:var(--muted,#51626b)"/>'


def _mark(point: MapPoint, x: float, y: float) -> str:
    if point.is_stated:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" style="fill:var(--accent,#0b6e6e)"/>'
    style = "fill:var(--paper,#fff);stroke:var(--accent,#0b6e6e);stroke-width:2.5"
    return f'<path d="M{x:.1f},{y - 7:.1f}l7,7l-7,7l-7,-7z" style="{style}"/>'


def _label(text: str, box: _Box, line: int, *, is_right: bool) -> str:
    halo = 'font-size="15" style="paint-order:stroke;stroke:var(--paper,#fff);stroke-width:4px"'
    anchor = f'text-anchor="{"start" if is_right else "end"}"'
    x = box.left if is_right else box.right
    return words(x, box.top + 13 + LINE * line, shorten(text, LETTERS), more=f"{anchor} {halo}")


def _point(point: MapPoint, body: str) -> str:
    return mark(body, hint=f"{point.label}: {point.hint}", href=point.href)
