"""A release as a problem of protection: its numbers, and the releases that were out before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np

from concord.core.protection import (
    Cells,
    Certificate,
    Dimension,
    Out,
    Published,
    Rule,
    Table,
    cells_of,
    keys_of,
    with_sums,
)
from concord.core.protection.errors import Key
from concord.core.protection.knowledge import attackers, targets
from concord.core.protection.sums import Sum
from concord.studies.counted import Number, numbers
from concord.studies.cutting import few_states, members_in, table_of, who_knows, whose_for
from concord.studies.models import Method, Release, TotalsTable

VALUE, PROTECTED, NOTHING = "value", "protected", "nothing"
"""What a cell of a release is: a figure, withheld, or one of which nobody said anything."""


@dataclass(frozen=True)
class Problem:
    """What a release adds up, and what is out already."""

    release: Release
    protected: tuple[Number, ...]
    """Numbers that not everybody sees, and that their owners let enter totals."""
    seen: tuple[Number, ...]
    """Other numbers that all its readers see, which are added afterwards."""
    before: tuple[Release, ...]
    knows: dict[str, list[str]]
    sums: tuple[Sum, ...] = ()
    """What withheld cells of a line add up to, where that is protected too."""

    @property
    def cut(self) -> tuple[str, ...]:
        return tuple(self.release.dimensions)

    @cached_property
    def table(self) -> Table:
        """What is protected, as it is split."""
        whose = whose_for(self.release.scope, self.knows)
        codes = (*self.protected, *self.seen)
        return table_of(self.protected, self.cut, codes=codes, whose=whose)

    @cached_property
    def out(self) -> tuple[Out, ...]:
        """The releases before it, with their inputs as they were."""
        return tuple(_out(one, self.release.scope, self.knows) for one in self._remembered)

    @property
    def _remembered(self) -> list[Release]:
        return [one for one in self.before if one.home]

    @cached_property
    def cells(self) -> Cells:
        """The one problem of all of it; raises ``MarginsDifferError``."""
        public, sensitive = self.forgotten
        cells = cells_of(
            [self.table],
            out=self.out,
            public=public,
            sensitive=[*sensitive, *self.sensitive(self.table)],
        )
        return with_sums(cells, self.sums)

    @cached_property
    def forgotten(self) -> tuple[list[Key], list[Key]]:
        """Cells of earlier releases whose numbers were purged: what still holds, and what not.

        What says the same is taken to be the same; what does not is withheld, since nobody can
        tell any more how many have changed it.
        """
        same: list[Key] = []
        other: list[Key] = []
        forgotten = [one for one in self.before if not one.home]
        if not forgotten:
            return same, other
        cells = cells_of([self.table])
        for one in forgotten:
            for key, low, high in told_of(one):
                if key in cells.at:
                    value = int(cells.values[cells.at[key]])
                    (same if low == value == high else other).append(key)
        return same, other

    def sensitive(self, table: Table) -> list[Key]:
        """Cells of a table like this one that are withheld whatever the rule says of all of it."""
        return [*self._few_states(table), *_without_what_is_seen(table, self.release.rule_used)]

    def _few_states(self, table: Table) -> list[Key]:
        """Cells that would put States in an order by what they lack."""
        if self.release.table == TotalsTable.PARTICIPATION:
            return []
        few = few_states((*self.protected, *self.seen), table, self.release.audience)
        alone = cells_of([table])
        return [key for key in few if alone.given[:, alone.at[key]].any()]

    @cached_property
    def seen_cells(self) -> Cells:
        """What all who read the release see of each cell, in the order of the table."""
        whose = whose_for("all", {})
        codes = (*self.protected, *self.seen)
        return cells_of([table_of(self.seen, self.cut, codes=codes, whose=whose)])

    @property
    def to_prove(self) -> list[tuple[str | None, int]]:
        """Every attacker with every cell that it must not work back."""
        primary = self.release.rule_used.primary(self.cells)
        return [
            (attacker, cell)
            for attacker in attackers(self.cells)
            for cell in np.flatnonzero(targets(self.cells, attacker, primary)).tolist()
        ]

    @property
    def published(self) -> Published:
        """What the release and those before it let everybody know of each cell."""
        cells = self.cells
        lower, upper = cells.lower.copy(), cells.upper.copy()
        for key, low, high in told_of(self.release):
            place = cells.at[key]
            lower[place], upper[place] = max(low, int(lower[place])), min(high, int(upper[place]))
        return Published(lower, upper)

    @property
    def contributors(self) -> int:
        """How many institutions enter it, or records where an institution adds up its own."""
        return len({given.contributor for given in self.table.contributions})


def _without_what_is_seen(table: Table, rule: Rule) -> list[Key]:
    """Cells that the rule withholds once a reader subtracts what was shared with it anyway."""
    given = table.contributions
    readers = {who for one in given for who in one.seen_by} - {one.contributor for one in given}
    found: list[Key] = []
    for reader in sorted(readers):
        rest = tuple(one for one in given if reader not in one.knowing)
        cells = cells_of([Table(table.dimensions, rest)])
        found += [cells.keys[place] for place in np.flatnonzero(rule.primary(cells)).tolist()]
    return found


def problem_now(release: Release) -> Problem:
    """The problem of a release from what the register says now and what is out now."""
    members = members_in(release.scope)
    found = numbers(
        table=release.table,
        measure=release.measure,
        stage=release.stage,
        among=lambda owner: members is None or owner in members,
    )
    protected = tuple(n for n in found if n.audiences and n.in_totals)
    seen = tuple(
        n
        for n in found
        if {release.audience} >= set(n.audiences) and not (n.audiences and n.in_totals)
    )
    before = tuple(released_before(release))
    return Problem(release, protected, seen, before, who_knows(_all(protected, before)))


def problem_then(release: Release) -> Problem | None:
    """The problem as it was computed; None where what it rested on was purged since."""
    held = release.home_read()
    before = Release.objects.in_bulk([UUID(key) for key in release.after])
    if not held or len(before) < len(release.after):
        return None
    return Problem(
        release,
        tuple(map(Number.of, held["protected"])),
        tuple(map(Number.of, held["seen"])),
        tuple(before[UUID(key)] for key in release.after),
        held["knows"],
        tuple(map(tuple, held["sums"])),
    )


def released_before(release: Release) -> list[Release]:
    """What is out of the same numbers, the oldest first; what was withdrawn too."""
    rows = Release.objects.filter(
        table=release.table,
        measure=release.measure,
        stage=release.stage,
        state__in=[Release.State.RELEASED, Release.State.WITHDRAWN],
    ).exclude(id=release.id)
    return list(rows.order_by("released_at", "id"))


def _all(protected: Iterable[Number], before: Iterable[Release]) -> list[Number]:
    earlier = [Number.of(plain) for one in before for plain in one.home_read().get("protected", ())]
    return [*protected, *earlier]


def _out(one: Release, scope: str, knows: dict[str, list[str]]) -> Out:
    held = one.home_read()
    protected, seen = ([Number.of(plain) for plain in held[name]] for name in ("protected", "seen"))
    table = table_of(
        protected, tuple(one.dimensions), codes=(*protected, *seen), whose=whose_for(scope, knows)
    )
    keys = keys_of(table)
    ends: dict[Key, tuple[int, int | None]] = {key: (low, high) for key, low, high in told_of(one)}
    return Out(table, ends, frozenset(keys[place] for place in held["primary"]))


def told_of(one: Release) -> list[tuple[Key, int, int]]:
    """What a release says of the withheld part of each cell that it shows: between which ends."""
    figures, half = one.figures, (one.base or 0) // 2
    found = []
    for key, value, seen, state in zip(
        figure_keys(figures), figures["values"], figures["seen"], figures["states"], strict=True
    ):
        if state == PROTECTED:
            continue
        told = (value or 0) - seen
        if one.method == Method.ROUNDING and state == VALUE:
            found.append((key, max(told - half, 0), told - half + (one.base or 1) - 1))
        else:
            found.append((key, told, told))
    return found


def figure_keys(figures: dict[str, Any]) -> list[Key]:
    """The keys of the cells of a released table, in their order."""
    dimensions = tuple(Dimension(d["name"], d["parents"]) for d in figures["dimensions"])
    return keys_of(Table(dimensions, ()))


def figures_of(problem: Problem, values: Sequence[int], withheld: Sequence[bool]) -> dict[str, Any]:
    """The table as it is let out: what is seen already added to what is protected."""
    cells = problem.cells
    own = cells.boxes[0].ravel()
    said = np.any(cells.given[:, own], axis=0)
    seen: list[int] = problem.seen_cells.values.tolist()
    seen_said = np.any(problem.seen_cells.given, axis=0)
    states = [
        PROTECTED if is_hidden else VALUE if is_said or is_seen else NOTHING
        for is_hidden, is_said, is_seen in zip(withheld, said, seen_said, strict=True)
    ]
    return {
        "dimensions": [
            {"name": d.name, "cut": name, "parents": dict(d.parents)}
            for d, name in zip(problem.table.dimensions, problem.cut, strict=True)
        ],
        "values": [
            value + of_all if state == VALUE else None
            for value, of_all, state in zip(values, seen, states, strict=True)
        ],
        "seen": seen,
        "states": states,
    }


def certificate_plain(one: Certificate) -> list[Any]:
    """A certificate as plain values, to be kept."""
    return [one.attacker, one.cell, *(part.tolist() for part in (one.cells, one.first, one.second))]


def certificate_of(plain: Sequence[Any]) -> Certificate:
    """A certificate of plain values."""
    attacker, cell, *parts = plain
    cells, first, second = (np.array(part, dtype=np.int64) for part in parts)
    return Certificate(attacker, cell, cells, first, second)
