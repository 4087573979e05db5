"""The search for two alternative tables that differ in one cell, at the least cost of cells.

Symbols: u and l, the deviations of the two tables from the true one; M u = M l = 0 and
u[p] - l[p] = w. Each deviation is split into its up and its down part, and the programme minimises
the sum of cost times moved amount, the usual linear stand-in for "how many cells must be withheld"
(J. P. Kelly, B. L. Golden and A. A. Assad, "Cell suppression: disclosure protection for sensitive
tabular data", Networks 22 (1992) 397-417).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from concord.core.protection.knowledge import Published
from concord.core.protection.solver import ENDLESS, Answer, Programme, solve
from concord.core.protection.tables import Cells, Equations, Floats, Ints

NODES = 2_000
"""How far whole numbers are searched for; counted in nodes, since a clock gives no two runs alike.
"""


@dataclass(frozen=True)
class Move:
    """Two deviations from the true table, in the cells where either is not zero."""

    cells: Ints
    up: Ints
    down: Ints


class Columns:
    """The equations column by column, cut down to some cells."""

    def __init__(self, equations: Equations, count: int) -> None:
        row = np.repeat(np.arange(len(equations.right)), np.diff(equations.start))
        order = np.argsort(equations.cell, kind="stable")
        self._row: Ints = row[order]
        self._coefficient = equations.coefficient[order].astype(np.float64)
        sizes = np.bincount(equations.cell, minlength=count)
        self._start: Ints = np.concatenate(([0], np.cumsum(sizes)))

    def cut(self, cells: Ints) -> tuple[Ints, Ints, Floats, Ints]:
        """Start, row and coefficient of these columns, and which equations the rows are."""
        first, sizes = self._start[cells], self._start[cells + 1] - self._start[cells]
        start: Ints = np.concatenate(([0], np.cumsum(sizes)))
        entries = np.repeat(first - start[:-1], sizes) + np.arange(start[-1])
        rows, row = np.unique(self._row[entries], return_inverse=True)
        return start, row.astype(np.int64), self._coefficient[entries], rows.astype(np.int64)


class Mover:
    """Finds moves over one set of cells."""

    def __init__(self, cells: Cells) -> None:
        self._values = cells.values
        self._columns = Columns(cells.equations, len(cells))

    def find(
        self, cell: int, width: int, seen: Published, cost: Floats, within: Ints
    ) -> Move | None:
        """The cheapest move of ``cell`` by ``width`` that changes only cells of ``within`` and
        keeps both tables in what is ``seen``; None where there is none (or none in whole numbers
        was found within ``NODES``)."""
        lower = (seen.lower - self._values)[within]
        upper = (seen.upper - self._values)[within]
        free = upper > lower
        within, lower, upper = within[free], lower[free], upper[free]
        if cell not in within:
            return None
        programme = self._programme(
            cell, width, lower=lower, upper=upper, cost=cost[within], within=within
        )
        answer = solve(programme)
        if answer is None:
            return None
        move = _whole(answer, within)
        if move is not None:
            return move
        parts = np.abs(answer.values).reshape(4, -1).sum(axis=0) > 1e-7
        for kept in (parts, np.ones(len(within), dtype=bool)):
            programme = self._programme(
                cell,
                width,
                lower=lower[kept],
                upper=upper[kept],
                cost=cost[within[kept]],
                within=within[kept],
                whole=True,
            )
            answer = solve(programme, nodes=NODES)
            if answer is not None:
                return _whole(answer, within[kept])
        return None

    def _programme(
        self,
        cell: int,
        width: int,
        *,
        lower: Ints,
        upper: Ints,
        cost: Floats,
        within: Ints,
        whole: bool = False,
    ) -> Programme:
        """Columns: up and down part of u, then of l. The last row is u[p] - l[p] = w."""
        start, row, coefficient, rows = self._columns.cut(within)
        last, at = 2 * len(rows), int(np.flatnonzero(within == cell)[0])
        starts, all_rows, coefficients, before = [], [], [], 0
        for table, sign in ((0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)):
            end = int(start[at + 1])
            starts.append(start[:-1] + before + (np.arange(len(within)) > at))
            all_rows.append(np.insert(row + table * len(rows), end, last))
            coefficients.append(np.insert(coefficient * sign, end, sign if table == 0 else -sign))
            before += len(row) + 1
        right = np.zeros(last + 1)
        right[last] = width
        most = np.where(upper >= 2**49, ENDLESS, upper.astype(np.float64))
        ends = np.concatenate([most, -lower.astype(np.float64)] * 2)
        return Programme(
            np.tile(cost, 4),
            np.zeros(len(ends)),
            ends,
            np.concatenate([*starts, [before]]),
            np.concatenate(all_rows),
            np.concatenate(coefficients),
            right,
            right,
            np.ones(len(ends), dtype=bool) if whole else None,
        )


def _whole(answer: Answer, within: Ints) -> Move | None:
    parts = answer.values.reshape(4, -1)
    up, down = parts[0] - parts[1], parts[2] - parts[3]
    rounded = np.rint(up).astype(np.int64), np.rint(down).astype(np.int64)
    if max(np.abs(up - rounded[0]).max(), np.abs(down - rounded[1]).max()) > 1e-6:
        return None
    moved = (rounded[0] != 0) | (rounded[1] != 0)
    return Move(within[moved], rounded[0][moved], rounded[1][moved])
