"""A material as a bag: whole by its own manifests, and with nothing that the viewer may not see."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from files import docx
from making import Maker
from rooms import Room

from concord.core.disclosure import ANYONE, Viewer
from concord.library.bags import material_bag
from concord.record.audiences import viewer_as
from concord.record.selectors import record_get

DAY = dt.date(2026, 11, 27)


@pytest.fixture
def room(make: Maker, settings: Any, tmp_path: Path) -> Room:
    settings.VAR = tmp_path
    return Room(make)


def parts(room: Room, viewer: Viewer) -> dict[str, bytes]:
    """What is in the bag, by its path, once all of its manifests were checked (RFC 8493, 3)."""
    material = record_get(viewer=viewer, record_id=room.material)
    with material_bag(viewer=viewer, material=material, today=DAY) as file:
        data = file.read()
    top = f"material-{room.material}/"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert all(name.startswith(top) for name in names)
        found = {name.removeprefix(top): archive.read(name) for name in names}
    assert found["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    payload = {name for name in found if name.startswith("data/")}
    for manifest, wanted in (
        ("manifest-sha256.txt", payload),
        ("tagmanifest-sha256.txt", set(found) - payload - {"tagmanifest-sha256.txt"}),
    ):
        lines = [line.split("  ", 1) for line in found[manifest].decode().splitlines()]
        assert {path for _digest, path in lines} == wanted
        assert all(hashlib.sha256(found[path]).hexdigest() == digest for digest, path in lines)
    oxum = f"{sum(len(found[name]) for name in payload)}.{len(payload)}"
    assert f"Payload-Oxum: {oxum}\n" in found["bag-info.txt"].decode()
    return found


def test_a_bag_is_whole_and_has_what_its_viewer_may_see(room: Room) -> None:
    first = room.bring("One", name="1")
    second = room.bring("Two", name="2", after=str(first))
    room.publish(first)
    everybodys, own = parts(room, ANYONE), parts(room, viewer_as(room.owner))
    said = [record["id"] for record in json.loads(everybodys["data/records.json"])]
    assert said == [str(room.material), str(first)]
    files = [data for name, data in everybodys.items() if name.startswith("data/files/")]
    assert files == [docx("One")]
    said = [record["id"] for record in json.loads(own["data/records.json"])]
    assert said == [str(room.material), str(second), str(first)]
    files = [data for name, data in own.items() if name.startswith("data/files/")]
    assert files == [docx("Two"), docx("One")]


def test_a_file_that_is_held_is_not_in_it(room: Room, settings: Any) -> None:
    room.publish(room.bring("One", name="1"))
    settings.CONCORD_SCANNER = "/bin/false"
    assert not any(name.startswith("data/files/") for name in parts(room, ANYONE))
