"""Our own lists as CSV, sent back: told by their heads, each row by its record's id and revision.

Such a table is made for reading. What it shows in words that lead back to nothing certain (a title
without its language, parties with their part, sources) is left out, and named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.core.timespan import TimeSpan, TimeSpanError
from concord.exchange.comparing import GivenRow, GivenSheet
from concord.exchange.reading import Table
from concord.exchange.reading.table import Value
from concord.exchange.sheets import FORMULA
from concord.exchange.workbook.cells import At, Cell, Sense, plain, shown
from concord.exchange.workbook.sheets import Column, Form, WorkSheet, sheet_of
from concord.exchange.workbook.writing import Head, check_of
from concord.record.selectors import records_get
from concord.register.listquery import is_id
from concord.register.rows import COUNTED_STAGES

HEADS: Final = frozenset({"id", "record", "title", "withheld", "tlp", "revision", "changed_at"})
"""Heads that each of our lists has, and together no other table."""
_READ: Final = frozenset({Form.LINE, Form.CODE, Form.CODES, Form.DATE, Form.NUMBER, Form.LANGUAGES})
_OF_LISTS: Final = frozenset({"id", "record", "withheld", "tlp", "revision", "changed_at"})


def is_own_table(tables: Sequence[Table]) -> bool:
    """Whether a file is one of our lists as CSV."""
    return len(tables) == 1 and set(tables[0].columns) >= HEADS


def own_sheets(
    table: Table, *, viewer: Viewer, institution: UUID, sense: Sense
) -> list[GivenSheet]:
    """The rows of one of our lists as those of the workbook's sheets, by the kind of their record.

    A new row, without an id, says its title in the language of ``sense``.
    """
    rows: dict[str, list[tuple[int, dict[str, Value]]]] = defaultdict(list)
    for row in table.rows:
        said = dict(zip(table.columns, row.values, strict=True))
        rows[str(said["record"] or "")].append((row.number, said))
    ids = {UUID(str(said["id"])) for found in rows.values() for _n, said in found if _has_id(said)}
    owners = {str(key): r.owner for key, r in records_get(viewer=viewer, ids=ids).items()}
    return [
        _sheet(sheet, table.name, found, sense, {"": institution} | owners)
        for kind, found in rows.items()
        if (sheet := sheet_of(kind)) is not None
    ]


def own_left_out(table: Table) -> list[str]:
    """Heads and kinds of record that are not read, for the person to know."""
    kinds = {str(row.values[table.columns.index("record")] or "") for row in table.rows}
    sheets = {kind: sheet_of(kind) for kind in sorted(kinds)}
    read = {head for sheet in sheets.values() if sheet for head in _columns(sheet, table.columns)}
    heads = [head for head in table.columns if head and head not in read | _OF_LISTS]
    return [*heads, *(kind for kind, sheet in sheets.items() if sheet is None and kind)]


def _has_id(said: Mapping[str, Value]) -> bool:
    return is_id(str(said["id"] or ""))


def _columns(sheet: WorkSheet, heads: Sequence[str]) -> dict[str, list[Column]]:
    """By head of the list the columns of the sheet that it fills: one, or both ends of a time."""
    found: dict[str, list[Column]] = {}
    for head in heads:
        name = f"{sheet.kind}_kind" if head == "kind" else head
        columns = [c for c in sheet.columns if c.root == name and c.form in _READ]
        if columns:
            found[head] = columns
    return found


def _sheet(
    sheet: WorkSheet,
    name: str,
    rows: Sequence[tuple[int, Mapping[str, Value]]],
    sense: Sense,
    owners: Mapping[str, UUID],
) -> GivenSheet:
    columns = _columns(sheet, list(rows[0][1]))
    title = next(c for c in sheet.columns if c.form in {Form.TEXT, Form.NAME})
    heads = [Head(title, sense.language, "title")]
    heads += [Head(column, "", head) for head, found in columns.items() for column in found]
    keys = tuple(head.key for head in heads)
    given = []
    for number, said in rows:
        key = str(said["id"] or "")
        times = _times(sheet, said)
        cells = [None if key else plain(said["title"])]
        cells += [
            _cell(column, said[head], sheet.kind, sense, times)
            for head, found in columns.items()
            for column in found
        ]
        revision = str(said["revision"] or "")
        made_from = int(revision) if revision.isascii() and revision.isdigit() else 0
        owner = owners.get(key, owners[""])
        check = check_of(owner, sheet.name, key, made_from) if key else ""
        given.append(GivenRow(number, keys, tuple(cells), key, made_from, check))
    return GivenSheet(sheet, name, heads, given)


def _times(sheet: WorkSheet, said: Mapping[str, Value]) -> dict[str, str]:
    """The times of a row that can be read: a month and its days are shown in one cell."""
    found: dict[str, str] = {}
    for name in {c.root for c in sheet.columns if c.form is Form.DATE} & said.keys():
        try:
            found[name] = str(TimeSpan.parse(str(said[name])))
        except TimeSpanError:
            continue
    return found


def _cell(column: Column, value: Value, kind: str, sense: Sense, times: Mapping[str, str]) -> Cell:
    cell = plain(value)
    if isinstance(cell, str) and cell[:1] == "'" and cell[1:].startswith(FORMULA):
        cell = cell[1:]  # we put the apostrophe there
    if column.root == "stage" and cell == COUNTED_STAGES.get(kind, ""):
        return None  # the list says so of records that do not
    if column.form is Form.DATE and column.root in times:
        return shown(At(column, "", dict(times), sense))
    return cell
