"""Who may see what: levels that resolve to audiences, and the viewer.

The one rule, in Python as in SQL and in the column tables: a field is visible if and only if its
audience is in the viewer's set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final, NewType
from uuid import UUID

Audience = NewType("Audience", str)

PUBLIC = Audience("public")
NOBODY = Audience("")
"""The audience that no viewer is in."""


class Breadth(StrEnum):
    """How far a level goes. Network, group and State are no ladder: none is wider than another."""

    PUBLIC = "public"
    NETWORK = "network"
    GROUP = "group"
    STATE = "state"
    INSTITUTION = "institution"


@dataclass(frozen=True, slots=True)
class Level:
    """What an owner chooses for a record or for one of its fields.

    ``of`` says which network or group; the State is the owner's own. As text: ``public``,
    ``network:ID``, ``group:ID``, ``state``, ``institution``.
    """

    breadth: Breadth
    of: UUID | None = None

    PUBLIC: ClassVar[Level]
    STATE: ClassVar[Level]
    INSTITUTION: ClassVar[Level]

    def __post_init__(self) -> None:
        if (self.of is not None) != (self.breadth in {Breadth.NETWORK, Breadth.GROUP}):
            message = "network and group, and nothing else, name which one"
            raise ValueError(message)

    @classmethod
    def network(cls, network: UUID) -> Level:
        """Seen by the members of a network."""
        return cls(Breadth.NETWORK, network)

    @classmethod
    def group(cls, group: UUID) -> Level:
        """Seen by the institutions of a group."""
        return cls(Breadth.GROUP, group)

    @classmethod
    def parse(cls, text: str) -> Level:
        """The level that ``str`` made a text of; raises ``ValueError`` for anything else."""
        reach, _colon, of = text.partition(":")
        try:
            return cls(Breadth(reach), UUID(of) if of else None)
        except ValueError:
            message = (
                f"“{text}” is no level; expected public, network:ID, group:ID, state or institution"
            )
            raise ValueError(message) from None

    def __str__(self) -> str:
        return f"{self.breadth}:{self.of}" if self.of else str(self.breadth)


Level.PUBLIC = Level(Breadth.PUBLIC)
Level.STATE = Level(Breadth.STATE)
Level.INSTITUTION = Level(Breadth.INSTITUTION)


def institution_audience(institution: UUID) -> Audience:
    """The audience of one institution's own people."""
    return Audience(f"institution:{institution}")


def network_audience(network: UUID) -> Audience:
    """The audience of the members of a network."""
    return Audience(f"network:{network}")


def group_audience(group: UUID) -> Audience:
    """The audience of the institutions of a group."""
    return Audience(f"group:{group}")


def state_audience(state: str) -> Audience:
    """The audience of a State's institutions and contact points."""
    return Audience(f"state:{state}")


def narrowest(audiences: Iterable[str], owner: UUID | None = None) -> str:
    """The one audience that sees what several see together.

    Of two narrow ones whose fields have one ``owner``, that is the owner's own: it is in every
    audience that it shares with. Without an owner it is nobody's.
    """
    found = set(audiences)
    narrow = found - {PUBLIC} if len(found) > 1 else found
    if len(narrow) == 1:
        return narrow.pop()
    return institution_audience(owner) if narrow and owner else NOBODY


def resolve(level: Level, owner: UUID, state: str = "") -> Audience:
    """The one audience that ``level`` means for a record of ``owner``, which belongs to ``state``.

    Raises ``ValueError`` for the level of a State where the owner belongs to none.
    """
    match level.breadth:
        case Breadth.PUBLIC:
            return PUBLIC
        case Breadth.NETWORK | Breadth.GROUP:
            return Audience(str(level))
        case Breadth.STATE:
            if not state:
                message = "the owner belongs to no State"
                raise ValueError(message)
            return state_audience(state)
        case Breadth.INSTITUTION:
            return institution_audience(owner)


def level_of(audience: str) -> Level:
    """The level that an owner chose, from the audience that it resolved to."""
    reach = breadth_of(audience)
    if reach in {Breadth.NETWORK, Breadth.GROUP}:
        return Level.parse(audience)
    return Level(reach)


def breadth_of(audience: str) -> Breadth:
    """How far an audience goes."""
    return Breadth(audience.partition(":")[0])


TLP: Final[Mapping[Breadth, str]] = {
    Breadth.PUBLIC: "TLP:CLEAR",
    Breadth.NETWORK: "TLP:GREEN",
    Breadth.GROUP: "TLP:AMBER+STRICT",
    Breadth.STATE: "TLP:AMBER",
    Breadth.INSTITUTION: "TLP:AMBER+STRICT",
}
"""What a reader may do with what is seen, in the words of TLP 2.0 (FIRST, August 2022).

GREEN: within the community. AMBER: within one's organisation and those it answers to and serves,
here those of the State. AMBER+STRICT: within one's organisation alone. RED, for named persons, is
not used: no audience here is a person.
"""


TLP_ORDER: Final = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT")


def tlp_of(audience: str) -> str:
    """The label of TLP 2.0 for what ``audience`` sees."""
    return TLP[breadth_of(audience)]


def strictest_tlp(audiences: Iterable[str]) -> str:
    """The label of what is seen together by way of several audiences."""
    return max(map(tlp_of, audiences), key=TLP_ORDER.index)


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
