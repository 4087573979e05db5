"""Gaps: where people who answer for nuclear security lack valid training.

For a cell of country, role and topic: the target is the share of the people that needs the topic
(WISN's logic: WHO 2010), the stock those who have it, ``gap`` what is missing and ``surplus`` what
is beyond. The gap of a total is the sum of the gaps of its cells, so that a surplus here never
hides a need there. A coverage of nothing is undefined, and coverages are never averaged.

A model is computed for many runs at once: one for the central values of the assumptions, many for
draws from their ranges. Arrays have the runs first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from concord.core.analysis.assumptions import Assumption, Assumptions
from concord.core.analysis.needs import (
    Population,
    Requirement,
    headcount,
    posts_to_come,
)
from concord.core.analysis.supply import completions, stock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

UNIFORMED: Final = frozenset({"law_enforcement", "response"})
GROUPS: Final = (
    "margin", "seed", "posts", "people", "attrition", "share", "validity", "repeat_share",
    "completion_share", "horizon",
)  # fmt: skip
"""The assumptions that the model rests on, by the beginning of their keys."""
AT_ONCE: Final = 2_000_000
"""Numbers of an array that one part of many runs holds."""


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

    def run(self, values: Mapping[str, Floats]) -> Cells:
        """Target, stock and yearly flow needed of every cell, for each run of ``values``."""
        import numpy as np

        population = self.inputs.population
        area, role = self._people_at
        people = headcount(population, values).people[:, : len(population.states)]
        posts = posts_to_come(population, values)
        share = _taken([_key(p.own_share, p.share) for _s, p in self.cells], values)
        years = _taken([_key(p.own_years, p.years) for _s, p in self.cells], values)
        target = self._assessed((people + posts)[:, area, role] * share, values["supplied.draw"])
        leaves = _taken([_attrition(population.roles[p.role]) for _s, p in self.cells], values)
        held = self._stock(values, leaves, years)
        missing = np.maximum(target - held, 0.0)
        needed = missing / values["horizon"][:, None] + target * (leaves + 1.0 / years)
        return Cells(target, held, needed)

    def _assessed(self, target: Floats, draw: Floats) -> Floats:
        """The targets with those in their place that States have assessed themselves."""
        for one in self.inputs.assessed:
            own = [
                place
                for place, (state, p) in enumerate(self.cells)
                if state == one.state and p.topic == one.topic and one.role in {"", p.role}
            ]
            if own:
                total = target[:, own].sum(axis=1, keepdims=True)
                said = (one.low + (one.high - one.low) * draw)[:, None]
                target[:, own] *= said / total
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

    def topic_gaps(
        self, values: Mapping[str, Floats], states: Sequence[str] | None = None
    ) -> Floats:
        """The gap of each topic over ``states`` (all of them by default), runs x topics.

        Computed in parts of runs, so that memory stays bounded whatever the number of runs.
        """
        import numpy as np

        chosen = set(self.inputs.population.states if states is None else states)
        own = np.array([state in chosen for state, _p in self.cells], dtype=bool)
        runs = len(values["margin.asia"])
        size = max(1, AT_ONCE // max(1, len(self.cells)))
        parts = []
        for start in range(0, runs, size):
            part = {key: value[start : start + size] for key, value in values.items()}
            parts.append(self.run(part).gap[:, own] @ self._by_topic[own])
        return np.concatenate(parts)


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
