"""Translations are whole, well-formed, and never mix security with safety."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from concord.cli.messages import collect, locales, po_path
from concord.register import vocabulary

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
SAFETY = {
    "zh_Hans": "核安全",
    "ja": "原子力安全",
    "ko": "원자력안전",
    "id": "keselamatan nuklir",
    "ms": "keselamatan nuklear",
    "vi": "an toàn hạt nhân",
}
SECURITY = {
    "zh_Hans": "核安保",
    "ja": "核セキュリティ",
    "ko": "핵안보",
    "id": "keamanan nuklir",
    "ms": "sekuriti nuklear",
    "vi": "an ninh hạt nhân",
}


@pytest.mark.parametrize("locale", [*locales(), "en"])
def test_every_string_is_translated_with_its_placeholders(locale: str) -> None:
    if locale == "en":
        return
    with po_path(locale).open("rb") as file:
        catalog = read_po(file, locale=locale)
    faults = []
    for message in collect():
        if not message.id:
            continue
        found = catalog.get(message.id, context=message.context)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = found.string if found else ""
        texts = strings if isinstance(strings, tuple) else (strings,)
        if not found or not all(texts):
            faults.append(ids[0])
        elif any(
            set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(ids[-1])) for text in texts
        ):
            faults.append(f"placeholders of {ids[-1]}")
    assert faults == []


@pytest.mark.parametrize("locale", [*locales(), "en"])
def test_security_is_never_called_safety(locale: str) -> None:
    if locale == "en":
        return
    with po_path(locale).open("rb") as file:
        catalog = read_po(file, locale=locale)
    language = locale.replace("_", "-")
    pairs = [
        (str(m.id).lower(), str(m.string)) for m in catalog if m.id and "safety" not in str(m.id)
    ]
    pairs += [
        (entry.label("en").lower(), entry.label(language))
        for words in (vocabulary.topics(), vocabulary.roles(), vocabulary.load("recommendations"))
        for entry in words
        if "safety" not in entry.label("en").lower()
    ]
    for english, translated in pairs:
        assert SAFETY[locale] not in translated.lower(), english


@pytest.mark.parametrize("locale", [*locales(), "en"])
def test_the_fixed_words_are_the_agreed_ones(locale: str) -> None:
    if locale == "en":
        return
    terms = vocabulary.load("terms", "term")
    language = locale.replace("_", "-")
    assert terms.label("nuclear_security", language).lower() == SECURITY[locale]
    assert terms.label("nuclear_safety", language).lower() == SAFETY[locale]


def test_labels_of_vocabularies_are_whole() -> None:
    for words in (vocabulary.topics(), vocabulary.roles(), vocabulary.countries()):
        for entry in words:
            assert len(entry.labels) == 7, entry.code
