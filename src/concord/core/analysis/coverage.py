"""Coverage: what is on offer, by topic and centre and by topic and role.

A topic has one of four states, the first that holds: offered (a course record of a named centre
carries it), said of centres that are not named, event only (a workshop or a single dated run,
without a course record), not found. "Not found" speaks of the sources, not of the centres.

The study asks six tables of these names and runs on any engine that Ibis reaches. Ibis is imported
inside the functions, because it takes longer than a page may.

=============  ================================================================================
``topics``     code
``records``    record, kind (course, activity, statement), in_brief, stage, counts_once
``topic_of``   record, topic
``party_of``   record, party (empty where it is not named), is_centre, is_named
``role_of``    record, role
``cells_of``   record, dimension (language, reach, year), value
=============  ================================================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "topics": {"code": "string"},
    "records": {
        "record": "int32", "kind": "string", "in_brief": "boolean", "stage": "string",
        "counts_once": "boolean",
    },
    "topic_of": {"record": "int32", "topic": "string"},
    "party_of": {
        "record": "int32", "party": "string", "is_centre": "boolean", "is_named": "boolean"
    },
    "role_of": {"record": "int32", "role": "string"},
    "cells_of": {"record": "int32", "dimension": "string", "value": "string"},
}  # fmt: skip
"""The columns of each table; ``record`` is any number that is the same for a record in all."""

Tables = Mapping[str, Any]
Run = Callable[[Any], Any]
"""Gives the Arrow table of an Ibis expression on an engine that holds the tables."""
UNNAMED = ""
"""The party of a statement about centres that its source does not name."""


class State(StrEnum):
    """What the sources bear out of a topic."""

    OFFERED = "offered"
    SAID_OF_UNNAMED = "said_of_unnamed"
    EVENT_ONLY = "event_only"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class TopicCoverage:
    """One topic: its state, who is behind it, for whom, and how much bears it out."""

    code: str
    state: State
    centres: tuple[str, ...]
    """Named centres with a course record that carries the topic."""
    by_centre: Mapping[str, tuple[str, ...]]
    """For each named centre which of course, activity and statement it has on the topic."""
    roles: Mapping[str, tuple[str, ...]]
    """For each role that a source names for a course itself, the centres of those courses."""
    cells: Mapping[str, Mapping[str, int]]
    """Courses and events by level, language, reach and year; the four are alternatives."""
    evidence: Mapping[str, Mapping[str, int]]
    """How many courses, activities and statements speak of it, each by stage."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The answer for one cut of the sources."""

    cut: str
    topics: tuple[TopicCoverage, ...]
    overlaps: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Topic, role: the centres, where two or more offer the topic to the role."""

    def as_json(self) -> dict[str, Any]:
        """Plain values, in the order of the vocabulary."""
        return {
            "cut": self.cut,
            "topics": [
                {
                    "code": topic.code,
                    "state": topic.state.value,
                    "centres": list(topic.centres),
                    "by_centre": {c: list(kinds) for c, kinds in topic.by_centre.items()},
                    "roles": {role: list(centres) for role, centres in topic.roles.items()},
                    "cells": {name: dict(values) for name, values in topic.cells.items()},
                    "evidence": {kind: dict(stages) for kind, stages in topic.evidence.items()},
                }
                for topic in self.topics
            ],
            "overlaps": {
                topic: {role: list(centres) for role, centres in roles.items()}
                for topic, roles in self.overlaps.items()
            },
        }


def records_within(tables: Tables, cut: str) -> Any:
    """The records of a cut."""
    records = tables["records"]
    return records.filter(records.in_brief) if cut == "brief" else records


def evidence_rows(tables: Tables, cut: str) -> Any:
    """The Ibis expression of the evidence: how many records by topic, kind and stage."""
    joined = tables["topic_of"].join(records_within(tables, cut), "record")
    return (
        joined.group_by("topic", "kind", "stage")
        .aggregate(count=joined.record.nunique())
        .order_by("topic", "kind", "stage")
    )


def party_rows(tables: Tables, cut: str) -> Any:
    """Topic, centre and kind of record, each once; an unnamed party stands with an empty name."""
    party = tables["party_of"]
    party = party.filter(party.is_centre)
    joined = tables["topic_of"].join(records_within(tables, cut), "record").join(party, "record")
    return joined.select("topic", "party", "kind").distinct().order_by("topic", "party", "kind")


def role_rows(tables: Tables, cut: str) -> Any:
    """Topic, role and centre for courses of named centres whose source names the role."""
    records = records_within(tables, cut)
    records = records.filter(records.kind == "course")
    party = tables["party_of"]
    party = party.filter(party.is_centre & party.is_named)
    joined = tables["topic_of"].join(records, "record").join(tables["role_of"], "record")
    joined = joined.join(party, "record")
    return joined.select("topic", "role", "party").distinct().order_by("topic", "role", "party")


def cell_rows(tables: Tables, cut: str) -> Any:
    """How many courses and events a topic has by level, language, reach and year."""
    records = records_within(tables, cut)
    records = records.filter(records.counts_once & (records.kind != "statement"))
    joined = tables["topic_of"].join(records.select("record"), "record")
    joined = joined.join(tables["cells_of"], "record")
    return (
        joined.group_by("topic", "dimension", "value")
        .aggregate(count=joined.record.nunique())
        .order_by("topic", "dimension", "value")
    )


@lru_cache
def expressions(cut: str) -> tuple[Any, ...]:
    """The study's questions, bound to no engine: evidence, parties, roles, cells and topics."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    asked = [ask(tables, cut) for ask in (evidence_rows, party_rows, role_rows, cell_rows)]
    return (*asked, tables["topics"])


def coverage(run: Run, *, cut: str) -> Coverage:
    """Ask ``run`` the study's questions; ``cut`` is ``brief`` or ``all``."""
    answers = [run(expression).to_pylist() for expression in expressions(cut)]
    evidence: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in answers[0]:
        evidence[row["topic"]][row["kind"]][row["stage"]] = row["count"]
    parties: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in answers[1]:
        parties[row["topic"]][row["party"]].append(row["kind"])
    roles: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in answers[2]:
        roles[row["topic"]][row["role"]].append(row["party"])
    cells: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in answers[3]:
        cells[row["topic"]][row["dimension"]][row["value"]] = row["count"]
    codes = [row["code"] for row in answers[4]]
    topics = tuple(
        _topic(code, evidence[code], parties[code], roles[code], cells[code]) for code in codes
    )
    overlaps = {
        code: shared
        for code in codes
        if (shared := {role: tuple(c) for role, c in roles[code].items() if len(c) > 1})
    }
    return Coverage(cut, topics, overlaps)


def _topic(
    code: str,
    evidence: Mapping[str, Mapping[str, int]],
    parties: Mapping[str, list[str]],
    roles: Mapping[str, list[str]],
    cells: Mapping[str, Mapping[str, int]],
) -> TopicCoverage:
    named = {centre: tuple(kinds) for centre, kinds in parties.items() if centre}
    centres = tuple(centre for centre, kinds in named.items() if "course" in kinds)
    if centres:
        state = State.OFFERED
    elif "statement" in parties.get(UNNAMED, ()):
        state = State.SAID_OF_UNNAMED
    elif "activity" in evidence:
        state = State.EVENT_ONLY
    else:
        state = State.NOT_FOUND
    return TopicCoverage(
        code=code,
        state=state,
        centres=centres,
        by_centre=named,
        roles={role: tuple(found) for role, found in roles.items()},
        cells={name: dict(values) for name, values in cells.items()},
        evidence={kind: dict(stages) for kind, stages in evidence.items()},
    )
