"""What a reading leaves behind: records, what the feed wrote of them, and each text as it came."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Person, Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import acting_for
from concord.core.disclosure import Actor
from concord.core.timespan import TimeSpan
from concord.exchange.feeding.errors import FeedBusyError
from concord.exchange.feeding.getting import Got
from concord.exchange.feeding.mapping import FIELDS
from concord.exchange.feeding.planning import (
    VIA,
    WRITES,
    Outcome,
    Planned,
    key_digest,
    locked_fields,
)
from concord.exchange.feeds.item import FeedFault, FeedForm, FeedItem, UnreadableFeedError, Window
from concord.exchange.feeds.naming import Known
from concord.exchange.feeds.reading import read_feed
from concord.exchange.models import FeedEntry, FeedGot, FeedRaw, FeedRun, FeedSource
from concord.record.errors import ConcordError
from concord.record.publishing import revisions_write_or_hold
from concord.record.services import Draft, content_parse
from concord.register.citing import cites

BATCH: Final = 200
"""Items that are written in one transaction."""
KEPT_RAWS: Final = 10
"""Texts that are kept of one item, the newest ones."""

_ENTRY_FIELDS: Final = (
    "title", "when", "record_id", "record_kind", "status", "message", "like", "digest", "sequence",
    "said", "written", "raw", "seen_at", "vanished_at", "is_deleted", "is_cited",
)  # fmt: skip


def planned_write(*, source: FeedSource, run: FeedRun, rows: Sequence[Planned]) -> None:
    """Write what was planned, some hundred items at a time; one that fails is refused alone.

    What must be let out by somebody waits, and they are told.
    """
    actor, moment = feed_actor(source), timezone.now()
    pending = iter(rows)
    while some := list(islice(pending, BATCH)):
        try:
            _write(source, run, actor, some, moment)
        except ConcordError as error:
            if isinstance(error, FeedBusyError):
                raise
            for row in some:
                _write_alone(source, run, actor, row, moment)
    waiting = [row.record_id for row in rows if row.status is Outcome.WAITING]
    notice_of_waiting(actor=actor, waiting=waiting)


def _write_alone(
    source: FeedSource, run: FeedRun, actor: Actor, row: Planned, moment: dt.datetime
) -> None:
    try:
        _write(source, run, actor, [row], moment)
    except ConcordError as error:
        if isinstance(error, FeedBusyError):
            raise
        row.refuse(Outcome.REFUSED, _why(error))
        _write(source, run, actor, [row], moment)


def _why(error: ConcordError) -> str:
    said = error.detail or str(error.title)
    faults = [fault for fault in error.fields.values() if fault and not fault.isdigit()]
    return " ".join([said, *faults])


def feed_actor(source: FeedSource) -> Actor:
    """The institution, by whoever approved the feed. It publishes nothing unless that was said,
    and only as long as the one who said it may publish."""
    may_publish = False
    approver = source.approved_by if source.lets_out else None
    person = Person.objects.filter(id=approver, is_active=True).first() if approver else None
    if person is not None:
        try:
            may_publish = acting_for(person=person, institution=source.institution).may(
                Role.PUBLISHER
            )
        except NotAllowedError:
            may_publish = False
    return Actor(source.institution, source.approved_by, may_publish=may_publish)


def feed_hold(*, source: FeedSource, run: FeedRun) -> None:
    """Hold the feed until the transaction ends; raises ``FeedBusyError`` where it is not this
    reading's any more: another took over, thinking this one dead."""
    mine = FeedSource.objects.select_for_update().filter(id=source.id, busy_by=run.id)
    if mine.first() is None:
        raise FeedBusyError


def _write(
    source: FeedSource, run: FeedRun, actor: Actor, rows: Sequence[Planned], moment: dt.datetime
) -> None:
    with transaction.atomic():
        feed_hold(source=source, run=run)
        drafts = [
            Draft(
                content_parse(kind=row.kind, data=row.content),
                row.record_id,
                made_from=row.made_from,
            )
            for row in rows
            if row.status in WRITES
        ]
        reason = _("from the feed “%(name)s”") % {"name": source.name}
        held: set[UUID] = set()
        if drafts:
            done = revisions_write_or_hold(actor=actor, drafts=drafts, via=VIA, reason=reason)
            held = set(done.waiting)
        _keep(source, rows, held, moment)


def _keep(
    source: FeedSource, rows: Sequence[Planned], held: Collection[UUID], moment: dt.datetime
) -> None:
    unchanged = [
        row.entry.id
        for row in rows
        if row.entry and row.status in {Outcome.SAME, Outcome.OLDER} and not row.said
    ]
    source.entries.filter(id__in=unchanged, is_deleted=False).update(
        seen_at=moment, vanished_at=None, status=Outcome.SAME
    )
    done = [row for row in rows if not (row.entry and row.entry.id in set(unchanged))]
    done = [row for row in done if row.entry or not row.item.is_deleted]
    raws = _raws(source, [row.item.raw for row in done if row.item.raw])
    entries = [_entry(source, row, held, raws, moment) for row in done]
    for row, entry in zip(done, entries, strict=True):
        if row.record_id in held:
            row.status = Outcome.WAITING
        row.entry = entry
    FeedEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["source", "digest_of_key"],
        update_fields=_ENTRY_FIELDS,
    )  # fmt: skip
    _keep_got(source, entries, moment)


def _entry(
    source: FeedSource,
    row: Planned,
    held: Collection[UUID],
    raws: dict[str, int],
    moment: dt.datetime,
) -> FeedEntry:
    """What is remembered of an item after it was read."""
    item = row.item
    entry = row.entry or FeedEntry(
        source=source, digest_of_key=key_digest(item), key=item.key, kind=item.kind
    )
    entry.status, entry.message, entry.seen_at = row.status, row.message, moment
    if row.status is Outcome.DELETED:
        entry.is_deleted, entry.vanished_at = True, entry.vanished_at or moment
        entry.raw_id = raws.get(_digest(item.raw), entry.raw_id)
        return entry
    entry.title, entry.when = row.title, (item.when or entry.when)[:60]
    entry.vanished_at, entry.is_deleted = None, False
    entry.like = UUID(row.like) if row.like else None
    entry.raw_id = raws.get(_digest(item.raw), entry.raw_id)
    is_in = row.status in {*WRITES, Outcome.SAME} and bool(row.said)
    if is_in:
        locked = locked_fields(entry, row.before) if entry.record_id and row.before else []
        was = entry.written
        if row.record_id not in held:
            is_cited = source.cited is not None and cites(row.content, source.cited)
            entry.is_cited = entry.is_cited or is_cited
            kept = {name: was[name] for name in locked if name in was}
            entry.written = kept | {
                name: row.content[name]
                for name in FIELDS[row.kind]
                if name in row.content and name not in locked
            }
        entry.record_id, entry.record_kind = row.record_id, row.kind
        entry.said, entry.digest, entry.sequence = row.said, row.digest, item.sequence
    return entry


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _raws(source: FeedSource, texts: Sequence[str]) -> dict[str, int]:
    """Keep each text once, for several items may stand in one; give their rows by digest."""
    by_digest = {_digest(text): text for text in texts}
    new = [FeedRaw(source=source, digest=digest, text=text) for digest, text in by_digest.items()]
    FeedRaw.objects.bulk_create(new, ignore_conflicts=True)
    return dict(source.raws.filter(digest__in=list(by_digest)).values_list("digest", "id"))


def _keep_got(source: FeedSource, entries: Sequence[FeedEntry], moment: dt.datetime) -> None:
    """Note which text came when, and forget the oldest of each item."""
    ids = [entry.id for entry in entries]
    known: dict[UUID, list[FeedGot]] = {}
    for got in FeedGot.objects.filter(entry__in=ids).order_by("-at", "-id"):
        known.setdefault(got.entry_id, []).append(got)
    new, old = [], []
    for entry in entries:
        before = known.get(entry.id, [])
        if entry.raw_id and not (before and before[0].raw_id == entry.raw_id):
            new.append(FeedGot(entry=entry, raw_id=entry.raw_id, at=moment))
            old += [got.id for got in before[KEPT_RAWS - 1 :]]
    FeedGot.objects.bulk_create(new)
    if old:
        FeedGot.objects.filter(id__in=old).delete()
        source.raws.filter(got=None).delete()


def entries_mark_vanished(
    *, source: FeedSource, run: FeedRun, got: Got, window: Window
) -> list[dict[str, Any]]:
    """Mark what stood in the feed before and no longer does; its records stay as they are.

    What lies before the window was passed over, and what could not be read may still be there.
    """
    seen = {key_digest(item) for item in got.items} | {
        entry for item in got.items if item.is_deleted for entry in _digests_of(source, item.key)
    }
    unread = tuple(fault.where for fault in got.faults if fault.where)
    vanished = [
        entry
        for entry in source.entries.filter(vanished_at=None, record_id__isnull=False)
        if entry.digest_of_key not in seen
        and not _is_over(entry, window)
        and not any(_is_of(entry.key, where) for where in unread)
    ]
    ids = [entry.id for entry in vanished]
    source.entries.filter(id__in=ids).update(vanished_at=run.began_at, status=Outcome.VANISHED)
    gone = source.entries.filter(record_id=None, seen_at__lt=run.began_at)
    gone.filter(choice=FeedEntry.Choice.UNDECIDED).delete()  # it never became anything
    return [_vanished_row(entry) for entry in vanished]


def _digests_of(source: FeedSource, key: str) -> Iterator[str]:
    yield from source.entries.filter(key=key).values_list("digest_of_key", flat=True)


def _is_over(entry: FeedEntry, window: Window) -> bool:
    return bool(entry.when) and TimeSpan.parse(entry.when).latest < window[0]


def _is_of(key: str, where: str) -> bool:
    """Whether a fault speaks of the item, or of the series that it is one occurrence of."""
    return key == where or key.startswith((f"{where}/", f"{where}#"))


def _vanished_row(entry: FeedEntry) -> dict[str, Any]:
    return {
        "status": Outcome.VANISHED.value, "title": entry.title, "titles": entry.said.get("titles"),
        "when": entry.when,
        "kind": entry.record_kind, "key": entry.key[:500], "record": str(entry.record_id),
        "entry": str(entry.id), "like": "",
        "message": _("It no longer stands in the feed. Its record stays as it is."), "notes": [],
        "before": {}, "after": {},
    }  # fmt: skip


def kept_items(
    *, source: FeedSource, window: Window, known: Known
) -> tuple[list[FeedItem], list[FeedFault]]:
    """The items of a feed read again from the newest text that is kept of each."""
    wanted: dict[int, set[str]] = {}
    faults: list[FeedFault] = []
    for entry in source.entries.filter(is_deleted=False, vanished_at=None).order_by("key"):
        if entry.raw_id is None:
            faults.append(FeedFault(entry.key, _("no text of it is kept")))
        else:
            wanted.setdefault(entry.raw_id, set()).add(entry.digest_of_key)
    items: list[FeedItem] = []
    for raw in source.raws.filter(id__in=list(wanted)).order_by("id").iterator():
        try:
            read = read_feed(
                raw.text.encode(), form=FeedForm(source.form), base_url=source.url, window=window,
                known=known,
            )  # fmt: skip
        except UnreadableFeedError as error:
            faults.append(FeedFault(raw.digest[:12], error.detail))
            continue
        # the text is kept as it came: read again, it would be written a little otherwise
        items += [
            replace(item, raw="") for item in read.items if key_digest(item) in wanted[raw.id]
        ]
    return items, faults
