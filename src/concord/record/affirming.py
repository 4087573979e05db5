"""Saying again that a record still holds: a new revision with nothing changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concord.core.disclosure import Actor
from concord.record.errors import NotFoundError, NotOwnerError
from concord.record.guard import service
from concord.record.models import Record
from concord.record.selectors import RevisionView
from concord.record.sensitive import sensitive_require
from concord.record.services import lock_head, revisions_say_again

VIA = "confirming"


def records_affirm(*, actor: Actor, ids: Collection[UUID], reason: str = "") -> int:
    """The owner says of records that they still hold as they stand, all or none; return how many.

    Nobody comes to see anything new, so it takes no publisher and no clearance. Raises
    ``NotFoundError`` and ``NotOwnerError``.
    """
    with service(), transaction.atomic():
        lock_head()
        records = Record.objects.in_bulk(list(set(ids)))
        if len(records) != len(set(ids)) or any(r.is_removed for r in records.values()):
            raise NotFoundError
        strangers = [r for r in records.values() if r.owner_id != actor.institution]
        if strangers:
            raise NotOwnerError(fields={str(r.id): str(r.owner_id) for r in strangers})
        sensitive_require(actor=actor, changes=[], reason=reason)
        revisions_say_again(actor=actor, records=records, at=timezone.now(), via=VIA, reason=reason)
    return len(records)


@dataclass(frozen=True, slots=True)
class Affirmation:
    """When the owner of a record last said that it holds; or, of a compiler, last checked it."""

    owner: UUID
    at: dt.datetime
    is_by_person: bool
    is_compiled: bool


def affirmation(
    owner: UUID, history: Sequence[RevisionView], *, is_compiled: bool
) -> Affirmation | None:
    """What a history that a viewer may see tells of it; the owner's own people count before all."""
    own = [r for r in history if r.actor_institution == owner]
    own.sort(key=lambda r: (r.is_by_person and not is_compiled, r.revision_number))
    if not own:
        return None
    return Affirmation(owner, own[-1].at, own[-1].is_by_person, is_compiled)
