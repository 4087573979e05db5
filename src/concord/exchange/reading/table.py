"""A table as a person sent it: heads, rows with the numbers that their program shows, remarks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.record.errors import ConcordError

Value = str | int | float | bool | dt.date | dt.datetime | None
"""What a cell holds once it is cleaned (``values.py``)."""

MAX_ROWS: Final = 200_000
"""The last row of a sheet that is taken, rows above the heads included."""

MAX_COLUMNS: Final = 200
MAX_CELLS: Final = 10_000_000
"""Rows times columns, over all sheets of a file: they are held in memory together."""


class UnreadableFileError(ConcordError):
    """A file or a pasted text from which no table can be had; ``detail`` says what to do."""

    code = "unreadable-file"
    status = 422
    title = gettext_lazy("The file cannot be read.")


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know of how a table was read.

    ``row`` is 0 and ``column`` (a letter, as a spreadsheet shows it) is empty where the whole
    table is meant. A remark on many cells gives the first of them; each code stands once a table,
    but for ``no-head``, which stands once a column.
    """

    code: str
    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that holds something; ``number`` counts from 1, blank rows included."""

    number: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, text file or pasted text.

    ``columns[i]`` is the head of the i-th column counted from A, and empty where there is none.
    Each row has as many values as there are columns. ``header_row`` is the number of the row that
    the heads were taken from; ``rows`` are those below it.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[TableRow]
    remarks: tuple[Remark, ...]
    header_row: int


@dataclass(slots=True)
class Room:
    """How many cells may still be read from a file; shared by its sheets."""

    cells: int = MAX_CELLS

    def take(self, table: str, rows: int, columns: int) -> None:
        """Refuse a table of so many rows and columns, or count it."""
        if rows > MAX_ROWS:
            raise UnreadableFileError(
                _(
                    "“%(table)s” has %(count)s rows; at most %(limit)s can be read. Delete blank "
                    "rows below the table, or split it into several files."
                )
                % {"table": table, "count": rows, "limit": MAX_ROWS}
            )
        if columns > MAX_COLUMNS:
            raise UnreadableFileError(
                _(
                    "“%(table)s” has %(count)s columns; at most %(limit)s can be read. Delete "
                    "blank columns beside the table, or leave out those that are not needed."
                )
                % {"table": table, "count": columns, "limit": MAX_COLUMNS}
            )
        self.cells -= rows * columns
        if self.cells < 0:
            raise too_many_cells()


def too_many_cells() -> UnreadableFileError:
    """The error for a file whose sheets are too large together."""
    text = _(
        "The file has more than %(limit)s cells in all. Split it into several files, or leave out "
        "what is not needed."
    )
    return UnreadableFileError(text % {"limit": MAX_CELLS})


def column_letter(index: int) -> str:
    """The letter that a spreadsheet shows above the column with this index; 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The index of a column by its letter, the reverse of ``column_letter``."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
