"""The one rule of view."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from concord.core.disclosure import (
    ANYONE,
    PUBLIC,
    Level,
    Viewer,
    institution_audience,
    member_of,
    resolve,
    visible_part,
)

names = st.sampled_from("abcdef")
audiences = st.sampled_from(["public", "institution:1", "institution:2"])


@given(st.dictionaries(names, st.integers()), st.dictionaries(names, audiences), audiences)
def test_a_field_shows_if_and_only_if_its_audience_is_in_the_set(
    content: dict[str, int], levels: dict[str, str], default: str
) -> None:
    viewer = Viewer(frozenset({PUBLIC}))
    shown = visible_part(content, levels, default, viewer)
    for field, value in content.items():
        assert (shown.content.get(field) == value and field in shown.content) == (
            levels.get(field, default) == "public"
        )


@given(st.dictionaries(names, audiences))
def test_withheld_says_nothing_of_whether_there_is_a_value(levels: dict[str, str]) -> None:
    full = visible_part(dict.fromkeys(levels, 1), levels, "public", ANYONE)
    empty = visible_part({}, levels, "public", ANYONE)
    assert full.withheld == empty.withheld


def test_levels_resolve_to_one_audience() -> None:
    owner = uuid.uuid4()
    assert resolve(Level.PUBLIC, owner) == PUBLIC
    assert resolve(Level.INSTITUTION, owner) == institution_audience(owner)
    assert member_of(owner).may_see(institution_audience(owner))
    assert not ANYONE.may_see(institution_audience(owner))
