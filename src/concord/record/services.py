"""The one way in: every change of a record is a revision, written here and nowhere else."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from concord.core.disclosure import (
    PUBLIC,
    Actor,
    Level,
    Viewer,
    institution_audience,
    state_audience,
)
from concord.core.disclosure.touching import Stand
from concord.record.audiences import Standing, viewer_as
from concord.record.content import Content, StoredContent
from concord.record.errors import (
    ChangedMeanwhileError,
    InvalidContentError,
    MayNotPublishError,
    NeedsClearanceError,
    NotFoundError,
    NotOwnerError,
)
from concord.record.faults import fault_text
from concord.record.guard import service
from concord.record.kinds import audiences_followed, content_type
from concord.record.models import Gate, Head, Node, Record, Revision
from concord.record.sensitive import OnTheWay, sensitive_require
from concord.record.showing import revisions_tell, stand_of
from concord.record.storing import json_text, rows_insert, rows_update

BATCH = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """A change to be made: the whole new content of one record.

    ``made_from`` is the revision that the change was made from; None skips the check, 0 says that
    the record must be new. ``field_levels`` names fields whose level differs from ``level``. None
    for either keeps what the record has; a new one is for its institution alone. ``in_totals`` says
    whether its withheld numbers may enter protected totals; None keeps that too.
    """

    content: Content | StoredContent
    record_id: UUID = field(default_factory=uuid.uuid4)
    level: Level | None = None
    field_levels: Mapping[str, Level] | None = None
    made_from: int | None = None
    in_totals: bool | None = None


def node_ensure(*, name: str = "Concord") -> Node:
    """This installation's own row, made on first use."""
    with service(), transaction.atomic():
        Head.objects.get_or_create(id=1)
        node, _created = Node.objects.get_or_create(is_self=True, defaults={"name": name})
        return node


def revisions_write(
    *,
    actor: Actor,
    drafts: Sequence[Draft],
    via: str,
    reason: str = "",
    at: dt.datetime | None = None,
) -> list[UUID]:
    """Write one revision for each draft, all or none; return the ids of the records.

    Raises ``InvalidContentError`` where a record named twice or a reference leads nowhere,
    ``NotOwnerError``, ``MayNotPublishError``, ``NeedsClearanceError``, ``ChangedMeanwhileError``,
    ``SensitiveContentError`` and ``UnconfirmedContentError`` as their names say.
    """
    doubled = [str(i) for i, n in Counter(draft.record_id for draft in drafts).items() if n > 1]
    if doubled:
        raise InvalidContentError(
            _("One record is given twice."), fields=dict.fromkeys(doubled, "")
        )
    _require_ways(drafts, via)
    with service(), transaction.atomic():
        head = lock_head()
        node = Node.objects.get(is_self=True)
        moment = at or timezone.now()
        current = _current([draft.record_id for draft in drafts])
        check_references(drafts, current, actor.institution)
        number = head.number
        standing = Standing(actor.institution)
        for record in current.values():
            _require_owner(record, actor)
        require_fixed(drafts, current, via)
        _require_leave(drafts, current, actor, standing)
        require_narrow(drafts, current, standing, moment.date())
        changes = changes_on_the_way(drafts, current, standing)
        sensitive_require(actor=actor, changes=changes, reason=reason)
        for start in range(0, len(drafts), BATCH):
            batch = drafts[start : start + BATCH]
            before = {
                draft.record_id: stand_of(current[draft.record_id])
                for draft in batch
                if draft.record_id in current
            }
            records = [
                _next_revision(
                    draft, current.get(draft.record_id), number + place, node, standing, moment
                )
                for place, draft in enumerate(batch, start=1)
            ]
            number += len(batch)
            _save(records, before, actor, reason, via)
        Head.objects.filter(id=1).update(number=number)
    return [draft.record_id for draft in drafts]


def require_narrow(
    drafts: Sequence[Draft],
    current: Mapping[UUID, Record],
    standing: Standing,
    today: dt.date,
) -> None:
    """Some fields are not for everybody as yet; raises ``InvalidContentError`` naming them."""
    faults: dict[str, str] = {}
    for draft in drafts:
        data = content_dump(draft.content)
        narrow = content_type(draft.content.kind).kept_narrow(data, today) & set(data)
        if not narrow:
            continue
        audience, audiences = audiences_drafted(draft, current.get(draft.record_id), standing)
        for name in sorted(narrow):
            if audience == audiences.get(name, audience) == PUBLIC:
                faults[f"{draft.record_id}: {name}"] = str(NARROW)
    if faults:
        raise InvalidContentError(fields=faults)


NARROW: Final = gettext_lazy(
    "It is to come, and for guards, response forces, intelligence services or others like them: "
    "show this to a network at most. When it is over you are asked."
)
"""Why not everybody may see a field as yet."""


def _require_ways(drafts: Sequence[Draft], via: str) -> None:
    """Some kinds have a page of their own that knows who may say them."""
    for draft in drafts:
        ways = content_type(draft.content.kind).ways
        if ways is not None and via not in ways:
            raise InvalidContentError(_("Such a record cannot be written in this way."))


def require_fixed(drafts: Sequence[Draft], current: Mapping[UUID, Record], via: str) -> None:
    """What a kind says once and for all is not said otherwise, nor begun in another way.

    A record that was emptied says nothing any more, so it would begin anew. Raises
    ``InvalidContentError``.
    """
    faults: dict[str, str] = {}
    for draft in drafts:
        kind = content_type(draft.content.kind)
        record = current.get(draft.record_id)
        said = record.content if record else {}
        if not said and kind.begun_by is not None and via not in kind.begun_by:
            raise InvalidContentError(_("Such a record cannot be written in this way."))
        if said and kind.fixed:
            data = content_dump(draft.content)
            changed = [name for name in sorted(kind.fixed) if data.get(name) != said.get(name)]
            faults |= dict.fromkeys(changed, _("this can never be changed; make a new version"))
    if faults:
        raise InvalidContentError(fields=faults)


def revision_write(*, actor: Actor, draft: Draft, via: str, reason: str = "") -> UUID:
    """Write one revision; see ``revisions_write``."""
    return revisions_write(actor=actor, drafts=[draft], via=via, reason=reason)[0]


def record_remove(
    *, actor: Actor, record_id: UUID, via: str, reason: str, made_from: int | None = None
) -> None:
    """Write a tombstone: the record is gone from every list, its history stays.

    ``made_from`` is the revision that is to be removed; raises ``ChangedMeanwhileError`` if there
    is a newer one. None removes whichever it is.
    """
    with service(), transaction.atomic():
        lock_head()
        if made_from is not None:
            now = Record.objects.filter(id=record_id).values_list("revision_number", flat=True)
            if list(now) != [made_from]:
                raise ChangedMeanwhileError(fields={str(record_id): str(made_from)})
        records_remove(actor=actor, ids=[record_id], via=via, reason=reason)


def records_remove(
    *, actor: Actor, ids: Collection[UUID], via: str, reason: str, into: UUID | None = None
) -> None:
    """Write a tombstone for each of ``ids``, all or none; raises ``NotFoundError``.

    ``into`` is the record that stands for them from now on, where there is one.
    """
    with service(), transaction.atomic():
        head, moment = lock_head(), timezone.now()
        current = _current(list(ids))
        if len(current) != len(set(ids)) or any(r.is_removed for r in current.values()):
            raise NotFoundError
        sensitive_require(actor=actor, changes=[], reason=reason)
        before = {key: stand_of(record) for key, record in current.items()}
        for number, record in enumerate(current.values(), start=head.number + 1):
            _require_owner(record, actor)
            record.revision_number += 1
            record.is_removed, record.merged_into = True, into
            record.changed_in, record.changed_at = number, moment
        _save(list(current.values()), before, actor, reason, via, Revision.Operation.TOMBSTONE)
        Head.objects.filter(id=1).update(number=head.number + len(current))


def records_take_over(*, actor: Actor, ids: Collection[UUID], reason: str = "") -> None:
    """Make the actor's institution the owner of records that everybody sees, all or none.

    What the owner before kept to itself is not handed on. Whether the institution may take a
    record over is for the caller to know. Raises ``NotFoundError``, ``NeedsClearanceError`` where
    a State clears what the institution says, and ``InvalidContentError`` where what is left of a
    record breaks the rules of its kind.
    """
    with service(), transaction.atomic():
        head, moment = lock_head(), timezone.now()
        current = _current(list(ids))
        if len(current) != len(set(ids)) or any(
            record.is_removed or record.audience != PUBLIC for record in current.values()
        ):
            raise NotFoundError
        if Gate.objects.filter(institution=actor.institution).exists() and not actor.clearance:
            raise NeedsClearanceError(fields=dict.fromkeys(map(str, current), ""))
        before = {key: stand_of(record) for key, record in current.items()}
        for number, record in enumerate(current.values(), start=head.number + 1):
            record.content = {
                name: value
                for name, value in record.content.items()
                if record.audiences.get(name, PUBLIC) == PUBLIC
            }
            content_parse(kind=record.kind, data=record.content)
            sensitive_require(
                actor=actor,
                changes=[OnTheWay(record.id, record.kind, record.content, {}, lambda: True)],
                reason=reason,
            )
            record.audiences, record.in_totals = {}, False
            record.owner_id = actor.institution
            record.revision_number += 1
            record.changed_in, record.changed_at = number, moment
        _save(list(current.values()), before, actor, reason, "taking over")
        Head.objects.filter(id=1).update(number=head.number + len(current))


def revisions_say_again(
    *, actor: Actor, records: Mapping[UUID, Record], at: dt.datetime, via: str, reason: str
) -> None:
    """One more revision of each record, which says what it said; for services of this room."""
    head = lock_head()
    before = {key: stand_of(record) for key, record in records.items()}
    for number, record in enumerate(records.values(), start=head.number + 1):
        record.revision_number += 1
        record.changed_in, record.changed_at = number, at
    _save(list(records.values()), before, actor, reason, via, is_said_again=True)
    Head.objects.filter(id=1).update(number=head.number + len(records))


def content_parse(*, kind: str, data: Mapping[str, Any]) -> Content:
    """``data`` as content of ``kind``; raises ``InvalidContentError`` naming each bad field."""
    try:
        return content_type(kind).model_validate(data)
    except ValidationError as error:
        raise InvalidContentError(
            fields={".".join(map(str, fault["loc"])): fault_text(fault) for fault in error.errors()}
        ) from error


def content_stored(*, kind: str, data: dict[str, Any]) -> StoredContent:
    """``data`` that ``content_dump`` made, trusted as such; for what only our own tables held."""
    return StoredContent(content_type(kind), data)


def content_dump(content: Content | StoredContent) -> dict[str, Any]:
    """``content`` as it is stored: JSON values, defaults left out."""
    if isinstance(content, StoredContent):
        return content.data
    return content.model_dump(mode="json", exclude_defaults=True)


def lock_head() -> Head:
    """Hold back all other writers until the transaction ends."""
    head = Head.objects.select_for_update().filter(id=1).first()
    if head is None:
        node_ensure()
        head = Head.objects.select_for_update().get(id=1)
    return head


def _current(ids: Sequence[UUID]) -> dict[UUID, Record]:
    found: dict[UUID, Record] = {}
    for start in range(0, len(ids), BATCH):
        found |= Record.objects.in_bulk(ids[start : start + BATCH])
    return found


def check_references(
    drafts: Sequence[Draft], current: Mapping[UUID, Record], institution: UUID
) -> None:
    """Every id that the drafts name is that of a record of a fitting kind, there or coming.

    What the institution may not see is not there; but what a record names already it may go on
    naming. Raises ``InvalidContentError`` with the paths of those that are not.
    """
    coming = {draft.record_id: draft.content.kind for draft in drafts}
    wanted: dict[UUID, list[tuple[UUID, str, tuple[str, ...]]]] = {}
    for draft in drafts:
        for path, target, kinds in draft.content.references():
            if coming.get(target) not in kinds:
                wanted.setdefault(target, []).append((draft.record_id, path, kinds))
    known = _kinds_of(list(wanted), viewer_as(institution))
    faults = {
        f"{key}: {path}": _("no %(kinds)s has the id %(id)s")
        % {"kinds": " / ".join(kinds), "id": target}
        for target, uses in wanted.items()
        for key, path, kinds in uses
        if known.get(target) not in kinds and not _names(current.get(key), target)
    }
    if faults:
        raise InvalidContentError(fields=faults)


def _names(record: Record | None, target: UUID) -> bool:
    return record is not None and str(target) in json_text(record.content)


def _kinds_of(ids: Collection[UUID], viewer: Viewer) -> dict[UUID, str]:
    """The kinds of what can be referred to; an id that was merged away leads to another record."""
    known: dict[UUID, str] = {}
    ordered = list(ids)
    is_there = Q(is_removed=False) | Q(merged_into__isnull=False)
    for start in range(0, len(ordered), BATCH):
        rows = Record.objects.filter(
            is_there, id__in=ordered[start : start + BATCH], audience__in=viewer.audiences
        )
        known.update(rows.values_list("id", "kind"))
    return known


def _next_revision(  # noqa: PLR0917 - the draft, where it goes, and who says so
    draft: Draft,
    record: Record | None,
    number: int,
    node: Node,
    standing: Standing,
    at: dt.datetime,
) -> Record:
    existing = record.revision_number if record else 0
    if draft.made_from is not None and draft.made_from != existing:
        raise ChangedMeanwhileError(fields={str(draft.record_id): str(existing)})
    if record is None:
        record = Record(
            id=draft.record_id, kind=draft.content.kind, owner_id=standing.owner, node=node
        )
    elif record.kind != draft.content.kind:
        raise InvalidContentError(_("A record cannot change its kind."))
    unknown = set(draft.field_levels or ()) - set(content_type(draft.content.kind).model_fields)
    if unknown:
        raise InvalidContentError(fields=dict.fromkeys(unknown, _("There is no such field.")))
    record.content = content_dump(draft.content)
    record.audience, record.audiences = audiences_drafted(draft, record, standing)
    record.revision_number = existing + 1
    record.changed_in = number
    record.changed_at = at
    record.is_removed, record.merged_into = False, None
    if draft.in_totals is not None:
        record.in_totals = draft.in_totals
    return record


def audiences_drafted(
    draft: Draft, record: Record | None, standing: Standing
) -> tuple[str, dict[str, str]]:
    """Whom the draft lets see the record, and each field that differs."""
    if draft.level is not None:
        audience: str = standing.audience(draft.level)
    else:
        known = record.audience if record else ""
        audience = known or standing.audience(Level.INSTITUTION)
    if draft.field_levels is not None:
        levels = draft.field_levels.items()
        audiences = {name: standing.audience(level) for name, level in levels}
    else:
        audiences = dict(record.audiences) if record else {}
    return audience, audiences_followed(draft.content.kind, audiences)


def _require_leave(
    drafts: Sequence[Draft], current: Mapping[UUID, Record], actor: Actor, standing: Standing
) -> None:
    """What others come to see takes a publisher, and a clearance where the institution says so."""
    gate = Gate.objects.filter(institution=actor.institution).first()
    for error, within in (
        (None if actor.may_publish else MayNotPublishError, own_circle(standing, None)),
        (None if _is_cleared(gate, actor) else NeedsClearanceError, own_circle(standing, gate)),
    ):
        if error is None:
            continue
        out = [
            d.record_id for d in drafts if is_let_out(d, current.get(d.record_id), standing, within)
        ]
        if out:
            raise error(fields={str(record_id): "" for record_id in out})


def changes_on_the_way(
    drafts: Iterable[Draft], current: Mapping[UUID, Record], standing: Standing
) -> Iterator[OnTheWay]:
    """Drafts as the gate against sensitive content looks at them."""
    own = own_circle(standing, None)
    for draft in drafts:
        record = current.get(draft.record_id)
        yield OnTheWay(
            draft.record_id, draft.content.kind, content_dump(draft.content),
            record.content if record else {}, partial(is_let_out, draft, record, standing, own),
        )  # fmt: skip


def _is_cleared(gate: Gate | None, actor: Actor) -> bool:
    return gate is None or (actor.clearance is not None and actor.clearance.state == gate.state)


def own_circle(standing: Standing, gate: Gate | None) -> frozenset[str]:
    """Who may come to see more without leave: the institution, and its State where it says so."""
    own: str = institution_audience(standing.owner)
    if gate is not None and gate.beyond == Gate.Beyond.STATE:
        return frozenset({own, state_audience(gate.state)})
    return frozenset({own})


def is_let_out(
    draft: Draft, record: Record | None, standing: Standing, within: frozenset[str]
) -> bool:
    """Whether people beyond ``within`` come to see anything that they did not see before."""
    audience, audiences = audiences_drafted(draft, record, standing)
    if record is None or record.is_removed:
        return bool({audience, *audiences.values()} - within)
    if audience not in within and record.audience not in {audience, PUBLIC}:
        return True
    after = content_dump(draft.content)
    for name in {*after, *record.content, *audiences, *record.audiences}:
        seen_by = audiences.get(name, audience)
        if seen_by in within:
            continue
        has_seen = record.audiences.get(name, record.audience) in {seen_by, PUBLIC}
        if not (has_seen and after.get(name) == record.content.get(name)):
            return True
    return False


def _require_owner(record: Record, actor: Actor) -> None:
    if record.owner_id != actor.institution:
        raise NotOwnerError(fields={str(record.id): str(record.owner_id)})


def _save(  # noqa: PLR0917 - what is written, by whom and why
    records: Sequence[Record],
    before: Mapping[UUID, Stand],
    actor: Actor,
    reason: str,
    via: str,
    operation: Revision.Operation = Revision.Operation.PUT,
    *,
    is_said_again: bool = False,
) -> None:
    """Write records with a revision each; their JSON is made once for both."""
    revisions_tell(records, before, is_said_again=is_said_again)
    rows = [(r, json_text(r.content), json_text(r.audiences)) for r in records]
    rows_insert(
        Record,
        ("id", "kind", "node", *_RECORD_FIELDS),
        (
            (r.id, r.kind, r.node_id, *_record_values(r, content, audiences))
            for r, content, audiences in rows
            if r.id not in before
        ),
    )
    said = 0 if operation == Revision.Operation.TOMBSTONE else len(_SAID)
    """What is removed says what it said: to write its content again costs the most."""
    rows_update(
        Record,
        (*_SAID[:said], *_STANDS, "id"),
        (
            (*_record_values(r, content, audiences)[len(_SAID) - said :], r.id)
            for r, content, audiences in rows
            if r.id in before
        ),
    )
    rows_insert(
        Revision,
        (
            "number", "record", "revision_number", "at", "content", "audience", "audiences",
            "merged_into", "in_totals", "seen",
        ),
        (
            (r.changed_in, r.id, r.revision_number, r.changed_at, content, r.audience, audiences,
             r.merged_into, r.in_totals, json_text(r.seen))
            for r, content, audiences in rows
        ),
        {
            "operation": operation.value,
            "actor_institution": actor.institution,
            "actor_person": actor.person,
            "cleared_state": actor.clearance.state if actor.clearance else "",
            "cleared_person": actor.clearance.person if actor.clearance else None,
            "reason": reason,
            "via": via,
        },
    )  # fmt: skip


_SAID = ("owner", "content", "audience", "audiences", "in_totals")
_STANDS = (
    "revision_number", "changed_in", "changed_at", "is_removed", "merged_into", "seen",
    "public_in", "public_at",
)  # fmt: skip
_RECORD_FIELDS = (*_SAID, *_STANDS)


def _record_values(record: Record, content: str, audiences: str) -> tuple[Any, ...]:
    """The values of ``_RECORD_FIELDS``."""
    return (
        record.owner_id, content, record.audience, audiences, record.in_totals,
        record.revision_number,
        record.changed_in, record.changed_at, record.is_removed, record.merged_into,
        json_text(record.seen), record.public_in, record.public_at,
    )  # fmt: skip
