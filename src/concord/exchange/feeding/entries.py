"""The items of a feed: what each became, what was changed by hand, what is to be decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import institution_audience
from concord.exchange.feeding.errors import FeedStateError
from concord.exchange.feeding.mapping import FIELDS
from concord.exchange.feeding.planning import VIA, Outcome, locked_fields
from concord.exchange.models import FeedEntry, FeedGot, FeedSource
from concord.record.audiences import viewer_as
from concord.record.errors import NotFoundError
from concord.record.publishing import Written, revisions_write_or_hold
from concord.record.selectors import RecordView, records_get
from concord.record.services import Draft, content_parse, records_remove

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Lock:
    """A field that somebody changed by hand: the record says one thing, the feed another."""

    name: str
    record: dict[str, Any]
    feed: dict[str, Any]


def entry_get(*, source: FeedSource, entry_id: UUID) -> FeedEntry:
    """One item; raises ``NotFoundError``."""
    entry = source.entries.filter(id=entry_id).select_related("raw").first()
    if entry is None:
        raise NotFoundError
    return entry


def entry_counts(*, source: FeedSource) -> dict[str, int]:
    """How many items stand how."""
    counts = {"all": source.entries.count()}
    counts["vanished"] = source.entries.filter(vanished_at__isnull=False).count()
    counts["doubtful"] = source.entries.filter(status=Outcome.DOUBTFUL).count()
    counts["refused"] = source.entries.filter(status=Outcome.REFUSED).count()
    return counts


def entry_list(
    *, source: FeedSource, only: str = "", first: int = 0, count: int = 100
) -> list[FeedEntry]:
    """Items in their order; ``only`` those that vanished, are doubtful, refused or locked."""
    rows = source.entries.order_by("when", "title", "id")
    if only == "vanished":
        rows = rows.filter(vanished_at__isnull=False)
    elif only in {Outcome.DOUBTFUL, Outcome.REFUSED}:
        rows = rows.filter(status=only)
    elif only == "locked":
        locked = _locked_ids(source)
        rows = rows.filter(id__in=locked)
    return list(rows[first : first + count])


def _locked_ids(source: FeedSource) -> list[UUID]:
    viewer = viewer_as(source.institution)
    found: list[UUID] = []
    entries = list(source.entries.filter(record_id__isnull=False))
    for start in range(0, len(entries), AT_ONCE):
        some = entries[start : start + AT_ONCE]
        records = records_get(viewer=viewer, ids=[e.record_id for e in some if e.record_id])
        found += [e.id for e in some if (r := _record(records, e)) and locked_fields(e, r.content)]
    return found


def _record(records: dict[UUID, RecordView], entry: FeedEntry) -> RecordView | None:
    return records.get(entry.record_id) if entry.record_id else None


def entry_record(*, entry: FeedEntry) -> RecordView | None:
    """The record that an item became, as its institution sees it; None where there is none."""
    viewer = viewer_as(entry.source.institution)
    return (
        _record(records_get(viewer=viewer, ids=[entry.record_id]), entry)
        if (entry.record_id)
        else None
    )


def entry_locks(*, entry: FeedEntry) -> list[Lock]:
    """The fields of an item that the feed leaves alone."""
    record = entry_record(entry=entry)
    if record is None:
        return []
    return [
        Lock(name, _only(record.content, name), _only(entry.said, name))
        for name in locked_fields(entry, record.content)
    ]


def _only(content: dict[str, Any], name: str) -> dict[str, Any]:
    return {name: content[name]} if name in content else {}


def entry_raws(*, entry: FeedEntry) -> list[FeedGot]:
    """The texts in which an item came, newest first, with when each first came."""
    return list(entry.got.select_related("raw").order_by("-at", "-id"))


def entry_unlock(*, acting: Acting, entry_id: UUID, fields: Collection[str]) -> Written:
    """Take the feed's word again for some fields that were changed by hand."""
    actor = acting.require(Role.EDITOR)
    with transaction.atomic():
        entry = _mine(acting, [entry_id])[0]
        record = entry_record(entry=entry)
        if record is None or record.owner != acting.institution:
            raise FeedStateError
        names = [name for name in locked_fields(entry, record.content) if name in set(fields)]
        content = {**record.content}
        for name in names:
            content.pop(name, None)
            if name in entry.said:
                content[name] = entry.said[name]
        draft = Draft(
            content_parse(kind=record.kind, data=content),
            record.id,
            made_from=record.revision_number,
        )
        reason = _("the feed’s word again: “%(name)s”") % {"name": entry.source.name}
        if not names:
            return Written([], [])
        done = revisions_write_or_hold(actor=actor, drafts=[draft], via=VIA, reason=reason)
        if done.written:
            written = {**entry.written}
            for name in names:
                written.pop(name, None)
            entry.written = written | {n: entry.said[n] for n in names if n in entry.said}
            entry.save(update_fields=["written"])
    return done


def entries_decide(*, acting: Acting, entry_ids: Collection[UUID], choice: str) -> None:
    """Say of items that they are records of their own, are what they are like, or are left out.

    What it is like can only be taken for it where it is the institution's own record.
    """
    acting.require(Role.EDITOR)
    with transaction.atomic():
        for entry in _mine(acting, entry_ids):
            if entry.record_id:
                raise FeedStateError
            if choice == "same":
                _link(acting, entry)
            elif choice in {FeedEntry.Choice.NEW, FeedEntry.Choice.LEFT_OUT}:
                entry.choice = choice
            else:
                raise FeedStateError
            entry.save()


def _link(acting: Acting, entry: FeedEntry) -> None:
    """Take the likely record for the item's; what it says already counts as said by hand."""
    viewer = viewer_as(acting.institution)
    found = records_get(viewer=viewer, ids=[entry.like] if entry.like else [])
    record = found.get(entry.like) if entry.like else None
    is_taken = entry.source.entries.filter(record_id=entry.like).exists()
    if record is None or record.owner != acting.institution or is_taken:
        raise FeedStateError(
            _("It can be taken for a record of your own institution alone, and for each once.")
        )
    if record.kind not in FIELDS:
        raise FeedStateError
    entry.record_id, entry.record_kind, entry.digest = record.id, record.kind, ""
    entry.status, entry.message = Outcome.SAME, ""


def entries_settle(*, acting: Acting, entry_ids: Collection[UUID], do: str) -> Written:
    """Deal with what vanished: ``cancel`` says so of the activities, ``remove`` takes records away.

    What others see is removed by a publisher alone; what is removed the feed leaves out from then.
    """
    actor = acting.require(Role.EDITOR)
    viewer = viewer_as(acting.institution)
    with transaction.atomic():
        entries = {e.record_id: e for e in _mine(acting, entry_ids) if e.record_id}
        records = records_get(viewer=viewer, ids=list(entries))
        if do == "remove":
            own = institution_audience(acting.institution)
            if any(record.audience != own for record in records.values()):
                acting.require(Role.PUBLISHER)
            reason = _("it vanished from its feed")
            records_remove(actor=actor, ids=list(records), via=VIA, reason=reason)
            ids = [entry.id for entry in entries.values()]
            FeedEntry.objects.filter(id__in=ids).update(choice=FeedEntry.Choice.LEFT_OUT)
            return Written(list(records), [])
        if do != "cancel":
            raise FeedStateError
        drafts = [
            Draft(
                content_parse(kind=r.kind, data={**r.content, "stage": "cancelled"}),
                r.id,
                made_from=r.revision_number,
            )
            for r in records.values()
            if r.kind == "activity" and r.content.get("stage") != "cancelled"
        ]
        reason = _("it vanished from its feed")
        return revisions_write_or_hold(actor=actor, drafts=drafts, via=VIA, reason=reason)


def _mine(acting: Acting, entry_ids: Collection[UUID]) -> list[FeedEntry]:
    """Items of the institution's feeds; raises ``NotFoundError`` unless all of them are."""
    rows = FeedEntry.objects.select_for_update(of=("self",)).select_related("source")
    found = list(rows.filter(id__in=list(entry_ids), source__institution=acting.institution))
    if not found or len(found) != len(set(entry_ids)):
        raise NotFoundError
    return found
