"""The XML of an XLSX read as a stream, before any cell is loaded (ECMA-376 part 1, 18.2, 18.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from xml.parsers import expat

from concord.exchange.reading.facts import SheetFacts
from concord.exchange.reading.heads import Merged
from concord.exchange.reading.package import damaged
from concord.exchange.reading.table import Room, column_index

_REFERENCE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_LETTERS: Final = re.compile(r"[A-Za-z]{1,3}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,6}")
_DIGITS: Final = "0123456789"
_WITHOUT_FACTS: Final = frozenset({"is", "t"})
"""What texts within cells stand in; sheets have as many of them as cells."""
_TRUE: Final = frozenset({"1", "true"})

Attributes = Mapping[str, str]


class PartReader:
    """Reads any part of an XLSX; only a sheet's has cells.

    Refuses what exceeds the limits of ``Room`` where the part declares it, and again where it is.
    """

    def __init__(self, name: str) -> None:
        self.facts = SheetFacts(name)
        self.sheets: list[tuple[str, str]] = []
        """Names of sheets in the order of the workbook, each with the id of its relation."""
        self.targets: dict[str, str] = {}
        """Paths by the id of their relation."""
        self._row = 0
        self._row_text = ""
        self._column = -1
        self._columns: dict[str, int] = {}
        self._is_text = False
        self._in_formula = False
        self._has_value = False
        self._handlers: dict[str, Callable[[Attributes], None]] = {
            "dimension": self._dimension,
            "mergeCell": self._merge,
            "col": self._column_format,
            "sheet": self._sheet,
            "Relationship": self._relation,
            "sheetData": self._begin_cells,
        }

    def attach(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        parser.StartElementHandler = self._start

    def _start(self, tag: str, attributes: Attributes) -> None:
        handler = self._handlers.get(tag) or self._handlers.get(tag.rpartition(":")[2])
        if handler is not None:
            handler(attributes)

    def _start_in_cells(self, tag: str, attributes: Attributes) -> None:
        """As ``_start``, with what a sheet has most of found first."""
        if tag == "c":
            self._cell(attributes)
        elif tag not in _WITHOUT_FACTS and (tag != "v" or self._in_formula):
            self._start(tag, attributes)

    def _begin_cells(self, _attributes: Attributes) -> None:
        """From here on ``c`` is a cell; in other parts it is something else."""
        self._handlers |= {
            "row": self._begin_row,
            "c": self._cell,
            "f": self._formula,
            "v": self._value,
        }
        self._parser.StartElementHandler = self._start_in_cells

    def _dimension(self, attributes: Attributes) -> None:
        declared = _range(attributes.get("ref", ""))
        if declared is not None:
            _first, (row, column) = declared
            Room().take(self.facts.name, row + 1, column + 1)

    def _begin_row(self, attributes: Attributes) -> None:
        text = attributes.get("r")
        row = self._row + 1
        if text is not None:
            row = int(text) if _NUMBER.fullmatch(text) else 0
        if row <= self._row:
            raise damaged()  # rows stand in order, or the reader of cells would mix them up
        self._row, self._row_text, self._column = row, str(row), -1
        if attributes.get("hidden") in _TRUE:
            self.facts.hide_row(row, row)

    def _cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.removesuffix(self._row_text)
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = _column(letters)
            self._column = column
        facts = self.facts
        if self._row != facts.last_row or self._column >= facts.width:
            facts.reach(self._row, self._column)
        kind = attributes.get("t")
        self._is_text = kind == "str"
        if kind == "e":
            facts.errors.add(self._row, self._column)

    def _formula(self, _attributes: Attributes) -> None:
        self.facts.formulas.add(self._row, self._column)
        self._in_formula = True
        self._has_value = self._is_text  # an empty text is a value
        self._parser.EndElementHandler = self._end

    def _value(self, _attributes: Attributes) -> None:
        if self._in_formula:
            self._parser.CharacterDataHandler = self._characters

    def _characters(self, text: str) -> None:
        self._has_value = self._has_value or bool(text.strip())

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v":
            self._parser.CharacterDataHandler = None
        elif tag == "c":
            if not self._has_value:
                self.facts.unvalued.add(self._row, self._column)
            self._in_formula = False
            self._parser.EndElementHandler = None

    def _merge(self, attributes: Attributes) -> None:
        merged = _range(attributes.get("ref", ""))
        if merged is not None:
            self.facts.merged.append(merged)

    def _column_format(self, attributes: Attributes) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if attributes.get("hidden") not in _TRUE:
            return
        if _NUMBER.fullmatch(first) and _NUMBER.fullmatch(last):
            self.facts.hidden_columns.append((int(first) - 1, int(last) - 1))

    def _sheet(self, attributes: Attributes) -> None:
        relation = next((text for key, text in attributes.items() if key.endswith(":id")), "")
        self.sheets.append((attributes.get("name", ""), relation))

    def _relation(self, attributes: Attributes) -> None:
        self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


def _column(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise damaged()
    return column_index(letters)


def _range(reference: str) -> Merged | None:
    """The corners of a range such as ``B3:D11`` or ``B3``; ``None`` if it is written otherwise."""
    first, _colon, last = reference.partition(":")
    corners = [_REFERENCE.fullmatch(corner) for corner in (first, last or first)]
    spots = [(int(c[2]) - 1, column_index(c[1])) for c in corners if c is not None]
    return (spots[0], spots[1]) if len(spots) == 2 else None
