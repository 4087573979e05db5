"""What can be wrong with a table or with the wish to publish it."""

from __future__ import annotations

from collections.abc import Sequence

Key = tuple[tuple[str, str], ...]


class ProtectionError(ValueError):
    """The parent of all errors of this room."""

    code = "protection"


class TableError(ProtectionError):
    """A table that cannot be read: an unknown code, a negative or a fractional number."""

    code = "protection.table"


class MarginsDifferError(ProtectionError):
    """Linked tables, or an earlier release, say another value of the same cells."""

    code = "protection.margins-differ"


class UnprotectableError(ProtectionError):
    """Cells that stay open to somebody whatever else is withheld."""

    code = "protection.unprotectable"

    def __init__(self, attacker: str | None, cells: Sequence[Key]) -> None:
        self.attacker, self.cells = attacker, tuple(cells)
        who = "an outsider" if attacker is None else f"the contributor {attacker!r}"
        super().__init__(
            f"{who} can work back {len(self.cells)} cells whatever else is withheld, "
            f"the first of them {self.cells[0]!r}: what is public already gives them away"
        )


class SolverError(ProtectionError):
    """The solver ended with anything but an answer that it stands by."""

    code = "protection.solver"
