"""What a sheet tells beyond its values: its size, hidden rows, formulas, merged cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from concord.exchange.reading.heads import Merged
from concord.exchange.reading.table import Remark, Room, column_letter

Stretch = tuple[int, int]
"""The first and the last of rows or columns that follow one another."""


@dataclass(slots=True)
class Spots:
    """How many cells are so, and the row (from 1) and column (from 0) of the first of them."""

    count: int = 0
    row: int = 0
    column: int = 0

    def add(self, row: int, column: int, count: int = 1) -> None:
        if not self.count:
            self.row, self.column = row, column
        self.count += count

    def remark(self, code: str, text: str) -> Iterator[Remark]:
        """The remark if there is any such cell; ``text`` has places for count and first cell."""
        if self.count:
            letter = column_letter(self.column)
            words = text % {"count": self.count, "cell": f"{letter}{self.row}"}
            yield Remark(code, self.row, letter, words)


@dataclass(slots=True)
class SheetFacts:
    """What was found in one sheet; rows count from 1, columns from 0."""

    name: str
    last_row: int = 0
    width: int = 0
    formulas: Spots = field(default_factory=Spots)
    unvalued: Spots = field(default_factory=Spots)
    errors: Spots = field(default_factory=Spots)
    merged: list[Merged] = field(default_factory=list)
    hidden_rows: list[Stretch] = field(default_factory=list)
    hidden_columns: list[Stretch] = field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        """Take in that a cell stands there; raises ``UnreadableFileError`` beyond the limits."""
        self.last_row = max(self.last_row, row)
        self.width = max(self.width, column + 1)
        Room().take(self.name, self.last_row, self.width)

    def hide_row(self, first: int, last: int) -> None:
        if self.hidden_rows and self.hidden_rows[-1][1] == first - 1:
            first = self.hidden_rows.pop()[0]
        self.hidden_rows.append((first, last))

    def remarks(self) -> list[Remark]:
        """Each fact that a person should know, in words."""
        return [
            *self.formulas.remark(
                "formula",
                _(
                    "Formulas were read as their last value: %(count)s, the first of them in "
                    "%(cell)s."
                ),
            ),
            *self.unvalued.remark(
                "formula-without-value",
                _(
                    "Formulas without a value were read as blank: %(count)s, the first of them "
                    "in %(cell)s. Open the file in a spreadsheet program and save it to have "
                    "them worked out."
                ),
            ),
            *self.errors.remark(
                "cell-error",
                _(
                    "Cells with an error were read as blank: %(count)s, the first of them is "
                    "%(cell)s."
                ),
            ),
            *merged_remark(self.merged),
            *self._hidden_rows_remark(),
            *self._hidden_columns_remark(),
        ]

    def _hidden_rows_remark(self) -> Iterator[Remark]:
        used = [
            (first, min(last, self.last_row))
            for first, last in self.hidden_rows
            if first <= self.last_row
        ]
        if used:
            text = _("Hidden rows were read as well: %(count)s, the first of them is row %(row)s.")
            count, row = sum(last - first + 1 for first, last in used), used[0][0]
            yield Remark("hidden-rows", row, "", text % {"count": count, "row": row})

    def _hidden_columns_remark(self) -> Iterator[Remark]:
        letters = [
            column_letter(column)
            for first, last in self.hidden_columns
            for column in range(first, min(last + 1, self.width))
        ]
        if letters:
            text = _("Hidden columns were read as well: %(columns)s.")
            yield Remark("hidden-columns", 0, letters[0], text % {"columns": ", ".join(letters)})


def merged_remark(merged: list[Merged]) -> Iterator[Remark]:
    """The remark that merged cells hold their value in the first of them alone."""
    if merged:
        (row, column), _last = merged[0]
        text = _(
            "Merged cells hold their value in the first cell alone: %(count)s, the first of them "
            "at %(cell)s."
        )
        yield from Spots(len(merged), row + 1, column).remark("merged-cells", text)
