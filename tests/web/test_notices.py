"""Notices as somebody sees them."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from making import Maker, join, text
from people import share

from concord.accounts.models import Notice, Person, Role, What
from concord.accounts.notices import notice_send, unsubscribe_token
from concord.core.disclosure import Actor, Level
from concord.record.publishing import gate_set, revisions_write_or_hold
from concord.record.services import Draft


@pytest.fixture
def centre(make: Maker) -> uuid.UUID:
    return make.write(make.institution("Centre", state="JP"))


def test_the_header_counts_what_was_not_seen(centre: uuid.UUID) -> None:
    ann = join(centre, Role.EDITOR, "ann")
    assert 'class="count"' not in ann.get("/about/").content.decode()
    notice_send(what=What.PROPOSAL, address="/desk/", institution=centre)
    assert '<b class="count">1</b>' in ann.get("/about/").content.decode()
    notice = Notice.objects.get()
    answer = ann.get(f"/ja/me/notices/{notice.id}/")
    assert (answer.status_code, answer.url) == (302, "/ja/desk/")
    assert 'class="count"' not in ann.get("/about/").content.decode()
    bob = join(centre, Role.EDITOR, "bob")
    assert bob.get(f"/me/notices/{notice.id}/").status_code == 404


def test_a_notice_names_a_record_to_who_may_see_it_alone(make: Maker, centre: uuid.UUID) -> None:
    hidden = make.write(
        make.parse("course", providers=[str(centre)], titles=text("Secret course")),
        level=Level.INSTITUTION,
    )
    shown = make.put("course", providers=[str(centre)], titles=text("Open course"))
    ann = join(centre, Role.EDITOR, "ann")
    for record in (hidden, shown):
        address = f"/records/{record}/"
        notice_send(what=What.ANSWERED, address=address, institution=centre, subject=str(record))
    page = ann.get("/me/notices/").content.decode()
    assert "Open course" in page
    assert "Secret course" not in page


def test_choices_are_kept_and_can_all_be_turned_off(centre: uuid.UUID) -> None:
    ann = join(centre, Role.EDITOR, "ann")
    ann.post("/me/notices/", {"do": "choose", "in_portal": ["cleared"], "by_mail": ["nonsense"]})
    boxes = re.findall(
        r'name="(\w+)" value="(\w+)"[^>]*checked', ann.get("/me/notices/").content.decode()
    )
    assert boxes == [("in_portal", "cleared")]
    notice_send(what=What.PROPOSAL, address="/desk/", institution=centre)
    assert not Notice.objects.exists()


def test_all_can_be_marked_as_seen(centre: uuid.UUID) -> None:
    ann = join(centre, Role.EDITOR, "ann")
    for what in (What.PROPOSAL, What.ANSWERED):
        notice_send(what=what, address="/desk/", institution=centre)
    ann.post("/me/notices/", {"do": "see"})
    assert not Notice.objects.filter(seen_at=None).exists()


def test_notices_are_for_people_with_an_account(client: Client, db: None) -> None:
    for address in ("/me/notices/", f"/me/notices/{uuid.uuid4()}/"):
        assert client.get(address).url == f"/account/login/?next={address}"


def test_mails_end_by_one_click_without_signing_in(centre: uuid.UUID) -> None:
    join(centre, Role.EDITOR, "ann")
    person = Person.objects.get()
    address = f"/no-mail/{unsubscribe_token(person=person)}/"
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(address).status_code == 200
    assert not person.notice_choices.exists(), "a mail scanner that opens the link ends nothing"
    assert stranger.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert {row.by_mail for row in person.notice_choices.all()} == {False}
    assert stranger.get("/no-mail/forged/").status_code == 404


def what_of(name: str) -> set[str]:
    rows = Notice.objects.filter(person__name=name, seen_at=None)
    return set(rows.values_list("what", flat=True))


def test_a_compiler_is_told_what_was_taken_over(make: Maker, centre: uuid.UUID) -> None:
    join(make.owner, Role.EDITOR, "compiler")
    publisher = join(centre, Role.PUBLISHER, "pat")
    publisher.post("/desk/take-over/", {"id": str(centre)})
    assert (what_of("compiler"), what_of("pat")) == ({"taken_over"}, set())


def test_clearance_is_told_on_both_sides(make: Maker, centre: uuid.UUID) -> None:
    gate_set(institution=centre, state="JP", beyond="institution")
    course = make.parse("course", providers=[str(centre)], titles=text("Transport"))
    record = uuid.uuid4()
    revisions_write_or_hold(
        actor=Actor(centre, may_publish=True),
        drafts=[Draft(course, record, Level.INSTITUTION)],
        via="test",
    )
    publisher = join(centre, Role.PUBLISHER, "pat")
    join(centre, Role.EDITOR, "ed")
    contact = join(None, Role.CONTACT_POINT, "coo", state="JP")
    share(publisher, record)
    assert (what_of("coo"), what_of("ed"), what_of("pat")) == ({"clearance_waits"}, set(), set())
    page = contact.get("/desk/clearing/JP/").content.decode()
    (row,) = re.findall(r'name="id" value="([^"]+)"', page)
    contact.post("/desk/clearing/JP/", {"do": "return", "id": row, "reason": "too early"})
    assert (what_of("ed"), what_of("pat")) == ({"returned"}, {"returned"})
    assert "too early" not in str(Notice.objects.values())
    share(publisher, record)
    page = contact.get("/desk/clearing/JP/").content.decode()
    (row,) = re.findall(r'name="id" value="([^"]+)"', page)
    contact.post("/desk/clearing/JP/", {"do": "clear", "id": row})
    assert what_of("pat") == {"returned", "cleared"}
