"""The desk of an institution, as the people of it use it."""

from __future__ import annotations

import re
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from making import PASSWORD, Maker, join, text
from people import share

from concord.accounts.models import Invitation, Mandate, Person, Role
from concord.accounts.selectors import acting_for, token_acting
from concord.accounts.services import invitation_make, person_join, token_make
from concord.core.disclosure import ANYONE, Level, member_of
from concord.record.models import Revision
from concord.record.publishing import gate_set
from concord.record.selectors import record_get, records_owned
from concord.record.services import Draft, revision_write


@pytest.fixture
def centre(make: Maker, settings: Any, tmp_path: Path) -> uuid.UUID:
    settings.VAR = tmp_path
    return make.write(make.institution("Centre", state="JP"))


def test_a_stranger_is_asked_to_sign_in(client: Client, db: None) -> None:
    for address in ("/desk/", "/desk/members/", "/desk/uploads/new/", "/me/", "/desk/tokens/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.url == f"/account/login/?next={address}"


def test_who_was_signed_out_meanwhile_is_told_that_nothing_was_saved(
    client: Client, db: None
) -> None:
    """The form is still there when they go back; signing in at once would have lost it."""
    origin = {"headers": {"referer": "http://testserver/ja/desk/records/new/courses/"}}
    answer = client.post("/ja/desk/records/new/courses/", {"title-ja": "輸送"}, **origin)
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "/ja/account/login/?next=/ja/desk/records/new/courses/" in page
    elsewhere = {"headers": {"referer": "https://elsewhere.example/x/"}}
    page = client.post("/desk/publish/", {"id": "1"}, **elsewhere).content.decode()
    assert "/account/login/?next=/desk/" in page
    assert "elsewhere" not in page


def test_an_address_of_a_form_that_is_opened_leads_somewhere(centre: uuid.UUID) -> None:
    answer = join(centre, Role.EDITOR, "ann").get("/desk/take-over/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert b'href="/desk/"' in answer.content


def test_who_may_not_is_told_which_role_may(centre: uuid.UUID) -> None:
    page = join(centre, Role.EDITOR, "ann").get("/desk/members/")
    assert page.status_code == 403
    assert b"It takes the role: manager." in page.content


def test_what_an_error_page_proposes_is_possible(client: Client, db: None) -> None:
    """An address without filters has none to leave out."""
    assert b"without its filters" not in client.get("/join/nonsense/").content
    assert b"without its filters" in client.get("/training/?kind=nonsense").content


def test_an_invitation_works_once(centre: uuid.UUID) -> None:
    _made, secret = invitation_make(role=Role.EDITOR, institution=centre)
    first = Client()
    page = first.get(f"/join/{secret}/").content.decode()
    assert "Centre" in page
    weak = first.post(f"/join/{secret}/", {"email": "a@example.org", "password": "password1234"})
    assert weak.status_code == 422
    both = first.post(f"/join/{secret}/", {"email": "nobody", "password": "short"})
    told = both.content.decode().partition('role="alert"')[2].partition("</ul>")[0]
    assert re.findall(r'href="#(\w+)"', told) == ["email", "password"]
    assert Person.objects.count() == 0
    first.post(f"/join/{secret}/", {"email": "a@example.org", "password": PASSWORD})
    assert first.get("/desk/").status_code == 200
    assert Client().get(f"/join/{secret}/").status_code == 404
    person = Person.objects.get()
    assert person.password.startswith("argon2")
    assert secret not in str(Invitation.objects.values())


def test_signing_in_and_out(centre: uuid.UUID) -> None:
    join(centre, Role.EDITOR, "ann")
    client = Client()
    wrong = client.post("/account/login/", {"login": "ann@example.org", "password": "wrong"})
    assert wrong.status_code == 200
    right = client.post("/account/login/", {"login": "ANN@example.org", "password": PASSWORD})
    assert right.url == "/desk/"
    client.post("/account/logout/")
    assert client.get("/desk/").status_code == 302
    assert client.get("/account/signup/").status_code == 200
    assert b"<form" not in re.sub(
        rb'<form class="search".*?</form>', b"", client.get("/account/signup/").content
    )


def test_sign_in_is_limited(centre: uuid.UUID) -> None:
    join(centre, Role.EDITOR, "ann")
    client = Client()
    answers = [
        client.post("/account/login/", {"login": "ann@example.org", "password": "wrong"})
        for _attempt in range(12)
    ]
    right = client.post("/account/login/", {"login": "ann@example.org", "password": PASSWORD})
    assert right.status_code != 302
    assert {answer.status_code for answer in answers} <= {200, 429}


@pytest.mark.parametrize("role", [Role.READER, Role.EDITOR, Role.PUBLISHER, Role.MANAGER])
def test_each_role_may_what_it_may(centre: uuid.UUID, role: Role) -> None:
    client = join(centre, role, "ann")
    may_edit = role is not Role.READER
    may_manage = role is Role.MANAGER
    assert client.get("/desk/").status_code == 200
    assert client.get("/desk/workbook/").status_code == (200 if may_edit else 403)
    assert client.get("/desk/uploads/new/").status_code == (200 if may_edit else 403)
    assert client.get("/desk/members/").status_code == (200 if may_manage else 403)
    may_publish = role in {Role.PUBLISHER, Role.MANAGER}
    answer = client.get("/desk/publish/", {"id": str(uuid.uuid4())})
    assert answer.status_code == (302 if may_publish else 403)  # there is no such record


def test_the_last_manager_stays(centre: uuid.UUID) -> None:
    client = join(centre, Role.MANAGER, "ann")
    mandate = Mandate.objects.get()
    refused = client.post("/desk/members/", {"do": "end", "id": str(mandate.id)})
    assert refused.status_code == 403
    assert Mandate.objects.count() == 1


def test_a_manager_invites_and_takes_back(centre: uuid.UUID) -> None:
    client = join(centre, Role.MANAGER, "ann")
    page = client.post("/desk/members/", {"do": "invite", "role": "editor"}).content.decode()
    link = re.search(r'<code id="link">(.*?)</code>', page)
    assert link is not None
    path = "/" + link[1].split("/", 3)[3]
    assert Client().get(path).status_code == 200
    invitation = Invitation.objects.get(used_at=None)
    client.post("/desk/members/", {"do": "revoke", "id": str(invitation.id)})
    assert Client().get(path).status_code == 404


def workbook(client: Client, sheet: str, **cells: Any) -> bytes:
    book = openpyxl.load_workbook(BytesIO(client.get("/desk/workbook/").content))
    page = book[sheet]
    heads = {str(cell.value): cell.column for cell in page[1]}
    row = page.max_row + 1
    for head, value in cells.items():
        page.cell(row, heads[head], value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def bring(client: Client, data: bytes) -> str:
    file = SimpleUploadedFile("courses.xlsx", data)
    answer = client.post("/desk/uploads/new/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url)


def test_from_template_to_public_page(centre: uuid.UUID) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    data = workbook(client, "Courses", **{"Title (English)": "Transport", "Topics": "D1"})
    address = bring(client, data)
    preview = client.get(address).content.decode()
    assert "Transport" in preview
    (record,) = re.findall(r'name="record" value="([^"]+)"', preview)
    client.post(f"{address}decide/", {"do": "confirm", "offered": [record], "record": [record]})
    assert "Transport" in client.get(address).content.decode()
    assert b"Transport" not in Client().get("/training/").content
    assert b"Transport" in client.get("/training/").content
    shown = client.post("/desk/publish/", {"id": record}).content.decode()
    assert "D1 Nuclear material in transport" in shown
    share(client, record)
    assert b"Transport" in Client().get("/training/").content
    assert b"Transport" in Client().get(f"/records/{record}/").content


def test_what_is_not_chosen_is_not_written(centre: uuid.UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    address = bring(client, workbook(client, "Courses", **{"Title (English)": "Transport"}))
    (record,) = re.findall(r'name="record" value="([^"]+)"', client.get(address).content.decode())
    client.post(f"{address}decide/", {"do": "confirm", "offered": [record]})
    assert list(records_owned(viewer=member_of(centre), owner=centre)) == []


def test_what_was_not_chosen_on_one_page_is_not_written_from_another(centre: uuid.UUID) -> None:
    """Somebody unticks a new row, looks at the next tab, and writes from there."""
    client = join(centre, Role.EDITOR, "ann")
    rows = "".join(f"Course {number}\tD1\n" for number in range(101))
    pasted = f"Course name\tTopics\tLevel\n{rows}Odd\tD1\tadvancd\n"
    address = client.post("/desk/uploads/new/", {"text": pasted}).url
    client.post(
        f"{address}columns/",
        {"do": "map", "sheet-0": "courses", "column-0-0": "title[en]", "column-0-1": "topics",
         "column-0-2": "level"},
    )  # fmt: skip
    page = client.get(f"{address}?status=new").content.decode()
    offered = re.findall(r'name="record" value="([^"]+)"', page)
    assert len(offered) == 100
    look = re.findall(r'name="look" value="([^"]+)"', page)
    assert look == ["?status=refused", "?status=new", "?status=new&amp;from=100"]
    chosen = {"offered": offered, "record": offered[1:]}
    answer = client.post(f"{address}decide/", {**chosen, "look": "?status=new&from=100"})
    assert answer.url == f"{address}?status=new&from=100"
    again = client.get(f"{address}?status=new").content.decode()
    assert again.count(" checked") == 99
    client.post(f"{address}decide/", {"do": "confirm"})
    assert len(list(records_owned(viewer=member_of(centre), owner=centre))) == 100


def test_no_page_is_left_for_an_address_that_a_form_names(centre: uuid.UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    address = bring(client, workbook(client, "Courses", **{"Title (English)": "Transport"}))
    for look in ("//elsewhere.example", "https://elsewhere.example", "?status=new\r\nX: 1", "zzz"):
        assert client.post(f"{address}decide/", {"look": look}).url == address


def test_rows_that_were_not_written_are_told_of_afterwards(centre: uuid.UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    pasted = "Course name\tLevel\nGood\tadvanced\nOdd\tadvancd\n"
    address = client.post("/desk/uploads/new/", {"text": pasted}).url
    columns = {"sheet-0": "courses", "column-0-0": "title[en]", "column-0-1": "level"}
    client.post(f"{address}columns/", {"do": "map", **columns})
    client.post(f"{address}decide/", {"do": "confirm"})
    page = client.get(address).content.decode()
    assert "1 row was not written, because it is to be mended" in page
    assert f"{address}marked.xlsx" in page
    assert client.get(f"{address}marked.xlsx").status_code == 200


def test_an_upload_can_be_undone_from_its_page(centre: uuid.UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    address = bring(client, workbook(client, "Courses", **{"Title (English)": "Transport"}))
    client.post(f"{address}decide/", {"do": "confirm"})
    assert len(list(records_owned(viewer=member_of(centre), owner=centre))) == 1
    client.post(f"{address}decide/", {"do": "undo"})
    assert list(records_owned(viewer=member_of(centre), owner=centre)) == []


def test_nobody_else_sees_an_upload(centre: uuid.UUID, make: Maker) -> None:
    client = join(centre, Role.EDITOR, "ann")
    address = bring(client, workbook(client, "Courses", **{"Title (English)": "Transport"}))
    other = join(make.write(make.institution("Other")), Role.MANAGER, "bob")
    assert other.get(address).status_code == 404
    assert other.post(f"{address}decide/", {"do": "confirm"}).status_code in {302, 409}
    assert list(records_owned(viewer=member_of(centre), owner=centre)) == []


def test_a_pasted_table_is_asked_about_and_understood(centre: uuid.UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    pasted = "Course name\tStart date\tSort\nTransport\t2027-02-01\tlecture series\n"
    address = client.post("/desk/uploads/new/", {"text": pasted}).url
    page = client.get(address).content.decode()
    assert "Which column is which" in page
    client.post(
        f"{address}columns/",
        {"do": "map", "sheet-0": "activities", "column-0-0": "title[en]",
         "column-0-1": "when_start", "column-0-2": "activity_kind"},
    )  # fmt: skip
    refused = client.get(address).content.decode()
    assert "lecture series" in refused
    client.post(
        f"{address}words/",
        {"list": "ActivityKind", "word": "lecture series", "code": "seminar"},
    )
    client.post(f"{address}decide/", {"do": "confirm"})
    (run,) = records_owned(viewer=member_of(centre), owner=centre)
    assert (run.content["activity_kind"], run.content["days"]) == ("seminar", "2027-02-01")


def test_an_ugly_file_gets_a_clear_answer(centre: uuid.UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    file = SimpleUploadedFile("half.xlsx", b"PK\x03\x04 and no more")
    answer = client.post("/desk/uploads/new/", {"file": file})
    assert answer.status_code == 422
    assert b'role="alert"' in answer.content


def test_a_gated_institution_waits_for_its_contact_point(centre: uuid.UUID, make: Maker) -> None:
    gate_set(institution=centre, state="JP", beyond="institution")
    client = join(centre, Role.PUBLISHER, "ann")
    address = bring(client, workbook(client, "Courses", **{"Title (English)": "Transport"}))
    client.post(f"{address}decide/", {"do": "confirm"})
    (record,) = records_owned(viewer=member_of(centre), owner=centre)
    share(client, record.id)
    assert b"Transport" not in Client().get("/training/").content
    contact = join(None, Role.CONTACT_POINT, "cho", state="JP")
    other = join(None, Role.CONTACT_POINT, "kim", state="KR")
    assert other.get("/desk/clearing/JP/").status_code == 403
    assert b"Transport" not in other.get("/desk/clearing/KR/").content
    queue = contact.get("/desk/clearing/JP/").content.decode()
    assert "Transport" in queue
    (row,) = re.findall(r'name="id" value="([^"]+)"', queue)
    answer = contact.post("/desk/clearing/JP/", {"do": "return", "id": row})
    assert b"Say why" in answer.content
    assert f'value="{row}" checked' in answer.content.decode()
    contact.post("/desk/clearing/JP/", {"do": "clear", "id": row})
    assert b"Transport" in Client().get("/training/").content
    assert Revision.objects.filter(record=record.id).latest("number").cleared_state == "JP"


def test_signed_in_people_read_every_page(centre: uuid.UUID, make: Maker) -> None:
    client = join(centre, Role.MANAGER, "ann")
    make.put("course", titles=text("C"), providers=[str(centre)], topics=["B1"])
    for address in ("/", "/institutions/", "/training/", "/training/calendar/", "/collaboration/",
                    "/coverage/", "/coverage/B1/", "/statements/", "/sources/", "/glossary/",
                    "/about/", "/recommendations/", f"/institutions/{centre}/", "/me/",
                    "/desk/tokens/", "/account/password/change/", "/account/2fa/",
                    "/account/sessions/"):  # fmt: skip
        assert client.get(address, follow=True).status_code == 200, address


def test_a_token_acts_with_no_more_than_its_person(centre: uuid.UUID, make: Maker) -> None:
    _made, secret = invitation_make(role=Role.PUBLISHER, institution=centre)
    person = person_join(
        secret=secret, email="a@example.org", name="A", password=PASSWORD, language="en"
    )
    acting = acting_for(person=person, institution=centre)
    _token, key = token_make(acting=acting, name="script", role=Role.PUBLISHER)
    assert token_acting(secret=key).role is Role.PUBLISHER
    Mandate.objects.update(role=Role.READER)
    assert token_acting(secret=key).role is Role.READER


def test_a_form_from_elsewhere_is_refused(centre: uuid.UUID) -> None:
    join(centre, Role.MANAGER, "ann")
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", {"login": "ann@example.org", "password": PASSWORD})
    assert answer.status_code == 403
    assert b"too old" in answer.content


def test_what_an_institution_keeps_to_itself_is_in_no_list_of_others(
    centre: uuid.UUID, make: Maker
) -> None:
    hidden = make.write(make.institution("Hidden place"), level=Level.INSTITUTION)
    client = join(centre, Role.MANAGER, "ann")
    assert b"Hidden place" not in client.get("/institutions/").content
    assert client.get(f"/institutions/{hidden}/").status_code == 404
    assert record_get(viewer=member_of(make.owner), record_id=hidden)
    with pytest.raises(Exception, match="no such record"):
        record_get(viewer=ANYONE, record_id=hidden)


def test_a_centre_takes_over_what_compilers_wrote_of_it(
    client: Client, centre: uuid.UUID, make: Maker
) -> None:
    compiler = make.owner
    course = make.put("course", titles=text("Old course"), providers=[str(centre)])
    joint = make.put("course", titles=text("Joint course"), providers=[str(centre), str(compiler)])
    mine = join(centre, Role.PUBLISHER, "ann")
    desk = mine.get("/desk/").content.decode()
    assert "Old course" in desk
    assert f'value="{joint}"' not in desk
    refused = mine.post("/desk/take-over/", {"id": str(joint)})
    assert refused.status_code == 404
    mine.post("/desk/take-over/", {"id": [str(course), str(centre)]})
    assert record_get(viewer=ANYONE, record_id=course).owner == centre
    assert record_get(viewer=ANYONE, record_id=centre).owner == centre
    data = workbook(mine, "Courses", **{"Title (English)": "New course"})
    assert "Old course" in {
        c.value for row in openpyxl.load_workbook(BytesIO(data))["Courses"] for c in row
    }
    other = join(make.write(make.institution("Other")), Role.PUBLISHER, "bob")
    assert other.post("/desk/take-over/", {"id": str(course)}).status_code == 404


def test_history_shows_what_changed_and_says_it_again(
    client: Client, centre: uuid.UUID, make: Maker
) -> None:
    mine = join(centre, Role.PUBLISHER, "ann")
    mine.post("/desk/take-over/", {"id": str(centre)})
    acting = acting_for(person=Person.objects.get(), institution=centre)
    actor = acting.require(Role.PUBLISHER)
    course = make.parse("course", titles=text("First title"), providers=[str(centre)])
    key = revision_write(actor=actor, draft=Draft(course, level=Level.PUBLIC), via="form")
    changed = make.parse("course", titles=text("Second title"), providers=[str(centre)])
    revision_write(actor=actor, draft=Draft(changed, key), via="form", reason="a better title")
    page = client.get(f"/records/{key}/revisions/2/").content.decode()
    assert "<del>First title</del>" in page
    assert "<ins>Second title</ins>" in page
    assert "a better title" in page
    assert "by a form" in page
    assert client.get(f"/records/{key}/revisions/9/").status_code == 404
    assert client.post(f"/records/{key}/revisions/1/").status_code == 403
    assert mine.post(f"/records/{key}/revisions/1/").status_code == 302
    view = record_get(viewer=ANYONE, record_id=key)
    assert view.content["titles"]["text"]["en"] == "First title"
    assert view.revision_number == 3


def test_what_may_be_there_already_waits_for_a_decision(centre: uuid.UUID, make: Maker) -> None:
    host = make.write(make.institution("Host"))
    make.put(
        "activity", titles=text("Regional workshop on transport security"), when="2027-02-01",
        activity_kind="workshop", country="JP", town="Tokai", topics=["D1"],
        parties=[{"party": {"institution": str(host)}, "part": "host"}],
    )  # fmt: skip
    client = join(centre, Role.EDITOR, "ann")
    row = {"Title (English)": "Regional workshop on transport security", "Kind": "workshop",
           "First day": "2027-02-01", "Town": "Tokai", "Country or area": "Japan", "Topics": "D1",
           "Host": "Host", "Mailbox for questions": "jane.doe@example.org"}  # fmt: skip
    address = bring(client, workbook(client, "Activities", **row))
    page = client.get(address).content.decode()
    assert "may be there already" in page
    assert "looks like a person" in page
    client.post(f"{address}decide/", {"do": "confirm"})
    assert list(records_owned(viewer=member_of(centre), owner=centre)) == []
    again = bring(client, workbook(client, "Activities", **row))
    (record,) = re.findall(r'name="record" value="([^"]+)"', client.get(again).content.decode())
    client.post(f"{again}decide/", {"do": "confirm", "offered": [record], "record": [record]})
    assert len(list(records_owned(viewer=member_of(centre), owner=centre))) == 1


def test_odd_requests_get_an_answer_that_helps(centre: uuid.UUID, make: Maker) -> None:
    client = join(centre, Role.MANAGER, "ann")
    course = make.put("course", titles=text("C"), providers=[str(centre)])
    book = bring(client, workbook(client, "Courses", **{"Title (English)": "Transport"}))
    nul = {"do": "invite", "note": "a\0b"}
    for answer, status in (
        (Client().get(f"/records/{course}/revisions/{10**22}/"), 404),
        (client.get(f"{book}?mapping"), 200),
        (client.get(f"{book}?from=-1&status=zzz"), 200),
        (client.post(f"{book}columns/", {"do": "sheet", "sheet-0": "zzz"}), 302),
        (client.post("/desk/members/", {"do": "gate", "beyond": "zzz"}), 302),
        (client.post("/desk/members/", {"do": "change", "id": "zzz"}), 400),
        (client.post("/desk/members/", nul), 400),
        (client.post("/desk/members/", {"do": "invite", "acting": str(make.owner)}), 409),
    ):
        assert answer.status_code == status


def test_no_member_is_made_what_no_institution_has(centre: uuid.UUID) -> None:
    client = join(centre, Role.MANAGER, "ann")
    other = join(centre, Role.READER, "bob")
    member = Mandate.objects.get(role=Role.READER)
    change = {"do": "change", "id": str(member.id), "role": "contact_point"}
    assert client.post("/desk/members/", change).status_code == 403
    assert other.get("/desk/").status_code == 200


def test_the_links_of_a_manager_end_with_the_role(centre: uuid.UUID) -> None:
    first, second = join(centre, Role.MANAGER, "ann"), join(centre, Role.MANAGER, "bob")
    page = second.post("/desk/members/", {"do": "invite", "role": "manager"}).content.decode()
    link = re.search(r'<code id="link">(.*?)</code>', page)
    assert link is not None
    bob = Mandate.objects.get(person__email="bob@example.org")
    first.post("/desk/members/", {"do": "end", "id": str(bob.id)})
    assert Client().get("/" + link[1].split("/", 3)[3]).status_code == 404


def test_who_only_helped_to_organise_does_not_take_over(centre: uuid.UUID, make: Maker) -> None:
    host = make.write(make.institution("Host"))
    parties = [{"party": {"institution": str(host)}, "part": "host"},
               {"party": {"institution": str(centre)}, "part": "co_organiser"}]  # fmt: skip
    run = make.put("activity", titles=text("Run"), activity_kind="seminar", parties=parties)
    client = join(centre, Role.PUBLISHER, "ann")
    assert client.post("/desk/take-over/", {"id": str(run)}).status_code == 404
