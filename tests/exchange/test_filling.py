"""New rows filled column by column are as they are cell by cell."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import Maker

from concord.core.disclosure import member_of
from concord.exchange.filling import fills_of
from concord.exchange.workbook.cells import CLEAR, At, Cell, CellError, Sense, put
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.sheets import SHEETS, WorkSheet
from concord.exchange.workbook.writing import Head, heads_of

CELLS = [
    None, CLEAR, "B1; B4", "D1", "Insider threat", "Japan; Indonesia", "Japan", "“two guests” (Japan)",
    "en; ja", "2026-03-05", "2026-03", "..", dt.date(2026, 3, 5), dt.date(2020, 1, 1), 24, 12.5, 0,
    "24", "1,234", "yes", "no", "course run", "done", "basic", "nonsense", "C1", 10**13, "x@y.org",
]  # fmt: skip


def one_by_one(heads: list[Head], row: dict[str, Cell], sense: Sense) -> tuple[Any, Any]:
    """The content and the faults of a row by ``put`` alone."""
    content: dict[str, Any] = {}
    faults = []
    for head in heads:
        value = row[head.key]
        if value is None:
            continue
        try:
            put(At(head.column, head.tag, content, sense, row), None if value == CLEAR else value)
        except CellError as error:
            faults.append((head.key, error.expected, error.likely))
    return content, faults


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_row_is_filled_as_cell_by_cell(
    sheet: WorkSheet, data: st.DataObject, make: Maker
) -> None:
    sense = Sense(Names(member_of(make.owner), "en"))
    sense.courses["c1"] = str(uuid.uuid4())
    heads = heads_of(sheet, ["en", "ja"], "en")
    fills = fills_of(heads, sense)
    for _row in range(4):  # later rows meet what earlier ones left
        cells = data.draw(
            st.lists(st.sampled_from(CELLS), min_size=len(heads), max_size=len(heads))
        )
        row = dict(zip((head.key for head in heads), cells, strict=True))
        content: dict[str, Any] = {}
        faults = []
        for head, fill in zip(heads, fills, strict=True):
            if row[head.key] is None or fill is None:
                continue
            try:
                fill(content, row[head.key], row)
            except CellError as error:
                faults.append((head.key, error.expected, error.likely))
        assert (content, faults) == one_by_one(heads, row, sense)
