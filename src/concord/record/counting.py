"""What protected totals are made of: numbers that owners let enter them, and public ones.

This is the one reading that takes no viewer: what comes of it is shown to nobody but through a
release.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from concord.core.disclosure import PUBLIC
from concord.record.models import Record

BATCH = 500


@dataclass(frozen=True, slots=True)
class Given:
    """A record with all it says, and who sees which part of it."""

    id: UUID
    owner: UUID
    revision_number: int
    content: dict[str, Any]
    audience: str
    audiences: dict[str, str]
    in_totals: bool

    def audiences_of(self, *fields: str) -> frozenset[str]:
        """Everybody who sees all of these fields is in each of these; empty for what is public."""
        found = {self.audience, *(self.audiences.get(name, self.audience) for name in fields)}
        return frozenset(found - {PUBLIC})


def records_given(*, kind: str) -> Iterator[Given]:
    """Every record of a kind, in the order of ids, whoever may see it."""
    rows = Record.objects.filter(kind=kind, is_removed=False).order_by("id")
    for row in rows.iterator(chunk_size=BATCH):
        yield Given(
            row.id,
            row.owner_id,
            row.revision_number,
            row.content,
            row.audience,
            row.audiences,
            row.in_totals,
        )


def records_count(*, kind: str) -> int:
    """How many records of a kind there are, whoever may see them: to know how long it takes."""
    return Record.objects.filter(kind=kind, is_removed=False).count()
