"""Needs: how many people of a country and role answer for nuclear security, and must know what.

A State's own figures stand as they are. Where only margins are published, cells are modelled by
iterative proportional fitting (Deming and Stephan 1940) from stated seeds, and stay marked as
modelled. A figure of those who ask for training within a time, as the 16,000 for offsite training
in Asia, is a flow and no stock of people: it is no margin here.

Arrays have the runs of a model first: one run for central values, many for draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from concord.core.analysis.assumptions import Assumption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "people": {
        "record": "int32", "kind": "string", "state": "string", "described": "string",
        "role": "string", "topic": "string", "low": "int64", "high": "int64", "year": "int16",
        "is_own": "boolean",
    },
    "statements": {
        "record": "int32", "state": "string", "described": "string", "institution": "string",
        "measure": "string", "value": "float64", "year": "int16",
    },
}  # fmt: skip
"""The columns of the tables that the study reads; tables may have more."""
OPERABLE: Final = "reactors operable"
UNDER_CONSTRUCTION: Final = "reactors under construction"
"""Measures of statements that say how many power reactors a State has."""


def supplied_rows(tables: Mapping[str, Any]) -> Any:
    """What States themselves say of their people and needs, of each cell the newest."""
    import ibis

    people = tables["people"]
    people = people.filter(people.is_own & people.described.isnull())
    people = people.mutate(
        role=ibis.coalesce(people.role, ""), topic=ibis.coalesce(people.topic, "")
    )
    newest = ibis.window(
        group_by=["kind", "state", "role", "topic"],
        order_by=[ibis.desc("year", nulls_first=False), ibis.desc("high"), ibis.desc("low")],
    )
    rows = people.mutate(place=ibis.row_number().over(newest)).filter(ibis._.place == 0)
    rows = rows.select("kind", "state", "role", "topic", "low", "high", "year")
    return rows.order_by("kind", "state", "role", "topic")


def reactor_rows(tables: Mapping[str, Any]) -> Any:
    """The newest count of reactors of each State and measure."""
    import ibis

    found = tables["statements"]
    found = found.filter(
        found.measure.isin([OPERABLE, UNDER_CONSTRUCTION])
        & found.state.notnull() & found.described.isnull() & found.value.notnull()
    )  # fmt: skip
    newest = ibis.window(
        group_by=["state", "measure"],
        order_by=[ibis.desc("year", nulls_first=False), ibis.desc("value")],
    )
    rows = found.mutate(place=ibis.row_number().over(newest)).filter(ibis._.place == 0)
    return rows.select("state", "measure", "value", "year").order_by("state", "measure")


@lru_cache
def expressions() -> dict[str, Any]:
    """The study's questions, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    return {"supplied": supplied_rows(tables), "reactors": reactor_rows(tables)}


TOLERANCE: Final = 1e-9
"""Relative distance from its margins at which a fit is done."""
MOST_ROUNDS: Final = 500


@dataclass(frozen=True, slots=True)
class Requirement:
    """That a role needs a topic: what share of it, at what level, valid for how many years.

    ``share`` and ``years`` name assumptions; ``own_share`` and ``own_years`` come before them.
    """

    role: str
    topic: str
    level: str
    share: str
    years: str
    own_share: Assumption | None = None
    own_years: Assumption | None = None
    why: str = ""
    """What of the role's work needs the topic, in English."""
    guidance: tuple[str, ...] = ()
    """Publications on that task, by number; none where it is a judgement of ours alone."""


@dataclass(frozen=True, slots=True)
class Margin:
    """Cells, as positions in the flattened table, and what they add up to in each run."""

    cells: Sequence[int]
    total: Floats


class MarginError(ValueError):
    """Margins that no table can have; ``margin`` is the position of the first that cannot hold."""

    def __init__(self, margin: int, distance: float) -> None:
        super().__init__(f"margin {margin} cannot be met: it stays off by {distance:.3g}")
        self.margin, self.distance = margin, distance


def fit(seeds: Floats, margins: Sequence[Margin]) -> Floats:
    """Iterative proportional fitting of ``seeds`` (runs x cells) to ``margins``.

    The cells of each margin are scaled to its total in turn, until all margins hold. A cell that is
    known is a margin of its own. Raises ``MarginError`` where margins contradict each other or ask
    something of a seed of zero.
    """
    import numpy as np

    inside = np.zeros((len(margins), seeds.shape[1]), dtype=bool)
    for place, margin in enumerate(margins):
        inside[place, margin.cells] = True
    # Cells of the same margins are always scaled alike: it is enough to fit their sums.
    patterns, block = np.unique(inside, axis=1, return_inverse=True)
    block = block.reshape(-1)
    sums = seeds @ np.eye(patterns.shape[1])[block]
    of_sums = [
        Margin(np.flatnonzero(own).tolist(), margin.total)
        for own, margin in zip(patterns, margins, strict=True)
    ]
    fitted = _fit_blocks(sums, of_sums)
    factor = np.divide(fitted, sums, out=np.zeros_like(sums), where=sums > 0)
    return np.asarray(seeds * factor[:, block])


def _fit_blocks(seeds: Floats, margins: Sequence[Margin]) -> Floats:
    import numpy as np

    table = np.array(seeds, dtype=np.float64)
    worst = (0, 0.0)
    for _round in range(MOST_ROUNDS):
        for margin in margins:
            now = table[:, margin.cells].sum(axis=1)
            factor = np.divide(margin.total, now, out=np.zeros_like(now), where=now > 0)
            table[:, margin.cells] *= factor[:, None]
        worst = _worst(table, margins)
        if worst[1] <= TOLERANCE:
            return table
    raise MarginError(*worst)


def _worst(table: Floats, margins: Sequence[Margin]) -> tuple[int, float]:
    """Which margin is farthest off, and how far, as a share of it."""
    import numpy as np

    found = [
        float(np.max(np.abs(table[:, m.cells].sum(axis=1) - m.total) / np.maximum(m.total, 1.0)))
        for m in margins
    ]
    place = max(range(len(found)), key=found.__getitem__, default=0)
    return place, found[place] if found else 0.0


@dataclass(frozen=True, slots=True)
class Supplied:
    """What a State itself says: people of a role, or of all roles (blank), from low to high."""

    state: str
    role: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Headcount:
    """People by run, area and role, and which cells a State supplied."""

    areas: tuple[str, ...]
    roles: tuple[str, ...]
    people: Floats
    """Runs x areas x roles."""
    is_supplied: NDArray[np.bool_]
    """Areas x roles."""


REST_OF_ASIA: Final = "rest of Asia"
REST_OF_WORLD: Final = "rest of the world"


@dataclass(frozen=True, slots=True)
class Population:
    """Whose people are counted: States, roles with the family of each, and what is known of them.

    ``reactors`` gives operable ones and those under construction by State, ``asian`` the States
    that the margin of Asia counts.
    """

    states: tuple[str, ...]
    roles: Mapping[str, str]
    reactors: Mapping[str, tuple[float, float]]
    supplied: tuple[Supplied, ...] = ()
    asian: frozenset[str] = frozenset()


def headcount(population: Population, values: Mapping[str, Floats]) -> Headcount:
    """People of each State by role, fitted to the published margins.

    The share of a family is split over its roles by their weights (``weight.R05``; 1 where there is
    none). ``values`` are the assumptions, one value for each run. What a State supplies is kept, at
    a draw between its low and its high (``supplied.draw``, from 0 to 1); its total of all roles is
    a margin of its own.

    Raises ``MarginError`` where what States supply exceeds the published margins.
    """
    import numpy as np

    states, codes = population.states, tuple(population.roles)
    areas = (*states, REST_OF_ASIA, REST_OF_WORLD)
    runs = len(values["margin.asia"])
    weights = _weights(population, values)
    shares = _shares(population.roles, values)
    seeds = (weights[:, :, None] * shares[:, None, :]).reshape(runs, -1)
    width, draw = len(codes), values["supplied.draw"]
    margins = []
    is_supplied = np.zeros((len(areas), width), dtype=bool)
    for one in population.supplied:
        if one.state not in states:
            continue
        place = areas.index(one.state)
        said = one.low + (one.high - one.low) * draw
        if one.role in codes:
            margins.append(Margin([place * width + codes.index(one.role)], said))
            is_supplied[place, codes.index(one.role)] = True
        elif not one.role:
            margins.append(Margin(range(place * width, (place + 1) * width), said))
            is_supplied[place] = True
    in_asia = [*(place for place, s in enumerate(states) if s in population.asian), len(states)]
    asia = [place * width + cell for place in in_asia for cell in range(width)]
    margins.append(Margin(asia, values["margin.asia"]))
    margins.append(Margin(range(len(areas) * width), values["margin.world"]))
    people = fit(seeds, margins)
    return Headcount(areas, codes, people.reshape(runs, len(areas), width), is_supplied)


def _weights(population: Population, values: Mapping[str, Floats]) -> Floats:
    """How many reactors each area counts for (runs x areas)."""
    import numpy as np

    columns = []
    for state in population.states:
        operable, building = population.reactors.get(state, (0.0, 0.0))
        columns.append(values["seed.base"] + operable + values["seed.construction"] * building)
    return np.column_stack([*columns, values["seed.rest_of_asia"], values["seed.rest_of_world"]])


def _shares(roles: Mapping[str, str], values: Mapping[str, Floats]) -> Floats:
    """The share of each role among all people (runs x roles), adding up to one."""
    import numpy as np

    split = _split(roles, values)
    shares = split * np.column_stack([values[f"people.{family}"] for family in roles.values()])
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _split(roles: Mapping[str, str], values: Mapping[str, Floats]) -> Floats:
    """The share of each role within its family (runs x roles)."""
    import numpy as np

    one = np.ones_like(values["margin.world"])
    weights = np.column_stack([values.get(f"weight.{role}", one) for role in roles])
    families = list(roles.values())
    same = np.array([[float(a == b) for b in families] for a in families])
    return np.asarray(weights / (weights @ same))


def posts_to_come(population: Population, values: Mapping[str, Floats]) -> Floats:
    """New posts at operators that come with reactors being built (runs x states x roles)."""
    import numpy as np

    under = np.array([population.reactors.get(s, (0.0, 0.0))[1] for s in population.states])
    is_operator = np.array([family == "operator" for family in population.roles.values()])
    of_role = np.where(is_operator, _split(population.roles, values), 0.0)
    posts = values["posts.reactor"][:, None, None] * under[None, :, None]
    return np.asarray(posts * of_role[:, None, :])
