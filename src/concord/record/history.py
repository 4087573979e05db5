"""Going back: what a record said before becomes a new revision; nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from concord.core.disclosure import Actor, Viewer, visible_part
from concord.record.audiences import Standing, viewer_as
from concord.record.content import Content
from concord.record.errors import NotFoundError
from concord.record.guard import service
from concord.record.kinds import audiences_followed, content_type
from concord.record.models import Record, Revision
from concord.record.publishing import Written, revisions_write_or_hold
from concord.record.purged import raise_if_purged
from concord.record.selectors import revision_part
from concord.record.services import (
    BATCH,
    Draft,
    content_parse,
    records_remove,
    revisions_write,
)
from concord.record.showing import revision_named, shown_as

MOST_REVISIONS: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class RevisionPair:
    """What a record said before a revision and after it, as the viewer may see it today."""

    kind: str
    owner: UUID
    before: dict[str, Any]
    after: dict[str, Any]
    is_newest: bool
    levels: tuple[tuple[str, str], ...] = ()
    """Who sees it from then on: by field, blank for the record, the audience; blank: withheld."""


def revision_pair(*, viewer: Viewer, record_id: UUID, revision_number: int) -> RevisionPair:
    """The contents around a revision; raises ``NotFoundError``."""
    record = Record.objects.filter(id=record_id, audience__in=viewer.audiences).first()
    if record is None or revision_number > MOST_REVISIONS:
        raise NotFoundError
    own = revision_named(record, viewer, revision_number)
    if own is None:
        raise NotFoundError
    wanted = record.revisions.filter(revision_number__in=[own - 1, own])
    found = {row.revision_number: row for row in wanted}
    return RevisionPair(
        record.kind,
        record.owner_id,
        _seen(found.get(own - 1), record, viewer),
        _seen(found[own], record, viewer),
        is_newest=revision_number == shown_as(record, viewer).count,
        levels=_moved(record.kind, found.get(own - 1), found[own], viewer),
    )


def _moved(
    kind: str, before: Revision | None, after: Revision, viewer: Viewer
) -> tuple[tuple[str, str], ...]:
    """What a viewer may know of levels that changed: of what it saw before or sees afterwards."""
    if before is None or not viewer.may_see(before.audience):
        return ()
    found = [("", after.audience)] if before.audience != after.audience else []
    then = audiences_followed(kind, before.audiences)
    now = audiences_followed(kind, after.audiences)
    for name in sorted({*then, *now}):
        was, will = then.get(name, before.audience), now.get(name, after.audience)
        if was != will and viewer.may_see(will):
            found.append((name, will))
        elif was != will and viewer.may_see(was):
            found.append((name, ""))
    return tuple(found)


def _seen(revision: Revision | None, record: Record, viewer: Viewer) -> dict[str, Any]:
    if revision is None or revision.operation != Revision.Operation.PUT:
        return {}
    return revision_part(revision, record, viewer).content


def record_restore(*, actor: Actor, record_id: UUID, revision_number: int, reason: str) -> Written:
    """Say again what a record said then: its content, under the levels that it has now."""
    record = Record.objects.filter(id=record_id).first()
    then = Revision.objects.filter(record=record_id, revision_number=revision_number).first()
    if record is None or then is None or then.operation != Revision.Operation.PUT:
        if then is not None and not then.content:
            raise_if_purged(record_id)
        raise NotFoundError
    said = revision_part(then, record, viewer_as(actor.institution)).content
    content = content_parse(kind=record.kind, data=said)
    draft = Draft(content, record_id, made_from=record.revision_number)
    return revisions_write_or_hold(actor=actor, drafts=[draft], via="restoring", reason=reason)


@dataclass(frozen=True, slots=True)
class RemovedView:
    """A record that its owner removed: what it said last, in which revision, when and why it went.

    For its owner alone.
    """

    id: UUID
    kind: str
    content: dict[str, Any]
    revision_number: int
    at: Any
    reason: str


def records_removed(*, owner: UUID, count: int = 200) -> list[RemovedView]:
    """What an institution removed and can bring back, newest first."""
    removed = Record.objects.filter(owner_id=owner, is_removed=True).exclude(content={})
    rows = list(removed.order_by("-changed_in")[:count])
    tombs = {
        row.record_id: row
        for row in Revision.objects.filter(number__in=[row.changed_in for row in rows])
    }
    return [
        RemovedView(
            row.id,
            row.kind,
            visible_part(row.content, row.audiences, row.audience, viewer_as(owner)).content,
            row.revision_number - 1,
            row.changed_at,
            tombs[row.id].reason,
        )
        for row in rows
    ]


def revisions_undo(
    *,
    actor: Actor,
    revisions: Mapping[UUID, int],
    via: str,
    reason: str,
    progress: Callable[[int], None] = lambda _done: None,
) -> list[UUID]:
    """Put records back to what they said before these revisions of theirs.

    A record that such a revision made is removed, one that it removed is there again, and whoever
    saw a field before sees it again. Returns those that were changed since, which are left as they
    are. Nothing of it waits: raises ``MayNotPublishError`` or ``NeedsClearanceError`` where others
    would come to see something.
    """
    left: list[UUID] = []
    with service(), transaction.atomic():
        for number, some in enumerate(_some(revisions)):
            left += _undo(actor, some, via, reason)
            progress(number * BATCH + len(some))
    return left


def _parsed_today(kind: str, data: dict[str, Any]) -> Content:
    return content_parse(kind=kind, data=content_type(kind).as_said_today(data))


def _some(revisions: Mapping[UUID, int]) -> Iterator[dict[UUID, int]]:
    ids = list(revisions)
    for start in range(0, len(ids), BATCH):
        yield {key: revisions[key] for key in ids[start : start + BATCH]}


def _undo(actor: Actor, revisions: Mapping[UUID, int], via: str, reason: str) -> list[UUID]:
    rows = Record.objects.filter(id__in=list(revisions))  # what was removed can be put back too
    records = {row.id: row for row in rows.only("kind", "revision_number")}
    same = {
        key: number
        for key, number in revisions.items()
        if key in records and records[key].revision_number == number
    }
    made = [key for key, number in same.items() if number == 1]
    changed = {key: number - 1 for key, number in same.items() if number > 1}
    rows_before = Revision.objects.filter(
        record_id__in=list(changed), revision_number__in=set(changed.values())
    )
    before = [
        row
        for row in rows_before
        if row.revision_number == changed[row.record_id] and row.content  # not purged since
    ]
    standing = Standing(actor.institution)

    drafts = [
        Draft(
            _parsed_today(records[row.record_id].kind, row.content),
            row.record_id,
            standing.level_still(row.audience),
            {name: standing.level_still(seen_by) for name, seen_by in row.audiences.items()},
            made_from=same[row.record_id],
            in_totals=row.in_totals,
        )
        for row in before
    ]
    if drafts:
        revisions_write(actor=actor, drafts=drafts, via=via, reason=reason)
    if made:
        records_remove(actor=actor, ids=made, via=via, reason=reason)
    put_back = {*made, *(row.record_id for row in before)}
    return [key for key in revisions if key not in put_back]
