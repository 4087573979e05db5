"""Text made alike before rules look at it, and taken apart into sentences."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Final

LETTERS: Final = "a-zß-öø-ɏḀ-ỿ"
"""Small Latin letters, those of Vietnamese too: for a set in a pattern."""
LETTER: Final = f"0-9{LETTERS}"
"""What words of Latin letters are made of."""
_WIDE: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_BETWEEN_WIDE: Final = re.compile(f"(?<=[{_WIDE}]) +(?=[{_WIDE}])")
_APART: Final = re.compile(r"(?<![^\W_])[^\W\d_]([ .·_-])[^\W\d_](?:\1[^\W\d_])+(?![^\W_])")
_SEPARATORS: Final = str.maketrans("", "", " .·_-")
_BLANKS: Final = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_MAY_BE_APART: Final = re.compile(r"[ .·_-][^\W\d_][ .·_-][^\W\d_]")
_ENDS: Final = re.compile(r"(?<=[。！？!?\n])|(?<=[.])\s+(?=[^a-z\d])")
_INVISIBLE: Final = re.compile(
    "["
    + "".join(
        re.escape(sign)
        for sign in map(chr, range(0x80, sys.maxunicode + 1))
        if unicodedata.category(sign) == "Cf"
    )
    + "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f]"
)


def clean(text: str) -> str:
    """``text`` without tricks of width, blanks and invisible signs; its case stays.

    Letters that stand apart (``S E C R E T``) are joined, and so are Chinese and Japanese
    characters with blanks between them.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("㊙", "(秘)"))
        text = _INVISIBLE.sub("", text)
    text = _BLANKS.sub(" ", text)
    if _MAY_BE_APART.search(text):
        text = _APART.sub(lambda match: match[0].translate(_SEPARATORS), text)
    return text if text.isascii() else _BETWEEN_WIDE.sub("", text)


def small(text: str) -> str:
    """``text`` in small letters, each at the place of its own."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends."""
    ends = [match.end() for match in _ENDS.finditer(text)]
    starts = [0, *ends]
    return [(a, b) for a, b in zip(starts, [*ends, len(text)], strict=True) if b > a]
