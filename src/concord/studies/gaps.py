"""Needs, supply and gaps as a study, each figure for those who may see it.

Need and gap by State show to that State, and to those whom it lets see them. Others see regional
totals over at least five States whose figures they do not see one by one, and what is on offer. A
State's modelled figures are its own alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from pydantic import Field

from concord.core.analysis import needs, offers, supply
from concord.core.analysis.coverage import Run
from concord.core.analysis.gaps import Assessed, Cells, Flow, Inputs, Model, assumed, central, drawn
from concord.core.analysis.needs import MarginError, Population, Supplied
from concord.core.disclosure import Viewer
from concord.register import vocabulary
from concord.register.assumptions import assumptions, role_profiles
from concord.register.study_tables import study_tables
from concord.register.words import TrainingLevel
from concord.studies.question import Question
from concord.studies.study import Context, Study, register_study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_STATES: Final = 5
"""States of a total that is shown to those who do not see them one by one."""
DRAWS: Final = 2_000
SHARES: Final = (5, 50, 95)
"""Percentiles that every figure is given with."""
CENTRES: Final = "centres"
"""The region of all States with a centre in the register."""
TABLES: Final = (
    "ids", "institutions", "memberships", "participation", "events", "topic_of", "people",
    "statements", "parties",
)  # fmt: skip


class GapsQuestion(Question):
    """What of needs and gaps is looked at."""

    region: str = Field(default=CENTRES, pattern=r"^(centres|[0-9a-f-]{36})$",
                        description="centres, or the id of a network")  # fmt: skip
    state: str | None = Field(default=None, pattern="^[A-Z]{2}$", description="One State")
    role: str | None = Field(default=None, pattern=r"^R\d{2}$", description="One role")
    topic: str | None = Field(default=None, pattern=r"^[A-H]\d$", description="One topic")
    level: TrainingLevel | None = Field(default=None, description="One level of training")
    year: int | None = Field(default=None, ge=1990, le=2100, description="At the end of a year")


def gaps_tables(viewer: Viewer, question: GapsQuestion) -> dict[str, pa.Table]:
    every = study_tables(viewer, question.known_at)
    return {name: every[name] for name in TABLES}


def inputs_of(run: Run, question: GapsQuestion, states: Sequence[str]) -> Inputs:
    """What the gap model takes, of the tables that ``run`` asks."""
    asked = needs.expressions() | supply.expressions()
    said = {name: run(expression).to_pylist() for name, expression in asked.items()}
    flows = tuple(
        Flow(row["country"], row["role"], row["topic"], row["year"], row["unit"], row["people"])
        for row in said["flow"]
        if row["held"] and row["year"] is not None
    )
    people = said["supplied"]
    population = Population(
        states=tuple(states),
        roles={entry.code: entry.more["family"] for entry in vocabulary.roles()},
        reactors=_reactors(said["reactors"]),
        supplied=tuple(
            Supplied(row["state"], row["role"], row["low"], row["high"])
            for row in people
            if row["kind"] == "workforce" and not row["topic"]
        ),
        asian=vocabulary.asian(),
    )
    assessed = tuple(
        Assessed(row["state"], row["role"], row["topic"], row["low"], row["high"])
        for row in people
        if row["kind"] == "need" and row["topic"]
    )
    year = question.year or max((flow.year for flow in flows), default=0)
    return Inputs(population, role_profiles(), year, flows, assessed)


def _reactors(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        found[row["state"]][row["measure"] == needs.UNDER_CONSTRUCTION] = row["value"]
    return {state: (counts[0], counts[1]) for state, counts in found.items()}


def states_of_region(tables: Mapping[str, pa.Table], region: str) -> list[str]:
    """The States of a region: those with a centre, or with an institution in a network."""
    institutions = tables["institutions"].to_pylist()
    if region == CENTRES:
        return sorted({row["state"] for row in institutions if row["is_centre"] and row["state"]})
    own = {row["id"] for row in tables["memberships"].to_pylist() if row["network"] == region}
    return sorted({row["state"] for row in institutions if row["id"] in own and row["state"]})


def regions_shown(tables: Mapping[str, pa.Table], open_states: frozenset[str]) -> dict[str, int]:
    """The regions whose totals the viewer may see, with how many States each has.

    A region is shown if at least five of its States are not seen one by one, and if no other region
    differs from it by fewer than five: else the difference of the two totals would tell of those.
    """
    networks = sorted({row["network"] for row in tables["memberships"].to_pylist()})
    shown: dict[str, frozenset[str]] = {}
    for region in (CENTRES, *networks):
        states = frozenset(states_of_region(tables, region))
        hidden = states - open_states
        apart = [len(side) for other in shown.values()
                 for side in (hidden - other, other - open_states - hidden)]  # fmt: skip
        if len(hidden) >= LEAST_STATES and all(n == 0 or n >= LEAST_STATES for n in apart):
            shown[region] = hidden
    return {region: len(states_of_region(tables, region)) for region in shown}


@dataclass(frozen=True)
class _Figures:
    """The figures of the model's cells: at the central values and over draws."""

    model: Model
    at: Cells
    over: Cells

    def of(self, chosen: NDArray[np.bool_]) -> dict[str, Any]:
        """Need, stock, gap, surplus, coverage and yearly flow of some cells together."""
        import numpy as np

        found: dict[str, Any] = {}
        for name in ("target", "stock", "gap", "surplus", "flow_needed"):
            sums = getattr(self.over, name)[:, chosen].sum(axis=1)
            low, middle, high = (float(v) for v in np.percentile(sums, SHARES))
            central = float(getattr(self.at, name)[0, chosen].sum())
            found[name] = [_rounded(v) for v in (low, middle, high, central)]
        target, met = self.at.target[0, chosen].sum(), self.at.met[0, chosen].sum()
        found["coverage"] = round(float(met / target), 4) if target > 0 else None
        return found


def _rounded(value: float) -> float:
    """A number of people to three digits: more would feign what nobody knows."""
    from math import floor, log10

    if value < 1:  # less than one person
        return 0
    return round(value, 2 - floor(log10(value)))


def _compute(run: Run, question: GapsQuestion, context: Context) -> dict[str, Any]:
    known = assumptions().with_values(question.assume)
    regions = regions_shown(context.tables, context.open_states)
    states = set(states_of_region(context.tables, question.region)) | context.open_states
    inputs = inputs_of(run, question, sorted(states))
    every = assumed(known, inputs.profiles)
    result: dict[str, Any] = {
        "year": inputs.year,
        "region": question.region if question.region in regions else None,
        "regions": regions,
        "offers": run(offers.expressions()["offers"]).to_pylist(),
        "stated": _beside(run),
        "assumed": [[a.key, a.low, a.central, a.high, a.unit, a.source] for a in every],
        "states": {},
        "topics": [],
        "cells": [],
        "fault": None,
    }
    model = Model(inputs)
    try:
        context.told(10)
        figures = _Figures(
            model, model.run(central(every)), model.run(drawn(every, DRAWS, question.seed))
        )
    except MarginError as error:
        return result | {"fault": {"margin": error.margin, "distance": error.distance}}
    context.told(60)
    if result["region"]:
        own = set(states_of_region(context.tables, question.region))
        result |= _split(figures, question, own)
    for state in sorted(context.open_states & states):
        if question.state in {None, state}:
            found = _of_state(figures, question, state, is_own=state in context.own_states)
            if found:
                result["states"][state] = found
    return result


def _split(figures: _Figures, question: GapsQuestion, states: set[str]) -> dict[str, Any]:
    """Totals over some States: by topic, and by topic and role."""
    import numpy as np

    cells = figures.model.cells
    kept = np.array([_is_asked(question, p) and s in states for s, p in cells], dtype=bool)
    topics, pairs = [], []
    for topic in figures.model.topics:
        of_topic = kept & np.array([p.topic == topic for _s, p in cells])
        if not of_topic.any():
            continue
        topics.append({"topic": topic} | figures.of(of_topic))
        roles = dict.fromkeys(
            p.role for (_s, p), is_in in zip(cells, of_topic, strict=True) if is_in
        )
        for role in roles:
            own = of_topic & np.array([p.role == role for _s, p in cells])
            level = next(p.level for _s, p in cells if p.topic == topic and p.role == role)
            pairs.append({"topic": topic, "role": role, "level": level} | figures.of(own))
    return {"topics": topics, "cells": pairs}


def _is_asked(question: GapsQuestion, requirement: needs.Requirement) -> bool:
    return (
        question.topic in {None, requirement.topic}
        and question.role in {None, requirement.role}
        and question.level in {None, requirement.level}
    )


def _of_state(
    figures: _Figures, question: GapsQuestion, state: str, *, is_own: bool
) -> dict[str, Any] | None:
    """A State's own figures; for others only where the State supplied what they rest on."""
    inputs = figures.model.inputs
    roles = {one.role for one in inputs.population.supplied if one.state == state}
    topics = {one.topic for one in inputs.assessed if one.state == state}
    is_supplied = bool(roles or topics)
    if not is_own and "" not in roles:
        return None
    found = _split(figures, question, {state})
    return found | {
        "is_supplied": is_supplied,
        "supplied_roles": sorted(roles),
        "assessed_topics": sorted(topics),
    }


def _beside(run: Run) -> dict[str, Any]:
    """What is known and not in any cell: people of unknown country or role, and planned ones."""
    unknown: dict[str, float] = defaultdict(float)
    planned: dict[str, float] = defaultdict(float)
    for row in run(supply.expressions()["flow"]).to_pylist():
        if not row["held"]:
            planned[row["topic"]] += row["people"]
        elif not row["country"] or not row["role"] or row["year"] is None:
            unknown[row["topic"]] += row["people"]
    return {"unknown": dict(unknown), "planned": dict(planned)}


register_study(Study("gaps", GapsQuestion, gaps_tables, _compute))
