"""Labels do not cover each other, and a mark says what it means."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from concord.documents.drawing import breadth, wrap
from concord.documents.graph import GraphNode, draw_graph
from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap
from concord.documents.map import MapPoint, draw_map

SPACE = "{http://www.w3.org/2000/svg}"
WORDS = {"chart_id": "c", "title": "t", "description": "d"}


def _root(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - what we drew ourselves


def _extent(text: ET.Element, letter: float) -> tuple[float, float, float]:
    """Left, right and base line of a text."""
    x, y = float(text.get("x", "0")), float(text.get("y", "0"))
    width = breadth(text.text or "") * letter
    return (x - width, x, y) if text.get("text-anchor") == "end" else (x, x + width, y)


def _collisions(root: ET.Element, letter: float, line: float) -> list[tuple[object, object]]:
    texts = [(t.text, *_extent(t, letter)) for t in root.iter(f"{SPACE}text")]
    return [
        (a[0], b[0])
        for a, b in combinations(texts, 2)
        if a[1] < b[2] and b[1] < a[2] and abs(a[3] - b[3]) < line
    ]


def test_labels_of_near_places_do_not_meet() -> None:
    places = [(106.85, -6.21), (106.83, -6.2), (106.83, -6.2), (107.2, -6.3), (149.9, 57.9)]
    points = [
        MapPoint(f"Centre {n}", "/", *at, is_stated=False, hint="h") for n, at in enumerate(places)
    ]
    root = _root(draw_map(points, **WORDS))
    assert _collisions(root, 7.5, 14) == []
    assert len(list(root.iter(f"{SPACE}a"))) == len(places)


def test_a_stated_town_and_a_capital_at_one_place_keep_their_marks() -> None:
    here = {"longitude": 116.4, "latitude": 39.9, "hint": "h"}
    points = [
        MapPoint("Stated", "/s", is_stated=True, **here),
        MapPoint("Capital", "/c", is_stated=False, **here),
        MapPoint("Other", "/o", is_stated=False, **here),
    ]
    links = {a.get("href"): a for a in _root(draw_map(points, **WORDS)).iter(f"{SPACE}a")}
    assert links["/s"].find(f"{SPACE}circle") is not None
    assert links["/c"].find(f"{SPACE}path") is not None
    assert links["/o"].find(f"{SPACE}path") is None


@pytest.mark.parametrize("count", [1, 2, 9, 34, 61])
def test_graph_labels_do_not_meet_and_are_never_cut(count: int) -> None:
    name = "Joint Research Centre of the European Commission"
    nodes = [GraphNode(str(n), f"{name} {n}", None, is_state=False) for n in range(count)]
    root = _root(draw_graph(nodes, [], **WORDS))
    assert _collisions(root, 7, 14) == []
    shown = " ".join(t.text or "" for t in root.iter(f"{SPACE}text"))
    assert all(node.label in shown for node in nodes)


def test_wrapping_leaves_nothing_out() -> None:
    assert "".join(wrap("核安保培训中心核安保培训中心", 10)) == "核安保培训中心核安保培训中心"
    assert wrap("", 10) == [""]


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\ufffe", "\ud800"])
def test_what_xml_cannot_hold_is_replaced(sign: str) -> None:
    rows = [HeatRow(f"a{sign}b", "/r", [HeatCell("said", sign, "/x", sign)])]
    svg = draw_heatmap([sign], rows, chart_id=f"{sign}\"<)'", title=sign, description=sign)
    assert sign not in svg
    _root(svg)


def test_the_hatching_is_found_by_the_cells() -> None:
    rows = [HeatRow("a", None, [HeatCell("said", "", None, "h")])]
    svg = draw_heatmap(["c"], rows, chart_id="a b)", title="t", description="d")
    pattern = next(_root(svg).iter(f"{SPACE}pattern"))
    assert f"url(#{pattern.get('id')})" in svg


def test_a_cell_with_text_and_an_event_keeps_its_text_clear() -> None:
    rows = [
        HeatRow("a", None, [HeatCell("event", "3", None, "h"), HeatCell("event", "", None, "")])
    ]
    assert draw_heatmap(["c", "d"], rows, **WORDS).count("<circle") == 1
