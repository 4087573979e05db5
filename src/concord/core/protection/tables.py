"""Tables over withheld numbers, and the equations that bind their cells.

A cell is known by its ``Key``: the pairs (dimension, code) that narrow it, without the totals. So
the margin "country = JP" of a table by topic and country and that of a table by role and country
are one cell, and linked tables become one problem by taking the union of their cells.

Symbols: n cells with values a (whole, not negative); equations M a = r, one for each total (total
minus parts = 0) and one for each figure of an earlier release; contributors p with shares v[p, i],
where a[i] = sum over p of v[p, i].
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from concord.core.protection.errors import Key, MarginsDifferError, TableError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
LARGEST = 2**40
"""No value is larger, so that no sum of a table leaves 64 bits."""
TOTAL = "*"
OPEN = 2**50
"""An upper end that nothing published gives."""


@dataclass(frozen=True)
class Dimension:
    """Codes of one dimension; ``parents`` gives the code above, ``TOTAL`` above the highest."""

    name: str
    parents: Mapping[str, str]

    @classmethod
    def flat(cls, name: str, codes: Iterable[str]) -> Dimension:
        return cls(name, dict.fromkeys(codes, TOTAL))

    def __post_init__(self) -> None:
        if TOTAL in self.parents:
            raise TableError(f"{self.name}: {TOTAL!r} stands for the total and cannot be a code")
        for code in self.parents:
            self.above(code)

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in a fixed order, the total first."""
        return (TOTAL, *sorted(self.parents))

    @property
    def leaves(self) -> tuple[str, ...]:
        inner = set(self.parents.values())
        return tuple(code for code in self.codes if code not in inner and code != TOTAL)

    def above(self, code: str) -> tuple[str, ...]:
        """The code itself and all above it, up to the total."""
        path = [code]
        while path[-1] != TOTAL:
            parent = self.parents.get(path[-1])
            if parent is None or parent in path:
                raise TableError(f"{self.name}: {path[-1]!r} has no way up to the total")
            path.append(parent)
        return tuple(path)

    def children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code in sorted(self.parents):
            found.setdefault(self.parents[code], []).append(code)
        return found

    def coarser(self) -> tuple[Dimension | None, dict[str, str]]:
        """Without its deepest level (None where nothing is left), and where each leaf goes."""
        depth = {code: len(self.above(code)) for code in self.parents}
        deepest = max(depth.values(), default=0)
        kept = {c: parent for c, parent in self.parents.items() if depth[c] < deepest}
        moved = {
            leaf: self.parents[leaf] if depth[leaf] == deepest else leaf for leaf in self.leaves
        }
        return (Dimension(self.name, kept) if kept else None), moved


@dataclass(frozen=True)
class Contribution:
    """What one contributor adds to one innermost cell: a code of each dimension, and a count.

    ``seen_by`` names who knows it besides the contributor, such as those it was shared with; a
    contributor that is no attacker, a record say, gives its owner here and is ``apart``.
    """

    contributor: str
    codes: tuple[str, ...]
    value: int
    seen_by: tuple[str, ...] = ()
    apart: bool = False

    @property
    def knowing(self) -> tuple[str, ...]:
        """All who know it."""
        own = () if self.apart else (self.contributor,)
        return tuple(dict.fromkeys((*own, *self.seen_by)))


@dataclass(frozen=True)
class Table:
    """One table: its dimensions, and who contributes what to its innermost cells."""

    dimensions: tuple[Dimension, ...]
    contributions: tuple[Contribution, ...]

    def __post_init__(self) -> None:
        if len({dimension.name for dimension in self.dimensions}) < len(self.dimensions):
            raise TableError("two dimensions of one table have the same name")
        leaves = [set(dimension.leaves) for dimension in self.dimensions]
        for given in self.contributions:
            if len(given.codes) != len(leaves):
                raise TableError(f"{given!r}: the table has {len(leaves)} dimensions")
            if isinstance(given.value, bool) or not isinstance(given.value, int):
                raise TableError(f"{given!r}: a count is a whole number")
            if not 0 <= given.value <= LARGEST:
                raise TableError(f"{given!r}: a count is from 0 to {LARGEST}")
            for dimension, codes, code in zip(self.dimensions, leaves, given.codes, strict=True):
                if code not in codes:
                    raise TableError(
                        f"{given!r}: {code!r} is no innermost code of {dimension.name}"
                    )

    def coarser(self, name: str) -> Table:
        """The table with the deepest level of the dimension ``name`` taken together."""
        at = next(i for i, dimension in enumerate(self.dimensions) if dimension.name == name)
        dimension, moved = self.dimensions[at].coarser()
        between = () if dimension is None else (dimension,)
        return Table(
            (*self.dimensions[:at], *between, *self.dimensions[at + 1 :]),
            tuple(
                Contribution(
                    given.contributor,
                    (
                        *given.codes[:at],
                        *(moved[given.codes[at]] for _ in between),
                        *given.codes[at + 1 :],
                    ),
                    given.value,
                    given.seen_by,
                    given.apart,
                )
                for given in self.contributions
            ),
        )


@dataclass(frozen=True)
class Earlier:
    """A figure that is out already: the cells ``members`` add up to ``value``."""

    members: tuple[Key, ...]
    value: int


@dataclass(frozen=True)
class Out:
    """A table that was released before, as its inputs were then.

    A cell to which the same contributors gave the same then and now is one cell; any other is a
    cell of its own, and what the two are apart counts as published where both are.
    """

    table: Table
    ends: Mapping[Key, tuple[int, int | None]]
    """Between which ends each cell was published, both its value; what is not here was withheld."""
    primary: frozenset[Key] = frozenset()
    """The cells that were withheld for their own sake."""


@dataclass(frozen=True)
class Equations:
    """M x = r with whole coefficients, row by row: row k is ``start[k]`` to ``start[k + 1]``."""

    start: Ints
    cell: Ints
    coefficient: Ints
    right: Ints

    def residual(self, values: Ints) -> Ints:
        """M x - r in exact arithmetic."""
        running = np.concatenate(([0], np.cumsum(self.coefficient * values[self.cell])))
        found: Ints = running[self.start[1:]] - running[self.start[:-1]] - self.right
        return found


@dataclass(frozen=True)
class Axis:
    """Codes of one axis by their place: the parent of each (-1 above the total), and its parts."""

    parent: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Cells:
    """Linked tables as one problem: what the methods of this room work on.

    ``boxes`` hold, for each table, its cells in the shape of the table (axes in the order of
    ``Dimension.codes``), and ``axes`` who stands above and below each code of an axis.
    """

    keys: tuple[Key, ...]
    values: Ints
    weights: Ints
    equations: Equations
    contributors: tuple[str, ...]
    shares: Ints
    """(contributors, cells)"""
    given: Mask
    """(contributors, cells): whether the contributor said anything, be it zero"""
    attackers: tuple[str, ...]
    """Whoever knows a part of it: the contributors, and those with whom they shared."""
    known: Ints
    """(attackers, cells): the part of each cell that the attacker knows"""
    whole: Mask
    """(attackers, cells): whether that is all that anybody said"""
    lower: Ints
    upper: Ints
    """Between which ends everybody knows a cell whatever is withheld now; the value itself where
    it was published, and from 0 without end where nothing was."""
    own: Mask
    """The cells of the tables to be published, not of earlier ones alone."""
    sensitive: Mask
    """Withheld for their own sake whatever the rule says."""
    again: Ints
    """(2, pairs): a cell, and the one of an earlier release that stood for other inputs"""
    boxes: tuple[Ints, ...]
    axes: tuple[tuple[Axis, ...], ...]
    at: Mapping[Key, int] = field(repr=False)
    sums: tuple[tuple[int, ...], ...] = ()
    """The cells of each sum that joined the problem, which are its last cells"""

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def public(self) -> Mask:
        """What everybody knows exactly, such as cells that cannot be but zero."""
        found: Mask = self.lower == self.upper
        return found

    @property
    def never(self) -> Mask:
        """Withheld in an earlier release, and no cell of this one: it stays withheld."""
        found: Mask = ~self.own & ~self.public
        return found


def cells_of(
    tables: Sequence[Table],
    *,
    earlier: Sequence[Earlier] = (),
    public: Iterable[Key] = (),
    out: Sequence[Out] = (),
    sensitive: Iterable[Key] = (),
) -> Cells:
    """All cells of linked tables with every equation that an outsider can write down.

    ``earlier`` are figures over the same inputs; ``out`` tables that were released when the inputs
    may have been others.

    ``MarginsDifferError`` where two tables give one cell two values, or where an earlier figure is
    not the sum of its members; ``TableError`` where an earlier figure names an unknown cell.
    """
    everything = [*tables, *(one.table for one in out)]
    given_by = {given.contributor for table in everything for given in table.contributions}
    attackers = sorted(
        {who for table in everything for given in table.contributions for who in given.knowing}
    )
    gathered = _Gathered(sorted(given_by), attackers)
    boxes = tuple(gathered.take(table) for table in tables)
    count = len(gathered.at)
    before = tuple(gathered.take(one.table, is_out=True) for one in out)
    at, size = gathered.at, len(gathered.at)
    own = np.zeros(size, dtype=bool)
    own[:count] = True
    shares, given = gathered.shares(), gathered.given()
    values: Ints = shares.sum(axis=0)
    if values.size and values.max() > LARGEST:
        raise TableError(f"a total is larger than {LARGEST}")
    known = [_known(figure, at) for figure in earlier]
    equations = _equations(everything, (*boxes, *before), known)
    for wrong in np.flatnonzero(equations.residual(values)):
        first = int(equations.cell[equations.start[wrong]])
        raise MarginsDifferError(
            f"a figure published with {tuple(at)[first]!r} is not the sum of its parts"
        )
    lower, upper = np.zeros(size, dtype=np.int64), np.full(size, OPEN, dtype=np.int64)
    marked = np.zeros(size, dtype=bool)
    for one, box in zip(out, before, strict=True):
        _tell(one, box, lower, upper, marked)
    if ((values < lower) | (values > upper)).any():
        raise MarginsDifferError("an earlier release says something else than its own inputs")
    for place in _places_of(public, at):
        lower[place] = upper[place] = values[place]
    for place in _places_of(sensitive, at):
        marked[place] = True
    weights = np.where(own, _weights(everything, (*boxes, *before), size), 0)
    return Cells(
        tuple(at),
        values,
        weights,
        equations,
        gathered.contributors,
        shares,
        given,
        gathered.attackers,
        gathered.known(),
        gathered.whole(),
        lower,
        upper,
        own,
        marked,
        np.array(gathered.again, dtype=np.int64).reshape(-1, 2).T,
        (*boxes, *before),
        tuple(tuple(_axis(d) for d in table.dimensions) for table in everything),
        at,
    )


def _places_of(keys: Iterable[Key], at: Mapping[Key, int]) -> Iterator[int]:
    for key in keys:
        if key not in at:
            raise TableError(f"{key!r} is no cell of these tables")
        yield at[key]


def keys_of(table: Table) -> list[Key]:
    """The keys of a table in the order of its box."""
    axes = [[(d.name, code) for code in d.codes] for d in table.dimensions]
    order = sorted(range(len(axes)), key=lambda axis: table.dimensions[axis].name)
    return [
        tuple(pairs[i] for i in order if pairs[i][1] != TOTAL) for pairs in itertools.product(*axes)
    ]


def _tell(one: Out, box: Ints, lower: Ints, upper: Ints, marked: Mask) -> None:
    """Write what an earlier release lets everybody know."""
    for key, place in zip(keys_of(one.table), box.ravel().tolist(), strict=True):
        if key in one.primary:
            marked[place] = True
        if key in one.ends:
            low, high = one.ends[key]
            lower[place] = max(int(lower[place]), low)
            upper[place] = min(int(upper[place]), OPEN if high is None else high)


class _Gathered:
    """Cells by key with who gave what to each and who knows of it, table by table."""

    def __init__(self, contributors: list[str], attackers: list[str]) -> None:
        self.contributors, self.attackers = tuple(contributors), tuple(attackers)
        self.at: dict[Key, int] = {}
        self.again: list[tuple[int, int]] = []
        self._row = {name: row for row, name in enumerate(contributors)}
        self._knows = {name: row for row, name in enumerate(attackers)}
        self._parts: list[tuple[Ints, Ints, Ints, Ints]] = []
        """(contributors or attackers, new cells): sums, said, known, said and known"""

    def take(self, table: Table, *, is_out: bool = False) -> Ints:
        """The cells of a table in its shape.

        A cell that another table has must be the same; where ``is_out``, one that is not becomes
        a cell of its own.
        """
        keys, found = keys_of(table), self._sums(table)
        shape = tuple(len(dimension.codes) for dimension in table.dimensions)
        cells = np.array([self.at.get(key, -1) for key in keys], dtype=np.int64)
        old = np.flatnonzero(cells >= 0)
        differs = self._differs(found, cells, old)
        if differs.size and not is_out:
            raise MarginsDifferError(
                f"linked tables differ in {len(differs)} cells that they share"
            )
        for place in differs.tolist():
            self.again.append((int(cells[place]), len(self.at)))
            self.at[*keys[place], ("before", str(len(self.again)))] = len(self.at)
            cells[place] = len(self.at) - 1
        new = np.flatnonzero(cells < 0)
        for place in new.tolist():
            cells[place] = self.at.setdefault(keys[place], len(self.at))
        fresh = np.concatenate([differs, new])
        self._parts.append(tuple(part[:, fresh] for part in found))  # type: ignore[arg-type]
        return cells.reshape(shape)

    def _differs(self, found: tuple[Ints, ...], cells: Ints, old: Ints) -> Ints:
        if not old.size:
            return old
        wrong = np.zeros(len(old), dtype=bool)
        for number, part in enumerate(found[:2]):
            known = self._joined(number)[:, cells[old]]
            new = part[:, old]
            wrong |= ((known != new) if number == 0 else ((known > 0) != (new > 0))).any(axis=0)
        return old[wrong]

    def _sums(self, table: Table) -> tuple[Ints, Ints, Ints, Ints]:
        place = [{code: i for i, code in enumerate(d.codes)} for d in table.dimensions]
        rows, knowing = [], []
        for given in table.contributions:
            codes = [at[code] for at, code in zip(place, given.codes, strict=True)]
            rows.append((self._row[given.contributor], *codes, given.value))
            knowing += [(self._knows[who], *codes, given.value) for who in given.knowing]
        return (*self._rolled(table, rows, len(self.contributors)),
                *self._rolled(table, knowing, len(self.attackers)))  # fmt: skip

    def _rolled(self, table: Table, rows: list[tuple[int, ...]], count: int) -> tuple[Ints, Ints]:
        shape = tuple(len(dimension.codes) for dimension in table.dimensions)
        columns = np.array(rows, dtype=np.int64).reshape(len(rows), len(shape) + 2).T
        sums = np.zeros((count, *shape), dtype=np.int64)
        said = np.zeros_like(sums)
        np.add.at(sums, tuple(columns[:-1]), columns[-1])
        np.add.at(said, tuple(columns[:-1]), 1)
        for axis, dimension in enumerate(table.dimensions):
            sums, said = (_roll_up(array, axis + 1, dimension) for array in (sums, said))
        size = int(np.prod(shape))
        return sums.reshape(count, size), said.reshape(count, size)

    def _joined(self, number: int) -> Ints:
        if not self._parts:
            names = self.contributors if number < 2 else self.attackers
            return np.zeros((len(names), 0), dtype=np.int64)
        found: Ints = np.concatenate([parts[number] for parts in self._parts], axis=1)
        return found

    def shares(self) -> Ints:
        return self._joined(0)

    def given(self) -> Mask:
        found: Mask = self._joined(1) > 0
        return found

    def known(self) -> Ints:
        return self._joined(2)

    def whole(self) -> Mask:
        said, known = self._joined(1).sum(axis=0), self._joined(3)
        found: Mask = (known == said) & (said > 0)
        return found


def _roll_up(array: Ints, axis: int, dimension: Dimension) -> Ints:
    """Add each leaf to all above it along one axis."""
    place = {code: i for i, code in enumerate(dimension.codes)}
    lines = np.moveaxis(array, axis, 0)
    for leaf in dimension.leaves:
        for code in dimension.above(leaf)[1:]:
            lines[place[code]] += lines[place[leaf]]
    return array


def _known(figure: Earlier, at: Mapping[Key, int]) -> tuple[list[int], int]:
    unknown = [key for key in figure.members if key not in at]
    if unknown or not figure.members:
        raise TableError(f"an earlier figure is of unknown cells: {unknown!r}")
    return [at[key] for key in figure.members], figure.value


def _equations(
    tables: Sequence[Table], boxes: Sequence[Ints], known: Sequence[tuple[list[int], int]]
) -> Equations:
    rows: dict[tuple[int, ...], tuple[list[int], int]] = {}
    for table, box in zip(tables, boxes, strict=True):
        for axis, dimension in enumerate(table.dimensions):
            place = {code: i for i, code in enumerate(dimension.codes)}
            lines = np.moveaxis(box, axis, 0).reshape(len(place), -1)
            for parent, children in dimension.children().items():
                parts = [place[parent], *(place[child] for child in children)]
                for line in lines[parts].T.tolist():
                    rows[tuple(line)] = ([1] + [-1] * len(children), 0)
    for members, value in known:
        rows[(*members, -1)] = ([1] * len(members), value)
    cells = [tuple(cell for cell in row if cell >= 0) for row in rows]
    return Equations(
        np.cumsum([0, *map(len, cells)], dtype=np.int64),
        np.array(list(itertools.chain.from_iterable(cells)), dtype=np.int64),
        np.array([c for row, _ in rows.values() for c in row], dtype=np.int64),
        np.array([right for _, right in rows.values()], dtype=np.int64),
    )


def _weights(tables: Sequence[Table], boxes: Sequence[Ints], count: int) -> Ints:
    """What a cell costs when it is withheld: the binary digits of how many leaves it sums."""
    weights = np.ones(count, dtype=np.int64)
    for table, box in zip(tables, boxes, strict=True):
        leaves = np.ones((), dtype=np.int64)
        for d in table.dimensions:
            under = dict.fromkeys(d.codes, 0)
            for leaf in d.leaves:
                for code in d.above(leaf):
                    under[code] += 1
            leaves = np.multiply.outer(leaves, np.array([under[code] for code in d.codes]))
        digits = [int(n).bit_length() for n in leaves.ravel()]
        weights[box.ravel()] = np.maximum(weights[box.ravel()], np.maximum(digits, 1))
    return weights


def _axis(dimension: Dimension) -> Axis:
    place = {code: i for i, code in enumerate(dimension.codes)}
    children = dimension.children()
    return Axis(
        tuple(place[dimension.parents[c]] if c != TOTAL else -1 for c in dimension.codes),
        tuple(tuple(place[child] for child in children.get(c, ())) for c in dimension.codes),
    )
