"""New rows, column by column: what a text says is found out once for a whole column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from concord.exchange.workbook.cells import (
    CLEAR,
    OWN_TRANSLATION,
    At,
    Cell,
    CellError,
    Content,
    Sense,
    field_set,
    put,
)
from concord.exchange.workbook.sheets import Form
from concord.exchange.workbook.writing import Head

CALLS: Final = frozenset({Form.REFERENCE, Form.ACTIVITY})
"""Columns that say which row is meant, and nothing of the record."""
REMEMBERED: Final = 20_000
Fill = Callable[[Content, Cell, Mapping[str, Cell]], None]
"""Writes a cell that is not blank into a new content, given its row; raises ``CellError``."""
ALONE: Final = frozenset({
    Form.CODE, Form.CODES, Form.NUMBER, Form.TRUTH, Form.LANGUAGES, Form.COURSE, Form.PARTY,
})  # fmt: skip
"""Forms whose cell says the same in whatever new row it stands."""


def fills_of(heads: Sequence[Head], sense: Sense) -> list[Fill | None]:
    """For each head what does for new rows as ``put`` does, only faster.

    None for a head that says which row is meant, and nothing of the record.
    """
    return [None if head.column.form in CALLS else _fill(head, sense) for head in heads]


def _fill(head: Head, sense: Sense) -> Fill:
    form, field = head.column.form, head.column.field
    if form in ALONE or (form is Form.DATE and ":" not in field):
        return _alone(head, sense)
    if form is Form.DATE:
        return _day(head, sense)
    if form is Form.PARTIES:
        return _parties(head, sense)
    if form is Form.TEXT:
        return _text(head, sense)
    if form is Form.LINE:
        return _line(head, sense)
    return _put(head, sense)


def _put(head: Head, sense: Sense) -> Fill:
    """The general way."""

    def fill(content: Content, cell: Cell, row: Mapping[str, Cell]) -> None:
        put(At(head.column, head.tag, content, sense, row), None if cell == CLEAR else cell)

    return fill


def _said(head: Head, sense: Sense) -> Callable[[Any, Cell, Mapping[str, Cell]], Content]:
    """What a cell adds to an empty content; found out once for each key. Raises ``CellError``."""
    put_one = _put(head, sense)
    known: dict[Any, Content | tuple[str, list[str]]] = {}

    def said(key: Any, cell: Cell, row: Mapping[str, Cell]) -> Content:
        found = known.get(key)
        if found is None:
            content: Content = {}
            try:
                put_one(content, cell, row)
                found = content
            except CellError as error:
                found = error.expected, error.likely
            if len(known) >= REMEMBERED:
                known.clear()
            known[key] = found
        if isinstance(found, tuple):
            raise CellError(*found)
        return found

    return said


def _alone(head: Head, sense: Sense) -> Fill:
    said = _said(head, sense)
    name, _dot, inner = head.column.field.partition(".")

    def fill(content: Content, cell: Cell, row: Mapping[str, Cell]) -> None:
        found = said((cell, type(cell)), cell, row).get(name)
        if not inner:
            field_set(content, name, found)
        elif found:
            content[name] = {**content.get(name, {}), **found}

    return fill


def _day(head: Head, sense: Sense) -> Fill:
    said = _said(head, sense)
    name, _colon, end = head.column.field.partition(":")
    stem = head.column.name.removesuffix(f"_{end}")
    first, last = f"{stem}_start", f"{stem}_end"

    def fill(content: Content, cell: Cell, row: Mapping[str, Cell]) -> None:
        key = (row.get(first), row.get(last))
        field_set(content, name, said(key, cell, row).get(name))

    return fill


def _parties(head: Head, sense: Sense) -> Fill:
    said = _said(head, sense)
    name, _colon, part = head.column.field.partition(":")

    def fill(content: Content, cell: Cell, row: Mapping[str, Cell]) -> None:
        found = said(cell, cell, row).get(name, [])
        if part:
            found = [*content.get(name, ()), *found]
        field_set(content, name, found)

    return fill


def _line(head: Head, sense: Sense) -> Fill:
    name, _dot, inner = head.column.field.partition(".")
    put_one = _put(head, sense)

    def fill(content: Content, cell: Cell, row: Mapping[str, Cell]) -> None:
        if cell == CLEAR:
            put_one(content, cell, row)
        elif inner:
            content.setdefault(name, {})[inner] = str(cell)
        else:
            content[name] = str(cell)

    return fill


def _text(head: Head, sense: Sense) -> Fill:
    name, _dot, inner = head.column.field.partition(".")
    key, tag = inner or name, head.tag
    put_one = _put(head, sense)

    def fill(content: Content, cell: Cell, row: Mapping[str, Cell]) -> None:
        if cell == CLEAR:
            put_one(content, cell, row)
            return
        piece = content.setdefault(name, {}) if inner else content
        text = piece.get(key)
        if text is None:
            piece[key] = {"original": tag, "text": {tag: str(cell)}, "translators": {}}
        else:
            text["text"][tag] = str(cell)
            if tag != text["original"]:
                text["translators"][tag] = OWN_TRANSLATION

    return fill
