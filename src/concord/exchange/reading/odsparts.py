"""The content of an ODS read as a stream, before any cell is loaded (OpenDocument 1.3, part 3, 9).

An ODS writes what repeats once, with a count; a few bytes may so stand for millions of cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from xml.parsers import expat

from concord.exchange.reading.facts import SheetFacts
from concord.exchange.reading.package import damaged

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,6}")

Attributes = Mapping[str, str]


class ContentReader:
    """Reads ``content.xml``, in which all sheets stand one after the other.

    Refuses what exceeds the limits of a sheet, with all repetitions counted.
    """

    def __init__(self) -> None:
        self.sheets: list[SheetFacts] = []
        self._row = 0
        self._rows = 1
        self._column = -1
        self._columns = 1
        self._described = 0
        self._handlers: dict[str, Callable[[Attributes], None]] = {
            "table": self._table,
            "table-column": self._column_format,
            "table-row": self._begin_row,
            "table-cell": self._cell,
            "covered-table-cell": self._cell,
            "p": self._fill,
        }

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self._start

    def _start(self, tag: str, attributes: Attributes) -> None:
        name = tag.rpartition(":")[2]
        handler = self._handlers.get(name)
        if handler is not None and (self.sheets or name == "table"):
            handler({key.rpartition(":")[2]: text for key, text in attributes.items()})

    def _table(self, attributes: Attributes) -> None:
        self.sheets.append(SheetFacts(attributes.get("name", "")))
        self._row, self._rows = 0, 1
        self._column, self._columns, self._described = -1, 1, 0

    def _column_format(self, attributes: Attributes) -> None:
        first = self._described
        self._described += _count(attributes, "number-columns-repeated")
        if attributes.get("visibility", "visible") != "visible":
            self.sheets[-1].hidden_columns.append((first, self._described - 1))

    def _begin_row(self, attributes: Attributes) -> None:
        self._row += self._rows if self._row else 1
        self._rows = _count(attributes, "number-rows-repeated")
        self._column, self._columns = -1, 1
        if attributes.get("visibility", "visible") != "visible":
            self.sheets[-1].hide_row(self._row, self._row + self._rows - 1)

    def _cell(self, attributes: Attributes) -> None:
        self._column += self._columns
        self._columns = _count(attributes, "number-columns-repeated")
        facts = self.sheets[-1]
        repeated = self._rows * self._columns
        if "formula" in attributes:
            facts.formulas.add(self._row, self._column, repeated)
            if "value-type" not in attributes:
                facts.unvalued.add(self._row, self._column, repeated)
        wide = _count(attributes, "number-columns-spanned")
        high = _count(attributes, "number-rows-spanned")
        if wide > 1 or high > 1:
            top, left = self._row - 1, self._column
            facts.merged.append(((top, left), (top + high - 1, left + wide - 1)))
        if "value-type" in attributes or "formula" in attributes:
            self._fill(attributes)

    def _fill(self, _attributes: Attributes) -> None:
        """The cell holds something, and so do its repetitions."""
        last_row = self._row + self._rows - 1
        self.sheets[-1].reach(last_row, self._column + self._columns - 1)


def _count(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "1")
    if not _NUMBER.fullmatch(text):
        raise damaged()
    return int(text)
