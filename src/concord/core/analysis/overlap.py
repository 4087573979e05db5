"""Overlap: how far two courses, or two providers, offer the same to the same people.

A course is spread evenly over its topics, levels, roles, languages, reach and quarters. The overlap
of two courses is the weighted Jaccard index (Ruzicka) of these vectors, sum of the smaller over sum
of the larger, on those of the six dimensions that both state: what one leaves out makes the two
neither alike nor unlike, and lowers how many dimensions the number rests on. Courses that share a
topic and nothing else that both state are never called near-identical.

===========  ===================================================================================
``courses``  record, side (of its first provider), provider, seats
``cells``    record, dimension (one of ``DIMENSIONS``), value
===========  ===================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "offered": {"record": "int32", "provider": "string", "side": "string", "seats": "float64"},
    "cells": {"record": "int32", "dimension": "string", "value": "string"},
}
"""``offered`` has a row for each provider of a course; seats are 1 where nobody knows them."""
DIMENSIONS: Final = ("topic", "level", "role", "language", "reach", "quarter")
LEAST_STATED: Final = 3
"""Dimensions that both must state before two courses can be called near-identical."""


def size_rows(tables: Mapping[str, Any]) -> Any:
    """How many values each course states of each dimension."""
    cells = tables["cells"].distinct()
    return cells.group_by("record", "dimension").aggregate(size=cells.value.nunique())


def pair_rows(tables: Mapping[str, Any], least: float) -> Any:
    """Pairs of courses of different providers with an overlap of at least ``least``.

    Only courses that share a topic are compared. ``stated`` counts the dimensions that both state.
    Rounded to nine digits, so that the order of multiplying does not show.
    """
    import ibis

    cells, offered = tables["cells"].distinct(), tables["offered"]
    topics = cells.filter(cells.dimension == "topic")
    other = topics.view()
    pairs = topics.join(other, [topics.value == other.value, topics.record < other.record]).select(
        a=topics.record, b=other.record
    )
    pairs = pairs.distinct()
    owner, its = offered.select("record", "provider"), offered.view().select("record", "provider")
    common = owner.join(its, [owner.provider == its.provider, owner.record < its.record]).select(
        a=owner.record, b=its.record
    )
    pairs = pairs.anti_join(common.distinct(), ["a", "b"])
    sizes = size_rows(tables)
    of_a, of_b = sizes, sizes.view()
    both = pairs.join(of_a, pairs.a == of_a.record).select(
        "a", "b", "dimension", size_a=of_a["size"]
    )
    both = both.join(of_b, [both.b == of_b.record, both.dimension == of_b.dimension]).select(
        "a", "b", dimension=both.dimension, size_a="size_a", size_b=of_b["size"]
    )
    mine, yours = cells, cells.view()
    shared = (
        mine.join(
            yours,
            [mine.dimension == yours.dimension, mine.value == yours.value,
             mine.record < yours.record],
        )
        .select(a=mine.record, b=yours.record, dimension=mine.dimension, value=mine.value)
        .group_by("a", "b", "dimension")
        .aggregate(shared=ibis._.count())
    )  # fmt: skip
    joined = both.left_join(shared, ["a", "b", "dimension"]).select(
        "a", "b", "dimension", "size_a", "size_b",
        shared=ibis.coalesce(ibis._.shared, 0).cast("float64"),
    )  # fmt: skip
    found = joined.filter(joined.shared > 0).group_by("a", "b").aggregate(
        alike=ibis._.count(),
        shared=ibis._.shared.ln().sum(),
        size_a=ibis._.size_a.cast("float64").ln().sum(),
        size_b=ibis._.size_b.cast("float64").ln().sum(),
    )  # fmt: skip
    stated = joined.group_by("a", "b").aggregate(stated=ibis._.count())
    found = found.join(stated, ["a", "b"])
    found = found.filter(found.alike == found.stated)  # a dimension without a common value: none
    common_part = (found.shared - ibis.greatest(found.size_a, found.size_b)).exp()
    found = found.mutate(overlap=(common_part / (2.0 - common_part)).round(9))
    found = found.filter(found.overlap >= least)
    return found.select("a", "b", "overlap", "stated").order_by(
        ibis.desc("overlap"), ibis.desc("stated"), "a", "b"
    )


def provider_rows(tables: Mapping[str, Any]) -> Any:
    """Overlap of providers: of the sums of their courses, weighted by seats.

    Over topic and role. A course whose role no source names is spread over nothing that another
    could share, so that the unknown makes nobody alike.
    """
    import ibis

    cells, offered = tables["cells"].distinct(), tables["offered"]
    parts = []
    for name in ("topic", "role"):
        part = cells.filter(cells.dimension == name)
        count = part.group_by("record").aggregate(n=ibis._.count())
        parts.append(part.join(count, "record").select("record", "value", "n"))
    topic, role = parts[0], parts[1].view()
    product = topic.join(role, topic.record == role.record).select(
        record=topic.record, topic=topic.value, role=role.value,
        share=1.0 / (topic.n.cast("float64") * role.n.cast("float64")),
    )  # fmt: skip
    weights = product.join(offered, "record").group_by("provider", "topic", "role").aggregate(
        weight=(ibis._.share * ibis._.seats).sum()
    )  # fmt: skip
    total = offered.join(cells.filter(cells.dimension == "topic").select("record").distinct(),
                         "record")  # fmt: skip
    total = total.group_by("provider").aggregate(total=ibis._.seats.sum())
    mine, yours = weights, weights.view()
    common = (
        mine.join(
            yours,
            [mine.topic == yours.topic, mine.role == yours.role, mine.provider < yours.provider],
        )
        .select(a=mine.provider, b=yours.provider,
                least=ibis.least(mine.weight, yours.weight))
        .group_by("a", "b")
        .aggregate(common=ibis._.least.sum())
    )  # fmt: skip
    of_a, of_b = total, total.view()
    common = common.join(of_a, common.a == of_a.provider).select("a", "b", "common", x=of_a.total)
    common = common.join(of_b, common.b == of_b.provider).select(
        "a", "b", "common", "x", y=of_b.total
    )
    overlap = (common.common / (common.x + common.y - common.common)).round(9)
    return common.select("a", "b", overlap=overlap).order_by(ibis.desc("overlap"), "a", "b")


@lru_cache(maxsize=16)
def expressions(least: float = 0.0) -> dict[str, Any]:
    """The study's questions, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    return {"pairs": pair_rows(tables, least), "providers": provider_rows(tables)}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two courses, their overlap, and how many dimensions it rests on."""

    a: int
    b: int
    overlap: float
    stated: int


def near_identical(pairs: Sequence[Pair], alike: float) -> list[tuple[int, ...]]:
    """Groups of courses that are linked by an overlap of ``alike`` or more, the largest first.

    Only pairs that state enough in common count: a shared topic alone never makes a group.
    """
    linked = [p for p in pairs if p.overlap >= alike and p.stated >= LEAST_STATED]
    head: dict[int, int] = {}

    def first(one: int) -> int:
        while head.setdefault(one, one) != one:
            one = head[one]
        return one

    for pair in linked:
        head[max(first(pair.a), first(pair.b))] = min(first(pair.a), first(pair.b))
    groups: dict[int, list[int]] = {}
    for one in sorted(head):
        groups.setdefault(first(one), []).append(one)
    return sorted((tuple(g) for g in groups.values()), key=lambda g: (-len(g), g))


def proposal(sides: Sequence[str]) -> str:
    """What could be done about near-identical courses of providers of these States.

    ``merge`` where all are of one State, ``share`` material and calendar between two,
    ``specialise`` by level or role where three or more offer the same.
    """
    count = len(set(sides))
    if count == 1:
        return "merge"
    return "share" if count == 2 else "specialise"


def redundancy(surplus: float, seats: Mapping[str, float]) -> dict[str, float]:
    """What of a surplus is each provider's, in proportion to its seats.

    Overlap where need is not met is no duplication, so it has no redundancy.
    """
    total = sum(seats.values())
    if surplus <= 0 or total <= 0:
        return dict.fromkeys(seats, 0.0)
    return {provider: surplus * share / total for provider, share in seats.items()}
