"""Others propose; the owner decides, and nothing changes before."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from making import Maker, text
from people import centre_of, join
from sending import fields

from concord.accounts.models import Notice, Person, Proposal, Role
from concord.core.disclosure import ANYONE, Actor, Level, institution_audience, member_of
from concord.exchange import proposals as service
from concord.record.models import Revision
from concord.record.publishing import gate_set
from concord.record.selectors import record_get, records_owned
from concord.record.services import Draft, content_parse, revision_write

BECAUSE = {"source": ["Annual report 2025"], "why": ["It moved."], "do": ["save"]}


@pytest.fixture
def centre(make: Maker) -> UUID:
    return centre_of(make, make.institution("Centre", state="JP"))


def put(
    owner: UUID, kind: str, *, level: Level = Level.PUBLIC, levels: Any = None, **data: Any
) -> UUID:
    draft = Draft(content_parse(kind=kind, data=data), uuid4(), level, levels or {})
    return revision_write(actor=Actor(owner, may_publish=True), draft=draft, via="test")


def seminar(owner: UUID, **more: Any) -> UUID:
    return put(owner, "activity", titles=text("Seminar"), activity_kind="seminar", **more)


def now(key: UUID, owner: UUID) -> dict[str, Any]:
    return record_get(viewer=member_of(owner), record_id=key).content


def propose(client: Client, key: UUID, **changes: str) -> Proposal:
    address = f"/records/{key}/propose/"
    sent = fields(client.get(address).content.decode()) | {n: [v] for n, v in changes.items()}
    answer = client.post(address, sent | BECAUSE)
    assert answer.status_code == 302, answer.content.decode()
    return Proposal.objects.latest("made_at")


def accept(client: Client, proposal: Proposal, do: str = "accept", **more: str) -> Any:
    page = client.get(f"/proposals/{proposal.id}/")
    assert page.status_code == 200
    number = page.content.decode().partition('name="revision" value="')[2].partition('"')[0]
    return client.post(f"/proposals/{proposal.id}/", {"do": do, "revision": number, **more})


def test_a_contact_point_proposes_and_the_owner_accepts(centre: UUID) -> None:
    key = seminar(centre, note=text("Kept"), country="JP")
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    assert f"/records/{key}/propose/" in carol.get(f"/records/{key}/").content.decode()
    made = propose(carol, key, town="Mito")
    assert "town" not in now(key, centre)
    ann = join(centre, Role.PUBLISHER, "ann")
    assert f"/proposals/{made.id}/" in ann.get("/desk/proposals/").content.decode()
    page = ann.get(f"/proposals/{made.id}/").content.decode()
    for words in ("Mito", "Annual report 2025", "It moved."):
        assert words in page
    assert "carol" not in page
    assert accept(ann, made).status_code == 302
    assert now(key, centre)["town"] == "Mito"
    assert now(key, centre)["note"] == text("Kept")
    assert "Annual report 2025" in Client().get(f"/records/{key}/").content.decode()
    revision = Revision.objects.get(record=key, revision_number=2)
    ann_id, carol_id = (Person.objects.get(name=name).id for name in ("ann", "carol"))
    assert (revision.via, revision.actor_institution, revision.actor_person) == (
        "proposal",
        centre,
        ann_id,
    )
    assert "Annual report 2025" in revision.reason
    assert "accepted" in carol.get("/me/proposals/").content.decode()
    assert Notice.objects.filter(person=carol_id, what="proposal_settled").count() == 1
    assert accept_again(ann, made) == 409


def accept_again(client: Client, proposal: Proposal) -> int:
    status: int = client.post(
        f"/proposals/{proposal.id}/", {"do": "accept", "revision": "2"}
    ).status_code
    return status


def test_a_record_that_moved_on_keeps_what_others_changed(centre: UUID) -> None:
    key = seminar(centre, town="Tokai", country="JP", participation=[{"count": 1}, {"count": 2}])
    made = propose(
        join(None, Role.CONTACT_POINT, "carol", state="KR"),
        key,
        **{"town": "Mito", "participation-1-count": "20"},
    )
    ann = join(centre, Role.PUBLISHER, "ann")
    page = ann.get(f"/proposals/{made.id}/").content.decode()
    revision_write(
        actor=Actor(centre, may_publish=True), via="test",
        draft=Draft(content_parse(kind="activity", data={"titles": text("Seminar"), "activity_kind": "workshop", "town": "Naka", "participation": [{"count": 3}, {"count": 2}]}), key),
    )  # fmt: skip
    stale = ann.post(f"/proposals/{made.id}/", {"do": "accept", "revision": "1"})
    assert stale.status_code == 422  # they have not seen what the record says now
    page = ann.get(f"/proposals/{made.id}/").content.decode()
    for words in ("Tokai", "Naka", "Mito"):
        assert words in page
    accept(ann, made)
    content = now(key, centre)
    assert (content["town"], content["activity_kind"]) == ("Mito", "workshop")
    assert content["participation"] == [{"count": 3}, {"count": 20}]
    assert "country" not in content


def test_the_owner_amends_or_declines_with_a_reason(centre: UUID) -> None:
    key = seminar(centre)
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    first, second = propose(carol, key, town="Mito"), propose(carol, key, country="KR")
    ann = join(centre, Role.PUBLISHER, "ann")
    address = f"/proposals/{first.id}/amend/"
    sent = fields(ann.get(address).content.decode())
    assert sent["town"] == ["Mito"]
    assert (
        ann.post(
            address, sent | {"town": ["Mito City"], "answer": ["Thank you"], "do": ["save"]}
        ).status_code
        == 302
    )
    assert now(key, centre)["town"] == "Mito City"
    assert accept(ann, second, "decline").status_code == 422
    assert accept(ann, second, "decline", answer="It was held in Japan.").status_code == 302
    assert "country" not in now(key, centre)
    page = carol.get("/me/proposals/").content.decode()
    for words in ("accepted with changes", "Thank you", "declined", "It was held in Japan."):
        assert words in page


def test_an_addition_becomes_a_record_of_the_institution(centre: UUID) -> None:
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    address = f"/institutions/{centre}/propose/courses/"
    assert address in carol.get(f"/institutions/{centre}/propose/").content.decode()
    sent = fields(carol.get(address).content.decode()) | {"title-en": ["Transport security"]}
    lacking = carol.post(address, sent | {"do": ["save"]})
    assert lacking.status_code == 422
    for name in ("source", "why"):
        assert f'href="#{name}"' in lacking.content.decode()
    assert carol.post(address, sent | BECAUSE).status_code == 302
    made = Proposal.objects.get()
    ann = join(centre, Role.EDITOR, "ann")
    accept(ann, made)
    (course,) = records_owned(viewer=member_of(centre), owner=centre, kind="course")
    (source,) = records_owned(viewer=member_of(centre), owner=centre, kind="source")
    assert source.content["titles"] == text("Annual report 2025")
    assert course.content == {
        "titles": text("Transport security"), "providers": [str(centre)],
        "citations": [{"source": str(source.id)}],
    }  # fmt: skip
    assert list(records_owned(viewer=ANYONE, owner=centre, kind="course")) == []


def test_what_is_withheld_from_the_proposer_is_neither_shown_nor_touched(centre: UUID) -> None:
    key = seminar(
        centre, town="Secret town", levels={"town": Level.INSTITUTION, "country": Level.INSTITUTION}
    )
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    page = carol.get(f"/records/{key}/propose/").content.decode()
    assert "Secret town" not in page
    assert 'name="town"' not in page
    made = propose(carol, key, town="Mito", country="KR", stage="done")
    assert "town" not in str(made.base) + str(made.content)
    ann = join(centre, Role.PUBLISHER, "ann")
    accept(ann, made)
    content = now(key, centre)
    assert (content["town"], content["stage"]) == ("Secret town", "done")
    assert "country" not in content
    assert "Secret town" not in carol.get("/me/proposals/").content.decode()


def test_what_was_withheld_since_is_not_shown_to_who_proposed(centre: UUID) -> None:
    key = seminar(centre, town="Tokai")
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    propose(carol, key, town="Mito")
    revision_write(
        actor=Actor(centre, may_publish=True), via="test",
        draft=Draft(content_parse(kind="activity", data={"titles": text("Seminar"), "activity_kind": "seminar", "town": "Naka"}), key, Level.PUBLIC, {"town": Level.INSTITUTION}),
    )  # fmt: skip
    page = carol.get("/me/proposals/").content.decode()
    assert "Tokai" not in page
    assert "Naka" not in page


def test_a_coordinator_settles_for_compilers_and_for_nobody_else(make: Maker, centre: UUID) -> None:
    network = make.put("network", names=[{"name": "Network", "language": "en"}])
    compiled = make.put("activity", titles=text("Compiled"), activity_kind="seminar")
    partly = make.write(
        make.parse("activity", titles=text("Partly"), activity_kind="seminar"),
        fields={"town": Level.INSTITUTION},
    )
    own = seminar(centre)
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    first, second, third = (
        propose(carol, compiled, town="Mito"),
        propose(carol, own, town="Mito"),
        propose(carol, make.owner, **{"name-en": "Other"}),
    )
    fourth = propose(carol, partly, country="JP")
    cora = join(None, Role.COORDINATOR, "cora", network=network)
    page = cora.get("/desk/proposals/").content.decode()
    assert f"/proposals/{first.id}/" in page
    assert f"/proposals/{fourth.id}/" in page
    for other in (second, third):
        assert f"/proposals/{other.id}/" not in page
        for address in (f"/proposals/{other.id}/", f"/proposals/{other.id}/amend/"):
            assert cora.get(address).status_code == 404
            assert cora.post(address, {"do": "accept", "revision": "1"}).status_code == 404
    assert cora.get(f"/records/{own}/edit/").status_code == 403
    assert accept(cora, first).status_code == 302
    revision = Revision.objects.get(record=compiled, revision_number=2)
    assert revision.content["town"] == "Mito"
    assert revision.actor_institution == make.owner
    assert "coordinator" in revision.reason
    assert Proposal.objects.get(id=second.id).is_open


def test_publishing_and_clearance_hold(centre: UUID) -> None:
    key = seminar(centre)
    made = propose(join(None, Role.CONTACT_POINT, "carol", state="KR"), key, town="Mito")
    ann = join(centre, Role.EDITOR, "ann")
    accept(ann, made)
    assert "town" not in now(key, centre)
    pat = join(centre, Role.PUBLISHER, "pat")
    page = pat.get("/desk/").content.decode()
    assert "waits for a publisher" in page
    gate_set(institution=centre, state="JP", beyond="institution")
    other = propose(join(None, Role.CONTACT_POINT, "dora", state="VN"), key, country="JP")
    accept(pat, other)
    assert "country" not in now(key, centre)


def test_who_may_not_settle_finds_nothing(centre: UUID, make: Maker) -> None:
    key = seminar(centre)
    hidden = put(
        centre, "activity", level=Level.INSTITUTION, titles=text("Unseen"), activity_kind="seminar"
    )
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    made = propose(carol, key, town="Mito")
    eve = join(make.write(make.institution("Other")), Role.MANAGER, "eve")
    for client in (eve, carol, join(centre, Role.READER, "rob")):
        assert client.get(f"/proposals/{made.id}/").status_code == 404
        assert (
            client.post(f"/proposals/{made.id}/", {"do": "accept", "revision": "1"}).status_code
            == 404
        )
    for client in (eve, carol):
        assert client.get(f"/records/{hidden}/propose/").status_code == 404
    assert eve.post(f"/proposals/{made.id}/withdraw/").status_code == 404
    assert Client().get(f"/records/{key}/propose/").status_code == 302
    ann = join(centre, Role.EDITOR, "ann")
    assert ann.get(f"/records/{key}/propose/").status_code == 403  # it is hers to edit
    assert carol.post(f"/proposals/{made.id}/withdraw/").status_code == 302
    assert carol.post(f"/proposals/{made.id}/withdraw/").status_code == 409
    assert accept_again(ann, made) == 409


def test_one_person_cannot_flood_an_owner(centre: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    key = seminar(centre)
    monkeypatch.setattr(service, "OPEN_AT_ONCE", 1)
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    propose(carol, key, town="Mito")
    address = f"/records/{key}/propose/"
    sent = fields(carol.get(address).content.decode()) | BECAUSE
    assert carol.post(address, sent | {"town": ["Naka"]}).status_code == 422
    assert carol.post(address, sent).status_code == 422  # nothing was changed
    monkeypatch.setattr(service, "OPEN_AT_ONCE", 5)
    long = carol.post(address, sent | {"town": ["Naka"], "why": ["x" * 2_001]})
    assert long.status_code == 422
    assert Proposal.objects.count() == 1


def test_a_source_of_the_register_is_known_by_its_address(centre: UUID, make: Maker) -> None:
    source = make.put("source", titles=text("Report"), url="https://example.org/report")
    key = seminar(centre)
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    address = f"/records/{key}/propose/"
    sent = fields(carol.get(address).content.decode()) | BECAUSE
    carol.post(
        address,
        sent | {"town": ["Mito"], "source": ["https://example.org/report"], "locator": ["p. 7"]},
    )
    assert (Proposal.objects.get().source, Proposal.objects.get().locator) == (source, "p. 7")
    page = (
        join(centre, Role.EDITOR, "ann")
        .get(f"/proposals/{Proposal.objects.get().id}/")
        .content.decode()
    )
    assert f"/sources/{source}/" in page
    assert "Report, p. 7" in page


def test_the_source_of_an_accepted_proposal_is_cited_once(centre: UUID, make: Maker) -> None:
    source = make.put("source", titles=text("Report"), url="https://example.org/report")
    key = seminar(centre, citations=[{"source": str(source), "locator": "p. 7"}])
    carol = join(None, Role.CONTACT_POINT, "carol", state="KR")
    ann = join(centre, Role.PUBLISHER, "ann")
    places = [("https://example.org/report", "p. 7"), ("https://example.org/report", "p. 9"),
              ("https://example.org/new", ""), ("https://example.org/new", "")]  # fmt: skip
    for number, (named, locator) in enumerate(places):
        address = f"/records/{key}/propose/"
        sent = fields(carol.get(address).content.decode()) | BECAUSE
        changed = {"town": [f"Town {number}"], "source": [named], "locator": [locator]}
        carol.post(address, sent | changed)
        assert accept(ann, Proposal.objects.latest("made_at")).status_code == 302
    cited = now(key, centre)["citations"]
    made = cited[2]["source"]
    assert cited == [
        {"source": str(source), "locator": "p. 7"},
        {"source": str(source), "locator": "p. 9"},
        {"source": made},
    ]
    found = record_get(viewer=ANYONE, record_id=UUID(made))
    assert (found.owner, found.content["url"]) == (centre, "https://example.org/new")


def test_an_editor_lets_no_source_out(centre: UUID) -> None:
    key = seminar(centre)
    made = propose(join(None, Role.CONTACT_POINT, "carol", state="KR"), key, town="Mito")
    accept(join(centre, Role.EDITOR, "eve"), made)
    (source,) = records_owned(viewer=member_of(centre), owner=centre, kind="source")
    assert source.audience == institution_audience(centre)
    assert "citations" not in now(key, centre), "the change of the record waits as well"


def test_a_record_taken_over_takes_its_proposals_along(make: Maker) -> None:
    centre = make.write(make.institution("Centre", state="JP"))
    key = make.put("course", titles=text("Transport"), providers=[str(centre)])
    made = propose(join(None, Role.CONTACT_POINT, "carol", state="KR"), key, level="basic")
    ann = join(centre, Role.PUBLISHER, "ann")
    assert ann.get(f"/proposals/{made.id}/").status_code == 404
    ann.post("/desk/take-over/", {"id": [str(key)]})
    assert f"/proposals/{made.id}/" in ann.get("/desk/proposals/").content.decode()
    accept(ann, made)
    assert now(key, centre)["level"] == "basic"
