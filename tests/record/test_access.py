"""The access record: which institution read what is not for everybody, and what leaves no trace."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from making import Maker, join, text

from concord.accounts.models import Person, Role
from concord.accounts.selectors import acting_for
from concord.accounts.services import token_make
from concord.core.disclosure import Actor, Level, state_audience
from concord.exchange.exports import export_ask, export_run
from concord.record.access import Line, access_days, access_forget, access_ids, readers_of_records
from concord.record.audiences import viewer_as
from concord.record.members import group_found, member_admit
from concord.record.models import Access
from concord.record.services import Draft, content_parse, revisions_write


@pytest.fixture
def centres(make: Maker, settings: Any, tmp_path: Path) -> Iterator[tuple[UUID, UUID]]:
    settings.VAR = tmp_path
    cache.clear()
    one, two = (make.write(make.institution(name, state="JP")) for name in ("One", "Two"))
    yield one, two
    cache.clear()


@pytest.fixture
def group(centres: tuple[UUID, UUID]) -> UUID:
    return group_found(actor=Actor(centres[0]), name="Both", institutions=[centres[1]])


def course(owner: UUID, level: Level, **fields: Level) -> UUID:
    content = content_parse(
        kind="course", data={"titles": text("Sealing"), "providers": [str(owner)]}
    )
    draft = Draft(content, uuid.uuid4(), level, fields)
    return revisions_write(actor=Actor(owner, may_publish=True), drafts=[draft], via="test")[0]


def test_a_page_read_in_a_group_is_kept_for_its_owner(
    centres: tuple[UUID, UUID], group: UUID
) -> None:
    one, two = centres
    record = course(one, Level.group(group))
    reader = join(two, Role.READER, "ann")
    for _look in range(2):
        assert reader.get(f"/records/{record}/").status_code == 200
    (day,) = access_days(owner=one)
    assert (day.reader, day.way, day.records) == (f"institution:{two}", Access.Way.PAGE, 1)
    assert access_ids(owner=one, chosen=Line(day.day, day.reader, "page")) == [record]
    assert set(readers_of_records(owner=one, ids=[record])[record]) == {f"institution:{two}"}
    assert access_days(owner=two) == []


def test_public_reading_own_reading_and_strangers_leave_no_trace(
    centres: tuple[UUID, UUID], group: UUID
) -> None:
    one, two = centres
    public, shared = course(one, Level.PUBLIC), course(one, Level.group(group))
    own, other = join(one, Role.EDITOR, "ann"), join(two, Role.EDITOR, "bob")
    for client in (Client(), own, other):
        assert client.get(f"/records/{public}/").status_code == 200
    assert own.get(f"/records/{shared}/").status_code == 200
    assert Client().get(f"/records/{shared}/").status_code == 404
    assert Access.objects.count() == 0


def test_a_shown_field_of_a_public_record_counts(centres: tuple[UUID, UUID], group: UUID) -> None:
    one, two = centres
    record = course(one, Level.PUBLIC, note=Level.group(group))
    assert join(two, Role.READER, "ann").get(f"/records/{record}/").status_code == 200
    assert [day.records for day in access_days(owner=one)] == [1]


def test_files_and_programs_are_told_apart_and_streams_are_read_to_their_end(
    centres: tuple[UUID, UUID], group: UUID
) -> None:
    one, two = centres
    records = {course(one, Level.group(group)) for _number in range(3)}
    client = join(two, Role.EDITOR, "ann")
    answer = client.get("/lists/training.csv")
    assert answer.status_code == 200
    assert Access.objects.count() == 0
    lines = b"".join(answer.streaming_content)
    assert all(str(key).encode() in lines for key in records)
    person = client.session["_auth_user_id"]
    acting = acting_for(person=Person.objects.get(id=person), institution=two)
    _token, secret = token_make(acting=acting, role=Role.READER, name="program")
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    for key in records:
        assert api.get(f"/api/records/{key}").status_code == 200
    found = {day.way: day.records for day in access_days(owner=one)}
    assert found == {Access.Way.FILE: 3, Access.Way.INTERFACE: 3}


def test_a_file_that_the_worker_makes_counts_too(centres: tuple[UUID, UUID], group: UUID) -> None:
    one, two = centres
    course(one, Level.group(group))
    asked = export_ask(viewer=viewer_as(two), listing="training", params=QueryDict(), language="en")
    export_run(export_id=asked.id)
    assert [(day.reader, day.way) for day in access_days(owner=one)] == [
        (f"institution:{two}", Access.Way.FILE)
    ]


def test_a_contact_point_reads_as_the_state(centres: tuple[UUID, UUID]) -> None:
    one, _two = centres
    member_admit(audience=state_audience("JP"), institution=one)
    record = course(one, Level.STATE)
    client = join(None, Role.CONTACT_POINT, "chi", state="JP")
    assert client.get(f"/records/{record}/").status_code == 200
    assert [day.reader for day in access_days(owner=one)] == ["state:JP"]


def test_the_page_names_institutions_and_no_person(centres: tuple[UUID, UUID], group: UUID) -> None:
    one, two = centres
    record = course(one, Level.group(group))
    join(two, Role.READER, "ann").get(f"/records/{record}/")
    client = join(one, Role.READER, "bob")
    page = client.get("/desk/readers/").content.decode()
    assert "Two" in page
    assert "ann" not in page.replace("language", "")
    (day,) = access_days(owner=one)
    listed = client.get(
        "/desk/readers/", {"day": day.day.isoformat(), "reader": day.reader, "way": "page"}
    ).content.decode()
    assert f"/records/{record}/" in listed
    for wrong in ({"day": "x", "reader": "y", "way": "z"}, {"day": "2026-02-31", "way": "page"}):
        assert client.get("/desk/readers/", wrong).status_code == 200


def test_it_is_forgotten_after_three_years(centres: tuple[UUID, UUID], group: UUID) -> None:
    one, two = centres
    record = course(one, Level.group(group))
    join(two, Role.READER, "ann").get(f"/records/{record}/")
    assert access_forget() == 0
    assert access_forget(before=timezone.now() + dt.timedelta(days=1)) == 1
    assert access_days(owner=one) == []
