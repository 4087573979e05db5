"""What the withheld cells of a line add up to: whoever sees the total subtracts what is shown.

Where such a sum tells of too few contributors it is withheld like a cell: it joins the problem as
one, bound to its parts by an equation, so that everything that holds for cells holds for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from concord.core.protection.certificates import Certificate
from concord.core.protection.errors import Key
from concord.core.protection.primary import Rule
from concord.core.protection.tables import OPEN, Cells, Equations, Ints, Mask

Sum = tuple[int, ...]
"""The cells that add up, in order."""


def sums_given_away(cells: Cells, rule: Rule, withheld: Mask) -> list[Sum]:
    """The sums that a pattern tells everybody and that the rule would not let be told."""
    start, members = cells.equations.start, cells.equations.cell
    hidden = withheld[members]
    counts = np.add.reduceat(hidden, start[:-1]) if len(start) > 1 else np.zeros(0, dtype=int)
    found: dict[Sum, None] = {}
    for line in np.flatnonzero(counts > 1).tolist():
        part = slice(int(start[line]), int(start[line + 1]))
        chosen = hidden[part]
        if len(set(cells.equations.coefficient[part][chosen].tolist())) == 1:
            found[tuple(sorted(members[part][chosen].tolist()))] = None
    sums = list(found)
    if not sums:
        return []
    given, shares = _over(cells.given, sums) > 0, _over(cells.shares, sums)
    told = rule.gives_away(given.sum(axis=0), shares.max(axis=0), shares.sum(axis=0))
    return [one for one, is_so in zip(sums, told.tolist(), strict=True) if is_so]


def _over(rows: Ints | Mask, sums: Sequence[Sum]) -> Ints:
    columns = [rows[:, list(one)].sum(axis=1) for one in sums]
    found: Ints = np.stack(columns, axis=1).astype(np.int64)
    return found


def with_sums(cells: Cells, sums: Sequence[Sum]) -> Cells:
    """The problem with sums as further cells, which are withheld and nobody's to publish."""
    if not sums:
        return cells
    count = len(cells)
    keys: tuple[Key, ...] = tuple((("sum", str(count + n)),) for n in range(len(sums)))
    said = _over(cells.given, sums)
    anything = cells.given.sum(axis=0) > 0
    parts = [anything[list(one)] for one in sums]
    whole = np.stack(
        [(cells.whole[:, list(one)] | ~given).all(axis=1) & given.any()
         for one, given in zip(sums, parts, strict=True)],
        axis=1,
    )  # fmt: skip
    zeros = np.zeros(len(sums), dtype=np.int64)
    return replace(
        cells,
        keys=(*cells.keys, *keys),
        values=np.append(cells.values, _over(cells.values[None, :], sums)[0]),
        weights=np.append(cells.weights, zeros),
        equations=_with_equations(cells.equations, sums, count),
        shares=np.hstack([cells.shares, _over(cells.shares, sums)]),
        given=np.hstack([cells.given, said > 0]),
        known=np.hstack([cells.known, _over(cells.known, sums)]),
        whole=np.hstack([cells.whole, whole]),
        lower=np.append(cells.lower, zeros),
        upper=np.append(cells.upper, zeros + OPEN),
        own=np.append(cells.own, zeros > 0),
        sensitive=np.append(cells.sensitive, zeros == 0),
        at={**cells.at, **{key: count + n for n, key in enumerate(keys)}},
        sums=(*cells.sums, *sums),
    )


def _with_equations(equations: Equations, sums: Sequence[Sum], count: int) -> Equations:
    ends = equations.start[-1] + np.cumsum([len(one) + 1 for one in sums])
    return Equations(
        np.append(equations.start, ends),
        np.append(equations.cell, [c for n, one in enumerate(sums) for c in (count + n, *one)]),
        np.append(equations.coefficient, [c for one in sums for c in (1, *[-1] * len(one))]),
        np.append(equations.right, np.zeros(len(sums), dtype=np.int64)),
    )


def carried(one: Certificate, cells: Cells, sums: Sequence[Sum]) -> Certificate:
    """A certificate of the problem before the newest ``sums`` joined it, with what they become."""
    place = {cell: i for i, cell in enumerate(one.cells.tolist())}
    first = len(cells) - len(sums)
    more = [
        (first + n, parts) for n, parts in enumerate(sums) if not place.keys().isdisjoint(parts)
    ]
    if not more:
        return one
    moved = []
    for table in (one.first, one.second):
        changes = table - cells.values[one.cells]
        added = [
            int(cells.values[cell]) + sum(int(changes[place[p]]) for p in parts if p in place)
            for cell, parts in more
        ]
        moved.append(np.append(table, np.array(added, dtype=np.int64)))
    return Certificate(
        one.attacker, one.cell, np.append(one.cells, [cell for cell, _parts in more]), *moved
    )
