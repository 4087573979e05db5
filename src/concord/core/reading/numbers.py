"""Numbers, and yes or no, as people type them; what is qualified is shown and not taken.

``1,234`` is a thousand and more to one reader and little more than one to another. As with dates
the column tells: where some number can only have the comma for its thousands, all have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from concord.core.vocabulary.folding import fold

Mark: TypeAlias = Literal[".", ","]
"""The mark before the decimals."""

Number: TypeAlias = int | Decimal

_MARKS: Final[tuple[Mark, Mark]] = (".", ",")
_LONGEST: Final = 120


class NumberProblemKind(StrEnum):
    """Why a cell is no number yet."""

    UNREADABLE = "unreadable"
    AMBIGUOUS = "ambiguous"
    QUALIFIED = "qualified"


@dataclass(frozen=True, slots=True)
class NumberProblem:
    """A cell that is no plain number.

    ``candidates`` are the numbers that it may hold, one where it is qualified and not ambiguous
    too. ``qualifier`` is what stands beside the number (``about``, ``約``, ``+``, ``人``).
    """

    kind: NumberProblemKind
    text: str
    candidates: tuple[Number, ...] = ()
    qualifier: str = ""

    @property
    def number(self) -> Number | None:
        """The one number that the cell holds, if it is one."""
        return self.candidates[0] if len(self.candidates) == 1 else None


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """What the cells of a column are, in their order; None for an empty one.

    ``decimal`` is the mark before the decimals in which marks were read, None where none had to be
    told or none could be. ``assumed`` says that the column does not show it: it is the caller's.
    """

    cells: tuple[Number | NumberProblem | None, ...]
    decimal: Mark | None
    assumed: bool


_FIGURES: Final = re.compile(r"[0-9](?:[0-9.,]|['’ ](?=[0-9]))*")
_MULTIPLIES: Final = re.compile(
    r"(?<![a-z])(?:k|m|mn|bn|hundreds?|thousands?|millions?|billions?|dozens?|ratus|ribu|rb|juta"
    r"|jt|lusin|tram|nghin|ngan|trieu|ty|chuc)(?![a-z])|[十百千万萬億亿십백천만억]"
)


@dataclass(frozen=True, slots=True)
class _Written:
    """A text with one number in it, which each mark of decimals may read otherwise."""

    text: str
    qualifier: str
    readings: dict[Mark, Number]


def read_number(value: object, *, decimal: Mark | None = None) -> Number | NumberProblem | None:
    """The number in one cell; None for an empty one. It raises for none.

    A number without decimals is an ``int``, else a ``Decimal`` with the digits as they are written.
    ``decimal`` tells what ``1,234`` and ``1.234`` are, which are ambiguous without it.
    """
    return read_numbers([value], decimal=decimal).cells[0]


def read_numbers(values: Sequence[object], *, decimal: Mark | None = None) -> NumberColumn:
    """Read a whole column of texts, numbers and empty cells; ``decimal`` as the caller assumes."""
    cells = [_cell(value) for value in values]
    written = [cell.readings for cell in cells if isinstance(cell, _Written)]
    only = {mark for readings in written for mark in _MARKS if set(readings) == {mark}}
    in_doubt = any(len(set(readings.values())) > 1 for readings in written)
    shown = only.pop() if len(only) == 1 else None
    told = shown or (decimal if in_doubt else None)
    results = tuple(_result(cell, told) if isinstance(cell, _Written) else cell for cell in cells)
    return NumberColumn(results, told, assumed=told is not None and shown is None)


def _result(cell: _Written, told: Mark | None) -> Number | NumberProblem:
    by_mark = cell.readings
    kept = {by_mark[told]} if told is not None and told in by_mark else set(by_mark.values())
    candidates = tuple(sorted(kept))
    if not candidates:
        return NumberProblem(NumberProblemKind.UNREADABLE, cell.text)
    if cell.qualifier:
        return NumberProblem(NumberProblemKind.QUALIFIED, cell.text, candidates, cell.qualifier)
    if len(candidates) > 1:
        return NumberProblem(NumberProblemKind.AMBIGUOUS, cell.text, candidates)
    return candidates[0]


def _cell(value: object) -> Number | NumberProblem | _Written | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _of_text(value) if value.strip() else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float | Decimal):
        exact = Decimal(repr(value)) if isinstance(value, float) else value
        if exact.is_finite():
            return _plain(exact)
    return NumberProblem(NumberProblemKind.UNREADABLE, str(value))


def _plain(number: Decimal) -> Number:
    whole = number.is_zero() or (number.adjusted() < 400 and number == number.to_integral_value())
    return int(number) if whole else number


@lru_cache(maxsize=65536)
def _of_text(value: str) -> _Written | NumberProblem:
    unreadable = NumberProblem(NumberProblemKind.UNREADABLE, value)
    # NFKC would make 102 of 10² and 1 of ①.
    if len(value) > _LONGEST or any(unicodedata.category(letter) == "No" for letter in value):
        return unreadable
    text = " ".join(unicodedata.normalize("NFKC", value).replace("−", "-").split())
    found = list(_FIGURES.finditer(text))
    if len(found) != 1:
        return unreadable
    before, figures, after = text[: found[0].start()], found[0][0], text[found[0].end() :]
    stops = len(figures) - len(figures.rstrip(".,"))
    if stops:
        figures, after = figures[:-stops], figures[-stops:] + after
    negative = before.endswith("-") and not before[:-1].strip()
    before = before[:-1] if negative else before.removeprefix("+")
    beside = " ".join(f"{before} {after}".split())
    if re.search(r"[A-Za-z_.,/-]$", before) or _MULTIPLIES.search(fold(beside)):
        return unreadable
    if beside and set(beside) <= set("()[] "):
        return unreadable  # in accounts (80) is minus 80
    readings = {mark: number for mark in _MARKS for number in _read(figures, mark)}
    if negative:
        readings = {mark: -number for mark, number in readings.items()}
    return _Written(value, beside, readings)


def _read(figures: str, decimal: Mark) -> list[Number]:
    """The number that ``figures`` are with this mark of decimals; none where they cannot be."""
    group = "." if decimal == "," else ","
    whole, mark, part = figures.partition(decimal)
    if mark and not part.isdigit():
        return []
    for separator in (group, " ", "'", "’"):
        thousands = rf"[1-9]\d{{0,2}}(?:{re.escape(separator)}\d{{3}})+"
        if re.fullmatch(thousands, whole):
            whole = whole.replace(separator, "")
    # In South Asia: 12,34,567.
    if decimal == "." and re.fullmatch(r"[1-9]\d?(?:,\d{2})+,\d{3}", whole):
        whole = whole.replace(",", "")
    return [_plain(Decimal(f"{whole}.{part or 0}"))] if whole.isdigit() else []


_YES: Final = (
    *("yes", "y", "true", "1", "✓", "✔", "☑", "○", "◯", "〇", "⭕"),
    *("是", "有", "对", "真", "はい", "有り", "あり", "예", "네", "있음", "유"),
    *("ya", "betul", "benar", "ada", "có", "đúng"),
)
_NO: Final = (
    *("no", "n", "false", "0", "✗", "✘", "×", "☐", "❌"),
    *(
        "否",
        "不是",
        "无",
        "無",
        "没有",
        "假",
        "いいえ",
        "無し",
        "なし",
        "아니요",
        "아니오",
        "없음",
        "무",
    ),
    *("tidak", "bukan", "tiada", "tak", "không", "sai"),
)
_TRUTH: Final = {fold(word): True for word in _YES} | {fold(word): False for word in _NO}


def read_truth(value: object) -> bool | None:
    """Whether ``value`` says yes or no, in any of the seven languages; None where it says neither.

    A lone x is neither: to some it marks what is so, to others what is not.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    return _TRUTH.get(fold(value).strip(" .!。"))
