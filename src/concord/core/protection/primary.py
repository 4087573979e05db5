"""Which cells are withheld for their own sake, and how wide a doubt each must keep.

The rules are the usual ones of official statistics: a minimum of contributors, and dominance of
the largest (A. Hundepool et al., "Statistical Disclosure Control", Wiley 2012, chapter 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from concord.core.protection.errors import TableError
from concord.core.protection.tables import Cells, Ints, Mask


@dataclass(frozen=True)
class Rule:
    """A cell is withheld with 1 to ``minimum`` - 1 contributors, or where the largest of them has
    more than ``dominance_percent`` of it. Its doubt is as wide as ``width_percent`` of its value,
    rounded up, and never less than ``width_least``.

    A contributor who said zero is one. A cell of which nobody said anything is published as zero:
    it holds nothing of anybody. What a cell and the same of an earlier release are apart is held to
    the same rule: where too few have changed it since, it is withheld.
    """

    minimum: int = 3
    dominance_percent: int = 80
    width_percent: int = 50
    width_least: int = 2

    def __post_init__(self) -> None:
        if self.minimum < 2 or self.width_least < 1 or self.width_percent < 0:
            raise TableError("a rule asks for two contributors and a width of one at the least")
        if not 1 <= self.dominance_percent <= 100:
            raise TableError("dominance is from 1 to 100 percent")

    def primary(self, cells: Cells) -> Mask:
        """The cells that are withheld for their own sake."""
        if not cells.contributors:
            return np.zeros(len(cells), dtype=bool)
        given, shares = cells.given, cells.shares
        found = self.gives_away(given.sum(axis=0), shares.max(axis=0), cells.values)
        found |= cells.sensitive
        now, before = cells.again
        moved = np.abs(shares[:, now] - shares[:, before])
        changed = (moved > 0) | (given[:, now] != given[:, before])
        found[now] |= self.gives_away(changed.sum(axis=0), moved.max(axis=0), moved.sum(axis=0))
        found &= ~cells.public
        return found

    def gives_away(self, count: Ints, largest: Ints, values: Ints) -> Mask:
        """Whether what so many say, and the largest of them so much, tells of too few."""
        few = (count > 0) & (count < self.minimum)
        found: Mask = few | (largest * 100 > self.dominance_percent * values)
        return found

    def widths(self, cells: Cells) -> Ints:
        """w: how far apart two values of each cell must be that nobody can tell from each other."""
        share = -(-cells.values * self.width_percent // 100)
        return np.maximum(share, self.width_least)
