"""Drafts open for comments: opened, commented on, gathered into one response."""

from __future__ import annotations

import io
import re
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from making import Maker, text
from openpyxl import load_workbook
from people import centre_of, join, share

from concord.accounts.models import Role
from concord.core.disclosure import network_audience
from concord.library.consulting import paragraphs_read
from concord.record.members import member_admit

DRAFT = {
    "titles": "Implementing guide on training", "number": "NST999", "publisher": "IAEA",
    "closes": "2099-12-31", "topics": ["A1"], "revises": "31-G",
    "paragraphs": "3.1 Training of trainers\n3.2 Assessment\n\n 4.1",
}  # fmt: skip


def open_draft(client: Client, **more: object) -> str:
    answer = client.post("/drafts/new/", DRAFT | more)
    assert answer.status_code == 302, answer.content.decode()
    found = re.search(r"id=([0-9a-f-]{36})", answer["Location"])
    assert found, "a publisher goes on to choose who sees it"
    return found[1]


def comment(client: Client, draft: str, **said: str) -> list[str]:
    given_ = {"paragraph": "3.2", "comment_kind": "training", "text": "Say how it is assessed."}
    answer = client.post(f"/drafts/{draft}/comment/", given_ | said)
    assert answer.status_code == 302, answer.content.decode()
    return re.findall(r"id=([0-9a-f-]{36})", answer["Location"])


@pytest.fixture
def two(make: Maker) -> tuple[Client, Client, UUID]:
    """Publishers of two centres of one network."""
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    found = []
    for name, state in (("Centre", "JP"), ("Other Centre", "KR")):
        key = centre_of(make, make.institution(name, state=state))
        member_admit(audience=network_audience(network), institution=key)
        found.append(join(key, Role.PUBLISHER, name.lower().replace(" ", "")))
    return found[0], found[1], network


def test_comments_of_institutions_make_one_response(two: tuple[Client, Client, UUID]) -> None:
    one, other, network = two
    draft = open_draft(one)
    assert other.get(f"/drafts/{draft}/").status_code == 404
    share(one, draft, level=f"network:{network}")
    page = other.get(f"/drafts/{draft}/").content.decode()
    assert "Training of trainers" in page
    assert "31-G" in page
    assert Client().get(f"/drafts/{draft}/").status_code == 404
    first, source = comment(other, draft, source="A study of assessment", locator="p. 4",
                            proposed="Assessment is planned.")  # fmt: skip
    assert "Say how" not in one.get(f"/drafts/{draft}/").content.decode()
    for key in (first, source):
        share(other, key, level=f"network:{network}")
    comment(one, draft, paragraph="3.1", text="Name who trains.", comment_kind="editorial")
    page = one.get(f"/drafts/{draft}/").content.decode()
    assert page.index("Name who trains") < page.index("Say how it is assessed")
    assert "A study of assessment" in page
    book = load_workbook(io.BytesIO(
        b"".join(one.get(f"/drafts/{draft}/response.xlsx").streaming_content)  # type: ignore[attr-defined]
    ))  # fmt: skip
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=3)]  # type: ignore[union-attr]
    assert [(r[1], r[3], r[5]) for r in rows] == [
        ("3.1", "Centre", "Name who trains."),
        ("3.2", "Other Centre", "Say how it is assessed."),
    ]
    assert rows[1][6:8] == ["Assessment is planned.", "A study of assessment, p. 4"]
    seen = other.get(f"/drafts/{draft}/").content.decode()
    assert "Name who trains" not in seen, "not published yet"


def test_a_comment_is_changed_and_taken_back_by_its_own_institution_alone(
    two: tuple[Client, Client, UUID],
) -> None:
    one, other, network = two
    draft = open_draft(one)
    share(one, draft, level=f"network:{network}")
    (key,) = comment(other, draft)
    share(other, key, level=f"network:{network}")
    address = f"/drafts/{draft}/comment/{key}/"
    assert "Say how it is assessed" in other.get(address).content.decode()
    assert one.get(address).status_code == 404
    said = {"paragraph": "4.1", "comment_kind": "general", "text": "Better here."}
    assert other.post(address, said).status_code == 302
    assert "Better here" in other.get(f"/drafts/{draft}/").content.decode()
    assert one.post(address, {"do": "back"}).status_code == 404
    assert other.post(address, {"do": "back"}).status_code == 302
    assert "Better here" not in other.get(f"/drafts/{draft}/").content.decode()


def test_what_makes_no_sense_is_refused_in_words(two: tuple[Client, Client, UUID]) -> None:
    one, _other, _network = two
    for said, words in (
        ({"titles": " "}, "Say what the draft is called."),
        ({"paragraphs": "\n \n"}, "Write its paragraphs"),
        ({"paragraphs": "3.1 a\n3.1 b"}, "is there twice"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"closes": "soon"}, "closes"),
    ):
        answer = one.post("/drafts/new/", DRAFT | said)
        assert answer.status_code == 422, said
        assert words in answer.content.decode(), said
    draft = open_draft(one)
    given_ = {"paragraph": "3.3", "comment_kind": "training", "text": "x"}
    for said, words in (
        ({}, "The draft has no such paragraph."),
        ({"paragraph": " 3.1", "text": ""}, "Say what should change"),
        ({"paragraph": "3.1", "comment_kind": "odd"}, "comment_kind"),
    ):
        answer = one.post(f"/drafts/{draft}/comment/", given_ | said)
        assert answer.status_code == 422, said
        assert words in answer.content.decode(), said
    late = open_draft(one, closes="2001-01")
    answer = one.post(f"/drafts/{late}/comment/", given_ | {"paragraph": "3.1"})
    assert "no longer gathered" in answer.content.decode()


def test_a_comment_outlives_its_paragraph(two: tuple[Client, Client, UUID], make: Maker) -> None:
    one, _other, _network = two
    draft = make.put("consultation", titles=text("Open"), paragraphs=[{"number": "1"}])
    key = make.put("comment", about=str(draft), paragraph="7", comment_kind="general",
             text=text("About what is gone"))  # fmt: skip
    page = one.get(f"/drafts/{draft}/").content.decode()
    assert page.index(">1<") < page.index("About what is gone")
    record = Client().get(f"/records/{key}/").content.decode()
    assert f"/drafts/{draft}/" in record
    assert "Who answers" not in record


@given(st.text(max_size=300))
def test_whatever_is_typed_paragraphs_have_numbers(lines: str) -> None:
    for one in paragraphs_read(lines, "en"):
        assert one["number"].strip()
        assert " " not in one["number"]
        assert one.get("heading", {"text": {"en": "x"}})["text"]["en"].strip()
