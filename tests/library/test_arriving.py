"""Files that are sent part by part: each byte once, whatever the line does."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.test import Client
from files import docx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import Maker, text
from people import centre_of, join
from rooms import Room

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.library import arriving as room_of_arrivals
from concord.library.arriving import (
    PART_BYTES,
    OtherPlaceError,
    arrivals_forget,
    arriving_add,
    arriving_begin,
    arriving_drop,
    arriving_get,
    arriving_received,
    arriving_take,
)
from concord.library.errors import FileRefusedError
from concord.library.identifying import MOST_BYTES
from concord.library.keeping import ABANDONED
from concord.library.models import Arriving
from concord.record.errors import NotFoundError


@pytest.fixture
def acting(make: Maker, settings: Any, tmp_path: Path) -> Acting:
    settings.VAR = tmp_path
    return Room(make).acting()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=300), st.lists(st.integers(0, 320), max_size=30))
def test_whatever_parts_come_in_whatever_order_the_file_is_what_was_sent(
    acting: Acting, data: bytes, places: list[int]
) -> None:
    """Parts that are late, doubled or beyond the end are told where to begin; nothing else is."""
    begun = arriving_begin(acting=acting, name="a.txt", size=len(data))
    for first in [*places, *range(0, len(data), 16)]:
        received = arriving_received(begun)
        part = data[first : first + 16]
        if first == received:
            arriving_add(acting=acting, arriving_id=begun.id, first=first, data=part)
            continue
        with pytest.raises(OtherPlaceError) as error:
            arriving_add(acting=acting, arriving_id=begun.id, first=first, data=part)
        assert error.value.received == received
    while (received := arriving_received(begun)) < len(data):
        part = data[received : received + 16]
        arriving_add(acting=acting, arriving_id=begun.id, first=received, data=part)
    assert arriving_take(acting=acting, arriving_id=begun.id) == ("a.txt", data)
    arriving_drop(acting=acting, arriving_id=begun.id)


def test_no_more_comes_than_there_was_to_be(acting: Acting) -> None:
    for size in (0, MOST_BYTES + 1):
        with pytest.raises(FileRefusedError):
            arriving_begin(acting=acting, name="a.txt", size=size)
    begun = arriving_begin(acting=acting, name="a.txt", size=PART_BYTES + 5)
    for data in (b"x" * (PART_BYTES + 1), b"x" * (PART_BYTES + 6)):
        with pytest.raises(FileRefusedError):
            arriving_add(acting=acting, arriving_id=begun.id, first=0, data=data)
    with pytest.raises(OtherPlaceError):
        arriving_take(acting=acting, arriving_id=begun.id)


def test_what_somebody_sends_is_nobody_elses(acting: Acting) -> None:
    begun = arriving_begin(acting=acting, name="a.txt", size=5)
    colleague = Acting(uuid4(), acting.institution, Role.EDITOR)
    for other in (colleague, Acting(acting.person, uuid4(), Role.EDITOR)):
        with pytest.raises(NotFoundError):
            arriving_get(acting=other, arriving_id=begun.id)


def test_only_so_many_are_on_their_way(acting: Acting) -> None:
    with mock.patch.object(room_of_arrivals, "MOST_AT_ONCE", 2):
        for _number in range(2):
            arriving_begin(acting=acting, name="a.txt", size=5)
        with pytest.raises(FileRefusedError):
            arriving_begin(acting=acting, name="a.txt", size=5)


def test_what_nobody_sends_on_is_forgotten(acting: Acting, tmp_path: Path) -> None:
    begun = arriving_begin(acting=acting, name="a.txt", size=5)
    assert arrivals_forget() == 0
    Arriving.objects.update(at=begun.at - ABANDONED)
    assert arrivals_forget() == 1
    assert list((tmp_path / "library").rglob("*.half")) == []


@pytest.fixture
def material(make: Maker, settings: Any, tmp_path: Path) -> tuple[str, Client]:
    settings.VAR = tmp_path
    owner = centre_of(make, make.institution("Centre", state="JP"))
    make.owner = owner
    key = make.put("material", titles=text("Basics"), material_kind="slides")
    return f"/library/{key}/upload/", join(owner, Role.EDITOR, "mia")


def test_a_form_takes_the_file_that_came_before_it(material: tuple[str, Client]) -> None:
    address, mia = material
    data = docx("One", "Two")
    begun = mia.post("/library/arriving/", {"name": "plan.docx", "size": len(data)}).json()
    octets = "application/octet-stream"
    for first in (0, 100):
        part = data[first : first + 100] if first == 0 else data[first:]
        sent = mia.post(f"{begun['address']}?from={first}", part, content_type=octets)
        assert sent.json()["received"] == first + len(part)
    late = mia.post(f"{begun['address']}?from=0", data[:100], content_type=octets)
    assert (late.status_code, late.json()) == (409, {"received": len(data)})
    wrong = mia.post(address, {"arrived": begun["id"], "name": ""})
    assert wrong.status_code == 422
    assert begun["id"] in wrong.content.decode()
    answer = mia.post(address, {"arrived": begun["id"], "name": "1"})
    assert answer.status_code == 302, answer.content.decode()
    got = mia.get(f"{answer['Location']}file/")
    assert b"".join(got.streaming_content) == data  # type: ignore[attr-defined]
    assert mia.get(begun["address"]).status_code == 404


def test_a_stranger_sends_nothing(material: tuple[str, Client]) -> None:
    stranger = Client()
    assert stranger.post("/library/arriving/", {"name": "a", "size": 5}).status_code == 401
    assert Arriving.objects.count() == 0
