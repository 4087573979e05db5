"""The attacker study: what each cell can be, worked back from all that somebody knows.

For each cell the least and the largest value that fits, by linear programming, and by integer
programming where asked (A. Hundepool et al., "Statistical Disclosure Control", 2012, section 4.3:
the "audit" of a protected table). It reads nothing that the search for a pattern left behind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from concord.core.protection.errors import Key, MarginsDifferError
from concord.core.protection.knowledge import Published, attackers, known, targets
from concord.core.protection.movement import NODES, Columns
from concord.core.protection.primary import Rule
from concord.core.protection.solver import ENDLESS, Programme, Solver
from concord.core.protection.tables import Cells, Floats


@dataclass(frozen=True)
class Interval:
    """What an attacker can say of a cell: it is from ``low`` to ``high`` (None: without end)."""

    attacker: str | None
    cell: int
    key: Key
    low: int
    high: int | None

    def is_at_least(self, width: int) -> bool:
        return self.high is None or self.high - self.low >= width


def attack(
    cells: Cells,
    published: Published,
    attacker: str | None = None,
    *,
    only: Iterable[int] | None = None,
    whole: bool = False,
) -> Iterator[Interval]:
    """The interval of every cell that is not known outright, or of those of ``only``.

    Without ``whole`` the ends are those of the linear programme, rounded inwards: an attacker who
    is content with real numbers. With it they are those of whole tables; where the search for one
    ends at its limit of nodes, the end stays at the bound that was proved.
    """
    seen = known(cells, attacker, published)
    free = np.flatnonzero(seen.upper > seen.lower)
    fixed = cells.values.copy()
    fixed[free] = 0
    columns = Columns(cells.equations, len(cells))
    start, row, coefficient, rows = columns.cut(free)
    right = -cells.equations.residual(fixed)[rows].astype(np.float64)
    lower = seen.lower[free].astype(np.float64)
    upper = np.where(seen.upper[free] >= 2**49, ENDLESS, seen.upper[free].astype(np.float64))
    none = np.zeros(len(free))
    kinds = np.ones(len(free), dtype=bool) if whole else None
    programme = Programme(none, lower, upper, start, row, coefficient, right, right, kinds)
    solver = Solver(programme, nodes=NODES if whole else None)
    far = 10.0 * float(cells.values.max(initial=0)) + 1000
    wanted = free.tolist() if only is None else sorted(set(only) & set(free.tolist()))
    place = {cell: i for i, cell in enumerate(free.tolist())}
    for cell in wanted:
        at = place[cell]
        low = _end(solver, at, 1.0, lower=lower, upper=upper, far=far)
        high = _end(solver, at, -1.0, lower=lower, upper=upper, far=far)
        yield Interval(
            attacker,
            cell,
            cells.keys[cell],
            math.ceil(low - 1e-6),
            None if -high >= far else math.floor(-high + 1e-6),
        )


def _end(
    solver: Solver, at: int, sign: float, *, lower: Floats, upper: Floats, far: float
) -> float:
    cost, capped = np.zeros(len(lower)), upper.copy()
    cost[at], capped[at] = sign, min(upper[at], far)
    solver.costs(cost)
    solver.bounds(lower, capped)
    answer = solver.solve()
    if answer is None:
        raise MarginsDifferError("no table fits what is published")
    return answer.objective if answer.is_proved else answer.bound


def exposed(
    cells: Cells, rule: Rule, published: Published, *, whole: bool = False
) -> tuple[Interval, ...]:
    """The audit of any release: what every attacker can say of a primary cell too narrowly.

    A cell that an attacker knows outright counts, unless it is that attacker's alone.
    """
    primary, widths = rule.primary(cells), rule.widths(cells)
    found = []
    for attacker in attackers(cells):
        wanted = np.flatnonzero(targets(cells, attacker, primary)).tolist()
        told = {i.cell: i for i in attack(cells, published, attacker, only=wanted, whole=whole)}
        for cell in wanted:
            value = int(cells.values[cell])
            interval = told.get(cell) or Interval(attacker, cell, cells.keys[cell], value, value)
            if not interval.is_at_least(int(widths[cell])):
                found.append(interval)
    return tuple(found)
