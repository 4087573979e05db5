"""One record by a form: added, changed, removed, brought back."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from making import Maker, text
from people import centre_of, join
from sending import fields

from concord.accounts.models import Role
from concord.core.disclosure import ANYONE, Actor, Level, member_of
from concord.record.models import Revision
from concord.record.publishing import waiting_for_institution
from concord.record.selectors import RecordView, record_get, records_owned
from concord.record.services import Draft, content_parse, revision_write


@pytest.fixture
def centre(make: Maker) -> UUID:
    return centre_of(make, make.institution("Centre", state="JP"))


def say(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def put(
    owner: UUID, kind: str, *, seen_by: Level = Level.PUBLIC, fields: Any = None, **data: Any
) -> UUID:
    draft = Draft(content_parse(kind=kind, data=data), uuid.uuid4(), seen_by, fields or {})
    return revision_write(actor=Actor(owner, may_publish=True), draft=draft, via="test")


def course(owner: UUID, title: str = "Transport security", **more: Any) -> UUID:
    return put(owner, "course", titles=text(title), providers=[str(owner)], **more)


def get(viewer: UUID, key: UUID) -> RecordView:
    return record_get(viewer=member_of(viewer), record_id=key)


def test_a_new_course_is_added_and_seen_by_its_institution_alone(centre: UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    page = client.get("/desk/records/new/courses/").content.decode()
    sent = fields(page) | {
        "title-en": ["Transport security"],
        "topics": ["D1", "B1"],
        "do": ["save"],
    }
    sent["length_hours"] = ["12.5"]
    answer = client.post("/desk/records/new/courses/", sent)
    assert answer.status_code == 302, say(answer.content.decode())
    (made,) = records_owned(viewer=member_of(centre), owner=centre, kind="course")
    assert made.content == {
        "titles": text("Transport security"),
        "providers": [str(centre)],
        "topics": ["D1", "B1"],
        "length_hours": 12.5,
    }
    assert list(records_owned(viewer=ANYONE, owner=centre, kind="course")) == []
    assert Client().get(answer.url).status_code == 404
    assert "Transport security" in client.get(answer.url).content.decode()


def test_signs_that_came_along_unseen_are_left_out(centre: UUID) -> None:
    """They come with what is copied from elsewhere; nobody could find them to take them out."""
    client = join(centre, Role.EDITOR, "ann")
    page = client.get("/desk/records/new/courses/").content.decode()
    typed = {**fields(page), "do": "save", "title-en": "\u202aTransport\x07\u202c"}
    client.post("/desk/records/new/courses/", typed)
    (record,) = records_owned(viewer=member_of(centre), owner=centre, kind="course")
    assert record.content["titles"]["text"] == {"en": "Transport"}


def test_what_was_typed_is_kept_and_each_fault_stands_at_its_field(centre: UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    sent = {
        "title-en": "", "when_start": "32 March", "part_host": ["Nobody of that name", "Japan"],
        "activity_kind": "", "town": "Tokai", "do": "save",
    }  # fmt: skip
    answer = client.post("/desk/records/new/activities/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    for name in ("when_start", "part_host"):
        assert f'href="#{name}"' in page
        assert f'id="{name}-error"' in page
    assert 'value="Tokai"' in page
    assert 'value="32 March"' in page
    assert 'value="Nobody of that name"' in page
    sent |= {"when_start": "2027-03-02", "part_host": "Japan"}
    page = client.post("/desk/records/new/activities/", sent).content.decode()
    assert 'href="#title-en"' in page
    assert 'href="#activity_kind"' in page
    assert list(records_owned(viewer=member_of(centre), owner=centre, kind="activity")) == []


def test_a_form_saved_as_it_is_changes_nothing(centre: UUID) -> None:
    key = course(centre, topics=["D1", "B1"], note=text("Zwei\nZeilen", "de"))
    before = Revision.objects.count()
    client = join(centre, Role.EDITOR, "ann")
    page = client.get(f"/records/{key}/edit/").content.decode()
    answer = client.post(f"/records/{key}/edit/", fields(page) | {"do": "save"})
    assert answer.status_code == 302
    assert Revision.objects.count() == before


def test_what_the_form_does_not_show_stays(centre: UUID, make: Maker) -> None:
    source = make.put("source", titles=text("Report"))
    part = {"count": 12, "country": "VN", "citations": [{"source": str(source), "locator": "p. 3"}]}
    key = put(
        centre, "activity", titles=text("Seminar"), activity_kind="seminar", participation=[part],
        citations=[{"source": str(source)}], nomination={"seats": 4, "who_pays": text("We do")},
        parties=[{"party": {"institution": str(centre)}, "part": "partner"}],
    )  # fmt: skip
    client = join(centre, Role.PUBLISHER, "ann")
    sent = fields(client.get(f"/records/{key}/edit/").content.decode())
    sent |= {
        "participation-0-count": ["14"],
        "seats": ["5"],
        "do": ["save"],
        "reason": ["counted again"],
    }
    client.post(f"/records/{key}/edit/", sent)
    now = get(centre, key)
    assert now.content["participation"] == [part | {"count": 14}]
    assert now.content["nomination"] == {"seats": 5, "who_pays": text("We do")}
    assert now.content["parties"][0]["part"] == "partner"
    assert now.content["citations"] == [{"source": str(source)}]
    assert Revision.objects.get(record=key, revision_number=2).reason == "counted again"


def test_rows_of_parts_are_added_and_taken_away(centre: UUID) -> None:
    key = put(
        centre, "activity", titles=text("Seminar"), activity_kind="seminar",
        participation=[{"count": 12}, {"count": 3, "country": "VN"}],
    )  # fmt: skip
    client = join(centre, Role.PUBLISHER, "ann")
    address = f"/records/{key}/edit/"
    sent = fields(client.get(address).content.decode()) | {"do": ["row-participation"]}
    page = client.post(address, sent).content.decode()
    sent = fields(page)
    assert sent["participation-rows"] == ["3"]
    sent |= {"participation-0-gone": ["1"], "participation-2-count": ["7"], "do": ["save"]}
    assert client.post(address, sent).status_code == 302
    assert get(centre, key).content["participation"] == [
        {"count": 3, "country": "VN"},
        {"count": 7},
    ]


def test_what_an_institution_can_do_is_filled_in_on_its_own_form(centre: UUID) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    address = f"/records/{centre}/edit/"
    page = client.post(
        address, fields(client.get(address).content.decode()) | {"do": ["row-capabilities"]}
    )
    sent = fields(page.content.decode())
    sent |= {
        "capabilities-0-capability_kind": ["facility"],
        "capabilities-0-text-en": ["A training field"],
        "do": ["save"],
    }
    assert client.post(address, sent).status_code == 302
    (made,) = get(centre, centre).content["capabilities"]
    assert made == {"capability_kind": "facility", "text": text("A training field")}


def test_two_people_at_once_see_what_each_changed(centre: UUID) -> None:
    key = course(centre, level="basic")
    ann, bob = (join(centre, Role.PUBLISHER, name) for name in ("ann", "bob"))
    address = f"/records/{key}/edit/"
    early = fields(ann.get(address).content.decode())
    late = fields(bob.get(address).content.decode())
    assert (
        ann.post(
            address, early | {"level": ["advanced"], "title-en": ["Transport"], "do": "save"}
        ).status_code
        == 302
    )
    answer = bob.post(address, late | {"title-en": ["Security of transport"], "do": "save"})
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("Transport security", "Transport", "Security of transport"):
        assert words in page
    assert get(centre, key).content["titles"] == text("Transport")
    again = fields(page)
    assert again["title-en"] == ["Security of transport"]
    assert again["level"] == ["advanced"]
    assert bob.post(address, again | {"do": "save"}).status_code == 302
    now = get(centre, key).content
    assert (now["titles"], now["level"]) == (text("Security of transport"), "advanced")


def test_rows_that_another_changed_meanwhile_are_kept(centre: UUID) -> None:
    key = put(
        centre, "activity", titles=text("Seminar"), activity_kind="seminar",
        participation=[{"count": 1}, {"count": 2}],
    )  # fmt: skip
    ann, bob = (join(centre, Role.PUBLISHER, name) for name in ("ann", "bob"))
    address = f"/records/{key}/edit/"
    early, late = (fields(c.get(address).content.decode()) for c in (ann, bob))
    ann.post(address, early | {"participation-0-gone": ["1"], "do": "save"})
    page = bob.post(
        address, late | {"participation-1-count": ["20"], "do": "save"}
    ).content.decode()
    assert bob.post(address, fields(page) | {"do": "save"}).status_code == 302
    assert get(centre, key).content["participation"] == [{"count": 20}]


def test_a_likely_double_and_a_warning_are_shown_before_writing(centre: UUID, make: Maker) -> None:
    other = make.put(
        "activity", titles=text("Transport security seminar"), activity_kind="seminar",
        when="2027-03-02/2027-03-05", town="Tokai", country="JP",
        parties=[{"party": {"institution": str(centre)}, "part": "host"}],
    )  # fmt: skip
    client = join(centre, Role.EDITOR, "ann")
    sent = {
        "title-en": "Transport security seminar", "activity_kind": "seminar", "town": "Tokai",
        "when_start": "2027-03-02", "when_end": "2027-03-05", "contact": "jane.doe@example.org",
        "country": "JP", "do": "save",
    }  # fmt: skip
    address = "/desk/records/new/activities/"
    page = client.post(address, sent).content.decode()
    assert str(other) in page
    assert "jane.doe@example.org" in page
    assert list(records_owned(viewer=member_of(centre), owner=centre, kind="activity")) == []
    seen = fields(page)
    changed = client.post(address, seen | {"contact": ["john.doe@example.org"], "do": ["save"]})
    assert changed.status_code == 200  # other content than was looked at
    assert client.post(address, seen | {"do": "save"}).status_code == 302
    assert len(list(records_owned(viewer=member_of(centre), owner=centre, kind="activity"))) == 1


def test_a_change_of_what_is_public_waits_for_a_publisher_and_is_shown_again(centre: UUID) -> None:
    key = course(centre)
    client = join(centre, Role.EDITOR, "ann")
    address = f"/records/{key}/edit/"
    client.post(
        address, fields(client.get(address).content.decode()) | {"level": ["basic"], "do": "save"}
    )
    assert "level" not in get(centre, key).content
    page = client.get(address).content.decode()
    assert fields(page)["level"] == ["basic"]
    client.post(address, fields(page) | {"length_hours": ["8"], "do": "save"})
    (waits,) = waiting_for_institution(institution=centre)
    assert (waits.content["level"], waits.content["length_hours"]) == ("basic", 8)


def test_only_the_owners_editors_edit(centre: UUID, make: Maker) -> None:
    key = course(centre)
    hidden = put(
        centre, "course", seen_by=Level.INSTITUTION, titles=text("Unseen"), providers=[str(centre)]
    )
    other = make.write(make.institution("Other"))
    outsider, reader = join(other, Role.MANAGER, "eve"), join(centre, Role.READER, "rob")
    for address in (f"/records/{key}/edit/", f"/records/{key}/remove/"):
        assert Client().get(address).status_code == 302
        for client in (outsider, reader):
            assert client.get(address).status_code == 403
            assert client.post(address, {"do": "save", "reason": "x"}).status_code == 403
    assert outsider.get(f"/records/{hidden}/edit/").status_code == 404
    assert reader.get("/desk/records/new/courses/").status_code == 403
    page = outsider.get(f"/records/{key}/").content.decode()
    assert f"/records/{key}/edit/" not in page
    assert (
        f"/records/{key}/edit/"
        in join(centre, Role.EDITOR, "ann").get(f"/records/{key}/").content.decode()
    )
    assert join(centre, Role.EDITOR, "amy").get("/desk/records/new/nonsense/").status_code == 404
    assert Revision.objects.filter(record=key).count() == 1


def test_a_form_of_another_institution_is_refused(centre: UUID, make: Maker) -> None:
    key = course(centre)
    client = join(centre, Role.EDITOR, "ann")
    answer = client.post(f"/records/{key}/edit/", {"acting": str(uuid.uuid4()), "do": "save"})
    assert answer.status_code == 409


def test_removed_with_a_reason_and_brought_back(centre: UUID) -> None:
    key = course(centre)
    client = join(centre, Role.EDITOR, "ann")
    address = f"/records/{key}/remove/"
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "never held"}).status_code == 302
    assert Client().get(f"/records/{key}/").status_code == 404
    page = client.get("/desk/records/removed/").content.decode()
    assert "Transport security" in page
    assert "never held" in page
    client.post(f"/records/{key}/back/")
    assert Client().get(f"/records/{key}/").status_code == 404  # an editor alone lets nobody see it
    (waits,) = waiting_for_institution(institution=centre)
    assert waits.record_id == key
    publisher = join(centre, Role.PUBLISHER, "pat")
    publisher.post(f"/records/{key}/back/")
    assert Client().get(f"/records/{key}/").status_code == 200
    assert publisher.post(f"/records/{key}/back/").status_code == 404
    assert client.post(f"/records/{centre}/remove/", {"reason": "x"}).status_code == 422


def test_others_cannot_bring_back(centre: UUID, make: Maker) -> None:
    key = course(centre)
    join(centre, Role.EDITOR, "ann").post(f"/records/{key}/remove/", {"reason": "never held"})
    other = make.write(make.institution("Other"))
    outsider = join(other, Role.MANAGER, "eve")
    assert outsider.post(f"/records/{key}/back/").status_code == 404
    assert "Transport security" not in outsider.get("/desk/records/removed/").content.decode()


@pytest.mark.parametrize("junk", ["-1", "99999999999", "x", "²"])
def test_junk_in_hidden_fields_does_no_harm(centre: UUID, junk: str) -> None:
    key = put(
        centre,
        "activity",
        titles=text("Seminar"),
        activity_kind="seminar",
        participation=[{"count": 1}],
    )
    client = join(centre, Role.PUBLISHER, "ann")
    address = f"/records/{key}/edit/"
    sent = fields(client.get(address).content.decode())
    for name in ("revision", "participation-rows", "participation-0-from"):
        answer = client.post(address, sent | {name: [junk], "town": ["Tokai"], "do": "save"})
        assert answer.status_code in {302, 409, 422}
        assert get(centre, key).content["participation"][0] == {"count": 1}


def test_a_form_speaks_the_readers_language(centre: UUID) -> None:
    key = course(centre, topics=["D1"])
    client = join(centre, Role.PUBLISHER, "ann")
    page = client.get(f"/ja/records/{key}/edit/").content.decode()
    sent = fields(page) | {
        "title-ja": ["輸送セキュリティ"],
        "languages": ["日本語"],
        "do": ["save"],
    }
    assert client.post(f"/ja/records/{key}/edit/", sent).status_code == 302
    now = get(centre, key).content
    assert now["languages"] == ["ja"]
    assert now["titles"]["original"] == "en"
    assert now["titles"]["text"] == {"en": "Transport security", "ja": "輸送セキュリティ"}
