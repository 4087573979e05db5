"""Rounding to a base, the alternative to withholding, under the same audit.

Each cell is rounded to the nearest multiple by itself, halves upwards, so that one input gives one
output; totals of rounded cells then need not add up, and a reader is told so. A reader who knows
the rule and the base reads each cell as an interval; the audit works all of them back together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from concord.core.protection.attack import Interval, exposed
from concord.core.protection.certificates import Certificate
from concord.core.protection.errors import TableError, UnprotectableError
from concord.core.protection.knowledge import Published, attackers, known, targets
from concord.core.protection.movement import Mover
from concord.core.protection.primary import Rule
from concord.core.protection.tables import Cells, Ints


@dataclass(frozen=True)
class Rounded:
    """Rounded values, and the primary cells that somebody can still work back too narrowly; it is
    fit to be published only where there are none."""

    base: int
    values: Ints
    published: Published
    exposed: tuple[Interval, ...]


def round_to(cells: Cells, rule: Rule, base: int, *, whole: bool = False) -> Rounded:
    """All cells rounded to ``base``, with the audit; public cells stay as they are."""
    if base < 2:
        raise TableError("a base of rounding is 2 or more")
    values: Ints = (cells.values + base // 2) // base * base
    lower = np.maximum(values - base // 2, 0)
    upper = values - base // 2 + base - 1
    values = np.where(cells.public, cells.values, values)
    published = Published(
        np.where(cells.own, np.maximum(lower, cells.lower), cells.lower),
        np.where(cells.own, np.minimum(upper, cells.upper), cells.upper),
    )
    return Rounded(base, values, published, exposed(cells, rule, published, whole=whole))


def proofs(cells: Cells, rule: Rule, published: Published) -> Iterator[Certificate]:
    """A certificate for every attacker and primary cell of what is published in any way.

    ``UnprotectableError`` for an attacker with the cells for which none was found.
    """
    primary, widths, mover = rule.primary(cells), rule.widths(cells), Mover(cells)
    cost = np.ones(len(cells))
    everywhere = np.arange(len(cells))
    for attacker in attackers(cells):
        seen, bare = known(cells, attacker, published), []
        for cell in np.flatnonzero(targets(cells, attacker, primary)).tolist():
            move = mover.find(cell, int(widths[cell]), seen, cost, everywhere)
            if move is None:
                bare.append(cells.keys[cell])
                continue
            values = cells.values[move.cells]
            yield Certificate(attacker, cell, move.cells, values + move.up, values + move.down)
        if bare:
            raise UnprotectableError(attacker, bare)
