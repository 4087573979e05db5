"""A feed is read: tried, run or replayed. One reading at a time; a fault stops itself alone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from concord.accounts.models import What
from concord.accounts.notices import notice_send
from concord.exchange.feeding.citing import feed_source_ensure
from concord.exchange.feeding.errors import FeedBusyError, FeedStateError
from concord.exchange.feeding.getting import Got, feed_get, window_around
from concord.exchange.feeding.keeping import (
    entries_mark_vanished,
    feed_actor,
    feed_hold,
    kept_items,
    planned_write,
)
from concord.exchange.feeding.planning import WRITES, Outcome, Plan, Planned, key_digest
from concord.exchange.feeds.fetching import UnreachableFeedError
from concord.exchange.feeds.item import FeedFault, FeedForm, UnreadableFeedError
from concord.exchange.models import FeedRun, FeedSource
from concord.record.errors import ConcordError, NotFoundError

STALE: Final = dt.timedelta(minutes=30)
"""A reading that has not ended by then was cut off: its worker is gone."""
MOST_BACK_OFF: Final = dt.timedelta(days=7)
MOST_ROWS: Final = 1_000
"""Items that one run tells one by one; its counts are of all."""
MOST_FAULTS: Final = 200
MOST_WORDS: Final = 50
KEPT_RUNS: Final = 100

_QUIET: Final = frozenset({Outcome.SAME, Outcome.OLDER})
"""What a run does not tell one by one; a trial tells all."""


def feed_try(*, source_id: UUID, person: UUID | None = None) -> FeedRun:
    """Read a feed and keep what would come of it, item by item; nothing is written."""
    with _alone(source_id, FeedRun.Sort.TRIAL, person) as (source, run):
        plan = Plan(source, today=_today())
        got = _fetched(source, run, plan)
        if got is not None:
            rows = plan.of(got.items)
            _tell(run, rows, plan, got, of_all=True)
    return run


def feed_run(*, source_id: UUID, person: UUID | None = None) -> FeedRun:
    """Read an approved feed and write what it changed; ``person`` is nobody for the schedule.

    Raises ``FeedStateError`` where it is not approved, ``FeedBusyError`` where it is being read.
    """
    with _alone(source_id, FeedRun.Sort.RUN, person) as (source, run):
        plan = Plan(source, today=_today())
        got = _fetched(source, run, plan)
        _schedule(source, has_failed=got is None)
        rows: list[Planned] = []
        vanished: list[dict[str, Any]] = []
        if got is not None:
            got = _citing(source, run, plan, got)
            rows = plan.of(got.items)
            planned_write(source=source, run=run, rows=rows)
            if got.is_whole:
                vanished = entries_mark_vanished(
                    source=source, run=run, got=got, window=window_around(_today())
                )
                run.counts[Outcome.VANISHED] = len(vanished)
                run.rows += vanished[:MOST_ROWS]
            _tell(run, rows, plan, got)
        if run.failure or any(_is_news(row) for row in rows) or vanished:
            _report(source, run)
    return run


def feed_replay(*, source_id: UUID, person: UUID | None = None) -> FeedRun:
    """Take in again what is kept of each item, by today's words; nothing is fetched."""
    with _alone(source_id, FeedRun.Sort.REPLAY, person) as (source, run):
        plan = Plan(source, today=_today(), is_replay=True)
        window = window_around(_today())
        items, faults = kept_items(source=source, window=window, known=plan.mapper.knows)
        got = Got(FeedForm(source.form), tuple(items), tuple(faults), is_whole=False)
        got = _citing(source, run, plan, got)
        rows = plan.of(got.items)
        planned_write(source=source, run=run, rows=rows)
        _tell(run, rows, plan, got)
    return run


def _citing(source: FeedSource, run: FeedRun, plan: Plan, got: Got) -> Got:
    """Have what is written cite the feed; where it cannot be cited, that is a fault beside others.

    A feed that is empty as yet needs no source. Raises ``FeedBusyError`` where another reading took
    over.
    """
    if not got.items:
        return got
    try:
        with transaction.atomic():
            feed_hold(source=source, run=run)
            plan.cites = feed_source_ensure(source=source, actor=feed_actor(source))
    except FeedBusyError:
        raise
    except ConcordError as error:
        where, why = source.name, _("its records do not cite it: %(reason)s")
        fault = FeedFault(where, why % {"reason": error.detail or str(error.title)})
        return replace(got, faults=(*got.faults, fault))
    return got


def _is_news(row: Planned) -> bool:
    """Whether people should hear of it: what stays refused or doubtful they heard of before."""
    if row.status in {Outcome.REFUSED, Outcome.DOUBTFUL}:
        return row.was != row.status
    return row.status not in {Outcome.SAME, Outcome.OLDER, Outcome.LEFT}


def _report(source: FeedSource, run: FeedRun) -> None:
    """Tell those who write for the institution; of a feed that cannot be had only at first."""
    if not run.failure or source.failures == 1:
        notice_send(
            what=What.FEED_REPORT,
            address=f"/desk/feeds/{source.id}/",
            institution=source.institution,
            but=run.person,
        )


def _today() -> dt.date:
    return timezone.now().date()


@contextmanager
def _alone(
    source_id: UUID, sort: FeedRun.Sort, person: UUID | None
) -> Iterator[tuple[FeedSource, FeedRun]]:
    """Have a feed to oneself for one reading, which is kept as a run however it ends."""
    now, key = timezone.now(), uuid.uuid4()
    free = Q(busy_since=None) | Q(busy_since__lt=now - STALE)
    wanted = FeedSource.objects.filter(free, id=source_id)
    if sort is not FeedRun.Sort.TRIAL:
        wanted = wanted.filter(state=FeedSource.State.APPROVED)
    if not wanted.update(busy_since=now, busy_by=key, waits_since=None):
        _refuse(source_id)
    source = FeedSource.objects.get(id=source_id)
    source.runs.filter(ended_at=None).update(ended_at=now, failure=_broken_off())
    run = FeedRun.objects.create(id=key, source=source, sort=sort, person=person, began_at=now)
    try:
        yield source, run
    except Exception:
        run.failure = _broken_off()
        raise
    finally:
        run.ended_at = timezone.now()
        run.save()
        FeedSource.objects.filter(id=source_id, busy_by=key).update(busy_since=None, busy_by=None)
        old = source.runs.order_by("-began_at").values_list("id", flat=True)[KEPT_RUNS:]
        source.runs.filter(id__in=list(old)).delete()


def _broken_off() -> str:
    return _("It broke off by a fault of this program; the operator finds it in the log.")


def _refuse(source_id: UUID) -> None:
    """Say why a feed cannot be had."""
    source = FeedSource.objects.filter(id=source_id).first()
    if source is None:
        raise NotFoundError
    raise FeedBusyError if source.busy_since else FeedStateError


def _fetched(source: FeedSource, run: FeedRun, plan: Plan) -> Got | None:
    """What the feed holds; None, with the reason kept, where it cannot be had."""
    form = FeedForm(source.form) if source.form else None
    try:
        got = feed_get(
            url=source.url, form=form, window=window_around(_today()), known=plan.mapper.knows
        )
    except (UnreachableFeedError, UnreadableFeedError) as error:
        run.failure = error.detail or str(error.title)
        return None
    if not source.form:
        source.form = got.form
        source.save(update_fields=["form"])
    return got


def _schedule(source: FeedSource, *, has_failed: bool) -> None:
    """Say when the feed is read next: later and later while it cannot be had."""
    now = timezone.now()
    source.failures = source.failures + 1 if has_failed else 0
    wait = dt.timedelta(hours=source.hours)
    if has_failed:
        wait = min(dt.timedelta(hours=2 ** min(source.failures - 1, 10)), MOST_BACK_OFF)
    source.last_run_at, source.next_run_at = now, now + wait
    source.save(update_fields=["failures", "last_run_at", "next_run_at"])


def _tell(
    run: FeedRun, rows: Sequence[Planned], plan: Plan, got: Got, *, of_all: bool = False
) -> None:
    """Put what became of the items into the run; what needs a person first."""
    counts = Counter(row.status.value for row in rows)
    run.counts = {**counts, **{name: n for name, n in run.counts.items() if n}}
    order = list(Outcome)
    told = [row for row in rows if of_all or row.status not in _QUIET]
    told.sort(key=lambda row: order.index(row.status))
    run.rows = [
        *run.rows,
        *(_row(row, plan, is_written=run.sort != FeedRun.Sort.TRIAL) for row in told),
    ][:MOST_ROWS]
    run.faults = [{"where": f.where[:500], "why": f.message} for f in got.faults[:MOST_FAULTS]]
    run.counts["faults"] = len(got.faults)
    run.counts["words"] = len(plan.unknown)
    run.counts["unnamed"] = sum(item.unnamed for item in got.items)
    run.counts["materials"] = sum(item.kind == "material" for item in got.items)
    known = sorted(plan.unknown.items(), key=lambda pair: (-pair[1], pair[0]))
    run.words = [[*word, count] for word, count in known[:MOST_WORDS]]


def _row(row: Planned, plan: Plan, *, is_written: bool) -> dict[str, Any]:
    """One item as a run keeps it: what differs of its record, and the revision that says so."""
    names = {*row.before, *row.content} if row.content else set()
    differing = sorted(name for name in names if row.before.get(name) != row.content.get(name))
    entry = row.entry or plan.entries.get(key_digest(row.item))
    return {
        "status": row.status.value,
        "title": row.title,
        "titles": row.said.get("titles"),
        "when": row.item.when or "",
        "kind": row.kind,
        "key": row.item.key[:500],
        "record": str(row.record_id),
        "revision": row.made_from + 1 if is_written and row.status in WRITES else 0,
        "entry": str(entry.id) if entry else "",
        "like": row.like,
        "message": row.message,
        "notes": row.notes,
        "before": {name: row.before[name] for name in differing if name in row.before},
        "after": {name: row.content[name] for name in differing if name in row.content},
    }
