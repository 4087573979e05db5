"""Totals that give nothing away: protection of published tables over withheld numbers.

``cells_of`` makes linked tables one problem, with earlier releases in it, whatever has changed
since; ``suppress`` and, for
small ones, ``suppress_exactly`` choose what to withhold beside what a ``Rule`` asks for, with a
certificate for every attacker and cell; ``fault_of`` checks a certificate; ``attack`` and
``exposed`` work a release back; ``round_to`` is the alternative; ``coarser_of`` proposes a coarser
table. Everything is decided by the input alone: no clock, no chance.

Not held off: two contributors who put their knowledge together, sums that follow from several lines
at once, and a reader who reasons from how the pattern was chosen.
"""

from concord.core.protection.attack import Interval, attack, exposed
from concord.core.protection.certificates import Certificate, fault_of
from concord.core.protection.coarsening import Proposal, coarser_of, too_much_falls
from concord.core.protection.errors import (
    Key,
    MarginsDifferError,
    ProtectionError,
    SolverError,
    TableError,
    UnprotectableError,
)
from concord.core.protection.exact import SMALL, suppress_exactly
from concord.core.protection.knowledge import Published
from concord.core.protection.primary import Rule
from concord.core.protection.rounding import Rounded, proofs, round_to
from concord.core.protection.sums import sums_given_away, with_sums
from concord.core.protection.suppression import Release, suppress
from concord.core.protection.tables import (
    TOTAL,
    Cells,
    Contribution,
    Dimension,
    Earlier,
    Out,
    Table,
    cells_of,
    keys_of,
)

__all__ = [
    "SMALL",
    "TOTAL",
    "Cells",
    "Certificate",
    "Contribution",
    "Dimension",
    "Earlier",
    "Interval",
    "Key",
    "MarginsDifferError",
    "Out",
    "Proposal",
    "ProtectionError",
    "Published",
    "Release",
    "Rounded",
    "Rule",
    "SolverError",
    "Table",
    "TableError",
    "UnprotectableError",
    "attack",
    "cells_of",
    "coarser_of",
    "exposed",
    "fault_of",
    "keys_of",
    "proofs",
    "round_to",
    "sums_given_away",
    "suppress",
    "suppress_exactly",
    "too_much_falls",
    "with_sums",
]
