"""Changing who sees a record, and what that would show to whom before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from concord.accounts.notices import notice_of_waiting
from concord.api.drafting import require_fields
from concord.api.problems import pointer
from concord.api.schemas import NAMED, ReaderOut, SeenOut, ShareIn, SharingOut, ShownOut
from concord.core.disclosure import PUBLIC, Actor, Viewer
from concord.exchange.hooks.following import hooks_told
from concord.record.access import readers_of_records
from concord.record.audiences import institutions_within
from concord.record.errors import InvalidContentError
from concord.record.publishing import Levels, Written, records_share
from concord.record.selectors import RecordView
from concord.record.sensitive import confirming, findings, warnings_open
from concord.record.sharing import Change, levels_held, seen_since, sharing_preview
from concord.register.naming import AudienceNames


class ShownTo:
    """Says of changes to whom they show what: audiences by name, with the institutions in them."""

    def __init__(self, viewer: Viewer, owner: UUID, changes: Iterable[Change]) -> None:
        circles = {change.audiences for change in changes}
        self._names = AudienceNames(viewer, "en", {a for circle in circles for a in circle})
        self._within = {
            circle: None if PUBLIC in circle else institutions_within(circle, but=owner)
            for circle in circles
        }

    def __call__(self, changes: Sequence[Change]) -> list[ShownOut]:
        return [self._said(change) for change in changes]

    def _said(self, change: Change) -> ShownOut:
        within = self._within[change.audiences]
        return ShownOut(
            audiences=list(change.audiences),
            who=self._names.together(change.audiences),
            institution_count=None if within is None else len(within),
            institutions=(within or [])[:NAMED],
            appears=change.appears,
            goes=change.goes,
            shown=list(change.shown),
            hidden=list(change.hidden),
        )


def levels_asked(view: RecordView, asked: ShareIn) -> Levels:
    """The levels that are asked for an own record; raises ``InvalidContentError``."""
    require_fields(view.kind, asked.field_levels or {})
    fields = asked.field_levels
    if fields is None:
        fields = dict(levels_held(institution=view.owner, ids=[view.id])[view.id].fields)
    return Levels(asked.level, fields, asked.in_totals)


def share(
    actor: Actor, record_id: UUID, levels: Levels, reason: str, *, is_tried: bool = False
) -> Written:
    """Give a record its levels, or hold that; where it ``is_tried`` all of it is taken back."""
    try:
        with transaction.atomic():
            done = records_share(actor=actor, levels={record_id: levels}, reason=reason)
            if is_tried:
                transaction.set_rollback(True)
            else:
                notice_of_waiting(actor=actor, waiting=done.waiting)
    except InvalidContentError as error:
        mine = f"{record_id}: "
        error.fields = {
            f"/field_levels{pointer([name.removeprefix(mine)])}"
            if name.startswith(mine)
            else f"/{name}": fault
            for name, fault in error.fields.items()
        }
        raise
    return done


def sharing_tried(viewer: Viewer, actor: Actor, record_id: UUID, levels: Levels) -> SharingOut:
    """What the levels would show to whom, who has it already, and what is warned of."""
    owner, ids = actor.institution, [record_id]
    with confirming(every=True, person=actor.person):  # taken back with the rest
        done = share(actor, record_id, levels, "", is_tried=True)
    (found,) = sharing_preview(institution=owner, levels={record_id: levels})
    warned = findings(found.kind, found.own.content) if found.widens else []
    seen = seen_since(institution=owner, ids=ids).get(record_id, {})
    readers = readers_of_records(owner=owner, ids=ids).get(record_id, {})
    return SharingOut(
        outcome="contact_point" if done.waiting else "written" if done.written else "unchanged",
        widens=found.widens,
        narrows=found.narrows,
        changes=ShownTo(viewer, owner, found.changes)(found.changes),
        seen_before=[SeenOut(audience=a, since=since) for a, since in seen.items()],
        read_by=[ReaderOut(reader=r, last_at=at) for r, at in readers.items()],
        told_by_hook=sorted(hooks_told(owner=owner, ids=ids).get(record_id, ())),
        warnings=[one.said for one in warnings_open(institution=owner, found=warned)],
    )
