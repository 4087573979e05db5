"""Bars begin at zero and carry their figures."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord.documents.bars import Bar, draw_bars

SPACE = "{http://www.w3.org/2000/svg}"
WORDS = {"chart_id": "b", "title": "<script>&\"'", "description": "]]>"}


def test_lengths_stand_in_the_ratio_of_the_figures() -> None:
    bars = [Bar("a", 40, "40", None), Bar("b", 10, "10", "/b"), Bar("c", 0, "0", None)]
    root = ET.fromstring(draw_bars(bars, **WORDS))  # noqa: S314 - what we drew ourselves
    long, short = (float(r.get("width", "0")) for r in root.iter(f"{SPACE}rect"))
    assert long == pytest.approx(4 * short, rel=0.001)
    assert len({r.get("x") for r in root.iter(f"{SPACE}rect")}) == 1


@given(label=st.text(max_size=80))
def test_any_label_gives_well_formed_svg(label: str) -> None:
    svg = draw_bars([Bar(label + "<script>", 1, label, "/x?a=1&b=2")], **WORDS)
    root = ET.fromstring(svg)  # noqa: S314 - what we drew ourselves
    assert "<script" not in svg
    assert [a.find(f"{SPACE}title") is not None for a in root.iter(f"{SPACE}a")] == [True]


@pytest.mark.parametrize("bars", [[], [Bar("a", 0, "0", None)]])
def test_nothing_to_compare_is_a_picture_too(bars: list[Bar]) -> None:
    root = ET.fromstring(draw_bars(bars, **WORDS))  # noqa: S314 - what we drew ourselves
    assert not list(root.iter(f"{SPACE}rect"))


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_figure_that_has_no_length_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        draw_bars([Bar("a", value, "a", None)], **WORDS)
