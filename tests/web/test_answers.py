"""Parties answer what others say of them; confirmation follows, and only as far as it is seen."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, text
from people import centre_of, join

from concord.accounts.models import Mandate, Person, Role
from concord.core.disclosure import ANYONE, Actor, Level, Viewer, member_of
from concord.record.columns import Question
from concord.record.errors import InvalidContentError
from concord.record.models import Record
from concord.record.publishing import gate_set
from concord.record.selectors import records_get, records_owned
from concord.record.services import Draft, content_parse, revision_write
from concord.register.links import links_of
from concord.register.lists import link_table
from concord.register.then import AsOf
from concord.register.words import Cut


@pytest.fixture
def two(make: Maker) -> tuple[UUID, UUID]:
    return (
        centre_of(make, make.institution("Centre of Japan", state="JP")),
        centre_of(make, make.institution("Centre of Korea", state="KR")),
    )


def relation(make: Maker, *parties: dict[str, str], **more: Any) -> UUID:
    return make.put(
        "relation", text=text("They teach together"), relation_kind="joint_course",
        parties=list(parties), **more,
    )  # fmt: skip


def inst(key: UUID) -> dict[str, str]:
    return {"institution": str(key)}


def listed(viewer: Viewer, key: UUID, cut: Cut = Cut.ALL) -> tuple[str, bool]:
    """Confirmation in the list, which must be that of filter and matrix."""
    (link,) = links_of(
        list(records_get(viewer=viewer, ids=[key]).values()),
        read=AsOf(viewer),
        cut=cut,
        language="en",
    )
    table = link_table(cut).counts(viewer, Question())
    assert table["confirmation"] == {link.confirmation.value: 1}
    assert all(edge.split("~")[2] == link.confirmation for edge in table["edge"])
    return link.confirmation.value, link.as_reported


def give(client: Client, key: UUID, word: str, **more: str) -> Any:
    return client.post(f"/records/{key}/answer/", {"answer": word, "do": "give", **more})


def test_two_answers_confirm_and_a_denial_contests(make: Maker, two: tuple[UUID, UUID]) -> None:
    one, other = two
    key = relation(make, inst(one), inst(other))
    ann, bob = join(one, Role.PUBLISHER, "ann"), join(other, Role.PUBLISHER, "bob")
    assert listed(ANYONE, key) == ("not_asked", False)
    assert give(ann, key, "confirms", publish="1").status_code == 302
    assert listed(ANYONE, key) == ("one_sided", False)
    give(bob, key, "confirms", publish="1", text="We did, in Busan.")
    assert listed(ANYONE, key) == ("confirmed", False)
    page = Client().get(f"/records/{key}/").content.decode()
    assert "We did, in Busan." in page
    give(bob, key, "denies", publish="1")
    assert listed(ANYONE, key) == ("contested", False)
    assert Record.objects.filter(kind="answer").count() == 2
    bob.post(f"/records/{key}/answer/", {"do": "back"})
    assert listed(ANYONE, key) == ("one_sided", False)


def test_an_answer_replaces_what_a_source_reports_of_the_party(
    make: Maker, two: tuple[UUID, UUID]
) -> None:
    one, other = two
    source = make.put("source", titles=text("Report"), is_brief=True)
    cited = [{"source": str(source)}]
    key = relation(
        make, inst(one), inst(other), citations=cited,
        accounts=[{"party": inst(one), "citations": cited}, {"party": {"state": "KR"}, "citations": cited}],
    )  # fmt: skip
    assert listed(ANYONE, key) == ("confirmed", True)
    give(join(other, Role.PUBLISHER, "bob"), key, "not_known", publish="1")
    assert listed(ANYONE, key) == ("one_sided", True)
    assert listed(ANYONE, key, Cut.BRIEF) == ("confirmed", True)  # what the brief says is as it was
    give(join(one, Role.PUBLISHER, "ann"), key, "denies", publish="1")
    assert listed(ANYONE, key) == ("contested", False)


def test_an_answer_that_is_not_seen_does_not_count(make: Maker, two: tuple[UUID, UUID]) -> None:
    one, other = two
    key = relation(make, inst(one), inst(other))
    ann = join(one, Role.EDITOR, "ann")
    assert give(ann, key, "denies", publish="1", text="It was another centre.").status_code == 302
    assert listed(ANYONE, key) == ("not_asked", False)
    assert listed(member_of(one), key) == ("not_asked", False)  # the list says the same to all
    page = ann.get(f"/records/{key}/").content.decode()
    assert "confirmation-contested" in page
    assert "It was another centre." in page
    for client in (Client(), join(other, Role.MANAGER, "eve")):
        page = client.get(f"/records/{key}/").content.decode()
        assert "confirmation-not_asked" in page
        assert "It was another centre." not in page


def test_what_a_party_says_itself_is_its_account(make: Maker, two: tuple[UUID, UUID]) -> None:
    one, other = two
    content = make.parse(
        "activity", titles=text("Seminar"), activity_kind="seminar",
        parties=[{"party": inst(key), "part": "organiser"} for key in two],
    )  # fmt: skip
    key = revision_write(
        actor=Actor(one, may_publish=True), draft=Draft(content, level=Level.PUBLIC), via="test"
    )
    confirmation = link_table(Cut.ALL).counts(ANYONE, Question())["confirmation"]
    assert confirmation == {"one_sided": 1}
    give(join(other, Role.PUBLISHER, "bob"), key, "confirms", publish="1")
    assert link_table(Cut.ALL).counts(ANYONE, Question())["confirmation"] == {"confirmed": 1}
    assert "confirmation-confirmed" in Client().get(f"/records/{key}/").content.decode()


def test_only_parties_answer_and_nobody_answers_for_another(
    make: Maker, two: tuple[UUID, UUID]
) -> None:
    one, other = two
    key = relation(make, inst(one), {"state": "KR"})
    bob = join(other, Role.PUBLISHER, "bob")
    assert give(bob, key, "confirms").status_code == 403  # its State is named, not the centre
    assert Client().post(f"/records/{key}/answer/", {"answer": "confirms"}).status_code == 401
    reader = join(one, Role.READER, "rob")
    assert give(reader, key, "confirms").status_code == 403
    hidden = make.write(
        make.parse(
            "relation", text=text("Unseen"), relation_kind="talks", parties=[inst(one), inst(other)]
        ),
        level=Level.INSTITUTION,
    )
    assert give(bob, hidden, "confirms").status_code == 404
    forged = bob.post("/desk/questions/", {"id": f"{key}|institution:{one}", "answer": "denies"})
    assert forged.status_code == 404
    for junk in ("x", f"{key}", f"{key}|other:{one}"):
        assert bob.post("/desk/questions/", {"id": junk, "answer": "denies"}).status_code in {
            400,
            404,
        }
    assert give(join(one, Role.EDITOR, "ann"), key, "perhaps").status_code == 422
    assert not Record.objects.filter(kind="answer").exists()


def test_no_other_way_in_writes_an_answer(make: Maker, two: tuple[UUID, UUID]) -> None:
    one, other = two
    key = relation(make, inst(one), inst(other))
    content = content_parse(
        kind="answer", data={"about": str(key), "party": inst(other), "answer": "denies"}
    )
    with pytest.raises(InvalidContentError):
        revision_write(actor=Actor(one, may_publish=True), draft=Draft(content), via="API")
    draft = Draft(content, level=Level.PUBLIC)  # were it there, it would not count: it is another's
    revision_write(actor=Actor(one, may_publish=True), draft=draft, via="answer")
    assert listed(ANYONE, key) == ("not_asked", False)


def test_the_contact_point_answers_for_its_state(make: Maker, two: tuple[UUID, UUID]) -> None:
    one, other = two
    key = relation(make, inst(one), {"state": "KR"})
    bob = join(other, Role.PUBLISHER, "bob")
    Mandate.objects.create(
        person=Person.objects.get(name="bob"), role=Role.CONTACT_POINT, state="KR"
    )
    page = bob.get("/desk/questions/").content.decode()
    assert f"{key}|state:KR" in page
    assert give(bob, key, "confirms", publish="1").status_code == 302
    assert listed(ANYONE, key) == ("one_sided", False)
    # a contact point of a State that the institution is not of does not
    eve = join(one, Role.PUBLISHER, "eve")
    Mandate.objects.create(
        person=Person.objects.get(name="eve"), role=Role.CONTACT_POINT, state="KR"
    )
    assert f"{key}|state:KR" not in eve.get("/desk/questions/").content.decode()


def test_many_questions_at_once_with_filters(make: Maker, two: tuple[UUID, UUID]) -> None:
    one, other = two
    keys = [relation(make, inst(one), inst(other)) for _ in range(3)]
    agreement = make.put(
        "agreement",
        titles=text("Memorandum"),
        agreement_kind="memorandum",
        parties=[inst(one), inst(other)],
    )
    alone = make.put(
        "activity",
        titles=text("Workshop"),
        activity_kind="workshop",
        parties=[{"party": inst(one), "part": "host"}],
    )
    sent_people = make.put(
        "activity",
        titles=text("Visit"),
        activity_kind="technical_visit",
        parties=[{"party": inst(one), "part": "participant"}],
    )
    own = revision_write(
        actor=Actor(one, may_publish=True), via="test",
        draft=Draft(make.parse("agreement", titles=text("Ours"), agreement_kind="contract", parties=[inst(one), inst(other)]), level=Level.PUBLIC),
    )  # fmt: skip
    ann = join(one, Role.PUBLISHER, "ann")

    def asked(query: str = "") -> set[str]:
        page = ann.get(f"/desk/questions/{query}").content.decode()
        return set(re.findall(r'name="id" value="([^|]*)\|', page))

    assert asked() == {str(key) for key in (*keys, agreement, alone, sent_people)}
    assert asked("?kind=agreement") == {str(agreement)}
    assert asked("?q=work") == {str(alone)}
    assert ann.get("/desk/questions/?kind=junk").status_code == 400
    assert ann.post("/desk/questions/", {"answer": "confirms"}).status_code == 422
    sent = {
        "id": [f"{key}|institution:{one}" for key in keys],
        "answer": "confirms",
        "publish": "1",
    }
    assert ann.post("/desk/questions/", sent).status_code == 302
    assert asked() == {str(agreement), str(alone), str(sent_people)}
    table = link_table(Cut.ALL).counts(ANYONE, Question({"record": frozenset({"relation"})}))
    assert table["confirmation"] == {"one_sided": 3}
    bob = join(other, Role.PUBLISHER, "bob")
    assert str(own) in bob.get("/desk/questions/").content.decode()


def test_a_state_that_clears_clears_answers(make: Maker, two: tuple[UUID, UUID]) -> None:
    one, other = two
    gate_set(institution=one, state="JP", beyond="institution")
    key = relation(make, inst(one), inst(other))
    ann = join(one, Role.PUBLISHER, "ann")
    give(ann, key, "confirms", publish="1")
    assert listed(ANYONE, key) == ("not_asked", False)
    carol = join(None, Role.CONTACT_POINT, "carol", state="JP")
    page = carol.get("/desk/clearing/JP/").content.decode()
    (waits,) = re.findall(r'name="id" value="([^"]*)"', page)
    carol.post("/desk/clearing/JP/", {"id": waits, "do": "clear"})
    assert listed(ANYONE, key) == ("one_sided", False)
    assert len(list(records_owned(viewer=ANYONE, owner=one, kind="answer"))) == 1


def test_a_compilers_course_is_answered_beside_it(make: Maker, two: tuple[UUID, UUID]) -> None:
    one, _other = two
    source = make.put("source", titles=text("Annual report"), url="https://example.org/report")
    key = make.put("course", titles=text("Transport"), providers=[str(one)])
    ann = join(one, Role.PUBLISHER, "ann")
    assert f"/records/{key}/answer/" in ann.get("/desk/").content.decode()
    wrong = give(ann, key, "denies", source="Nothing of the kind", text="No longer held.")
    assert wrong.status_code == 422
    assert "No longer held." in wrong.content.decode()
    give(
        ann,
        key,
        "denies",
        text="No longer held.",
        source="https://example.org/report",
        locator="p. 3",
        publish="1",
    )
    page = Client().get(f"/records/{key}/").content.decode()
    assert "No longer held." in page
    assert str(source) in page
    (made,) = records_owned(viewer=ANYONE, owner=one, kind="answer")
    assert made.content["citations"] == [{"source": str(source), "locator": "p. 3"}]
    shown = Client().get(f"/records/{made.id}/").content.decode()
    assert "Transport" in shown
    again = ann.get(f"/records/{key}/answer/").content.decode()
    assert "No longer held." in again
