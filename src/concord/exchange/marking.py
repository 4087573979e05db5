"""The person's own workbook with the cells marked that could not be taken."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final

import openpyxl
import xlsxwriter
from django.utils.translation import gettext as _
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import InvalidFileException

from concord.exchange.comparing import Status
from concord.exchange.keeping import tables_of, upload_bytes
from concord.exchange.models import Upload
from concord.exchange.reading import Table

MARK: Final = PatternFill("solid", fgColor="FFD9D0")
AUTHOR: Final = "Concord"
MOST_ROWS: Final = 10_000
"""Rows of an upload whose own file is marked, which takes some seconds."""


def workbook_marked(*, upload: Upload) -> bytes:
    """An XLSX file of what was uploaded; each faulty cell is coloured and says what was expected.

    A workbook keeps its own look; a text or a pasted table becomes a workbook. Of an upload of more
    than ``MOST_ROWS`` the file is a list of the faults: openpyxl holds a whole workbook in memory,
    some 50 bytes for each that the file has.
    """
    if sum(upload.counts.values()) > MOST_ROWS:
        return _listed(upload)
    data = upload_bytes(upload)
    tables = tables_of(upload)
    book = _opened(data) or _made_of(tables)
    heads = {table.name: (table.header_row, table.columns) for table in tables}
    for row in _faulty(upload):
        if row["table"] not in book.sheetnames:
            continue
        page = book[row["table"]]
        header_row, columns = heads[row["table"]]
        for fault in row["faults"]:
            place = columns.index(fault["column"]) + 1 if fault["column"] in columns else 1
            cell = page.cell(row["number"], place)
            cell.fill = MARK
            cell.comment = Comment(_words(fault, cell.comment), AUTHOR)
            page.cell(header_row, place).fill = MARK
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _listed(upload: Upload) -> bytes:
    """The faults of an upload, a row each."""
    target = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    page = book.add_worksheet()
    heads = (_("Sheet"), _("Row"), _("Column"), _("Value"), _("Expected"), _("Perhaps"))
    page.write_row(0, 0, [str(head) for head in heads])
    place = 0
    for row in _faulty(upload):
        for fault in row["faults"]:
            place += 1
            page.write_string(place, 0, row["table"])
            page.write_number(place, 1, row["number"])
            texts = (fault["column"], fault["value"], fault["expected"], "; ".join(fault["likely"]))
            for column, words in enumerate(texts, start=2):
                page.write_string(place, column, words)
    book.close()
    return target.getvalue()


def _opened(data: bytes) -> openpyxl.Workbook | None:
    """The workbook as it came; None for whatever is no XLSX file."""
    if not zipfile.is_zipfile(BytesIO(data)):
        return None
    try:
        return openpyxl.load_workbook(BytesIO(data))
    except (KeyError, ValueError, OSError, InvalidFileException):
        return None


def _words(fault: Mapping[str, Any], before: Comment | None) -> str:
    words = fault["expected"]
    if not fault.get("is_stopped"):
        words = _("expected: %(what)s") % {"what": words}
    likely = "\n".join(fault["likely"])
    earlier = before.text if before and before.author == AUTHOR else ""
    return "\n".join(filter(None, [earlier, words, likely]))


def _faulty(upload: Upload) -> Iterable[dict[str, Any]]:
    for batch in upload.batches.order_by("number").iterator(chunk_size=4):
        for row in batch.rows:
            if row["status"] == Status.REFUSED and row.get("faults"):
                yield row


def _made_of(tables: Iterable[Table]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in tables:
        page = book.create_sheet(table.name)
        for place, head in enumerate(table.columns, start=1):
            page.cell(table.header_row, place, _safe(head))
        for row in table.rows:
            for place, value in enumerate(row.values, start=1):
                page.cell(row.number, place, _safe(value))
    return book


def _safe(value: Any) -> Any:
    """A text that begins like a formula stays a text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"} else value
