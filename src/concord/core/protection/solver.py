"""The one door of ``core`` to HiGHS (Huangfu and Hall 2018, doi 10.1007/s12532-017-0130-5).

One thread, one seed, no clock: the same programme gives the same answer on every run. Every ending
but an optimum, proven infeasibility, or a limit of nodes with a whole answer in hand is an error.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from functools import cache

import numpy as np

from concord.core.protection.errors import SolverError
from concord.core.protection.tables import Floats, Ints, Mask

ENDLESS = float("inf")


@dataclass(frozen=True)
class Programme:
    """min cost x, with row_lower <= A x <= row_upper and lower <= x <= upper.

    A is given column by column: column j is ``start[j]`` to ``start[j + 1]`` of ``row`` and
    ``coefficient``.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    start: Ints
    row: Ints
    coefficient: Floats
    row_lower: Floats
    row_upper: Floats
    whole: Mask | None = None


@dataclass(frozen=True)
class Answer:
    """An optimum; where ``is_proved`` is false, the best found, with ``bound`` below it.

    ``reduced`` costs of columns and ``prices`` of rows are those of a programme without whole
    numbers: reduced = cost - A' prices.
    """

    values: Floats
    objective: float
    bound: float
    reduced: Floats
    prices: Floats
    is_proved: bool


@cache
def _greet_nobody() -> None:
    """Make the first solver of a process where its greeting goes nowhere: no option stops it, and
    it would stand in what a command prints for programs."""
    import highspy

    c = ctypes.CDLL(None)
    c.fflush(None)
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()  # type: ignore[no-untyped-call]
        c.fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class Solver:
    """A programme handed over once, to be asked again with other costs."""

    def __init__(
        self, programme: Programme, *, nodes: int | None = None, enough: float | None = None
    ) -> None:
        import highspy

        _greet_nobody()
        self._kinds = highspy
        self._is_whole = programme.whole is not None and bool(programme.whole.any())
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options: list[tuple[str, bool | int | float]] = [
            ("log_to_console", False), ("output_flag", False), ("threads", 1), ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 1e-6),
        ]  # fmt: skip
        if nodes is not None:
            options.append(("mip_max_nodes", nodes))
        if enough is not None:
            options.append(("objective_target", enough + 1e-6))
        for name, value in options:
            highs.setOptionValue(name, value)
        model = highspy.HighsLp()
        model.num_col_ = len(programme.cost)
        model.num_row_ = len(programme.row_lower)
        model.col_cost_, model.col_lower_ = programme.cost, programme.lower
        model.col_upper_ = programme.upper
        model.row_lower_, model.row_upper_ = programme.row_lower, programme.row_upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.num_col_, model.a_matrix_.num_row_ = model.num_col_, model.num_row_
        model.a_matrix_.start_ = programme.start.astype(np.int32)
        model.a_matrix_.index_ = programme.row.astype(np.int32)
        model.a_matrix_.value_ = programme.coefficient
        if self._is_whole and programme.whole is not None:
            kind = highspy.HighsVarType
            model.integrality_ = [
                kind.kInteger if whole else kind.kContinuous for whole in programme.whole
            ]
        if highs.passModel(model) == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused the programme")
        self._highs, self._count = highs, int(model.num_col_)

    def costs(self, cost: Floats) -> None:
        """Ask with other costs."""
        columns = np.arange(self._count, dtype=np.int32)
        self._highs.changeColsCost(self._count, columns, cost)

    def bounds(self, lower: Floats, upper: Floats) -> None:
        """Ask with other bounds."""
        columns = np.arange(self._count, dtype=np.int32)
        self._highs.changeColsBounds(self._count, columns, lower, upper)

    def solve(self) -> Answer | None:
        """The optimum; None where the programme is proved to have no answer."""
        kinds, highs = self._kinds.HighsModelStatus, self._highs
        highs.run()
        status, info = highs.getModelStatus(), highs.getInfo()
        if status in {kinds.kInfeasible, kinds.kUnboundedOrInfeasible}:
            return None
        limited = status == kinds.kSolutionLimit
        if limited and info.primal_solution_status != 2:  # 2: a feasible answer is in hand
            return None
        if status not in {kinds.kOptimal, kinds.kObjectiveTarget} and not limited:
            raise SolverError(f"HiGHS ended with {highs.modelStatusToString(status)}")
        solution = highs.getSolution()
        return Answer(
            np.array(solution.col_value, dtype=np.float64),
            float(info.objective_function_value),
            float(info.mip_dual_bound if self._is_whole else info.objective_function_value),
            np.array(solution.col_dual, dtype=np.float64),
            np.array(solution.row_dual, dtype=np.float64),
            not limited,
        )


def solve(
    programme: Programme, *, nodes: int | None = None, enough: float | None = None
) -> Answer | None:
    """The optimum of one programme, asked once.

    ``enough`` is an objective that is known to be no less than the optimum's bound: the search for
    whole numbers ends where it is reached.
    """
    return Solver(programme, nodes=nodes, enough=enough).solve()
