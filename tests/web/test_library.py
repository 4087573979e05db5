"""The library's pages: brought, shown, downloaded, endorsed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from files import docx
from making import Maker, text
from people import centre_of, join, share

from concord.accounts.models import Role


@pytest.fixture
def material(make: Maker, settings: Any, tmp_path: Path) -> tuple[UUID, Client]:
    """A public material of a centre, and a publisher of it."""
    settings.VAR = tmp_path
    owner = centre_of(make, make.institution("Centre", state="JP"))
    make.owner = owner
    key = make.put("material", titles=text("Basics"), material_kind="slides", licence="CC-BY-4.0")
    return key, join(owner, Role.PUBLISHER, "mia")


def bring(client: Client, key: UUID, words: str, **more: Any) -> Any:
    file = SimpleUploadedFile("plan.docx", docx(words))
    return client.post(f"/library/{key}/upload/", {"file": file, "name": words, **more})


def version_of(answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"]).split("/")[-2]


def test_a_version_goes_from_upload_to_everybody(material: tuple[UUID, Client]) -> None:
    key, mia = material
    stranger = Client()
    first = version_of(bring(mia, key, "One"))
    assert "No version is shown" in stranger.get(f"/library/{key}/").content.decode()
    assert stranger.get(f"/library/versions/{first}/").status_code == 404
    assert stranger.get(f"/library/versions/{first}/file/").status_code == 404
    share(mia, first)
    page = stranger.get(f"/library/versions/{first}/").content.decode()
    assert "not looked through" in page
    answer = stranger.get(f"/library/versions/{first}/file/")
    assert b"".join(answer.streaming_content) == docx("One")  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == 'attachment; filename="plan.docx"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "/library/" in stranger.get("/library/?q=One").content.decode()


def test_a_new_version_shows_what_changed_and_is_not_endorsed(
    material: tuple[UUID, Client],
) -> None:
    key, mia = material
    first = version_of(bring(mia, key, "One"))
    said = {"text": "Consistent with NSS 13", "guidance": "NSS 13", "valid": "2020/2099"}
    assert mia.post(f"/library/versions/{first}/endorse/", said).status_code == 302
    second = version_of(bring(mia, key, "Two", after=first))
    page = mia.get(f"/library/versions/{first}/").content.decode()
    assert "Consistent with NSS 13" in page
    page = mia.get(f"/library/versions/{second}/").content.decode()
    assert "This version is not endorsed" in page
    assert "The version that it was made from is" in page
    assert "<td>One<br></td>" in page
    assert "<td>Two<br></td>" in page


def test_what_is_wrong_with_a_file_stands_beside_it(material: tuple[UUID, Client]) -> None:
    key, mia = material
    file = SimpleUploadedFile("plan.pdf", b"MZ\x90")
    answer = mia.post(f"/library/{key}/upload/", {"file": file, "name": "1", "when": "2026"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "is a program" in page
    assert 'value="2026"' in page
    assert mia.post(f"/library/{key}/upload/", {"name": "1"}).status_code == 422
    assert bring(mia, key, "One", when="yesterday").status_code == 422


def test_a_warning_of_the_content_check_is_confirmed_with_the_file(
    material: tuple[UUID, Client],
) -> None:
    key, mia = material
    words = "Twelve guards patrol at 22:00 on the north gate."
    answer = bring(mia, key, words, name="1")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Nothing is saved" in page
    marks = re.findall(r'name="confirmed_warning" value="(.*?)"', page)
    assert marks
    sent = {"name": "1", "confirmed_warning": marks, "warnings_confirmed": "yes"}
    assert bring(mia, key, words, **sent).status_code == 302
    stopped = bring(mia, key, "TOP SECRET")
    assert stopped.status_code == 422
    assert "does not belong" in stopped.content.decode()


def test_others_can_neither_bring_nor_see_the_way(
    material: tuple[UUID, Client], make: Maker
) -> None:
    key, _mia = material
    other = join(centre_of(make, make.institution("Other")), Role.PUBLISHER, "ann")
    assert bring(other, key, "One").status_code == 403
    assert "Bring a new version" not in other.get(f"/library/{key}/").content.decode()
    assert Client().get(f"/library/{key}/upload/").status_code == 302


def test_a_material_is_added_by_the_form_of_the_desk(material: tuple[UUID, Client]) -> None:
    _key, mia = material
    sent = {"title-en": "Exam", "material_kind": "exam", "licence": "no licence", "do": "save"}
    page = mia.post("/desk/records/new/materials/", sent).content.decode()
    assert "no licence of SPDX" in page
    answer = mia.post("/desk/records/new/materials/", sent | {"licence": "CC-BY-4.0"})
    assert answer.status_code == 302, answer.content.decode()
    page = mia.get(answer["Location"]).content.decode()
    assert "In the library" in page
    assert "exam" in page
    assert "Exam" not in Client().get("/library/").content.decode()
