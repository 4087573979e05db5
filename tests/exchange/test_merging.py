"""What comes of two records that are made one, and of undoing it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import Maker, text

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import ANYONE, Level, member_of
from concord.exchange.duplicates import settled_pairs
from concord.exchange.merging import (
    Side,
    choices_of,
    merge_list,
    merge_undo,
    merged,
    merging_get,
    pair_merge,
)
from concord.record.errors import ChangedMeanwhileError, MergedError, NotFoundError
from concord.record.models import Record, Revision
from concord.record.selectors import record_get
from concord.record.services import content_dump, content_parse

PROVIDERS = [str(uuid.UUID(int=n)) for n in range(1, 4)]
SOURCES = [str(uuid.UUID(int=n)) for n in range(10, 13)]
words = st.text(st.characters(categories=["L"]), min_size=1, max_size=6)
citations = st.lists(
    st.fixed_dictionaries({"source": st.sampled_from(SOURCES)}, optional={"locator": words}),
    max_size=3,
)


@st.composite
def texts(draw: Any) -> dict[str, Any]:
    by_tag = draw(st.dictionaries(st.sampled_from(["en", "ja", "ko"]), words, min_size=1))
    original = draw(st.sampled_from(sorted(by_tag)))
    translators = {tag: "owner" for tag in by_tag if tag != original}
    found = {"original": original, "text": by_tag}
    return {**found, "translators": translators} if translators else found


contents = st.fixed_dictionaries(
    {"titles": texts(), "providers": st.lists(st.sampled_from(PROVIDERS), min_size=1, unique=True)},
    optional={
        "topics": st.lists(st.sampled_from(["B1", "B4", "D1"]), unique=True, min_size=1),
        "level": st.sampled_from(["basic", "advanced"]),
        "length_hours": st.integers(1, 90).map(float),
        "objectives": texts(),
        "citations": citations.filter(bool),
    },
).map(lambda data: content_dump(content_parse(kind="course", data=data)))
sides = st.sampled_from(list(Side))


@st.composite
def picked(draw: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Side]]:
    kept, gone = draw(contents), draw(contents)
    keys = [c.key for c in choices_of(kept, gone) if c.field != "titles"]
    return kept, gone, {key: draw(sides) for key in keys}


@given(picked())
@settings(max_examples=150, deadline=None)
def test_whatever_is_picked_keeps_the_rules_and_all_citations(
    case: tuple[dict[str, Any], dict[str, Any], dict[str, Side]],
) -> None:
    kept, gone, picks = case
    said = merged(kept, gone, picks)
    assert content_dump(content_parse(kind="course", data=said)) == said
    for citation in [*kept.get("citations", ()), *gone.get("citations", ())]:
        assert citation in said["citations"]


@given(contents)
@settings(deadline=None)
def test_a_record_merged_with_its_like_says_the_same(content: dict[str, Any]) -> None:
    assert choices_of(content, content) == []
    once = merged(content, content)
    assert merged(once, content) == once
    assert {**once, "citations": 0} == {**content, "citations": 0}


@given(contents, contents)
@settings(deadline=None)
def test_one_side_throughout_gives_that_side(kept: dict[str, Any], gone: dict[str, Any]) -> None:
    for side, whole in ((Side.KEPT, kept), (Side.GONE, gone)):
        said = merged(kept, gone, {c.key: side for c in choices_of(kept, gone)})
        for name in {*said, *whole} - {"citations"}:
            is_text = name in {"titles", "objectives"}
            value, expected = said.get(name), whole.get(name)
            assert (
                (value or {}).get("text") == (expected or {}).get("text")
                if is_text
                else (value == expected)
            )


def test_texts_are_picked_language_by_language() -> None:
    kept = {"titles": {"original": "en", "text": {"en": "One", "ja": "一"},
                       "translators": {"ja": "A"}}}  # fmt: skip
    gone = {"titles": {"original": "ja", "text": {"ja": "いち", "ko": "하나"},
                       "translators": {"ko": "B"}}}  # fmt: skip
    said = merged(kept, gone, {"titles.ja": Side.GONE})
    assert said["titles"] == {
        "original": "en",
        "text": {"en": "One", "ja": "いち", "ko": "하나"},
        "translators": {"ja": "owner", "ko": "B"},
    }


def test_lists_of_both_hold_each_thing_once_with_all_its_citations() -> None:
    party = {"party": {"state": "JP"}}
    one, two = ({**party, "citations": [{"source": source}]} for source in SOURCES[:2])
    said = merged({"accounts": [one]}, {"accounts": [two]}, {"accounts": Side.BOTH})
    assert said == {"accounts": [{**party, "citations": [{"source": s} for s in SOURCES[:2]]}]}


def test_numbers_of_one_event_are_not_added_unless_asked() -> None:
    kept, gone = {"participation": [{"count": 24}]}, {"participation": [{"count": 25}]}
    assert merged(kept, gone)["participation"] == [{"count": 24}]


@pytest.fixture
def acting(make: Maker) -> Acting:
    return Acting(uuid.uuid4(), make.owner, Role.PUBLISHER)


def two(make: Maker, **more: Any) -> tuple[uuid.UUID, uuid.UUID]:
    source = make.put("source", titles=text("A source"))
    cited = [{"source": str(source), "locator": "p. 3"}]
    kept = make.put("course", titles=text("Insider threat"), providers=[str(make.owner)])
    gone = make.write(
        make.parse("course", titles=text("内部脅威", "ja"), providers=[str(make.owner)],
                   topics=["B4"], citations=cited),
        **more,
    )  # fmt: skip
    return kept, gone


def state() -> dict[uuid.UUID, Any]:
    return {
        r.id: (r.content, r.audience, r.audiences, r.is_removed, r.merged_into)
        for r in Record.objects.all()
    }


def test_merging_and_undoing_leave_both_as_they_were(make: Maker, acting: Acting) -> None:
    kept, gone = two(make)
    before = state()
    merge = pair_merge(acting=acting, kept=kept, gone=gone)
    content = record_get(viewer=ANYONE, record_id=kept).content
    assert content["titles"]["text"] == {"en": "Insider threat", "ja": "内部脅威"}
    assert content["topics"] == ["B4"]
    assert content["citations"][0]["locator"] == "p. 3"
    assert settled_pairs(institution=make.owner) == {frozenset((str(kept), str(gone)))}
    assert [m.id for m, _record in merge_list(acting=acting, first=0, count=9)] == [merge.id]
    done = merge_undo(acting=acting, merge_id=merge.id)
    assert done.changed_since == []
    assert state() == before
    assert settled_pairs(institution=make.owner) == set()
    with pytest.raises(NotFoundError):
        merge_undo(acting=acting, merge_id=merge.id)


def test_undoing_lists_what_was_changed_since_and_leaves_it(make: Maker, acting: Acting) -> None:
    kept, gone = two(make)
    merge = pair_merge(acting=acting, kept=kept, gone=gone)
    newer = make.parse("course", titles=text("Newer"), providers=[str(make.owner)])
    make.write(newer, record_id=kept)
    done = merge_undo(acting=acting, merge_id=merge.id)
    assert done.changed_since == [kept]
    assert record_get(viewer=ANYONE, record_id=kept).content["titles"] == text("Newer")
    assert record_get(viewer=ANYONE, record_id=gone).content["topics"] == ["B4"]


def test_what_was_kept_back_is_not_let_out_by_merging(make: Maker, acting: Acting) -> None:
    kept, gone = two(make, fields={"topics": Level.INSTITUTION})
    pair_merge(acting=acting, kept=kept, gone=gone)
    public = record_get(viewer=ANYONE, record_id=kept)
    assert "topics" not in public.content
    assert public.withheld == ("topics",)
    own = record_get(viewer=member_of(make.owner), record_id=kept)
    assert own.content["topics"] == ["B4"]


def test_a_record_of_its_institution_alone_stays_so_in_a_public_one(
    make: Maker, acting: Acting
) -> None:
    kept, gone = two(make, level=Level.INSTITUTION)
    pair_merge(acting=acting, kept=kept, gone=gone)
    public = record_get(viewer=ANYONE, record_id=kept).content
    assert "内部脅威" not in str(public)
    assert "citations" not in public
    assert Revision.objects.filter(record=kept).latest("number").audiences["titles"] != "public"


def test_of_two_that_merge_at_once_one_is_told(make: Maker, acting: Acting) -> None:
    kept, gone = two(make)
    pair_merge(acting=acting, kept=kept, gone=gone, made_from=(1, 1))
    with pytest.raises(NotFoundError):
        pair_merge(acting=acting, kept=gone, gone=kept, made_from=(1, 1))
    with pytest.raises(MergedError):
        record_get(viewer=ANYONE, record_id=gone)


def test_what_was_seen_must_be_what_is_merged(make: Maker, acting: Acting) -> None:
    kept, gone = two(make)
    with pytest.raises(ChangedMeanwhileError):
        pair_merge(acting=acting, kept=kept, gone=gone, made_from=(1, 2))
    assert settled_pairs(institution=make.owner) == set()


def test_only_ones_own_two_are_merged_and_by_an_editor(make: Maker, acting: Acting) -> None:
    kept, gone = two(make)
    theirs = make.owner
    make.owner = make.write(make.institution("Centre"))
    mine = make.put("course", titles=text("Insider threat"), providers=[str(make.owner)])
    centre = Acting(uuid.uuid4(), make.owner, Role.MANAGER)
    for one, other in ((kept, gone), (mine, kept), (mine, mine), (mine, uuid.uuid4())):
        with pytest.raises(NotFoundError):
            pair_merge(acting=centre, kept=one, gone=other)
    with pytest.raises(NotAllowedError):
        pair_merge(acting=Acting(uuid.uuid4(), theirs, Role.READER), kept=kept, gone=gone)


def test_two_that_pointed_at_each_other_end_pointing_nowhere(make: Maker, acting: Acting) -> None:
    def activity(**more: Any) -> uuid.UUID:
        return make.put(
            "activity", titles=text("A"), activity_kind="event", when="2024-03-05", **more
        )

    kept = activity()
    gone = activity(same_as=str(kept))
    third = activity(same_as=str(gone))
    assert merging_get(acting=acting, kept=kept, gone=gone).choices == []
    pair_merge(acting=acting, kept=kept, gone=gone)
    assert "same_as" not in record_get(viewer=ANYONE, record_id=kept).content
    assert record_get(viewer=ANYONE, record_id=third).content["same_as"] == str(kept)
