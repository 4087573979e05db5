"""Reports as PDF: accessible (PDF/UA-1), and the same bytes for the same content.

Typst lays them out with fonts of our own. Whatever a record says goes in as data and is never read
as markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import orjson

from concord.documents.findings import Cell, Sheet

HERE: Final = Path(__file__).parent
NARROW: Final = 10
"""Columns up to which a table is printed on upright pages; broader ones lie across."""
MOST_ROWS: Final = 400
MOST_WIDE: Final = 60
"""Rows that are printed of a table, and of one that lies across; the workbook has all of them."""
UNKNOWN: Final = "□"
"""Stands for a sign that our fonts do not have: a report for all readers may show no other gap."""
BROADEST: Final = 178.0
HIGHEST: Final = 205.0
"""The most room for a drawing, in mm."""
PIXEL: Final = 0.26
"""A pixel of a drawing, in mm."""
_SIZE: Final = re.compile(r'width="([0-9]+)" height="([0-9]+)"')
_VARIABLE: Final = re.compile(r"var\(--[a-z-]+, ?([^)]+)\)")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, and what it shows in words."""

    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report."""

    title: str
    lead: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    sheets: Sequence[Sheet] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says; ``foot`` stands on each page, ``language`` is that of its words."""

    title: str
    subtitle: str
    language: str
    tlp: str
    foot: str
    publisher: str
    nothing: str
    """What is said of a table without rows."""
    more: str
    """What is said where rows were left out, with ``%(n)d`` for how many."""
    lead: Sequence[str] = ()
    sections: Sequence[Section] = field(default_factory=tuple)


def report_pdf(report: Report) -> bytes:
    """The report as a PDF."""
    import typst

    sections = [_section(part, report) for part in report.sections]
    plain = asdict(report) | {"title": _heading(report.title), "sections": sections}
    text = orjson.dumps(_cleaned(plain)).decode()
    pdf = typst.compile(
        str(HERE / "report.typ"),
        root=str(HERE),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": text},
        format="pdf",
        pdf_standards="ua-1",
    )
    return bytes(pdf)


@lru_cache
def signs() -> frozenset[str]:
    """Every sign that one of the fonts has, and the breaks of lines."""
    found = {"\n", "\t"}
    for line in (HERE / "fonts" / "signs.txt").read_text(encoding="ascii").split():
        first, _dash, last = line.partition("-")
        found |= set(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(found)


def _shown(text: str) -> str:
    known = signs()
    return "".join(sign if sign in known else UNKNOWN for sign in text)


def _cleaned(value: object) -> object:
    """The same with ``UNKNOWN`` for every sign that cannot be shown."""
    if isinstance(value, str):
        return _shown(value)
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return value


def _section(section: Section, report: Report) -> dict[str, object]:
    return {
        "title": _heading(section.title),
        "lead": list(section.lead),
        "pictures": [
            {"svg": _plain_svg(p.svg), "alt": _heading(p.alt), "width": _width(p.svg)}
            for p in section.pictures
        ],
        "sheets": [_sheet(sheet, report, section.title) for sheet in section.sheets],
    }


def _plain_svg(svg: str) -> str:
    """A drawing of a page as print takes it: our font, and no variables of a style sheet."""
    return _VARIABLE.sub(r"\1", svg).replace("system-ui, sans-serif", "Noto Sans")


def _width(svg: str) -> float:
    """How broad a drawing is printed, in mm: as drawn, if it fits on a page beside its heading."""
    found = _SIZE.search(svg)
    if found is None:
        return BROADEST
    wide, high = map(float, found.groups())
    return round(min(BROADEST, wide * PIXEL, HIGHEST * wide / high), 2)


def _sheet(sheet: Sheet, report: Report, above: str) -> dict[str, object]:
    is_wide = len(sheet.heads) > NARROW
    most = MOST_WIDE if is_wide else MOST_ROWS
    rows = [[_cell(cell) for cell in row] for row in sheet.rows[:most]]
    left_out = len(sheet.rows) - len(rows)
    notes = [*sheet.notes, *([report.more % {"n": left_out}] if left_out else [])]
    lengths = [
        max([len(head) / 2, *(len(row[place]) for row in rows)], default=1)
        for place, head in enumerate(sheet.heads)
    ]
    widths = [round(min(max(length, 6), 45) ** 0.6, 2) for length in lengths]
    return {
        "title": None if sheet.title == above else _heading(sheet.title),
        "heads": list(sheet.heads), "rows": rows, "notes": notes, "widths": widths,
        "wide": is_wide,
        "numbers": [_is_number(sheet, place) for place in range(len(sheet.heads))],
    }  # fmt: skip


def _is_number(sheet: Sheet, place: int) -> bool:
    """Whether a column holds numbers, but for a word here and there; they stand to the right."""
    cells = [row[place] for row in sheet.rows if row[place] is not None]
    return 2 * sum(isinstance(cell, int | float) for cell in cells) > len(cells)


def _heading(text: str) -> str:
    """A heading, which may not be empty."""
    return text.strip() or "–"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.2g}" if abs(cell) < 1 else f"{cell:g}"
    return str(cell)
