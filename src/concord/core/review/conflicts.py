"""Who may not review what, found from plain tables of facts and from declarations, with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

YEARS: Final = 3
"""Years back in which joint activities and funding make a conflict; ours, a setting of a call."""


class Reason(StrEnum):
    """Why somebody is conflicted, from the nearest tie to the loosest."""

    SAME_INSTITUTION = "same_institution"
    SAME_TREE = "same_tree"
    SAME_STATE = "same_state"
    MATERIAL = "material"
    FUNDING = "funding"
    ACTIVITY = "activity"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Side:
    """A submission's or a reviewer's side: the institutions that it stands for and their States."""

    id: str
    institutions: frozenset[str]
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tie:
    """Something that institutions did together: its id, who took part, its year where known."""

    id: str
    institutions: frozenset[str]
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Funding:
    """One institution paid for what another did: the record's id, and its year where known."""

    id: str
    funder: str
    funded: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A conflict that somebody declared: a reviewer's against a submission or an institution."""

    reviewer: str
    against: str


@dataclass(frozen=True)
class Facts:
    """The register's facts, as tables: institution to its parents, materials by who wrote them,
    activities by who took part, funding between institutions, declarations."""

    parents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    materials: tuple[Tie, ...] = ()
    activities: tuple[Tie, ...] = ()
    funding: tuple[Funding, ...] = ()
    declared: tuple[Declared, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """A submission, a reviewer or chair, why, and the record or institution that it rests on."""

    submission: str
    reviewer: str
    reason: Reason
    evidence: str


def conflicts(
    submissions: Iterable[Side],
    reviewers: Iterable[Side],
    facts: Facts,
    *,
    year: int,
    years: int = YEARS,
) -> tuple[Conflict, ...]:
    """Every conflict with every reason for it, in order.

    ``reviewers`` may be chairs: nobody is exempt. An activity or funding counts from ``years``
    before ``year`` on; where its year is not known it is taken for recent. Materials written
    together count whatever their age.
    """
    roots = _Trees(facts.parents)
    recent = _Recent(facts, year - years)
    people = tuple(reviewers)
    found = {
        conflict
        for submission in submissions
        for reviewer in people
        for conflict in _between(submission, reviewer, roots, recent)
    }
    return tuple(sorted(found))


class _Trees:
    """Which institutions hang in one tree of parents, however far apart."""

    def __init__(self, parents: Mapping[str, frozenset[str]]) -> None:
        self._above: dict[str, str] = {}
        for child in sorted(parents):
            for parent in sorted(parents[child]):
                one, other = sorted((self.root(child), self.root(parent)))
                if one != other:
                    self._above[other] = one

    def root(self, institution: str) -> str:
        """The same word for all of one tree."""
        while institution in self._above:
            institution = self._above[institution]
        return institution


class _Recent:
    """The facts that count, by institution."""

    def __init__(self, facts: Facts, since: int) -> None:
        self.materials = _by_institution(facts.materials)
        self.activities = _by_institution(
            one for one in facts.activities if one.year is None or one.year >= since
        )
        self.funding = {
            (frozenset((one.funder, one.funded)), one.id)
            for one in facts.funding
            if one.year is None or one.year >= since
        }
        self.declared = {(one.reviewer, one.against) for one in facts.declared}


def _by_institution(ties: Iterable[Tie]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for tie in ties:
        for institution in tie.institutions:
            found.setdefault(institution, set()).add(tie.id)
    return {institution: frozenset(ids) for institution, ids in found.items()}


def _between(a: Side, b: Side, trees: _Trees, recent: _Recent) -> Iterable[Conflict]:
    def told(reason: Reason, evidence: Iterable[str]) -> Iterable[Conflict]:
        return (Conflict(a.id, b.id, reason, one) for one in evidence)

    same = a.institutions & b.institutions
    roots = {trees.root(one) for one in a.institutions}
    yield from told(Reason.SAME_INSTITUTION, same)
    yield from told(
        Reason.SAME_TREE, (one for one in b.institutions - same if trees.root(one) in roots)
    )
    yield from told(Reason.SAME_STATE, a.states & b.states)
    yield from told(Reason.MATERIAL, _shared(recent.materials, a, b))
    yield from told(Reason.ACTIVITY, _shared(recent.activities, a, b))
    pairs = {frozenset((x, y)) for x in a.institutions for y in b.institutions if x != y}
    yield from told(Reason.FUNDING, (record for ends, record in recent.funding if ends in pairs))
    yield from told(
        Reason.DECLARED, (x for x in (a.id, *a.institutions) if (b.id, x) in recent.declared)
    )


def _shared(ties: Mapping[str, frozenset[str]], a: Side, b: Side) -> frozenset[str]:
    none: frozenset[str] = frozenset()
    of_a = none.union(*(ties.get(one, none) for one in a.institutions))
    return of_a & none.union(*(ties.get(one, none) for one in b.institutions))
