"""Tables in text: CSV files by whichever separator, and what people paste."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePath
from typing import Final

from django.utils.translation import gettext as _

from concord.exchange.reading.encoding import decode
from concord.exchange.reading.heads import make_table
from concord.exchange.reading.table import Remark, Table, UnreadableFileError
from concord.exchange.reading.values import clean_text

SEPARATORS: Final = (",", ";", "\t", "|")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SAID: Final = re.compile(r"sep=(?P<separator>[,;\t|])(?:\r\n|\r|\n|$)", re.IGNORECASE)
"""The first line by which spreadsheets tell one another the separator; they do not count it."""

_SAMPLE: Final = 200
_RULE: Final = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
"""What stands under the heads of a table in Markdown."""

_BAR: Final = re.compile(r"(?<!\\)\|")
_MAX_CELL: Final = 131_072
"""Characters in a cell; spreadsheets stop at a quarter of it."""


def read_text(data: bytes, *, name: str, encoding: str | None = None) -> list[Table]:
    """The one table of a text file; quoted cells may have line breaks.

    Raises ``UnreadableFileError`` for bytes that are no text, for quotes that never close, beyond
    the limits, and if there is no row below the heads.
    """
    text, remark = decode(data, encoding)
    said = _SAID.match(text)
    start = said.end() if said else 0
    separator = said["separator"] if said else _separator(text)
    stem = clean_text(PurePath(name).stem)
    return _only(stem, _records(text, separator, start), (remark,))


def read_pasted(text: str) -> list[Table]:
    """The one table of a pasted text: cells of a spreadsheet, a Markdown table, or CSV.

    Raises ``UnreadableFileError`` as for a file.
    """
    name = _("pasted table")
    text = text.removeprefix("\ufeff")
    lines = [line.strip("\r\n") for line in _lines(text)]
    filled = [number for number, line in enumerate(lines) if line.strip()][:2]
    if len(filled) == 2 and "|" in lines[filled[0]] and _RULE.fullmatch(lines[filled[1]]):
        return _only(name, _markdown(lines, filled[1]))
    if "\t" not in text:
        return _only(name, _records(text, _separator(text)))
    try:
        return _only(name, _records(text, "\t"))
    except _BrokenQuotesError:  # copied cells have quotes as they stand, but for line breaks
        return _only(name, ((number, line.split("\t")) for number, line in enumerate(lines, 1)))


class _BrokenQuotesError(UnreadableFileError):
    """Quotes in a text do not pair."""


def _only(
    name: str, records: Iterable[tuple[int, list[str]]], remarks: Iterable[Remark] = ()
) -> list[Table]:
    table = make_table(name, records, remarks=remarks)
    if table is None:
        raise UnreadableFileError(_("There is nothing in it."))
    if not table.rows:
        raise UnreadableFileError(_("There is no row below the heads of the columns."))
    return [table]


def _lines(text: str, start: int = 0) -> Iterator[str]:
    """Line by line with its end, so that a large text is not held twice."""
    return (match[0] for match in _LINE.finditer(text, start))


def _records(text: str, separator: str, start: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Each record with its number, as a spreadsheet counts: a quoted line break starts none."""
    reader = csv.reader(_lines(text, start), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, cells
    except csv.Error as error:
        raise _BrokenQuotesError(
            _(
                "Row %(row)s, which begins or ends near line %(line)s, cannot be read: a "
                "quotation mark is missing or too many, or a cell is longer than %(limit)s "
                "characters."
            )
            % {"row": number + 1, "line": reader.line_num, "limit": _MAX_CELL}
        ) from error


def _separator(text: str) -> str:
    """The separator by which most of the first records have the same number of cells, above one.

    Of those that do equally well, the one with more cells; a comma if none divides anything.
    """

    def fitness(separator: str) -> tuple[float, int]:
        widths: list[int] = []
        try:
            for _number, cells in islice(_records(text, separator), _SAMPLE):
                if any(cells):
                    widths.append(len(cells))
        except UnreadableFileError:
            return (0.0, 0)
        width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
        return (count / len(widths), width) if width > 1 else (0.0, 0)

    return max(SEPARATORS, key=fitness)


def _markdown(lines: list[str], rule: int) -> Iterator[tuple[int, list[str]]]:
    """The cells of a Markdown table, each row with the number of its line."""
    for index, line in enumerate(lines):
        if index != rule:
            inner = line.strip().removeprefix("|")
            cells = _BAR.split(inner)
            if len(cells) > 1 and not cells[-1].strip():
                cells.pop()
            yield index + 1, [cell.replace("\\|", "|") for cell in cells]
