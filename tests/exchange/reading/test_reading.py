"""Any bytes and any text either give tables or are refused; nothing else comes out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from concord.exchange.reading import (
    Table,
    UnreadableFileError,
    column_letter,
    read_file,
    read_pasted,
)
from concord.exchange.reading.table import column_index
from concord.exchange.reading.values import clean_text

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
names = (
    st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a.ods", "a.txt", "a", "", "..", "a\0.csv"])
    | st.text()
)
like_tables = st.text("ab,;\t|\"'\r\n -:é研\u200f\ufeff\0", max_size=60)


def check(read: Callable[[], list[Table]]) -> None:
    """Either it is refused with a reason, or what holds of any tables that are read."""
    tables: list[Table] = []
    reason = ""
    try:
        tables = read()
    except UnreadableFileError as error:
        reason = error.detail
    assert bool(tables) != bool(reason)
    if tables:
        check_tables(tables)


def check_tables(tables: list[Table]) -> None:
    assert any(table.rows for table in tables)
    for table in tables:
        numbers = [table.header_row, *(row.number for row in table.rows)]
        assert numbers == sorted(set(numbers))
        heads = [head for head in table.columns if head]
        assert len(heads) == len({head.casefold() for head in heads})
        for row in table.rows:
            assert len(row.values) == len(table.columns)
            assert any(value is not None for value in row.values)
            assert "" not in row.values


@settings(max_examples=300, deadline=None)
@given(
    st.binary()
    | st.builds(lambda rest: b"PK\x03\x04" + rest, st.binary())
    | st.builds(str.encode, like_tables)
    | st.builds(lambda text: text.encode("utf-16"), like_tables)
    | st.builds(lambda text: text.encode("cp932", "ignore"), like_tables),
    names,
    st.none()
    | st.sampled_from(["utf-8", "utf-16", "utf-7", "cp949", "unicode_escape"])
    | st.text(),
)
@example(b"a,b\n1,2", "a.csv", None)
def test_any_bytes_are_read_or_refused(data: bytes, name: str, encoding: str | None) -> None:
    check(lambda: read_file(data, name=name, encoding=encoding))


@settings(max_examples=5, deadline=None)
@given(st.binary(max_size=5000))
@example(OLE)
def test_any_bytes_of_an_old_workbook_are_read_or_refused(rest: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read_file(OLE + rest, name="a.xls")


@settings(max_examples=300, deadline=None)
@given(like_tables | st.text())
@example("a\tb\n1\t2")
def test_any_pasted_text_is_read_or_refused(text: str) -> None:
    check(lambda: read_pasted(text))


@given(st.text())
@example("\u200c \u200d a")
@example("ﷺ\u200b")
def test_a_clean_text_is_plain_and_stays_so(text: str) -> None:
    clean = clean_text(text)

    assert clean == clean_text(clean) == clean.strip()
    assert unicodedata.is_normalized("NFC", clean)
    assert not set(clean) & set("\0\r\ufeff\u200b\u200e\u200f\u202a\u202e\u2066\u2069\u061c")


def test_joiners_within_a_word_stay() -> None:
    assert clean_text("\u200cمی\u200cخواهم\u200d ") == "می\u200cخواهم"


@given(st.integers(0, 16_383))
def test_letters_of_columns_go_both_ways(index: int) -> None:
    assert column_index(column_letter(index)) == index


def test_the_last_column_of_a_spreadsheet_is_xfd() -> None:
    assert [column_letter(index) for index in (0, 25, 26, 16_383)] == ["A", "Z", "AA", "XFD"]
