"""A feed beside people: what they changed, what they decide, what others see."""

from __future__ import annotations

import pytest
from feeding import Centre, calendar, event, shown
from making import text

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Mandate, Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import ANYONE, Actor
from concord.exchange.feeding.entries import (
    entries_decide,
    entries_settle,
    entry_locks,
    entry_unlock,
)
from concord.exchange.feeding.running import feed_replay, feed_run
from concord.exchange.models import FeedEntry, FeedRaw, FeedRun
from concord.record.publishing import (
    records_publish,
    revisions_write_or_hold,
    waiting_for_institution,
    waiting_publish,
)
from concord.record.selectors import record_get
from concord.record.services import Draft, content_parse, record_remove


def test_what_vanished_is_cancelled_or_removed_by_a_person(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics"), event("2", "Culture")))
    source = centre.approved(url)
    feed_run(source_id=source.id)
    centre.server.put("/c.ics", calendar(event("3", "Transport", "20270505")))
    feed_run(source_id=source.id)
    ids = {entry.key: entry.id for entry in FeedEntry.objects.all()}
    entries_settle(acting=centre.acting, entry_ids=[ids["1"]], do="cancel")
    assert centre.records()["Forensics"].content["stage"] == "cancelled"
    public = centre.records()["Culture"].id
    records_publish(actor=centre.acting.require(Role.PUBLISHER), ids=[public])
    editor = Acting(centre.acting.person, centre.acting.institution, Role.EDITOR)
    with pytest.raises(NotAllowedError):
        entries_settle(acting=editor, entry_ids=[ids["2"]], do="remove")
    entries_settle(acting=centre.acting, entry_ids=[ids["2"]], do="remove")
    assert set(centre.records()) == {"Forensics", "Transport"}
    centre.server.put("/c.ics", calendar(event("2", "Culture")))
    assert shown(feed_run(source_id=source.id), "new", "left") == [0, 1], "it stays away"


def test_a_field_changed_by_hand_is_left_until_it_is_unlocked(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics", LOCATION="Tokai, Japan")))
    source = centre.approved(url)
    feed_run(source_id=source.id)
    centre.write(centre.records()["Forensics"], town="Mito")
    centre.server.put("/c.ics", calendar(event("1", "New title", LOCATION="Tsukuba, Japan")))
    run = feed_run(source_id=source.id)
    record = centre.records()["New title"]
    assert record.content["town"] == "Mito"
    assert run.rows[0]["notes"] == ["Fields that were changed by hand stay as they are."]
    entry = FeedEntry.objects.get()
    assert [(lock.name, lock.record, lock.feed) for lock in entry_locks(entry=entry)] == [
        ("town", {"town": "Mito"}, {"town": "Tsukuba"})
    ]
    feed_replay(source_id=source.id)
    assert centre.records()["New title"].content["town"] == "Mito"
    entry_unlock(acting=centre.acting, entry_id=entry.id, fields=["town", "titles"])
    assert centre.records()["New title"].content["town"] == "Tsukuba"
    entry.refresh_from_db()
    assert entry_locks(entry=entry) == []
    centre.server.put("/c.ics", calendar(event("1", "New title", LOCATION="Tokyo, Japan")))
    feed_run(source_id=source.id)
    assert centre.records()["New title"].content["town"] == "Tokyo"


def test_what_a_person_added_beside_the_feed_stays(centre: Centre) -> None:
    url = centre.server.put("/c.ics", calendar(event("1", "Forensics")))
    source = centre.approved(url)
    feed_run(source_id=source.id)
    rows = [{"count": 20}]
    centre.write(centre.records()["Forensics"], participation=rows, topics=["A1"], stage="done")
    centre.server.put("/c.ics", calendar(event("1", "Forensics II", CATEGORIES="B4")))
    feed_run(source_id=source.id)
    content = centre.records()["Forensics II"].content
    assert (content["participation"], content["topics"], content["stage"]) == (
        rows, ["A1"], "done")  # fmt: skip


def test_a_record_removed_by_hand_stays_removed(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    feed_run(source_id=source.id)
    record = centre.records()["Forensics"]
    actor = centre.acting.require(Role.PUBLISHER)
    record_remove(actor=actor, record_id=record.id, via="form", reason="")
    centre.server.put("/c.ics", calendar(event("1", "Forensics, new")))
    run = feed_run(source_id=source.id)
    assert shown(run, "left", "new", "changed") == [1, 0, 0]
    assert centre.records() == {}


def test_what_may_be_there_already_waits_for_a_decision(centre: Centre) -> None:
    mine = centre.make.put(
        "activity", titles=text("Regional course on nuclear forensics"),
        activity_kind="course_run", when="2027-03-02", country="JP", town="Tokai",
        parties=[{"party": {"institution": str(centre.acting.institution)}, "part": "host"}],
    )  # fmt: skip
    twin = event("1", "Regional course on nuclear forensics", LOCATION="Tokai, Japan")
    source = centre.approved(centre.server.put("/c.ics", calendar(twin)))
    for _time in range(2):
        run = feed_run(source_id=source.id)
        assert shown(run, "doubtful", "new") == [1, 0]
        assert run.rows[0]["like"] == str(mine)
    entry = FeedEntry.objects.get()
    entries_decide(acting=centre.acting, entry_ids=[entry.id], choice="same")
    feed_replay(source_id=source.id)
    record = centre.records()["Regional course on nuclear forensics"]
    assert record.id == mine
    assert record.content["activity_kind"] == "course_run", "what was there counts as by hand"
    assert len(centre.records()) == 1


def test_a_doubtful_item_is_taken_for_another_or_left_out(centre: Centre) -> None:
    other = centre.make.write(centre.make.institution("Other Centre"))
    centre.make.put("activity", titles=text("Course on nuclear forensics"), when="2027-03-02",
                    activity_kind="course_run", country="JP", town="Tokai",
                    parties=[{"party": {"institution": str(other)}, "part": "host"}])  # fmt: skip
    url = centre.server.put("/c.ics", calendar(
        event("1", "Course on nuclear forensics", LOCATION="Tokai, Japan"),
        event("2", "Course on nuclear forensics", LOCATION="Tokai, Japan")))  # fmt: skip
    source = centre.approved(url)
    assert shown(feed_run(source_id=source.id), "doubtful") == [2]
    first, second = FeedEntry.objects.order_by("key")
    entries_decide(acting=centre.acting, entry_ids=[first.id], choice="new")
    entries_decide(acting=centre.acting, entry_ids=[second.id], choice="left_out")
    assert shown(feed_run(source_id=source.id), "new", "left", "doubtful") == [1, 1, 0]


def test_published_records_wait_for_a_publisher(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    feed_run(source_id=source.id)
    record = centre.records()["Forensics"].id
    actor = centre.acting.require(Role.PUBLISHER)
    records_publish(actor=actor, ids=[record])
    centre.server.put("/c.ics", calendar(event("1", "Nuclear forensics")))
    assert shown(feed_run(source_id=source.id), "waiting", "changed") == [1, 0]
    assert record_get(viewer=ANYONE, record_id=record).content["titles"] == text("Forensics")
    assert shown(feed_run(source_id=source.id), "waiting", "changed") == [0, 0], "asked once"
    entry = FeedEntry.objects.get()
    assert entry_locks(entry=entry) == []
    waiting = waiting_for_institution(institution=centre.acting.institution)
    waiting_publish(actor=actor, ids=[row.id for row in waiting])
    assert record_get(viewer=ANYONE, record_id=record).content["titles"] == text(
        "Nuclear forensics"
    )
    assert entry_locks(entry=FeedEntry.objects.get()) == []


@pytest.mark.parametrize("is_still_publisher", [True, False])
def test_published_records_follow_at_once_where_a_publisher_said_so(
    centre: Centre, is_still_publisher: bool
) -> None:
    source = centre.approved(
        centre.server.put("/c.ics", calendar(event("1", "Forensics"))), lets_out=True
    )
    feed_run(source_id=source.id)
    record = centre.records()["Forensics"].id
    records_publish(actor=centre.acting.require(Role.PUBLISHER), ids=[record])
    if not is_still_publisher:
        Mandate.objects.update(role=Role.READER)
    centre.server.put("/c.ics", calendar(event("1", "Nuclear forensics")))
    run = feed_run(source_id=source.id)
    assert shown(run, "changed", "waiting") == ([1, 0] if is_still_publisher else [0, 1])


def test_a_change_by_hand_that_waits_is_not_pushed_aside(centre: Centre) -> None:
    source = centre.approved(centre.server.put("/c.ics", calendar(event("1", "Forensics"))))
    feed_run(source_id=source.id)
    record = centre.records()["Forensics"]
    records_publish(actor=centre.acting.require(Role.PUBLISHER), ids=[record.id])
    content = content_parse(kind="activity", data={**record.content, "town": "Mito"})
    revisions_write_or_hold(
        actor=Actor(centre.acting.institution), drafts=[Draft(content, record.id)], via="form"
    )
    centre.server.put("/c.ics", calendar(event("1", "Nuclear forensics")))
    assert shown(feed_run(source_id=source.id), "left", "waiting") == [1, 0]
    (waiting,) = waiting_for_institution(institution=centre.acting.institution)
    assert waiting.content["town"] == "Mito"


GUARDS = "Twelve armed guards protect the Northmoor Research Reactor at 06:00"


def test_what_the_content_check_stops_is_refused_and_not_kept(centre: Centre) -> None:
    url = centre.server.put(
        "/c.ics",
        calendar(
            event("1", "Forensics", DESCRIPTION=GUARDS), event("2", f"{GUARDS}."),
            event("3", "Culture (ask jane.doe@mail.example)"),
        ),
    )  # fmt: skip
    source = centre.approved(url)
    run = feed_run(source_id=source.id)
    assert set(centre.records()) == {"Culture (ask jane.doe@mail.example)"}
    assert shown(run, "new", "refused") == [1, 2]
    refused = FeedEntry.objects.filter(status="refused")
    assert all("It says when guards" in entry.message for entry in refused)
    kept = [str(value) for entry in FeedEntry.objects.all() for value in vars(entry).values()]
    kept += [raw.text for raw in FeedRaw.objects.all()]
    kept += [str(row) for one in FeedRun.objects.all() for row in one.rows]
    assert not any("Northmoor" in text for text in kept)


def test_a_feed_lets_out_what_it_warns_of_only_once_that_was_confirmed(centre: Centre) -> None:
    warned = event("1", "Culture (ask jane.doe@mail.example)")
    url = centre.server.put("/c.ics", calendar(event("1", "Culture")))
    source = centre.approved(url, lets_out=True)
    feed_run(source_id=source.id)
    key = centre.records()["Culture"].id
    records_publish(actor=centre.acting.require(Role.PUBLISHER), ids=[key])
    centre.server.put("/c.ics", calendar(warned))
    assert shown(feed_run(source_id=source.id), "changed", "refused") == [0, 1]
    assert "mail.example" not in str(centre.records()["Culture"].content)
