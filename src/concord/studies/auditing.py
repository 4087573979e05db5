"""Releases as the operator looks at them: what can be verified, and what could be worked back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from concord.core.protection import Interval, ProtectionError, attack
from concord.core.protection.errors import Key
from concord.core.protection.knowledge import attackers, targets
from concord.record.errors import NotFoundError
from concord.studies.computing import compute, proofs_failing, tool
from concord.studies.counted import commitment, digests
from concord.studies.models import Release
from concord.studies.problem import Problem, problem_now, problem_then, released_before

OUT = (Release.State.RELEASED, Release.State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: it holds, it does not, or it could not be checked (None)."""

    what: str
    holds: bool | None
    detail: str = ""


def release_row(*, release_id: UUID) -> Release:
    """A release that is out, for the operator; raises ``NotFoundError``."""
    row = Release.objects.filter(id=release_id, state__in=OUT).first()
    if row is None:
        raise NotFoundError
    return row


def releases_all() -> list[Release]:
    """Every release that is out, for the operator, the newest first."""
    rows = Release.objects.filter(state__in=OUT).defer("home", "inputs", "figures")
    return list(rows.order_by("-released_at", "id"))


def release_verify(*, release_id: UUID) -> list[Finding]:
    """What can be said today of a release: its numbers, its proofs, its figures."""
    release = release_row(release_id=release_id)
    problem = problem_then(release)
    if problem is None:
        gone = "what it rests on was purged"
        return [_register(release), Finding("kept numbers", None, gone),
                Finding("proofs", None, gone), Finding("figures", None, gone)]  # fmt: skip
    return [_register(release), _kept(release, problem), _proofs(release), _figures(release)]


def _register(release: Release) -> Finding:
    """Whether the register still says what the release rests on."""
    now = problem_now(release)
    found = {line[0]: line[2] for line in digests((*now.protected, *now.seen))}
    then = {line[0]: line[2] for line in release.inputs}
    if found == then:
        return Finding("register", holds=True, detail=f"{len(then)} records say what they said")
    changed = sum(found.get(key) != digest for key, digest in then.items())
    return Finding(
        "register", None,
        f"the register says something else since: of {len(then)} records {changed} changed or "
        f"left, {len(set(found) - set(then))} came; what follows is of the numbers as kept",
    )  # fmt: skip


def _kept(release: Release, problem: Problem) -> Finding:
    inputs = digests((*problem.protected, *problem.seen))
    holds = commitment(inputs, release.home_read()["salt"]) == release.input_digest
    return Finding("kept numbers", holds, f"SHA-256 {release.input_digest}")


def _proofs(release: Release) -> Finding:
    count = len(release.home_read()["certificates"])
    try:
        faults = proofs_failing(release)
    except (ProtectionError, NotFoundError) as error:
        return Finding("proofs", holds=False, detail=str(error))
    return Finding("proofs", not faults, "; ".join(faults[:5]) or f"{count} certificates hold")


def _figures(release: Release) -> Finding:
    """Compute it anew from the kept numbers and compare what comes out."""
    if release.tool != tool():
        return Finding(
            "figures", None, f"made by {release.tool}, here is {tool()}: not computed anew"
        )
    again = release_again(release)
    return Finding(
        "figures", again.figures == release.figures, "computed anew from the kept numbers"
    )


def release_again(release: Release) -> Release:
    """The same release, computed once more from what it rested on, and kept nowhere."""
    again = Release(
        **{
            name: getattr(release, name)
            for name in (
                "table", "measure", "stage", "dimensions", "scope", "audience", "method", "base",
                "rule", "after", "home",
            )
        }
    )  # fmt: skip
    problem = problem_then(again)
    if problem is None:
        raise NotFoundError
    compute(problem)
    return again


@dataclass(frozen=True, slots=True)
class Reached:
    """What an attacker could say of a protected cell, and how far it should have been kept.

    ``cells`` is the one, or several of a line whose sum is protected.
    """

    interval: Interval
    width: int
    cells: tuple[Key, ...]

    @property
    def is_protected(self) -> bool:
        """Whether what it could say is wide enough."""
        return self.interval.is_at_least(self.width)


def release_attack(*, release_id: UUID, whole: bool = False) -> Iterator[Reached]:
    """What each attacker can work back of every cell that is kept from it, by all that is out.

    By linear programming, and with ``whole`` by integer programming. Raises ``NotFoundError`` where
    what the release rests on was purged.
    """
    release = release_row(release_id=release_id)
    problem = problem_then(release)
    if problem is None:
        raise NotFoundError
    later = [one for one in released_before(release) if str(one.id) not in release.after]
    everything = Problem(
        release,
        problem.protected,
        problem.seen,
        (*problem.before, *later),
        problem.knows,
        problem.sums,
    )
    cells, rule = everything.cells, release.rule_used
    widths, primary = rule.widths(cells), np.zeros(len(cells), dtype=bool)
    before, first = problem.cells, len(cells) - len(cells.sums)
    for place in np.flatnonzero(rule.primary(before) & before.own).tolist():
        primary[cells.at[before.keys[place]]] = True
    primary[first:] = True
    for attacker in attackers(cells):
        wanted = np.flatnonzero(targets(cells, attacker, primary)).tolist()
        told = {
            interval.cell: interval
            for interval in attack(cells, everything.published, attacker, only=wanted, whole=whole)
        }
        for cell in wanted:
            value = int(cells.values[cell])
            known = told.get(cell) or Interval(attacker, cell, cells.keys[cell], value, value)
            parts = cells.sums[cell - first] if cell >= first else (cell,)
            yield Reached(known, int(widths[cell]), tuple(cells.keys[part] for part in parts))
