"""Saying of records that they still hold."""

from __future__ import annotations

import uuid

import pytest
from making import Maker, text

from concord.core.disclosure import ANYONE, Actor, Level
from concord.record.affirming import affirmation, records_affirm
from concord.record.checks import register_check
from concord.record.errors import NotFoundError, NotOwnerError
from concord.record.models import Record, Revision
from concord.record.publishing import gate_set
from concord.record.selectors import revision_list
from concord.record.services import record_remove


def test_nothing_changes_but_the_day(make: Maker) -> None:
    course = make.put("course", titles=text("T"), providers=[str(make.owner)])
    hidden = make.write(
        make.parse("course", titles=text("H"), providers=[str(make.owner)]),
        level=Level.INSTITUTION,
    )
    before = {r.id: (r.content, r.audience, r.audiences) for r in Record.objects.all()}
    person = uuid.uuid4()
    assert records_affirm(actor=Actor(make.owner, person), ids=[course, hidden, course]) == 2
    assert {r.id: (r.content, r.audience, r.audiences) for r in Record.objects.all()} == before
    newest = Revision.objects.get(record=course, revision_number=2)
    assert (newest.via, newest.actor_person, newest.content) == (
        "confirming",
        person,
        before[course][0],
    )
    assert list(register_check()) == []
    history = revision_list(viewer=ANYONE, record_id=course)
    said = affirmation(make.owner, history, is_compiled=False)
    assert said is not None
    assert (said.at, said.is_by_person) == (newest.at, True)


def test_it_takes_no_publisher_and_no_clearance(make: Maker) -> None:
    course = make.put("course", titles=text("T"), providers=[str(make.owner)])
    gate_set(institution=make.owner, state="JP", beyond="institution")
    assert records_affirm(actor=Actor(make.owner, uuid.uuid4()), ids=[course]) == 1


def test_only_the_owner_and_all_or_none(make: Maker) -> None:
    course = make.put("course", titles=text("T"), providers=[str(make.owner)])
    gone = make.put("course", titles=text("G"), providers=[str(make.owner)])
    record_remove(actor=Actor(make.owner), record_id=gone, via="test", reason="")
    with pytest.raises(NotOwnerError):
        records_affirm(actor=Actor(uuid.uuid4()), ids=[course])
    for wrong in (gone, uuid.uuid4()):
        with pytest.raises(NotFoundError):
            records_affirm(actor=Actor(make.owner), ids=[course, wrong])
    assert Revision.objects.filter(record=course).count() == 1


def test_a_program_is_not_the_owners_people(make: Maker) -> None:
    course = make.put("course", titles=text("T"), providers=[str(make.owner)])
    records_affirm(actor=Actor(make.owner, uuid.uuid4()), ids=[course])
    records_affirm(actor=Actor(make.owner), ids=[course])
    history = revision_list(viewer=ANYONE, record_id=course)
    said = affirmation(make.owner, history, is_compiled=False)
    assert said is not None
    assert said.at == Revision.objects.get(record=course, revision_number=2).at
    checked = affirmation(make.owner, history, is_compiled=True)
    assert checked is not None
    assert checked.at == Revision.objects.get(record=course, revision_number=3).at
    assert affirmation(uuid.uuid4(), history, is_compiled=False) is None
