"""Depth and confirmation."""

from __future__ import annotations

import pytest

from concord.core.analysis.ladder import activity_depth, confirmation, depth


def test_what_is_not_stated_has_no_depth() -> None:
    assert depth("not_stated") is None
    assert depth("support") is None
    assert depth("attendance") == 0
    assert depth("peer_review") == 5


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], "not_asked"),
        ([("JP", True)], "one_sided"),
        ([("JP", True), ("KR", True)], "confirmed"),
        ([("JP", True), ("KR", False)], "contested"),
        ([("JP", True), ("JP", True)], "one_sided"),
    ],
)
def test_confirmation(answers: list[tuple[str, bool]], expected: str) -> None:
    assert confirmation(answers, 2) == expected


@pytest.mark.parametrize(
    ("kind", "parts", "expected"),
    [
        ("course_run", ["host", "co_organiser"], 4),
        ("course_run", ["host", "lecturer"], 1),
        ("course_run", ["host", "material", "lecturer"], 2),
        ("course_run", ["host", "participant"], 0),
        ("meeting", ["host", "participant"], 1),
        ("course_run", ["host", "funder"], None),
        ("event", ["host", "organiser"], None),
    ],
)
def test_a_link_by_an_activity_is_as_deep_as_the_parts_in_it(
    kind: str, parts: list[str], expected: int | None
) -> None:
    assert activity_depth(kind, parts) == expected
