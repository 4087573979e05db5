from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.review.views import Item, Mark, seen

ids, people = st.sampled_from("stuv"), st.sampled_from("pqr")
items = st.lists(
    st.builds(Item, ids, st.sampled_from(["open", "decided"]), st.sampled_from("xy")),
    unique_by=lambda one: one.id, max_size=4,
)  # fmt: skip
marks = st.lists(
    st.builds(
        Mark,
        ids,
        people,
        st.sampled_from(["aims", "exam"]),
        st.one_of(st.none(), st.integers(1, 4)),
    ),
    max_size=12,
)
pairs = st.sets(st.tuples(ids, people), max_size=5)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(items, marks, pairs, people)
def test_whatever_is_true_of_a_hidden_item_a_conflicted_person_sees_the_same(
    every: list[Item], given_marks: list[Mark], conflicts: set[tuple[str, str]], viewer: str
) -> None:
    hidden = {s for s, whose in conflicts if whose == viewer}
    without = seen(
        [one for one in every if one.id not in hidden],
        [one for one in given_marks if one.submission not in hidden],
        viewer=viewer, conflicts=(),
    )  # fmt: skip
    changed = [Item(one.id, "withdrawn", "z") if one.id in hidden else one for one in every]
    remarked = [
        Mark(o.submission, o.reviewer, o.criterion, 4) if o.submission in hidden else o
        for o in given_marks
    ]
    assert seen(every, given_marks, viewer=viewer, conflicts=conflicts) == without
    assert seen(changed, remarked, viewer=viewer, conflicts=conflicts) == without


@settings(max_examples=60, deadline=None, derandomize=True)
@given(items, marks, pairs, people)
def test_conflicts_of_others_take_nothing_away(
    every: list[Item], given_marks: list[Mark], conflicts: set[tuple[str, str]], viewer: str
) -> None:
    others = {pair for pair in conflicts if pair[1] != viewer}
    assert seen(every, given_marks, viewer=viewer, conflicts=others) == seen(
        every, given_marks, viewer=viewer, conflicts=()
    )


def test_states_and_means_are_of_what_is_seen() -> None:
    every = [Item("s", "open", "x"), Item("t", "decided", "y")]
    given_marks = [Mark("s", "q", "aims", 1), Mark("t", "q", "aims", 4), Mark("t", "r", "aims", 3)]
    whole = seen(every, given_marks, viewer="p", conflicts=())
    assert (whole.states, whole.means) == (
        (("decided", 1), ("open", 1)),
        (("aims", Fraction(8, 3)),),
    )
    part = seen(every, given_marks, viewer="p", conflicts={("s", "p")})
    assert (part.states, part.means) == ((("decided", 1),), (("aims", Fraction(7, 2)),))
    assert part.marks == (("t", "aims", 3), ("t", "aims", 4))
