"""Rounds: who is asked and told, who has answered, how often they are reminded."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone
from making import Maker

from concord.accounts.coordinating import (
    ManagedError,
    NewInstitutionError,
    institution_enter,
    institution_invite,
)
from concord.accounts.errors import InvitationError, NotAllowedError
from concord.accounts.models import (
    Invitation,
    Mandate,
    Notice,
    Person,
    Role,
    Round,
    RoundAsked,
    Wording,
)
from concord.accounts.rounds import (
    RoundClosedError,
    RoundError,
    round_answer,
    round_ask,
    round_asked,
    round_close,
    round_make,
    round_remind,
    round_word,
    rounds_open,
)
from concord.accounts.selectors import Acting, Coordinating, acting_for, coordinating_for
from concord.accounts.services import invitation_accept, invitation_make, person_erase
from concord.core.disclosure import ANYONE, member_of
from concord.record.errors import NotFoundError
from concord.record.publishing import waiting_publish
from concord.record.selectors import record_get
from concord.register.declarations import declaration_list


class Field:
    """A network with its coordinator and two institutions, one of which has people."""

    def __init__(self, make: Maker) -> None:
        name = [{"name": "Net", "language": "en"}]
        self.network = make.put("network", names=name)
        member = [{"network": str(self.network)}]
        self.centre = make.write(make.institution("Centre", memberships=member))
        self.other = make.write(make.institution("Other", memberships=member))
        self.editor = self.person("editor", institution=self.centre, role=Role.EDITOR)
        self.publisher = self.person("publisher", institution=self.centre, role=Role.PUBLISHER)
        person = self.person("coordinator", network=self.network, role=Role.COORDINATOR)
        self.coordinating = Coordinating(person.id, self.network)
        self.coordinator = person

    def person(self, name: str, **scope: Any) -> Person:
        made = Person.objects.create_user(f"{name}@example.org", name=name)
        if scope:
            Mandate.objects.create(person=made, **scope)
        return made

    def acting(self, person: Person) -> Acting:
        return acting_for(person=person, institution=self.centre)

    def open(self, **changes: Any) -> uuid.UUID:
        today = timezone.now().date()
        asked = {
            "coordinating": self.coordinating, "title": "Year 2026", "reason": "To see gaps",
            "rules": "", "language": "en", "period": "2026", "opens_on": today,
            "due_on": today + dt.timedelta(days=10), "institutions": [self.centre, self.other],
        }  # fmt: skip
        return round_make(**{**asked, **changes}).id

    def declare(self, round_id: uuid.UUID, by: Person, said: str = "complete", **more: Any) -> Any:
        asked = {"round_id": round_id, "year": 2026, "completeness": said, "note": ""}
        return round_answer(acting=self.acting(by), language="en", **{**asked, **more})


@pytest.fixture
def field(make: Maker) -> Field:
    return Field(make)


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.select_related("person").order_by("at", "person__name")
    return [(row.person.name, row.what) for row in rows]


def test_the_people_of_those_asked_are_told_when_it_opens(field: Field) -> None:
    tomorrow = timezone.now().date() + dt.timedelta(days=1)
    later = field.open(opens_on=tomorrow)
    assert told() == []
    field.open()
    assert told() == [("editor", "round_opened"), ("publisher", "round_opened")]
    assert rounds_open() == 0, "nobody is told twice, and not before the day"
    RoundAsked.objects.get(round=later, institution=field.centre)
    with pytest.raises(NotFoundError):
        field.declare(later, field.publisher)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": " "}, "title"),
        ({"reason": ""}, "reason"),
        ({"period": "soon"}, "period"),
        ({"period": "2026/.."}, "period"),
        ({"period": "1900/2026"}, "period"),
        ({"opens_on": None}, "opens_on"),
        ({"due_on": None}, "due_on"),
        ({"due_on": dt.date(2020, 1, 1)}, "due_on"),
        ({"institutions": []}, "institution"),
        ({"institutions": [uuid.uuid4()]}, "institution"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(
    field: Field, changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(RoundError) as error:
        field.open(**changes)
    assert list(error.value.fields) == [fault]
    assert not RoundAsked.objects.exists()


def test_an_institution_answers_for_itself_and_the_coordinator_is_told(field: Field) -> None:
    made = field.open()
    field.declare(made, field.publisher, note="all twelve courses")
    (declared,) = declaration_list(viewer=ANYONE, year=2026)
    assert (declared.institution, declared.completeness) == (field.centre, "complete")
    assert record_get(viewer=ANYONE, record_id=declared.record).owner == field.centre
    assert ("coordinator", "round_answered") in told()
    found = RoundAsked.objects.first().round
    answered = {a.institution: a.has_answered for a in round_asked(viewer=ANYONE, found=found)}
    assert answered == {field.centre: True, field.other: False}


def test_what_an_editor_declares_waits_for_a_publisher(field: Field) -> None:
    made = field.open()
    first = field.declare(made, field.editor)
    second = field.declare(made, field.editor, "in_part")
    assert first.waiting == second.waiting, "one declaration, said anew"
    assert declaration_list(viewer=ANYONE) == []
    from concord.record.publishing import waiting_for_institution

    (row,) = waiting_for_institution(institution=field.centre)
    actor = field.acting(field.publisher).require(Role.PUBLISHER)
    waiting_publish(actor=actor, ids=[row.id])
    assert [d.completeness for d in declaration_list(viewer=ANYONE)] == ["in_part"]


def test_a_later_declaration_is_the_next_revision_of_the_same_record(field: Field) -> None:
    made = field.open()
    field.declare(made, field.publisher, "in_part")
    field.declare(made, field.publisher, "complete")
    (declared,) = declaration_list(viewer=ANYONE)
    assert declared.completeness == "complete"
    assert record_get(viewer=ANYONE, record_id=declared.record).revision_number == 2


def test_who_was_not_asked_or_of_another_year_is_refused(field: Field) -> None:
    made = field.open(institutions=[field.other])
    with pytest.raises(NotFoundError):
        field.declare(made, field.publisher)
    made = field.open()
    with pytest.raises(NotFoundError):
        field.declare(made, field.publisher, year=2019)
    round_close(coordinating=field.coordinating, round_id=made)
    with pytest.raises(RoundClosedError):
        field.declare(made, field.publisher)
    assert declaration_list(viewer=member_of(field.centre)) == []


def test_reminders_are_bounded_and_go_to_the_silent_alone(field: Field) -> None:
    made = field.open()
    remind = {"coordinating": field.coordinating, "round_id": made}
    assert round_remind(**remind) == 0, "they were asked a moment ago"
    long_ago = timezone.now() - dt.timedelta(days=8)
    RoundAsked.objects.update(asked_at=long_ago)
    assert round_remind(**remind, institutions=[uuid.uuid4()]) == 0
    assert round_remind(**remind) == 2
    assert round_remind(**remind) == 0
    RoundAsked.objects.update(reminded_at=long_ago)
    field.declare(made, field.publisher)
    assert round_remind(**remind) == 1
    RoundAsked.objects.update(reminded_at=long_ago, reminders=5)
    assert round_remind(**remind) == 0
    round_close(coordinating=field.coordinating, round_id=made)
    with pytest.raises(RoundClosedError):
        round_remind(**remind)


def test_another_networks_coordinator_cannot_touch_a_round(field: Field, make: Maker) -> None:
    made = field.open()
    elsewhere = Coordinating(uuid.uuid4(), uuid.uuid4())
    for act in (
        lambda: round_remind(coordinating=elsewhere, round_id=made),
        lambda: round_close(coordinating=elsewhere, round_id=made),
        lambda: round_ask(coordinating=elsewhere, round_id=made, institutions=[field.centre]),
    ):
        with pytest.raises(NotFoundError):
            act()
    with pytest.raises(NotAllowedError):
        coordinating_for(person=field.publisher, network=field.network)


def test_further_institutions_are_asked_once(field: Field, make: Maker) -> None:
    made = field.open(institutions=[field.centre])
    third = make.write(make.institution("Third"))
    more = {"coordinating": field.coordinating, "round_id": made}
    assert round_ask(**more, institutions=[field.centre, third]) == 1
    assert round_ask(**more, institutions=[field.centre, third]) == 0
    assert RoundAsked.objects.filter(round=made).count() == 2


def test_the_first_manager_ends_all_other_links(field: Field) -> None:
    """A coordinator brings an institution in, and has no way into it afterwards."""
    by_operator, operators = invitation_make(role=Role.MANAGER, institution=field.other)
    secret = institution_invite(coordinating=field.coordinating, institution=field.other)
    newer = institution_invite(coordinating=field.coordinating, institution=field.other)
    manager = field.person("manager")
    with pytest.raises(InvitationError):
        invitation_accept(secret=secret, person=manager)
    with pytest.raises(NotAllowedError):
        invitation_accept(secret=newer, person=field.coordinator)
    invitation_accept(secret=newer, person=manager)
    with pytest.raises(InvitationError):
        invitation_accept(secret=operators, person=field.person("late"))
    with pytest.raises(ManagedError):
        institution_invite(coordinating=field.coordinating, institution=field.other)
    assert Invitation.objects.get(id=by_operator.id).revoked_at


def test_an_institution_without_a_manager_again_can_be_invited_again(field: Field) -> None:
    manager = field.person("manager", institution=field.other, role=Role.MANAGER)
    with pytest.raises(ManagedError):
        institution_invite(coordinating=field.coordinating, institution=field.other)
    person_erase(person=manager)
    assert institution_invite(coordinating=field.coordinating, institution=field.other)


def test_a_new_institution_is_entered_by_the_compiler_and_taken_over(
    field: Field, make: Maker
) -> None:
    enter = {"coordinating": field.coordinating, "language": "en", "state": "KR", "kind": "coe"}
    made = institution_enter(name="New Centre", **enter)
    record = record_get(viewer=ANYONE, record_id=made)
    assert record.owner == make.owner, "the compiler says it, not the coordinator"
    assert record.content["memberships"] == [{"network": str(field.network)}]
    for wrong, fault in (
        ({"name": "new  centre"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "X", "kind": "compiler"}, "kind"),
        ({"name": "X", "kind": "nonsense"}, "kind"),
    ):
        with pytest.raises(NewInstitutionError) as error:
            institution_enter(**{**enter, **wrong})
        assert list(error.value.fields) == [fault]


def test_a_round_is_said_in_the_readers_language_or_in_its_own(field: Field) -> None:
    japanese = Wording("ja", "2026年", "不足を知るため", "すべて")
    key = field.open(wordings=[japanese, Wording("ko", "", ""), Wording("en", "No", "No")])
    found = Round.objects.get(id=key)
    assert found.said_in("ja") == japanese
    assert found.said_in("ko") == found.said_in("en") == Wording("en", "Year 2026", "To see gaps")
    korean = Wording("ko", "2026년", "부족한 것을 알기 위해")
    round_word(coordinating=field.coordinating, round_id=key, wordings=[korean])
    found.refresh_from_db()
    assert found.said_in("ko") == korean
    assert found.said_in("ja").language == "en"
    other = Coordinating(field.coordinator.id, uuid.uuid4())
    with pytest.raises(NotFoundError):
        round_word(coordinating=other, round_id=key, wordings=[])


def test_a_wording_has_a_title_and_a_reason_or_nothing(field: Field) -> None:
    with pytest.raises(RoundError) as told_so:
        field.open(wordings=[Wording("ja", "2026年", " ")])
    assert set(told_so.value.fields) == {"reason-ja"}
