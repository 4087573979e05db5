"""Findings as tables: one presentation for every form, and workbooks that are safe and stable."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import Maker, text

from concord.core.disclosure import ANYONE
from concord.documents.findings import Sheet, sheets_of
from concord.documents.findings.workbook import workbook_of
from concord.record.errors import NotFoundError
from concord.register.words import Cut
from concord.studies.coverage import coverage_run

CELLS = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.text(
        st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Co", "Cc"]), max_size=20
    ),
    st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "'x"]),
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), st.text(max_size=40))
@settings(max_examples=12, deadline=None)
def test_a_workbook_holds_what_the_sheet_holds_and_nothing_is_a_formula(
    rows: list[tuple[object, object]], title: str
) -> None:
    sheet = Sheet(title, ("a", "b"), rows)  # type: ignore[arg-type]
    made = workbook_of([sheet, sheet], tlp="TLP:CLEAR").getvalue()
    assert made == workbook_of([sheet, sheet], tlp="TLP:CLEAR").getvalue()
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert len(book.sheetnames) == 2
    found = list(book.worksheets[1].iter_rows(min_row=3, max_col=2))[: len(rows)]
    for row, cells in zip(rows, found, strict=True):
        for value, cell in zip(row, cells, strict=True):
            assert cell.data_type != "f"
            assert cell.value == (None if value in {None, ""} else value)


@pytest.mark.django_db
def test_a_study_has_sheets_in_the_readers_language(make: Maker) -> None:
    make.put("course", titles=text("Guards"), providers=[str(make.owner)], topics=["B5"])
    result = coverage_run(viewer=ANYONE, cut=Cut.ALL)
    (sheet,) = sheets_of("coverage", result, ANYONE, "ja")
    row = next(row for row in sheet.rows if row[0] == "B5")
    assert row[4] == 1
    assert "警備員" in str(row[1])
    assert len(sheet.links) == len(sheet.rows)
    with pytest.raises(NotFoundError):
        sheets_of("unheard-of", result, ANYONE, "ja")
