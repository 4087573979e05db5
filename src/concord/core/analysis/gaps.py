"""Gaps: where people who answer for nuclear security lack valid training.

For a cell of country, role and topic: the target is the share of the people that needs the topic
(WISN's logic: WHO 2010), the stock those who have it, ``gap`` what is missing and ``surplus`` what
is beyond. The gap of a total is the sum of the gaps of its cells, so that a surplus here never
hides a need there. A coverage of nothing is undefined, and coverages are never averaged.

At the central values the cells are one question over the rows of participation (``cell_rows``),
asked of the engine that holds them. For draws from the ranges, and before there is a stock, a model
is computed for many runs at once from the small sums of that; its arrays have the runs first.

``demand`` has the cells of the model, each with a number (cell): country, role, topic; target, in
people; leaves, the share that leaves in a year; years of validity; repeat, the share that was valid
already; completion, the share of those counted otherwise who complete; year, at whose end the stock
is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from concord.core.analysis.assumptions import Assumption, Assumptions
from concord.core.analysis.needs import (
    Population,
    Requirement,
    headcount,
    posts_to_come,
)
from concord.core.analysis.supply import COLUMNS as OF_SUPPLY
from concord.core.analysis.supply import COMPLETED, completions, counted_rows, stock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    **OF_SUPPLY,
    "demand": {
        "cell": "int32", "country": "string", "role": "string", "topic": "string",
        "target": "float64", "leaves": "float64", "years": "float64", "repeat": "float64",
        "completion": "float64", "year": "int16",
    },
}  # fmt: skip
"""The columns of each table that the study reads; tables may have more."""
MEASURES: Final = ("target", "stock", "gap", "surplus", "met", "flow_needed")
"""What is known of cells and adds up; ``met`` by ``target`` is the coverage."""
UNIFORMED: Final = frozenset({"law_enforcement", "response"})
GROUPS: Final = (
    "margin", "seed", "posts", "people", "weight", "attrition", "share", "validity", "repeat_share",
    "completion_share", "horizon",
)  # fmt: skip
"""The assumptions that the model rests on, by the beginning of their keys."""
AT_ONCE: Final = 2_000_000
"""Numbers of an array that one part of many runs holds."""


def cell_rows(tables: Mapping[str, Any]) -> Any:
    """Each cell of ``demand``: its stock, gap and surplus, and in how many activities it rests.

    The stock is that of ``supply.stock``, summed over rows: a row of k years ago counts for its
    people x (1 - repeat) x (1 - leaves)^k, and in the last year of its validity in part.
    """
    import ibis

    demand = tables["demand"]
    rows = counted_rows(tables).filter(ibis._.held & ibis._.year.notnull())
    rows = rows.join(tables["topic_of"], "record")
    rows = rows.join(demand.rename(until="year"), ["country", "role", "topic"])
    rows = rows.filter(rows.year <= rows.until)
    age = (rows.until - rows.year).cast("float64")
    lasts = ibis.greatest(ibis.least(rows.years - age, 1.0), 0.0)
    new = (rows.unit == COMPLETED).ifelse(1.0, rows.completion) * (1.0 - rows["repeat"])
    stayed = (1.0 - rows.leaves) ** age
    # By activity first: its groups are then counted, where a distinct count would keep all rows.
    of_activity = rows.group_by("cell", "record").aggregate(
        people=(rows["count"].cast("float64") * new * stayed * lasts).sum()
    )
    trained = of_activity.group_by("cell").aggregate(
        stock=of_activity.people.sum(), activities=of_activity.count()
    )
    cells = demand.left_join(trained, "cell")
    cells = cells.select(
        "cell", "country", "role", "topic", "target", stock=ibis.coalesce(cells.stock, 0.0),
        activities=ibis.coalesce(cells.activities, 0),
    )  # fmt: skip
    return cells.mutate(
        gap=ibis.greatest(cells.target - cells.stock, 0.0),
        surplus=ibis.greatest(cells.stock - cells.target, 0.0),
    ).order_by("cell")


def behind_rows(tables: Mapping[str, Any]) -> Any:
    """The activities that a cell's stock rests on: people trained in each, as sources count them.

    Of the same rows as ``cell_rows`` takes, whether their training is still valid or not.
    """
    import ibis

    demand = tables["demand"].select("cell", "country", "role", "topic", until="year")
    rows = counted_rows(tables).filter(ibis._.held & ibis._.year.notnull())
    rows = rows.join(tables["topic_of"], "record").join(demand, ["country", "role", "topic"])
    rows = rows.filter(rows.year <= rows.until)
    people = rows["count"].cast("float64").sum()
    return (
        rows.group_by("cell", "record", "year").aggregate(people=people)
        .order_by("cell", "record", "year")
    )  # fmt: skip


def topic_rows(tables: Mapping[str, Any]) -> Any:
    """The cells added up by topic: a surplus of one never lessens the gap of another."""
    cells = cell_rows(tables)
    return (
        cells.group_by("topic")
        .aggregate(
            target=cells.target.sum(), stock=cells.stock.sum(), gap=cells.gap.sum(),
            surplus=cells.surplus.sum(), cells=cells.count(),
            activities=cells.activities.cast("float64").sum(),
        )
        .order_by("topic")
    )  # fmt: skip


@lru_cache
def expressions() -> dict[str, Any]:
    """The study's questions, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    return {
        "cells": cell_rows(tables), "topics": topic_rows(tables), "behind": behind_rows(tables)
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flow:
    """People trained, of one country, role, topic, year and unit."""

    state: str
    role: str
    topic: str
    year: int
    unit: str
    people: float


@dataclass(frozen=True, slots=True)
class Assessed:
    """A State's own assessment: people of a role (blank: all) to be trained in a topic."""

    state: str
    role: str
    topic: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the model takes besides assumptions."""

    population: Population
    profiles: tuple[Requirement, ...]
    year: int
    """The reference year: the stock is that at its end."""
    flows: tuple[Flow, ...] = ()
    assessed: tuple[Assessed, ...] = ()


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of state, role and topic by run; arrays are runs x cells."""

    target: Floats
    stock: Floats
    flow_needed: Floats

    @property
    def gap(self) -> Floats:
        """What is missing."""
        import numpy as np

        return np.maximum(self.target - self.stock, 0.0)

    @property
    def surplus(self) -> Floats:
        """What is beyond the target."""
        import numpy as np

        return np.maximum(self.stock - self.target, 0.0)

    @property
    def met(self) -> Floats:
        """What of the target is met; divided by the target it is the coverage."""
        import numpy as np

        return np.minimum(self.stock, self.target)


@dataclass(frozen=True)
class Model:
    """The gap model of some inputs: assumptions in, cells out."""

    inputs: Inputs
    cells: tuple[tuple[str, Requirement], ...] = field(init=False)
    """State and requirement of each cell, in order."""

    def __post_init__(self) -> None:
        cells = tuple((s, p) for s in self.inputs.population.states for p in self.inputs.profiles)
        object.__setattr__(self, "cells", cells)

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The topics that somebody needs, in the order of the profiles."""
        return tuple(dict.fromkeys(p.topic for p in self.inputs.profiles))

    @cached_property
    def _by_topic(self) -> Floats:
        """Cells x topics: 1 where a cell is of a topic."""
        import numpy as np

        return np.array([[float(p.topic == t) for t in self.topics] for _s, p in self.cells])

    @cached_property
    def _people_at(self) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
        """For each cell the places of its area and its role."""
        import numpy as np

        areas, roles = map(list, (self.inputs.population.states, self.inputs.population.roles))
        found = [(areas.index(s), roles.index(p.role)) for s, p in self.cells]
        array = np.array(found, dtype=np.int_).reshape(-1, 2)
        return array[:, 0], array[:, 1]

    def run(self, values: Mapping[str, Floats], held: Floats | None = None) -> Cells:
        """Target, stock and yearly flow needed of every cell, for each run of ``values``.

        ``held`` is the stock (runs x cells) where it is known already, as from ``cell_rows``.
        """
        import numpy as np

        leaves, years, target = self._terms(values)
        if held is None:
            held = self._stock(values, leaves, years)
        missing = np.maximum(target - held, 0.0)
        needed = missing / values["horizon"][:, None] + target * (leaves + 1.0 / years)
        return Cells(target, held, needed)

    def _terms(self, values: Mapping[str, Floats]) -> tuple[Floats, Floats, Floats]:
        """Of every cell the share that leaves, the years of validity and the target."""
        population = self.inputs.population
        area, role = self._people_at
        people = headcount(population, values).people[:, : len(population.states)]
        posts = posts_to_come(population, values)
        share = _taken([_key(p.own_share, p.share) for _s, p in self.cells], values)
        years = _taken([_key(p.own_years, p.years) for _s, p in self.cells], values)
        leaves = _taken([_attrition(population.roles[p.role]) for _s, p in self.cells], values)
        target = self._assessed((people + posts)[:, area, role] * share, values["supplied.draw"])
        return leaves, years, target

    def demand(self, values: Mapping[str, Floats]) -> dict[str, Any]:
        """The table ``demand`` of ``cell_rows``, by columns, for the one run of ``values``."""
        import numpy as np

        leaves, years, target = (term[0] for term in self._terms(values))
        count = len(self.cells)
        return {
            "cell": np.arange(count, dtype=np.int32),
            "country": [state for state, _p in self.cells],
            "role": [p.role for _s, p in self.cells],
            "topic": [p.topic for _s, p in self.cells],
            "target": target,
            "leaves": leaves,
            "years": years,
            "repeat": np.full(count, values["repeat_share"][0]),
            "completion": np.full(count, values["completion_share"][0]),
            "year": np.full(count, self.inputs.year, dtype=np.int16),
        }

    def _assessed(self, target: Floats, draw: Floats) -> Floats:
        """The targets with those in their place that States have assessed themselves."""
        import numpy as np

        for one in self.inputs.assessed:
            own = [
                place
                for place, (state, p) in enumerate(self.cells)
                if state == one.state and p.topic == one.topic and one.role in {"", p.role}
            ]
            if own:
                said = (one.low + (one.high - one.low) * draw)[:, None]
                total = target[:, own].sum(axis=1, keepdims=True)
                even = np.full((len(total), len(own)), 1.0 / len(own))
                share = np.divide(target[:, own], total, out=even, where=total > 0)
                target[:, own] = said * share
        return target

    def _stock(self, values: Mapping[str, Floats], leaves: Floats, years: Floats) -> Floats:
        import numpy as np

        held = np.zeros_like(leaves)
        places, flow, is_completion, span = self._flows
        if not len(places):
            return held
        new = completions(flow.reshape(-1), is_completion.reshape(-1), values["completion_share"])
        new = new.reshape(-1, len(places), span, 2).sum(axis=3)
        held[:, places] = stock(new, values["repeat_share"], leaves[:, places], years[:, places])
        return held

    @cached_property
    def _flows(self) -> tuple[NDArray[np.int_], Floats, Bools, int]:
        """Cells that anybody was trained for, and how many, by year and by unit."""
        import numpy as np

        known = {(s, p.role, p.topic): place for place, (s, p) in enumerate(self.cells)}
        used = [f for f in self.inputs.flows if (f.state, f.role, f.topic) in known]
        used = [f for f in used if f.year <= self.inputs.year]
        places = sorted({known[f.state, f.role, f.topic] for f in used})
        first = min((f.year for f in used), default=self.inputs.year)
        span = self.inputs.year - first + 1
        flow = np.zeros((len(places), span, 2))
        row = {place: number for number, place in enumerate(places)}
        for f in used:
            is_completion = int(f.unit == "completion")
            flow[row[known[f.state, f.role, f.topic]], f.year - first, is_completion] += f.people
        marks = np.zeros(flow.shape, dtype=bool)
        marks[:, :, 1] = True
        return np.array(places, dtype=np.int_), flow, marks, span

    def added_up(self, cells: Cells, groups: Sequence[Collection[str]]) -> dict[str, Floats]:
        """Each of ``MEASURES`` over groups of States (groups x runs x profiles)."""
        import numpy as np

        states, profiles = self.inputs.population.states, len(self.inputs.profiles)
        member = np.array([[float(s in group) for s in states] for group in groups])
        found = {}
        for name in MEASURES:
            values = getattr(cells, name)
            by_state = values.reshape(len(values), len(states), profiles)
            found[name] = np.einsum("gs,rsp->grp", member.reshape(-1, len(states)), by_state)
        return found

    def sums(
        self, values: Mapping[str, Floats], groups: Sequence[Collection[str]]
    ) -> dict[str, Floats]:
        """The same of all runs of ``values``, in parts, so that memory stays bounded."""
        import numpy as np

        parts = [self.added_up(self.run(part), groups) for part in self._parts(values)]
        return {name: np.concatenate([part[name] for part in parts], axis=1) for name in MEASURES}

    def topic_gaps(
        self, values: Mapping[str, Floats], states: Sequence[str] | None = None
    ) -> Floats:
        """The gap of each topic over ``states`` (all of them by default), runs x topics.

        Computed in parts of runs, so that memory stays bounded whatever the number of runs.
        """
        import numpy as np

        chosen = set(self.inputs.population.states if states is None else states)
        own = np.array([state in chosen for state, _p in self.cells], dtype=bool)
        parts = [self.run(part).gap[:, own] @ self._by_topic[own] for part in self._parts(values)]
        return np.concatenate(parts)

    def _parts(self, values: Mapping[str, Floats]) -> Iterator[dict[str, Floats]]:
        """The runs of ``values`` in parts of about ``AT_ONCE`` numbers an array."""
        size = max(1, AT_ONCE // max(1, len(self.cells)))
        for start in range(0, len(values["margin.asia"]), size):
            yield {key: value[start : start + size] for key, value in values.items()}


def _attrition(family: str) -> str:
    return "attrition.uniformed" if family in UNIFORMED else "attrition.others"


def _key(own: Assumption | None, key: str) -> str:
    return own.key if own is not None else key


def _taken(keys: Sequence[str], values: Mapping[str, Floats]) -> Floats:
    """The assumption of each cell, for each run (runs x cells)."""
    import numpy as np

    used = list(dict.fromkeys(keys))
    place = {key: number for number, key in enumerate(used)}
    every = np.stack([values[key] for key in used], axis=1)
    return np.asarray(every[:, [place[key] for key in keys]])


def assumed(known: Assumptions, profiles: Sequence[Requirement]) -> list[Assumption]:
    """All assumptions of the model: those of its groups, and the profiles' own numbers."""
    own = [o for p in profiles for o in (p.own_share, p.own_years) if o is not None]
    return [*known.under(*GROUPS), *{one.key: one for one in own}.values(),
            Assumption("supplied.draw", 0.5, 0.0, 1.0, "share")]  # fmt: skip


def central(every: Sequence[Assumption]) -> dict[str, Floats]:
    """The central values, as one run."""
    import numpy as np

    return {one.key: np.array([one.central]) for one in every}


def drawn(every: Sequence[Assumption], runs: int, seed: int) -> dict[str, Floats]:
    """Draws from the ranges: triangular, from low to high with the central value as its mode."""
    import numpy as np

    random = np.random.default_rng(seed)
    return {
        one.key: random.triangular(one.low, one.central, one.high, runs)
        if one.is_ranged
        else np.full(runs, one.central)
        for one in every
    }
