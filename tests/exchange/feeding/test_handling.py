"""Feeds are handled by those who may, read by one at a time, and fail without harm."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from feeding import Centre, calendar, event, shown

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Notice, Role, What
from concord.accounts.selectors import Acting
from concord.exchange.feeding.entries import (
    entries_decide,
    entries_settle,
    entry_unlock,
)
from concord.exchange.feeding.errors import FeedBusyError, FeedFormError, FeedStateError
from concord.exchange.feeding.running import feed_replay, feed_run, feed_try
from concord.exchange.feeding.sources import (
    feed_approve,
    feed_ask,
    feed_get,
    feed_list,
    feed_pause,
    feed_remove,
    feed_run_is_empty,
    feed_source_make,
    feeds_claim_due,
)
from concord.exchange.models import FeedEntry, FeedRaw, FeedRun, FeedSource
from concord.record.errors import NotFoundError
from concord.record.selectors import register_number


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_once(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    asked, go = threading.Event(), threading.Event()
    centre.server.before_answer = lambda: asked.set() or go.wait(10)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(_in_thread, source.id)
        assert asked.wait(10)
        with pytest.raises(FeedBusyError):
            feed_run(source_id=source.id)
        go.set()
        assert first.result() == 1
    assert set(centre.records()) == {"Forensics"}
    assert FeedRun.objects.filter(sort=FeedRun.Sort.RUN).count() == 1


def _in_thread(source_id: uuid.UUID) -> int:
    try:
        return int(feed_run(source_id=source_id).counts["new"])
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_reading_that_was_taken_over_writes_no_more(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    before = register_number()

    def take_over() -> None:
        FeedSource.objects.filter(id=source.id).update(busy_by=uuid.uuid4())
        connection.close()

    centre.server.before_answer = take_over
    with pytest.raises(FeedBusyError):
        feed_run(source_id=source.id)
    assert register_number() == before


def test_two_readings_at_once_are_one(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    FeedSource.objects.filter(id=source.id).update(busy_since=timezone.now(), busy_by=uuid.uuid4())
    for read in (feed_try, feed_run, feed_replay):
        with pytest.raises(FeedBusyError):
            read(source_id=source.id)
    long_ago = timezone.now() - dt.timedelta(hours=2)
    FeedSource.objects.filter(id=source.id).update(busy_since=long_ago)
    assert shown(feed_run(source_id=source.id), "new") == [1], "whoever had it is gone"


def test_due_feeds_are_claimed_once(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    assert [key for key, _language in feeds_claim_due()] == [source.id]
    assert feeds_claim_due() == []
    feed_run(source_id=source.id)
    source.refresh_from_db()
    tomorrow = timezone.now() + dt.timedelta(hours=25)
    assert [key for key, _language in feeds_claim_due(now=tomorrow)] == [source.id]
    feed_pause(acting=centre.acting, source_id=source.id)
    assert feeds_claim_due(now=tomorrow + dt.timedelta(days=9)) == []
    with pytest.raises(FeedStateError):
        feed_run(source_id=source.id)
    feed_approve(acting=centre.acting, source_id=source.id)
    assert [key for key, _language in feeds_claim_due()] == [source.id]


def test_a_removed_feed_leaves_its_records(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    feed_run(source_id=source.id)
    feed_remove(acting=centre.acting, source_id=source.id)
    assert set(centre.records()) == {"Forensics"}
    counts = [m.objects.count() for m in (FeedSource, FeedEntry, FeedRaw, FeedRun)]
    assert counts == [0, 0, 0, 0]


def test_other_people_get_nowhere(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    feed_run(source_id=source.id)
    entry = FeedEntry.objects.get()
    other = Acting(centre.acting.person, uuid.uuid4(), Role.MANAGER)
    assert feed_list(acting=other) == []
    for refused in (
        lambda: feed_get(acting=other, source_id=source.id),
        lambda: feed_pause(acting=other, source_id=source.id),
        lambda: feed_remove(acting=other, source_id=source.id),
        lambda: feed_ask(acting=other, source_id=source.id, sort=FeedRun.Sort.RUN),
        lambda: entry_unlock(acting=other, entry_id=entry.id, fields=["titles"]),
        lambda: entries_settle(acting=other, entry_ids=[entry.id], do="remove"),
        lambda: entries_decide(acting=other, entry_ids=[entry.id], choice="new"),
    ):
        with pytest.raises(NotFoundError):
            refused()
    reader = Acting(centre.acting.person, centre.acting.institution, Role.READER)
    editor = Acting(centre.acting.person, centre.acting.institution, Role.EDITOR)
    for denied in (
        lambda: feed_pause(acting=reader, source_id=source.id),
        lambda: feed_ask(acting=reader, source_id=source.id, sort=FeedRun.Sort.RUN),
        lambda: feed_approve(acting=editor, source_id=source.id),
        lambda: feed_remove(acting=editor, source_id=source.id),
    ):
        with pytest.raises(NotAllowedError):
            denied()


@pytest.mark.parametrize(("change", "field"), [
    ({"url": "https://127.0.0.1/c.ics"}, ""), ({"url": "file:///etc/passwd"}, "url"),
    ({"url": "https://a@b.example/"}, "url"), ({"url": "https://" + "a/" * 2000}, "url"),
    ({"name": " "}, "name"), ({"hours": 7}, "hours"), ({"url": "https://b.example:22/"}, "url"),
])  # fmt: skip
def test_what_is_typed_of_a_feed_is_checked(
    centre: Centre, settings: Any, change: dict[str, Any], field: str
) -> None:
    settings.CONCORD_FEEDS_ALLOW_HTTP = settings.CONCORD_FEEDS_ALLOW_PRIVATE = False
    settings.CONCORD_FEEDS_PORTS = [443]
    given = {"url": "https://b.example/", "name": "C", "hours": 24, "defaults": {}} | change
    if not field:  # a name that leads to a private address is refused when it is fetched
        source = feed_source_make(acting=centre.acting, **given)
        assert "not a public address" in feed_try(source_id=source.id).failure
        return
    with pytest.raises(FeedFormError) as caught:
        feed_source_make(acting=centre.acting, **given)
    assert set(caught.value.fields) == {field}
    assert FeedSource.objects.count() == 0


def test_a_failed_fetch_leaves_everything_and_backs_off(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    feed_run(source_id=source.id)
    before = register_number()
    waits = []
    for bad in (None, b"<html>down for repair</html>", b"\x00\x01", None):
        centre.server.pages.clear()
        if bad is not None:
            centre.server.put("/c.ics", bad, "text/html")
        run = feed_run(source_id=source.id)
        assert run.failure
        assert run.counts == {}
        source.refresh_from_db()
        assert source.next_run_at
        assert source.last_run_at
        waits.append(source.next_run_at - source.last_run_at)
    assert [w.total_seconds() / 3600 for w in waits] == [1, 2, 4, 8]
    assert register_number() == before
    assert FeedEntry.objects.get().vanished_at is None
    assert source.busy_since is None
    assert Notice.objects.filter(what=What.FEED_REPORT).count() == 1
    centre.server.put("/c.ics", calendar(event("1", "Forensics")))
    feed_run(source_id=source.id)
    source.refresh_from_db()
    assert source.failures == 0


@pytest.mark.parametrize("page", [
    b"", b"no feed at all", b"%PDF-1.7", b"<html><p>nothing here</p></html>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><rss><channel><item><title>&b;</title></item></channel></rss>",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR",
    b"{" * 100_000, b"\xff" * 1000,
])  # fmt: skip
def test_a_hostile_or_empty_source_writes_nothing(centre: Centre, page: bytes) -> None:
    source = centre.source(centre.server.put("/feed", page, "text/calendar"))
    before = register_number()
    run = feed_try(source_id=source.id)
    assert run.failure or shown(run, "new") == [0]
    assert register_number() == before


def test_queries_do_not_grow_with_items(centre: Centre) -> None:
    counts: dict[int, list[int]] = {}
    for number in (3, 30):
        events = [event(f"{number}-{n}", f"Course {n}", f"20{number + 20}0{n % 9 + 1}{n % 28 + 1:02}")
                  for n in range(number)]  # fmt: skip
        source = centre.approved(centre.server.put(f"/{number}.ics", calendar(*events)))
        counts[number] = []
        for read in (feed_try, feed_run, feed_run, feed_replay):
            with CaptureQueriesContext(connection) as queries:
                read(source_id=source.id)
            counts[number].append(len(queries))
    assert counts[30] == counts[3]


def test_an_empty_feed_is_approved_only_by_somebody_who_says_so(centre: Centre) -> None:
    source = centre.source(centre.server.put("/c.ics", calendar()))
    run = feed_try(source_id=source.id)
    assert (run.failure, feed_run_is_empty(run=run)) == ("", True)
    with pytest.raises(FeedStateError, match="found no item"):
        feed_approve(acting=centre.acting, source_id=source.id)
    feed_approve(acting=centre.acting, source_id=source.id, though_empty=True)
    assert feed_run(source_id=source.id).failure == ""
    source.refresh_from_db()
    assert source.cited is None, "nothing cites it as yet"
    centre.server.put("/c.ics", calendar(event("1", "Forensics")))
    assert shown(feed_run(source_id=source.id), "new") == [1]
