"""Complementary suppression of large tables, cell by cell, and the release that comes of it.

For every attacker and every primary cell in turn, unless a move that was found before serves
again: the cheapest move of the cell within a small box of the table around it, where cells that
are withheld already cost next to nothing; then in larger boxes; then in the whole of it. All that
moves is withheld, and the move itself is the certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from concord.core.protection.certificates import Certificate, fault_of
from concord.core.protection.errors import Key, ProtectionError, UnprotectableError
from concord.core.protection.knowledge import Published, attackers, known, targets
from concord.core.protection.movement import Mover
from concord.core.protection.primary import Rule
from concord.core.protection.sums import carried, sums_given_away, with_sums
from concord.core.protection.tables import Axis, Cells, Floats, Ints, Mask

SIDES = (4, 8, 16)
"""How many codes of each axis the boxes take, one after the other."""
NEXT_TO_NOTHING = 1e-3


@dataclass(frozen=True)
class Release:
    """What may be published, and why: the certificates stay at home."""

    cells: Cells
    primary: Mask
    withheld: Mask
    certificates: tuple[Certificate, ...]
    cost: int
    """The weights of the withheld cells."""
    bound: int | None = None
    """No pattern costs less; None where that was not asked."""

    @property
    def is_optimal(self) -> bool:
        return self.bound == self.cost

    @property
    def share(self) -> float:
        """Which part of the cells that hold anything is withheld."""
        holding = int((self.cells.given.any(axis=0) & self.cells.own).sum())
        fallen = int((self.withheld & self.cells.own).sum())
        return fallen / max(1, holding, fallen)

    def published(self) -> dict[Key, int | None]:
        """Every cell; None where it is withheld, whether for its own sake or another's."""
        cells = self.cells
        return {
            cells.keys[i]: None if self.withheld[i] else int(cells.values[i])
            for i in np.flatnonzero(cells.own).tolist()
        }


def release_of(
    cells: Cells,
    rule: Rule,
    withheld: Mask,
    certificates: list[Certificate],
    *,
    against: tuple[str | None, ...],
    bound: int | None = None,
) -> Release:
    """A release of which every certificate was checked; anything else is an error of ours."""
    primary, widths = rule.primary(cells), rule.widths(cells)
    published = Published.without(cells, withheld)
    proved = set()
    for one in certificates:
        fault = fault_of(cells, published, one, int(widths[one.cell]))
        if fault is not None:
            raise ProtectionError(f"a certificate of {cells.keys[one.cell]!r} fails: {fault}")
        proved.add((one.attacker, one.cell))
    for attacker in against:
        for cell in np.flatnonzero(targets(cells, attacker, primary)).tolist():
            if (attacker, cell) not in proved:
                raise ProtectionError(f"{cells.keys[cell]!r} has no certificate")
    cost = int(cells.weights[withheld].sum())
    return Release(cells, primary, withheld, tuple(certificates), cost, bound)


def suppress(
    cells: Cells,
    rule: Rule,
    *,
    start: Mask | None = None,
    against: tuple[str | None, ...] | None = None,
    bound: int | None = None,
    progress: Callable[[float], None] = lambda _share: None,
) -> Release:
    """Withhold what the rule asks for, and what else it takes against every attacker.

    What the withheld cells of a line add up to is protected too, where it would tell of too few:
    the cells of the release then hold such sums beside those that were given.

    ``start`` names cells that are withheld anyway; ``against`` the attackers, all by default;
    ``progress`` hears which share of them is done.
    ``UnprotectableError`` names the cells for which no protection was found.
    """
    search = _Search(cells, rule, start)
    certificates: list[Certificate] = []
    against = attackers(cells) if against is None else against
    for done, attacker in enumerate(against, start=1):
        certificates += search.protect(attacker)
        progress(done / len(against))
    out_already = set(sums_given_away(cells, rule, ~cells.public))
    while True:
        told = sums_given_away(cells, rule, search.withheld)
        sums = [one for one in told if one not in out_already and one not in cells.sums]
        if not sums:
            break
        cells = with_sums(cells, sums)
        certificates = [carried(one, cells, sums) for one in certificates]
        search = _Search(cells, rule, np.append(search.withheld, np.ones(len(sums), dtype=bool)))
        for attacker in against:
            certificates += search.protect(attacker, first=len(cells) - len(sums))
    return release_of(cells, rule, search.withheld, certificates, against=against, bound=bound)


class _Search:
    def __init__(self, cells: Cells, rule: Rule, start: Mask | None) -> None:
        self._cells, self._mover = cells, Mover(cells)
        self._primary, self._widths = rule.primary(cells), rule.widths(cells)
        self.withheld = self._primary | cells.never
        if start is not None:
            self.withheld |= start
        self._is_begun = start is not None
        self._found: dict[int, list[Certificate]] = {}
        self._places = [_places(box, len(cells)) for box in cells.boxes]

    def protect(self, attacker: str | None, *, first: int = 0) -> list[Certificate]:
        """A certificate against one attacker for every cell from ``first`` on, the widest first."""
        cells = self._cells
        seen = known(cells, attacker, Published.before(cells))
        wanted = np.flatnonzero(targets(cells, attacker, self._primary))
        wanted = wanted[wanted >= first]
        order = wanted[np.lexsort((wanted, -self._widths[wanted]))].tolist()
        certificates, open_cells = [], []
        for cell in order:
            found = self._again(cell, attacker, seen) or self._anew(cell, attacker, seen)
            if found is None:
                open_cells.append(cells.keys[cell])
            else:
                certificates.append(found)
        if open_cells:
            raise UnprotectableError(attacker, open_cells)
        return certificates

    def _again(self, cell: int, attacker: str | None, seen: Published) -> Certificate | None:
        for one in self._found.get(cell, []):
            low, high = np.minimum(one.first, one.second), np.maximum(one.first, one.second)
            if (low >= seen.lower[one.cells]).all() and (high <= seen.upper[one.cells]).all():
                return Certificate(attacker, cell, one.cells, one.first, one.second)
        return None

    def _anew(self, cell: int, attacker: str | None, seen: Published) -> Certificate | None:
        cost: Floats = np.where(self.withheld, NEXT_TO_NOTHING, self._cells.weights)
        width = int(self._widths[cell])
        for within in self._neighbourhoods(cell, width):
            move = self._mover.find(cell, width, seen, cost, within)
            if move is not None:
                self.withheld[move.cells] = True
                values = self._cells.values[move.cells]
                found = Certificate(
                    attacker, cell, move.cells, values + move.up, values + move.down
                )
                self._found.setdefault(cell, []).append(found)
                return found
        return None

    def _neighbourhoods(self, cell: int, width: int) -> Iterator[Ints]:
        """The pattern that was begun with, growing sets of cells around one, then all cells."""
        if self._is_begun:
            yield np.flatnonzero(self.withheld)
        cells, size = self._cells, 0
        first = len(cells) - len(cells.sums)
        around = [cell] if cell < first else cells.sums[cell - first]
        for side in SIDES:
            parts = [
                self._around(box, axes, places[one], side, width)
                for box, axes, places in zip(cells.boxes, cells.axes, self._places, strict=True)
                for one in around
                if places[one] >= 0
            ]
            within = np.unique(np.concatenate([*parts, np.arange(first, len(cells))]))
            if size < len(within) < len(self._cells):
                yield within
            size = len(within)
        yield np.arange(len(self._cells))

    def _around(
        self, box: Ints, axes: tuple[Axis, ...], place: np.int64, side: int, width: int
    ) -> Ints:
        at = tuple(int(i) for i in np.unravel_index(place, box.shape)) if box.shape else ()
        chosen = []
        for number, axis in enumerate(axes):
            line = np.moveaxis(box, number, -1)[at[:number] + at[number + 1 :]]
            dear = np.where(self.withheld[line], 0, self._cells.weights[line])
            room = np.minimum(self._cells.values[line], width)
            rank = {
                code: i for i, code in enumerate(np.lexsort((np.arange(len(line)), dear, -room)))
            }
            chosen.append(_codes(axis, at[number], rank, side))
        return np.unique(box[np.ix_(*chosen)]) if chosen else box.reshape(-1)


def _codes(axis: Axis, own: int, rank: dict[int, int], side: int) -> list[int]:
    """The code, the best of its siblings, and below each a way down to the leaves."""
    parent = axis.parent[own]
    siblings = [] if parent < 0 else [c for c in axis.children[parent] if c != own]
    found = [own, *sorted(siblings, key=rank.__getitem__)[: side - 1]]
    for code in found:  # grows while it is read: each way down is followed to its end
        if axis.children[code]:
            wide = side - 1 if code == own else 1
            found += sorted(axis.children[code], key=rank.__getitem__)[:wide]
    return sorted(set(found))


def _places(box: Ints, count: int) -> Ints:
    places = np.full(count, -1, dtype=np.int64)
    places[box.ravel()] = np.arange(box.size)
    return places
