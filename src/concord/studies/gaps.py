"""Needs, supply and gaps as a study, each figure for those who may see it.

Need and gap by State show to that State, and to those whom it lets see them. Others see regional
totals over at least five States whose figures they do not see one by one, and what is on offer. A
State's modelled figures are its own alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from concord.core.analysis import gaps, needs, offers, supply
from concord.core.analysis.assumptions import Assumption
from concord.core.analysis.coverage import Run
from concord.core.analysis.gaps import Assessed, Flow, Inputs, Model, assumed, central, drawn
from concord.core.analysis.needs import MarginError, Population, Supplied
from concord.core.analysis.swings import swings
from concord.core.disclosure import Viewer
from concord.register import vocabulary
from concord.register.assumptions import assumptions_if, role_profiles_if
from concord.register.study_tables import study_tables
from concord.register.words import TrainingLevel
from concord.studies.question import Question, known_role, known_topic
from concord.studies.study import Context, Study, register_study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_STATES: Final = 5
"""States of a total that is shown to those who do not see them one by one."""
DRAWS: Final = 2_000
MOST_YEARS: Final = 12
"""Years that the course of a gap is followed back."""
MOST_MOVING: Final = 8
"""Assumptions that are told of, those that move a gap most."""
SHARES: Final = (5, 50, 95)
"""Percentiles that every figure is given with."""
CENTRES: Final = "centres"
"""The region of all States with a centre in the register."""
TABLES: Final = (
    "ids", "institutions", "memberships", "participation", "events", "topic_of", "people",
    "statements", "parties", "cells_of",
)  # fmt: skip


class GapsQuestion(Question):
    """What of needs and gaps is looked at."""

    region: str = Field(default=CENTRES, pattern=r"^(centres|[0-9a-f-]{36})$",
                        description="centres, or the id of a network")  # fmt: skip
    state: str | None = Field(default=None, pattern="^[A-Z]{2}$", description="One State")
    role: str | None = Field(default=None, pattern=r"^R\d{2}$", description="One role")
    topic: str | None = Field(default=None, pattern=r"^[A-H]\d$", description="One topic")
    level: TrainingLevel | None = Field(default=None, description="One level of training")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z]{4})?$",
                                 description="Training held in one language alone")  # fmt: skip
    year: int | None = Field(default=None, ge=1990, le=2100, description="At the end of a year")

    _known_role = field_validator("role")(known_role)
    _known_topic = field_validator("topic")(known_topic)


def gaps_tables(viewer: Viewer, question: GapsQuestion) -> dict[str, pa.Table]:
    every = study_tables(viewer, question.known_at)
    found = {name: every[name] for name in TABLES}
    if question.language:
        cells = found["cells_of"]
        is_in = pc.and_(
            pc.equal(cells["dimension"], "language"), pc.equal(cells["value"], question.language)
        )
        held = cells.filter(is_in)["record"].combine_chunks()
        events = found["events"]
        found["events"] = events.filter(pc.is_in(events["record"], held))
    return found


def inputs_of(run: Run, question: GapsQuestion, states: Sequence[str]) -> Inputs:
    """What the gap model takes, of the tables that ``run`` asks."""
    said = {name: run(ask).to_pylist() for name, ask in needs.expressions().items()}
    flows = _flows(run(supply.expressions()["flow"]), states)
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
    profiles = role_profiles_if(question.assume)
    return Inputs(population, profiles, year, flows, assessed)


def _flows(rows: pa.Table, states: Sequence[str]) -> tuple[Flow, ...]:
    """People trained, of these States, in a year that is known."""
    known = pc.and_(pc.is_in(rows["country"], pa.array(states, pa.string())), rows["held"])
    rows = rows.filter(pc.and_(known, pc.is_valid(rows["year"])))
    columns = ("country", "role", "topic", "year", "unit", "people")
    return tuple(Flow(*row) for row in zip(*(rows[c].to_pylist() for c in columns), strict=True))


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
class Figures:
    """What the model's profiles add up to over each of some groups of States.

    ``at`` are the central values, asked of the rows themselves; ``over`` those of draws. Arrays are
    groups x runs x profiles.
    """

    profiles: Sequence[needs.Requirement]
    at: Mapping[str, Floats]
    over: Mapping[str, Floats]
    activities: NDArray[np.int_]
    """Groups x profiles: in how many activities the stock rests."""

    @classmethod
    def of_model(
        cls, run: Run, context: Context, *, model: Model, groups: Sequence[Collection[str]],
        every: Sequence[Assumption], seed: int,
    ) -> Figures:  # fmt: skip
        """Work the figures out; raises ``MarginError``."""
        import numpy as np

        usual = central(every)
        context.put({"demand": pa.table(model.demand(usual))})
        rows = run(gaps.expressions()["cells"])
        at = model.added_up(model.run(usual, rows["stock"].to_numpy()[None, :]), groups)
        context.told(30)
        over = model.sums(drawn(every, DRAWS, seed), groups)
        of_cells = rows["activities"].to_numpy().reshape(1, -1)
        states, profiles = model.inputs.population.states, model.inputs.profiles
        member = np.array([[s in group for s in states] for group in groups], dtype=np.int64)
        by_state = of_cells.reshape(len(states), len(profiles))
        return cls(profiles, at, over, member.reshape(-1, len(states)) @ by_state)

    def of(self, group: int, chosen: Sequence[int]) -> dict[str, Any]:
        """Need, stock, gap, surplus, coverage and yearly flow of some profiles together."""
        import numpy as np

        found: dict[str, Any] = {}
        for name in ("target", "stock", "gap", "surplus", "flow_needed"):
            sums = self.over[name][group][:, chosen].sum(axis=1)
            low, middle, high = (float(v) for v in np.percentile(sums, SHARES))
            found[name] = [rounded(v) for v in (low, middle, high, self._at(name, group, chosen))]
        target = self._at("target", group, chosen)
        for name, part in (("coverage", "met"), ("ratio", "stock")):
            share = self._at(part, group, chosen) / target if target > 0 else None
            found[name] = None if share is None else round(share, 4)
        return found | {"activities": int(self.activities[group, chosen].sum())}

    def _at(self, name: str, group: int, chosen: Sequence[int]) -> float:
        return float(self.at[name][group][0, chosen].sum())


def rounded(value: float) -> float:
    """A number of people to three digits: more would feign what nobody knows."""
    from math import floor, log10

    if value < 1:  # less than one person
        return 0
    return round(value, 2 - floor(log10(value)))


def _compute(run: Run, question: GapsQuestion, context: Context) -> dict[str, Any]:
    known = assumptions_if(question.assume)
    regions = regions_shown(context.tables, context.open_states)
    states = set(states_of_region(context.tables, question.region)) | context.open_states
    inputs = inputs_of(run, question, sorted(states))
    every = assumed(known, inputs.profiles)
    result: dict[str, Any] = {
        "year": inputs.year,
        "region": question.region if question.region in regions else None,
        "regions": regions,
        "offers": run(offers.expressions()["offers"]).to_pylist(),
        "courses": courses_on(run),
        "capacity": run(offers.expressions()["capacity"]).to_pylist(),
        "stated": _beside(run),
        "assumed": [[a.key, a.low, a.central, a.high, a.unit, a.source] for a in every],
        "states": {},
        "topics": [],
        "cells": [],
        "years": [],
        "usual": 0,
        "moving": [],
        "fault": None,
    }
    own = states_shown(question, context, inputs)
    shown = [states_of_region(context.tables, question.region)] if result["region"] else []
    groups: list[Collection[str]] = [*shown, *({state} for state in own)]
    context.told(10)
    if not groups:  # an empty register, or too few States: nothing may be added up
        return result
    model = Model(inputs)
    try:
        figures = Figures.of_model(
            run, context, model=model, groups=groups, every=every, seed=question.seed
        )
    except MarginError as error:
        return result | {"fault": {"margin": error.margin, "distance": error.distance}}
    courses = by_year(inputs, groups, central(every), question)
    if shown:
        asked = [n for n, one in enumerate(inputs.profiles) if _is_asked(question, one)]
        result |= _split(figures, question, 0) | {
            "years": courses[0],
            "usual": figures.of(0, asked)["gap"][-1],
            "moving": moving(model, groups[0], asked, every),
        }
    for place, state in enumerate(own, len(shown)):
        split = _split(figures, question, place) | {"years": courses[place]}
        result["states"][state] = supplied_of(inputs, state) | split
    return result


def moving(
    model: Model, group: Collection[str], chosen: Collection[int], known: Sequence[Assumption]
) -> list[dict[str, Any]]:
    """The assumptions that move the gap of some profiles in a group of States most.

    Each alone goes from its low to its high end. Nothing where the published totals do not hold at
    one of these.
    """
    import numpy as np

    profiles = len(model.inputs.profiles)
    own = np.array([state in group and n % profiles in chosen
                    for n, (state, _profile) in enumerate(model.cells)])  # fmt: skip

    def gap(values: Mapping[str, Floats]) -> Floats:
        return np.asarray(model.run(values).gap[:, own].sum(axis=1))

    try:
        found = swings(gap, known)
    except MarginError:
        return []
    return [
        {
            "key": one.assumption.key, "low": one.assumption.low,
            "high": one.assumption.high, "unit": one.assumption.unit,
            "at_low": rounded(one.at_low), "at_high": rounded(one.at_high),
        }
        for one in found[:MOST_MOVING]
        if one.size >= 1
    ]  # fmt: skip


def by_year(
    inputs: Inputs, groups: Sequence[Collection[str]], usual: Mapping[str, Floats],
    question: GapsQuestion,
) -> list[list[dict[str, Any]]]:  # fmt: skip
    """For each group the course of one topic: at each year's end what is needed and had, and how
    many were trained in it; nothing where all topics are asked for, or nobody was ever trained.
    """
    asked = [n for n, one in enumerate(inputs.profiles) if _is_asked(question, one)]
    wanted = {(inputs.profiles[n].role, inputs.profiles[n].topic) for n in asked}
    flows = [flow for flow in inputs.flows if (flow.role, flow.topic) in wanted]
    if not question.topic or not flows:
        return [[] for _group in groups]
    first = max(min(flow.year for flow in flows), inputs.year - MOST_YEARS + 1)
    found: list[list[dict[str, Any]]] = [[] for _group in groups]
    for year in range(first, inputs.year + 1):
        sums = Model(replace(inputs, year=year)).sums(usual, groups)
        for place, group in enumerate(groups):
            figures = {
                name: rounded(float(sums[name][place, 0, asked].sum()))
                for name in ("target", "stock", "met", "gap")
            }
            trained = sum(f.people for f in flows if f.year == year and f.state in group)
            found[place].append({"year": year, "trained": rounded(trained)} | figures)
    return found


def _split(figures: Figures, question: GapsQuestion, group: int) -> dict[str, Any]:
    """Totals over a group of States: by topic, and by topic and role."""
    asked = [n for n, one in enumerate(figures.profiles) if _is_asked(question, one)]
    by_topic: dict[str, list[int]] = defaultdict(list)
    for n in asked:
        by_topic[figures.profiles[n].topic].append(n)
    topics = [{"topic": topic} | figures.of(group, own) for topic, own in by_topic.items()]
    cells = [
        {"topic": one.topic, "role": one.role, "level": one.level} | figures.of(group, [n])
        for own in by_topic.values()
        for n in own
        for one in (figures.profiles[n],)
    ]
    return {"topics": topics, "cells": cells}


def _is_asked(question: GapsQuestion, requirement: needs.Requirement) -> bool:
    return (
        question.topic in {None, requirement.topic}
        and question.role in {None, requirement.role}
        and question.level in {None, requirement.level}
    )


def states_shown(question: GapsQuestion, context: Context, inputs: Inputs) -> list[str]:
    """The States whose figures show by State: the viewer's own, and what others supplied and opened
    to it; of these the one that is asked for.
    """
    return [
        state for state in inputs.population.states
        if state in context.open_states and question.state in {None, state}
        and _may_show(inputs, state, is_own=state in context.own_states)
    ]  # fmt: skip


def _may_show(inputs: Inputs, state: str, *, is_own: bool) -> bool:
    """Whether a State's figures show by State: to others where it supplied what they rest on."""
    return is_own or any(s.state == state and not s.role for s in inputs.population.supplied)


def supplied_of(inputs: Inputs, state: str) -> dict[str, Any]:
    """What a State itself supplied of its figures."""
    roles = {one.role for one in inputs.population.supplied if one.state == state}
    topics = {one.topic for one in inputs.assessed if one.state == state}
    return {
        "is_supplied": bool(roles or topics),
        "supplied_roles": sorted(roles),
        "assessed_topics": sorted(topics),
    }


def courses_on(run: Run) -> dict[str, list[dict[str, Any]]]:
    """Courses that would close a gap, by topic: who offers them, in what language, until when."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in run(offers.expressions()["courses"]).to_pylist():
        until = row["apply_by"]
        course = found[row["topic"]].setdefault(row["id"], {
            "id": row["id"], "providers": [], "languages": [], "seats": row["seats"],
            "apply_by": until.isoformat() if until else None,
        })  # fmt: skip
        for name, value in (("providers", row["institution"]), ("languages", row["language"])):
            if value and value not in course[name]:
                course[name].append(value)
    return {topic: list(courses.values()) for topic, courses in found.items()}


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


register_study(Study("gaps", GapsQuestion, gaps_tables, _compute, version=4))
