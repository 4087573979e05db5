"""Texts, languages, countries and dates of others become those of the register."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord.core.timespan import TimeSpan
from concord.exchange.feeds.item import UnreadableItemError
from concord.exchange.feeds.values import (
    LONGEST,
    Whereabouts,
    clean_text,
    country_code,
    language_tag,
    named_zone,
    web_address,
    whereabouts,
    without_mailboxes,
    written_period,
)
from concord.record.content import _language_tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"), ("EN-us", "en-US"), ("zh-CN", "zh-Hans"), ("zh_hans", "zh-Hans"),
        ("zh-TW", "zh-Hant"), ("zh", "zh"), ("in", "id"), ("id-ID-x-old", "id-ID"),
        ("jpn", "ja"), ("chi", "zh"), ("Korean", "ko"), ("Bahasa Indonesia", "id"),
        ("日本語", "ja"), ("und", None), ("x-klingon", None), ("", None), ("?", None), ("e" * 99, None),
    ],
)  # fmt: skip
def test_a_language_is_known_by_tag_code_and_name(text: str, tag: str | None) -> None:
    assert language_tag(text) == tag


@given(st.text(max_size=12) | st.from_regex(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?"))
def test_any_text_is_a_tag_of_the_register_or_none(text: str) -> None:
    tag = language_tag(text)
    assert tag is None or _language_tag(tag) == tag


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("JP", "JP"), ("jp", "JP"), ("Japan", "JP"), ("日本", "JP"), ("Việt Nam", "VN"),
        ("Republic of Korea", "KR"), ("Japa", None), ("XX", None), ("", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_code_or_its_whole_name(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jakarta", Whereabouts("Jakarta")),
        ("Hall 3, Tokai, Japan", Whereabouts("Tokai", "JP")),
        ("Japan", Whereabouts(None, "JP")),
        ("Room 12", Whereabouts()),
        ("Building A, Street 5", Whereabouts()),
        ("Hall 3, Tokai, Nippon", Whereabouts(country_word="Nippon", town_word="Tokai")),
        ("Hall 3, Nippon", Whereabouts(country_word="Nippon")),
        ("https://meet.example/room", Whereabouts(is_online=True)),
        ("オンライン開催", Whereabouts(is_online=True)),
        ("", Whereabouts()),
    ],
)
def test_a_place_is_no_more_than_its_town_and_country(text: str, found: Whereabouts) -> None:
    assert whereabouts(text) == found


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("A < B and C", "A < B and C"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("a<script>alert(1)</script>b", "ab"),
        ("Tom &amp; Jo", "Tom & Jo"),
        ("a\0b\x1b  c\r\n\r\nd", "ab c\nd"),
        ("<a href='javascript:x'>link</a>", "link"),
    ],
)
def test_a_text_is_plain(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@given(st.text())
def test_any_text_can_be_stored(text: str) -> None:
    clean = clean_text(text + "\ud800")
    assert "\0" not in clean
    assert len(clean.encode("utf-8").decode()) <= LONGEST


@pytest.mark.parametrize("piece", ["<", "<a", "&", "&#", "a@", "@a.", " ", "<p>", "<!--"])
def test_long_texts_are_cleaned_in_a_moment(piece: str) -> None:
    begun = time.process_time()
    without_mailboxes(piece * 1_000_000)
    whereabouts(piece * 1_000_000)
    assert time.process_time() - begun < 5


def test_mailboxes_are_left_out() -> None:
    assert without_mailboxes("Centre (mailto:a.b@c.example)") == "Centre ()"


def test_only_addresses_of_the_web_are_taken() -> None:
    assert web_address("https://a.example/x") == "https://a.example/x"
    for text in ("javascript:alert(1)", "ftp://a.example", "https://a b", "https://" + "a" * 2_000):
        assert web_address(text) is None


@pytest.mark.parametrize("name", ["Asia", "../../etc/passwd", "/etc/passwd", "", "\0", "Nowhere"])
def test_a_zone_that_is_none_is_none(name: str) -> None:
    assert named_zone(name) is None


@given(first=st.dates(), last=st.dates())
def test_two_days_are_a_span_or_a_fault(first: dt.date, last: dt.date) -> None:
    try:
        found = written_period(first.isoformat(), last.isoformat())
    except UnreadableItemError:
        assert last < first
        return
    span = TimeSpan.parse(found.when or "")
    assert (span.earliest, span.latest) == (first, last)
