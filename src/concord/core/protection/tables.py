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
from collections.abc import Iterable, Mapping, Sequence
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
    """What one contributor adds to one innermost cell: a code of each dimension, and a count."""

    contributor: str
    codes: tuple[str, ...]
    value: int


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
    public: Mask
    """Known to everybody whatever is withheld, such as cells that cannot be but zero."""
    boxes: tuple[Ints, ...]
    axes: tuple[tuple[Axis, ...], ...]
    at: Mapping[Key, int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.keys)


def cells_of(
    tables: Sequence[Table],
    *,
    earlier: Sequence[Earlier] = (),
    public: Iterable[Key] = (),
) -> Cells:
    """All cells of linked tables with every equation that an outsider can write down.

    ``MarginsDifferError`` where two tables give one cell two values, or where an earlier figure is
    not the sum of its members; ``TableError`` where an earlier figure names an unknown cell.
    """
    at: dict[Key, int] = {}
    boxes = tuple(_box(table, at) for table in tables)
    names = sorted({given.contributor for table in tables for given in table.contributions})
    shares = np.full((len(names), len(at)), -1, dtype=np.int64)
    seen = np.zeros(len(at), dtype=bool)
    for table, box in zip(tables, boxes, strict=True):
        _take(table, box, names, shares, seen)
    given = shares >= 0
    shares[~given] = 0
    values: Ints = shares.sum(axis=0)
    if values.size and values.max() > LARGEST:
        raise TableError(f"a total is larger than {LARGEST}")
    known = [_known(figure, at) for figure in earlier]
    equations = _equations(tables, boxes, known)
    for wrong in np.flatnonzero(equations.residual(values)):
        first = int(equations.cell[equations.start[wrong]])
        raise MarginsDifferError(
            f"a figure published with {tuple(at)[first]!r} is not the sum of its parts"
        )
    mask = np.zeros(len(at), dtype=bool)
    for key in public:
        if key not in at:
            raise TableError(f"{key!r} is no cell of these tables")
        mask[at[key]] = True
    return Cells(
        tuple(at),
        values,
        _weights(tables, boxes, len(at)),
        equations,
        tuple(names),
        shares,
        given,
        mask,
        boxes,
        tuple(tuple(_axis(d) for d in table.dimensions) for table in tables),
        at,
    )


def _box(table: Table, at: dict[Key, int]) -> Ints:
    axes = [[(d.name, code) for code in d.codes] for d in table.dimensions]
    order = sorted(range(len(axes)), key=lambda axis: table.dimensions[axis].name)
    found = [
        at.setdefault(tuple(pairs[i] for i in order if pairs[i][1] != TOTAL), len(at))
        for pairs in itertools.product(*axes)
    ]
    return np.array(found, dtype=np.int64).reshape([len(axis) for axis in axes])


def _take(table: Table, box: Ints, names: list[str], shares: Ints, seen: Mask) -> None:
    """Write the shares of one table; shares of a cell that another table wrote must be equal."""
    number = {name: row for row, name in enumerate(names)}
    place = [{code: i for i, code in enumerate(d.codes)} for d in table.dimensions]
    where = tuple(
        np.array(found, dtype=np.int64)
        for found in (
            [number[given.contributor] for given in table.contributions],
            *([at[c.codes[axis]] for c in table.contributions] for axis, at in enumerate(place)),
        )
    )
    sums = np.zeros((len(names), *box.shape), dtype=np.int64)
    said = np.zeros_like(sums)
    np.add.at(sums, where, np.array([c.value for c in table.contributions], dtype=np.int64))
    np.add.at(said, where, 1)
    for axis, dimension in enumerate(table.dimensions):
        sums, said = (_roll_up(array, axis + 1, dimension) for array in (sums, said))
    own = np.where(said > 0, sums, -1).reshape(len(names), box.size)
    cells = box.ravel()
    before = shares[:, cells]
    wrong = (before != own) & seen[cells]
    if wrong.any():
        raise MarginsDifferError(
            f"linked tables differ in {int(wrong.any(axis=0).sum())} cells that they share"
        )
    shares[:, cells] = own
    seen[cells] = True


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
