"""Likely pairs of an institution's records, searched among what all of its people may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from concord.core.likeness import LEAST, LikenessIndex, Pair
from concord.exchange.doubles import KINDS, likely_of
from concord.exchange.duplicates import PairView, pair_views, settled_pairs
from concord.exchange.models import LikelyPair, Scan
from concord.record.audiences import viewer_as
from concord.record.columns import Question
from concord.record.selectors import record_list, register_number
from concord.register.lists import training_table

AT_ONCE: Final = 2_000
"""Records up to which the search is done while a person waits: about a second."""
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Likelies:
    """One page of likely pairs, how many there are, and whether nothing has changed since."""

    pairs: list[PairView]
    total: int
    is_fresh: bool


def scan_due(*, institution: UUID) -> bool:
    """Whether the register changed since it was searched for the institution."""
    done = Scan.objects.filter(institution=institution).first()
    return done is None or done.number != register_number()


def scan_is_small(*, institution: UUID) -> bool:
    """Whether it can be searched while a person waits."""
    return training_table().page(viewer_as(institution), Question(), 1).total <= AT_ONCE


def duplicates_find(*, institution: UUID) -> int:
    """Search the register and keep the pairs that concern the institution; return how many.

    Less likely pairs too than an upload asks about, which waits for the answer: here people look
    through a list, and two records of one provider that say the same of a month alone score 0.26.
    Only what every person of the institution may see is compared, so that neither a pair nor the
    order of pairs tells of anything withheld from them.
    """
    number = register_number()
    viewer = viewer_as(institution)
    owned: set[str] = set()
    kinds: dict[str, str] = {}
    items = []
    for kind in KINDS:
        for record in record_list(viewer=viewer, kind=kind):
            key = str(record.id)
            kinds[key] = kind
            if record.owner == institution:
                owned.add(key)
            items.append(likely_of(kind, key, record.content))
    index = LikenessIndex(items, at_least=LEAST)
    if len(owned) * 2 > len(items):
        pairs: Iterator[Pair] = iter(index.pairs())
    else:
        own = [item for item in items if str(item.id) in owned]
        pairs = (pair for found in index.like_each(own) for pair in found)
    found = {(str(p.a), str(p.b)): p.score for p in pairs if str(p.a) in owned or str(p.b) in owned}
    rows = [
        LikelyPair(
            institution=institution, first=UUID(a), second=UUID(b), kind=kinds[a],
            is_own=a in owned and b in owned, score=score,
        )
        for (a, b), score in found.items()
    ]  # fmt: skip
    with transaction.atomic():
        settled = settled_pairs(institution=institution)  # somebody may have decided meanwhile
        rows = [row for row in rows if frozenset((str(row.first), str(row.second))) not in settled]
        Scan.objects.update_or_create(institution=institution, defaults={"number": number})
        LikelyPair.objects.filter(institution=institution).delete()
        LikelyPair.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def likely_list(
    *, institution: UUID, kind: str = "", whose: str = "", first: int = 0, count: int = 20
) -> Likelies:
    """Pairs that nobody of the institution decided on, the likeliest first.

    ``whose`` is ``own`` for pairs of two own records, ``others`` for one of somebody else's.
    """
    rows = LikelyPair.objects.filter(institution=institution)
    if kind:
        rows = rows.filter(kind=kind)
    if whose:
        rows = rows.filter(is_own=whose == "own")
    ordered = rows.order_by("-score", "id").values_list("first", "second")
    pairs = list(ordered[first : first + count])
    found = pair_views(institution=institution, pairs=pairs)
    return Likelies(
        [pair for pair in found if pair.said is None],
        rows.count(),
        not scan_due(institution=institution),
    )
