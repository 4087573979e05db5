"""Who is told of what, how often, and what an e-mail says of it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from concord.accounts.models import Mandate, Notice, Person, Role, What
from concord.accounts.notices import (
    choices_save,
    mail_stop,
    notice_count,
    notice_list,
    notice_open,
    notice_send,
    notices_digest,
    unsubscribe_token,
)
from concord.accounts.services import person_erase
from concord.record.errors import NotFoundError

CENTRE, OTHER, NETWORK = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


def person(name: str, language: str = "en", **scope: Any) -> Person:
    made = Person.objects.create_user(f"{name}@example.org", name=name, language=language)
    if scope:
        Mandate.objects.create(person=made, **scope)
    return made


@pytest.fixture
def people(db: None) -> dict[str, Person]:
    return {
        "reader": person("reader", institution=CENTRE, role=Role.READER),
        "editor": person("editor", institution=CENTRE, role=Role.EDITOR),
        "manager": person("manager", institution=CENTRE, role=Role.MANAGER),
        "stranger": person("stranger", institution=OTHER, role=Role.MANAGER),
        "contact": person("contact", state="JP", role=Role.CONTACT_POINT),
        "coordinator": person("coordinator", network=NETWORK, role=Role.COORDINATOR),
        "nobody": person("nobody"),
    }


def told(what: What = What.PROPOSAL) -> set[str]:
    rows = Notice.objects.filter(what=what).select_related("person")
    return {row.person.name for row in rows}


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ({"institution": CENTRE}, {"editor", "manager"}),
        ({"institution": CENTRE, "least": Role.READER}, {"reader", "editor", "manager"}),
        ({"institution": CENTRE, "least": Role.MANAGER}, {"manager"}),
        ({"state": "JP"}, {"contact"}),
        ({"state": "KR"}, set()),
        ({"network": NETWORK}, {"coordinator"}),
        ({"institution": CENTRE, "state": "JP"}, {"editor", "manager", "contact"}),
        ({}, set()),
    ],
)
def test_those_are_told_who_act_there(
    people: dict[str, Person], to: dict[str, Any], expected: set[str]
) -> None:
    assert notice_send(what=What.PROPOSAL, address="/desk/", **to) == len(expected)
    assert told() == expected


def test_one_person_is_told_once_and_never_who_caused_it(people: dict[str, Person]) -> None:
    editor, manager = people["editor"], people["manager"]
    notice_send(
        what=What.PROPOSAL,
        address="/desk/",
        institution=CENTRE,
        person=editor.id,
        but=manager.id,
    )
    assert [(n.person_id, n.count) for n in Notice.objects.all()] == [(editor.id, 1)]


def test_the_same_again_counts_up_until_it_is_seen(people: dict[str, Person]) -> None:
    editor = people["editor"]
    for _again in range(3):
        notice_send(what=What.PROPOSAL, address="/desk/", person=editor.id)
    notice_send(what=What.PROPOSAL, address="/records/", person=editor.id)
    notice_send(what=What.ANSWERED, address="/desk/", person=editor.id)
    assert sorted(n.count for n in notice_list(person=editor)) == [1, 1, 3]
    (folded,) = [n for n in notice_list(person=editor) if n.count == 3]
    notice_open(person=editor, notice=folded.id)
    notice_send(what=What.PROPOSAL, address="/desk/", person=editor.id)
    assert sorted(n.count for n in notice_list(person=editor)) == [1, 1, 1, 3]
    assert notice_count(person=editor) == 3


def test_what_is_turned_off_is_not_told(people: dict[str, Person]) -> None:
    editor = people["editor"]
    choices_save(person=editor, in_portal={What.ANSWERED}, by_mail={What.PROPOSAL})
    for what in (What.PROPOSAL, What.ANSWERED, What.RETURNED):
        notice_send(what=what, address="/desk/", person=editor.id)
    assert {n.what for n in Notice.objects.all()} == {What.PROPOSAL, What.ANSWERED}
    assert [n.what for n in notice_list(person=editor)] == [What.ANSWERED]
    assert notice_count(person=editor) == 1
    notices_digest()
    (sent,) = mail.outbox
    assert str(What.PROPOSAL.label) in str(sent.body)
    assert str(What.ANSWERED.label) not in str(sent.body)


@pytest.mark.parametrize(
    "address", ["https://example.org/", "//example.org/", "/\\example.org", ""]
)
def test_an_address_elsewhere_is_refused(people: dict[str, Person], address: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        notice_send(what=What.PROPOSAL, address=address, institution=CENTRE)


def test_another_persons_notice_is_not_there(people: dict[str, Person]) -> None:
    notice_send(what=What.PROPOSAL, address="/desk/", person=people["editor"].id)
    with pytest.raises(NotFoundError):
        notice_open(person=people["stranger"], notice=Notice.objects.get().id)


def test_a_digest_speaks_the_persons_language_and_gives_counts_alone(
    people: dict[str, Person], settings: Any
) -> None:
    settings.CONCORD_ADDRESS = "https://concord.example.org/"
    minh = person("minh", language="vi")
    record = uuid.uuid4()
    for _again in range(2):
        notice_send(what=What.PROPOSAL, address="/desk/", person=minh.id, subject=str(record))
    assert notices_digest() == 1
    (sent,) = mail.outbox
    assert sent.to == ["minh@example.org"]
    assert "2" in sent.subject
    assert "https://concord.example.org/vi/desk/" in sent.body
    assert "https://concord.example.org/vi/me/notices/" in sent.body
    assert str(record) not in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert notices_digest() == 0, "what was sent is not sent again"
    notice_send(what=What.PROPOSAL, address="/desk/", person=minh.id)
    assert notices_digest() == 1, "but what happened since is"


def test_a_digest_reaches_each_language(people: dict[str, Person]) -> None:
    languages = ["en", "zh-Hans", "ja", "ko", "id", "ms", "vi"]
    for language in languages:
        reader = person(f"p-{language.lower()}", language=language)
        notice_send(what=What.PROPOSAL, address="/desk/", person=reader.id)
    assert notices_digest() == len(languages)
    links = {
        line.strip() for m in mail.outbox for line in str(m.body).splitlines() if "/desk/" in line
    }
    wanted = {"" if code == "en" else f"/{code.lower()}" for code in languages}
    assert {
        link.removesuffix("/desk/").removeprefix("http://127.0.0.1:8000") for link in links
    } == wanted


def test_who_has_seen_it_gets_no_mail(people: dict[str, Person]) -> None:
    editor = people["editor"]
    notice_send(what=What.PROPOSAL, address="/desk/", person=editor.id)
    notice_open(person=editor, notice=Notice.objects.get().id)
    assert notices_digest() == 0


class Broken:
    """A mail server that does not answer one address."""

    def __init__(self, **_settings: object) -> None:
        self.sent: list[str] = []

    def send_messages(self, messages: list[Any]) -> int:
        if messages[0].to == ["editor@example.org"]:
            raise ConnectionRefusedError
        mail.outbox.append(messages[0])
        return 1


def test_one_who_cannot_be_reached_keeps_no_other_from_their_mail(
    people: dict[str, Person], settings: Any
) -> None:
    notice_send(what=What.PROPOSAL, address="/desk/", institution=CENTRE)
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    assert notices_digest() == 1
    assert [m.to for m in mail.outbox] == [["manager@example.org"]]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert notices_digest() == 1
    assert mail.outbox[-1].to == ["editor@example.org"]


def test_the_link_in_the_mail_ends_mails_without_signing_in(people: dict[str, Person]) -> None:
    editor = people["editor"]
    token = unsubscribe_token(person=editor)
    mail_stop(token=token, is_sure=False)
    notice_send(what=What.PROPOSAL, address="/desk/", person=editor.id)
    mail_stop(token=token, is_sure=True)
    assert notices_digest() == 0
    assert notice_count(person=editor) == 1, "the portal still tells"
    for forged in (token[:-1], "nonsense", str(editor.id)):
        with pytest.raises(NotFoundError):
            mail_stop(token=forged, is_sure=True)


def test_an_erased_person_is_told_nothing_more(people: dict[str, Person]) -> None:
    editor = people["editor"]
    notice_send(what=What.PROPOSAL, address="/desk/", person=editor.id)
    person_erase(person=editor)
    assert not Notice.objects.exists()
    assert notice_send(what=What.PROPOSAL, address="/desk/", person=editor.id) == 0


def test_what_was_seen_long_ago_is_forgotten(people: dict[str, Person]) -> None:
    editor = people["editor"]
    notice_send(what=What.PROPOSAL, address="/desk/", person=editor.id)
    notice_open(person=editor, notice=Notice.objects.get().id)
    notices_digest(now=timezone.now() + dt.timedelta(days=89))
    assert Notice.objects.count() == 1
    notices_digest(now=timezone.now() + dt.timedelta(days=91))
    assert Notice.objects.count() == 0


def test_telling_many_takes_as_many_queries_as_telling_two(people: dict[str, Person]) -> None:
    counts = []
    for address in ("/desk/", "/institutions/"):
        with CaptureQueriesContext(connection) as queries:
            notice_send(what=What.PROPOSAL, address=address, institution=CENTRE)
        counts.append(len(queries))
        for n in range(20):
            person(f"{address}{n}", institution=CENTRE, role=Role.EDITOR)
    assert counts[0] == counts[1]
