"""What is like a version, among what the viewer may see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from making import Maker
from rooms import Room

from concord.core.disclosure import ANYONE
from concord.library.alike import versions_alike
from concord.record.audiences import viewer_as
from concord.record.selectors import record_get

LESSON = "Detection comes before delay and delay comes before response in every lesson that we give"


@pytest.fixture
def room(make: Maker, settings: Any, tmp_path: Path) -> Room:
    settings.VAR = tmp_path
    return Room(make)


def test_a_copy_is_found_by_those_who_may_see_it_with_its_passage(room: Room) -> None:
    first = room.bring(f"{LESSON}. Ours ends here with other words.", name="1")
    room.bring(f"{LESSON}. A second version.", name="2", after=str(first))
    room.material = room.begin()
    copied = room.bring(f"Quite another beginning of it. {LESSON.upper()}.", name="1")
    room.bring("Nothing of all that stands in this one at all, not a word.", name="2")
    own = viewer_as(room.owner)
    version = record_get(viewer=own, record_id=first)
    (found,) = versions_alike(viewer=own, version=version) or []
    assert found.version.id == copied
    assert found.passages[0] == LESSON
    assert 0.3 < found.share <= 1
    room.publish(first)
    assert versions_alike(viewer=ANYONE, version=version) == []
    room.publish(copied)
    (found,) = versions_alike(viewer=ANYONE, version=version) or []
    assert found.version.id == copied


def test_a_file_without_text_is_not_compared(room: Room) -> None:
    key = room.bring("Short")
    view = record_get(viewer=viewer_as(room.owner), record_id=key)
    assert versions_alike(viewer=viewer_as(room.owner), version=view) is None
