"""The list of partners is one institution's alone, and so is whom it set aside."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from making import Maker, text
from people import join

from concord.accounts.models import Role
from concord.core.disclosure import ANYONE, Level, member_of
from concord.record.errors import NotFoundError
from concord.studies.models import SetAside
from concord.studies.partners import PartnersQuestion
from concord.studies.running import study_run

ADDRESS = "/desk/partners/"


@pytest.fixture
def two(make: Maker) -> tuple[uuid.UUID, uuid.UUID]:
    """An institution, and a centre with a course on transport."""
    own = make.write(make.institution("Own", state="JP"))
    other = make.write(make.institution("Other", state="KR", languages=["en"]))
    make.put("course", titles=text("Convoys"), providers=[str(other)], topics=["D1"])
    make.put("course", titles=text("Fences"), providers=[str(own)], topics=["B1"], languages=["en"])
    return own, other


@pytest.mark.django_db
def test_somebody_is_proposed_set_aside_and_taken_back(two: tuple[uuid.UUID, uuid.UUID]) -> None:
    own, other = two
    editor, reader = join(own, Role.EDITOR, "editor"), join(own, Role.READER, "reader")
    page = editor.get(ADDRESS).content.decode()
    assert "It works on topics that you do not: D1" in page
    assert "You both work in English." in page
    assert reader.post(ADDRESS, {"do": "aside", "other": str(other)}).status_code == 403
    assert editor.post(ADDRESS, {"do": "aside", "other": str(other)}).status_code == 302
    assert "D1" not in editor.get(ADDRESS).content.decode()
    assert "Propose again" in editor.get(ADDRESS).content.decode()
    them = join(other, Role.MANAGER, "them")
    assert "Propose again" not in them.get(ADDRESS).content.decode()
    editor.post(ADDRESS, {"do": "back", "other": str(other)})
    assert not SetAside.objects.exists()
    assert editor.post(ADDRESS, {"do": "aside", "other": "x"}).status_code == 404
    assert editor.post(ADDRESS, {"do": "aside", "other": str(uuid.uuid4())}).status_code == 404


@pytest.mark.django_db
def test_nobody_else_may_ask_for_the_list(two: tuple[uuid.UUID, uuid.UUID]) -> None:
    own, _other = two
    question = PartnersQuestion(institution=str(own))
    for viewer in (ANYONE, member_of(uuid.uuid4())):
        with pytest.raises(NotFoundError):
            study_run(viewer=viewer, name="partners", question=question)
    assert study_run(viewer=member_of(own), name="partners", question=question).result["partners"]
    for address in ("/api/studies/partners", "/studies/partners.json", "/studies/partners.xlsx"):
        assert Client().get(address, {"institution": str(own)}).status_code == 404
    assert Client().get(ADDRESS).status_code == 302


@pytest.mark.django_db
def test_what_is_withheld_proposes_nobody(make: Maker, two: tuple[uuid.UUID, uuid.UUID]) -> None:
    own, _other = two
    content = make.parse("course", titles=text("X"), providers=[str(make.owner)], topics=["F3"])
    make.write(content, level=Level.INSTITUTION)
    question = PartnersQuestion(institution=str(own))
    found = study_run(viewer=member_of(own), name="partners", question=question).result
    assert "F3" not in str(found)
