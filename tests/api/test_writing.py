"""Writing by a program: the same services, the same rules, nothing done twice or half."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

import pytest
from calling import Program
from django.test import Client
from django.utils import timezone
from making import Maker, text

from concord.accounts.models import Role
from concord.api import callers
from concord.api.models import KeptAnswer
from concord.core.disclosure import ANYONE, Level, member_of, network_audience
from concord.exchange import doubles
from concord.record.audiences import viewer_as
from concord.record.members import member_admit
from concord.record.models import Record, Revision, SensitiveDecision
from concord.record.publishing import gate_set
from concord.record.selectors import content_replaced, record_get


@pytest.fixture
def centre(make: Maker) -> UUID:
    return make.write(make.institution("Centre", state="JP"))


@pytest.fixture
def program(centre: UUID) -> Program:
    return Program(centre)


def course(centre: UUID, title: str = "Guards", **more: object) -> dict[str, Any]:
    return {"titles": text(title), "providers": [str(centre)], **more}


def added(program: Program, centre: UUID, **more: Any) -> tuple[str, str]:
    """The address of a new course of the centre, and its tag."""
    body = {"kind": "course", "content": course(centre), **more}
    answer = program.post("/api/records", body)
    assert answer.status_code == 201, answer.content
    return answer["Location"], answer["ETag"]


def test_a_new_record_is_seen_by_its_institution_alone(program: Program, centre: UUID) -> None:
    address, tag = added(program, centre, reason="Programme")
    answer = program.get(address)
    assert answer.json()["level"] == "institution"
    assert answer.json()["owner"] == str(centre)
    assert answer["ETag"] == tag
    assert Client().get(address).status_code == 404
    revision = Revision.objects.get(record_id=answer.json()["id"])
    assert (revision.via, revision.reason, revision.actor_person) == (
        "API", "Programme", program.person.id,
    )  # fmt: skip


def test_nobody_writes_without_a_token_of_a_fitting_role(make: Maker, centre: UUID) -> None:
    body = {"kind": "course", "content": course(centre)}
    reader = Program(centre, Role.READER)
    refused = Client().post("/api/records", body, content_type="application/json")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert reader.post("/api/records", body).status_code == 403
    assert not Record.objects.filter(kind="course").exists()


def test_a_session_in_a_browser_counts_for_nothing(program: Program, centre: UUID) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(program.person)
    body = {"kind": "course", "content": course(centre)}
    answer = browser.post("/api/records", body, content_type="application/json")
    assert answer.status_code == 401
    assert not Record.objects.filter(kind="course").exists()


def test_an_editor_adds_and_a_publisher_lets_out(centre: UUID) -> None:
    editor, publisher = Program(centre, Role.EDITOR), Program(centre)
    body = {"kind": "course", "content": course(centre), "level": "public"}
    held = editor.post("/api/records", body)
    assert (held.status_code, held.json()["waits_for"]) == (202, "publisher")
    assert not Record.objects.filter(kind="course").exists()
    waiting = editor.get("/api/waiting").json()["waiting"]
    assert [row["record"] for row in waiting] == [held.json()["record"]]
    address, _tag = added(editor, centre)
    assert editor.post(f"{address}/publish", {}).status_code == 403
    assert Client().get(address).status_code == 404
    assert publisher.post(f"{address}/publish", {}).json()["level"] == "public"
    assert Client().get(address).status_code == 200


def test_what_a_state_clears_waits_for_it(program: Program, centre: UUID) -> None:
    gate_set(institution=centre, state="JP", beyond="institution")
    address, _tag = added(program, centre)
    held = program.post(f"{address}/publish", {"reason": "ready"})
    assert (held.status_code, held.json()["waits_for"]) == (202, "contact_point")
    assert Client().get(address).status_code == 404


def test_faults_are_said_with_pointers(program: Program, centre: UUID) -> None:
    content = {"titles": {"original": "en", "text": {"xx-nothing": "x"}}, "nothing": 1}
    answer = program.post("/api/records", {"kind": "course", "content": content})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert {"/content/providers", "/content/nothing"} <= pointers
    stranger = course(uuid.uuid4())
    answer = program.post("/api/records", {"kind": "course", "content": stranger})
    assert [f["pointer"] for f in answer.json()["errors"]] == ["/content/providers/0"]
    answer = program.post("/api/records", {"kind": "nothing", "content": {}})
    assert [f["pointer"] for f in answer.json()["errors"]] == ["/kind"]
    answer = program.post("/api/records", {"kind": "course", "contents": {}})
    assert {f["pointer"] for f in answer.json()["errors"]} == {"/content", "/contents"}
    assert not Record.objects.filter(kind="course").exists()


def test_what_waits_keeps_the_rules_too(centre: UUID) -> None:
    body = {"kind": "course", "content": course(uuid.uuid4()), "level": "public"}
    assert Program(centre, Role.EDITOR).post("/api/records", body).status_code == 422


def test_a_change_needs_the_tag_that_it_was_made_from(program: Program, centre: UUID) -> None:
    address, tag = added(program, centre)
    body = {"content": course(centre, "Other")}
    assert program.send("PUT", address, body).status_code == 428
    assert program.send("PUT", address, body, If_Match='"other"').status_code == 412
    done = program.send("PUT", address, body, If_Match=tag)
    assert done.status_code == 200
    assert done["ETag"] != tag
    again = program.send("PUT", address, body, If_Match=tag)
    assert again.status_code == 412
    assert again.json()["type"] == "urn:concord:condition-failed"
    packed = program.send("PUT", address, body, If_Match=f"W/{done['ETag']}")
    assert packed.status_code == 200
    assert Revision.objects.filter(record_id=address.rpartition("/")[2]).count() == 2


def test_a_patch_changes_what_it_names(program: Program, centre: UUID) -> None:
    content = course(centre, length_hours=30, note=text("old"))
    address, tag = added(program, centre, content=content)
    patch = {"content": {"note": None, "titles": {"text": {"en": "New"}}}}
    done = program.send("PATCH", address, patch, If_Match=tag)
    assert done.json()["content"] == course(centre, "New", length_hours=30)
    wrong = program.send("PATCH", address, {"content": {"titles": None}}, If_Match=done["ETag"])
    assert [f["pointer"] for f in wrong.json()["errors"]] == ["/content/titles"]
    plain = program.send(
        "PATCH", address, patch, If_Match=done["ETag"], Content_Type="application/json"
    )
    assert plain.status_code == 415


def test_a_field_that_is_withheld_is_never_touched(make: Maker) -> None:
    key = make.write(
        make.institution("Centre", mailbox="office@centre.example"),
        fields={"mailbox": Level.INSTITUTION},
    )
    shown = record_get(viewer=ANYONE, record_id=key).content
    assert "mailbox" not in shown
    whole = content_replaced(viewer=ANYONE, record_id=key, content={**shown, "kinds": ["coe"]})
    assert whole["mailbox"] == "office@centre.example"
    with pytest.raises(Exception, match="rules of its kind"):
        content_replaced(
            viewer=ANYONE, record_id=key, content={**shown, "mailbox": "x@centre.example"}
        )


def test_a_record_of_another_institution_is_not_changed(
    program: Program, make: Maker, centre: UUID
) -> None:
    other = make.put("course", titles=text("Guards"), providers=[str(make.owner)])
    hidden = make.write(make.institution("Hidden"), level=Level.INSTITUTION)
    body = {"content": course(centre)}
    for method, more in (("PUT", body), ("PATCH", body), ("DELETE", None)):
        query = "?reason=x" if method == "DELETE" else ""
        for key, status in ((other, 403), (hidden, 404), (uuid.uuid4(), 404)):
            answer = program.send(method, f"/api/records/{key}{query}", more, If_Match="*")
            assert answer.status_code == status
            assert str(make.owner) not in answer.content.decode()


def test_an_id_that_is_taken_says_nothing_of_whose(program: Program, make: Maker) -> None:
    hidden = make.write(make.institution("Hidden"), level=Level.INSTITUTION)
    body = {"kind": "source", "content": {"titles": text("A")}, "id": str(hidden)}
    answer = program.post("/api/records", body)
    assert answer.status_code == 409
    assert [f["pointer"] for f in answer.json()["errors"]] == ["/id"]
    assert str(make.owner) not in answer.content.decode()


def test_removing_leaves_a_tombstone_with_a_reason(program: Program, centre: UUID) -> None:
    address, tag = added(program, centre)
    assert program.send("DELETE", address, If_Match=tag).status_code == 400
    assert program.send("DELETE", f"{address}?reason=old", If_Match='"x"').status_code == 412
    assert program.send("DELETE", f"{address}?reason=old", If_Match=tag).status_code == 204
    assert program.get(address).status_code == 404
    last = Revision.objects.filter(record_id=address.rpartition("/")[2]).latest("number")
    assert (last.operation, last.reason) == ("tombstone", "old")


def test_history_is_paged_and_any_revision_can_be_restored(program: Program, centre: UUID) -> None:
    address, tag = added(program, centre)
    for title in ("Second", "Third"):
        tag = program.send("PUT", address, {"content": course(centre, title)}, If_Match=tag)["ETag"]
    first = program.get(f"{address}/revisions?limit=2")
    assert [row["revision"] for row in first.json()["revisions"]] == [3, 2]
    link = first["Link"].partition(";")[0].strip("<>")
    assert [row["revision"] for row in program.get(link).json()["revisions"]] == [1]
    pair = program.get(f"{address}/revisions/2").json()
    assert pair["before"]["titles"]["text"]["en"] == "Guards"
    assert pair["after"]["titles"]["text"]["en"] == "Second"
    assert program.get(f"{address}/revisions/9").status_code == 404
    back = program.post(f"{address}/revisions/1/restore", {"reason": "better"})
    assert back.json()["content"]["titles"]["text"]["en"] == "Guards"
    assert back.json()["revision"] == 4


def test_a_batch_is_written_whole_or_not_at_all(program: Program, centre: UUID) -> None:
    one = str(uuid.uuid4())
    good = {"kind": "course", "content": course(centre), "id": one}
    whole = {"kind": "course", "content": course(centre, "Degree", parts=[one])}
    bad = {"kind": "course", "content": {"titles": text("x")}}
    answer = program.post("/api/batches", {"records": [good, bad, whole]})
    assert answer.status_code == 422
    assert [f["pointer"] for f in answer.json()["errors"]] == ["/records/1/content/providers"]
    lost = {"kind": "course", "content": course(centre, "Degree", parts=[str(uuid.uuid4())])}
    answer = program.post("/api/batches", {"records": [good, lost]})
    assert [f["pointer"] for f in answer.json()["errors"]] == ["/records/1/content/parts/0"]
    twice = program.post("/api/batches", {"records": [good, good]})
    assert [f["pointer"] for f in twice.json()["errors"]] == ["/records/1/id"]
    assert not Record.objects.filter(kind="course").exists()
    answer = program.post("/api/batches", {"records": [whole, good]})
    assert answer.status_code == 201
    assert answer.json()["written"][1] == one
    assert len(answer.json()["written"]) == Record.objects.filter(kind="course").count() == 2
    many = program.post("/api/batches", {"records": [whole] * 501})
    assert many.status_code == 422


def test_a_dry_run_says_what_to_look_at_and_writes_nothing(
    program: Program, make: Maker, centre: UUID
) -> None:
    before = Revision.objects.count()
    other = make.put("course", titles=text("Guarding a research reactor"), providers=[str(centre)])
    same = course(centre, "Guarding a research reactor")
    answer = program.post("/api/records?dry_run=true", {"kind": "course", "content": same})
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "written"
    assert [like["id"] for like in answer.json()["duplicates"]] == [str(other)]
    personal = {
        "titles": text("Coming"), "activity_kind": "course_run",
        "nomination": {"contact": "jane.doe@example.org"},
    }  # fmt: skip
    answer = program.post(
        "/api/batches?dry_run=true", {"records": [{"kind": "activity", "content": personal}]}
    )
    (checked,) = answer.json()["records"]
    assert "looks like a person" in checked["warnings"][0]
    wrong = {"kind": "course", "content": course(uuid.uuid4())}
    assert program.post("/api/records?dry_run=true", wrong).status_code == 422
    held = {"kind": "course", "content": same, "level": "public"}
    editor = Program(centre, Role.EDITOR)
    assert editor.post("/api/records?dry_run=true", held).json()["outcome"] == "publisher"
    assert editor.get("/api/waiting").json()["waiting"] == []
    assert Revision.objects.count() == before + 1
    assert program.get("/api/training").json()["total"] == 1


def test_the_same_key_does_nothing_twice(program: Program, centre: UUID) -> None:
    body = {"kind": "course", "content": course(centre)}
    first = program.post("/api/records", body, Idempotency_Key="one")
    again = program.post("/api/records", body, Idempotency_Key="one")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert again["Idempotency-Replayed"] == "true"
    assert Record.objects.filter(kind="course").count() == 1
    other = program.post(
        "/api/records", {"kind": "course", "content": course(centre, "X")}, Idempotency_Key="one"
    )
    assert (other.status_code, other.json()["type"]) == (422, "urn:concord:key-reused")
    neighbour = Program(centre, Role.EDITOR)
    assert neighbour.post("/api/records", body, Idempotency_Key="one").status_code == 201


def test_a_key_is_free_again_after_a_refusal(program: Program, centre: UUID) -> None:
    wrong = {"kind": "course", "content": {}}
    assert program.post("/api/records", wrong, Idempotency_Key="k").status_code == 422
    body = {"kind": "course", "content": course(centre)}
    assert program.post("/api/records", body, Idempotency_Key="k").status_code == 201


def test_a_request_under_way_is_not_begun_again(program: Program, centre: UUID) -> None:
    body = {"kind": "course", "content": course(centre)}
    program.post("/api/records", body, Idempotency_Key="k")
    KeptAnswer.objects.update(status=None)
    busy = program.post("/api/records", body, Idempotency_Key="k")
    assert (busy.status_code, busy.json()["type"]) == (409, "urn:concord:key-busy")


def test_writes_of_a_token_are_counted(
    program: Program, centre: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "WRITES", 5)
    wrong = {"kind": "course", "content": {}}
    answers = {program.post("/api/records", wrong).status_code for _ in range(5)}
    assert answers == {422}
    refused = program.post("/api/records", wrong)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert program.get("/api/training").status_code == 200


def test_a_tag_tells_nothing_of_what_is_withheld(make: Maker, client: Client) -> None:
    hidden = {"mailbox": Level.INSTITUTION}
    key = make.write(make.institution("Centre", mailbox="office@centre.example"), fields=hidden)
    before = client.get(f"/api/records/{key}"), client.get("/api/institutions")
    make.write(
        make.institution("Centre", mailbox="desk@centre.example"), record_id=key, fields=hidden
    )
    after = client.get(f"/api/records/{key}"), client.get("/api/institutions")
    assert [a["ETag"] for a in before] == [a["ETag"] for a in after]
    assert [a.content for a in before] == [a.content for a in after]
    member = member_of(make.owner)
    assert record_get(viewer=member, record_id=key).content["mailbox"] == "desk@centre.example"
    make.write(
        make.institution("Other", mailbox="desk@centre.example"), record_id=key, fields=hidden
    )
    assert client.get(f"/api/records/{key}")["ETag"] != before[0]["ETag"]


def test_a_reader_who_has_it_is_sent_nothing(make: Maker, client: Client) -> None:
    for address in (f"/api/records/{make.owner}", "/api/institutions"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


def test_pages_name_the_next(make: Maker, client: Client) -> None:
    for name in "abc":
        make.write(make.institution(name))
    seen: list[str] = []
    address = "/api/institutions?limit=2"
    while address:
        answer = client.get(address)
        assert len(answer.json()["records"]) <= 2
        seen += [record["id"] for record in answer.json()["records"]]
        address = answer.get("Link", "").partition(";")[0].strip("<>")
    assert len(seen) == len(set(seen)) == 4
    for limit in ("0", "201", "x", "-1"):
        assert client.get(f"/api/institutions?limit={limit}").status_code == 400


def test_a_large_register_is_not_read_whole_for_a_dry_run(
    program: Program, make: Maker, centre: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubles, "SMALL", 1)
    other = make.put("course", titles=text("Guarding a research reactor"), providers=[str(centre)])
    held = {"titles": text("Insider threats"), "activity_kind": "workshop"}
    event = make.put("activity", **held, when="2024-03-05", country="JP", town="Tokai")
    for n in range(3):
        make.put("course", titles=text(f"Other {n}"), providers=[str(make.owner)])
    found = [
        program.post("/api/records?dry_run=true", body).json()["duplicates"]
        for body in (
            {"kind": "course", "content": course(centre, "Guarding a research reactor")},
            {"kind": "activity", "content": held | {"when": "2024-03-06", "town": "Tokai"}},
        )
    ]
    assert [[like["id"] for like in likes] for likes in found] == [[str(other)], [str(event)]]


def test_publishing_refuses_day_and_venue_of_what_is_to_come_and_says_so(
    program: Program, centre: UUID
) -> None:
    year = timezone.now().year + 1
    content = {
        "titles": text("Drill"), "activity_kind": "course_run", "roles": ["R08"],
        "when": f"{year}-05", "town": "Mito",
    }  # fmt: skip
    made = program.post("/api/records", {"kind": "activity", "content": content})
    address = made["Location"]
    refused = program.post(f"{address}/publish", {})
    assert refused.status_code == 422
    assert "show this to a network at most" in refused.content.decode()
    assert program.get(address).json()["level"] == "institution"
    patch = {"content": {}, "field_levels": {"town": "institution"}}
    assert program.send("PATCH", address, patch, If_Match=made["ETag"]).status_code == 200
    assert program.post(f"{address}/publish", {}).status_code == 200
    assert "town" in record_get(viewer=ANYONE, record_id=UUID(address.split("/")[-1])).withheld


@pytest.fixture
def ring(make: Maker, centre: UUID) -> tuple[UUID, UUID]:
    """A network, and another of its members than the centre."""
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    other = make.write(make.institution("Member"))
    for institution in (centre, other):
        member_admit(audience=network_audience(network), institution=institution)
    return network, other


def test_a_program_shares_with_whom_it_names_and_is_told_before(
    program: Program, centre: UUID, ring: tuple[UUID, UUID]
) -> None:
    network, other = ring
    address, _tag = added(program, centre, content=course(centre, length_hours=8))
    key = UUID(address.split("/")[-1])
    body = {"level": "public", "field_levels": {"length_hours": f"network:{network}"}}
    told = program.post(f"{address}/publish?dry_run=true", body)
    assert told.status_code == 200, told.content
    found = told.json()
    assert (found["outcome"], found["widens"], found["narrows"]) == ("written", True, False)
    assert [(c["audiences"], c["who"], c["institution_count"], c["institutions"], c["shown"])
            for c in found["changes"]] == [
        (["public"], "everybody", None, [], ["titles", "providers"]),
        ([f"network:{network}"], "members of Ring", 1, [str(other)], ["length_hours"]),
    ]  # fmt: skip
    assert (found["seen_before"], found["warnings"]) == ([], [])
    assert Revision.objects.filter(record=key).count() == 1
    assert program.post(f"{address}/publish", body).json()["level"] == "public"
    assert record_get(viewer=ANYONE, record_id=key).withheld == ("length_hours",)
    assert record_get(viewer=viewer_as(other), record_id=key).content["length_hours"] == 8
    again = program.post(f"{address}/publish?dry_run=true", {}).json()
    assert (again["outcome"], again["changes"]) == ("unchanged", [])
    assert [one["audience"] for one in again["seen_before"]] == ["public", f"network:{network}"]
    narrow = program.post(f"{address}/publish?dry_run=true", {"level": f"network:{network}"})
    assert (narrow.json()["widens"], narrow.json()["narrows"]) == (False, True)
    whole = program.post(f"{address}/publish", {"field_levels": {}})
    assert whole.json()["withheld"] == []
    assert record_get(viewer=ANYONE, record_id=key).withheld == ()


def test_levels_of_publishing_are_ones_own_and_of_fields_that_there_are(
    program: Program, centre: UUID
) -> None:
    address, _tag = added(program, centre)
    for body, where in (
        ({"level": f"network:{uuid.uuid4()}"}, "/level"),
        ({"field_levels": {"nothing": "public"}}, "/field_levels/nothing"),
        ({"level": "anybody"}, "/level"),
    ):
        for query in ("", "?dry_run=true"):
            answer = program.post(f"{address}/publish{query}", body)
            assert answer.status_code == 422
            assert [fault["pointer"] for fault in answer.json()["errors"]] == [where]
    assert program.get(address).json()["level"] == "institution"


def test_trying_to_publish_says_what_is_warned_of_and_that_it_would_wait(
    program: Program, centre: UUID
) -> None:
    gate_set(institution=centre, state="JP", beyond="institution")
    note = text("Questions go to jane.doe@mail.example until the course begins.")
    address, _tag = added(program, centre, content=course(centre, note=note))
    told = program.post(f"{address}/publish?dry_run=true", {}).json()
    assert told["outcome"] == "contact_point"
    assert any("personal.mailbox" in one for one in told["warnings"])
    assert not SensitiveDecision.objects.exists()
    assert program.post(f"{address}/publish", {}).status_code == 409
    assert program.post(f"{address}/publish", {}, Confirm_Warnings="true").status_code == 202


def test_trying_a_record_says_who_would_come_to_see_it(
    program: Program, centre: UUID, ring: tuple[UUID, UUID]
) -> None:
    network, other = ring
    body = {"kind": "course", "content": course(centre), "level": f"network:{network}"}
    (change,) = program.post("/api/records?dry_run=true", body).json()["changes"]
    assert (change["appears"], change["institutions"]) == (True, [str(other)])
    assert change["shown"] == ["titles", "providers"]
    address, tag = added(program, centre, level=f"network:{network}")
    patch = {"content": {"length_hours": 8}, "field_levels": {"titles": "institution"}}
    answer = program.send("PATCH", f"{address}?dry_run=true", patch, If_Match=tag)
    (change,) = answer.json()["changes"]
    assert (change["shown"], change["hidden"]) == (["length_hours"], ["titles"])
    assert not change["appears"]
