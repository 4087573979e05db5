"""Guidance: which publications of the Nuclear Security Series are taught, how deep, in what words.

A publication has one of three states, the first that holds: named (a course names it among what it
teaches), on topic (no course names it, and some course is on a topic that it bears on), untaught
(neither). A course on a topic is no evidence that it teaches a publication: the two are counted
apart and never added. Like coverage, the study speaks of what is recorded, not of what is known.

============  ==================================================================================
``courses``   record: what counts as a course, once
``teaches``   record, publication: what a course names
``topic_of``  record, topic
``cells_of``  record, dimension (of these level and language), value
``bears_on``  publication, topic: what the vocabulary of topics says
============  ==================================================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "courses": {"record": "int32"},
    "teaches": {"record": "int32", "publication": "string"},
    "topic_of": {"record": "int32", "topic": "string"},
    "cells_of": {"record": "int32", "dimension": "string", "value": "string"},
    "bears_on": {"publication": "string", "topic": "string"},
}
Run = Callable[[Any], Any]
UNSTATED: Final = ""
"""The level or language of a course that states none."""


class State(StrEnum):
    """What is recorded of the teaching of a publication."""

    NAMED = "named"
    ON_TOPIC = "on_topic"
    UNTAUGHT = "untaught"


@dataclass(frozen=True, slots=True)
class Taught:
    """One publication: its state, and the courses behind it."""

    code: str
    state: State
    courses: tuple[int, ...]
    """Records of the courses that name it."""
    on_topic: int
    """How many courses are on a topic that it bears on, named or not."""
    cells: Mapping[str, Mapping[str, int]]
    """Level, language: how many of the courses that name it; a course in two languages is in two
    cells, so that the cells do not add up."""


def _of_courses(tables: Mapping[str, Any], dimension: str, name: str) -> Any:
    cells = tables["cells_of"]
    found = cells.filter(cells.dimension == dimension).select("record", **{name: cells.value})
    return found.distinct()


def named_rows(tables: Mapping[str, Any]) -> Any:
    """Publications and the courses that name them, in order."""
    teaches = tables["teaches"].distinct().semi_join(tables["courses"], "record")
    return teaches.select("publication", "record").order_by("publication", "record")


def cell_rows(tables: Mapping[str, Any]) -> Any:
    """How many courses name a publication, by level and language."""
    import ibis

    teaches = tables["teaches"].distinct().semi_join(tables["courses"], "record")
    levels = _of_courses(tables, "level", "level")
    languages = _of_courses(tables, "language", "language")
    found = teaches.left_join(levels, "record").select(
        "publication", record=teaches.record, level=levels.level
    )
    found = found.left_join(languages, "record").select(
        "publication", "level", record=found.record, language=languages.language
    )
    found = found.mutate(
        level=ibis.coalesce(ibis._.level, UNSTATED),
        language=ibis.coalesce(ibis._.language, UNSTATED),
    )
    return (
        found.group_by("publication", "level", "language")
        .aggregate(courses=ibis._.record.nunique())
        .order_by("publication", "level", "language")
    )


def topic_rows(tables: Mapping[str, Any]) -> Any:
    """How many courses are on some topic that a publication bears on."""
    import ibis

    topics = tables["topic_of"].distinct().semi_join(tables["courses"], "record")
    found = tables["bears_on"].join(topics, "topic").select("publication", "record")
    return (
        found.group_by("publication")
        .aggregate(courses=ibis._.record.nunique())
        .order_by("publication")
    )


@lru_cache
def expressions() -> dict[str, Any]:
    """All that the study asks of an engine, as expressions of tables without one."""
    import ibis

    tables = {name: ibis.table(dict(columns), name=name) for name, columns in COLUMNS.items()}
    return {
        "named": named_rows(tables),
        "cells": cell_rows(tables),
        "on_topic": topic_rows(tables),
    }


def taught(run: Run, publications: Sequence[str]) -> tuple[Taught, ...]:
    """Each of ``publications``, in their order."""
    asked = expressions()
    courses: dict[str, list[int]] = defaultdict(list)
    for row in run(asked["named"]).to_pylist():
        courses[row["publication"]].append(row["record"])
    cells: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in run(asked["cells"]).to_pylist():
        cells[row["publication"]][row["level"]][row["language"]] = row["courses"]
    on_topic = {row["publication"]: row["courses"] for row in run(asked["on_topic"]).to_pylist()}
    return tuple(
        Taught(
            code,
            _state(courses.get(code, ()), on_topic.get(code, 0)),
            tuple(courses.get(code, ())),
            on_topic.get(code, 0),
            {level: dict(found) for level, found in cells.get(code, {}).items()},
        )
        for code in publications
    )


def _state(courses: Sequence[int], on_topic: int) -> State:
    if courses:
        return State.NAMED
    return State.ON_TOPIC if on_topic else State.UNTAUGHT


@dataclass(frozen=True, slots=True)
class Alignment:
    """A course beside the profile of one role that it is for."""

    role: str
    has: tuple[str, ...]
    """Topics of the course that the role needs."""
    lacks: tuple[str, ...]
    """Core topics of the role that the course does not carry."""
    beside: tuple[str, ...]
    """Topics of the course that the profile of the role does not name."""


def alignments(
    topics: Iterable[str], roles: Iterable[str], profiles: Iterable[tuple[str, str, bool]]
) -> tuple[Alignment, ...]:
    """A course's topics beside the profiles of its roles.

    ``profiles`` are role, topic and whether the topic is a core one. A role without a profile is
    left out: nothing is said of what nobody has written down.
    """
    carried = dict.fromkeys(topics)
    needs: dict[str, dict[str, bool]] = defaultdict(dict)
    for role, topic, is_core in profiles:
        needs[role][topic] = is_core
    return tuple(
        Alignment(
            role,
            tuple(t for t in carried if t in needs[role]),
            tuple(t for t, is_core in needs[role].items() if is_core and t not in carried),
            tuple(t for t in carried if t not in needs[role]),
        )
        for role in dict.fromkeys(roles)
        if role in needs
    )
