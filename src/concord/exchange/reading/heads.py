"""Rows of cells made into a table: where its heads stand, and which of them will not do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _

from concord.exchange.reading.table import (
    Remark,
    Room,
    Table,
    TableRow,
    UnreadableFileError,
    Value,
    column_letter,
)
from concord.exchange.reading.values import Cleaner

Merged = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of a merged range, each as row and column counted from 0."""

SPLIT: Final = " – "
"""Between a head and the one that splits it."""
_SEARCHED: Final = 10
"""Among how many filled rows the heads are looked for."""


class DoubledHeadError(UnreadableFileError):
    """Two columns of a table have the same head."""


def make_table(
    name: str,
    cells: Iterable[tuple[int, Sequence[object]]],
    *,
    remarks: Iterable[Remark] = (),
    merged: Sequence[Merged] = (),
) -> Table | None:
    """The table in these rows, each with its number from 1; ``None`` if all are blank.

    Raises ``UnreadableFileError`` beyond the limits, ``DoubledHeadError`` for doubled heads.
    """
    rows = _filled(name, cells)
    if not rows:
        return None
    width = max(len(row.values) for row in rows)
    Room().take(name, rows[-1].number, width)
    if (place := _split_place(rows, merged)) is not None:
        columns = _split_heads(rows[place - 1], rows[place], width, merged)
    else:
        place = _header_place(rows, merged)
        columns = _heads(rows[: place + 1], width, merged)
    header = rows[place]
    _refuse_doubled(name, columns)
    remarks = [*remarks]
    if place:
        remarks.append(_header_remark(header.number))
    del rows[: place + 1]
    for index, row in enumerate(rows):
        if len(row.values) < width:
            padding = (None,) * (width - len(row.values))
            rows[index] = TableRow(row.number, row.values + padding)
    remarks += _headless(columns, rows)
    return Table(name, columns, rows, tuple(remarks), header.number)


def _filled(name: str, cells: Iterable[tuple[int, Sequence[object]]]) -> list[TableRow]:
    """The rows that hold something, without the blank cells at their ends."""
    clean = Cleaner()
    rows = []
    for number, raw in cells:
        values = [clean(value) for value in raw]
        while values and values[-1] is None:
            values.pop()
        if values:
            Room().take(name, number, len(values))
            rows.append(TableRow(number, tuple(values)))
    return rows


def _split_place(rows: Sequence[TableRow], merged: Sequence[Merged]) -> int | None:
    """The lower of two rows of heads, where the lower one only splits some heads of the upper one.

    As where "Dates" reaches over "First" and "Last", and the other heads stand beside it.
    """
    for place, (upper, lower) in enumerate(pairwise(rows[:_SEARCHED]), start=1):
        groups = _groups(upper.number, merged)
        heads = {column for column, value in enumerate(upper.values) if value is not None}
        parts = {column for column, value in enumerate(lower.values) if value is not None}
        is_split = any(len(parts & set(group)) > 1 for group in groups)
        beside = heads.difference(*groups)
        if (
            is_split
            and lower.number == upper.number + 1
            and beside - parts
            and parts <= set().union(*groups)
            and all(lower.values[column] in _texts(lower) for column in parts)
        ):
            return place
    return None


def _groups(number: int, merged: Sequence[Merged]) -> list[range]:
    """The columns over which a cell of a row, by its number from 1, reaches sideways alone."""
    return [
        range(left, right + 1)
        for (top, left), (bottom, right) in merged
        if top == bottom == number - 1 and left < right
    ]


def _split_heads(
    upper: TableRow, lower: TableRow, width: int, merged: Sequence[Merged]
) -> tuple[str, ...]:
    """The heads of two rows: of a split one its own; where two are alike, after what is above."""
    above = [_head(value) for value in upper.values] + [""] * (width - len(upper.values))
    below = [_head(value) for value in lower.values] + [""] * (width - len(lower.values))
    for group in _groups(upper.number, merged):
        for column in group:
            above[column] = above[group.start]
    heads = [part or whole for whole, part in zip(above, below, strict=True)]
    often = Counter(head.casefold() for head in heads)
    return tuple(
        SPLIT.join((whole, part)) if whole and part and often[part.casefold()] > 1 else head
        for whole, part, head in zip(above, below, heads, strict=True)
    )


def _header_place(rows: Sequence[TableRow], merged: Sequence[Merged]) -> int:
    """Which row has the heads: the first, unless it is a title or groups the heads below it.

    Then it is the first of those with the most different texts.
    """
    searched = [_texts(row) for row in rows[:_SEARCHED]]
    best = max(map(len, searched))
    first = rows[0]
    filled = sum(value is not None for value in first.values)
    grouped = any(
        top == first.number - 1 and left < right for (top, left), (_bottom, right) in merged
    )
    if grouped or 2 * filled <= best:
        return [len(texts) for texts in searched].index(best)
    return 0


def _texts(row: TableRow) -> set[str]:
    """The different texts of a row; a number or date that was written as text is none."""
    return {
        value
        for value in row.values
        if isinstance(value, str) and any(letter.isalpha() for letter in value)
    }


def _heads(rows: Sequence[TableRow], width: int, merged: Sequence[Merged]) -> tuple[str, ...]:
    """The heads in the last of ``rows``; where a cell reaches down into it, that cell's text."""
    header = rows[-1]
    heads = [_head(value) for value in header.values] + [""] * (width - len(header.values))
    above = {row.number: row.values for row in rows[:-1]}
    for (top, left), (bottom, right) in merged:
        values = above.get(top + 1, ())
        if bottom + 1 >= header.number and left == right < len(values) and not heads[left]:
            heads[left] = _head(values[left])
    return tuple(heads)


def _head(value: Value) -> str:
    return "" if value is None else " ".join(str(value).split())


def _refuse_doubled(name: str, columns: Sequence[str]) -> None:
    seen: dict[str, int] = {}
    for index, head in enumerate(columns):
        if not head:
            continue
        before = seen.setdefault(head.casefold(), index)
        if before != index:
            raise DoubledHeadError(
                _(
                    "Columns %(first)s and %(second)s of “%(table)s” have the same head, "
                    "“%(head)s”. Give each column a head of its own."
                )
                % {
                    "first": column_letter(before),
                    "second": column_letter(index),
                    "table": name,
                    "head": head,
                }
            )


def _header_remark(number: int) -> Remark:
    text = _("The heads of the columns were taken from row %(row)s; rows above it were not read.")
    return Remark("header-row", number, "", text % {"row": number})


def _headless(columns: Sequence[str], rows: Sequence[TableRow]) -> Iterable[Remark]:
    """A remark for each column that holds values under no head, with the first of them."""
    for index, head in enumerate(columns):
        if head:
            continue
        first = next((row.number for row in rows if row.values[index] is not None), None)
        if first is not None:
            letter = column_letter(index)
            text = _("Column %(column)s holds values but has no head.") % {"column": letter}
            yield Remark("no-head", first, letter, text)
