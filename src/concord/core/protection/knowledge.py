"""What is published, and what each attacker knows besides.

An attacker is an outsider (None), one contributor, who knows its own shares v, or somebody with
whom numbers were shared: no cell is below what it knows of it, and a cell of which it knows all is
known to it. That there is nothing else is not published; we take it that it knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from concord.core.protection.tables import Cells, Ints, Mask


@dataclass(frozen=True)
class Published:
    """Between which ends a reader sees each cell: both its value where it is published."""

    lower: Ints
    upper: Ints

    @classmethod
    def without(cls, cells: Cells, withheld: Mask) -> Published:
        return cls(
            np.where(withheld, cells.lower, cells.values),
            np.where(withheld, cells.upper, cells.values),
        )

    @classmethod
    def before(cls, cells: Cells) -> Published:
        """What is known whatever is withheld."""
        return cls(cells.lower, cells.upper)


def attackers(cells: Cells) -> tuple[str | None, ...]:
    """An outsider, then everybody who knows a part."""
    return (None, *cells.attackers)


def known(cells: Cells, attacker: str | None, published: Published) -> Published:
    """What is published as the attacker reads it."""
    if attacker is None:
        return published
    row = cells.attackers.index(attacker)
    whole = cells.whole[row]
    return Published(
        np.where(whole, cells.values, np.maximum(published.lower, cells.known[row])),
        np.where(whole, cells.values, published.upper),
    )


def targets(cells: Cells, attacker: str | None, primary: Mask) -> Mask:
    """The primary cells that hold something that the attacker does not know."""
    if attacker is None:
        return primary
    found: Mask = primary & ~cells.whole[cells.attackers.index(attacker)]
    return found
