"""Numbers are read as they are written, and what is qualified is not taken."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from concord.core.reading.numbers import (
    Mark,
    NumberProblem,
    NumberProblemKind,
    read_number,
    read_numbers,
    read_truth,
)
from concord.core.vocabulary import LANGUAGES

LOCALES = [language.replace("-", "_") for language in LANGUAGES]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("80", 80),
        (" 80 ", 80),
        ("１２３", 123),
        ("1 234", 1234),
        ("1\u202f234\u202f567", 1234567),
        ("1'234", 1234),
        ("1.234,5", Decimal("1234.5")),
        ("1,234.50", Decimal("1234.50")),
        ("1,234,567", 1234567),
        ("1.000.000", 1000000),
        ("12,34,567", 1234567),
        ("1.5", Decimal("1.5")),
        ("12,5", Decimal("12.5")),
        ("0,125", Decimal("0.125")),
        ("12.0", 12),
        ("-5", -5),
        ("−5", -5),
        ("007", 7),
        (12, 12),
        (12.0, 12),
        (0.1, Decimal("0.1")),
        (Decimal("2.50"), Decimal("2.50")),
        (None, None),
        (" ", None),
    ],
)
def test_plain_number_is_read(value: object, expected: object) -> None:
    read = read_number(value)
    assert read == expected
    assert type(read) is type(expected)


@pytest.mark.parametrize(
    ("text", "number", "qualifier"),
    [
        ("about 80", 80, "about"),
        ("約80", 80, "約"),
        ("约80人", 80, "约 人"),
        ("80+", 80, "+"),
        ("over 80", 80, "over"),
        ("> 80", 80, ">"),
        ("80명", 80, "명"),
        ("sekitar 80", 80, "sekitar"),
        ("khoảng 80", 80, "khoảng"),
        ("80 (est.)", 80, "(est.)"),
        ("~1,234,567", 1234567, "~"),
    ],
)
def test_qualified_number_is_shown_and_not_taken(text: str, number: int, qualifier: str) -> None:
    read = read_number(text)
    assert isinstance(read, NumberProblem)
    assert (read.kind, read.number) == (NumberProblemKind.QUALIFIED, number)
    assert read.qualifier == qualifier


@pytest.mark.parametrize(
    "value",
    [
        *("many", "80-90", "1/2", "½", "10²", "①", "R01", "1e5", "(80)", "2026-03-05", "1.2.3"),
        *("3万", "80k", "2 thousand", "5 nghìn", "5 ribu", "3천", "1,2,3", "12 34", "9" * 10_000),
        *(True, float("nan"), float("-inf"), Decimal("NaN"), b"5", object(), 1j),
    ],
)
def test_what_is_no_number_is_unreadable(value: object) -> None:
    read = read_number(value)
    assert isinstance(read, NumberProblem)
    assert (read.kind, read.candidates) == (NumberProblemKind.UNREADABLE, ())


def test_a_mark_before_three_figures_is_ambiguous_alone() -> None:
    for text in ("1,234", "1.234"):
        read = read_number(text)
        assert isinstance(read, NumberProblem)
        assert read.kind is NumberProblemKind.AMBIGUOUS
        assert read.candidates == (Decimal("1.234"), 1234)
        assert read.number is None
    assert read_number("1,234", decimal=".") == 1234
    assert read_number("1,234", decimal=",") == Decimal("1.234")


@pytest.mark.parametrize(
    ("texts", "decimal", "first", "told", "assumed"),
    [
        (["1,234", "1.5"], None, 1234, ".", False),
        (["1,234", "1,5"], None, Decimal("1.234"), ",", False),
        (["1,234", "1,5"], ".", Decimal("1.234"), ",", False),
        (["1,234", "1.5", "1,5"], None, None, None, False),
        (["1,234", "1.5", "1,5"], ".", 1234, ".", True),
        (["1,234"], ".", 1234, ".", True),
        (["5"], ".", 5, None, False),
    ],
)
def test_the_column_tells_the_mark(
    texts: list[str], decimal: Mark | None, first: object, told: str | None, assumed: bool
) -> None:
    column = read_numbers(texts, decimal=decimal)
    read = column.cells[0]
    assert (None if isinstance(read, NumberProblem) else read) == first
    assert (column.decimal, column.assumed) == (told, assumed)


@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=6),
    st.sampled_from(LOCALES),
)
def test_numbers_as_a_language_writes_them_are_never_read_as_others(
    numbers: list[Decimal], locale: str
) -> None:
    texts = [format_decimal(number, locale=locale) for number in numbers]
    for number, read in zip(numbers, read_numbers(texts).cells, strict=True):
        if isinstance(read, NumberProblem):
            assert read.kind is NumberProblemKind.AMBIGUOUS
            assert number in read.candidates
        else:
            assert read == number


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.decimals(),
            st.text(max_size=30),
            st.text("0123456789.,' -+()約人kx%", max_size=16),
        ),
        max_size=6,
    ),
    st.sampled_from([None, ".", ","]),
)
def test_any_column_is_read_or_refused_cell_by_cell(
    values: list[object], decimal: Mark | None
) -> None:
    assert len(read_numbers(values, decimal=decimal).cells) == len(values)
    assert all(read_truth(value) in {True, False, None} for value in values)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *(
            (word, True)
            for word in (
                "Yes",
                "Y",
                "TRUE",
                "はい",
                "是",
                "예",
                "네",
                "ya",
                "Có",
                "✓",
                "○",
                1,
                True,
            )
        ),
        *(
            (word, False)
            for word in ("No.", "n", "いいえ", "否", "아니요", "Tidak", "không", "×", 0, 0.0, False)
        ),
        *(
            (word, None)
            for word in ("x", "maybe", "", "-", "yes and no", 2, None, float("nan"), b"yes")
        ),
    ],
)
def test_yes_and_no(value: object, expected: bool | None) -> None:
    assert read_truth(value) is expected
