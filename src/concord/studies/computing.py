"""What of a table may be let out, and the proofs of it."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, Final

from concord.core.protection import Release as Pattern
from concord.core.protection import (
    Rule,
    coarser_of,
    fault_of,
    proofs,
    round_to,
    suppress,
    suppress_exactly,
    too_much_falls,
)
from concord.core.protection.sums import Sum
from concord.record.errors import NotFoundError
from concord.studies.counted import commitment, digests
from concord.studies.cutting import coarser_cut
from concord.studies.models import Method, Release
from concord.studies.problem import (
    Problem,
    certificate_of,
    certificate_plain,
    figures_of,
    problem_then,
)

AT_ONCE: Final = 400
"""Cells of a table that a page waits for; a larger one is computed by the worker."""
MOST_CELLS: Final = 60_000
EXACT_WORK: Final = 30_000
"""Cells times primary cells times attackers up to which the cheapest pattern is looked for."""


def tool() -> str:
    """What computes releases, with the versions that a pattern depends on."""
    return f"concord {version('concord')}, highspy {version('highspy')}"


class RefusedError(Exception):
    """A table that cannot be released, for a reason with a code and figures."""

    def __init__(self, code: str, **figures: Any) -> None:
        super().__init__(code)
        self.code, self.figures = code, figures


def compute(problem: Problem, told: Callable[[int], None] = lambda _share: None) -> None:
    """Protect a table and write into its release what may be let out, and why.

    Raises ``RefusedError``, and ``UnprotectableError`` where what is public gives cells away.
    """
    release = problem.release
    rule = release.rule_used
    if not problem.protected:
        raise RefusedError("nothing")
    release.contributors = problem.contributors
    if release.contributors < rule.minimum:
        raise RefusedError("few", minimum=rule.minimum)
    size = math.prod(len(dimension.codes) for dimension in problem.table.dimensions)
    if size > MOST_CELLS:
        raise RefusedError("large", cells=size, most=MOST_CELLS)
    if release.method == Method.ROUNDING:
        _round(problem)
        return
    pattern = _pattern(problem, told)
    cells = pattern.cells
    own = cells.boxes[0].ravel()
    _take(
        problem,
        values=cells.values[own].tolist(),
        withheld=pattern.withheld[own].tolist(),
        primary=[i for i, is_so in enumerate(pattern.primary[own].tolist()) if is_so],
        certificates=[certificate_plain(one) for one in pattern.certificates],
        sums=cells.sums,
    )
    if too_much_falls(pattern):
        _propose(problem, rule)


def _pattern(problem: Problem, told: Callable[[int], None]) -> Pattern:
    cells, rule = problem.cells, problem.release.rule_used
    work = len(cells) * int(rule.primary(cells).sum()) * (len(cells.attackers) + 1)
    if work <= EXACT_WORK:
        return suppress_exactly(cells, rule)
    return suppress(cells, rule, progress=lambda share: told(int(share * 90)))


def _round(problem: Problem) -> None:
    release, cells = problem.release, problem.cells
    rule, base = release.rule_used, release.base or 2
    rounded = round_to(cells, rule, base, whole=len(cells) <= AT_ONCE)
    if rounded.exposed:
        raise RefusedError("rounding", base=base, cells=len({i.cell for i in rounded.exposed}))
    own = cells.boxes[0].ravel()
    primary = rule.primary(cells)[own].tolist()
    _take(
        problem,
        values=rounded.values[own].tolist(),
        withheld=[False] * len(own),
        primary=[i for i, is_so in enumerate(primary) if is_so],
        certificates=[certificate_plain(one) for one in proofs(cells, rule, rounded.published)],
    )


def _take(
    problem: Problem,
    *,
    values: Sequence[int],
    withheld: Sequence[bool],
    primary: Sequence[int],
    certificates: Sequence[Any],
    sums: Sequence[Sum] = (),
) -> None:
    release = problem.release
    release.figures = figures_of(problem, values, withheld)
    release.inputs = digests((*problem.protected, *problem.seen))
    salt = secrets.token_hex(32)
    release.input_digest = commitment(release.inputs, salt)
    release.after = [str(one.id) for one in problem.before]
    release.tool = tool()
    release.home_write(
        {
            "salt": salt,
            "protected": [number.plain() for number in problem.protected],
            "seen": [number.plain() for number in problem.seen],
            "knows": problem.knows,
            "primary": list(primary),
            "certificates": list(certificates),
            "sums": [list(one) for one in sums],
        }
    )


def _propose(problem: Problem, rule: Rule) -> None:
    """The coarser table that keeps most, for whoever makes the release to take."""
    found = coarser_of(problem.table, rule, out=problem.out, sensitive=problem.sensitive)
    if found is not None:
        cut = coarser_cut(problem.cut, found.levels)
        kept = sum(value is not None for value in found.release.published().values())
        problem.release.proposed = {"dimensions": list(cut), "kept": kept}


def proofs_failing(release: Release) -> list[str]:
    """What is wrong with the certificates of a release, and which cells have none.

    Raises ``NotFoundError`` where its numbers, or those of a release before it, were purged.
    """
    problem = problem_then(release)
    if problem is None:
        raise NotFoundError
    cells, rule = problem.cells, release.rule_used
    published = problem.published
    widths, faults, proved = rule.widths(cells), [], set()
    for plain in release.home_read()["certificates"]:
        one = certificate_of(plain)
        fault = fault_of(cells, published, one, int(widths[one.cell]))
        if fault:
            faults.append(f"{cells.keys[one.cell]!r}: {fault}")
        proved.add((one.attacker, one.cell))
    faults += [
        f"{cells.keys[cell]!r} has no proof"
        for attacker, cell in problem.to_prove
        if (attacker, cell) not in proved
    ]
    return faults
