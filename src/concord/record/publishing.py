"""What others see: publishing, and the changes that wait for whoever must let them out."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concord.core.disclosure import (
    ANYONE,
    PUBLIC,
    Actor,
    Clearance,
    Level,
    resolve,
    visible_part,
)
from concord.record.errors import ChangedMeanwhileError, NotFoundError, NotOwnerError
from concord.record.guard import service
from concord.record.models import Gate, Record, Waiting
from concord.record.services import (
    BATCH,
    Draft,
    check_references,
    content_dump,
    content_parse,
    is_let_out,
    revisions_write,
)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of drafts: ids of records that were written, and of those whose change waits."""

    written: list[UUID]
    waiting: list[UUID]


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A change that waits, as those see it who made it or decide on it."""

    id: UUID
    record_id: UUID
    kind: str
    institution: UUID
    content: dict[str, Any]
    before: dict[str, Any]
    is_new: bool
    reason: str
    via: str
    at: Any
    waits_for: str
    returned_because: str
    returned_at: dt.datetime | None


def revisions_write_or_hold(
    *, actor: Actor, drafts: Sequence[Draft], via: str, reason: str = ""
) -> Written:
    """Write what the actor may write alone; hold the rest for who must let it out. All or none."""
    with service(), transaction.atomic():
        gate = Gate.objects.filter(institution=actor.institution).first()
        current = Record.objects.in_bulk([draft.record_id for draft in drafts])
        held = [
            draft
            for draft in drafts
            if (gate or not actor.may_publish)
            and is_let_out(draft, current.get(draft.record_id), actor)
        ]
        kept_back = {draft.record_id for draft in held}
        if held:
            check_references(drafts)
            _require_current(held, current, actor)
            Waiting.objects.filter(
                institution=actor.institution, record_id__in=list(kept_back)
            ).delete()  # a newer change of a record stands for an older one
        free = [draft for draft in drafts if draft.record_id not in kept_back]
        if free:
            revisions_write(actor=actor, drafts=free, via=via, reason=reason)
        for start in range(0, len(held), BATCH):
            Waiting.objects.bulk_create(
                _waiting(draft, current, actor, gate, via, reason)
                for draft in held[start : start + BATCH]
            )
    return Written([draft.record_id for draft in free], list(kept_back))


def _require_current(drafts: Sequence[Draft], current: Mapping[UUID, Record], actor: Actor) -> None:
    """A change that waits is held to the same rules as one that is written."""
    for draft in drafts:
        record = current.get(draft.record_id)
        if record is not None and record.owner_id != actor.institution:
            raise NotOwnerError(fields={str(record.id): str(record.owner_id)})
        existing = record.revision_number if record else 0
        if draft.made_from is not None and draft.made_from != existing:
            raise ChangedMeanwhileError(fields={str(draft.record_id): str(existing)})


def records_publish(*, actor: Actor, ids: Collection[UUID], reason: str = "") -> Written:
    """Let the public see records as they stand; a State may yet have to clear it.

    Raises ``NotFoundError`` where one of ``ids`` is not a record of the actor's institution.
    """
    wanted = set(ids)
    with service(), transaction.atomic():
        rows = Record.objects.in_bulk(list(wanted))
        if any(r.owner_id != actor.institution or r.is_removed for r in rows.values()) or (
            len(rows) != len(wanted)
        ):
            raise NotFoundError
        drafts = [
            Draft(
                content_parse(kind=row.kind, data=row.content),
                row.id,
                level=Level.PUBLIC,
                made_from=row.revision_number,
            )
            for row in rows.values()
            if row.audience != PUBLIC
        ]
        return revisions_write_or_hold(actor=actor, drafts=drafts, via="publishing", reason=reason)


def _waiting(  # noqa: PLR0917 - one row of what is held
    draft: Draft,
    current: Mapping[UUID, Record],
    actor: Actor,
    gate: Gate | None,
    via: str,
    reason: str,
) -> Waiting:
    record = current.get(draft.record_id)
    existing = record.revision_number if record else 0
    for_state = gate is not None and actor.may_publish
    levels = draft.field_levels
    return Waiting(
        record_id=draft.record_id,
        kind=draft.content.kind,
        made_from=existing if draft.made_from is None else draft.made_from,
        content=content_dump(draft.content),
        level=draft.level.value if draft.level else "",
        field_levels=None if levels is None else {n: level.value for n, level in levels.items()},
        institution=actor.institution,
        person=actor.person,
        waits_for=Waiting.For.CONTACT_POINT if for_state else Waiting.For.PUBLISHER,
        state=gate.state if gate and for_state else "",
        reason=reason,
        via=via,
        at=timezone.now(),
    )


def waiting_for_institution(*, institution: UUID) -> list[WaitingView]:
    """What waits of an institution, oldest first; with what was returned to it."""
    return _views(Waiting.objects.filter(institution=institution).order_by("at"))


def waiting_for_state(*, state: str) -> list[WaitingView]:
    """What a State's contact point is asked to clear, oldest first."""
    rows = Waiting.objects.filter(
        state=state, waits_for=Waiting.For.CONTACT_POINT, returned_at=None
    )
    return _views(rows.order_by("at"), for_others=True)


def _let_out(row: Waiting, record: Record | None, content: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a change that others would see: what a contact point decides on."""
    audience: str = record.audience if record else ""
    if row.level:
        audience = resolve(Level(row.level), row.institution)
    audiences: Mapping[str, str] = record.audiences if record else {}
    if row.field_levels is not None:
        audiences = {
            name: resolve(Level(level), row.institution) for name, level in row.field_levels.items()
        }
    return visible_part(content, audiences, audience, ANYONE).content


def _views(rows: Any, *, for_others: bool = False) -> list[WaitingView]:
    found = list(rows)
    current = Record.objects.in_bulk([row.record_id for row in found])

    def said(row: Waiting, content: dict[str, Any]) -> dict[str, Any]:
        return _let_out(row, current.get(row.record_id), content) if for_others else content

    return [
        WaitingView(
            id=row.id,
            record_id=row.record_id,
            kind=row.kind,
            institution=row.institution,
            content=said(row, row.content),
            before=said(row, current[row.record_id].content) if row.record_id in current else {},
            is_new=row.record_id not in current,
            reason=row.reason,
            via=row.via,
            at=row.at,
            waits_for=row.waits_for,
            returned_because=row.returned_because,
            returned_at=row.returned_at,
        )
        for row in found
    ]


def waiting_publish(*, actor: Actor, ids: Collection[UUID]) -> Written:
    """A publisher lets out what editors of the institution made; a State may yet have to clear it.

    The revision names who made the change and why, as they did.

    Raises ``NotFoundError`` where one of ``ids`` does not wait for this institution's publisher,
    ``ChangedMeanwhileError`` where a record was changed since.
    """
    with service(), transaction.atomic():
        rows = _taken(ids, institution=actor.institution, waits_for=Waiting.For.PUBLISHER)
        done = Written([], [])
        for (institution, person, via, reason), same in _by_maker(rows).items():
            maker = Actor(institution, person, may_publish=actor.may_publish)
            part = revisions_write_or_hold(
                actor=maker, drafts=[_draft(row) for row in same], via=via, reason=reason
            )
            done.written.extend(part.written)
            done.waiting.extend(part.waiting)
        Waiting.objects.filter(id__in=[row.id for row in rows]).delete()
    return done


def waiting_clear(*, clearance: Clearance, ids: Collection[UUID]) -> int:
    """A State's contact point clears what waits for it; return how many revisions were written."""
    with service(), transaction.atomic():
        rows = _taken(ids, state=clearance.state, waits_for=Waiting.For.CONTACT_POINT)
        for (institution, person, via, reason), same in _by_maker(rows).items():
            actor = Actor(institution, person, may_publish=True, clearance=clearance)
            drafts = [_draft(row) for row in same]
            revisions_write(actor=actor, drafts=drafts, via=via, reason=reason)
        Waiting.objects.filter(id__in=[row.id for row in rows]).delete()
    return len(rows)


def _by_maker(rows: list[Waiting]) -> dict[tuple[UUID, UUID | None, str, str], list[Waiting]]:
    """Changes of one hand go together: a new record may name another."""
    found: dict[tuple[UUID, UUID | None, str, str], list[Waiting]] = defaultdict(list)
    for row in rows:
        found[row.institution, row.person, row.via, row.reason].append(row)
    return found


def waiting_return(*, state: str, ids: Collection[UUID], reason: str) -> int:
    """A State's contact point sends changes back with a reason; they stay with the institution."""
    with service(), transaction.atomic():
        rows = _taken(ids, state=state, waits_for=Waiting.For.CONTACT_POINT)
        return Waiting.objects.filter(id__in=[row.id for row in rows]).update(
            returned_at=timezone.now(), returned_because=reason
        )


def waiting_drop(*, institution: UUID, ids: Collection[UUID]) -> int:
    """The institution takes changes of its own back before anybody else saw them."""
    with service(), transaction.atomic():
        rows = Waiting.objects.filter(id__in=list(ids), institution=institution)
        return rows.delete()[0]


def _taken(ids: Collection[UUID], **asked: object) -> list[Waiting]:
    rows = Waiting.objects.select_for_update().filter(id__in=list(ids), returned_at=None, **asked)
    found = list(rows.order_by("at"))
    if not found or len(found) != len(set(ids)):
        raise NotFoundError
    return found


def _draft(row: Waiting) -> Draft:
    levels = row.field_levels
    draft = Draft(
        content_parse(kind=row.kind, data=row.content),
        row.record_id,
        made_from=row.made_from,
    )
    return replace(
        draft,
        level=Level(row.level) if row.level else None,
        field_levels=None if levels is None else {n: Level(v) for n, v in levels.items()},
    )


def waiting_drop_of(*, institution: UUID, records: Collection[UUID]) -> int:
    """The institution takes back what waits of these records."""
    with service(), transaction.atomic():
        rows = Waiting.objects.filter(record_id__in=list(records), institution=institution)
        return rows.delete()[0]


def gate_set(*, institution: UUID, state: str, beyond: str) -> None:
    """An institution asks its State to clear what others see; any other ``beyond`` ends that."""
    with service(), transaction.atomic():
        if beyond not in Gate.Beyond.values:
            Gate.objects.filter(institution=institution).delete()
            return
        Gate.objects.update_or_create(
            institution=institution, defaults={"state": state, "beyond": Gate.Beyond(beyond)}
        )


def gate_get(*, institution: UUID) -> Gate | None:
    """Whether and how an institution asks its State to clear."""
    return Gate.objects.filter(institution=institution).first()
