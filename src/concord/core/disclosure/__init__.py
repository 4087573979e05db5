"""Who may see what: levels that resolve to audiences, and the viewer.

The one rule, in Python as in SQL and in the column tables: a field is visible if and only if its
audience is in the viewer's set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

Audience = NewType("Audience", str)

PUBLIC = Audience("public")
NOBODY = Audience("")
"""The audience that no viewer is in."""


class Level(StrEnum):
    """What an owner chooses for a record or for one of its fields."""

    PUBLIC = "public"
    INSTITUTION = "institution"


def institution_audience(institution: UUID) -> Audience:
    """The audience of one institution's own people."""
    return Audience(f"institution:{institution}")


def narrowest(audiences: Iterable[str]) -> str:
    """The one audience that sees what several see together; nobody's where there is no such one."""
    found = set(audiences)
    narrow = found - {PUBLIC} if len(found) > 1 else found
    return narrow.pop() if len(narrow) == 1 else NOBODY


def resolve(level: Level, owner: UUID) -> Audience:
    """The one audience that ``level`` means for a record of ``owner``."""
    return PUBLIC if level is Level.PUBLIC else institution_audience(owner)


def level_of(audience: str) -> Level:
    """The level that an owner chose, from the audience that it resolved to."""
    return Level.PUBLIC if audience == PUBLIC else Level.INSTITUTION


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever reads: a set of audiences, and nothing else."""

    audiences: frozenset[Audience]

    def may_see(self, audience: str) -> bool:
        """The rule."""
        return audience in self.audiences

    @property
    def key(self) -> str:
        """The same text for the same set, to keep results by."""
        return ",".join(sorted(self.audiences))


ANYONE = Viewer(frozenset({PUBLIC}))


def viewer_of_key(key: str) -> Viewer:
    """The viewer whose ``key`` it is: for what is made for somebody while they wait."""
    return Viewer(frozenset(map(Audience, key.split(","))))


def member_of(*institutions: UUID) -> Viewer:
    """Someone who acts for these institutions."""
    return Viewer(frozenset({PUBLIC, *map(institution_audience, institutions)}))


@dataclass(frozen=True, slots=True)
class Clearance:
    """A State's contact point has let something out: which State, and who by an opaque id."""

    state: str
    person: UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever writes: an institution, and a person known by an opaque id alone.

    ``may_publish`` says that the person may let others see more than they saw, ``clearance`` that
    the State's contact point agreed to it.
    """

    institution: UUID
    person: UUID | None = None
    may_publish: bool = False
    clearance: Clearance | None = None


@dataclass(frozen=True, slots=True)
class Visible:
    """A record's content as one viewer sees it.

    ``withheld`` names fields whose audience the viewer is not in, whether or not they hold a value.
    """

    content: dict[str, Any]
    withheld: tuple[str, ...]


def visible_then(  # noqa: PLR0917 - what was said, and who may see it then and now
    content: Mapping[str, Any],
    audiences_then: Mapping[str, str],
    default_then: str,
    audiences: Mapping[str, str],
    default: str,
    viewer: Viewer,
) -> Visible:
    """What was said before as ``viewer`` may see it: by the rule of then and by that of today.

    What somebody kept to themselves at the time stays so, whatever they published later.
    """
    before = visible_part(content, audiences_then, default_then, viewer)
    now = visible_part(before.content, audiences, default, viewer)
    return Visible(now.content, tuple(sorted({*before.withheld, *now.withheld})))


def visible_part(
    content: Mapping[str, Any], audiences: Mapping[str, str], default: str, viewer: Viewer
) -> Visible:
    """Split ``content`` by the rule; ``audiences`` has the fields other than ``default``."""
    shown = {
        field: value
        for field, value in content.items()
        if viewer.may_see(audiences.get(field, default))
    }
    withheld = tuple(sorted(f for f, audience in audiences.items() if not viewer.may_see(audience)))
    return Visible(shown, withheld)
