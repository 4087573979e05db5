"""XLS files, read in a bounded process; those here are the least that the format allows."""

from __future__ import annotations

import struct

import pytest

from concord.exchange.reading import Table, UnreadableFileError, read_file

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def text_cell(row: int, column: int, text: str) -> bytes:
    """LABEL: a text in place."""
    written = struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")
    return record(0x0204, struct.pack("<HHH", row, column, 0) + written)


def number_cell(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def xls(*cells: bytes, locked: bool = False) -> bytes:
    """A workbook with one sheet, after [MS-XLS] and [MS-CFB]."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6)
    lock = record(0x002F, struct.pack("<H", 1) + bytes(52)) if locked else b""
    bound = len(record(0x0809, begin)) + len(lock)
    name = "Kurse"
    entry_length = 4 + 8 + len(name)
    entry = struct.pack("<IBBBB", bound + entry_length + 4, 0, 0, len(name), 0) + name.encode()
    book = record(0x0809, begin) + lock + record(0x0085, entry) + record(0x000A, b"")
    sheet_begin = struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6)
    book += record(0x0809, sheet_begin) + b"".join(cells) + record(0x000A, b"")
    return compound(book)


def compound(stream: bytes) -> bytes:
    """A compound file with this one stream as ``Workbook``."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    chain = [_FAT, _END, *range(3, 2 + count), _END]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    head = head.ljust(_SECTOR, b"\xff")
    return (
        head
        + fat
        + entry("Root Entry", 5, _END, 0, 1)
        + entry("Workbook", 2, 2, len(stream))
        + bytes(256)
        + stream
    )


def entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", _FREE, _FREE, child)
    return (
        written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1) + links + bytes(36)
        + struct.pack("<IQ", start, size)
    )  # fmt: skip


def read(data: bytes) -> list[Table]:
    return read_file(data, name="plan.xls")


def test_an_old_workbook_is_read_and_told() -> None:
    heads = [text_cell(2, 1, "Kurs"), text_cell(2, 2, "Stunden")]

    (found,) = read(xls(*heads, text_cell(4, 1, "Übung "), number_cell(4, 2, 12.0)))

    assert (found.name, found.header_row, found.columns) == ("Kurse", 3, ("", "Kurs", "Stunden"))
    assert [(row.number, row.values) for row in found.rows] == [(5, (None, "Übung", 12))]
    assert [remark.code for remark in found.remarks] == ["old-format"]


def test_cells_far_apart_do_not_take_the_memory_for_all_between() -> None:
    with pytest.raises(UnreadableFileError):
        read(xls(text_cell(0, 0, "Kurs"), text_cell(65_535, 65_535, "far away")))


def test_a_locked_old_workbook_is_told_so() -> None:
    with pytest.raises(UnreadableFileError, match="password"):
        read(xls(text_cell(0, 0, "Kurs"), locked=True))


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(UnreadableFileError, match="201 columns"):
        read(xls(text_cell(0, 0, "Kurs"), text_cell(1, 200, "x")))


def test_half_an_old_workbook_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="damaged"):
        read(xls(text_cell(0, 0, "Kurs"), text_cell(1, 0, "x"))[:2000])
