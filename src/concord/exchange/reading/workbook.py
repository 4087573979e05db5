"""Workbooks: XLSX, XLSM and ODS by way of a checked package, XLS as it is; calamine reads cells."""

from __future__ import annotations

import pickle
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from concord.exchange.reading import oldworkbook
from concord.exchange.reading.facts import SheetFacts, merged_remark
from concord.exchange.reading.heads import DoubledHeadError, Merged, make_table
from concord.exchange.reading.odsparts import ContentReader
from concord.exchange.reading.package import Package, Reader, damaged, locked
from concord.exchange.reading.table import (
    MAX_CELLS,
    Remark,
    Room,
    Table,
    UnreadableFileError,
    too_many_cells,
)
from concord.exchange.reading.xlsxparts import PartReader

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_FILE_PASS: Final = re.compile(
    rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)
"""The first records of a locked XLS: begin of globals, perhaps write-protection, the lock."""

_OLE_MACROS: Final = "_VBA_PROJECT".encode("utf-16-le")
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with its rows, which are not read before they are asked for."""

    name: str
    shown: bool
    merged: Sequence[Merged]
    remarks: Iterable[Remark]
    cells: Iterable[tuple[int, list[Any]]]


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as a zip or as a file of the old Office programs does."""
    return data.startswith((*_ZIP, _OLE))


def workbook_measure(data: bytes) -> None:
    """Refuse a zip by what it declares of its parts; raises ``UnreadableFileError``."""
    if not data.startswith(_OLE):
        Package(data)


def read_workbook(data: bytes) -> list[Table]:
    """Each sheet that holds anything, in the order of the workbook.

    Raises ``UnreadableFileError`` for a file that is damaged, locked or beyond the limits, for
    doubled heads, and if no sheet has a row below its heads. A hidden sheet with doubled heads is
    left out, with a remark on the others: nobody would find the columns that are meant.
    """
    if data.startswith(_OLE):
        return _read_old(data)
    package = Package(data)
    if package.find(_WORKBOOK):
        return _read_xlsx(package)
    if package.find("xl/workbook.bin"):
        raise UnreadableFileError(
            _("Workbooks in the XLSB format cannot be read. Save it as XLSX and send it again.")
        )
    if package.find("encrypted-package"):  # an ODS of recent LibreOffice
        raise locked()
    if package.find("content.xml") and "spreadsheet" in package.text("mimetype"):
        return _read_ods(package)
    raise UnreadableFileError(
        _("There is no spreadsheet in the file. Send the table as XLSX, ODS or CSV, or paste it.")
    )


def _read_xlsx(package: Package) -> list[Table]:
    names = _sheet_names(package)
    readers: dict[str, PartReader] = {}

    def reader(part: str) -> Reader:
        key = part.casefold()
        return readers.setdefault(key, PartReader(names.get(key, part)))

    checked = package.repack(reader)
    facts = [found.facts for found in readers.values()]
    has_macros = any(name.casefold().endswith("vbaproject.bin") for name in package.names)
    return _read_checked(checked, facts, _macro_remarks(has_macros=has_macros))


def _sheet_names(package: Package) -> dict[str, str]:
    """The name of each sheet by the path of its part."""
    workbook, relations = PartReader(_WORKBOOK), PartReader(_RELATIONS)
    for path, reader in ((_WORKBOOK, workbook), (_RELATIONS, relations)):
        name = package.find(path)
        if name is None:
            raise damaged()
        package.read(name, reader)
    paths = {
        key: posixpath.normpath(posixpath.join("/xl", target))[1:]
        for key, target in relations.targets.items()
    }
    return {paths.get(relation, "").casefold(): name for name, relation in workbook.sheets}


def _read_ods(package: Package) -> list[Table]:
    if "encryption-data" in package.text("META-INF/manifest.xml"):
        raise locked()
    content = ContentReader()

    def reader(part: str) -> Reader:
        return content if part.casefold() == "content.xml" else PartReader(part)

    checked = package.repack(reader)
    has_macros = any(name.casefold().startswith("basic/") for name in package.names)
    return _read_checked(checked, content.sheets, _macro_remarks(has_macros=has_macros))


def _read_old(data: bytes) -> list[Table]:
    """An XLS; its hidden rows and formulas cannot be told, which is said."""
    if _ENCRYPTED in data or _FILE_PASS.search(data):
        raise locked()
    text = _(
        "This is the old XLS format, in which formulas and hidden rows and columns cannot be told "
        "apart from others; all were read."
    )
    general = [Remark("old-format", 0, "", text), *_macro_remarks(has_macros=_OLE_MACROS in data)]
    sheets = [
        _Sheet(name, shown, merged, merged_remark(merged), enumerate(rows, 1))
        for name, shown, merged, rows in _old_sheets(data)
    ]
    return _tables(sheets, general)


def _old_sheets(data: bytes) -> list[oldworkbook.Sheet]:
    """What the bounded process finds in an XLS."""
    command = [sys.executable, "-I", oldworkbook.__file__, str(MAX_CELLS)]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=2 * oldworkbook.SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise damaged() from error
    if done.returncode == oldworkbook.TOO_LARGE:
        raise too_many_cells()
    if done.returncode:
        raise damaged()
    sheets: list[oldworkbook.Sheet] = pickle.loads(done.stdout)  # noqa: S301 - our own process
    return sheets


def _macro_remarks(*, has_macros: bool) -> list[Remark]:
    if not has_macros:
        return []
    return [Remark("macros", 0, "", _("The file has macros; they were not run and not kept."))]


def _read_checked(
    data: bytes, facts: Sequence[SheetFacts], general: Sequence[Remark]
) -> list[Table]:
    """The tables of a package whose parts were read through; ``facts`` has all its sheets."""
    room = Room()
    for found in facts:
        room.take(found.name, found.last_row, found.width)
    by_name = {found.name: found for found in facts}
    with _cell_faults():
        workbook = load_workbook(BytesIO(data))
        return _tables(_checked_sheets(workbook, by_name), general)


def _checked_sheets(
    workbook: CalamineWorkbook, facts: Mapping[str, SheetFacts]
) -> Iterator[_Sheet]:
    """Sheet by sheet, so that one at a time is in calamine's memory.

    Counted again, for two sheets may name the same part.
    """
    room = Room()
    for index, described in enumerate(workbook.sheets_metadata):
        if described.typ == SheetTypeEnum.WorkSheet:
            found = facts.get(described.name) or SheetFacts(described.name)
            shown = described.visible == SheetVisibleEnum.Visible
            sheet = workbook.get_sheet_by_index(index)
            room.take(described.name, sheet.total_height, sheet.total_width)
            yield _Sheet(described.name, shown, found.merged, found.remarks(), _cells(sheet))


def _cells(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """Each row down to the last filled one, with its number; cells begin at column A."""
    if sheet.start is None:
        return
    before: list[Any] = [None] * sheet.start[1]
    for number, values in enumerate(sheet.iter_rows(), 1):
        yield number, before + values


def _tables(sheets: Iterable[_Sheet], general: Sequence[Remark]) -> list[Table]:
    """The tables of all sheets; ``general`` remarks stand at each of them."""
    tables: list[Table] = []
    left_out: list[Remark] = []
    for sheet in sheets:
        try:
            table = make_table(
                sheet.name,
                sheet.cells,
                remarks=[*general, *_hidden_remark(sheet), *sheet.remarks],
                merged=sheet.merged,
            )
        except DoubledHeadError as error:
            if sheet.shown:
                raise
            left_out.append(_left_out_remark(sheet.name, error))
            continue
        if table is not None:
            tables.append(table)
    if not any(table.rows for table in tables):
        raise UnreadableFileError(_("No sheet of the file has a row below the heads of columns."))
    return [replace(table, remarks=(*table.remarks, *left_out)) for table in tables]


def _hidden_remark(sheet: _Sheet) -> Iterator[Remark]:
    if not sheet.shown:
        text = _("The sheet “%(sheet)s” is hidden; it was read as well.")
        yield Remark("hidden-sheet", 0, "", text % {"sheet": sheet.name})


def _left_out_remark(name: str, error: DoubledHeadError) -> Remark:
    text = _("The hidden sheet “%(sheet)s” was left out. %(reason)s")
    return Remark("sheet-left-out", 0, "", text % {"sheet": name, "reason": error.detail})


@contextmanager
def _cell_faults() -> Iterator[None]:
    """What calamine raises, as our error; a panic within it is no ``Exception``."""
    try:
        yield
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise damaged() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise damaged() from error
        raise
