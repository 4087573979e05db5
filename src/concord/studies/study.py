"""What a study is to those who run and show it, and the list of all studies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pyarrow as pa

from concord.core.analysis.coverage import Run
from concord.core.disclosure import Breadth, Viewer, breadth_of
from concord.record.errors import NotFoundError
from concord.studies.question import Question

Tables = Mapping[str, pa.Table]
Told = Callable[[int], None]
"""Told how far a study has come, of a hundred; raises ``CancelledError`` where nobody waits."""


class CancelledError(Exception):
    """Whoever asked for a study has cancelled it."""


def _silent(_share: int) -> None:
    """For those who wait for the end alone."""


def _nowhere(_tables: Tables) -> None:
    """For a study that is computed without an engine."""


@dataclass(frozen=True)
class Context:
    """For whom a study is run: what it may say to them, and the tables of what they may see."""

    viewer: Viewer
    tables: Tables
    open_states: frozenset[str] = frozenset()
    """States whose need and gap the viewer may see by State: its own, and those that let it."""
    told: Told = _silent
    put: Callable[[Tables], None] = _nowhere
    """Gives the engine more tables to ask, such as what a study works out on the way."""

    @cached_property
    def own_states(self) -> frozenset[str]:
        """The viewer's own States: what is modelled of them is shown by State to it alone."""
        return states_of(self.viewer)


def states_of(viewer: Viewer) -> frozenset[str]:
    """The States whose institutions or contact points the viewer is one of, by admission."""
    found = (a for a in viewer.audiences if breadth_of(a) is Breadth.STATE)
    return frozenset(audience.removeprefix("state:") for audience in found)


def _anyone(_viewer: Viewer, _question: Question) -> bool:
    return True


@dataclass(frozen=True)
class Study:
    """One study: how it is asked, what it takes, and how its result comes about.

    ``compute`` gives plain JSON, free of whatever the viewer may not see. It rests on the question,
    the tables and the States that are open to the viewer, and on nothing else: a result is kept for
    whoever has the same.
    """

    name: str
    question: type[Question]
    tables: Callable[[Viewer, Any], dict[str, pa.Table]]
    compute: Callable[[Run, Any, Context], dict[str, Any]]
    version: int = 1
    """Goes up when the same question has another answer."""
    is_long: bool = False
    """Never run while a page waits."""
    may_ask: Callable[[Viewer, Any], bool] = field(default=_anyone)
    """Whether the viewer may ask this at all: one institution's own matters are its alone."""


_STUDIES: Final[dict[str, Study]] = {}


def register_study(study: Study) -> Study:
    """Make a study known by its name."""
    if study.name in _STUDIES:
        message = f"two studies are called {study.name}"
        raise ValueError(message)
    _STUDIES[study.name] = study
    return study


def study_names() -> list[str]:
    """The names of all studies."""
    return sorted(_STUDIES)


def study_get(name: str) -> Study:
    """The study of a name; raises ``NotFoundError``."""
    try:
        return _STUDIES[name]
    except KeyError:
        raise NotFoundError from None
