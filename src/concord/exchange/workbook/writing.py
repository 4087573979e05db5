"""Writes an institution's workbook: its records, and all that is needed to fill in more."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any, Final
from uuid import UUID

import xlsxwriter
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from concord.core.disclosure import ANYONE, Viewer
from concord.core.vocabulary import LANGUAGES
from concord.exchange.workbook.cells import (
    CLEAR,
    TOO_LONG,
    WITHHELD,
    YES,
    At,
    Cell,
    Sense,
    language_shown,
    number_of,
    shown,
)
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.sheets import SHEETS, Column, Form, WorkSheet
from concord.record.selectors import RecordView, records_owned

META: Final = "_concord"
"""Hidden sheet that tells what the workbook is, and which column is which."""
LISTS: Final = "_lists"
VERSION: Final = "1"
HIDDEN: Final = ("_id", "_revision", "_check")
ROWS_WITH_LISTS: Final = 5_000
"""So far down do the drop-downs reach beyond the rows that are there."""
MOST_ROWS: Final = 1_048_000
"""Rows to a sheet; programs read some 500 more."""
LONGEST: Final = 32_767
"""Characters that a cell can hold."""
FIRST_DAY: Final = dt.date(1900, 3, 1)
"""Programs disagree about days before it: those are written as texts."""
ANY: Final = "any"
"""Stands for the institution in a workbook of records of several: each row tells whose it is."""
Progress = Callable[[int], None]


def guide_name() -> str:
    """The name of the sheet that says how the workbook is filled in."""
    return _("Guide")


@dataclass(frozen=True, slots=True)
class Head:
    """One column as it stands in a workbook: which it is, its language, and what its head says."""

    column: Column
    tag: str
    text: str
    key: str = field(init=False)
    """The column's name with its language."""

    def __post_init__(self) -> None:
        name = self.column.name
        object.__setattr__(self, "key", f"{name}[{self.tag}]" if self.tag else name)


def heads_of(sheet: WorkSheet, languages: Sequence[str], language: str) -> list[Head]:
    """The heads of a sheet in ``language``, with a column for each of ``languages``."""
    heads = []
    for column in sheet.columns:
        for tag in languages if column.by_language else ("",):
            label = str(column.label)
            name = f"{label} ({language_shown(tag, language)})" if tag else label
            heads.append(Head(column, tag, name))
    return heads


def check_of(institution: UUID, sheet: str, key: str, revision: int) -> str:
    """The checksum of a row's hidden cells, so that a dragged or copied id is noticed."""
    text = f"{institution}|{sheet}|{key}|{revision}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), text, "sha256").hex()[:12]


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the hidden cells and what it shows."""

    key: str
    revision: int
    cells: list[Cell]


def workbook_write(
    *, viewer: Viewer, institution: UUID, language: str, progress: Progress = lambda _rows: None
) -> bytes:
    """The workbook of an institution in a language of the interface."""
    with translation.override("zh-hans" if language == "zh-Hans" else language):
        return _Writer(viewer, institution, language, progress).write()


class Book:
    """A workbook in the making, with what all of ours share.

    Texts are written as texts whatever they begin with: no cell is ever a formula.
    """

    def __init__(
        self, target: IO[bytes] | str, viewer: Viewer, language: str, progress: Progress
    ) -> None:
        self.viewer, self.language, self.progress = viewer, language, progress
        self.sense = Sense(Names(viewer, language))
        self.book = xlsxwriter.Workbook(
            target,
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self.properties()
        self.bold = self.book.add_format({"bold": True, "bg_color": "#DFE7E4", "text_wrap": True})
        self.must = self.book.add_format({"bold": True, "bg_color": "#CFE0DC", "text_wrap": True})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.wide = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.rows = 0

    def properties(self, **more: str) -> None:
        """Set what the file says of itself, all of it at once: the library forgets the rest."""
        now = timezone.now().replace(tzinfo=None)
        self.book.set_properties({"created": now, **more})

    def _page(self, label: str, heads: Sequence[Head], ranges: Mapping[str, str], rows: int) -> Any:
        """A sheet with its heads, and with drop-downs for ``rows`` rows and more."""
        page = self.book.add_worksheet(label)
        page.freeze_panes(1, len(HIDDEN) + 1)
        page.set_column(0, len(HIDDEN) - 1, None, None, {"hidden": True})
        for place, name in enumerate(HIDDEN):
            page.write_string(0, place, name)
        for place, head in enumerate(heads, start=len(HIDDEN)):
            self._column(page, place, head, ranges, rows)
        return page

    def _column(
        self, page: Any, place: int, head: Head, ranges: Mapping[str, str], rows: int
    ) -> None:
        column = head.column
        page.write_string(0, place, head.text, self.must if column.is_required else self.bold)
        note = str(column.form.value)
        if column.is_required:
            note = _("%(note)s Must be given.") % {"note": note}
        page.write_comment(0, place, note)
        is_text = column.form in {Form.TEXT, Form.NAME}
        width = 40 if is_text else 24 if column.choices else 14
        page.set_column(place, place, width, self.day if column.form is Form.DATE else None)
        if listed := ranges.get("yes" if column.form is Form.TRUTH else column.choices):
            only = column.form is Form.CODE
            page.data_validation(
                1, place, min(rows + ROWS_WITH_LISTS, MOST_ROWS), place,
                {"validate": "list", "source": listed, "show_error": only},
            )  # fmt: skip

    def _line(self, page: Any, row: int, check: str, line: Line) -> None:
        page.write_string(row, 0, line.key)
        page.write_number(row, 1, line.revision)
        page.write_string(row, 2, check)
        self._cells(page, row, line.cells)

    def _cells(self, page: Any, row: int, cells: Sequence[Cell], first: int = len(HIDDEN)) -> None:
        for place, cell in enumerate(cells, start=first):
            if cell is None:
                continue
            if isinstance(cell, str):
                page.write_string(row, place, cell if len(cell) <= LONGEST else TOO_LONG)
            elif not isinstance(cell, dt.date):
                page.write_number(row, place, cell)
            elif cell < FIRST_DAY:
                page.write_string(row, place, cell.isoformat())
            else:
                page.write_datetime(row, place, dt.datetime.combine(cell, dt.time()), self.day)
        self.rows += 1
        if self.rows % 1000 == 0:
            self.progress(self.rows)

    def _used_lists(self) -> list[str]:
        used = {column.choices for sheet in SHEETS for column in sheet.columns if column.choices}
        return sorted(used)

    def _ranges(self) -> dict[str, str]:
        """Where the labels of each list will stand on the hidden sheet."""
        ranges = {}
        for place, name in enumerate(self._used_lists()):
            letter = xlsxwriter.utility.xl_col_to_name(place)
            ranges[name] = (
                f"={LISTS}!${letter}$1:${letter}${len(choices(name).shown(self.language))}"
            )
        letter = xlsxwriter.utility.xl_col_to_name(len(ranges))
        ranges["yes"] = f"={LISTS}!${letter}$1:${letter}$1"
        return ranges

    def _lists(self) -> None:
        page = self.book.add_worksheet(LISTS)
        page.hide()
        columns = [list(choices(n).shown(self.language).values()) for n in self._used_lists()]
        columns.append([YES[self.language]])
        for row in range(max(map(len, columns))):
            for place, labels in enumerate(columns):
                if row < len(labels):
                    page.write_string(row, place, labels[row])

    def _meta(self, institution: str, rows: list[list[str]]) -> None:
        page = self.book.add_worksheet(META)
        page.very_hidden()
        first = ["concord", VERSION, institution, self.language]
        for number, row in enumerate([first, *rows]):
            for place, text in enumerate(row):
                page.write_string(number, place, text)


class _Writer(Book):
    """The workbook of one institution."""

    def __init__(
        self, viewer: Viewer, institution: UUID, language: str, progress: Progress
    ) -> None:
        self.target = BytesIO()
        super().__init__(self.target, viewer, language, progress)
        self.institution = institution

    def write(self) -> bytes:
        self._guide()
        meta: list[list[str]] = []
        ranges = self._ranges()
        for sheet in SHEETS:
            meta += self._sheet(sheet, ranges)
        self._lists()
        self._meta(str(self.institution), meta)
        self.book.close()
        return self.target.getvalue()

    def _guide(self) -> None:
        page = self.book.add_worksheet(guide_name())
        page.set_column(0, 0, 100, self.wide)
        lines = (
            _("Fill in what you have; leave the rest blank. One row is one course or activity."),
            _("Rows that are here already are yours as Concord has them. Change what has changed."),
            _("A blank cell changes nothing. To empty a cell on purpose, write %(token)s in it.")
            % {"token": CLEAR},
            _("To add rows, write below the last one. Do not copy whole rows: hidden cells tell "
              "Concord which row is which."),
            _("Where only a month or a year is known, write it with an apostrophe before it, as in "
              "'2026-03."),
            _("Save the file and upload it. You see everything before anything is written, and "
              "nobody else sees it before you publish it."),
        )  # fmt: skip
        page.write_string(0, 0, _("How to fill in this workbook"), self.bold)
        for row, line in enumerate(lines, start=1):
            page.write_string(row, 0, line, self.wide)

    def _sheet(self, sheet: WorkSheet, ranges: Mapping[str, str]) -> list[list[str]]:
        records = list(self._records(sheet))
        heads = heads_of(sheet, self._languages(records), self.language)
        label = str(sheet.label)[:31]
        page = self._page(label, heads, ranges, len(records))
        for row, line in enumerate(lines_of(sheet, heads, records, self.sense), start=1):
            check = check_of(self.institution, sheet.name, line.key, line.revision)
            self._line(page, row, check, line)
        return meta_of(sheet, label, heads)

    def _records(self, sheet: WorkSheet) -> Iterator[RecordView]:
        owned = records_owned(viewer=self.viewer, owner=self.institution, kind=sheet.kind)
        for record in owned:
            if sheet.kind != "institution" or record.id == self.institution:
                yield record

    def _languages(self, records: Iterable[RecordView]) -> list[str]:
        """The reader's language, English, and those of texts that are there."""
        found = dict.fromkeys([self.language, "en"])
        for record in records:
            for tag in _tags_in(record.content):
                found.setdefault(tag)
        return list(found)


def meta_of(sheet: WorkSheet, label: str, heads: Iterable[Head]) -> list[list[str]]:
    """The lines of the hidden sheet that tell what a sheet and its columns are."""
    return [[sheet.name, label, head.key, head.text] for head in heads]


def lines_of(
    sheet: WorkSheet, heads: Sequence[Head], records: Iterable[RecordView], sense: Sense
) -> Iterator[Line]:
    """The rows of a sheet, one for each record or for each of its parts."""
    for record in records:
        key, revision = str(record.id), record.revision_number
        if not sheet.part:
            cells = [_cell(head, record.content, record.withheld, sense, key) for head in heads]
            yield Line(key, revision, cells)
            continue
        for place, part in enumerate(record.content.get(sheet.part, ())):
            cells = [_cell(head, part, (), sense, key) for head in heads]
            yield Line(f"{key}#{place}", revision, cells)


def content_said(
    kind: str, content: dict[str, Any], language: str, names: Names | None = None
) -> list[tuple[str, Cell]]:
    """What a content says: the heads of its filled cells and what they show, parts among them.

    ``names`` is for those who show many contents, or for more than the public.
    """
    return [(line.head, line.cell) for line in content_lines(kind, content, language, names)]


@dataclass(frozen=True, slots=True)
class Said:
    """One filled cell of a content: the field that it shows, its head, and what it says."""

    field: str
    head: str
    cell: Cell


def content_lines(
    kind: str, content: dict[str, Any], language: str, names: Names | None = None
) -> list[Said]:
    """What a content says, as ``content_said`` has it, with the field that each line shows."""
    sense = Sense(names or Names(ANYONE, language))
    said: list[Said] = []
    for sheet in SHEETS:
        if sheet.kind != kind:
            continue
        heads = heads_of(sheet, list(dict.fromkeys(_tags_in(content))) or [language], language)
        pieces = content.get(sheet.part, ()) if sheet.part else [content]
        for piece in pieces:
            cells = [Said(h.column.root, h.text, _cell(h, piece, (), sense, "")) for h in heads]
            shown_cells = [one for one in cells if one.cell not in {None, ""}]
            if sheet.part and shown_cells:
                line = "; ".join(f"{one.head}: {one.cell}" for one in shown_cells)
                said.append(Said(sheet.part, str(sheet.label), line))
            else:
                said += shown_cells
    return said


def _cell(
    head: Head, content: dict[str, Any], withheld: Sequence[str], sense: Sense, key: str
) -> Cell:
    column = head.column
    if column.form in {Form.REFERENCE, Form.ACTIVITY}:
        return sense.numbers.get(key, number_of(key))
    if withheld and column.root in withheld:
        return WITHHELD
    return as_written(column, shown(At(column, head.tag, content, sense)))


def as_written(column: Column, cell: Cell) -> Cell:
    """A cell as it is written: a year stands as a text, for a number would be taken for a day."""
    return str(cell) if column.form is Form.DATE and isinstance(cell, int) else cell


def _tags_in(content: Mapping[str, Any]) -> Iterator[str]:
    """Languages of the interface in which a record has texts."""
    for value in content.values():
        if isinstance(value, dict) and "original" in value:
            yield from (tag for tag in value["text"] if tag in LANGUAGES)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield from _tags_in(item)
    for name in content.get("names", ()):
        if name["language"] in LANGUAGES:
            yield name["language"]
