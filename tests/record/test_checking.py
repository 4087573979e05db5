"""Contents checked many at a time are as they are one by one."""

from __future__ import annotations

import pytest
from making import EAST_ASIA
from pydantic import ValidationError

from concord.core.disclosure import Level
from concord.exchange.folder import drafts_from_folder
from concord.record.checking import ContentChecker, rules_digest
from concord.record.kinds import content_type
from concord.record.services import Draft, content_dump, content_parse, content_stored


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    """The East Asian register, which has every kind of record."""
    return drafts_from_folder(EAST_ASIA, level=Level.PUBLIC)


def test_what_is_checked_is_stored_as_it_would_be_one_by_one(drafts: list[Draft]) -> None:
    checkers = {draft.content.kind: ContentChecker(draft.content.kind) for draft in drafts}
    for draft in drafts:
        data = content_dump(draft.content)
        checked = checkers[draft.content.kind].checked(data)
        assert checked == data
        assert list(checked) == list(data)


def test_references_are_found_in_what_is_stored(drafts: list[Draft]) -> None:
    count = 0
    for draft in drafts:
        stored = content_stored(kind=draft.content.kind, data=content_dump(draft.content))
        references = list(draft.content.references())
        assert list(stored.references()) == references
        count += len(references)
    assert count > 500


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("activity", {"titles": {"original": "en", "text": {"en": "T"}}}),
        ("activity", {"activity_kind": "nonsense", "when": "yesterday", "no_such_field": 1}),
        ("activity", {"activity_kind": "workshop", "titles": {"original": "ja", "text": {}}}),
        ("course", {"titles": {"original": "en", "text": {"en": " "}}, "topics": ["B1", "??"]}),
        ("statement", {"text": {"original": "en", "text": {"en": "T"}}}),
    ],
)
def test_faults_are_those_of_the_whole(kind: str, data: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as whole:
        content_type(kind).model_validate(data)
    checker = ContentChecker(kind)
    for _again in range(2):  # what was refused once is refused again
        with pytest.raises(ValidationError) as error:
            checker.checked(data)
        assert str(error.value) == str(whole.value)


def test_blanks_and_defaults_are_stored_as_ever() -> None:
    data = {
        "titles": {"original": "en", "text": {"en": "  T "}, "translators": {}},
        "activity_kind": "workshop", "topics": [], "stage": "unknown", "is_online": False,
    }  # fmt: skip
    expected = content_dump(content_parse(kind="activity", data=data))
    assert ContentChecker("activity").checked(data) == expected
    assert expected == {"titles": {"original": "en", "text": {"en": "T"}},
                        "activity_kind": "workshop"}  # fmt: skip


def test_true_and_one_are_told_apart() -> None:
    base = {"titles": {"original": "en", "text": {"en": "T"}}, "activity_kind": "workshop"}
    checker = ContentChecker("activity")
    assert checker.checked({**base, "is_online": True})["is_online"] is True
    assert checker.checked({**base, "evaluation_level": 1})["evaluation_level"] == 1
    assert checker.checked({**base, "is_online": True})["is_online"] is True


def test_the_digest_of_the_rules_stays_the_same() -> None:
    assert rules_digest() == rules_digest()
    assert len(rules_digest()) == 64
