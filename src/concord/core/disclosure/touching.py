"""Whom a revision shows something to: what it changed in anybody's view, and nobody else's.

A circle is a set of audiences in all of which one must be to notice; as text ``a`` or ``a&b``. A
record that some see to whom one of its fields is shown by way of another audience has such a pair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from concord.core.disclosure import PUBLIC

AND = "&"


@dataclass(frozen=True, slots=True)
class Stand:
    """A record as it stood at a moment."""

    owner: UUID
    is_there: bool
    audience: str
    audiences: Mapping[str, str]
    content: Mapping[str, Any]

    def seen_by(self, field: str) -> str:
        """The audience of a field."""
        return self.audiences.get(field, self.audience)


def circles_touched(
    before: Stand | None, after: Stand, *, is_said_again: bool = False
) -> frozenset[str]:
    """The circles in which one sees something else after a revision than before it.

    That the owner says a record again as it stands is a change for all who see it.
    """
    if before is None or not before.is_there:
        return frozenset({after.audience} if after.is_there else ())
    if not after.is_there or is_said_again or before.owner != after.owner:
        return frozenset({before.audience, after.audience})
    if before.audience != after.audience:
        return frozenset({before.audience, after.audience})
    return frozenset(_touched(before, after))


def _touched(before: Stand, after: Stand) -> Iterator[str]:
    """The same for two stands with one audience of the whole."""
    whole = after.audience
    names = {*before.content, *after.content, *before.audiences, *after.audiences}
    for name in names:
        was, will = before.seen_by(name), after.seen_by(name)
        if was != will:
            yield circle(whole, was)
            yield circle(whole, will)
        elif before.content.get(name) != after.content.get(name):
            yield circle(whole, was)


def circle(*audiences: str) -> str:
    """Those who are in all of these."""
    narrow = sorted({audience for audience in audiences if audience != PUBLIC})
    return AND.join(narrow) or PUBLIC


def is_within(audiences: Collection[str], of: str) -> bool:
    """Whether a viewer with these audiences is in a circle."""
    return all(part in audiences for part in of.split(AND))


Seen = Mapping[str, tuple[int, int, int]]
"""By circle how many revisions showed it something, the number of the last, and its microsecond."""


def seen_after(seen: Seen, circles: Collection[str], number: int, moment: int) -> Seen:
    """``seen`` with one more revision, for these circles."""
    return {**seen, **{c: (seen[c][0] + 1 if c in seen else 1, number, moment) for c in circles}}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a viewer is told of how often and when a record changed."""

    count: int
    """Goes up by at least one with each revision that shows the viewer something."""
    number: int
    moment: int


def shown_of(seen: Seen, audiences: Collection[str]) -> Shown | None:
    """The same from all the circles that a viewer is in, and from no other."""
    found = [told for of, told in seen.items() if is_within(audiences, of)]
    if not found:
        return None
    _count, number, moment = max(found, key=lambda told: told[1])
    return Shown(sum(told[0] for told in found), number, moment)
