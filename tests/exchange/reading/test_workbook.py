"""Workbooks as people send them: what is read, what is said of it, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.exchange import reading
from concord.exchange.reading import Table, UnreadableFileError, package, read_file, table

HEADS = ["Title", "Hours", "Start"]
ROW = ["Basics", 12, "2014"]


def xlsx(fill: Callable[[Any, Any], None]) -> bytes:
    """A workbook by XlsxWriter, of one sheet that ``fill`` writes to."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    fill(workbook, workbook.add_worksheet("Courses"))
    workbook.close()
    return buffer.getvalue()


def rows(*lines: list[Any], at: int = 0) -> bytes:
    def fill(_workbook: Any, sheet: Any) -> None:
        for number, line in enumerate(lines, at):
            sheet.write_row(number, 0, line)

    return xlsx(fill)


def changed(data: bytes, parts: Mapping[str, bytes | None], **options: Any) -> bytes:
    """The zip with these parts replaced or added; left out where ``None``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", 8) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content, **options)
    return buffer.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


SHEET = "xl/worksheets/sheet1.xml"


def read(data: bytes, name: str = "plan.xlsx") -> list[Table]:
    return read_file(data, name=name)


def remark(found: Table, code: str) -> reading.Remark:
    (only,) = [remark for remark in found.remarks if remark.code == code]
    return only


def refusal(data: bytes, name: str = "plan.xlsx") -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(data, name)
    assert caught.value.code == "unreadable-file"
    assert caught.value.status == 422
    return caught.value.detail


def test_a_plain_sheet_is_read_without_remarks() -> None:
    (found,) = read(rows(HEADS, ROW))

    assert found == Table(
        "Courses", tuple(HEADS), [table.TableRow(2, ("Basics", 12, "2014"))], (), 1
    )


def test_values_are_made_plain() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, list("abcdefghij"))
        day, moment, time, length = (
            workbook.add_format({"num_format": form})
            for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm", "[h]:mm")
        )
        sheet.write_string(1, 0, " \ufeffe\u0301cole\u200f\u00a0")
        sheet.write_number(1, 1, 5.0)
        sheet.write_number(1, 2, 5.5)
        sheet.write_boolean(1, 3, True)
        sheet.write_datetime(1, 4, dt.datetime.fromisoformat("2014-09-29"), day)
        sheet.write_datetime(1, 5, dt.datetime.fromisoformat("2014-09-29T10:30"), moment)
        sheet.write_datetime(1, 6, dt.datetime.fromisoformat("2014-09-29"), moment)
        sheet.write_datetime(1, 7, dt.time(10, 30), time)
        sheet.write_number(1, 8, 1.5, length)
        sheet.write_string(1, 9, "007")

    (found,) = read(xlsx(fill))

    assert found.rows[0].values == (
        "école", 5, 5.5, True, dt.date(2014, 9, 29), dt.datetime.fromisoformat("2014-09-29T10:30"),
        dt.date(2014, 9, 29), "10:30", "36:00", "007",
    )  # fmt: skip
    assert type(found.rows[0].values[1]) is int
    assert type(found.rows[0].values[4]) is dt.date
    assert type(found.rows[0].values[6]) is dt.date


def test_rows_keep_their_numbers_behind_blank_ones() -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(4, 2, HEADS)
        sheet.write_row(6, 2, ROW)
        sheet.write_row(7, 2, ["  ", "\u200b", ""])
        sheet.write_row(9, 2, ROW[:1])

    (found,) = read(xlsx(fill))

    assert found.header_row == 5
    assert found.columns == ("", "", *HEADS)
    assert [(row.number, len(row.values)) for row in found.rows] == [(7, 5), (10, 5)]
    assert found.remarks == ()


def test_formulas_are_read_as_their_last_value_and_told() -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ROW)
        sheet.write_formula(2, 1, "=B2*2", None, 24)
        sheet.write_formula(3, 1, "=B2&B3", None, "1224")
        sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")

    (found,) = read(xlsx(fill))

    assert [row.values for row in found.rows[1:]] == [(None, 24, None), (None, "1224", None)]
    told = remark(found, "formula")
    assert (told.row, told.column) == (3, "B")
    assert "3, the first of them in B3" in told.text
    assert remark(found, "cell-error").column == "C"
    assert "formula-without-value" not in {r.code for r in found.remarks}


def test_formulas_never_worked_out_are_told_apart_from_empty_texts() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADS)
    sheet.append(["Basics", "=1+1", 2014])
    sheet.append(["Basics", 3, 2014])
    buffer = io.BytesIO()
    book.save(buffer)
    data = buffer.getvalue()
    empty = b'<c r="C3" t="str"><f>B3</f><v></v></c>'
    xml = part(data, SHEET).replace(b'<c r="C3" t="n"><v>2014</v></c>', empty)
    assert empty in xml

    (found,) = read(changed(data, {SHEET: xml}))

    told = remark(found, "formula-without-value")
    assert (told.row, told.column) == (2, "B")
    assert ": 1, " in told.text
    assert found.rows[0].values == ("Basics", None, 2014)


def test_merged_cells_are_told_and_not_repeated() -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADS)
        sheet.merge_range(1, 0, 3, 0, "Basics")
        for number in range(1, 4):
            sheet.write(number, 1, number)
            sheet.write(number, 2, "x")

    (found,) = read(xlsx(fill))

    assert [row.values[0] for row in found.rows] == ["Basics", None, None]
    assert (remark(found, "merged-cells").row, remark(found, "merged-cells").column) == (2, "A")


def test_hidden_rows_columns_and_sheets_are_read_and_told() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADS)
        for number in range(1, 6):
            sheet.write_row(number, 0, ROW)
        for number in (2, 3, 5):
            sheet.set_row(number, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        sheet.set_column(5, 16383, None, None, {"hidden": True})
        other = workbook.add_worksheet("Lists")
        other.write_column(0, 0, ["Country", "Austria"])
        other.hide()

    courses, lists = read(xlsx(fill))

    assert len(courses.rows) == 5
    told = remark(courses, "hidden-rows")
    assert told.row == 3
    assert ": 3, " in told.text
    assert remark(courses, "hidden-columns").text.endswith(": B.")
    assert "Lists" in remark(lists, "hidden-sheet").text
    assert [r.code for r in courses.remarks] == ["hidden-rows", "hidden-columns"]


def test_macros_are_left_alone_and_told() -> None:
    data = changed(rows(HEADS, ROW), {"xl/vbaProject.bin": b"\xd0\xcf macros"})

    (found,) = read(data, "plan.xlsm")

    assert remark(found, "macros").row == 0


def test_doubled_heads_are_refused_by_their_columns() -> None:
    detail = refusal(rows(["Title", "Year", " title\u200e"], ROW))

    assert "Columns A and C of “Courses”" in detail


def test_a_hidden_sheet_with_doubled_heads_does_not_spoil_the_others() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ROW)
        other = workbook.add_worksheet("Lists")
        other.write_row(0, 0, ["Code", "Code"])
        other.very_hidden()

    (found,) = read(xlsx(fill))

    assert "“Lists” was left out. Columns A and B" in remark(found, "sheet-left-out").text


def test_the_heads_are_found_below_a_title() -> None:
    (found,) = read(rows(["Plan of the centre"], [], HEADS, ROW))

    assert (found.header_row, found.columns) == (3, tuple(HEADS))
    assert remark(found, "header-row").row == 3
    assert [row.number for row in found.rows] == [4]


def test_heads_of_two_rows_are_read_together() -> None:
    """A plan as offices make it: a title, and some heads split in two below one that is merged."""

    def fill(_workbook: Any, page: Any) -> None:
        page.merge_range("A1:F1", "Plan of 2026")
        for place, head in ((0, "No"), (1, "Course"), (4, "Place")):
            page.merge_range(2, place, 3, place, head)
        page.merge_range("C3:D3", "Dates")
        page.write_row("C4", ["First", "Last"])
        page.write_row("F3", ["Note"])
        page.write_row("A5", [1, "Basics", "4 May 2026", "8 May 2026", "Tokai", "see mail"])
        page.write_row("A6", [2, "More", "5 May 2026", "6 May 2026", "Tokai", "see mail"])

    (found,) = read(xlsx(fill))
    assert found.columns == ("No", "Course", "First", "Last", "Place", "Note")
    assert [row.number for row in found.rows] == [5, 6]


def test_split_heads_that_are_alike_are_told_apart_by_what_stands_above() -> None:
    def fill(_workbook: Any, page: Any) -> None:
        page.write(0, 0, "Course")
        page.write(0, 5, "Note")
        page.merge_range(0, 1, 0, 2, "2014")
        page.merge_range(0, 3, 0, 4, "2015")
        page.write_row(1, 1, ["Men", "Women", "Men", "Women"])
        page.write_row(2, 0, ["Basics", 3, 4, 5, 6, "see mail"])

    (found,) = read(xlsx(fill))
    assert found.columns == (
        "Course", "2014 – Men", "2014 – Women", "2015 – Men", "2015 – Women", "Note"
    )  # fmt: skip


def test_the_heads_are_found_below_merged_groups() -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 1, 0, "Country")
        sheet.merge_range(0, 1, 0, 2, "Trainees")
        sheet.merge_range(0, 3, 0, 4, "Place")
        sheet.write_row(1, 1, ["Men", "Women", "Town", "Room"])
        sheet.write_row(2, 0, ["Austria", 3, 4, "Vienna", "12"])

    (found,) = read(xlsx(fill))

    assert found.header_row == 2
    assert found.columns == ("Country", "Men", "Women", "Town", "Room")
    assert found.rows[0].values == ("Austria", 3, 4, "Vienna", "12")


def test_doubled_heads_below_groups_are_refused() -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.merge_range(0, 1, 0, 2, "2014")
        sheet.merge_range(0, 3, 0, 4, "2015")
        sheet.write_row(1, 0, ["Country", "Men", "Women", "Men", "Women"])
        sheet.write_row(2, 0, ["Austria", 3, 4, 5, 6])

    assert "Columns B and D" in refusal(xlsx(fill))


def test_a_first_row_of_heads_stays_even_if_rows_below_hold_more_texts() -> None:
    (found,) = read(rows(["Title", "Town", "Trainer"], ["Basics", "Vienna", "x", "a note"]))

    assert found.header_row == 1
    assert found.columns == ("Title", "Town", "Trainer", "")
    told = remark(found, "no-head")
    assert (told.row, told.column) == (2, "D")
    assert "Column D" in told.text


def test_numbers_and_dates_can_be_heads() -> None:
    (found,) = read(rows(["Country", 2014, 2015.0], ["Austria", 1, 2]))

    assert found.columns == ("Country", "2014", "2015")


def test_chart_sheets_and_blank_sheets_are_passed_over() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ROW)
        workbook.add_worksheet("Blank")
        chart = workbook.add_chart({"type": "bar"})
        chart.add_series({"values": "=Courses!$B$2"})
        workbook.add_chartsheet("Chart").set_chart(chart)

    assert [found.name for found in read(xlsx(fill))] == ["Courses"]


@pytest.mark.parametrize("lines", [[], [HEADS], [["  "], ["\u200e"]]])
def test_a_workbook_without_rows_is_refused(lines: list[list[Any]]) -> None:
    assert "No sheet of the file has a row" in refusal(rows(*lines))


def test_half_a_file_is_refused() -> None:
    data = rows(HEADS, ROW)

    for length in (4, 30, len(data) // 2, len(data) - 1):
        assert "damaged" in refusal(data[:length])


def test_a_flipped_byte_in_a_part_is_noticed() -> None:
    data = rows(HEADS, ROW)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(SHEET)
    place = info.header_offset + 30 + len(SHEET) + info.compress_size // 2

    flipped = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]

    assert "damaged" in refusal(flipped)


@pytest.mark.parametrize("data", [b"", b" \n "])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert "empty" in refusal(data)


def test_what_is_no_workbook_is_refused_under_a_workbooks_name() -> None:
    assert "“plan.xls” is not a workbook" in refusal(b"<html><table>", "plan.xls")


def test_other_zips_are_refused() -> None:
    assert "no spreadsheet" in refusal(changed(rows(HEADS), {"xl/workbook.xml": None}))


def test_xlsb_is_refused_with_a_way_out() -> None:
    parts = {"xl/workbook.xml": None, "xl/workbook.bin": b"..."}
    assert "XLSX" in refusal(changed(rows(HEADS), parts))


def test_a_locked_workbook_is_told_so() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

    assert "password" in refusal(head + "EncryptedPackage".encode("utf-16-le"))


def test_a_locked_zip_is_told_so() -> None:
    data = bytearray(rows(HEADS, ROW))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1

    assert "password" in refusal(bytes(data))


def test_a_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 2 * 1024**2)

    assert "larger than 2 MB" in refusal(rows(HEADS) + bytes(2 * 1024**2))


def test_a_bomb_of_one_part_is_refused_before_it_is_unpacked() -> None:
    bomb = changed(rows(HEADS, ROW), {"xl/media/image1.png": bytes(3 * 1024**2)})

    detail = refusal(bomb)

    assert "xl/media/image1.png" in detail
    assert "200 times" in detail


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED_BYTES", 3 * 1024**2)
    parts = {f"xl/media/{n}.png": bytes(1024**2 - 1) for n in range(4)}

    assert "3 MB when unpacked" in refusal(changed(rows(HEADS, ROW), parts))


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_PARTS", 20)
    parts = {f"xl/media/{n}.png": b"" for n in range(20)}

    assert "more than 20 parts" in refusal(changed(rows(HEADS, ROW), parts))


@pytest.mark.parametrize("change", [-1000, -1, 1, 1000])
def test_a_part_that_lies_about_its_size_is_refused(change: int) -> None:
    data = bytearray(rows(HEADS, *[ROW] * 50))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo(SHEET).file_size
    entry = data.rindex(SHEET.encode()) - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    data[entry + 24 : entry + 28] = (size + change).to_bytes(4, "little")

    assert "damaged" in refusal(bytes(data))


def test_doubled_parts_are_refused() -> None:
    buffer = io.BytesIO(rows(HEADS, ROW))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(SHEET.upper(), b"<worksheet/>")

    assert "damaged" in refusal(buffer.getvalue())


@pytest.mark.parametrize("name", [SHEET, "xl/sharedStrings.xml", "docProps/core.xml", "new.vml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_every_part(name: str, encoding: str) -> None:
    xml = (
        f'<?xml version="1.0" encoding="{encoding}"?>{" " * 70_000}'
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    )

    assert "entities" in refusal(changed(rows(HEADS, ROW), {name: xml.encode(encoding)}))


def test_broken_xml_is_refused() -> None:
    data = rows(HEADS, ROW)
    for broken in (b"", b"<worksheet>", part(data, SHEET).replace(b"</row>", b"</col>", 1)):
        assert "damaged" in refusal(changed(data, {SHEET: broken}))


@pytest.mark.parametrize(
    ("reference", "words"),
    [("A1:C200001", "200001 rows"), ("A1:GS3", "201 columns"), ("A1:XFD1048576", "1048576 rows")],
)
def test_a_sheet_that_declares_too_much_is_refused(reference: str, words: str) -> None:
    data = rows(HEADS, ROW)
    xml = part(data, SHEET).replace(b'ref="A1:C2"', f'ref="{reference}"'.encode())
    assert reference.encode() in xml

    detail = refusal(changed(data, {SHEET: xml}))

    assert "“Courses”" in detail
    assert words in detail


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [(200_000, 0, "200001 rows"), (1, 200, "201 columns"), (1_048_575, 16_383, "rows")],
)
def test_a_sheet_that_has_more_than_it_declares_is_refused(
    row: int, column: int, words: str
) -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADS)
        sheet.write(row, column, "far away")

    data = xlsx(fill)
    xml = part(data, SHEET)
    begin = xml.index(b'<dimension ref="') + len(b'<dimension ref="')
    xml = xml[:begin] + b"A1:C1" + xml[xml.index(b'"', begin) :]

    assert words in refusal(changed(data, {SHEET: xml}))


def test_a_sheet_at_the_limits_is_read() -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADS)
        sheet.write(199_999, 0, "the last")
        sheet.write(1, 3, "x")

    (found,) = read(xlsx(fill))

    assert [row.number for row in found.rows] == [2, 200_000]


def test_sheets_that_are_too_large_together_are_refused() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        for each in (sheet, workbook.add_worksheet("B"), workbook.add_worksheet("C")):
            each.write_row(0, 0, HEADS)
            each.write(99_999, 39, "x")

    assert "cells in all" in refusal(xlsx(fill))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A2"', b'r="A99999999"'),
        (b'r="A2"', b'r="A7"'),
        (b'r="A2"', b'r="2"'),
        (b'r="A2"', b'r="ABCD2"'),
        (b'<row r="2"', b'<row r="1"'),
        (b'<row r="2"', b'<row r="-2"'),
        (b'<row r="2"', b'<row r="99999999999999999999"'),
    ],
)
def test_cells_out_of_place_are_refused(old: bytes, new: bytes) -> None:
    data = rows(HEADS, ROW)
    xml = part(data, SHEET)
    assert old in xml

    assert refusal(changed(data, {SHEET: xml.replace(old, new)}))


def test_cells_without_references_are_counted() -> None:
    data = rows(HEADS, ROW)
    xml = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<x:sheetData><x:row/><x:row><x:c><x:v>1</x:v></x:c><x:c t='str'><x:f>A1</x:f><x:v>b"
        b"</x:v></x:c></x:row><x:row><x:c><x:v>3</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )

    (found,) = read(changed(data, {SHEET: xml}))

    assert (found.header_row, found.columns) == (2, ("1", "b"))
    assert found.rows == [table.TableRow(3, (3, None))]
    assert remark(found, "formula").row == 2


@pytest.mark.parametrize("encoding", ["AUTF-8", "utf-7", "big5", "\x01"])
def test_a_sheet_in_an_encoding_that_nobody_knows_is_refused(encoding: str) -> None:
    data = rows(HEADS, ROW)
    head = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    body = part(data, SHEET).partition(b"?>")[2]

    with pytest.raises(UnreadableFileError):
        read(changed(data, {SHEET: head + body}))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_spoilt_sheet_is_read_or_refused(data: st.DataObject) -> None:
    whole = rows(HEADS, ROW, ROW)
    xml = bytearray(part(whole, SHEET))
    for _time in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(xml) - 1))
        xml[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    spoilt = changed(whole, {SHEET: bytes(xml)})
    tables, detail = [], ""
    try:
        tables = read(spoilt)
    except UnreadableFileError as error:
        detail = error.detail

    assert bool(tables) != bool(detail)
    assert all(len(row.values) == len(t.columns) for t in tables for row in t.rows)
