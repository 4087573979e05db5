"""Dates are read as exact as they are written, and never guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from concord.core.reading.dates import (
    DateProblem,
    DateProblemKind,
    Order,
    Serials,
    read_dates,
)
from concord.core.timespan import Moment, TimeSpan
from concord.core.vocabulary import LANGUAGES

FORMS = {Order.DMY: "%d/%m/%Y", Order.MDY: "%m/%d/%Y", Order.YMD: "%Y/%m/%d"}

days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    date, parts = draw(st.dates(dt.date(1000, 1, 1))), draw(st.integers(1, 3))
    return Moment(*[date.year, date.month, date.day][:parts])


@st.composite
def spans(draw: st.DrawFn) -> TimeSpan:
    start, end = draw(moments()), draw(moments())
    kind = draw(st.sampled_from(["moment", "span", "since", "until"]))
    if kind == "moment":
        return TimeSpan(start, start)
    if kind == "since":
        return TimeSpan(start, None)
    if kind == "until":
        return TimeSpan(None, end)
    assume(start.earliest <= end.latest)
    return TimeSpan(start, end)


def shown(value: object) -> str | list[str] | None:
    """A cell as short text: EDTF, the candidates, or [] for what is unreadable."""
    (cell,) = read_dates([value]).cells
    if isinstance(cell, DateProblem):
        assert (cell.kind is DateProblemKind.UNREADABLE) == (not cell.candidates)
        return [str(span) for span in cell.candidates]
    return None if cell is None else str(cell)


@given(spans(), st.sampled_from([language.replace("-", "_") for language in LANGUAGES]))
def test_what_the_register_prints_is_read_back(span: TimeSpan, locale: str) -> None:
    assert read_dates([span.text(locale)]).cells == (span,)


@given(spans())
def test_edtf_is_read_as_itself(span: TimeSpan) -> None:
    assert read_dates([str(span)]).cells == (span,)


@given(days)
def test_values_of_a_workbook_are_days(date: dt.date) -> None:
    moment = Moment(date.year, date.month, date.day)
    noon = dt.datetime.combine(date, dt.time(12), dt.UTC)
    assert read_dates([date, noon]).cells == (TimeSpan(moment, moment),) * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/03/05", "2026-03-05"),
        ("2026.3.5", "2026-03-05"),
        ("２０２６／３／５", "2026-03-05"),
        ("5 March 2026", "2026-03-05"),
        ("March 5, 2026", "2026-03-05"),
        ("5 Mar 2026", "2026-03-05"),
        ("05-MAR-2026", "2026-03-05"),
        ("5 Sept. 2026", "2026-09-05"),
        ("the 5th of March, 2026", "2026-03-05"),
        ("Thursday, 5 March 2026", "2026-03-05"),
        ("2026年3月5日", "2026-03-05"),
        ("2026年3月5日（木）", "2026-03-05"),
        ("二〇二六年三月五日", "2026-03-05"),
        ("2026년 3월 5일", "2026-03-05"),
        ("2026. 3. 5.", "2026-03-05"),
        ("2026. 3. 5. (목)", "2026-03-05"),
        ("令和8年3月5日", "2026-03-05"),
        ("令和元年5月", "2019-05"),
        ("R8.3.5", "2026-03-05"),
        ("H30.4", "2018-04"),
        ("R8.3.5～R8.3.9", "2026-03-05/2026-03-09"),
        ("tháng 3 năm 2026", "2026-03"),
        ("ngày 5 tháng 3 năm 2026", "2026-03-05"),
        ("Từ ngày 5 đến ngày 9 tháng 3 năm 2026", "2026-03-05/2026-03-09"),
        ("5 Maret 2026", "2026-03-05"),
        ("5 Mac 2026", "2026-03-05"),
        ("3 s/d 7 Agustus 2026", "2026-08-03/2026-08-07"),
        ("5 hingga 7 Ogos 2026", "2026-08-05/2026-08-07"),
        ("Q1 2026", "2026-01/2026-03"),
        ("2026Q4", "2026-10/2026-12"),
        ("3rd quarter of 2026", "2026-07/2026-09"),
        ("2026年第一季度", "2026-01/2026-03"),
        ("2026년 2분기", "2026-04/2026-06"),
        ("Quý IV năm 2026", "2026-10/2026-12"),
        ("March 2026", "2026-03"),
        ("03/2026", "2026-03"),
        ("2026/03", "2026-03"),
        ("2026", "2026"),
        (2026, "2026"),
        (2026.0, "2026"),
        ("20260305", "2026-03-05"),
        (20260305, "2026-03-05"),
        ("5-9 March 2026", "2026-03-05/2026-03-09"),
        ("March 5–9, 2026", "2026-03-05/2026-03-09"),
        ("March-April 2026", "2026-03/2026-04"),
        ("2026/3/5~3/9", "2026-03-05/2026-03-09"),
        ("2026/3/5〜9", "2026-03-05/2026-03-09"),
        ("2026-03-05/2026-03-09", "2026-03-05/2026-03-09"),
        ("2026-3-5/2026-3-9", "2026-03-05/2026-03-09"),
        ("2026.03.05-2026.03.09", "2026-03-05/2026-03-09"),
        ("5 March - 2 April 2026", "2026-03-05/2026-04-02"),
        ("from 5 March to 9 March 2026", "2026-03-05/2026-03-09"),
        ("between 5 and 9 March 2026", "2026-03-05/2026-03-09"),
        ("Dec 2025 - Jan 2026", "2025-12/2026-01"),
        ("令和8年3月5日から9日まで", "2026-03-05/2026-03-09"),
        ("2026년 3월 5일부터 9일까지", "2026-03-05/2026-03-09"),
        ("2026年3月5日至9日", "2026-03-05/2026-03-09"),
        ("2010-2012", "2010/2012"),
        ("since 2016", "2016/.."),
        ("2016 to date", "2016/.."),
        ("2016年至今", "2016/.."),
        ("until 2013", "../2013"),
        ("2013年まで", "../2013"),
        ("5-9/3/2026", "2026-03-05/2026-03-09"),
        ("2026-03-05 00:00:00", "2026-03-05"),
        ("2026-03-05T09:00:00+09:00", "2026-03-05"),
        ("2026年3月5日 10:00～17:00", "2026-03-05"),
        ("25/03/2026", "2026-03-25"),
        ("03/25/2026", "2026-03-25"),
        ("05/05/2026", "2026-05-05"),
        ("05/03/2026 (Thu)", "2026-03-05"),
        ("05/03/2026-04/04/2026", "2026-03-05/2026-04-04"),
        (None, None),
        ("  ", None),
    ],
)
def test_what_is_certain_is_read(text: object, expected: str | None) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("05/03/2026", ["2026-03-05", "2026-05-03"]),
        ("05/03/2026 - 09/03/2026", ["2026-03-05/2026-03-09", "2026-05-03/2026-09-03"]),
        ("2010/11", ["2010/2011", "2010-11"]),
        ("2014-15", ["2014/2015"]),
        ("Mar 26", ["1926-03", "2026-03"]),
        ("5 Mar 26", ["1926-03-05", "2026-03-05"]),
        ("26年3月5日", ["1926-03-05", "2026-03-05"]),
        ("Friday, 5 March 2026", ["2026-03-05"]),
    ],
)
def test_what_may_be_several_keeps_them_all(text: str, candidates: list[str]) -> None:
    assert shown(text) == candidates


@pytest.mark.parametrize(
    "text",
    [
        *("TBD", "about 2016", "2016?", "FY2026", "2026年度", "令和8年度", "平成40年", "H1 2026"),
        *("5, 6 March 2026", "31 February 2026", "99/99/9999", "2026-00", "2026-13", "0000"),
        *("3月5日", "5 March", "12", "9 March - 5 March 2026", "before 2016", "x" * 10_000),
        *(
            "from 2013まで",
            "second half of 2026",
            "Jan - Dec",
            "2026-03-05-2026-02-01",
            "1999-1-1/2000",
        ),
        *(
            46086,
            True,
            float("nan"),
            float("inf"),
            -5,
            2026.5,
            dt.time(9),
            b"2026",
            object(),
        ),
    ],
)
def test_what_is_no_certain_date_is_unreadable(text: object) -> None:
    assert shown(text) == []


def test_a_number_of_any_size_is_unreadable() -> None:
    assert shown(10**5000) == []


@given(st.lists(days, min_size=1, max_size=8), st.sampled_from(list(FORMS)))
def test_a_column_in_one_order_is_never_read_in_another(dates: list[dt.date], order: Order) -> None:
    column = read_dates([date.strftime(FORMS[order]) for date in dates])
    telling = any(date.day > 12 for date in dates) or order is Order.YMD
    for date, cell in zip(dates, column.cells, strict=True):
        true = TimeSpan.parse(date.isoformat())
        if telling or date.day == date.month:
            assert cell == true
        else:
            assert isinstance(cell, DateProblem)
            assert cell.kind is DateProblemKind.AMBIGUOUS
            assert true in cell.candidates
            assert len(cell.candidates) == 2
    assert not column.assumed
    assert column.order == (order if telling else None)


@given(days, st.sampled_from(["%d/%m/%y", "%m-%d-%y", "%y.%m.%d", "%d %b %y"]))
def test_two_figures_are_never_taken_for_a_year(date: dt.date, form: str) -> None:
    for order in (None, *Order):
        (cell,) = read_dates([date.strftime(form)], locale_order=order).cells
        assert isinstance(cell, DateProblem)
    (cell,) = read_dates([date.strftime(form)]).cells
    assert isinstance(cell, DateProblem)
    assert any(
        span.earliest.replace(year=2000) == date.replace(year=2000)
        and span.earliest.year % 100 == date.year % 100
        for span in cell.candidates
    ) or (date.month, date.day) == (2, 29)


@pytest.mark.parametrize(
    ("texts", "locale_order", "expected", "order", "assumed"),
    [
        (["05/03/2026", "25/03/2026"], None, "2026-03-05", Order.DMY, False),
        (["05/03/2026", "03/25/2026"], None, "2026-05-03", Order.MDY, False),
        (["05/03/2026", "25/03/2026", "03/25/2026"], None, None, None, False),
        (["05/03/2026", "25/03/2026", "03/25/2026"], "DMY", "2026-03-05", Order.DMY, True),
        (["05/03/2026"], "DMY", "2026-03-05", Order.DMY, True),
        (["05/03/2026"], "YMD", None, None, False),
        (["05/03/2026", "03/25/2026"], "DMY", "2026-05-03", Order.MDY, False),
        (["2026/03/05", "2026/25/03"], None, "2026-05-03", Order.YDM, False),
        (["2026-03-05", "2026/25/03"], None, None, None, False),
        (["2026/03/05", "2026/03/25"], None, "2026-03-05", Order.YMD, False),
        (["5 March 2026", "2026"], "MDY", "2026-03-05", None, False),
    ],
)
def test_the_column_tells_the_order(
    texts: list[str],
    locale_order: str | None,
    expected: str | None,
    order: Order | None,
    assumed: bool,
) -> None:
    column = read_dates(texts, locale_order=locale_order)
    first = column.cells[0]
    assert (None if isinstance(first, DateProblem) else str(first)) == expected
    assert (column.order, column.assumed) == (order, assumed)


def test_an_order_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="DYM"):
        read_dates([], locale_order="DYM")


@given(st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)))
def test_serial_numbers_are_days_where_the_caller_says_so(date: dt.date) -> None:
    number = (date - dt.date(1899, 12, 30)).days
    (cell,) = read_dates([number + 0.25], serials="1900").cells
    true = TimeSpan.parse(date.isoformat())
    if 1900 <= number <= 2100:
        assert isinstance(cell, DateProblem)
        assert true in cell.candidates
    else:
        assert cell == true
    assert read_dates([number - 1462], serials="1904").cells[0] == true or number - 1462 <= 2100


FIGURES = "0123456789/-.~–, 年月日월년일令和元RHQ?':"
PIECES = [
    *(
        "2026",
        "26",
        "5",
        "05",
        "March",
        "Mac",
        "tháng 3",
        "năm",
        "to",
        "from",
        "until",
        "から",
        "まで",
    ),
    *(
        "Q1",
        "令和8年",
        "R8.3.5",
        "-",
        "–",
        "/",
        "~",
        " ",
        ",",
        "2026-03-05",
        "年",
        "3月",
        "(木)",
        "Thu",
        "/..",
    ),
]


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.dates(),
            st.datetimes(),
            st.text(max_size=40),
            st.text(FIGURES, max_size=24),
            st.lists(st.sampled_from(PIECES), max_size=7).map("".join),
            st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join),
        ),
        max_size=6,
    ),
    st.sampled_from([None, "1900", "1904"]),
    st.sampled_from([None, *Order]),
)
def test_any_column_is_read_or_refused_cell_by_cell(
    values: list[object], serials: Serials | None, order: str | None
) -> None:
    column = read_dates(values, serials=serials, locale_order=order)
    assert len(column.cells) == len(values)
    for cell in column.cells:
        for span in cell.candidates if isinstance(cell, DateProblem) else [cell]:
            assert span is None or TimeSpan.parse(str(span)) == span
