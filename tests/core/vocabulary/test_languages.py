"""Languages are found by their names and tags."""

from __future__ import annotations

import re

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from concord.core.vocabulary import LANGUAGES
from concord.core.vocabulary.languages import languages, read_tag

FOUND = languages()
TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


def tag(text: str) -> str | None:
    match = FOUND.find(text)
    return None if match is None else match.code


@pytest.mark.parametrize("own", LANGUAGES)
def test_each_language_of_the_interface_is_found_by_its_name_in_all_of_them(own: str) -> None:
    assert tag(LANGUAGES[own]) == own
    assert tag(own) == own
    for reader in LANGUAGES:
        name = Locale.parse(reader, sep="-").languages[own.replace("-", "_")]
        assert tag(name) == own, name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chinese", "zh"),
        ("中文", "zh"),
        ("汉语", "zh"),
        ("Mandarin", "zh"),
        ("简体中文", "zh-Hans"),
        ("Simplified Chinese", "zh-Hans"),
        ("Chinese (Simplified)", "zh-Hans"),
        ("繁體中文", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh_TW", "zh-Hant"),
        ("EN", "en"),
        ("en-gb", "en-GB"),
        ("in", "id"),
        ("Bahasa Malaysia", "ms"),
        ("Russian", "ru"),
        ("русский", "ru"),
        ("Bahasa", None),
        ("KR", None),
        ("JP", None),
        ("MY", None),
        ("no", None),
        ("none", None),
        ("中国", None),
        ("und", None),
        ("", None),
        ("Klingonese", None),
    ],
)
def test_names_and_tags(text: str, expected: str | None) -> None:
    assert tag(text) == expected


def test_a_slip_is_suggested() -> None:
    assert FOUND.likely("Japaneese")[0].code == "ja"
    assert FOUND.likely("Indonesian language")[0].code == "id"


def test_a_list_of_languages() -> None:
    found = FOUND.find_all("English/Chinese, 日本語 and Korean; vi")
    assert [match and match.code for _, match in found] == ["en", "zh", "ja", "ko", "vi"]


@given(
    st.one_of(
        st.text(max_size=20),
        st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4}){0,2}", fullmatch=True),
    )
)
def test_any_text_is_a_tag_that_the_register_takes_or_none(text: str) -> None:
    read = read_tag(text)
    assert read is None or TAG.fullmatch(read)
    for match in [FOUND.find(text), *FOUND.likely(text)]:
        if match is not None:
            Locale.parse(match.code, sep="-")
