"""What somebody sees of a call: computed as if what they are conflicted with did not exist.

``seen`` is the only way from submissions and reviews to a page. It takes items away first and
counts afterwards, so that no total, average or rank holds what was taken away, and it says nothing
of how much that was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from concord.core.review.call import Pair


@dataclass(frozen=True, slots=True)
class Item:
    """A submission in a call, with its state and the institution whose it is."""

    id: str
    state: str
    institution: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reviewer answered to one criterion; ``value`` None where it does not apply."""

    submission: str
    reviewer: str
    criterion: str
    value: int | None


@dataclass(frozen=True)
class Seen:
    """A call as somebody sees it: ``items`` in order, how many of each state, ``marks`` by
    submission, criterion and value, without who gave them, and each criterion's mean."""

    items: tuple[Item, ...]
    states: tuple[tuple[str, int], ...]
    marks: tuple[tuple[str, str, int | None], ...]
    means: tuple[tuple[str, Fraction], ...]


def seen(
    items: Iterable[Item], marks: Iterable[Mark], *, viewer: str, conflicts: Collection[Pair]
) -> Seen:
    """The call for ``viewer``, whose ``conflicts`` (submission, viewer) are taken out before
    anything is counted. Marks of submissions that are not among the items count nowhere."""
    hidden = {submission for submission, whose in conflicts if whose == viewer}
    kept = sorted((one for one in items if one.id not in hidden), key=lambda one: one.id)
    ids = {one.id for one in kept}
    told = sorted(
        ((one.submission, one.criterion, one.value) for one in marks if one.submission in ids),
        key=lambda one: (one[0], one[1], one[2] is None, one[2] or 0),
    )
    return Seen(
        tuple(kept),
        tuple((state, sum(one.state == state for one in kept)) for state in _each(kept)),
        tuple(told),
        _means(told),
    )


def _each(items: Iterable[Item]) -> list[str]:
    return sorted({one.state for one in items})


def _means(told: Iterable[tuple[str, str, int | None]]) -> tuple[tuple[str, Fraction], ...]:
    values: dict[str, list[int]] = {}
    for _submission, criterion, value in told:
        if value is not None:
            values.setdefault(criterion, []).append(value)
    return tuple((one, Fraction(sum(values[one]), len(values[one]))) for one in sorted(values))
