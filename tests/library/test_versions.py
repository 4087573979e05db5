"""Versions of materials: brought, kept as they are, seen by those who may, endorsed for themselves."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.utils import timezone
from files import docx
from making import Maker, text
from rooms import Room

from concord.accounts.errors import NotAllowedError
from concord.core.disclosure import ANYONE, Actor, Level
from concord.library.errors import FileGoneError, FileHeldError, FileRefusedError
from concord.library.keeping import files_scan, files_sweep, path_of
from concord.library.models import StoredFile
from concord.library.selectors import material_versions, version_file, version_get
from concord.library.services import version_endorse
from concord.record.audiences import viewer_as
from concord.record.errors import InvalidContentError, NotFoundError
from concord.record.publishing import Levels, records_share
from concord.record.selectors import record_get
from concord.record.sensitive import SensitiveContentError


@pytest.fixture
def room(make: Maker, settings: Any, tmp_path: Path) -> Room:
    settings.VAR = tmp_path
    return Room(make)


def test_a_version_is_its_bytes_and_its_institutions_alone_at_first(room: Room) -> None:
    key = room.bring("Lesson one")
    _material, shown = version_get(viewer=viewer_as(room.owner), version_id=key)
    file = shown.record.content["file"]
    path, _file = version_file(viewer=viewer_as(room.owner), version_id=key)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file["digest"]
    assert path.read_bytes() == docx("Lesson one")
    for viewer in (ANYONE, viewer_as(room.other)):
        with pytest.raises(NotFoundError):
            version_file(viewer=viewer, version_id=key)
    room.publish(key)
    assert version_file(viewer=ANYONE, version_id=key)[0] == path


def test_what_a_version_is_can_never_be_said_otherwise(room: Room) -> None:
    key = room.bring("Lesson one")
    view = record_get(viewer=viewer_as(room.owner), record_id=key)
    for name, value in (
        ("name", "other"),
        ("file", view.content["file"] | {"digest": "0" * 64}),
        ("material", str(room.begin())),
    ):
        with pytest.raises(InvalidContentError) as error:
            room.write("version", view.content | {name: value}, room.owner, record_id=key)
        assert set(error.value.fields) == {name}
    room.write("version", view.content | {"when": "2026"}, room.owner, record_id=key)


def test_nobody_begins_a_version_around_an_upload(room: Room) -> None:
    """Who knows a digest must not come by the bytes that somebody else keeps under it."""
    key = room.bring("Kept to ourselves")
    file = record_get(viewer=viewer_as(room.owner), record_id=key).content["file"]
    data = {"material": str(room.material), "name": "mine", "file": file}
    with pytest.raises(InvalidContentError):
        room.write("version", data, room.other)


def test_only_those_who_made_a_material_add_versions(room: Room) -> None:
    with pytest.raises(NotAllowedError):
        room.bring("From elsewhere", room.other)
    room.material = room.begin(makers=[{"institution": str(room.other)}])
    key = room.bring("Written together", room.other)
    material = record_get(viewer=ANYONE, record_id=room.material)
    room.publish(key, by=room.other)
    assert [v.record.id for v in material_versions(viewer=ANYONE, material=material)] == [key]


def test_versions_stand_in_the_order_in_which_they_were_made(room: Room) -> None:
    first = room.bring("One", name="1")
    second = room.bring("Two", name="2", after=str(first), changes=text("Two for one"))
    third = room.bring("Three", name="10", after=str(second))
    viewer = viewer_as(room.owner)
    material = record_get(viewer=viewer, record_id=room.material)
    versions = material_versions(viewer=viewer, material=material)
    assert [v.record.id for v in versions] == [third, second, first]
    room.publish(second)
    assert [v.record.id for v in material_versions(viewer=ANYONE, material=material)] == [second]


def test_a_version_needs_a_name_of_its_own_and_one_to_be_made_from(room: Room) -> None:
    first = room.bring("One", name="1")
    with pytest.raises(InvalidContentError):
        room.bring("Again", name="1")
    room.material = room.begin()
    with pytest.raises(InvalidContentError):
        room.bring("Two", name="2", after=str(first))


def test_an_endorsement_holds_for_these_bytes_alone(room: Room) -> None:
    first = room.bring("One", name="1")
    second = room.bring("Two", name="2", after=str(first))
    room.publish(first, second)
    key, _written = version_endorse(
        acting=room.acting(room.other), viewer=viewer_as(room.other), version_id=first,
        said={"text": text("Consistent with NSS 13"), "guidance": "NSS 13", "valid": "2026/2028"},
    )  # fmt: skip
    room.publish(key, by=room.other)
    assert version_get(viewer=ANYONE, version_id=first)[1].is_endorsed
    assert not version_get(viewer=ANYONE, version_id=second)[1].is_endorsed
    (one,) = version_get(viewer=ANYONE, version_id=first)[1].endorsements
    assert one.is_own_word
    later = dt.datetime(2029, 1, 1, tzinfo=dt.UTC)
    with mock.patch.object(timezone, "now", return_value=later):
        assert not version_get(viewer=ANYONE, version_id=first)[1].is_endorsed


def test_what_is_said_of_other_bytes_is_no_endorsement_of_these(room: Room) -> None:
    key = room.bring("One", name="1")
    room.publish(key)
    said = {
        "text": text("Checked"), "body": {"institution": str(room.other)},
        "provider": {"institution": str(room.owner)}, "version": str(key), "digest": "0" * 64,
    }  # fmt: skip
    room.write("endorsement", said, room.other)
    assert version_get(viewer=ANYONE, version_id=key)[1].endorsements == []
    with pytest.raises(InvalidContentError):
        room.write("endorsement", {n: v for n, v in said.items() if n != "digest"}, room.other)


def test_an_endorsement_that_somebody_reports_is_told_apart(room: Room) -> None:
    key = room.bring("One", name="1")
    room.publish(key)
    file = record_get(viewer=ANYONE, record_id=key).content["file"]
    said = {
        "text": text("Checked by the other"), "body": {"institution": str(room.other)},
        "provider": {"institution": str(room.owner)}, "version": str(key), "digest": file["digest"],
    }  # fmt: skip
    room.write("endorsement", said, room.owner)
    (one,) = version_get(viewer=ANYONE, version_id=key)[1].endorsements
    assert not one.is_own_word


def test_the_text_of_a_file_is_found_by_those_who_may_see_the_file(room: Room) -> None:
    key = room.bring("A lesson on tamarisk seals")
    assert room.found(viewer_as(room.owner), "tamarisk") == [room.material]
    assert room.found(ANYONE, "tamarisk") == []
    assert room.found(ANYONE, "Basics") == [room.material]
    room.publish(key)
    assert room.found(ANYONE, "tamarisk") == [room.material]
    levels = {key: Levels(Level.PUBLIC, {"file": Level.INSTITUTION})}
    records_share(actor=Actor(room.owner, uuid4(), may_publish=True), levels=levels)
    assert room.found(ANYONE, "tamarisk") == []
    with pytest.raises(NotFoundError):
        version_file(viewer=ANYONE, version_id=key)


def test_a_file_that_is_marked_as_classified_is_not_taken(room: Room) -> None:
    with pytest.raises(SensitiveContentError):
        room.bring("TOP SECRET")
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize(("ends", "is_taken"), [(0, True), (1, False), (2, False)])
def test_a_file_is_taken_once_the_scanner_found_it_clean(
    room: Room, settings: Any, tmp_path: Path, ends: int, is_taken: bool
) -> None:
    scanner = tmp_path / "scanner"
    scanner.write_text(f'#!/bin/sh\ntest -s "$1" && exit {ends}\n')
    scanner.chmod(0o700)
    settings.CONCORD_SCANNER = str(scanner)
    if is_taken:
        key = room.bring("Lesson")
        assert version_file(viewer=viewer_as(room.owner), version_id=key)[0].exists()
        assert StoredFile.objects.get().scan == StoredFile.Scan.CLEAN
        return
    with pytest.raises(FileRefusedError):
        room.bring("Lesson")
    assert StoredFile.objects.count() == 0
    assert not list((tmp_path / "library").rglob("*.*"))


def test_what_came_before_there_was_a_scanner_is_held_until_it_looked(
    room: Room, settings: Any
) -> None:
    key = room.bring("Lesson")
    viewer = viewer_as(room.owner)
    assert version_file(viewer=viewer, version_id=key)
    settings.CONCORD_SCANNER = "/bin/false"
    assert files_scan() == 0
    with pytest.raises(FileHeldError):
        version_file(viewer=viewer, version_id=key)
    settings.CONCORD_SCANNER = "/bin/true"
    assert files_scan() == 1
    assert version_file(viewer=viewer, version_id=key)


def test_bytes_that_no_row_stands_for_are_swept(room: Room) -> None:
    key = room.bring("Lesson")
    digest = record_get(viewer=viewer_as(room.owner), record_id=key).content["file"]["digest"]
    files_sweep()
    assert path_of(room.owner, digest).exists()
    StoredFile.objects.all().delete()
    files_sweep()
    assert not path_of(room.owner, digest).exists()
    with pytest.raises(FileGoneError):
        version_file(viewer=viewer_as(room.owner), version_id=key)


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "cc-by-sa-4.0 OR MIT"])
def test_a_licence_is_an_expression_of_spdx(room: Room, licence: str) -> None:
    key = room.begin(licence=licence)
    said = record_get(viewer=ANYONE, record_id=key).content["licence"]
    assert said == licence.replace("cc-by-sa", "CC-BY-SA")


@pytest.mark.parametrize(
    "licence", ["free", "CC-BY-9.0", "MIT AND", "((((", "LicenseRef-ours", "A" * 300]
)
def test_what_is_no_licence_is_refused(room: Room, licence: str) -> None:
    with pytest.raises(InvalidContentError):
        room.begin(licence=licence)
