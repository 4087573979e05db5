from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.review.conflicts import (
    Conflict,
    Declared,
    Facts,
    Funding,
    Reason,
    Side,
    Tie,
    conflicts,
)

OURS = Side("s", frozenset({"centre"}), frozenset({"ID"}))
THEIRS = Side("r", frozenset({"lab"}), frozenset({"JP"}))


def reasons(
    facts: Facts, ours: Side = OURS, theirs: Side = THEIRS, **kwargs: int
) -> set[tuple[Reason, str]]:
    found = conflicts([ours], [theirs], facts, year=2026, **kwargs)
    assert {(one.submission, one.reviewer) for one in found} <= {("s", "r")}
    return {(one.reason, one.evidence) for one in found}


def test_strangers_are_in_no_conflict() -> None:
    assert (
        reasons(Facts(parents={"centre": frozenset({"agency"}), "lab": frozenset({"ministry"})}))
        == set()
    )


def test_an_institution_its_tree_and_its_state_are_conflicts_each_with_its_reason() -> None:
    assert reasons(Facts(), theirs=Side("r", frozenset({"centre"}), frozenset({"ID"}))) == {
        (Reason.SAME_INSTITUTION, "centre"), (Reason.SAME_STATE, "ID"),
    }  # fmt: skip
    far = {"centre": frozenset({"agency"}), "agency": frozenset({"ministry"}), "lab": frozenset({"bureau"}),
           "bureau": frozenset({"ministry"})}  # fmt: skip
    assert reasons(Facts(parents=far)) == {(Reason.SAME_TREE, "lab")}


def test_a_tree_that_runs_in_a_circle_ends() -> None:
    parents = {"centre": frozenset({"lab"}), "lab": frozenset({"centre"})}
    assert reasons(Facts(parents=parents)) == {(Reason.SAME_TREE, "lab")}


def test_what_was_done_together_counts_for_some_years_and_materials_always() -> None:
    both = frozenset({"centre", "lab"})
    facts = Facts(
        materials=(Tie("book", both, 1999), Tie("other", frozenset({"lab", "third"}))),
        activities=(Tie("old", both, 2022), Tie("new", both, 2023), Tie("undated", both)),
        funding=(Funding("grant", "lab", "centre", 2026), Funding("past", "centre", "lab", 2010)),
    )
    assert reasons(facts) == {
        (Reason.MATERIAL, "book"), (Reason.ACTIVITY, "new"), (Reason.ACTIVITY, "undated"),
        (Reason.FUNDING, "grant"),
    }  # fmt: skip
    assert (Reason.ACTIVITY, "old") in reasons(facts, years=4)


def test_declarations_count_against_a_submission_or_an_institution() -> None:
    assert reasons(Facts(declared=(Declared("r", "s"), Declared("r", "centre"), Declared("r", "third")))) == {
        (Reason.DECLARED, "s"), (Reason.DECLARED, "centre"),
    }  # fmt: skip


names = st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=3)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    names, names, st.dictionaries(st.sampled_from("abcdef"), names, max_size=5),
    st.lists(st.tuples(names, st.integers(2015, 2026)), max_size=4),
)  # fmt: skip
def test_sides_can_be_exchanged_and_more_facts_never_take_a_conflict_away(
    ours: frozenset[str], theirs: frozenset[str], parents: dict[str, frozenset[str]],
    ties: list[tuple[frozenset[str], int]],
) -> None:  # fmt: skip
    a, b = Side("s", ours), Side("r", theirs)
    activities = tuple(Tie(str(n), who, year) for n, (who, year) in enumerate(ties))
    facts = Facts(parents=parents, activities=activities)
    found = set(conflicts([a], [b], facts, year=2026))
    pairs = {one.reason for one in found}
    back = {one.reason for one in conflicts([b], [a], facts, year=2026)}
    unsure = {Reason.SAME_TREE} if ours & theirs else set()
    assert pairs - unsure == back - unsure
    fewer = set(conflicts([a], [b], replace(facts, activities=activities[1:]), year=2026))
    assert fewer <= found
    assert all(isinstance(one, Conflict) for one in found)
