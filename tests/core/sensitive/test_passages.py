"""The passages by which the content check is measured: enough of each, and nothing twice."""

from __future__ import annotations

import pytest
from passages import HARMLESS, KINDS, LANGUAGES, SENSITIVE, Passage, later, passages


@pytest.mark.parametrize("kind", KINDS)
def test_passages_suffice_for_each_language(kind):
    for language in LANGUAGES:
        wanted = 20 if language == "en" else 10
        found = passages(kind, language)
        sensitive = [p for p in found if p.section == SENSITIVE]
        harmless = [p for p in found if p.section == HARMLESS]
        assert len(sensitive) >= wanted, (kind, language)
        assert len(harmless) >= len(sensitive), (kind, language)


def everything() -> list[Passage]:
    return [
        passage
        for kind in KINDS
        for language in LANGUAGES
        for passage in (
            *passages(kind, language),
            *later(kind, language, "later"),
            *later(kind, language, "last"),
        )
    ]


def test_passages_are_said_once():
    texts = [passage.text for passage in everything()]
    assert len(texts) == len(set(texts))


def test_passages_name_mail_domains_kept_for_examples():
    for passage in everything():
        for word in passage.text.split():
            if "@" in word:
                domain = word.partition("@")[2].strip("),.;。，、").split("）")[0]
                assert ".example" in domain, passage.text
