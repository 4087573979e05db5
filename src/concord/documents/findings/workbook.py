"""Sheets of findings as an XLSX workbook: the same bytes for the same sheets."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter

from concord.documents.findings import Sheet

EPOCH: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""The date of making that every workbook says: a real one would differ each time."""
LONGEST_NAME: Final = 31
WIDEST: Final = 60
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML cannot hold."""
_PLAIN: Final = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False, "nan_inf_to_errors": True,
}  # fmt: skip


def workbook_of(sheets: Sequence[Sheet], *, tlp: str) -> io.BytesIO:
    """A workbook with a sheet for each table; ``tlp`` stands at the head of each and in print.

    Texts stay texts: none is read as a formula, whatever it begins with.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _PLAIN) as book:
        book.set_properties({"created": EPOCH.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        strong = book.add_format({"bold": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        names: set[str] = set()
        for sheet in sheets:
            page = book.add_worksheet(_name(sheet.title, names))
            page.set_header(f"&R{tlp}")
            page.write_string(0, 0, _clean(f"{sheet.title} · {tlp}"), strong)
            for place, head in enumerate(sheet.heads):
                page.write_string(1, place, _clean(head), bold)
                page.set_column(place, place, _width(sheet, place))
            page.freeze_panes(2, 0)
            for line, row in enumerate(sheet.rows, start=2):
                for place, value in enumerate(row):
                    _write(page, line, place, value, wrap)
            if sheet.rows:
                page.autofilter(1, 0, 1 + len(sheet.rows), len(sheet.heads) - 1)
            for line, note in enumerate(sheet.notes, start=3 + len(sheet.rows)):
                page.write_string(line, 0, _clean(note))
    file.seek(0)
    return file


def _write(page: Any, line: int, place: int, value: object, wrap: Any) -> None:
    if value is None or value == "":
        page.write_blank(line, place, None, wrap)
    elif isinstance(value, bool):
        page.write_string(line, place, str(value), wrap)
    elif isinstance(value, int | float):
        page.write_number(line, place, value, wrap)
    else:
        page.write_string(line, place, _clean(value), wrap)


def _clean(value: object) -> str:
    return _CONTROL.sub("", str(value))


def _name(title: str, taken: set[str]) -> str:
    """The title as the name of a sheet: short, without what Excel forbids, and each once."""
    plain = " ".join(_FORBIDDEN.sub(" ", _clean(title)).split()).strip("' ")
    found, count = _short(plain, LONGEST_NAME) or "1", 1
    while found.casefold() in taken:
        count += 1
        found = f"{_short(plain, LONGEST_NAME - 5)} {count}"
    taken.add(found.casefold())
    return found


def _short(text: str, most: int) -> str:
    """As much of a text as fits, counted as Excel does: in units of UTF-16."""
    while len(text.encode("utf-16-le")) > 2 * most:
        text = text[:-1]
    return text.strip("' ")


def _width(sheet: Sheet, place: int) -> int:
    texts = [sheet.heads[place], *(str(row[place]) for row in sheet.rows[:200])]
    return min(max(map(len, texts)) + 2, WIDEST)
