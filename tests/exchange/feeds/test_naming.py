"""Names of organisations are told from those that may be persons'."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord.exchange.feeds.naming import nobody_known, organisation_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Centre for Nuclear Security Training", "Centre for Nuclear Security Training"),
        ("日本原子力研究開発機構", "日本原子力研究開発機構"),
        ("한국원자력통제기술원", "한국원자력통제기술원"),
        ("国家核安保技术中心", "国家核安保技术中心"),
        ("Badan Pengawas Tenaga Nuklir", "Badan Pengawas Tenaga Nuklir"),
        ("Viện Năng lượng nguyên tử", "Viện Năng lượng nguyên tử"),
        ("Hanako Example, Centre for Training", "Centre for Training"),
        ("Ministry of Energy, Department of Safety", "Ministry of Energy, Department of Safety"),
        ("原子力機構（担当：山田太郎）", "原子力機構"),
        ("<jane@centre.example> Training Centre", "Training Centre"),
        ("Hanako Example", ""),
        ("“Hanako Example”", ""),
        ("Dr. Jane Doe of the Institute", ""),
        ("山田太郎", ""),
        ("홍길동 책임연구원", ""),
        ("王小明教授", ""),
        ("Nguyễn Văn A", ""),
        ("", ""),
        ("JAEX", ""),
    ],
)
def test_a_name_is_an_organisation_s_or_is_not_told(text: str, name: str) -> None:
    assert organisation_of(text, nobody_known) == name


def test_what_the_feed_or_the_register_says_counts() -> None:
    assert organisation_of("JAEX", nobody_known, is_said=True) == "JAEX"
    assert organisation_of("JAEX", lambda name: name == "JAEX") == "JAEX"
    assert organisation_of("Dr. Jane Doe", nobody_known, is_said=True) == ""


@given(st.text(max_size=40))
def test_what_is_told_is_told_of_itself_again(text: str) -> None:
    once = organisation_of(text, nobody_known)
    assert organisation_of(once, nobody_known) == once
