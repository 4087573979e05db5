"""Coverage: what is on offer, by topic and centre and by topic and role.

A topic has one of four states, the first that holds: offered (a course record of a named centre
carries it), said of centres that are not named, event only (a workshop or a single dated run,
without a course record), not found. "Not found" speaks of the sources, not of the centres.

The study takes six tables and runs on any engine that Ibis reaches. Ibis is imported inside the
functions, because it takes longer than a page may.

=============  ================================================================================
``topics``     code
``records``    record, kind (course, activity, statement), in_brief, stage, level, counts_once
``topic_of``   record, topic
``party_of``   record, party, is_centre, is_named
``role_of``    record, role
``cells_of``   record, dimension (language, reach, year), value
=============  ================================================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Tables = Mapping[str, Any]


class State(StrEnum):
    """What the sources bear out of a topic."""

    OFFERED = "offered"
    SAID_OF_UNNAMED = "said_of_unnamed"
    EVENT_ONLY = "event_only"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record that speaks of a topic."""

    record: str
    kind: str
    stage: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicCoverage:
    """One topic: its state, who is behind it, for whom, and every piece of evidence."""

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
    evidence: tuple[Evidence, ...]


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
                    "evidence": [
                        {"record": e.record, "kind": e.kind, "stage": e.stage,
                         "parties": list(e.parties)}
                        for e in topic.evidence
                    ],
                }
                for topic in self.topics
            ],
            "overlaps": {
                topic: {role: list(centres) for role, centres in roles.items()}
                for topic, roles in self.overlaps.items()
            },
        }  # fmt: skip


def evidence_rows(tables: Tables, cut: str) -> Any:
    """The Ibis expression of the study: one row for each topic, record and party within the cut."""
    records = tables["records"]
    if cut == "brief":
        records = records.filter(records.in_brief)
    joined = tables["topic_of"].join(records, "record")
    joined = joined.left_join(tables["party_of"], "record").drop("record_right")
    return joined.select(
        "topic", "record", "kind", "stage", "level", "party", "is_centre", "is_named"
    ).order_by("topic", "kind", "record", joined.party.asc(nulls_first=True))


def role_rows(tables: Tables, cut: str) -> Any:
    """Topic, role and centre for courses of named centres whose source names the role."""
    records = tables["records"]
    records = records.filter(records.kind == "course")
    if cut == "brief":
        records = records.filter(records.in_brief)
    party = tables["party_of"]
    party = party.filter(party.is_centre & party.is_named)
    joined = tables["topic_of"].join(records, "record").join(tables["role_of"], "record")
    joined = joined.join(party, "record")
    return joined.select("topic", "role", "party").distinct().order_by("topic", "role", "party")


def cell_rows(tables: Tables, cut: str) -> Any:
    """How many courses and events a topic has by level, language, reach and year."""
    records = tables["records"]
    records = records.filter(records.counts_once & (records.kind != "statement"))
    if cut == "brief":
        records = records.filter(records.in_brief)
    joined = tables["topic_of"].join(records.select("record"), "record")
    joined = joined.join(tables["cells_of"], "record")
    return (
        joined.group_by("topic", "dimension", "value")
        .aggregate(count=joined.record.nunique())
        .order_by("topic", "dimension", "value")
    )


def coverage(tables: Tables, *, cut: str) -> Coverage:
    """Run the study; ``cut`` is ``brief`` or ``all``."""
    evidence: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in evidence_rows(tables, cut).to_pyarrow().to_pylist():
        evidence[row["topic"]].append(row)
    roles: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in role_rows(tables, cut).to_pyarrow().to_pylist():
        roles[row["topic"]][row["role"]].append(row["party"])
    cells: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in cell_rows(tables, cut).to_pyarrow().to_pylist():
        cells[row["topic"]][row["dimension"]][row["value"]] = row["count"]
    codes = [row["code"] for row in tables["topics"].to_pyarrow().to_pylist()]
    topics = tuple(_topic(code, evidence[code], roles[code], cells[code]) for code in codes)
    overlaps = {
        code: shared
        for code in codes
        if (shared := {role: tuple(c) for role, c in roles[code].items() if len(c) > 1})
    }
    return Coverage(cut, topics, overlaps)


def _topic(
    code: str,
    rows: list[dict[str, Any]],
    roles: Mapping[str, list[str]],
    cells: Mapping[str, Mapping[str, int]],
) -> TopicCoverage:
    by_centre: dict[str, list[str]] = defaultdict(list)
    parties: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    unnamed = False
    for row in rows:
        found = parties[row["record"], row["kind"], row["stage"]]
        if row["party"]:
            found.append(row["party"])
        if row["is_centre"] and row["is_named"] and row["kind"] not in by_centre[row["party"]]:
            by_centre[row["party"]].append(row["kind"])
        unnamed |= row["kind"] == "statement" and bool(row["is_centre"]) and not row["is_named"]
    centres = tuple(centre for centre, kinds in by_centre.items() if "course" in kinds)
    if centres:
        state = State.OFFERED
    elif unnamed:
        state = State.SAID_OF_UNNAMED
    elif any(row["kind"] == "activity" for row in rows):
        state = State.EVENT_ONLY
    else:
        state = State.NOT_FOUND
    return TopicCoverage(
        code=code,
        state=state,
        centres=centres,
        by_centre={centre: tuple(kinds) for centre, kinds in sorted(by_centre.items())},
        roles={role: tuple(found) for role, found in roles.items()},
        cells={name: dict(values) for name, values in cells.items()},
        evidence=tuple(Evidence(r, k, s, tuple(p)) for (r, k, s), p in parties.items()),
    )
