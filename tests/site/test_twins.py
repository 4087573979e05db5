"""Each selector, replaced by a twin that shows everything: then the two worlds must be told apart.

What this file holds is that the test of noninterference would notice, whichever selector forgot
its viewer.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from paths import asks_of
from worlds import COMPILER, MEMBER, NETWORK, OWNER, THIRD, Step, observe

from concord.core.disclosure import (
    PUBLIC,
    Audience,
    Viewer,
    group_audience,
    institution_audience,
    network_audience,
    state_audience,
)
from concord.record import happening, history, selectors, then
from concord.record.columns import ColumnTable
from concord.record.models import Group
from concord.register.snapshot import Snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SOME = ("topics", "note", "objectives", "titles")
STEPS = [
    Step("a", "course"),
    Step("a", "course", hidden=SOME),
    Step("b", "course", level="institution"),
    Step("c", "activity", hidden=("parties", "when", "country", "note")),
    Step("d", "activity", level="institution"),
    Step("d", "activity", removes=True),
    Step("e", "relation", hidden=("parties", "stage")),
    Step("f", "source", hidden=("titles", "publisher")),
    Step("g", "statement", hidden=("text", "subject")),
    Step("c", "activity", hidden=("parties", "when", "country", "note"), swaps=True),
    Step("b", "course", level="institution", swaps=True, only_in="B"),
]
TWINS = [
    (selectors, "record_get"),
    (selectors, "records_get"),
    (selectors, "record_list"),
    (selectors, "records_latest"),
    (selectors, "revision_part"),
    (history, "revision_pair"),
    (happening, "happenings_after"),
    (then, "records_then"),
    (ColumnTable, "page"),
    (ColumnTable, "ids_where"),
    (ColumnTable, "counts"),
    (Snapshot, "tables"),
]


@pytest.fixture(autouse=True)
def _apart(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def everything() -> Viewer:
    """A viewer who is in every audience of a world."""
    institutions = map(institution_audience, (OWNER, MEMBER, THIRD, COMPILER))
    groups = map(group_audience, Group.objects.values_list("id", flat=True))
    others = (PUBLIC, network_audience(NETWORK), state_audience("JP"), state_audience("KR"))
    return Viewer(frozenset(map(Audience, (*institutions, *groups, *others))))


def unfiltered(selector: Callable[..., Any]) -> Callable[..., Any]:
    """The twin of a selector, for which every viewer sees everything."""

    @wraps(selector)
    def twin(*args: Any, **kwargs: Any) -> Any:
        given = [everything() if isinstance(a, Viewer) else a for a in args]
        named = {n: everything() if isinstance(a, Viewer) else a for n, a in kwargs.items()}
        return selector(*given, **named)

    return twin


def places_of(home: Any, name: str) -> list[tuple[Any, str]]:
    """Wherever a selector is known by a name: its own module, and those that import it."""
    selector = getattr(home, name)
    if inspect.isclass(home):
        return [(home, name)]
    modules = [m for key, m in list(sys.modules.items()) if key.startswith(("concord.", "paths"))]
    return [
        (module, known)
        for module in modules
        for known, value in list(vars(module).items())
        if value is selector
    ]


@pytest.mark.parametrize(("home", "name"), TWINS, ids=[name for _home, name in TWINS])
def test_a_selector_without_its_viewer_is_noticed(
    home: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = unfiltered(getattr(home, name))
    for place, known in places_of(home, name):
        monkeypatch.setattr(place, known, twin)
    with mock.patch("logging.Logger.exception"):
        one, two = (observe(world, "member", STEPS, asks_of) for world in "AB")
    assert one != two
