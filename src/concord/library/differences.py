"""What changed from the text of one file to that of another, paragraph by paragraph."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

MOST_LINES: Final = 2_000
"""Paragraphs of a text that are compared: the time goes with the product of both."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Paragraphs that stand in one of two texts; empty where there are none."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def differences(before: str, after: str) -> list[Difference] | None:
    """Where two texts differ, in order; None where they are too long to compare.

    All that stands in the second and not in the first is in ``after`` of some difference, and the
    other way round.
    """
    first, second = _paragraphs(before), _paragraphs(after)
    if max(len(first), len(second)) > MOST_LINES:
        return None
    steps = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    return [
        Difference(tuple(first[a:b]), tuple(second[c:d]))
        for step, a, b, c, d in steps
        if step != "equal"
    ]


def _paragraphs(text: str) -> list[str]:
    return [line for part in text.splitlines() if (line := " ".join(part.split()))]
