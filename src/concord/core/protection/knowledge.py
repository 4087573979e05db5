"""What is published, and what each attacker knows besides.

An attacker is an outsider (None) or one contributor, who knows its own shares v: no cell is below
its share, and a cell of which it is the only contributor is known to it. That it is the only one is
not published; we take it that it knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from concord.core.protection.tables import Cells, Ints, Mask

OPEN = 2**50
"""An upper end that nothing published gives."""


@dataclass(frozen=True)
class Published:
    """Between which ends a reader sees each cell: both its value where it is published."""

    lower: Ints
    upper: Ints

    @classmethod
    def without(cls, cells: Cells, withheld: Mask) -> Published:
        return cls(np.where(withheld, 0, cells.values), np.where(withheld, OPEN, cells.values))


def attackers(cells: Cells) -> tuple[str | None, ...]:
    """An outsider, then every contributor."""
    return (None, *cells.contributors)


def known(cells: Cells, attacker: str | None, published: Published) -> Published:
    """What is published as the attacker reads it."""
    if attacker is None:
        return published
    row = cells.contributors.index(attacker)
    sole = cells.given[row] & (cells.given.sum(axis=0) == 1)
    return Published(
        np.where(sole, cells.values, np.maximum(published.lower, cells.shares[row])),
        np.where(sole, cells.values, published.upper),
    )


def targets(cells: Cells, attacker: str | None, primary: Mask) -> Mask:
    """The primary cells that hold something of somebody else."""
    if attacker is None:
        return primary
    others = cells.given.sum(axis=0) - cells.given[cells.contributors.index(attacker)]
    found: Mask = primary & (others > 0)
    return found
