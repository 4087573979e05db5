"""Cells made plain: texts without marks that nobody sees, numbers and dates as they are meant."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from typing import Final

from concord.exchange.reading.table import Value

_INVISIBLE: Final = dict.fromkeys(
    [
        *range(0x09),  # controls, but for tab and line feed; PostgreSQL refuses NUL
        *range(0x0B, 0x20),
        *range(0x7F, 0xA0),
        0x061C,  # Arabic letter mark
        0x200B,  # zero-width space
        0x200E,  # left-to-right and right-to-left marks
        0x200F,
        *range(0x202A, 0x202F),  # embeddings and overrides
        *range(0x2060, 0x2065),  # word joiner and invisible operators
        *range(0x2066, 0x206A),  # isolates
        0xFEFF,  # byte order mark
        *range(0xFDD0, 0xFDF0),  # no characters at all; XML cannot hold the last two
        0xFFFE,
        0xFFFF,
    ]
)
"""Marks that are taken out of a text wherever they stand.

The joiners U+200C and U+200D stay within a text: Persian and Indian words are misspelt without.
"""

_JOINERS: Final = "\u200c\u200d"
_REMEMBERED: Final = 50_000
_WHOLE: Final = 2.0**53
"""From here on a float no longer tells whole numbers apart."""


class Cleaner:
    """Cleans values; a text that a table repeats is cleaned, and kept in memory, once."""

    def __init__(self) -> None:
        self._texts: dict[str, str | None] = {}

    def __call__(self, value: object) -> Value:
        """The value in one of the types of ``Value``; ``None`` where the cell is blank."""
        if isinstance(value, str):
            try:
                return self._texts[value]
            except KeyError:
                return self._remember(value)
        if isinstance(value, float):
            return _number(value)
        if value is None or isinstance(value, bool | int):
            return value
        return _moment(value)

    def _remember(self, value: str) -> str | None:
        text = clean_text(value) or None
        if text == value:
            text = value
        if len(self._texts) >= _REMEMBERED:  # a table of texts that are all different
            self._texts.clear()
        self._texts[value] = text
        return text


def clean_text(text: str) -> str:
    """The text in NFC, without marks that are not seen and without blanks around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    text = unicodedata.normalize("NFC", text).strip()
    while text and (text[0] in _JOINERS or text[-1] in _JOINERS):
        text = text.strip(_JOINERS).strip()
    return text


def _number(value: float) -> Value:
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() and abs(value) < _WHOLE else value


def _moment(value: object) -> Value:
    """Dates as dates; a time of day and a length of time as the text that a spreadsheet shows."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value
    if isinstance(value, dt.date):
        return value
    if isinstance(value, dt.time):
        return value.isoformat("minutes" if value.second == 0 else "seconds")
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(abs(value).total_seconds()), 60)
        text = f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
        return f"-{text}" if value < dt.timedelta() else text
    return clean_text(str(value)) or None
