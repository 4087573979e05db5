"""OpenDocument spreadsheets, whose repetitions are counted before they are written out."""

from __future__ import annotations

import io
import zipfile

import pytest

from concord.exchange.reading import Table, UnreadableFileError, read_file

_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
    for prefix in ("office", "table", "text")
)


def ods(tables: str, **parts: str) -> bytes:
    content = (
        f'<?xml version="1.0"?><office:document-content {_NAMESPACES} office:version="1.3">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    parts.setdefault("META-INF__manifest_xml", "<manifest/>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", 8) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", 0)
        archive.writestr("content.xml", content)
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return buffer.getvalue()


def cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def sheet(*rows_: str, name: str = "Courses") -> str:
    return f'<table:table table:name="{name}">{"".join(rows_)}</table:table>'


HEADS = row(cell("Title"), cell("Town"))
BLANK_ROWS = 'table:number-rows-repeated="{}"'
TAIL = row(
    '<table:table-cell table:number-columns-repeated="16384"/>', more=BLANK_ROWS.format(1_048_000)
)


def read(data: bytes) -> list[Table]:
    return read_file(data, name="plan.ods")


def test_rows_keep_their_numbers_and_the_blank_rest_is_nothing() -> None:
    blank = row("<table:table-cell/>", more=BLANK_ROWS.format(3))
    number = '<table:table-cell office:value-type="float" office:value="5"><text:p>5</text:p></table:table-cell>'
    twice = row(cell("Basics"), number, more=BLANK_ROWS.format(2))

    (found,) = read(ods(sheet(blank, HEADS, blank, twice, TAIL)))

    assert (found.header_row, found.columns) == (4, ("Title", "Town"))
    assert [(r.number, r.values) for r in found.rows] == [(8, ("Basics", 5)), (9, ("Basics", 5))]
    assert found.remarks == ()


def test_what_is_hidden_merged_or_worked_out_is_told() -> None:
    columns = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="9"/>'
    merged = cell("Basics", 'table:number-rows-spanned="2" table:number-columns-spanned="1"')
    formula = cell("Vienna", 'table:formula="of:=[.A1]"')
    hidden = row(cell("x"), cell("y"), more='table:visibility="filter"')

    (found,) = read(
        ods(sheet(columns, HEADS, row(merged, formula), hidden, TAIL), Basic__a_xml="<a/>")
    )

    places = {remark.code: (remark.row, remark.column) for remark in found.remarks}
    assert places == {
        "macros": (0, ""),
        "formula": (2, "B"),
        "merged-cells": (2, "A"),
        "hidden-rows": (3, ""),
        "hidden-columns": (0, "B"),
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (row(cell("x"), more=BLANK_ROWS.format(1_000_000)), "1000001 rows"),
        (row(cell("x", 'table:number-columns-repeated="16000"')), "16000 columns"),
        (
            row("<table:table-cell/>", more=BLANK_ROWS.format(300_000)) + row(cell("x")),
            "300002 rows",
        ),
        (row(cell("x"), more=BLANK_ROWS.format("9" * 30)), "damaged"),
        (
            row(cell("x", 'table:number-columns-repeated="190"'), more=BLANK_ROWS.format(190_000)),
            "cells in all",
        ),
    ],
)
def test_repetitions_beyond_the_limits_are_refused(content: str, words: str) -> None:
    with pytest.raises(UnreadableFileError, match=words):
        read(ods(sheet(HEADS, content)))


def test_a_locked_one_is_told_so() -> None:
    manifest = "<manifest:encryption-data/>"

    with pytest.raises(UnreadableFileError, match="password"):
        read(ods("", **{"META-INF__manifest_xml": manifest}))


def test_a_text_document_is_refused() -> None:
    data = ods(sheet(HEADS)).replace(b"opendocument.spreadsheet", b"opendocument.texttextttt")

    with pytest.raises(UnreadableFileError):
        read(data)


def test_entities_are_refused() -> None:
    data = ods(sheet(HEADS, row(cell("x"))), settings_xml='<!DOCTYPE a [<!ENTITY b "c">]><a/>')

    with pytest.raises(UnreadableFileError, match="entities"):
        read(data)
