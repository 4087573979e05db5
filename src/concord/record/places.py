"""Where a value may lie: each room says of each of its tables and folders how it is cleaned.

Rooms above add theirs when they start, since imports go downwards alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise

from concord.record.spill import Spill


@dataclass(frozen=True, slots=True)
class Held:
    """How much of a place holds a value, and since when the oldest of it has done so."""

    count: int = 0
    since: dt.datetime | None = None

    @classmethod
    def of(cls, moments: Iterable[dt.datetime | None]) -> Held:
        """As many as there are moments, since the first of them; None where that is not kept."""
        found = list(moments)
        return cls(len(found), min((m for m in found if m), default=None))


class Place:
    """A place that can hold what a record says.

    ``tables`` are those that it cleans, by their names in the database; ``folders`` are paths below
    the folder of the installation.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    tables: ClassVar[tuple[str, ...]] = ()
    folders: ClassVar[tuple[str, ...]] = ()
    is_derived: ClassVar[bool] = False
    """Whether it is made from other places, or is everybody's: how much it holds is told nobody."""

    def held(self, spill: Spill) -> Held:
        """How much of it holds what is to be removed; nothing is changed."""
        raise NotImplementedError

    def clean(self, spill: Spill) -> None:
        """Remove it, within the transaction of the purge."""
        raise NotImplementedError

    def is_at_work(self, spill: Spill) -> bool:  # noqa: ARG002
        """Whether a worker holds it in hand just now, and would write it again."""
        return False

    def sweep(self) -> None:
        """After the purge is written: delete files that nothing stands for any more. May repeat."""


_places: list[Place] = []
_empty: dict[str, str] = {}


def place(kind: type[Place]) -> type[Place]:
    """Adds a place; used as a decorator of its class."""
    if all(known.code != kind.code for known in _places):
        _places.append(kind())
    return kind


def holds_nothing(tables: Iterable[str], because: str) -> None:
    """Says of tables, files or folders why they cannot hold what a record says."""
    _empty.update(dict.fromkeys(tables, because))


def all_places() -> tuple[Place, ...]:
    """Every place; what is made from others comes last, so that it is not made from them anew."""
    return tuple(sorted(_places, key=lambda known: known.is_derived))


def declared() -> dict[str, str]:
    """Each table and folder that is spoken for, and by what."""
    cleaned = {
        name: f"cleaned by {known.code}"
        for known in _places
        for name in (*known.tables, *known.folders)
    }
    return {**{name: f"holds no content because {why}" for name, why in _empty.items()}, **cleaned}
