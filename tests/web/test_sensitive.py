"""The content check as people meet it: on the form, in a preview, when they let others see."""

from __future__ import annotations

import html
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from calling import Program
from django.test import Client
from making import Maker, text
from people import centre_of, join
from sending import fields

from concord.accounts.models import Person, Role
from concord.core.disclosure import Actor, Level, member_of
from concord.record.guard import service
from concord.record.models import Record, Revision, SensitiveDecision, Waiting
from concord.record.selectors import records_owned
from concord.record.services import Draft, content_parse, revision_write

GUARDS = "Twelve armed guards protect the Northmoor Research Reactor; they change at 06:00."
PERSON = "Questions go to jane.doe@mail.example until the course begins."
NEW = "/desk/records/new/courses/"


@pytest.fixture
def centre(make: Maker, settings: Any, tmp_path: Path) -> UUID:
    settings.VAR = tmp_path
    return centre_of(make, make.institution("Centre", state="JP"))


def course(owner: UUID, note: str, title: str = "Guarding") -> UUID:
    data = {"titles": text(title), "providers": [str(owner)], "note": text(note)}
    draft = Draft(content_parse(kind="course", data=data), level=Level.INSTITUTION)
    return revision_write(actor=Actor(owner), draft=draft, via="test")


def form(client: Client, note: str, title: str = "Guarding") -> dict[str, list[str]]:
    sent = fields(client.get(NEW).content.decode())
    return sent | {"title-en": [title], "note-en": [note], "do": ["save"]}


def marks(page: str) -> list[str]:
    return re.findall(r'name="confirmed_warning" value="([0-9a-f]+)"', page)


def test_a_form_keeps_what_was_typed_and_says_what_stops_it(centre: UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    before = Revision.objects.count()
    answer = client.post(NEW, form(client, GUARDS))
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "It says when guards of a facility are there" in page
    assert "Leave out how many guard a facility" in page
    assert "Security of Nuclear Information" in page
    assert 'href="/about/content-check/#guards.times"' in page
    assert fields(page)["note-en"] == [GUARDS]
    assert Revision.objects.count() == before
    assert "Save all the same" not in page


def test_a_form_asks_once_about_a_warning_and_remembers_who_decided(centre: UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    sent = form(client, PERSON)
    page = client.post(NEW, sent).content.decode()
    assert "it is remembered who decided so" in page
    assert SensitiveDecision.objects.count() == 0
    answer = client.post(NEW, fields(page) | {"do": ["save"]})
    assert answer.status_code == 302
    (row,) = SensitiveDecision.objects.all()
    person = Person.objects.get(email="ann@example.org")
    assert (row.person, row.field, row.rule) == (person.id, "note", "personal.mailbox")


def preview(client: Client, key: UUID) -> tuple[dict[str, Any], str]:
    sent: dict[str, Any] = {"id": [str(key)], f"choice-{key}": "level=public"}
    page = client.post("/desk/publish/", sent).content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen, page
    return sent | {"do": "publish", "known": "1", "seen": seen[1]}, page


def test_publishing_shows_a_warning_and_takes_a_tick(centre: UUID) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    key = course(centre, PERSON)
    sent, page = preview(client, key)
    assert "A mailbox looks like a person" in page
    given = marks(page)
    assert given
    untold = client.post("/desk/publish/", sent)
    assert untold.status_code == 409
    assert Record.objects.get(id=key).audience != "public"
    ticked = sent | {"confirmed_warning": given, "warnings_confirmed": "yes"}
    assert client.post("/desk/publish/", ticked).status_code == 302
    assert Record.objects.get(id=key).audience == "public"
    assert SensitiveDecision.objects.get().record == key


def test_any_page_lets_a_warning_be_confirmed_and_goes_on(centre: UUID) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    key = course(centre, PERSON)
    sent, _page = preview(client, key)
    asked = client.post("/desk/publish/", sent).content.decode()
    assert "Confirm and go on" in asked
    again = {
        name: [html.unescape(v) for n, v in re.findall(r'name="([^"]+)" value="([^"]*)"', asked) if n == name]
        for name in [*sent, "confirmed_warning"]
    }  # fmt: skip
    done = client.post("/desk/publish/", again | {"warnings_confirmed": "yes"})
    assert done.status_code == 302
    assert Record.objects.get(id=key).audience == "public"


def test_a_tick_without_the_marks_of_the_texts_confirms_nothing(centre: UUID) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    sent, _page = preview(client, course(centre, PERSON))
    for given in ([], ["0" * 64], ["every"]):
        ticked = sent | {"confirmed_warning": given, "warnings_confirmed": "yes"}
        assert client.post("/desk/publish/", ticked).status_code == 409
    assert SensitiveDecision.objects.count() == 0


def test_a_publisher_decides_on_what_an_editor_made(centre: UUID) -> None:
    publisher, editor = join(centre, Role.PUBLISHER, "ann"), join(centre, Role.EDITOR, "bob")
    key = course(centre, "Plain.")
    revision_write(
        actor=Actor(centre, may_publish=True),
        draft=Draft(content_parse(kind="course", data=Record.objects.get(id=key).content), key, Level.PUBLIC),
        via="test",
    )  # fmt: skip
    address = f"/records/{key}/edit/"
    sent = fields(editor.get(address).content.decode()) | {"note-en": [PERSON], "do": ["save"]}
    page = editor.post(address, sent).content.decode()
    assert editor.post(address, fields(page) | {"do": ["save"]}).status_code == 302
    (row,) = Waiting.objects.all()
    with service():
        SensitiveDecision.objects.all().delete()  # as if the rule were new
    asked = publisher.post("/desk/waiting/", {"id": str(row.id), "do": "publish"})
    assert asked.status_code == 409
    again = {"id": str(row.id), "do": "publish", "warnings_confirmed": "yes"}
    again["confirmed_warning"] = marks(asked.content.decode())
    assert publisher.post("/desk/waiting/", again).status_code == 302
    person = Person.objects.get(email="ann@example.org")
    assert SensitiveDecision.objects.get().person == person.id


def test_an_upload_refuses_the_row_that_is_stopped_and_writes_the_others(centre: UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    pasted = (
        f"Course name\tTopics\tRemarks\nOne\tD1\t{GUARDS}\nTwo\tD1\t{PERSON}\nThree\tD1\tPlain.\n"
    )
    address = client.post("/desk/uploads/new/", {"text": pasted}).url
    client.post(
        f"{address}columns/",
        {"do": "map", "sheet-0": "courses", "column-0-0": "title[en]", "column-0-1": "topics",
         "column-0-2": "note[en]"},
    )  # fmt: skip
    page = client.get(f"{address}?status=refused").content.decode()
    assert "It says when guards of a facility are there" in page
    assert "It warns of 1 record" in page
    assert "expected: It says" not in page
    marked = openpyxl.load_workbook(BytesIO(client.get(f"{address}marked.xlsx").content))
    told = [c.comment.text for page in marked for row in page for c in row if c.comment]
    assert [words.startswith("It says") for words in told] == [True]
    new = client.get(f"{address}?status=new").content.decode()
    assert "A mailbox looks like a person" in html.unescape(new)
    records = re.findall(r'name="record" value="([^"]+)"', new)
    client.post(
        f"{address}decide/",
        {"do": "confirm", "offered": records, "record": records, "warnings_confirmed": "yes"},
    )
    owned = records_owned(viewer=member_of(centre), owner=centre, kind="course")
    assert {r.content["titles"]["text"]["en"] for r in owned} == {"Two", "Three"}
    assert SensitiveDecision.objects.get().rule == "personal.mailbox"


def test_the_rules_are_public_in_plain_words(client: Client, db: None) -> None:
    page = client.get("/about/content-check/").content.decode()
    assert 'id="guards.times"' in page
    assert 'href="/about/content-check/"' in client.get("/about/").content.decode()
    japanese = client.get("/ja/about/content-check/")
    assert "施設を守る人数" in japanese.content.decode()


class TestPrograms:
    """The interface for programs meets the same gate."""

    def body(self, centre: UUID, note: str, **more: Any) -> dict[str, Any]:
        content = {"titles": text("T"), "providers": [str(centre)], "note": text(note)}
        return {"kind": "course", "content": content, **more}

    def test_what_is_stopped_is_pointed_at(self, centre: UUID) -> None:
        program = Program(centre)
        answer = program.post("/api/records", self.body(centre, GUARDS))
        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:concord:sensitive-content"
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "/content/note"
        assert "guards.times" in error["detail"]
        assert "Northmoor" not in answer.content.decode()

    def test_a_warning_is_told_by_a_dry_run_and_confirmed_by_a_header(self, centre: UUID) -> None:
        program = Program(centre)
        body = self.body(centre, PERSON, level="public")
        tried = program.post("/api/records?dry_run=true", body)
        assert tried.status_code == 200
        assert "looks like a person" in tried.json()["warnings"][0]
        assert SensitiveDecision.objects.count() == 0
        refused = program.post("/api/records", body)
        assert refused.status_code == 409
        assert refused.json()["type"] == "urn:concord:sensitive-unconfirmed"
        done = program.post("/api/records", body, Confirm_Warnings="true")
        assert done.status_code == 201
        assert SensitiveDecision.objects.get().person == program.person.id

    def test_publishing_meets_it_too(self, centre: UUID) -> None:
        program = Program(centre)
        made = program.post("/api/records", self.body(centre, PERSON))
        assert made.status_code == 201
        address = f"{made['Location']}/publish"
        assert program.post(address, {"reason": "R"}).status_code == 409
        assert program.post(address, {"reason": "R"}, Confirm_Warnings="true").status_code == 200


def decided_page(client: Client, address: str = "/desk/warnings/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return html.unescape(answer.content.decode())


def test_what_was_decided_on_warnings_has_a_page_without_the_text(centre: UUID) -> None:
    ann, bob = join(centre, Role.EDITOR, "ann"), join(centre, Role.EDITOR, "bob")
    assert "Nothing yet." in decided_page(bob)
    page = ann.post(NEW, form(ann, PERSON)).content.decode()
    ann.post(NEW, fields(page) | {"do": ["save"]})
    record = Record.objects.get(kind="course")
    page = decided_page(bob)
    assert f'href="/records/{record.id}/"' in page
    assert "personal.mailbox" in page
    assert "jane.doe" not in page
    person = Person.objects.get(email="ann@example.org")
    assert f"<code>{str(person.id)[:8]}</code>" in page
    assert "ann@example.org" not in page
    assert "<td>you</td>" in decided_page(ann)


def test_others_do_not_read_what_was_decided(centre: UUID, make: Maker) -> None:
    other = centre_of(make, make.institution("Other", state="JP"))
    ann = join(centre, Role.EDITOR, "ann")
    page = ann.post(NEW, form(ann, PERSON)).content.decode()
    ann.post(NEW, fields(page) | {"do": ["save"]})
    assert "personal.mailbox" not in decided_page(join(other, Role.MANAGER, "oda"))
    assert join(centre, Role.READER, "ray").get("/desk/warnings/").status_code == 403
    assert Client().get("/desk/warnings/").status_code == 302
    network = make.put("network", names=[{"name": "Net", "language": "en"}])
    coordinator = join(None, Role.COORDINATOR, "cho", network=network)
    assert "Nothing yet." in decided_page(coordinator, f"/desk/network/{network}/warnings/")
    assert ann.get(f"/desk/network/{network}/warnings/").status_code == 403
