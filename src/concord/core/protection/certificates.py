"""Proof that a cell is protected: two whole tables that fit all an attacker knows, and differ.

``fault_of`` checks a certificate in exact arithmetic and shares nothing with the search that made
it but the equations. Certificates stay at home: they hold the true table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from concord.core.protection.knowledge import Published, known
from concord.core.protection.tables import Cells, Ints


@dataclass(frozen=True)
class Certificate:
    """Two tables equal to the true one but in ``cells``, where they hold ``first`` and
    ``second``."""

    attacker: str | None
    cell: int
    cells: Ints
    first: Ints
    second: Ints


def fault_of(
    cells: Cells, published: Published, certificate: Certificate, width: int
) -> str | None:
    """What is wrong with a certificate; None where it proves its cell."""
    seen = known(cells, certificate.attacker, published)
    tables = []
    for changed in (certificate.first, certificate.second):
        if changed.dtype != np.int64 or changed.shape != certificate.cells.shape:
            return "a table is not of whole numbers"
        table = cells.values.copy()
        table[certificate.cells] = changed
        if (table < seen.lower).any() or (table > seen.upper).any():
            return "a table differs from what the attacker knows"
        if cells.equations.residual(table).any():
            return "a table does not add up"
        tables.append(table)
    if abs(int(tables[0][certificate.cell]) - int(tables[1][certificate.cell])) < width:
        return "the tables are too close in the cell"
    return None
