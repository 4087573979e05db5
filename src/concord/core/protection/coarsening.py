"""The coarser table that keeps most, where a fine one would lose too much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from concord.core.protection.errors import Key, UnprotectableError
from concord.core.protection.primary import Rule
from concord.core.protection.suppression import Release, suppress
from concord.core.protection.tables import Earlier, Out, Table, cells_of, keys_of

TOO_MUCH = 1 / 3
"""More than this part withheld, and a coarser table is proposed."""


@dataclass(frozen=True)
class Proposal:
    """A coarser table: which dimensions were taken together, how many levels of each."""

    table: Table
    levels: tuple[tuple[str, int], ...]
    release: Release


def too_much_falls(release: Release) -> bool:
    return release.share > TOO_MUCH


def coarser_of(
    table: Table,
    rule: Rule,
    *,
    earlier: Sequence[Earlier] = (),
    public: Sequence[Key] = (),
    out: Sequence[Out] = (),
    sensitive: Callable[[Table], Iterable[Key]] = lambda _table: (),
    against: tuple[str | None, ...] | None = None,
) -> Proposal | None:
    """Of all coarser tables that withhold no more than a third, the one that publishes most cells
    which hold something; None where there is none, or the total alone is left.

    Earlier figures bind where the coarser table still has their cells. Where it has not, the fine
    cells stay in the problem as withheld ones, so no attacker of the coarser table knows less.
    ``sensitive`` says of each table which cells of it are withheld whatever the rule says.
    """
    best: Proposal | None = None
    most = 0
    for levels, coarse in _coarser(table):
        tables = [table] if earlier or public else [coarse]
        cells = cells_of(
            tables, earlier=earlier, public=public, out=out, sensitive=sensitive(tables[0])
        )
        own = np.array([cells.at[key] for key in keys_of(coarse)])
        start = cells.own & ~cells.public
        start[own] = False
        try:
            release = suppress(cells, rule, start=start if start.any() else None, against=against)
        except UnprotectableError:
            continue
        holding = (release.cells.given.sum(axis=0) > 0)[own]
        kept = int((holding & ~release.withheld[own]).sum())
        lost = int(release.withheld[own].sum())
        if lost <= TOO_MUCH * max(1, int(holding.sum())) and kept > max(most, 1):
            best, most = Proposal(coarse, levels, release), kept
    return best


def _coarser(table: Table) -> Iterator[tuple[tuple[tuple[str, int], ...], Table]]:
    """Every coarser table once, in a fixed order, with the levels taken off each dimension."""
    found: list[tuple[tuple[tuple[str, int], ...], Table]] = [((), table)]
    for dimension in table.dimensions:
        for levels, before in tuple(found):
            current, taken = before, 0
            while any(d.name == dimension.name for d in current.dimensions):
                current, taken = current.coarser(dimension.name), taken + 1
                found.append(((*levels, (dimension.name, taken)), current))
    yield from found[1:]
