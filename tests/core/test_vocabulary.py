"""Vocabularies and folding."""

from __future__ import annotations

import pytest

from concord.core.vocabulary import UnknownCodeError, vocabulary_from_rows
from concord.core.vocabulary.folding import fold
from concord.register import vocabulary


def test_topics_and_roles_are_whole() -> None:
    assert len(vocabulary.topics().children(None)) == 9
    assert len(vocabulary.topics().leaves()) == 48
    assert len(vocabulary.roles()) == 24


def test_unknown_code_is_refused_with_the_nearest() -> None:
    words = vocabulary_from_rows(
        "x", "1", [{"code": "B1", "en": "one"}, {"code": "C1", "en": "two"}]
    )
    with pytest.raises(UnknownCodeError) as caught:
        words["B11"]
    assert caught.value.nearest[0] == "B1"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("An ninh Hạt nhân", "an ninh hat nhan"),
        ("Đà Nẵng", "da nang"),
        ("核セキュリティ", "核セキュリティ"),
        ("ＩＳＣＮ", "iscn"),
        ("핵안보", "핵안보"),
        ("Türkiye", "turkiye"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
