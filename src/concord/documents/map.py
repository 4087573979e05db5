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

from concord.documents.drawing import mark, picture, shorten, words

WEST, EAST, SOUTH, NORTH = 60.0, 150.0, -15.0, 58.0
WIDTH: Final = 1000.0
_SCALE: Final = WIDTH / math.radians(EAST - WEST)
LINE: Final = 15


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


def draw_map(points: Sequence[MapPoint], *, chart_id: str, title: str, description: str) -> str:
    """The map; points of one place share a mark, those outside it stand at the side."""
    body = [f'<path d="{_land()}" style="fill:var(--land,#dfe7e4)"/>']
    shown = sorted(
        (p for p in points if inside(p.longitude, p.latitude)),
        key=lambda p: (p.longitude, p.latitude, p.is_stated, p.label),
    )
    for (longitude, latitude), found in groupby(shown, lambda p: (p.longitude, p.latitude)):
        x, y = project(longitude, latitude)
        for line, point in enumerate(found):
            body.append(_point(point, x, y, line))
    outside = [p for p in points if not inside(p.longitude, p.latitude)]
    for line, point in enumerate(sorted(outside, key=lambda p: p.label)):
        body.append(_point(point, 16, HEIGHT - 20 - LINE * 1.4 * line, 0, arrow="← "))
    return picture(
        WIDTH, HEIGHT, "".join(body), chart_id=chart_id, title=title, description=description
    )


def _point(point: MapPoint, x: float, y: float, line: int, arrow: str = "") -> str:
    style = "stroke:var(--accent,#0b6e6e);stroke-width:2.5"
    if point.is_stated:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" style="fill:var(--accent,#0b6e6e)"/>'
    else:
        diamond = f"M{x:.1f},{y - 7:.1f}l7,7l-7,7l-7,-7z"
        shape = f'<path d="{diamond}" style="fill:var(--paper,#fff);{style}"/>'
    halo = 'font-size="15" style="paint-order:stroke;stroke:var(--paper,#fff);stroke-width:4px"'
    label = words(x + 11, y + 5 + LINE * line, arrow + shorten(point.label, 30), more=halo)
    return mark(shape + label, hint=f"{point.label}: {point.hint}", href=point.href)
