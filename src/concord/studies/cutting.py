"""How numbers become a table: its dimensions, whose each number is, and who knows it already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

from concord.core.disclosure import PUBLIC, Audience, Breadth, breadth_of
from concord.core.protection import TOTAL, Contribution, Dimension, Table
from concord.core.protection.errors import Key
from concord.record.audiences import audiences_of, members_of
from concord.register import vocabulary
from concord.studies.counted import AXES, NOT_STATED, SEVERAL, Number
from concord.studies.models import TotalsTable

COARSE: Final[Mapping[str, str]] = {"topic_group": "topic", "role_family": "role"}
"""Dimensions that take the lowest level of another together."""
FINE: Final = {axis: name for name, axis in COARSE.items()}
DIMENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    TotalsTable.PARTICIPATION: ("topic", "topic_group", "country", "role", "role_family", "year"),
    TotalsTable.WORKFORCE: ("country", "role", "role_family"),
    TotalsTable.NEED: ("topic", "topic_group", "country", "role", "role_family"),
}
LEAST_STATES: Final = 5
"""Totals of workforce and needs that more than one State reads are of so many States."""

Cut = tuple[str, ...]
Whose = Callable[[Number], tuple[str, tuple[str, ...], bool]]
"""Of a number its contributor, who else knows it, and whether the contributor is no attacker."""


def axis_of(name: str) -> str:
    """The axis that a dimension splits."""
    return COARSE.get(name, name)


def above(axis: str, code: str) -> str:
    """The code above a code; empty where the total is."""
    if code in {NOT_STATED, SEVERAL}:
        return ""
    if axis == "topic":
        if code.endswith(SEVERAL):
            return code.removesuffix(SEVERAL)
        return vocabulary.topics()[code].parent or ""
    return vocabulary.roles()[code].more.get("family", "") if axis == "role" else ""


def table_of(
    counted: Iterable[Number],
    cut: Cut,
    *,
    codes: Iterable[Number],
    whose: Whose,
) -> Table:
    """A table of numbers, with a line for every code that ``codes`` has."""
    seen = list(codes)
    places = [AXES.index(axis_of(name)) for name in cut]
    dimensions = tuple(
        _dimension(name, {number.codes[place] for number in seen})
        for name, place in zip(cut, places, strict=True)
    )
    rows = []
    for number in counted:
        contributor, seen_by, apart = whose(number)
        leaf = tuple(
            _leaf(name, number.codes[place]) for name, place in zip(cut, places, strict=True)
        )
        rows.append(Contribution(contributor, leaf, number.value, seen_by, apart))
    return Table(dimensions, tuple(rows))


def _leaf(name: str, code: str) -> str:
    return (above(axis_of(name), code) or code) if name in COARSE else code


def _dimension(name: str, codes: set[str]) -> Dimension:
    axis = axis_of(name)
    if name in COARSE or axis not in FINE:
        return Dimension.flat(axis, sorted({_leaf(name, code) for code in codes}))
    parents: dict[str, str] = {}
    for code in sorted(codes):
        parent = above(axis, code)
        parents[code] = parent or TOTAL
        if parent:
            parents[parent] = TOTAL
    return Dimension(axis, parents)


def coarser_cut(cut: Cut, levels: Iterable[tuple[str, int]]) -> Cut:
    """The dimensions of a table of which levels were taken off."""
    taken = dict(levels)
    found = []
    for name in cut:
        depth = taken.get(axis_of(name), 0)
        has_levels = name in FINE
        if depth == 0:
            found.append(name)
        elif depth == 1 and has_levels:
            found.append(FINE[name])
    return tuple(found)


def few_states(counted: Sequence[Number], table: Table, audience: str) -> list[Key]:
    """Cells of a table that would show so few States that they could be put in an order."""
    if breadth_of(audience) in {Breadth.STATE, Breadth.INSTITUTION}:
        return []
    states: dict[Key, set[str]] = defaultdict(set)
    for number in counted:
        for key in _keys_over(number, table):
            states[key].add(number.codes[AXES.index("country")])
    return [key for key, found in states.items() if len(found) < LEAST_STATES]


def _keys_over(number: Number, table: Table) -> list[Key]:
    """Every cell of a table that holds a number."""
    keys: list[Key] = [()]
    for dimension in sorted(table.dimensions, key=lambda d: d.name):
        code = number.codes[AXES.index(dimension.name)]
        leaf = code if code in dimension.parents else above(dimension.name, code)
        steps = [step for step in dimension.above(leaf) if step != TOTAL]
        keys += [(*key, (dimension.name, step)) for key in keys for step in steps]
    return keys


class Knowing:
    """Who knows a number besides its owner, by who is admitted where today."""

    def __init__(self, counted: Iterable[Number]) -> None:
        found = list(counted)
        self._shared = {frozenset(number.audiences) for number in found}
        self._owners = {who for number in found for who in (number.owner, *number.told)}
        self._members = lru_cache(self._members_of)
        self._reading: dict[str, frozenset[frozenset[str]]] = {}
        for member in sorted(set().union(*(self._readers(of) for of in self._shared))):
            self._reading[member] = frozenset(
                of for of in self._shared if member in self._readers(of)
            )

    @staticmethod
    def _members_of(audience: str) -> frozenset[str]:
        if breadth_of(audience) is Breadth.INSTITUTION:
            return frozenset({audience.partition(":")[2]})
        return frozenset(map(str, members_of(Audience(audience))))

    def _readers(self, audiences: frozenset[str]) -> frozenset[str]:
        found = [self._members(audience) for audience in audiences - {PUBLIC}]
        return frozenset.intersection(*found) if found else frozenset()

    def seen_by(self, number: Number) -> tuple[str, ...]:
        """Those owners of numbers, and those kinds of reader, who see it too."""
        audiences = frozenset(number.audiences)
        readers = {reader for reader in self._readers(audiences) if reader in self._owners}
        others = {
            _reader(self._reading[reader]) for reader in self._readers(audiences) - self._owners
        }
        if any(breadth_of(audience) is not Breadth.INSTITUTION for audience in audiences):
            others |= {
                _reader(frozenset(of for of in self._shared if of <= larger))
                for larger in self._shared
                if audiences <= larger
            }
        return tuple(sorted({*readers, *others, *number.told} - {number.owner}))


def _reader(reading: frozenset[frozenset[str]]) -> str:
    """A name for all who read the same."""
    return "reader of " + " or ".join(sorted(" & ".join(sorted(of)) for of in reading))


def who_knows(counted: Iterable[Number]) -> dict[str, list[str]]:
    """By record and revision, who knows its numbers besides its owner."""
    found = list(counted)
    knowing = Knowing(found)
    known: dict[str, set[str]] = defaultdict(set)
    for number in found:
        known[key_of(number)] |= set(knowing.seen_by(number))
    return {key: sorted(who) for key, who in known.items() if who}


def key_of(number: Number) -> str:
    """A record in one of its revisions."""
    return f"{number.record} {number.revision}"


def whose_for(scope: str, knows: Mapping[str, Sequence[str]]) -> Whose:
    """Whose each number is: its owner's.

    Where an institution releases its own, each of them is its record's, since what no cell may
    tell is then the number of one record.
    """
    owner = scope.partition(":")[2] if is_own(scope) else None

    def whose(number: Number) -> tuple[str, tuple[str, ...], bool]:
        seen_by = tuple(knows.get(key_of(number), ()))
        if number.owner != owner:
            return number.owner, seen_by, False
        return f"record {number.record}", (number.owner, *seen_by), True

    return whose


def is_own(scope: str) -> bool:
    """Whether a scope is one institution."""
    return scope.startswith(f"{Breadth.INSTITUTION}:")


def members_in(scope: str) -> frozenset[UUID] | None:
    """The institutions whose numbers a scope takes; None for all."""
    if scope == "all":
        return None
    if is_own(scope):
        return frozenset({UUID(scope.partition(":")[2])})
    return frozenset(members_of(Audience(scope)))


def audiences_for(institution: UUID) -> list[str]:
    """The audiences that an institution may let its own totals out to."""
    return [PUBLIC, *sorted(audiences_of([institution]))]
