"""Two records of one owner become one: the other leads to it, and so does what pointed there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from concord.core.disclosure import Actor
from concord.record.audiences import Standing
from concord.record.errors import ChangedMeanwhileError, InvalidContentError, NotFoundError
from concord.record.guard import service
from concord.record.models import Gate, Record
from concord.record.services import (
    Draft,
    content_parse,
    is_let_out,
    lock_head,
    own_circle,
    records_remove,
    revisions_write,
)

VIA = "merging"


def records_merge(
    *,
    actor: Actor,
    draft: Draft,
    gone: UUID,
    gone_from: int,
    reason: str = "",
    moved_reason: str = "",
    is_said: bool = False,
) -> dict[UUID, int]:
    """Write ``draft`` as what both records say, and a tombstone that leads there for ``gone``.

    Other records of the owner that named ``gone`` name the draft's record from now on; one that
    others see is left where the actor may not change it alone, and the old id leads on. All or
    nothing. Returns the revision of each record that was written. Where the newest revision of the
    draft's record was written for this merging, it ``is_said`` already and stands for the draft.

    Raises ``NotFoundError`` where one of the two is not there, ``NotOwnerError``,
    ``InvalidContentError`` where they are of two kinds, ``ChangedMeanwhileError``, and
    ``MayNotPublishError`` or ``NeedsClearanceError`` where others would come to see something.
    """
    kept = draft.record_id
    with service(), transaction.atomic():
        lock_head()
        found = Record.objects.in_bulk([kept, gone])
        if len(found) < 2 or any(row.is_removed for row in found.values()):
            raise NotFoundError
        if found[gone].kind != found[kept].kind:
            raise InvalidContentError
        if found[gone].revision_number != gone_from:
            raise ChangedMeanwhileError(fields={str(gone): str(found[gone].revision_number)})
        before = {gone: gone_from, kept: found[kept].revision_number - is_said}
        if not is_said:
            revisions_write(actor=actor, drafts=[draft], via=VIA, reason=reason)
        moved = _moved(actor, gone, kept)
        if moved:
            revisions_write(actor=actor, drafts=moved, via=VIA, reason=moved_reason)
        records_remove(actor=actor, ids=[gone], via=VIA, reason=reason, into=kept)
    before |= {row.record_id: row.made_from or 0 for row in moved}
    return {key: number + 1 for key, number in before.items()}


def _moved(actor: Actor, gone: UUID, kept: UUID) -> list[Draft]:
    """What the owner's other records say once they name the one that stays."""
    rows = (
        Record.objects.filter(owner_id=actor.institution, is_removed=False)
        .exclude(id__in=[gone, kept])
        .annotate(text=Cast("content", TextField()))
        .filter(text__contains=str(gone))
    )
    gate = Gate.objects.filter(institution=actor.institution).first()
    standing = Standing(actor.institution)
    within = own_circle(standing, gate if actor.may_publish else None)
    drafts = []
    for row in rows:
        said = renamed(row.content, str(gone), str(kept))
        draft = Draft(
            content_parse(kind=row.kind, data=said), row.id, made_from=row.revision_number
        )
        if said != row.content and (
            (actor.may_publish and not gate) or not is_let_out(draft, row, standing, within)
        ):
            drafts.append(draft)
    return drafts


def renamed(value: Any, old: str, new: str) -> Any:
    """``value`` with one id in place of another; what then stands in a list twice stands once."""
    if isinstance(value, Mapping):
        return {name: renamed(inner, old, new) for name, inner in value.items()}
    if isinstance(value, list):
        found = [renamed(inner, old, new) for inner in value]
        return list(dict.fromkeys(found)) if all(isinstance(i, str) for i in found) else found
    return new if value == old else value
