"""Removing a value for good: two persons, every revision, a revision that says so and not what."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from making import Maker, text

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import ANYONE, Actor, Clearance, Level, member_of
from concord.exchange.merging import merge_undo, pair_merge
from concord.record.checks import register_check
from concord.record.columns import Question
from concord.record.errors import NotFoundError, PurgedError
from concord.record.guard import service
from concord.record.happening import happenings_after
from concord.record.history import record_restore, records_removed, revision_pair, revisions_undo
from concord.record.models import Purge, Record, Revision, Waiting
from concord.record.publishing import gate_set, revisions_write_or_hold
from concord.record.purged import removals_list
from concord.record.purging import (
    PurgeError,
    SecondPersonError,
    purge_approve,
    purge_ask,
    purge_drop,
    purge_preview,
)
from concord.record.selectors import record_get, register_number, revision_list
from concord.record.services import Draft
from concord.record.then import records_then
from concord.record.vanishing import Span, entry_list
from concord.register.lists import training_table

SECRET = "the marker of the vault"
ONE, TWO = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def first(make: Maker) -> Actor:
    return Actor(make.owner, ONE, may_publish=True)


@pytest.fixture
def second(make: Maker) -> Actor:
    return Actor(make.owner, TWO, may_publish=True)


@pytest.fixture
def activity(make: Maker) -> UUID:
    """A record whose note, and whose title before, say what they should not."""
    key = make.write(_activity(make, titles=text(f"On {SECRET} itself"), note=text(SECRET)))
    return make.write(
        _activity(make, titles=text("A course"), note=text(SECRET), town="Daejeon"), record_id=key
    )


def _activity(make: Maker, **more: Any) -> Any:
    data = {"activity_kind": "seminar", "parties": [
        {"party": {"institution": str(make.owner)}, "part": "host"}
    ], **more}  # fmt: skip
    return make.parse("activity", **data)


def _purge(
    first: Actor, second: Actor | Clearance, key: UUID, field: str = "", **more: Any
) -> Purge:
    asked = purge_ask(actor=first, record_id=key, field=field, rule="security", **more)
    return purge_approve(by=second, purge_id=asked.id)


def _said() -> str:
    return "".join(str(row.content) + row.reason for row in Revision.objects.all())


def test_a_field_goes_from_every_revision_and_the_rest_stays(
    first: Actor, second: Actor, activity: UUID
) -> None:
    before = register_number()
    done = _purge(first, second, activity, "note")
    assert done.counts["revisions"] == 2
    assert done.held_from == Revision.objects.get(record=activity, revision_number=1).at
    assert all("note" not in row.content for row in Revision.objects.filter(record=activity))
    view = record_get(viewer=ANYONE, record_id=activity)
    assert (view.content["town"], view.revision_number) == ("Daejeon", 3)
    (line, *_older) = revision_list(viewer=ANYONE, record_id=activity)
    assert (line.via, line.actor_institution) == ("purging", first.institution)
    assert "security" in line.reason
    (removal,) = removals_list(viewer=ANYONE, record_id=activity)
    assert (removal.field, removal.rule, removal.revision_number) == ("note", "security", 3)
    assert list(register_check()) == []
    followed = happenings_after(viewer=ANYONE, number=before)
    assert [h.record_id for h in followed.seen] == [activity]


def test_a_field_that_must_be_there_empties_the_record(
    first: Actor, second: Actor, activity: UUID
) -> None:
    before = register_number()
    asked = purge_ask(actor=first, record_id=activity, field="titles", rule="security")
    assert purge_preview(purge=asked).empties
    done = purge_approve(by=second, purge_id=asked.id)
    assert done.empties
    assert SECRET not in _said().replace("town", "")
    with pytest.raises(PurgedError):
        record_get(viewer=ANYONE, record_id=activity)
    rows = Revision.objects.filter(record=activity).order_by("revision_number")
    assert [(row.operation, row.content) for row in rows] == [
        ("purged", {}), ("purged", {}), ("tombstone", {}),
    ]  # fmt: skip
    with pytest.raises(PurgedError):
        record_get(viewer=ANYONE, record_id=activity, known_at=rows[1].at)
    assert activity not in [
        r.id for r in records_then(viewer=ANYONE, known_at=rows[1].at, kinds=["activity"])
    ]
    with pytest.raises(PurgedError):
        record_restore(actor=first, record_id=activity, revision_number=1, reason="back")
    assert records_removed(owner=first.institution) == []
    assert list(register_check()) == []
    gone = entry_list(span=Span(["activity"]), count=10)[0]
    assert [(e.id, e.view) for e in gone] == [(activity, None)]
    followed = happenings_after(viewer=ANYONE, number=before)
    assert [(h.record_id, h.is_removed) for h in followed.seen] == [(activity, True)]


def test_what_broke_a_rule_before_is_not_emptied_for_that(
    first: Actor, second: Actor, activity: UUID
) -> None:
    """Rules become stricter; what was written before keeps its other fields."""
    for row in (*Revision.objects.filter(record=activity), Record.objects.get(id=activity)):
        row.content = {**row.content, "town": "a\u202eb"}
        with service():
            row.save()
    done = _purge(first, second, activity, "note")
    assert not done.empties
    assert "note" not in Record.objects.get(id=activity).content
    assert _purge(first, second, activity, "titles").empties


def test_what_a_field_says_now_may_stay(first: Actor, second: Actor, activity: UUID) -> None:
    """A mistake that was corrected is removed from the history alone."""
    done = _purge(first, second, activity, "titles", keeps_current=True)
    assert not done.empties
    view = record_get(viewer=ANYONE, record_id=activity)
    assert view.content["titles"] == text("A course")
    rows = Revision.objects.filter(record=activity).order_by("revision_number")
    assert [row.operation for row in rows] == ["purged", "put", "put"]
    pair = revision_pair(viewer=ANYONE, record_id=activity, revision_number=2)
    assert (pair.before, pair.after["town"]) == ({}, "Daejeon")
    assert list(register_check()) == []


def test_all_of_a_record_goes(first: Actor, second: Actor, activity: UUID) -> None:
    _purge(first, second, activity)
    assert SECRET not in _said()
    with pytest.raises(PurgedError) as caught:
        record_get(viewer=ANYONE, record_id=activity)
    assert caught.value.fields["by"] == str(first.institution)


def test_a_second_person_has_to_approve(make: Maker, first: Actor, activity: UUID) -> None:
    asked = purge_ask(actor=first, record_id=activity, rule="mistake")
    stranger = Actor(uuid.uuid4(), uuid.uuid4(), may_publish=True)
    editor = Actor(make.owner, TWO, may_publish=False)
    for by in (first, editor, stranger, Actor(make.owner, None, may_publish=True)):
        with pytest.raises(SecondPersonError):
            purge_approve(by=by, purge_id=asked.id)
    contact_point = Clearance("KR", TWO)
    with pytest.raises(SecondPersonError):
        purge_approve(by=contact_point, purge_id=asked.id)
    gate_set(institution=make.owner, state="KR", beyond="institution")
    with pytest.raises(SecondPersonError):
        purge_approve(by=Clearance("KR", ONE), purge_id=asked.id)
    done = purge_approve(by=contact_point, purge_id=asked.id)
    assert (done.settled_for, done.settled_by, done.asked_by) == ("KR", TWO, ONE)
    line = Revision.objects.get(number=done.number)
    assert (line.cleared_state, line.actor_person) == ("KR", ONE)


def test_a_gate_refuses_no_purge(make: Maker, first: Actor, second: Actor, activity: UUID) -> None:
    gate_set(institution=make.owner, state="KR", beyond="institution")
    assert _purge(first, second, activity, "note").state == "done"


def test_only_publishers_of_the_owner_ask(make: Maker, activity: UUID) -> None:
    with pytest.raises(SecondPersonError):
        purge_ask(actor=Actor(make.owner, ONE), record_id=activity, rule="mistake")
    with pytest.raises(NotFoundError):
        purge_ask(
            actor=Actor(uuid.uuid4(), ONE, may_publish=True), record_id=activity, rule="mistake"
        )


@pytest.mark.parametrize("wrong", [{"rule": "whim"}, {"rule": "mistake", "field": "nonsense"}])
def test_what_is_asked_makes_sense(first: Actor, activity: UUID, wrong: dict[str, str]) -> None:
    with pytest.raises(PurgeError) as caught:
        purge_ask(actor=first, record_id=activity, **wrong)
    assert caught.value.fields


def test_an_institution_with_records_is_not_emptied(make: Maker, first: Actor) -> None:
    for field in ("", "names"):
        with pytest.raises(PurgeError):
            purge_ask(actor=first, record_id=make.owner, field=field, rule="mistake")


def test_it_is_asked_once_and_may_be_dropped(first: Actor, second: Actor, activity: UUID) -> None:
    asked = purge_ask(actor=first, record_id=activity, rule="mistake")
    with pytest.raises(PurgeError):
        purge_ask(actor=first, record_id=activity, rule="mistake")
    purge_drop(by=first, purge_id=asked.id)
    with pytest.raises(NotFoundError):
        purge_approve(by=second, purge_id=asked.id)


def test_what_was_asked_too_long_ago_is_asked_again(
    first: Actor, second: Actor, activity: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = purge_ask(actor=first, record_id=activity, rule="mistake")
    from concord.record import purging

    later = timezone.now() + purging.OPEN_FOR * 2
    monkeypatch.setattr(purging.timezone, "now", lambda: later)
    with pytest.raises(PurgeError):
        purge_approve(by=second, purge_id=asked.id)


def test_a_change_that_waits_goes_with_it(
    make: Maker, first: Actor, second: Actor, activity: UUID
) -> None:
    editor = Actor(make.owner, ONE)
    draft = Draft(_activity(make, titles=text("B"), note=text(SECRET)), activity)
    assert revisions_write_or_hold(actor=editor, drafts=[draft], via="form").waiting
    done = _purge(first, second, activity, "note")
    assert done.counts["waiting"] == 1
    assert not Waiting.objects.exists()


def test_a_field_that_is_withheld_is_said_to_be_removed_to_those_who_saw_it(
    make: Maker, first: Actor, second: Actor
) -> None:
    key = make.write(
        _activity(make, titles=text("A"), note=text(SECRET)), fields={"note": Level.INSTITUTION}
    )
    before = register_number()
    _purge(first, second, key, "note")
    assert removals_list(viewer=ANYONE, record_id=key) == []
    assert len(removals_list(viewer=member_of(make.owner), record_id=key)) == 1
    assert happenings_after(viewer=ANYONE, number=before).seen == []
    assert len(happenings_after(viewer=member_of(make.owner), number=before).seen) == 1


def test_what_is_in_memory_forgets_it(make: Maker, first: Actor, second: Actor) -> None:
    activity = make.write(_activity(make, titles=text(SECRET)))
    table = training_table()
    word = Question(words="marker")
    assert table.ids_where(ANYONE, word) == [activity]
    assert any("marker" in said for said in table._columns.texts.texts)
    _purge(first, second, activity, "titles")
    fresh = training_table()
    assert fresh.ids_where(ANYONE, word) == []
    assert not any("marker" in said for said in fresh._columns.texts.texts)


def test_an_import_is_undone_as_far_as_it_can_be(
    make: Maker, first: Actor, second: Actor, activity: UUID
) -> None:
    """What stood there before the import is gone for good: the record stays as it is."""
    other = make.write(_activity(make, titles=text("Other")))
    written = {other: 1, activity: 3}
    _purge(first, second, activity, "titles", keeps_current=True)
    assert revisions_undo(
        actor=first, revisions={other: 1, activity: 2}, via="undo", reason=""
    ) == [activity]
    assert written[activity] == record_get(viewer=ANYONE, record_id=activity).revision_number


def test_a_merge_is_undone_without_what_was_removed(
    make: Maker, first: Actor, second: Actor, activity: UUID
) -> None:
    acting = Acting(ONE, make.owner, Role.PUBLISHER)
    other = make.write(_activity(make, titles=text("A course"), note=text(f"{SECRET} too")))
    merge = pair_merge(acting=acting, kept=activity, gone=other, note=f"both say {SECRET}")
    done = _purge(first, second, activity, "note")
    assert not Revision.objects.filter(content__has_key="note").exists()
    assert SECRET not in "".join(Revision.objects.values_list("reason", flat=True))
    assert done.counts["pairs"] == 1
    merge.decision.refresh_from_db()
    assert merge.decision.note == ""
    unmerged = merge_undo(acting=acting, merge_id=merge.id)
    assert unmerged.changed_since == [activity]
    assert "note" not in record_get(viewer=ANYONE, record_id=other).content
    assert list(register_check()) == []


def test_the_preview_names_other_records_that_say_the_same(
    make: Maker, first: Actor, activity: UUID
) -> None:
    other = make.write(_activity(make, titles=text(f"{SECRET.upper()} again")))
    asked = purge_ask(actor=first, record_id=activity, field="note", rule="security")
    preview = purge_preview(purge=asked)
    assert preview.elsewhere == [other]
    assert {p.code: p.count for p in preview.places}["revisions"] == 2


def test_the_audit_never_says_what(first: Actor, second: Actor, activity: UUID) -> None:
    done = _purge(first, second, activity, "note")
    row = Purge.objects.values().get(id=done.id)
    assert SECRET not in str(row)
    assert row["counts"]
    assert row["asked_by"] == ONE
    assert row["settled_by"] == TWO


def test_texts_are_told_from_common_words() -> None:
    from concord.record.spill import words_in

    said = ["en", "2027-03-01", "course", str(uuid.uuid4()), "Ｔｈｅ Vault", "核物质库房", {"a": 5}]
    assert list(words_in(said)) == ["the vault", "核物质库房"]
