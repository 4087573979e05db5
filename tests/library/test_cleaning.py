"""What is removed for good is gone with its bytes and its text, and nothing else is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from making import Maker
from rooms import Room

from concord.core.disclosure import ANYONE, Actor
from concord.library.keeping import files_forget, path_of
from concord.library.models import StoredFile
from concord.record.audiences import viewer_as
from concord.record.errors import PurgedError
from concord.record.models import Record
from concord.record.places import all_places
from concord.record.purging import purge_approve, purge_ask
from concord.record.selectors import record_get


@pytest.fixture
def room(make: Maker, settings: Any, tmp_path: Path) -> Room:
    settings.VAR = tmp_path
    return Room(make)


def purge(room: Room, key: UUID, field: str = "") -> None:
    one, two = (Actor(room.owner, uuid4(), may_publish=True) for _ in range(2))
    asked = purge_ask(actor=one, record_id=key, field=field, rule="security")
    purge_approve(by=two, purge_id=asked.id)
    for place in all_places():
        place.sweep()


def path(room: Room, key: UUID) -> Path:
    view = record_get(viewer=viewer_as(room.owner), record_id=key)
    return path_of(room.owner, view.content["file"]["digest"])


@pytest.mark.parametrize("field", ["", "file"])
def test_a_version_that_goes_takes_its_bytes_and_text_with_it(room: Room, field: str) -> None:
    key, other = room.bring("The tamarisk marker"), room.bring("Another lesson")
    room.publish(key, other)
    gone, stays = path(room, key), path(room, other)
    assert room.found(ANYONE, "tamarisk")
    purge(room, key, field)
    assert not gone.exists()
    assert stays.exists()
    assert not any("tamarisk" in row.text for row in StoredFile.objects.all())
    assert StoredFile.objects.count() == 1
    assert not room.found(ANYONE, "tamarisk")
    assert room.found(ANYONE, "Another")
    with pytest.raises(PurgedError):
        record_get(viewer=ANYONE, record_id=key)


def test_a_text_that_goes_takes_the_files_that_say_it(room: Room) -> None:
    room.material = room.begin(summary={"original": "en", "text": {"en": "The tamarisk marker"}})
    key = room.bring("We speak of the Tamarisk  marker here.".replace("  ", " "))
    room.publish(key)
    gone = path(room, key)
    purge(room, room.material, "summary")
    assert not gone.exists()
    assert StoredFile.objects.count() == 0


def test_what_led_to_no_version_is_forgotten_a_day_later(room: Room) -> None:
    key = room.bring("Lesson")
    stored = StoredFile.objects.get()
    StoredFile.objects.create(
        institution=room.owner, digest="0" * 64, size=1, media_type="text/plain", text="x"
    )
    assert files_forget() == 0
    StoredFile.objects.update(at=stored.at - dt.timedelta(days=2))
    assert files_forget() == 1
    assert path(room, key).exists()
    assert Record.objects.filter(kind="version").count() == 1
