"""Partners: institutions that have what one institution lacks, and why they may fit.

What another has in topics, levels or functions and the institution itself has not is what it would
bring. A shared language and few steps between the two in the network of those who work together
speak for it; neither makes up for bringing nothing.

==========  ======================================================================================
``assets``  institution, dimension (topic, level, role, function, language), value
``events``  record, kind, stage
``parties`` record, institution, part
==========  ======================================================================================
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "assets": {"institution": "string", "dimension": "string", "value": "string"},
    "events": {"record": "int32", "kind": "string", "stage": "string"},
    "parties": {"record": "int32", "institution": "string", "part": "string"},
}
BROUGHT: Final = ("topic", "function", "level")
"""What one can bring that another lacks."""
MOST_PARTIES: Final = 20
"""Parties of an event beyond which it joins nobody: a conference is no link."""
MOST: Final = 40


def asset_rows(tables: Mapping[str, Any]) -> Any:
    """What each institution has, each once."""
    return tables["assets"].distinct().order_by("institution", "dimension", "value")


def tie_rows(tables: Mapping[str, Any]) -> Any:
    """Pairs of institutions that did something together; attending is no such thing."""
    events, parties = tables["events"], tables["parties"]
    happened = events.filter(
        events.kind.isin(["activity", "relation"]) & events.stage.isin(["done", "under_way"])
    )
    own = parties.filter(parties.institution.notnull())
    own = own.filter(own.part.isnull() | (own.part != "participant"))
    own = own.join(happened.select("record"), "record").select("record", "institution").distinct()
    few = own.group_by("record").aggregate(n=own.institution.nunique())
    own = own.join(few.filter(few.n <= MOST_PARTIES).select("record"), "record")
    other = own.view()
    return (
        own.join(other, [own.record == other.record, own.institution < other.institution])
        .select(a=own.institution, b=other.institution)
        .distinct()
        .order_by("a", "b")
    )


def expressions() -> dict[str, Any]:
    """The study's questions, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    return {"assets": asset_rows(tables), "ties": tie_rows(tables)}


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody who would bring something: what, in which shared languages, how far away."""

    institution: str
    brings: Mapping[str, tuple[str, ...]]
    """By dimension the values that it has and the other lacks."""
    languages: tuple[str, ...]
    steps: int | None
    """Steps in the network of those who work together; None where no way leads there."""


def distances(ties: Iterable[tuple[str, str]], start: str) -> dict[str, int]:
    """The fewest steps from ``start`` to each whom a way leads to."""
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in ties:
        near[a].add(b)
        near[b].add(a)
    found, waiting = {start: 0}, deque([start])
    while waiting:
        one = waiting.popleft()
        for other in sorted(near[one]):
            if other not in found:
                found[other] = found[one] + 1
                waiting.append(other)
    return found


def partners(
    institution: str,
    assets: Iterable[tuple[str, str, str]],
    ties: Iterable[tuple[str, str]],
    eligible: Collection[str],
) -> list[Partner]:
    """Who of ``eligible`` brings what ``institution`` lacks: who brings most first.

    Ties are broken by shared languages, then by nearness, then by id, so that the order is the same
    wherever it is made. It orders partners for one institution and says nothing of them otherwise.
    """
    has: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for whose, dimension, value in assets:
        has[whose][dimension].add(value)
    own, steps = has[institution], distances(ties, institution)
    found = []
    for other in sorted(set(eligible) - {institution}):
        brings = {
            dimension: tuple(sorted(has[other][dimension] - own[dimension]))
            for dimension in BROUGHT
            if has[other][dimension] - own[dimension]
        }
        if brings:
            languages = tuple(sorted(has[other]["language"] & own["language"]))
            found.append(Partner(other, brings, languages, steps.get(other)))
    found.sort(key=_order)
    return found[:MOST]


def _order(partner: Partner) -> tuple[int, int, int, str]:
    count = sum(map(len, partner.brings.values()))
    far = partner.steps if partner.steps is not None else 1_000
    return -count, -len(partner.languages), far, partner.institution
