"""Who is in which audience: members of networks and of States, groups, and the viewers they make.

What an institution says of its own memberships is a claim like any other and opens nothing. It
becomes a member when the network's coordinator, the State's contact point or the operator admits
it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from concord.core.disclosure import (
    ANYONE,
    PUBLIC,
    Audience,
    Breadth,
    Level,
    Viewer,
    breadth_of,
    group_audience,
    institution_audience,
    level_of,
    resolve,
)
from concord.record.errors import InvalidContentError
from concord.record.models import Group, Member


def audiences_of(institutions: Collection[UUID]) -> set[Audience]:
    """The networks, groups and States that institutions are members of now."""
    rows = Member.objects.filter(institution__in=list(institutions), until=None)
    return set(map(Audience, rows.values_list("audience", flat=True)))


def viewer_as(*institutions: UUID) -> Viewer:
    """What somebody sees who acts for these institutions."""
    if not institutions:
        return ANYONE
    own = map(institution_audience, institutions)
    return Viewer(frozenset({PUBLIC, *own, *audiences_of(institutions)}))


def members_of(audience: Audience) -> list[UUID]:
    """The institutions that are members of a network, a group or a State now, by admission."""
    rows = Member.objects.filter(audience=audience, until=None).order_by("since", "institution")
    return list(rows.values_list("institution", flat=True))


def institutions_within(audiences: Collection[str], *, but: UUID) -> list[UUID]:
    """The institutions that are in all of these audiences now, other than ``but``.

    None for everybody: nobody counts those. In the order in which they were admitted.
    """
    narrow = [audience for audience in audiences if audience != PUBLIC]
    of_each = [
        [UUID(audience.partition(":")[2])]
        if breadth_of(audience) is Breadth.INSTITUTION
        else members_of(Audience(audience))
        for audience in narrow
    ]
    first = of_each[0] if of_each else []
    return [key for key in first if key != but and all(key in others for others in of_each)]


def states_of_members() -> dict[str, str]:
    """The State that has admitted an institution, by the institution's id."""
    rows = Member.objects.filter(audience__startswith=f"{Breadth.STATE}:", until=None)
    found = rows.values_list("institution", "audience")
    return {str(key): audience.partition(":")[2] for key, audience in found}


class Standing:
    """Where one owner stands: the audience that a level of its means, asked of the database once.

    An owner shares only with those whom it belongs to: so it is itself in each of its audiences.
    """

    def __init__(self, owner: UUID) -> None:
        self.owner = owner

    @cached_property
    def audiences(self) -> frozenset[Audience]:
        """Its networks, groups and State."""
        return frozenset(audiences_of([self.owner]))

    @property
    def state(self) -> str:
        """The State that it belongs to; blank where no State has admitted it."""
        found = (a for a in self.audiences if breadth_of(a) is Breadth.STATE)
        return next(found, "").removeprefix("state:")

    def audience(self, level: Level) -> Audience:
        """What ``level`` means; raises ``InvalidContentError`` where the owner is no member."""
        if level.breadth in {Breadth.PUBLIC, Breadth.INSTITUTION}:
            return resolve(level, self.owner)
        if level.breadth is Breadth.STATE and not self.state:
            message = _(
                "Your institution is not yet admitted to a State here. Ask its contact point."
            )
            raise InvalidContentError(message, fields={"level": message})
        audience = resolve(level, self.owner, self.state)
        if audience not in self.audiences:
            message = _(
                "Your institution is no member of “%(audience)s”, so it cannot share there."
            )
            message %= {"audience": audience}
            raise InvalidContentError(message, fields={"level": message})
        return audience

    def level_if_in(self, level: Level) -> Level:
        """``level``, or its own where the owner is not, or no longer, among those it means."""
        try:
            self.audience(level)
        except InvalidContentError:
            return Level.INSTITUTION
        return level

    def level_still(self, audience: str) -> Level:
        """The level that gave this audience; its own where the owner has left those."""
        is_held = breadth_of(audience) in {Breadth.PUBLIC, Breadth.INSTITUTION}
        return level_of(audience) if is_held or audience in self.audiences else Level.INSTITUTION


def levels_for(institution: UUID) -> list[Level]:
    """The levels that an institution can choose among, widest first and its own last."""
    standing = Standing(institution)
    shared = sorted(map(level_of, standing.audiences), key=_in_order)
    return [Level.PUBLIC, *shared, Level.INSTITUTION]


def _in_order(level: Level) -> tuple[int, str]:
    return list(Breadth).index(level.breadth), str(level)


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group, as one of its institutions sees it."""

    id: UUID
    name: str
    founder: UUID
    members: tuple[UUID, ...]
    made_at: Any


def groups_of(*institutions: UUID) -> list[GroupView]:
    """The groups that one of the institutions is in, and who else is; others learn of none."""
    own = map(level_of, audiences_of(institutions))
    ids = [level.of for level in own if level.breadth is Breadth.GROUP and level.of]
    rows = list(Group.objects.filter(id__in=ids).order_by("made_at"))
    return [
        GroupView(
            row.id, row.name, row.founder, tuple(members_of(group_audience(row.id))), row.made_at
        )
        for row in rows
    ]


def group_names(viewer: Viewer) -> dict[UUID, str]:
    """What the groups are called that the viewer is in."""
    found = (level_of(a) for a in viewer.audiences if breadth_of(a) is Breadth.GROUP)
    ids = [level.of for level in found if level.of]
    return dict(Group.objects.filter(id__in=ids).values_list("id", "name"))
