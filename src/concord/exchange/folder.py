"""A folder of tables read into drafts; every fault with its file, row, column and value."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError

from concord.core.disclosure import Level
from concord.core.vocabulary import Entry, Vocabulary
from concord.exchange.layout import CITATION_COLUMNS, SHEETS, Cell, Sheet
from concord.record.errors import ConcordError
from concord.record.faults import fault_text
from concord.record.kinds import content_type
from concord.record.services import Draft

_COLUMN: Final = re.compile(r"(?P<name>\w+)(\[(?P<language>[\w-]+)\])?")
_PARTY: Final = re.compile(
    r"(?P<form>institution|state|network|described)(@(?P<state>[A-Z]{2}))?:(?P<value>.+)", re.DOTALL
)
TRANSLATOR: Final = "Concord"


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that cannot be taken, and what was expected there."""

    file: str
    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}" if self.row else self.file
        column = f", column {self.column}" if self.column else ""
        value = f": {self.value!r}" if self.value else ""
        return f"{where}{column}{value} – {self.expected}"


class UnreadableFolderError(ConcordError):
    """The folder has faults; nothing of it was written. ``faults`` lists every one."""

    code = "unreadable-folder"
    status = 422

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of a file with the place that it stands in."""

    sheet: Sheet
    file: str
    row: int
    cells: Mapping[str, str]


class _Reader:
    """Reads the files of one folder and collects the faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.ids: dict[str, UUID] = {}
        self.kinds: dict[str, str] = {}

    def fault(self, line: _Line, column: str, expected: str) -> None:
        value = line.cells.get(column, "")
        self.faults.append(Fault(line.file, line.row, column, value, expected))

    def lines(self, sheet: Sheet) -> list[_Line]:
        path = self.folder / f"{sheet.name}.csv"
        if not path.exists():
            return []
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, strict=True)
                self._check_header(sheet, path.name, reader.fieldnames or [])
                return [self._line(sheet, path.name, reader.line_num, cells) for cells in reader]
        except (UnicodeDecodeError, csv.Error) as error:
            self.faults.append(Fault(path.name, 0, "", str(error), _("a CSV file in UTF-8")))
            return []

    def _line(self, sheet: Sheet, file: str, row: int, cells: dict[str | None, Any]) -> _Line:
        kept = {name: (text or "").strip() for name, text in cells.items() if name is not None}
        line = _Line(sheet, file, row, kept)
        if None in cells:
            self.fault(line, "", _("no more cells than the header has columns"))
        return line

    def _check_header(self, sheet: Sheet, file: str, header: Iterable[str]) -> None:
        for column in header:
            name = _bare(column)
            if not _is_known(sheet, name, column):
                known = Vocabulary("columns", "1", (Entry(c, {"en": c}) for c in _names(sheet)))
                nearest = ", ".join(known.nearest(name)) or ", ".join(_names(sheet))
                expected = _("a column of this file; nearest known: %(names)s") % {"names": nearest}
                self.faults.append(Fault(file, 1, column, "", expected))

    def take_keys(self, lines: Iterable[_Line]) -> None:
        for line in lines:
            key, text = line.cells.get("key", ""), line.cells.get("id", "")
            if not key:
                self.fault(line, "key", _("a key for the record"))
            elif key in self.ids:
                self.fault(line, "key", _("a key that no other row has"))
            try:
                record_id = UUID(text)
            except ValueError:
                self.fault(line, "id", _("a permanent id (UUID)"))
                continue
            if record_id in self.ids.values():
                self.fault(line, "id", _("an id that no other row has"))
            self.ids[key] = record_id
            self.kinds[key] = line.sheet.kind or ""

    def data(self, line: _Line) -> dict[str, Any]:
        """The line as content data; cells that cannot be read become faults."""
        data: dict[str, Any] = {}
        for name, cell in line.sheet.columns.items():
            value = self._text(line, name) if cell is Cell.TEXT else self._cell(line, name, cell)
            if value not in (None, [], ""):
                data[name] = value
        if line.sheet.own_citations:
            citations = list(self._citations(line))
            if citations:
                data["citations"] = citations
        return data

    def _cell(self, line: _Line, name: str, cell: Cell) -> Any:
        text = line.cells.get(name, "")
        if not text:
            return None
        match cell:
            case Cell.LIST:
                return _split(text)
            case Cell.NUMBER:
                return self._number(line, name, text)
            case Cell.TRUTH:
                if text.lower() != "true":
                    self.fault(line, name, Cell.TRUTH.value)
                return True
            case Cell.KEY:
                return self._key(line, name, text)
            case Cell.KEYS:
                return [self._key(line, name, key) for key in _split(text)]
            case Cell.PARTY:
                return self._party(line, name, text)
            case _:
                return text

    def _number(self, line: _Line, name: str, text: str) -> int | str | None:
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        if re.fullmatch(r"-?\d+\.\d+", text):
            return text
        self.fault(line, name, Cell.NUMBER.value)
        return None

    def _key(self, line: _Line, name: str, key: str) -> str | None:
        if key in self.ids:
            return str(self.ids[key])
        known = Vocabulary("keys", "1", (Entry(k, {"en": k}) for k in self.ids))
        nearest = ", ".join(known.nearest(key))
        self.fault(
            line, name, _("the key of a record; nearest known: %(keys)s") % {"keys": nearest}
        )
        return None

    def _party(self, line: _Line, name: str, text: str) -> dict[str, Any] | None:
        match = _PARTY.fullmatch(text)
        if match is None:
            self.fault(line, name, Cell.PARTY.value)
            return None
        form, value = match["form"], match["value"].strip()
        if form == "state":
            return {"state": value}
        if form != "described":
            return {form: self._key(line, name, value)}
        described: dict[str, Any] = {"description": {"original": "en", "text": {"en": value}}}
        return described | ({"state": match["state"]} if match["state"] else {})

    def _text(self, line: _Line, name: str) -> dict[str, Any] | None:
        texts = {
            column[len(name) + 1 : -1]: text
            for column, text in line.cells.items()
            if text and column.startswith(f"{name}[")
        }
        if not texts:
            return None
        original = line.cells.get("original") or ("en" if "en" in texts else next(iter(texts)))
        if original not in texts:
            original = next(iter(texts))
        translator = line.cells.get("translator") or TRANSLATOR
        translators = {language: translator for language in texts if language != original}
        return {"original": original, "text": texts, "translators": translators}

    def _citations(self, line: _Line) -> Iterator[dict[str, Any]]:
        for number in ("", "_2", "_3", "_4"):
            cells = {c: line.cells.get(c + number, "") for c in CITATION_COLUMNS}
            if not any(cells.values()):
                continue
            if not cells["source"]:
                self.fault(line, "source" + number, _("the key of a source for this citation"))
                continue
            source = self._key(line, "source" + number, cells["source"])
            names = {"locator": "locator", "claimant": "claimant", "note": "citation_note",
                     "retrieved": "retrieved"}  # fmt: skip
            yield {"source": source} | {f: cells[c] for f, c in names.items() if cells[c]}


def drafts_from_folder(folder: Path, *, level: Level) -> list[Draft]:
    """Every record of the folder; raises ``UnreadableFolderError`` with all faults at once."""
    reader = _Reader(folder)
    lines = {sheet.name: reader.lines(sheet) for sheet in SHEETS}
    for sheet in SHEETS:
        if sheet.kind:
            reader.take_keys(lines[sheet.name])
    parts = _parts(reader, lines)
    drafts = []
    for sheet in SHEETS:
        for line in lines[sheet.name] if sheet.kind else ():
            draft = _draft(reader, line, parts.get(line.cells.get("key", ""), {}), level)
            if draft is not None:
                drafts.append(draft)
    if not drafts and not reader.faults:
        expected = _("a folder with files such as institutions.csv")
        reader.faults.append(Fault(str(folder), 0, "", "", expected))
    if reader.faults:
        raise UnreadableFolderError(reader.faults)
    return drafts


def _parts(reader: _Reader, lines: Mapping[str, list[_Line]]) -> dict[str, dict[str, list[Any]]]:
    """For each record's key the rows of its parts, each with the line that it stands in."""
    parts: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for sheet in SHEETS:
        for line in lines[sheet.name] if sheet.part else ():
            key = line.cells.get("record", "")
            if reader.kinds.get(key) not in sheet.owners:
                kinds = " / ".join(sheet.owners)
                reader.fault(
                    line, "record", _("the key of a record of kind %(kinds)s") % {"kinds": kinds}
                )
                continue
            parts[key][sheet.part or ""].append((line, reader.data(line)))
    return parts


def _draft(
    reader: _Reader, line: _Line, parts: Mapping[str, list[Any]], level: Level
) -> Draft | None:
    data = reader.data(line)
    origin: dict[str, list[_Line]] = {}
    for name, rows in parts.items():
        values = [value for _line, value in rows]
        if name == "parties" and line.sheet.kind != "activity":
            values = [value.get("party") for value in values]
        data[name] = values[0] if name == "place" else values
        origin[name] = [part_line for part_line, _value in rows]
    before = len(reader.faults)
    try:
        content = content_type(line.sheet.kind or "").model_validate(data)
    except ValidationError as error:
        for fault in error.errors():
            _name_fault(reader, line, origin, fault["loc"], fault_text(fault))
        return None
    key = line.cells.get("key", "")
    if len(reader.faults) > before or key not in reader.ids:
        return None
    return Draft(content=content, record_id=reader.ids[key], level=level)


def _name_fault(
    reader: _Reader,
    line: _Line,
    origin: Mapping[str, list[_Line]],
    path: tuple[int | str, ...],
    message: str,
) -> None:
    """Turn a fault of the content into one of the cell that it comes from."""
    name = str(path[0]) if path else ""
    if name in origin:
        step = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
        line = origin[name][step]
        name = next((str(p) for p in path[1:] if p in line.sheet.columns), "party")
    reader.fault(line, name, message)


def _bare(column: str) -> str:
    match = _COLUMN.fullmatch(column)
    return match["name"] if match else column


def _names(sheet: Sheet) -> tuple[str, ...]:
    own = (
        ("key", "id", "original", "translator")
        if sheet.kind
        else ("record", "original", "translator")
    )
    return own + tuple(sheet.columns) + (CITATION_COLUMNS if sheet.own_citations else ())


def _is_known(sheet: Sheet, name: str, column: str) -> bool:
    if column == name:
        bare = re.sub(r"_[234]$", "", name)
        is_text = sheet.columns.get(name) is Cell.TEXT
        return (bare in _names(sheet) and bare in CITATION_COLUMNS) or (
            name in _names(sheet) and not is_text
        )
    return sheet.columns.get(name) is Cell.TEXT


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(";") if word.strip()]
