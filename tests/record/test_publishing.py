"""What others would see is let out by those who may, and by nobody else."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from making import Maker

from concord.core.disclosure import ANYONE, Actor, Clearance, Level, member_of
from concord.record.errors import (
    ChangedMeanwhileError,
    MayNotPublishError,
    NeedsClearanceError,
    NotFoundError,
)
from concord.record.history import revision_pair
from concord.record.models import Revision
from concord.record.publishing import (
    gate_set,
    revisions_write_or_hold,
    waiting_clear,
    waiting_drop,
    waiting_for_institution,
    waiting_for_state,
    waiting_publish,
    waiting_return,
)
from concord.record.selectors import record_get, revision_list
from concord.record.services import Draft, records_take_over, revision_write


@pytest.fixture
def editor(make: Maker) -> Actor:
    return Actor(make.owner, uuid.uuid4())


@pytest.fixture
def publisher(editor: Actor) -> Actor:
    return replace(editor, person=uuid.uuid4(), may_publish=True)


def _name(record_id: uuid.UUID, viewer: object = ANYONE) -> str:
    view = record_get(viewer=viewer, record_id=record_id)  # type: ignore[arg-type]
    return str(view.content["names"][0]["name"])


def test_a_new_record_is_for_its_institution_alone(make: Maker, editor: Actor) -> None:
    key = revision_write(actor=editor, draft=Draft(make.institution("A")), via="form")
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key)
    assert _name(key, member_of(make.owner)) == "A"


def test_an_editor_publishes_nothing(make: Maker, editor: Actor) -> None:
    with pytest.raises(MayNotPublishError):
        revision_write(
            actor=editor, draft=Draft(make.institution("A"), level=Level.PUBLIC), via="form"
        )
    published = make.write(make.institution("B"))
    with pytest.raises(MayNotPublishError):
        revision_write(actor=editor, draft=Draft(make.institution("C"), published), via="form")


def test_an_editor_may_change_what_only_the_institution_sees(make: Maker, editor: Actor) -> None:
    key = make.write(make.institution("A"), fields={"website": Level.INSTITUTION})
    changed = make.institution("A", website="https://example.org")
    revision_write(actor=editor, draft=Draft(changed, key), via="form")
    view = record_get(viewer=ANYONE, record_id=key)
    assert view.withheld == ("website",)
    assert view.revision_number == 1  # the other showed the public nothing
    assert record_get(viewer=member_of(make.owner), record_id=key).revision_number == 2


def test_a_change_keeps_the_levels_that_the_record_has(make: Maker, publisher: Actor) -> None:
    key = make.write(make.institution("A"), fields={"website": Level.INSTITUTION})
    revision_write(actor=publisher, draft=Draft(make.institution("B"), key), via="form")
    assert _name(key) == "B"
    assert record_get(viewer=ANYONE, record_id=key).withheld == ("website",)


def test_what_an_editor_changes_of_a_published_record_waits(
    make: Maker, editor: Actor, publisher: Actor
) -> None:
    key = make.write(make.institution("A"))
    done = revisions_write_or_hold(
        actor=editor, drafts=[Draft(make.institution("B"), key)], via="workbook"
    )
    assert (done.written, done.waiting) == ([], [key])
    assert _name(key) == "A"
    (waits,) = waiting_for_institution(institution=make.owner)
    waiting_publish(actor=publisher, ids=[waits.id])
    assert _name(key) == "B"
    assert waiting_for_institution(institution=make.owner) == []
    assert Revision.objects.filter(record=key).latest("number").actor_person == editor.person


def test_a_gate_lets_nothing_out_that_the_contact_point_has_not_cleared(
    make: Maker, publisher: Actor
) -> None:
    gate_set(institution=make.owner, state="JP", beyond="institution")
    draft = Draft(make.institution("A"), level=Level.PUBLIC)
    with pytest.raises(NeedsClearanceError):
        revision_write(actor=publisher, draft=draft, via="form")
    other = replace(publisher, clearance=Clearance("KR", uuid.uuid4()))
    with pytest.raises(NeedsClearanceError):
        revision_write(actor=other, draft=draft, via="form")
    revisions_write_or_hold(actor=publisher, drafts=[draft], via="form")
    assert waiting_for_state(state="KR") == []
    (waits,) = waiting_for_state(state="JP")
    with pytest.raises(NotFoundError):
        waiting_clear(clearance=Clearance("KR", uuid.uuid4()), ids=[waits.id])
    contact_point = uuid.uuid4()
    waiting_clear(clearance=Clearance("JP", contact_point), ids=[waits.id])
    assert _name(draft.record_id) == "A"
    revision = Revision.objects.get(record=draft.record_id)
    assert (revision.cleared_state, revision.cleared_person) == ("JP", contact_point)


def test_what_is_returned_stays_with_the_institution(make: Maker, publisher: Actor) -> None:
    gate_set(institution=make.owner, state="JP", beyond="institution")
    draft = Draft(make.institution("A"), level=Level.PUBLIC)
    revisions_write_or_hold(actor=publisher, drafts=[draft], via="form")
    (waits,) = waiting_for_state(state="JP")
    waiting_return(state="JP", ids=[waits.id], reason="name the host")
    assert waiting_for_state(state="JP") == []
    (returned,) = waiting_for_institution(institution=make.owner)
    assert returned.returned_because == "name the host"
    assert waiting_drop(institution=uuid.uuid4(), ids=[returned.id]) == 0
    assert waiting_drop(institution=make.owner, ids=[returned.id]) == 1


def test_a_change_that_waited_too_long_is_refused(
    make: Maker, editor: Actor, publisher: Actor
) -> None:
    key = make.write(make.institution("A"))
    revisions_write_or_hold(actor=editor, drafts=[Draft(make.institution("B"), key)], via="form")
    make.write(make.institution("C"), record_id=key)
    (waits,) = waiting_for_institution(institution=make.owner)
    with pytest.raises(ChangedMeanwhileError):
        waiting_publish(actor=publisher, ids=[waits.id])
    assert _name(key) == "C"


def test_what_was_kept_back_then_stays_so_after_publishing(make: Maker, publisher: Actor) -> None:
    secret = make.institution("Working title")
    key = revision_write(actor=publisher, draft=Draft(secret), via="form", reason="a file name")
    revision_write(
        actor=publisher, draft=Draft(make.institution("A"), key, Level.PUBLIC), via="form"
    )
    assert [r.revision_number for r in revision_list(viewer=ANYONE, record_id=key)] == [1]
    pair = revision_pair(viewer=ANYONE, record_id=key, revision_number=1)
    assert pair.before == {}
    assert pair.is_newest
    for read in (
        lambda: revision_pair(viewer=ANYONE, record_id=key, revision_number=2),
        lambda: record_get(viewer=ANYONE, record_id=key, known_at=_moment_of(key)),
    ):
        with pytest.raises(NotFoundError):
            read()
    own = member_of(make.owner)
    assert revision_pair(viewer=own, record_id=key, revision_number=2).before["names"]


def _moment_of(key: uuid.UUID) -> dt.datetime:
    return Revision.objects.get(record=key, revision_number=1).at


def test_taking_over_hands_nothing_on_that_was_kept_back(make: Maker) -> None:
    centre = make.write(make.institution("Centre"))
    key = make.write(
        make.institution("B", website="https://example.org"), fields={"website": Level.INSTITUTION}
    )
    records_take_over(actor=Actor(centre, may_publish=True), ids=[key])
    for viewer in (ANYONE, member_of(centre)):
        assert "website" not in record_get(viewer=viewer, record_id=key).content
        pair = revision_pair(viewer=viewer, record_id=key, revision_number=1)
        assert "website" not in pair.after


def test_a_gated_institution_takes_nothing_over_without_clearance(make: Maker) -> None:
    centre = make.write(make.institution("Centre"))
    gate_set(institution=centre, state="JP", beyond="institution")
    with pytest.raises(NeedsClearanceError):
        records_take_over(actor=Actor(centre, may_publish=True), ids=[centre])


def test_a_contact_point_sees_what_others_would_see(make: Maker, publisher: Actor) -> None:
    key = make.write(make.institution("A"), fields={"website": Level.INSTITUTION})
    gate_set(institution=make.owner, state="JP", beyond="institution")
    changed = make.institution("B", website="https://example.org")
    revisions_write_or_hold(actor=publisher, drafts=[Draft(changed, key)], via="form")
    (waits,) = waiting_for_state(state="JP")
    assert waits.content["names"][0]["name"] == "B"
    assert "website" not in waits.content
    (own,) = waiting_for_institution(institution=make.owner)
    assert own.content["website"] == "https://example.org"


def test_a_held_change_is_held_to_the_revision_that_it_was_made_from(
    make: Maker, editor: Actor
) -> None:
    key = make.write(make.institution("A"))
    make.write(make.institution("B"), record_id=key)
    stale = Draft(make.institution("C"), key, made_from=1)
    with pytest.raises(ChangedMeanwhileError):
        revisions_write_or_hold(actor=editor, drafts=[stale], via="workbook")
    for name in ("D", "E"):
        draft = Draft(make.institution(name), key, made_from=2)
        revisions_write_or_hold(actor=editor, drafts=[draft], via="workbook")
    (waits,) = waiting_for_institution(institution=make.owner)
    assert waits.content["names"][0]["name"] == "E"
