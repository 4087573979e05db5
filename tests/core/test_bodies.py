"""Likeness of long texts: the estimate beside the exact share, and passages that really stand there."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concord.core.likeness.bodies import (
    PERMUTATIONS,
    SHINGLE,
    Body,
    body_of,
    passages,
    shared,
    signatures_of,
)

WORDS = [f"word{number}" for number in range(400)]


def text(seed: int, count: int) -> str:
    chance = random.Random(seed)  # noqa: S311 - that it repeats is what it is for
    return " ".join(chance.choice(WORDS) for _ in range(count))


def made(words: str) -> Body:
    body = body_of(words)
    assert body is not None
    return body


def share(one: str, other: str) -> float:
    first, second = made(one), made(other)
    return float(shared(first, second.signature[None, :], np.array([second.count]))[0])


def exact(one: str, other: str) -> float:
    """The share that the estimate is of, counted."""
    first, second = (
        {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
        for words in (one.split(), other.split())
    )
    return len(first & second) / min(len(first), len(second))


@pytest.mark.parametrize("kept", [0, 50, 150, 300])
def test_the_estimate_is_near_the_exact_share(kept: int) -> None:
    """Within four standard errors of the likeness that it is made from."""
    one = text(1, 300)
    other = " ".join([*one.split()[:kept], text(2, 300 - kept)])
    assert share(one, other) == pytest.approx(exact(one, other), abs=4 * 2 * 0.044)


def test_a_text_within_a_longer_one_is_wholly_like_it() -> None:
    part = text(1, 300)
    whole = f"{text(2, 600)} {part} {text(3, 600)}"
    assert share(part, whole) > 0.75
    assert share(part, whole) == share(whole, part)


@given(st.integers(0, 1000), st.integers(SHINGLE, 60))
def test_a_text_is_like_itself_whatever_its_case_and_width(seed: int, count: int) -> None:
    words = text(seed, count)
    assert share(words, words) == 1
    assert share(words, words.upper().replace(" ", "\n\n")) == 1


@given(
    st.lists(st.sampled_from("abcd"), max_size=40), st.lists(st.sampled_from("abcd"), max_size=40)
)
def test_passages_stand_in_both_and_are_missed_only_where_there_are_none(
    one: list[str], other: list[str]
) -> None:
    first, second = " ".join(one), " ".join(other)
    found = passages(first, second, most=100)
    runs = {tuple(other[i : i + SHINGLE]) for i in range(len(other) - SHINGLE + 1)}
    common = {tuple(one[i : i + SHINGLE]) for i in range(len(one) - SHINGLE + 1)} & runs
    assert bool(found) == bool(common)
    for passage in found:
        words = passage.split()
        assert passage in first
        assert {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)} <= runs


def test_letters_of_scripts_without_spaces_are_compared_one_by_one() -> None:
    one = "核物質防護の基本を学ぶ研修。検知は遅延に先立つ。"
    assert passages(one, f"はじめに。{one}おわりに。") == [one.rstrip("。")]
    assert share(one, f"はじめに{one}おわりに") > 0.5


def test_a_short_text_has_no_body() -> None:
    assert body_of("four words are few") is None
    assert body_of("") is None


def test_what_is_kept_is_what_was_made() -> None:
    bodies = [made(text(seed, 50)) for seed in range(3)]
    again = signatures_of([body.packed() for body in bodies])
    assert again.shape == (3, PERMUTATIONS)
    assert all((row == body.signature).all() for row, body in zip(again, bodies, strict=True))
    assert int(bodies[0].signature[0]) == int(made(text(0, 50)).signature[0])
