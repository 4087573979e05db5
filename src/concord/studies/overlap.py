"""Overlap as a study: who offers the same to the same people, and whether that is too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from concord.core.analysis.coverage import Run
from concord.core.analysis.gaps import Model, assumed, central
from concord.core.analysis.needs import MarginError
from concord.core.analysis.overlap import (
    DIMENSIONS,
    Pair,
    expressions,
    near_identical,
    proposal,
    redundancy,
)
from concord.core.disclosure import Viewer
from concord.register.assumptions import assumptions_if
from concord.register.study_tables import study_tables
from concord.studies.gaps import (
    CENTRES,
    TABLES,
    GapsQuestion,
    inputs_of,
    regions_shown,
    states_of_region,
)
from concord.studies.question import Question, known_topic
from concord.studies.study import Context, Study, register_study

MOST_PAIRS: Final = 300
"""Pairs that a result holds, those with most overlap; ``pairs_in_all`` counts them all."""
LEAST: Final = 0.05


class OverlapQuestion(Question):
    """Whose courses are compared."""

    topic: str | None = Field(default=None, pattern=r"^[A-I]\d$", description="One topic")
    provider: str | None = Field(
        default=None, pattern=r"^[0-9a-f-]{36}$", description="Pairs of one institution"
    )

    _known_topic = field_validator("topic")(known_topic)


def _tables(viewer: Viewer, question: OverlapQuestion) -> dict[str, pa.Table]:
    every = study_tables(viewer, question.known_at)
    wanted = set(TABLES) | {"role_of", "cells_of"}
    tables = {name: every[name] for name in wanted}
    courses = _courses(every["events"])
    tables["offered"] = _offered(every, courses)
    tables["cells"] = _cells(every, courses)
    return tables


def _courses(events: pa.Table) -> pa.Table:
    is_course = pc.and_(pc.equal(events["kind"], "course"), pc.is_null(events["same_as"]))
    return events.filter(is_course).select(["record", "id"])


def _offered(tables: Mapping[str, pa.Table], courses: pa.Table) -> pa.Table:
    """Courses by provider, with the seats of their runs where those are known and 1 where not."""
    seats: dict[str, float] = defaultdict(float)
    runs = tables["events"].filter(pc.is_valid(tables["events"]["course"]))
    for row in runs.select(["course", "seats"]).to_pylist():
        seats[row["course"]] += row["seats"] or 0
    ids = dict(zip(courses["record"].to_pylist(), courses["id"].to_pylist(), strict=True))
    parties = tables["parties"]
    own = parties.filter(
        pc.and_(
            pc.equal(parties["part"], "provider"),
            pc.is_in(parties["record"], courses["record"].combine_chunks()),
        )
    )
    return pa.table(
        {
            "record": own["record"],
            "provider": own["institution"],
            "side": own["side"],
            "seats": pa.array(
                [seats.get(ids[r]) or 1.0 for r in own["record"].to_pylist()], pa.float64()
            ),
        }
    )


def _cells(tables: Mapping[str, pa.Table], courses: pa.Table) -> pa.Table:
    """What each course states, by dimension; its quarters are those of its runs."""
    named = {"topic": tables["topic_of"], "role": tables["role_of"]}
    parts = [
        pa.table({"record": t["record"], "dimension": pa.repeat(name, len(t)), "value": t[name]})
        for name, t in named.items()
    ]
    cells = tables["cells_of"]
    wanted = pc.is_in(cells["dimension"], pa.array(list(DIMENSIONS)))
    parts.append(cells.filter(wanted).select(["record", "dimension", "value"]))
    events = tables["events"]
    dated = pc.and_(pc.is_valid(events["course"]), pc.is_valid(events["first"]))
    runs = events.filter(dated)
    place = pc.index_in(runs["course"], courses["id"].combine_chunks()).combine_chunks()
    quarter = pc.cast(pc.quarter(runs["first"]), pa.string()).combine_chunks()
    parts.append(
        pa.table(
            {
                "record": courses["record"].combine_chunks().take(place),
                "dimension": pa.repeat("quarter", len(runs)),
                "value": quarter,
            }
        )
    )
    every = pa.concat_tables([part.cast(parts[0].schema) for part in parts])
    return every.filter(pc.is_in(every["record"], courses["record"].combine_chunks()))


def _compute(run: Run, question: OverlapQuestion, context: Context) -> dict[str, Any]:
    known = assumptions_if(question.assume)
    asked = expressions(LEAST)
    pairs = [
        Pair(row["a"], row["b"], row["overlap"], row["stated"])
        for row in run(asked["pairs"]).to_pylist()
    ]
    context.told(50)
    courses = _Courses(context.tables)
    kept = [pair for pair in pairs if courses.is_asked(pair, question)]
    groups = near_identical(pairs, known.value("overlap.alike"))
    groups = [g for g in groups if any(courses.is_in(one, question) for one in g)]
    balance = _balance(run, question, context)
    supply = {t: "gap" if gap > 0 else "beyond" for t, (gap, _surplus) in balance.items()}
    return {
        "pairs_in_all": len(kept),
        "pairs": [courses.pair(pair, supply) for pair in kept[:MOST_PAIRS]],
        "groups": [courses.group(group, supply) for group in groups],
        "providers": run(asked["providers"]).to_pylist(),
        "supply": supply,
        "redundant": _redundant(balance, context.tables),
        "alike": known.value("overlap.alike"),
    }


class _Courses:
    """What is known of the courses of a study, by their number."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        ids = tables["ids"]
        numbers, texts = ids["record"].to_pylist(), ids["id"].to_pylist()
        self._ids = dict(zip(numbers, texts, strict=True))
        self._providers: dict[int, list[str]] = defaultdict(list)
        self._sides: dict[int, list[str]] = defaultdict(list)
        for row in tables["offered"].to_pylist():
            self._providers[row["record"]].append(row["provider"])
            self._sides[row["record"]].append(row["side"])
        self._cells: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in tables["cells"].to_pylist():
            self._cells[row["record"]][row["dimension"]].add(row["value"])

    def is_in(self, one: int, question: OverlapQuestion) -> bool:
        """Whether a course is of what is asked."""
        return question.topic in {None, *self._cells[one]["topic"]} and (
            question.provider in {None, *self._providers[one]}
        )

    def is_asked(self, pair: Pair, question: OverlapQuestion) -> bool:
        """Whether a pair is: both on the topic, and either of the provider."""
        topic = question.topic
        both = (self._cells[one]["topic"] for one in (pair.a, pair.b))
        return all(topic in {None, *topics} for topics in both) and (
            question.provider in {None, *self._providers[pair.a], *self._providers[pair.b]}
        )

    def course(self, one: int) -> dict[str, Any]:
        """A course as a result names it."""
        return {"id": self._ids[one], "providers": sorted(self._providers[one])}

    def pair(self, pair: Pair, supply: Mapping[str, str]) -> dict[str, Any]:
        """Two courses with what they share by dimension, and whether supply is beyond need."""
        shared = {
            name: sorted(self._cells[pair.a][name] & self._cells[pair.b][name])
            for name in DIMENSIONS
            if self._cells[pair.a].get(name) and self._cells[pair.b].get(name)
        }
        return {
            "a": self.course(pair.a),
            "b": self.course(pair.b),
            "overlap": pair.overlap,
            "stated": pair.stated,
            "shared": shared,
            "supply": _supply_of(shared["topic"], supply),
        }

    def group(self, group: Sequence[int], supply: Mapping[str, str]) -> dict[str, Any]:
        """Near-identical courses, and what could be done about them."""
        shared = set.intersection(*(self._cells[one]["topic"] for one in group))
        sides = [side for one in group for side in self._sides[one]]
        return {
            "courses": [self.course(one) for one in group],
            "topics": sorted(shared),
            "proposal": proposal(sides),
            "supply": _supply_of(shared, supply),
        }


def _supply_of(topics: Iterable[str], supply: Mapping[str, str]) -> str:
    """Beyond need only where it is so in every topic; a gap in one makes it no duplication."""
    states = {supply.get(topic, "unknown") for topic in topics} or {"unknown"}
    return "beyond" if states == {"beyond"} else min(states - {"beyond"})


def _balance(
    run: Run, question: OverlapQuestion, context: Context
) -> dict[str, tuple[float, float]]:
    """Gap and surplus of each topic in the region, where a total of it may be shown."""
    if CENTRES not in regions_shown(context.tables, context.open_states):
        return {}
    states = states_of_region(context.tables, CENTRES)
    inputs = inputs_of(run, GapsQuestion(known_at=question.known_at), states)
    every = assumed(assumptions_if(question.assume), inputs.profiles)
    try:
        sums = Model(inputs).sums(central(every), [states])
    except MarginError:
        return {}
    found: dict[str, tuple[float, float]] = {}
    for place, one in enumerate(inputs.profiles):
        gap, surplus = found.get(one.topic, (0.0, 0.0))
        found[one.topic] = (
            gap + float(sums["gap"][0, 0, place]),
            surplus + float(sums["surplus"][0, 0, place]),
        )
    return found


def _redundant(
    balance: Mapping[str, tuple[float, float]], tables: Mapping[str, pa.Table]
) -> list[dict[str, Any]]:
    """What is supplied beyond need, by topic and provider; nothing where there is a gap."""
    cells = tables["cells"].to_pylist()
    topics: dict[int, set[str]] = defaultdict(set)
    for row in cells:
        if row["dimension"] == "topic":
            topics[row["record"]].add(row["value"])
    seats: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in tables["offered"].to_pylist():
        for topic in topics[row["record"]]:
            seats[topic][row["provider"]] += row["seats"]
    return [
        {
            "topic": topic,
            "surplus": float(round(surplus)),
            "providers": {
                key: float(round(share))
                for key, share in sorted(redundancy(surplus, seats[topic]).items())
            },
        }
        for topic, (gap, surplus) in sorted(balance.items())
        if gap <= 0 and surplus >= 1 and len(seats[topic]) > 1
    ]


register_study(Study("overlap", OverlapQuestion, _tables, _compute, version=2))
