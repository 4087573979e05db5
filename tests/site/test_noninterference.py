"""Nobody can tell two worlds apart that differ only in what is hidden from them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.urls import resolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from paths import (
    CALLS_NOT_ASKED,
    COMMANDS,
    COMMANDS_NOT_ASKED,
    NOT_ASKED,
    asks_of,
    library_of,
    studies_of,
)
from worlds import FIELDS, HIDDEN_FROM, Ask, Seen, Step, World, in_world, observe

from concord.api.endpoints import api
from concord.cli.commands import app
from concord.web import urls as web_urls

pytestmark = pytest.mark.django_db
Asks = Callable[[World], list[Ask]]


@pytest.fixture(autouse=True)
def _apart(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    here = request.getfixturevalue("settings")
    here.VAR = tmp_path
    here.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def differences(viewer: str, steps: list[Step], asks: Asks = asks_of) -> list[str]:
    """What lets ``viewer`` tell the worlds apart."""
    one, two = (observe(name, viewer, steps, asks) for name in "AB")
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


def asked(viewer: str) -> set[str]:
    """The names of all questions to a world."""
    with in_world("A", viewer, every_kind(viewer)) as (world, _chance, _clock):
        return {what for what, _ask in (*asks_of(world), *studies_of(world))}


def test_every_page_is_asked_or_says_why_not() -> None:
    names: set[str] = set()
    for what in asked("anyone") | asked("member"):
        method, _space, rest = what.partition(" ")
        if method in {"GET", "POST"} and not rest.startswith("/api/"):
            names.add(resolve(rest.partition(" ")[0].partition("?")[0]).url_name or "")
    known = {pattern.name for pattern in web_urls.urlpatterns}
    assert known - names - set(NOT_ASKED) == set(), "neither asked nor excused"
    assert set(NOT_ASKED) - known == set(), "excused, but not there"


def test_every_operation_of_the_interface_is_asked() -> None:
    calls = {what for what in asked("anyone") | asked("member") if " /api/" in what}
    for path, methods in api.get_openapi_schema()["paths"].items():
        pattern = re.compile(re.sub(r"\{[a-z_]+\}", "[^/?]+", path) + r"(\?.*)?")
        for method in methods:
            is_asked = any(
                call.startswith(method.upper() + " ") and pattern.fullmatch(call.partition(" ")[2])
                for call in calls
            )
            assert is_asked or (method, path) in CALLS_NOT_ASKED, f"{method} {path}"


def test_every_command_is_asked_or_says_why_not() -> None:
    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    known |= {group.name for group in app.registered_groups if isinstance(group.name, str)}
    assert known == set(COMMANDS) | set(COMMANDS_NOT_ASKED)


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


def files(viewer: str) -> list[Step]:
    """Versions that are open, whose file is hidden, or that are hidden, and one in one world alone."""
    hidden, *_others = HIDDEN_FROM[viewer]
    return [
        Step("material open", "material"),
        Step("1", "version"),
        Step("2", "version", hidden=("file",), hidden_level=hidden),
        Step("3", "version", hidden=("name", "material"), hidden_level=hidden),
        Step("4", "version", level=hidden),
        Step("5", "version", level=hidden, only_in="B"),
    ]


@pytest.mark.parametrize("viewer", list(HIDDEN_FROM))
def test_files_of_the_library(viewer: str) -> None:
    found = differences(viewer, files(viewer), library_of)
    assert not found, "\n".join(found)


@st.composite
def histories(draw: st.DrawFn, viewer: str) -> list[Step]:
    """Records that come, change and go, shown in part; now and then in one world alone.

    What is withheld stays so: to show it would be a release, and the worlds would differ by it.
    """
    hidden = HIDDEN_FROM[viewer]
    steps: list[Step] = []
    known: dict[str, Step] = {}
    kinds = {name: draw(st.sampled_from(sorted(FIELDS))) for name in ("a", "b", "c")}
    for _number in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from(sorted(kinds)))
        before, kind = known.get(name), kinds[name]
        kept = set(before.hidden) if before else set()
        more = draw(st.sets(st.sampled_from(sorted(FIELDS[kind]))))
        is_hidden = (before is not None and before.level in hidden) or draw(st.booleans())
        step = Step(
            name,
            kind,
            level=draw(st.sampled_from(hidden)) if is_hidden else "public",
            hidden=tuple(sorted(kept | more)),
            hidden_level=draw(st.sampled_from(hidden)),
            swaps=draw(st.booleans()),
        )
        is_traceless = before is not None and replace(
            step, hidden_level="", swaps=False
        ) == replace(before, hidden_level="", swaps=False)
        if is_traceless or (is_hidden and (before is None or before.level in hidden)):
            step = replace(step, only_in=draw(st.sampled_from(("A", "B", "AB"))))
        steps.append(step)
        known[name] = step
        if draw(st.booleans()) and not is_hidden:
            steps.append(Step(name, kind, removes=True))
            del known[name]
    return steps


@pytest.mark.slow
@pytest.mark.parametrize("viewer", list(HIDDEN_FROM))
def test_every_study(viewer: str) -> None:
    found = differences(viewer, every_kind(viewer), studies_of)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("viewer", list(HIDDEN_FROM))
def test_whatever_happens(viewer: str) -> None:
    @settings(
        max_examples=5,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # to make a failing history shorter takes an hour
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(viewer))
    def hold(steps: list[Step]) -> None:
        found = differences(viewer, steps)
        assert not found, "\n".join([*map(repr, steps), *found])

    hold()
