"""What the parties say: their own answers in place of what sources report of them."""

from __future__ import annotations

import random

import pytest

from concord.core.analysis.ladder import Said, Verdict, verdict

A, A2, B = ("a", "JP"), ("a2", "JP"), ("b", "KR")
STATE = ("state:JP", "JP")


def says(*pairs: tuple[tuple[str, str], str]) -> list[Said]:
    return [Said(*party, answer) for party, answer in pairs]


@pytest.mark.parametrize(
    ("reported", "answered", "confirmation", "as_reported"),
    [
        ([], [], "not_asked", False),
        ([(A, "confirms")], [], "one_sided", True),
        ([(A, "confirms"), (B, "confirms")], [], "confirmed", True),
        ([], [(A, "confirms"), (B, "confirms")], "confirmed", False),
        ([(A, "confirms"), (B, "confirms")], [(B, "confirms")], "confirmed", True),
        ([(A, "confirms"), (B, "confirms")], [(B, "denies")], "contested", True),
        ([(B, "denies"), (A, "confirms")], [(B, "confirms")], "confirmed", True),
        ([(B, "denies")], [(B, "not_known")], "not_asked", False),
        ([(A, "confirms"), (B, "confirms")], [(B, "not_known")], "one_sided", True),
        ([(STATE, "confirms")], [(A, "denies")], "contested", False),
        ([(A, "confirms")], [(A2, "not_known")], "one_sided", True),
        ([], [(A, "confirms"), (A2, "denies"), (B, "confirms")], "contested", False),
        ([(A, "not_known")], [], "not_asked", False),
    ],
)
def test_an_answer_takes_the_place_of_what_was_reported(
    reported: list[tuple[tuple[str, str], str]],
    answered: list[tuple[tuple[str, str], str]],
    confirmation: str,
    as_reported: bool,
) -> None:
    expected = Verdict(confirmation, as_reported)
    for _ in range(4):
        random.shuffle(reported)
        random.shuffle(answered)
        assert verdict(says(*reported), says(*answered), 2) == expected
