"""Nobody can tell two worlds apart that differ only in what is hidden from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from paths import asks_of
from worlds import FIELDS, HIDDEN_FROM, Seen, Step, observe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _apart(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def differences(viewer: str, steps: list[Step]) -> list[str]:
    """What lets ``viewer`` tell the worlds apart."""
    one, two = (observe(name, viewer, steps, asks_of) for name in "AB")
    assert [s.what for s in one] == [s.what for s in two]
    broken = [f"{s.what}: {s.answer[0][0]}" for s in (*one, *two) if _is_broken(s)]
    return broken + [_difference(a, b) for a, b in zip(one, two, strict=True) if a != b]


def _is_broken(seen: Seen) -> bool:
    answer = seen.answer[0]
    return isinstance(answer, tuple) and isinstance(answer[0], int) and answer[0] >= 500


def _difference(one: Seen, two: Seen) -> str:
    if one.answer == two.answer:
        return f"{one.what}: {one.queries} queries and {two.queries}"
    a, b = str(one.answer), str(two.answer)
    place = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
    part = slice(max(0, place - 80), place + 80)
    return f"{one.what}:\n   {a[part]!r}\n   {b[part]!r}"


def every_kind(viewer: str) -> list[Step]:
    """Of each kind a record open, one in part, one of which only existence shows, one hidden."""
    hidden, *_others = HIDDEN_FROM[viewer]
    steps = []
    for kind, fields in FIELDS.items():
        steps += [
            Step(f"{kind} open", kind),
            Step(f"{kind} in part", kind, hidden=tuple(fields)[1:], hidden_level=hidden),
            Step(f"{kind} there", kind, hidden=tuple(fields), hidden_level=hidden),
            Step(f"{kind} hidden", kind, level=hidden),
        ]
    return steps


def over_time(viewer: str) -> list[Step]:
    """What becomes of records: changed, hidden after all, removed; and what is hidden with them."""
    hidden, *_others = HIDDEN_FROM[viewer]
    some = ("topics", "note", "objectives")
    return [
        Step("a", "course", hidden=some, hidden_level=hidden),
        Step("a", "course", hidden=some, hidden_level=hidden, swaps=True),
        Step("b", "course"),
        Step("b", "course", hidden=some, hidden_level=hidden),
        Step("c", "activity"),
        Step("c", "activity", level=hidden),
        Step("d", "activity", level=hidden),
        Step("d", "activity", level=hidden, removes=True),
        Step("e", "activity", hidden=("when", "country", "parties"), hidden_level=hidden),
        Step("e", "activity", removes=True),
        Step("f", "relation", hidden=("parties", "stage"), hidden_level=hidden),
        Step("f", "relation", hidden=("parties", "stage"), hidden_level=hidden, swaps=True),
    ]


def traceless(viewer: str) -> list[Step]:
    """What happens in one world alone, and only to what is hidden."""
    hidden, *_others = HIDDEN_FROM[viewer]
    some = ("topics", "note", "objectives")
    return [
        Step("a", "course", hidden=some, hidden_level=hidden),
        Step("b", "course", level=hidden, only_in="B"),
        Step("a", "course", hidden=some, hidden_level=hidden, swaps=True, only_in="B"),
        Step("c", "course"),
        Step("d", "activity", level=hidden),
        Step("d", "activity", level=hidden, swaps=True, only_in="A"),
        Step("e", "activity", hidden=("when", "country", "parties"), hidden_level=hidden),
        Step("e", "activity", hidden=("when", "country", "parties"), hidden_level=hidden,
             swaps=True, only_in="B"),
        Step("d", "activity", removes=True, only_in="B"),
    ]  # fmt: skip


@pytest.mark.parametrize("viewer", list(HIDDEN_FROM))
def test_what_happens_to_the_hidden_alone_leaves_no_trace(viewer: str) -> None:
    found = differences(viewer, traceless(viewer))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("viewer", list(HIDDEN_FROM))
def test_over_time(viewer: str) -> None:
    found = differences(viewer, over_time(viewer))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("viewer", list(HIDDEN_FROM))
def test_every_kind(viewer: str) -> None:
    found = differences(viewer, every_kind(viewer))
    assert not found, "\n".join(found)
