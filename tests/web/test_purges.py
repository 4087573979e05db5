"""The pages on which two people remove something for good, and what history shows afterwards."""

from __future__ import annotations

import json
import re
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, join, text
from typer.testing import CliRunner

from concord.accounts.models import Mandate, Notice, Person, Role, What
from concord.accounts.selectors import acting_for
from concord.cli.commands import app
from concord.core.disclosure import Level
from concord.exchange.saving import record_take_out
from concord.record.models import Purge, Record, Revision
from concord.record.publishing import gate_set

SECRET = "the marker of the vault"


@pytest.fixture
def ann(make: Maker) -> Client:
    return join(make.owner, Role.PUBLISHER, "ann")


@pytest.fixture
def bob(make: Maker) -> Client:
    return join(make.owner, Role.MANAGER, "bob")


@pytest.fixture
def course(make: Maker) -> UUID:
    return make.put("course", titles=text("Guards"), note=text(SECRET), providers=[str(make.owner)])


def ask(client: Client, key: UUID, field: str = "note", **more: str) -> str:
    answer = client.post(f"/records/{key}/purge/", {"field": field, "rule": "personal", **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url)


def approve(client: Client, address: str) -> None:
    assert client.post(address, {"do": "approve"}).status_code == 302


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def test_one_asks_and_another_approves(ann: Client, bob: Client, course: UUID) -> None:
    assert f"/records/{course}/purge/" in page(ann, f"/records/{course}/")
    address = ask(ann, course)
    mine = page(ann, address)
    assert "It waits for a second person" in mine
    assert 'value="approve"' not in mine
    assert ann.post(address, {"do": "approve"}).status_code == 409
    assert Notice.objects.filter(what=What.PURGE_ASKED, address=address).count() == 1
    theirs = page(bob, address)
    assert "Revisions of the record: <strong>1</strong>" in theirs
    assert "Backups made since" in theirs
    assert SECRET not in theirs
    approve(bob, address)
    assert Notice.objects.filter(what=What.PURGE_SETTLED, address=address).count() == 1
    assert "What was removed" in page(ann, address)
    assert "about a living person" in page(ann, "/desk/purges/")
    assert bob.post(address, {"do": "approve"}).status_code == 409
    assert SECRET not in str(Revision.objects.values()) + str(Record.objects.values())


def test_the_history_says_that_it_was_removed_and_not_what(
    ann: Client, bob: Client, make: Maker, course: UUID
) -> None:
    moment = Revision.objects.get(record=course).at
    approve(bob, ask(ann, course))
    shown = page(Client(), f"/records/{course}/")
    assert "Removed under a rule" in shown
    assert "“about a living person”" in shown
    then = page(Client(), f"/records/{course}/?known_at={moment.isoformat().replace('+', '%2B')}")
    assert "Removed under a rule" in then
    first = page(ann, f"/records/{course}/revisions/1/")
    assert "Removed under a rule" in first
    assert SECRET not in first
    last = page(ann, f"/records/{course}/revisions/2/")
    assert "removed under a rule: about a living person" in last
    history = Client().get(f"/api/records/{course}/revisions").json()
    assert "removed under a rule" in json.dumps(history)
    (told,) = Client().get(f"/api/records/{course}/removals").json()["removals"]
    assert (told["field"], told["rule"], told["revision"]) == ("note", "personal", 2)
    on = Purge.objects.get().settled_at
    assert on is not None
    removed = [{"field": "note", "rule": "personal", "on": on.date().isoformat()}]
    assert Client().get(f"/records/{course}.json").json()["removed"] == removed
    listed = json.loads(b"".join(Client().get("/lists/training.json")))["records"]
    assert [row["removed"] for row in listed] == [removed]
    make.write(
        make.parse("course", titles=text("Guards"), note=text("New"), providers=[str(make.owner)]),
        record_id=course,
    )
    assert "Removed under a rule" not in page(Client(), f"/records/{course}/")
    assert "Removed under a rule" in page(Client(), f"/records/{course}/revisions/1/")
    assert ann.post(f"/records/{course}/revisions/1/").status_code == 302
    assert "note" not in Record.objects.get(id=course).content


def test_what_is_emptied_answers_that_it_was_removed(
    ann: Client, bob: Client, make: Maker, course: UUID
) -> None:
    address = ask(ann, course, "titles")
    assert "nothing of the record will be left" in page(bob, address)
    approve(bob, address)
    gone = page(Client(), f"/records/{course}/", 410)
    assert "Compiler" in gone
    assert "about a living person" in gone
    problem = Client().get(f"/api/records/{course}")
    assert (problem.status_code, problem.json()["type"]) == (410, "urn:concord:purged")
    for address in ("/lists/training.csv", "/lists/training.json", "/lists/training.ics",
                    "/lists/training.atom", "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
                    "/training/", "/api/export/course", "/coverage/", "/"):  # fmt: skip
        answer = Client().get(address)
        assert answer.status_code in {200, 404}, address
        body = b"".join(answer) if answer.streaming else answer.content
        assert b"Guards" not in body
    assert str(course) not in page(ann, "/desk/records/removed/")
    oai = page(Client(), "/oai/?verb=ListIdentifiers&metadataPrefix=oai_dc")
    assert re.search(rf'status="deleted">\s*<[^>]*identifier>[^<]*{course}', oai)


def test_a_record_that_was_removed_before_can_be_emptied(
    ann: Client, bob: Client, make: Maker, course: UUID
) -> None:
    person = Person.objects.get(name="ann")
    acting = acting_for(person=person, institution=make.owner)
    record_take_out(acting=acting, record_id=course, reason="gone")
    assert f"/records/{course}/purge/" in page(ann, "/desk/records/removed/")
    approve(bob, ask(ann, course, "all"))
    assert SECRET not in str(Revision.objects.values())
    assert page(Client(), f"/records/{course}/", 410)


@pytest.mark.parametrize("role", [Role.READER, Role.EDITOR])
def test_only_publishers_and_managers_ask(make: Maker, course: UUID, role: Role) -> None:
    client = join(make.owner, role, "eve")
    assert "/purge/" not in page(client, f"/records/{course}/")
    assert client.get(f"/records/{course}/purge/").status_code == 403
    assert client.get("/desk/purges/").status_code == 403


def test_strangers_learn_nothing(ann: Client, make: Maker, course: UUID) -> None:
    address = ask(ann, course)
    other = join(make.write(make.institution("Other")), Role.MANAGER, "mallory")
    point = join(None, Role.CONTACT_POINT, "point", state="JP")
    for client in (other, point):
        assert client.get(address).status_code == 404
        assert client.post(address, {"do": "approve"}).status_code == 404
    assert other.get(f"/records/{course}/purge/").status_code in {403, 404}
    assert Client().get(address).status_code == 302
    assert Purge.objects.get().state == "asked"


def test_a_contact_point_approves_where_there_is_one_publisher(
    ann: Client, make: Maker, course: UUID
) -> None:
    gate_set(institution=make.owner, state="JP", beyond="institution")
    address = ask(ann, course)
    point = join(None, Role.CONTACT_POINT, "point", state="JP")
    other = join(None, Role.CONTACT_POINT, "other", state="KR")
    assert other.get(address).status_code == 404
    assert address in page(point, "/desk/clearing/JP/")
    approve(point, address)
    assert "contact point of Japan" in page(ann, address)


def test_nothing_is_approved_for_one_who_may_not_ask_any_more(
    ann: Client, bob: Client, course: UUID
) -> None:
    address = ask(ann, course)
    Mandate.objects.filter(person__name="ann").update(role=Role.READER)
    assert bob.post(address, {"do": "approve"}).status_code == 409
    assert Purge.objects.get().state == "asked"
    assert bob.post(address, {"do": "drop"}).status_code == 302
    assert "not carried out" in page(bob, address)


@pytest.mark.parametrize(
    ("sent", "field"),
    [({}, "field"), ({"field": "note"}, "rule"), ({"field": "x", "rule": "personal"}, "field")],
)
def test_what_is_wrong_is_said_beside_the_field(
    ann: Client, course: UUID, sent: dict[str, str], field: str
) -> None:
    answer = ann.post(f"/records/{course}/purge/", sent)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.content.decode()


def test_a_withheld_field_that_was_removed_shows_to_no_stranger(
    ann: Client, bob: Client, make: Maker
) -> None:
    content = make.parse(
        "course", titles=text("Guards"), note=text(SECRET), providers=[str(make.owner)]
    )
    key = make.write(content, fields={"note": Level.INSTITUTION})
    approve(bob, ask(ann, key))
    assert "Removed under a rule" not in page(Client(), f"/records/{key}/")
    assert Client().get(f"/records/{key}.json").json()["removed"] == []
    assert "Removed under a rule" in page(ann, f"/records/{key}/")


def test_the_command_says_what_it_touches_and_removes_nothing(
    ann: Client, bob: Client, course: UUID
) -> None:
    run = CliRunner()
    said = run.invoke(app, ["purge", str(course), "note", "--rule", "personal"])
    assert said.exit_code == 0
    assert f"/records/{course}/purge/?field=note&rule=personal" in said.output
    assert "Nothing is removed yet" in said.output
    assert SECRET not in said.output
    assert not Purge.objects.exists()
    assert 'value="note" selected' in page(
        ann, f"/records/{course}/purge/?field=note&rule=personal"
    )
    approve(bob, ask(ann, course))
    audit = run.invoke(app, ["purge"]).output
    assert "done course" in audit
    assert "Revisions of the record 1" in audit
    for wrong in (["--rule", "whim"], ["nonsense"]):
        assert run.invoke(app, ["purge", str(course), *wrong]).exit_code != 0
