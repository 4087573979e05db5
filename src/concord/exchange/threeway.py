"""What somebody changed, carried into a record as it stands now: what they left alone stays."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from concord.core.vocabulary import LANGUAGES
from concord.exchange.workbook.cells import At, Cell, Content, Sense, put, shown
from concord.exchange.workbook.days import typed
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.sheets import PARTS, Column, Form, WorkSheet, sheet_of
from concord.exchange.workbook.writing import Head, heads_of
from concord.record.kinds import content_type

CALLS = frozenset({Form.REFERENCE, Form.ACTIVITY})
"""Columns that say which row is meant, and nothing of the record."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that somebody changed: what it was for them, what it is now, what they want."""

    label: str
    before: str
    now: str
    wanted: str

    @property
    def has_moved(self) -> bool:
        """Whether somebody else changed it since."""
        return self.now not in {self.before, self.wanted}


def field_of(column: Column) -> str:
    """The field of the record that a column stands in."""
    return column.root


def heads_for(sheet: WorkSheet, language: str, *contents: Content) -> list[Head]:
    """The columns of a sheet, the texts in ``language`` first and in every other of ours or theirs.

    Columns that only say which row is meant are left out.
    """
    tags = dict.fromkeys([language, *LANGUAGES])
    for content in contents:
        tags |= dict.fromkeys(_tags_in(content))
    return [h for h in heads_of(sheet, list(tags), language) if h.column.form not in CALLS]


def _tags_in(content: Mapping[str, Any]) -> Iterator[str]:
    for value in content.values():
        if isinstance(value, dict):
            yield from value["text"] if "original" in value else _tags_in(value)
    yield from (name["language"] for name in content.get("names", ()))


def parts_of(kind: str) -> list[WorkSheet]:
    """The sheets of what a record of a kind holds several of."""
    return [sheet for sheet in PARTS if sheet.kind == kind]


def carried(kind: str, base: Content, wanted: Content, current: Content, sense: Sense) -> Content:
    """``current`` with what differs between ``base`` and ``wanted``, and nothing else, changed.

    A field that nobody else changed since is taken as it is wanted. Of one that somebody else did
    change, only those cells are taken that differ; of rows, those that were added, changed or
    removed.
    """
    base, wanted = dict(typed(base)), dict(typed(wanted))
    found = copy.deepcopy(dict(typed(current)))
    parts = {sheet.part for sheet in parts_of(kind)}
    moved: set[str] = set()
    for name in {*base, *wanted}:
        if base.get(name) == wanted.get(name):
            continue
        if found.get(name) == base.get(name):
            _put_field(found, name, copy.deepcopy(wanted.get(name)))
        elif name in parts:
            rows = _rows(base.get(name, []), wanted.get(name, []), current.get(name, []))
            _put_field(found, name, rows)
        else:
            moved.add(name)
    if moved and (sheet := sheet_of(kind)):
        for head in heads_for(sheet, sense.language, base, wanted):
            if field_of(head.column) in moved:
                _carry(head, base, wanted, found, sense)
    return content_type(kind).as_said_today(found)


def _put_field(content: Content, name: str, value: Any) -> None:
    if value in (None, [], {}):
        content.pop(name, None)
    else:
        content[name] = value


def _carry(head: Head, base: Content, wanted: Content, found: Content, sense: Sense) -> None:
    column = head.column
    before, after = (_cell(head, content, sense) for content in (base, wanted))
    if before == after:
        return
    if column.form is Form.PARTIES and ":" in column.field:
        name, _colon, part = column.field.partition(":")
        others = [p for p in found.get(name, ()) if p["part"] != part]
        named = [p for p in wanted.get(name, ()) if p["part"] == part]
        _put_field(found, name, [*others, *copy.deepcopy(named)])
    elif column.form in {Form.TEXT, Form.NAME, Form.SHORT_NAME}:
        put(At(column, head.tag, found, sense), after)
    elif "." in column.field:
        name, _dot, inner = column.field.partition(".")
        piece = dict(found.get(name) or {})
        _put_field(piece, inner, copy.deepcopy((wanted.get(name) or {}).get(inner)))
        _put_field(found, name, piece)
    else:
        _put_field(found, field_of(column), copy.deepcopy(wanted.get(field_of(column))))


def _rows(base: list[Content], wanted: list[Content], current: list[Content]) -> list[Content]:
    """The rows of now without those that were taken away or changed, with those that came."""
    gone, come = _less(base, wanted), _less(wanted, base)
    return [*_less(current, gone), *come]


def _less(rows: list[Content], others: list[Content]) -> list[Content]:
    left = list(others)
    kept = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            kept.append(row)
    return kept


def changes_of(
    kind: str, base: Content, wanted: Content, current: Content, names: Names
) -> list[Change]:
    """What ``wanted`` changes of ``base``, in words, beside what stands now."""
    sheet = sheet_of(kind)
    if sheet is None:
        return []
    sense = Sense(names)
    found = []
    for head in heads_for(sheet, names.language, base, wanted):
        before, now, after = (_text(_cell(head, c, sense)) for c in (base, current, wanted))
        if before != after:
            found.append(Change(head.text, before, now, after))
    for part in parts_of(kind):
        lines = [_lines(part, c.get(part.part, []), sense) for c in (base, current, wanted)]
        if lines[0] != lines[2]:
            found.append(Change(str(part.label), *lines))
    return found


def _lines(sheet: WorkSheet, rows: list[Content], sense: Sense) -> str:
    return "\n".join(row_said(sheet, row, sense) for row in rows)


def row_said(sheet: WorkSheet, row: Content, sense: Sense) -> str:
    """A row of a part in one line."""
    heads = heads_for(sheet, sense.language, row)
    cells = ((head.text, _text(_cell(head, row, sense))) for head in heads)
    return "; ".join(f"{label}: {text}" for label, text in cells if text)


def _cell(head: Head, content: Content, sense: Sense) -> Cell:
    return shown(At(head.column, head.tag, content, sense))


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
