"""Tables that people upload or paste, read with what they should know of the reading."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from django.utils.translation import gettext as _

from concord.exchange.reading.table import (
    Remark,
    Table,
    TableRow,
    UnreadableFileError,
    Value,
    column_letter,
)
from concord.exchange.reading.text import read_pasted, read_text
from concord.exchange.reading.workbook import is_workbook, read_workbook, workbook_measure

__all__ = [
    "MAX_FILE_BYTES",
    "Remark",
    "Table",
    "TableRow",
    "UnreadableFileError",
    "Value",
    "column_letter",
    "file_measure",
    "read_file",
    "read_pasted",
]

MAX_FILE_BYTES: Final = 100 * 1024**2
"""The largest file that is looked at, as it was sent."""

_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods"})


def file_measure(data: bytes, *, name: str) -> None:
    """Refuse, in no time, a file that is empty, too large, or a zip that declares too much.

    Raises ``UnreadableFileError``.
    """
    if not data.strip():
        raise UnreadableFileError(_("The file is empty."))
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFileError(
            _(
                "The file is larger than %(limit)s MB. Split it into several files, or leave out "
                "what is not needed, such as pictures."
            )
            % {"limit": MAX_FILE_BYTES // 1024**2}
        )
    if is_workbook(data):
        workbook_measure(data)
    elif PurePath(name).suffix.lower() in _WORKBOOKS:
        raise UnreadableFileError(
            _(
                "“%(name)s” is not a workbook, or its beginning is lost. Open it in a "
                "spreadsheet program, save it as XLSX and send it again."
            )
            % {"name": name}
        )


def read_file(data: bytes, *, name: str, encoding: str | None = None) -> list[Table]:
    """The tables of a workbook (XLSX, XLSM, XLS, ODS) or of a text (CSV and the like).

    Which of them it is shows in the first bytes; ``name`` names a text's table and the file in
    messages. ``encoding`` is Python's name of a text's encoding, for when it is known. Raises
    ``UnreadableFileError``, whatever the bytes are.
    """
    file_measure(data, name=name)
    if is_workbook(data):
        return read_workbook(data)
    return read_text(data, name=name, encoding=encoding)
