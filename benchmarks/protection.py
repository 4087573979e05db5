"""How long it takes to protect a published table, and what it costs beside the cheapest pattern.

Run by `make bench ONLY=protection`. Made-up tables of 12 contributors with dense cells, some of
them thinned to one or two contributors. The floor of the cost is the exact optimum.
"""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import replace

from concord.core.protection import (
    Cells,
    Contribution,
    Dimension,
    Out,
    Release,
    Rule,
    Table,
    cells_of,
    fault_of,
    suppress,
    suppress_exactly,
)
from concord.core.protection.knowledge import Published

RULE = Rule(minimum=3, dominance_percent=95)
LARGE, PRIMARY, LIMIT = (50, 50, 10), 500, 60.0
SMALL, FEW, LIMIT_EXACT = (15, 15), 8, 10.0
SEEDS = (1, 2, 3, 4)


def made(shape: tuple[int, ...], few: int, seed: int) -> Table:
    """Nine cells of ten with three to six contributors of one to six each, ``few`` thinned."""
    chance = random.Random(seed)  # noqa: S311 - made up, not a secret
    dimensions = tuple(
        Dimension.flat(f"axis{i}", [f"code{j:02}" for j in range(size)])
        for i, size in enumerate(shape)
    )
    held = [c for c in itertools.product(*(d.leaves for d in dimensions)) if chance.random() < 0.9]
    thin = set(chance.sample(held, few))
    rows = []
    for codes in held:
        count = chance.randint(1, 2) if codes in thin else chance.randint(3, 6)
        rows += [
            Contribution(f"centre{who:02}", codes, chance.randint(1, 6))
            for who in chance.sample(range(12), count)
        ]
    return Table(dimensions, tuple(rows))


def line(name: str, seconds: float, note: str = "", limit: float | None = None) -> None:
    over = "  OVER" if limit is not None and seconds > limit else ""
    print(f"{name}, in s: {seconds:.2f}{over}  {note}", flush=True)


def large() -> None:
    table = made(LARGE, PRIMARY, seed=1)
    start = time.perf_counter()
    cells = cells_of([table])
    line("large: equations", time.perf_counter() - start, f"{len(cells)} cells")
    start = time.perf_counter()
    release = suppress(cells, RULE, against=(None,))
    note = f"{int(release.primary.sum())} primary, {int(release.withheld.sum())} withheld"
    outsider = time.perf_counter() - start
    line("large: against an outsider", outsider, note, LIMIT)
    start = time.perf_counter()
    assert not proofs_that_fail(release)
    note = f"{len(release.certificates)} certificates"
    line("large: proved once more", time.perf_counter() - start, note)
    start = time.perf_counter()
    release = suppress(cells, RULE)
    further = (time.perf_counter() - start - outsider) / len(cells.contributors)
    note = f"{int(release.withheld.sum())} withheld, {len(release.certificates)} certificates"
    line("large: each contributor as attacker besides", further, note)
    after_another(table, cells, release)


def after_another(table: Table, cells: Cells, first: Release) -> None:
    """The same table released anew after one contribution in a thousand has changed."""
    shown = {key: (v, v) for key, v in first.published().items() if v is not None}
    primary = frozenset(
        key for key, is_so in zip(cells.keys, first.primary.tolist(), strict=False) if is_so
    )
    changed = tuple(
        replace(one, value=one.value + 1) if place % 1_000 == 0 else one
        for place, one in enumerate(table.contributions)
    )
    start = time.perf_counter()
    later = cells_of([Table(table.dimensions, changed)], out=[Out(table, shown, primary)])
    line("large: equations after another release", time.perf_counter() - start,
         f"{len(later)} cells")  # fmt: skip
    start = time.perf_counter()
    release = suppress(later, RULE, against=(None,))
    note = f"{int(release.primary.sum())} primary, {release.share:.0%} withheld"
    line("large: against an outsider after another release", time.perf_counter() - start, note)


def proofs_that_fail(release: Release) -> int:
    cells = release.cells
    shown, widths = Published.without(cells, release.withheld), RULE.widths(cells)
    return sum(
        fault_of(cells, shown, one, int(widths[one.cell])) is not None
        for one in release.certificates
    )


def small() -> None:
    for seed in SEEDS:
        cells = cells_of([made(SMALL, FEW, seed)])
        start = time.perf_counter()
        exact = suppress_exactly(cells, RULE)
        proved = (
            "proved" if exact.is_optimal else f"of which sums {exact.cost - (exact.bound or 0)}"
        )
        line(
            "small: exact", time.perf_counter() - start, f"cost {exact.cost}, {proved}", LIMIT_EXACT
        )
        start = time.perf_counter()
        local = suppress(cells, RULE)
        note = f"cost {local.cost}, {local.cost / max(1, exact.bound or 1):.2f} times the optimum"
        line("small: local", time.perf_counter() - start, note)


if __name__ == "__main__":
    print("== protection", flush=True)
    small()
    large()
