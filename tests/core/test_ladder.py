"""Depth and confirmation."""

from __future__ import annotations

import pytest

from concord.core.analysis.ladder import confirmation, depth


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
