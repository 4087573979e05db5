"""Whom a revision shows something to, by the views before and after it."""

from __future__ import annotations

import uuid
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from concord.core.disclosure import PUBLIC, Audience, Viewer, visible_part
from concord.core.disclosure.touching import (
    Stand,
    circle,
    circles_touched,
    is_within,
    seen_after,
    shown_of,
)

OWNER = uuid.UUID(int=1)
AUDIENCES = ["public", "network:a", "group:b", "state:JP", f"institution:{OWNER}"]
audiences = st.sampled_from(AUDIENCES)
fields = st.sampled_from(["title", "hours", "note"])
stands = st.builds(
    Stand, st.just(OWNER), st.booleans(), audiences, st.dictionaries(fields, audiences),
    st.dictionaries(fields, st.integers(0, 2)),
)  # fmt: skip
viewers = st.sets(audiences).map(lambda found: frozenset({PUBLIC, *found}))


def view(stand: Stand | None, viewer: Viewer) -> object:
    """All that a viewer is shown of a record, its levels included."""
    if stand is None or not stand.is_there or not viewer.may_see(stand.audience):
        return None
    seen = visible_part(stand.content, stand.audiences, stand.audience, viewer)
    levels = {n: a for n, a in stand.audiences.items() if viewer.may_see(a) and a != stand.audience}
    return seen, stand.audience, levels


@given(st.none() | stands, stands, viewers)
def test_whoever_sees_something_else_is_in_a_circle_that_was_touched(
    before: Stand | None, after: Stand, held: frozenset[str]
) -> None:
    viewer = Viewer(frozenset(map(Audience, held)))
    touched = circles_touched(before, after)
    if view(before, viewer) != view(after, viewer):
        assert any(is_within(held, one) for one in touched)


@given(stands, viewers, st.dictionaries(fields, st.integers(0, 2)))
def test_what_a_viewer_does_not_see_touches_none_of_its_circles(
    before: Stand, held: frozenset[str], values: dict[str, int]
) -> None:
    """A revision that changes values of hidden fields alone is none to the viewer."""
    viewer = Viewer(frozenset(map(Audience, held)))
    if not before.is_there or not viewer.may_see(before.audience):
        return
    hidden = {n: v for n, v in values.items() if not viewer.may_see(before.seen_by(n))}
    after = replace(before, content={**before.content, **hidden})
    assert not any(is_within(held, one) for one in circles_touched(before, after))


@given(st.lists(st.tuples(stands, st.booleans()), max_size=6), viewers)
def test_a_viewer_counts_what_it_was_shown_and_no_more(
    history: list[tuple[Stand, bool]], held: frozenset[str]
) -> None:
    before, seen = None, {}
    last, count = None, 0
    for number, (after, again) in enumerate(history, start=1):
        touched = circles_touched(before, after, is_said_again=again)
        seen = seen_after(seen, touched, number, number * 1000)
        shown = shown_of(seen, held)
        if any(is_within(held, one) for one in touched):
            assert shown is not None
            assert (shown.number, shown.moment) == (number, number * 1000)
            assert shown.count > count
            last, count = shown, shown.count
        else:
            assert shown == last
        before = after


def test_a_circle_of_two_takes_both() -> None:
    both = circle("network:a", "public", "group:b")
    assert both == "group:b&network:a"
    assert is_within({"public", "network:a", "group:b"}, both)
    assert not is_within({"public", "network:a"}, both)
    assert circle("public", "public") == PUBLIC
