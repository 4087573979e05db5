"""Admitting institutions to networks and States, founding groups, and leaving them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from concord.core.disclosure import (
    PUBLIC,
    Actor,
    Audience,
    Breadth,
    Level,
    Viewer,
    breadth_of,
    group_audience,
    level_of,
)
from concord.record.audiences import audiences_of
from concord.record.errors import InvalidContentError, NotFoundError
from concord.record.guard import service
from concord.record.models import Group, Member, Record
from concord.record.sensitive import texts_require
from concord.record.services import BATCH, Draft, content_stored, revisions_write

MOST_IN_A_GROUP: Final = 100


def member_admit(*, audience: Audience, institution: UUID, by: UUID | None = None) -> None:
    """Admit an institution to a network or a State; whether ``by`` may is for the caller to know.

    An institution belongs to one State: admitted to another, it leaves the first. A group cannot
    be joined later: what was shared in it was shared with those that were in it.
    """
    if breadth_of(audience) not in {Breadth.NETWORK, Breadth.STATE}:
        raise NotFoundError
    with service(), transaction.atomic():
        if breadth_of(audience) is Breadth.STATE:
            for other in audiences_of([institution]) - {audience}:
                if breadth_of(other) is Breadth.STATE:
                    member_end(audience=other, institution=institution, by=by)
        _admit(audience, institution, by)


def _admit(audience: Audience, institution: UUID, by: UUID | None) -> None:
    Member.objects.get_or_create(
        audience=audience,
        institution=institution,
        until=None,
        defaults={"since": timezone.now(), "by_person": by},
    )


def member_end(*, audience: Audience, institution: UUID, by: UUID | None = None) -> int:
    """End a membership; return how many records of the institution were drawn back.

    What the institution itself shared there is from now on for itself alone: otherwise it would
    not see its own. Raises ``NotFoundError``.
    """
    with service(), transaction.atomic():
        drawn = _draw_back(institution, audience)
        ended = Member.objects.filter(audience=audience, institution=institution, until=None)
        if not ended.update(until=timezone.now(), ended_by=by):
            raise NotFoundError
    return drawn


def _draw_back(institution: UUID, audience: Audience) -> int:
    def narrowed(seen_by: str) -> Level:
        return Level.INSTITUTION if seen_by == audience else level_of(seen_by)

    count = 0
    for rows in _in_batches(_shared_with(institution, audience)):
        drafts = [
            Draft(
                content_stored(kind=row.kind, data=row.content),
                row.id,
                narrowed(row.audience),
                {name: narrowed(seen_by) for name, seen_by in row.audiences.items()},
            )
            for row in rows
        ]
        reason = _("No longer a member of those whom it was shared with.")
        revisions_write(actor=Actor(institution), drafts=drafts, via="leaving", reason=reason)
        count += len(rows)
    return count


def shared_count(*, viewer: Viewer, institution: UUID, audience: Audience) -> int | None:
    """How many records would be drawn back if a membership ended, of those that ``viewer`` sees.

    None for a viewer who is not in the audience: to admit opens nothing.
    """
    if not viewer.may_see(audience):
        return None
    rows = Record.objects.filter(
        id__in=_shared_with(institution, audience), audience__in=viewer.audiences
    )
    return rows.count()


def _shared_with(institution: UUID, audience: str) -> list[UUID]:
    rows = Record.objects.filter(owner_id=institution, is_removed=False)
    rows = rows.annotate(levels=Cast("audiences", TextField()))
    rows = rows.filter(Q(audience=audience) | Q(levels__contains=f'"{audience}"'))
    return list(rows.values_list("id", flat=True))


def _in_batches(ids: list[UUID]) -> Iterator[list[Record]]:
    for start in range(0, len(ids), BATCH):
        yield list(Record.objects.filter(id__in=ids[start : start + BATCH]))


def group_found(*, actor: Actor, name: str, institutions: Iterable[UUID]) -> UUID:
    """Found a group of the actor's institution and others, which stays as it is but for leaving.

    Raises ``InvalidContentError`` where it has no name, nobody else, or what is no institution, and
    as ``texts_require`` does for its name.
    """
    others = set(institutions) - {actor.institution}
    faults: dict[str, str] = {}
    if not name.strip():
        faults["name"] = _("Give the group a name.")
    if not others or len(others) >= MOST_IN_A_GROUP:
        faults["institutions"] = _("Choose at least one other institution, at most %(n)d.") % {
            "n": MOST_IN_A_GROUP - 1
        }
    known = Record.objects.filter(
        id__in=list(others), kind="institution", is_removed=False, audience=PUBLIC
    )
    if not faults and known.count() != len(others):
        faults["institutions"] = _("One of these is no institution that everybody knows.")
    if faults:
        raise InvalidContentError(fields=faults)
    with service(), transaction.atomic():
        texts_require(actor=actor, texts={"name": name}, where="group")
        group = Group.objects.create(
            id=uuid.uuid4(),
            name=name.strip()[:200],
            founder=actor.institution,
            by_person=actor.person,
            made_at=timezone.now(),
        )
        for institution in (actor.institution, *sorted(others)):
            _admit(group_audience(group.id), institution, actor.person)
    return group.id


def group_leave(*, actor: Actor, group: UUID) -> int:
    """Leave a group; what the institution shared there is for itself alone again.

    Returns how many records that was. Raises ``NotFoundError``.
    """
    return member_end(
        audience=group_audience(group), institution=actor.institution, by=actor.person
    )
