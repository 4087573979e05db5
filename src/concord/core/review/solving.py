"""The solvers that assignment asks: OR-Tools for flows and for the search, HiGHS for bounds.

One worker, one seed and a limit of work in place of time: the same call gives the same panels on
every run (Perron and Furnon, OR-Tools 9; CP-SAT's deterministic time).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from concord.core.protection.solver import Answer, Programme
from concord.core.protection.solver import solve as relaxed
from concord.core.review.call import Rule
from concord.core.review.formulation import Formulation, Ints, Mask

Floats = NDArray[np.float64]
SLIGHT: Final = 1e-7
"""What HiGHS takes for nothing."""


@dataclass(frozen=True)
class Found:
    """What a search ended with: ``chosen`` or None, and whether that is proved to be the last word
    (the optimum, or that there is none). ``bound``: no choice has a higher total fit."""

    chosen: Mask | None
    bound: int
    is_proved: bool


@dataclass(frozen=True)
class Bound:
    """What a relaxation shows: no choice has a higher total than ``total``, and none that takes
    column j a higher one than ``total`` less ``cost[j]``, ``cost`` being 0 or more."""

    total: float
    cost: Floats
    values: Floats


def flow(formulation: Formulation) -> Mask | None:
    """The choice of the highest total fit by a flow of least cost; None where there is none.

    Raises:
        ValueError: rules other than seats and load are in it.
    """
    if not formulation.is_flow:
        raise ValueError("a flow knows seats and loads alone")
    from ortools.graph.python import min_cost_flow

    kept = formulation.kept
    seats = _sides(formulation, Rule.SEATS) - np.bincount(
        formulation.submission[kept], minlength=formulation.rule.count(Rule.SEATS)
    )
    loads = _sides(formulation, Rule.LOAD) - np.bincount(
        formulation.reviewer[kept], minlength=formulation.rule.count(Rule.LOAD)
    )
    if (seats < 0).any() or (loads < 0).any():
        return None
    free = np.flatnonzero(~kept)
    first, sink = len(seats), len(seats) + len(loads)
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        formulation.submission[free], formulation.reviewer[free] + first,
        np.ones(len(free), dtype=np.int64), -formulation.fit[free],
    )  # fmt: skip
    solver.add_arcs_with_capacity_and_unit_cost(
        np.arange(first, sink), np.full(len(loads), sink), loads, np.zeros(len(loads), np.int64)
    )
    solver.set_nodes_supplies(np.arange(first), seats)
    solver.set_nodes_supplies(np.array([sink]), np.array([-int(seats.sum())]))
    if solver.solve() != solver.OPTIMAL:
        return None
    chosen = kept.copy()
    chosen[free] = solver.flows(arcs) > 0
    return chosen


def _sides(formulation: Formulation, rule: Rule) -> Ints:
    sides: Ints = formulation.upper[[n for n, one in enumerate(formulation.rule) if one == rule]]
    return sides


def relaxation(formulation: Formulation, start: Mask | None = None) -> Bound | None:
    """What holds of all choices, shares of a reviewer among them; None: there is no choice.

    From the columns of ``start`` on, those that would better the optimum are added until none
    does: the same bound as from all of them at once.
    """
    if not formulation.columns:
        is_met = ((formulation.lower <= 0) & (formulation.upper >= 0)).all()
        return Bound(0.0, np.zeros(0), np.zeros(0)) if is_met else None
    if start is None:
        start = np.ones(formulation.columns, dtype=bool)
    taken = start | formulation.kept
    while True:
        part = formulation.only(taken)
        answer = _relaxed(part)
        if answer is None:
            if taken.all():
                return None
            taken = np.ones_like(taken)
            continue
        reduced = -formulation.fit - formulation.matrix.T @ answer.prices
        better = (reduced < -SLIGHT) & ~taken
        if not better.any():
            break
        taken |= better
    reduced[taken] = answer.reduced
    total = -answer.objective - float(np.minimum(reduced[~taken], 0.0).sum())
    values = np.zeros(formulation.columns)
    values[taken] = answer.values
    return Bound(total, np.maximum(reduced, 0.0), values)


def _relaxed(formulation: Formulation) -> Answer | None:
    by_column = formulation.matrix.tocsc()
    return relaxed(
        Programme(
            -formulation.fit.astype(np.float64),
            formulation.kept.astype(np.float64), np.ones(formulation.columns),
            by_column.indptr.astype(np.int64), by_column.indices.astype(np.int64),
            by_column.data.astype(np.float64),
            formulation.lower.astype(np.float64), formulation.upper.astype(np.float64),
        )
    )  # fmt: skip


def search(formulation: Formulation, *, work: float, hint: Mask | None = None) -> Found:
    """The choice of the highest total fit under all rows; ``work`` in deterministic seconds."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    columns = [model.new_bool_var("") for _column in range(formulation.columns)]
    for column in np.flatnonzero(formulation.kept):
        model.add(columns[column] == 1)
    _add_rows(model, columns, formulation)
    model.maximize(cp_model.LinearExpr.weighted_sum(columns, formulation.fit.tolist()))
    for column in np.flatnonzero(hint) if hint is not None else ():
        model.add_hint(columns[column], 1)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = work
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Found(None, -1, is_proved=True)
    bound = int(np.floor(solver.best_objective_bound + SLIGHT))
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Found(None, bound, is_proved=False)
    chosen = np.array([solver.boolean_value(column) for column in columns], dtype=bool)
    return Found(chosen, bound, status == cp_model.OPTIMAL)


def conflicting(formulation: Formulation, *, work: float) -> frozenset[int]:
    """Submissions that cannot all be served, few if possible: those whose assumptions CP-SAT needed
    to refute the rows. Empty where it found no contradiction."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    columns = [model.new_bool_var("") for _column in range(formulation.columns)]
    served = {
        int(one): model.new_bool_var("") for one in np.unique(formulation.subject) if one >= 0
    }
    for column in np.flatnonzero(formulation.kept):
        model.add(columns[column] == 1)
    _add_rows(model, columns, formulation, served)
    model.add_assumptions(list(served.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = work
    if solver.solve(model) != cp_model.INFEASIBLE:
        return frozenset()
    blamed = set(solver.sufficient_assumptions_for_infeasibility())
    return frozenset(one for one, literal in served.items() if literal.index in blamed)


def _add_rows(model, columns, formulation, served=None) -> None:  # type: ignore[no-untyped-def]
    from ortools.sat.python import cp_model

    matrix = formulation.matrix
    sum_of = cp_model.LinearExpr.weighted_sum
    for number, (begin, end) in enumerate(pairwise(matrix.indptr.tolist())):
        values = matrix.data[begin:end]
        if (
            formulation.lower[number] <= values[values < 0].sum()
            and values[values > 0].sum() <= formulation.upper[number]
        ):
            continue
        taken = [columns[column] for column in matrix.indices[begin:end]]
        row = model.add_linear_constraint(
            sum_of(taken, values.tolist()) if taken else 0,
            int(formulation.lower[number]), int(formulation.upper[number]),
        )  # fmt: skip
        subject = int(formulation.subject[number])
        if served is not None and subject >= 0:
            row.only_enforce_if(served[subject])
