"""Dates are as exact as their source."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord.core.timespan import Moment, TimeSpan, TimeSpanError

dates = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    date, parts = draw(dates), draw(st.integers(1, 3))
    return Moment(*[date.year, date.month, date.day][:parts])


@given(moments())
def test_moment_written_and_read_is_the_same(moment: Moment) -> None:
    assert Moment.parse(str(moment)) == moment
    assert moment.earliest <= moment.latest


@given(moments(), moments())
def test_span_written_and_read_is_the_same(a: Moment, b: Moment) -> None:
    start, end = sorted([a, b], key=lambda m: (m.earliest, m.latest))
    span = TimeSpan(start, end)
    if span.earliest <= span.latest:
        assert TimeSpan.parse(str(span)) == span


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    with suppress(TimeSpanError):
        assert TimeSpan.parse(str(TimeSpan.parse(text))) == TimeSpan.parse(text)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2014", dt.date(2014, 1, 1), dt.date(2014, 12, 31)),
        ("2016-02", dt.date(2016, 2, 1), dt.date(2016, 2, 29)),
        ("2010/2012", dt.date(2010, 1, 1), dt.date(2012, 12, 31)),
        ("2016/..", dt.date(2016, 1, 1), dt.date(9999, 12, 31)),
        ("../2013-07", dt.date(1, 1, 1), dt.date(2013, 7, 31)),
    ],
)
def test_bounds(text: str, earliest: dt.date, latest: dt.date) -> None:
    span = TimeSpan.parse(text)
    assert (span.earliest, span.latest) == (earliest, latest)


@pytest.mark.parametrize(
    "text",
    ["", "14", "2014-13", "2014-00", "2014-05-00", "2014-02-30", "../..", "2015/2014", "2014?"],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(TimeSpanError):
        TimeSpan.parse(text)


@pytest.mark.parametrize(
    ("text", "locale", "shown"),
    [
        ("2014", "en", "2014"),
        ("2014-09", "en", "September 2014"),
        ("2014-09", "ja", "2014年9月"),
        ("2014-09-29", "vi", "29 tháng 9, 2014"),
        ("2016/..", "en", "2016 –"),
    ],
)
def test_prints_as_exact_as_it_is(text: str, locale: str, shown: str) -> None:
    assert TimeSpan.parse(text).text(locale) == shown
