"""Rounding to a base, the alternative to withholding, under the same audit.

Each cell is rounded to the nearest multiple by itself, halves upwards, so that one input gives one
output; totals of rounded cells then need not add up, and a reader is told so. A reader who knows
the rule and the base reads each cell as an interval; the audit works all of them back together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from concord.core.protection.attack import Interval, exposed
from concord.core.protection.errors import TableError
from concord.core.protection.knowledge import Published
from concord.core.protection.primary import Rule
from concord.core.protection.tables import Cells, Ints


@dataclass(frozen=True)
class Rounded:
    """Rounded values, and the primary cells that somebody can still work back too narrowly; it is
    fit to be published only where there are none."""

    base: int
    values: Ints
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
    return Rounded(base, values, exposed(cells, rule, published, whole=whole))
