"""The cheapest pattern, proved, for small tables.

M. Fischetti and J. J. Salazar, "Solving the cell suppression problem on tabular data with linear
constraints", Management Science 47 (2001) 1008-1027: a master programme chooses the pattern x in
{0, 1}^n at the least cost; for each attacker and primary cell two linear programmes find the widest
interval under x; where it is narrower than w, their multipliers give a capacity inequality

    sum over i of min(w, r+[i] U[i] + r-[i] a[i]) x[i] >= w

(r+ and r- the reduced costs of cell i going up and down, U and a how far it can go), which the
master learns. It knows beforehand that no cell is withheld alone in an equation, and it learns from
all attackers at once, since a pattern takes longer than an attack. The end is a proof against
attackers in real numbers; the certificates in whole numbers are then looked for in that pattern,
and ``bound`` stays below whatever they add.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from concord.core.protection.errors import SolverError, UnprotectableError
from concord.core.protection.knowledge import Published, attackers, known, targets
from concord.core.protection.movement import Columns
from concord.core.protection.primary import Rule
from concord.core.protection.solver import ENDLESS, Programme, Solver, solve
from concord.core.protection.suppression import Release, suppress
from concord.core.protection.tables import Cells, Floats, Mask

SMALL = 1_000
"""Tables of no more cells are worth trying exactly."""


def suppress_exactly(cells: Cells, rule: Rule) -> Release:
    """A pattern of the least cost against all attackers, with ``bound`` its proof.

    ``UnprotectableError`` where some cell is open even with all else withheld.
    """
    primary = rule.primary(cells)
    if not primary.any():
        return suppress(cells, rule, bound=0)
    master = _Master(cells, primary)
    attacks = [_Attack(cells, rule, primary, attacker) for attacker in attackers(cells)]
    for one in attacks:
        one.refuse_if_open(~cells.public)
    # What holds against an outsider is most of it: the fractions need hear of nobody else.
    for is_whole, ones in ((False, attacks[:1]), (True, attacks)):
        while True:
            pattern, cost = master.pattern(whole=is_whole)
            cuts: list[tuple[Floats, float]] = []
            for one in ones:
                cuts += one.cuts(pattern)
            if not cuts:
                break
            master.learn(cuts)
    return suppress(cells, rule, start=pattern > 0.5, bound=round(cost))


class _Master:
    """min sum of weight x over the inequalities learnt so far."""

    def __init__(self, cells: Cells, primary: Mask) -> None:
        self._weights = cells.weights.astype(np.float64)
        self._lower = (primary | cells.never).astype(np.float64)
        self._upper = (~cells.public).astype(np.float64)
        self._cuts = [(cut, 0.0) for cut in _no_bridges(cells)]
        self._least: int | None = None

    def learn(self, cuts: list[tuple[Floats, float]]) -> None:
        self._cuts += cuts

    def pattern(self, *, whole: bool) -> tuple[Floats, float]:
        count = len(self._weights)
        dense = np.array([cut for cut, _ in self._cuts]).reshape(-1, count)
        column, row = np.nonzero(dense.T)
        right = np.array([width for _, width in self._cuts])
        programme = Programme(
            self._weights,
            self._lower,
            self._upper,
            np.searchsorted(column, np.arange(count + 1)),
            row,
            dense[row, column],
            right,
            np.full(len(right), ENDLESS),
            np.ones(count, dtype=bool) if whole else None,
        )
        # What was the least before is no more than the least now: whoever reaches it may stop.
        answer = solve(programme, enough=self._least if whole else None)
        if answer is None:
            raise SolverError("no pattern keeps the inequalities that were learnt")
        self._least = math.ceil(answer.objective - 1e-6)  # weights are whole
        return np.clip(answer.values, 0, 1), answer.objective


def _no_bridges(cells: Cells) -> Iterator[Floats]:
    """A cell that is withheld alone in an equation is known from it: it might as well be published,
    so some cheapest pattern withholds another beside it."""
    start, members = cells.equations.start, cells.equations.cell
    for first, last in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        line = members[first:last]
        for cell in line[~cells.never[line] & ~cells.public[line]].tolist():
            cut = np.zeros(len(cells))
            cut[line] = 1.0
            cut[cell] = -1.0
            yield cut


class _Attack:
    """What one attacker can do to a pattern, and the inequalities that forbid it."""

    def __init__(self, cells: Cells, rule: Rule, primary: Mask, attacker: str | None) -> None:
        seen = known(cells, attacker, Published.before(cells))
        self._attacker, self._keys = attacker, cells.keys
        self._targets = np.flatnonzero(targets(cells, attacker, primary)).tolist()
        self._widths = rule.widths(cells)
        self._down = (cells.values - seen.lower).astype(np.float64)
        self._up = np.where(seen.upper >= 2**49, ENDLESS, seen.upper - cells.values)
        start, row, coefficient, rows = Columns(cells.equations, len(cells)).cut(
            np.arange(len(cells))
        )
        zero, right = np.zeros(len(cells)), np.zeros(len(rows))
        self._solver = Solver(Programme(zero, zero, zero, start, row, coefficient, right, right))

    def refuse_if_open(self, pattern: Mask) -> None:
        open_cells = [self._keys[cell] for cell, _ in self._narrow(pattern.astype(np.float64))]
        if open_cells:
            raise UnprotectableError(self._attacker, open_cells)

    def cuts(self, pattern: Floats) -> Iterator[tuple[Floats, float]]:
        for cell, multipliers in self._narrow(pattern):
            yield multipliers, float(self._widths[cell])

    def _narrow(self, pattern: Floats) -> Iterator[tuple[int, Floats]]:
        """The cells that are too narrow under a pattern, each with its inequality."""
        for cell in self._targets:
            width = float(self._widths[cell])
            reach, coefficient = 0.0, np.zeros(len(pattern))
            # No move needs more than w of one cell for the inequality to be worth learning.
            down = np.minimum(self._down, width) * pattern
            up = np.minimum(self._up, width) * pattern
            if np.all((pattern < 1e-6) | (pattern > 1 - 1e-6)):
                chosen = pattern > 0.5
                down = np.where(chosen, self._down, 0.0)
                up = np.where(chosen, self._up, 0.0)
            for sign in (-1.0, 1.0):
                cost = np.zeros(len(pattern))
                cost[cell] = sign
                self._solver.costs(cost)
                low, high = -down, up.copy()
                low[cell], high[cell] = max(low[cell], -width), min(high[cell], width)
                self._solver.bounds(low, high)
                answer = self._solver.solve()
                if answer is None:
                    raise SolverError("the true table does not fit its own equations")
                reach -= answer.objective
                reduced = np.where(np.abs(answer.reduced) < 1e-7, 0.0, answer.reduced)
                rise, fall = np.maximum(-reduced, 0), np.maximum(reduced, 0)
                with np.errstate(invalid="ignore"):
                    gain = np.where(rise > 0, rise * self._up, 0) + fall * self._down
                coefficient += np.minimum(gain, width)
            cut = np.minimum(coefficient, width)
            if reach < width - 1e-6 and cut @ pattern < width - 1e-6:
                yield cell, cut
