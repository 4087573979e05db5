"""What others see: publishing, and the changes that wait for whoever must let them out."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concord.core.disclosure import Actor, Clearance, Level, Viewer, level_of
from concord.record.audiences import Standing
from concord.record.content import Content, StoredContent
from concord.record.errors import ChangedMeanwhileError, NotFoundError, NotOwnerError
from concord.record.guard import service
from concord.record.kinds import content_type
from concord.record.models import Gate, Record, Waiting
from concord.record.selectors import RecordView, view_of
from concord.record.sensitive import sensitive_require, texts_require
from concord.record.services import (
    BATCH,
    Draft,
    audiences_drafted,
    changes_on_the_way,
    check_references,
    content_dump,
    content_parse,
    content_stored,
    is_let_out,
    own_circle,
    require_fixed,
    require_narrow,
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
    made_from: int
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
    audience: str
    """Who may know of the record once it is let out."""
    audiences: Mapping[str, str]
    """Who sees each field that others than these see."""
    _after: Record

    def seen_by(self, viewer: Viewer) -> RecordView | None:
        """The record as somebody will see it once it is let out; None where not at all."""
        return view_of(self._after, viewer)


def revisions_write_or_hold(
    *, actor: Actor, drafts: Sequence[Draft], via: str, reason: str = ""
) -> Written:
    """Write what the actor may write alone; hold the rest for who must let it out. All or none."""
    with service(), transaction.atomic():
        gate = Gate.objects.filter(institution=actor.institution).first()
        current = Record.objects.in_bulk([draft.record_id for draft in drafts])
        standing = Standing(actor.institution)
        within = own_circle(standing, gate if actor.may_publish else None)
        held = [
            draft
            for draft in drafts
            if (gate or not actor.may_publish)
            and is_let_out(draft, current.get(draft.record_id), standing, within)
        ]
        kept_back = {draft.record_id for draft in held}
        if held:
            check_references(drafts, current, actor.institution)
            _require_current(held, current, actor)
            require_fixed(held, current, via)
            require_narrow(held, current, standing, timezone.now().date())
            _require_fit(held, current, actor, standing, reason)
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


def _require_fit(
    drafts: Sequence[Draft],
    current: Mapping[UUID, Record],
    actor: Actor,
    standing: Standing,
    reason: str,
) -> None:
    """Hold to the gate what waits; on warnings whoever publishes it decides, not who made it."""
    changes = changes_on_the_way(drafts, current, standing)
    if not actor.may_publish:
        changes = (replace(change, is_let_out=lambda: False) for change in changes)
    sensitive_require(actor=actor, changes=changes, reason=reason)


@dataclass(frozen=True, slots=True)
class Levels:
    """What an owner chooses for one record: who knows of it, and of each field that differs."""

    level: Level
    fields: Mapping[str, Level] = field(default_factory=dict)
    in_totals: bool | None = None
    """Whether its withheld numbers may enter protected totals; None keeps what it has."""


def records_share(
    *, actor: Actor, levels: Mapping[UUID, Levels], reason: str = "", via: str = "publishing"
) -> Written:
    """Give records, as they stand, the levels chosen for them; a State may yet have to clear it.

    A record that has them already gets no revision. Raises ``NotFoundError`` where one is not a
    record of the actor's institution, and ``InvalidContentError`` where a field would be shown to
    everybody that must not be as yet (``Content.kept_narrow``): nothing is narrowed silently.
    """
    with service(), transaction.atomic():
        rows = Record.objects.in_bulk(list(levels))
        if any(r.owner_id != actor.institution or r.is_removed for r in rows.values()) or (
            len(rows) != len(levels)
        ):
            raise NotFoundError
        drafts = [draft_shared(rows[key], chosen) for key, chosen in levels.items()]
        standing = Standing(actor.institution)
        moved = [
            replace(d, content=content_parse(kind=d.content.kind, data=content_dump(d.content)))
            for d in drafts
            if is_moved(d, rows[d.record_id], standing)
        ]
        return revisions_write_or_hold(actor=actor, drafts=moved, via=via, reason=reason)


def draft_shared(row: Record, chosen: Levels) -> Draft:
    """A record as it stands, under the levels chosen for it."""
    return Draft(
        content_stored(kind=row.kind, data=row.content),
        row.id,
        chosen.level,
        levels_apart(row.kind, chosen.level, chosen.fields),
        row.revision_number,
        chosen.in_totals,
    )


def levels_apart(kind: str, level: Level, fields: Mapping[str, Level]) -> dict[str, Level]:
    """The levels of fields that are not what they would be if nothing were said of them.

    That is the record's, or that of the field that they follow (``Content.follows``).
    """
    follows = content_type(kind).follows
    return {
        name: said
        for name, said in fields.items()
        if said != level or fields.get(follows.get(name, ""), level) != level
    }


def records_publish(*, actor: Actor, ids: Collection[UUID], reason: str = "") -> Written:
    """Let the public see records as they stand, but for the fields that have a level of their own.

    Raises as ``records_share`` does.
    """
    rows = Record.objects.filter(id__in=list(ids), owner_id=actor.institution, is_removed=False)
    audiences = dict(rows.values_list("id", "audiences"))
    if set(audiences) != set(ids):
        raise NotFoundError
    levels = {
        key: Levels(Level.PUBLIC, {n: level_of(seen_by) for n, seen_by in differing.items()})
        for key, differing in audiences.items()
    }
    return records_share(actor=actor, levels=levels, reason=reason)


def is_moved(draft: Draft, record: Record, standing: Standing) -> bool:
    """Whether a draft gives a record another audience anywhere, or another word on totals."""
    if draft.in_totals not in {None, record.in_totals}:
        return True
    return audiences_drafted(draft, record, standing) != (record.audience, record.audiences)


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
        level=str(draft.level) if draft.level else "",
        field_levels=None if levels is None else {n: str(level) for n, level in levels.items()},
        in_totals=draft.in_totals,
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


def _views(rows: Any, *, for_others: bool = False) -> list[WaitingView]:
    found = list(rows)
    current = Record.objects.in_bulk([row.record_id for row in found])
    standings = {row.institution: Standing(row.institution) for row in found}
    gates = Gate.objects.in_bulk(list(standings)) if for_others else {}

    def view(row: Waiting) -> WaitingView:
        standing, record = standings[row.institution], current.get(row.record_id)
        draft = _draft(row, standing, content_stored(kind=row.kind, data=row.content))
        audience, audiences = audiences_drafted(draft, record, standing)
        within = own_circle(standing, gates.get(row.institution)) if for_others else frozenset()

        def said(content: dict[str, Any]) -> dict[str, Any]:
            """Of a change, what others would see: a contact point decides on that alone."""
            seen = {n: v for n, v in content.items() if audiences.get(n, audience) not in within}
            return seen if for_others else content

        return WaitingView(
            id=row.id,
            record_id=row.record_id,
            made_from=row.made_from,
            kind=row.kind,
            institution=row.institution,
            content=said(row.content),
            before=said(record.content) if record else {},
            is_new=record is None,
            reason=row.reason,
            via=row.via,
            at=row.at,
            waits_for=row.waits_for,
            returned_because=row.returned_because,
            returned_at=row.returned_at,
            audience=audience,
            audiences={n: seen_by for n, seen_by in audiences.items() if seen_by not in within},
            _after=Record(
                id=row.record_id,
                kind=row.kind,
                owner_id=row.institution,
                content=row.content,
                audience=audience,
                audiences=audiences,
                revision_number=row.made_from + 1,
                changed_at=row.at,
            ),
        )

    return [view(row) for row in found]


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
                actor=maker, drafts=_drafts(same), via=via, reason=reason
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
            drafts = _drafts(same)
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
    """A State's contact point sends changes back with a reason; they stay with the institution.

    Raises ``NotFoundError``, and ``SensitiveContentError`` for the reason.
    """
    texts_require(actor=None, texts={"reason": reason}, where="change that is returned")
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


def _drafts(rows: Sequence[Waiting]) -> list[Draft]:
    """What waits of one institution, to be written."""
    standing = Standing(rows[0].institution)
    return [_draft(row, standing, content_parse(kind=row.kind, data=row.content)) for row in rows]


def _draft(row: Waiting, standing: Standing, content: Content | StoredContent) -> Draft:
    """One that waits; what was to be shared where the institution is no longer, is its own."""
    levels = row.field_levels
    return Draft(
        content,
        row.record_id,
        standing.level_if_in(Level.parse(row.level)) if row.level else None,
        None
        if levels is None
        else {name: standing.level_if_in(Level.parse(text)) for name, text in levels.items()},
        row.made_from,
        row.in_totals,
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
