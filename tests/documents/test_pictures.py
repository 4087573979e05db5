"""Pictures are well-formed whatever text comes, and say in words what they show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord.documents.bars import Bar, draw_bars
from concord.documents.drawing import shorten
from concord.documents.graph import GraphLink, GraphNode, draw_graph
from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap
from concord.documents.map import MapPoint, draw_map, inside, project
from concord.documents.timeline import TimelineMark, draw_timeline

HOSTILE = "<script>&\"']]>"
WORDS = {"chart_id": "c", "title": HOSTILE, "description": HOSTILE}
labels = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=80)
DAY = dt.date(2014, 1, 1)


def _map(label: str) -> str:
    points = [MapPoint(label, "/x?a=1&b=2", 139.7, 35.7, is_stated=True, hint=label)]
    return draw_map([*points, MapPoint(label, "/y", 25.3, 54.7, is_stated=False, hint="")], **WORDS)


def _heatmap(label: str) -> str:
    cells = [HeatCell(mark, "", "/z", label) for mark in ("offered", "said", "event", "")]
    rows = [HeatRow(label, None, (), is_heading=True), HeatRow(label, "/t", cells)]
    return draw_heatmap([label] * 4, rows, **WORDS)


def _graph(label: str) -> str:
    nodes = [GraphNode(key, label, None, is_state=key == "a") for key in "abc"]
    links = [
        GraphLink("a", "b", label, "/l", sure, is_planned=planned, depth=depth)
        for sure in ("not_asked", "one_sided", "confirmed", "contested")
        for planned in (True, False)
        for depth in (None, 5)
    ]
    return draw_graph(nodes, links, **WORDS)


def _timeline(label: str) -> str:
    last = dt.date(9999, 12, 31)
    marks = [TimelineMark(label, DAY, day, is_planned=True, text=label) for day in (DAY, last)]
    return draw_timeline(marks, **WORDS)


DRAWERS = [_map, _heatmap, _graph, _timeline]


@pytest.mark.parametrize("draw", DRAWERS)
@given(label=labels)
def test_any_label_gives_well_formed_svg(draw: Callable[[str], str], label: str) -> None:
    svg = draw(label + HOSTILE)
    root = ET.fromstring(svg)  # noqa: S314 - what we drew ourselves
    assert "<script" not in svg
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title") is not None
    for link in root.iter(f"{space}a"):
        assert link.get("aria-label") is not None
        assert link.find(f"{space}title") is not None


@pytest.mark.parametrize("draw", DRAWERS)
def test_the_same_input_gives_the_same_picture(draw: Callable[[str], str]) -> None:
    assert draw("x") == draw("x")


def test_nothing_to_draw_is_a_picture_too() -> None:
    for svg in (
        draw_map([], **WORDS),
        draw_heatmap([], [], **WORDS),
        draw_graph([], [], **WORDS),
        draw_timeline([], **WORDS),
    ):
        ET.fromstring(svg)  # noqa: S314 - what we drew ourselves


def test_the_map_puts_places_where_they_are() -> None:
    tokyo, beijing, jakarta = project(139.7, 35.7), project(116.4, 39.9), project(106.8, -6.2)
    assert beijing[0] < tokyo[0]
    assert beijing[1] < tokyo[1] < jakarta[1]
    assert inside(139.7, 35.7)
    assert not inside(25.3, 54.7)


@pytest.mark.parametrize(
    ("text", "cut"), [("abcdef", "abcdef"), ("abcdefg", "abcde…"), ("核安保培训", "核安…")]
)
def test_texts_are_cut_by_their_width(text: str, cut: str) -> None:
    assert shorten(text, 6) == cut


@pytest.mark.parametrize(
    ("longitude", "latitude", "arrow"),
    [(25.3, 54.7, "←"), (-77.0, 38.9, "→"), (106.8, 70.0, "↑"), (149.1, -35.3, "↓")],
)
def test_a_point_outside_the_map_is_pointed_at(
    longitude: float, latitude: float, arrow: str
) -> None:
    point = MapPoint("X", "/x", longitude, latitude, is_stated=True, hint="")
    assert f"{arrow} X" in draw_map([point], **WORDS)


def test_bars_are_read_aloud_and_stay_within_their_picture() -> None:
    bars = [Bar("First <b>", 0.4, 0.3, 0.5, "0.4 (0.3 – 0.5)"), Bar("Other", 2.0, -1.0, 9.0, "all")]
    svg = draw_bars(bars, chart_id="x", title="T", description="D", axis=("0", "½", "1"))
    root = ET.fromstring(svg)  # noqa: S314 - our own
    assert "&lt;b&gt;" in svg
    for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= float(root.get("width", 0))
