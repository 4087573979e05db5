"""The day of an activity is a field of its own, whichever way it comes in and goes out."""

from __future__ import annotations

import datetime as dt
import importlib
import uuid
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from making import Maker, join, text

from concord.accounts.models import Role
from concord.core.disclosure import ANYONE, Actor, Level
from concord.core.timespan import TimeSpan
from concord.record.audiences import viewer_as
from concord.record.errors import InvalidContentError
from concord.record.following import forget
from concord.record.guard import service
from concord.record.history import record_restore
from concord.record.models import Record, Revision
from concord.record.publishing import Levels, records_share
from concord.record.selectors import record_get
from concord.record.services import Draft, content_dump, content_parse, revision_write
from concord.register.kinds import Activity

BASE = {"titles": text("Course"), "activity_kind": "course_run"}
DAYS = st.dates(dt.date(2010, 1, 1), dt.date(2030, 12, 31))


def said(**data: object) -> dict[str, Any]:
    return content_dump(content_parse(kind="activity", data={**BASE, **data}))


@pytest.fixture
def centre(make: Maker) -> UUID:
    return make.write(make.institution("Centre", state="JP"))


def write(
    owner: UUID,
    level: Level = Level.PUBLIC,
    fields: dict[str, Level] | None = None,
    key: UUID | None = None,
    **data: object,
) -> UUID:
    content = content_parse(kind="activity", data={**BASE, **data})
    draft = Draft(content, key or uuid.uuid4(), level, fields or {})
    return revision_write(actor=Actor(owner, may_publish=True), draft=draft, via="form")


@pytest.mark.parametrize(
    ("when", "month"),
    [
        ("2026-05-04", "2026-05"),
        ("2026-05-04/2026-05-08", "2026-05"),
        ("2026-05-30/2026-06-02", "2026-05/2026-06"),
        ("2026-05-04/..", "2026-05/.."),
        ("../2026-05-04", "../2026-05"),
        ("2026-05-04/2027", "2026-05/2027"),
    ],
)
def test_a_day_typed_with_the_month_stands_by_itself(when: str, month: str) -> None:
    found = said(when=when)
    assert (found["when"], found["days"]) == (month, when)


@pytest.mark.parametrize("when", ["2026", "2026-05", "2024/2026", "2026-05/.."])
def test_what_names_no_day_stays(when: str) -> None:
    assert said(when=when)["when"] == when
    assert "days" not in said(when=when)


@given(DAYS, DAYS)
def test_what_was_moved_is_moved_no_further(one: dt.date, other: dt.date) -> None:
    span = "/".join(sorted({str(one), str(other)}))
    found = said(when=span)
    assert said(**{n: found[n] for n in ("when", "days")}) == found
    assert not TimeSpan.parse(found["when"]).is_to_the_day
    assert TimeSpan.parse(found["when"]).earliest <= TimeSpan.parse(span).earliest
    assert TimeSpan.parse(found["when"]).latest >= TimeSpan.parse(span).latest


def test_a_day_given_twice_is_refused_where_the_two_differ() -> None:
    assert said(when="2026-05-04", days="2026-05-04")["when"] == "2026-05"
    with pytest.raises(InvalidContentError) as refused:
        said(when="2026-05-04", days="2026-05-05")
    assert list(refused.value.fields) == ["days"]


def test_who_does_not_see_the_month_does_not_see_the_day(centre: UUID) -> None:
    key = write(centre, fields={"when": Level.INSTITUTION}, when="2026-05-04")
    assert record_get(viewer=ANYONE, record_id=key).withheld == ("days", "when")
    actor = Actor(centre, may_publish=True)
    open_again = {"when": Level.INSTITUTION, "days": Level.PUBLIC}
    records_share(actor=actor, levels={key: Levels(Level.PUBLIC, open_again)})
    assert record_get(viewer=ANYONE, record_id=key).withheld == ("when",)


def old(owner: UUID, **data: object) -> UUID:
    """An activity written before days stood by themselves, as the database held it."""
    key = write(owner, when="2020")
    with service():
        for row in (Record.objects.get(id=key), Revision.objects.get(record_id=key)):
            row.content = {**row.content, **data}
            row.save()
    return key


def migrate() -> None:
    with service():
        importlib.import_module("concord.record.migrations.0011_days").move_days(apps, None)
    forget()


def test_heads_are_moved_and_revisions_stay_as_they_were_said(centre: UUID) -> None:
    key = old(centre, when="2024-05-04/2024-05-08")
    both = old(centre, when="2024-05-01/2024-05-31", days="2024-05-04")
    month = old(centre, when="2024-05")
    before = Revision.objects.get(record_id=key).content
    migrate()
    heads = {row.id: row.content for row in Record.objects.filter(kind="activity")}
    assert (heads[key]["when"], heads[key]["days"]) == ("2024-05", "2024-05-04/2024-05-08")
    assert heads[key].keys() == {"titles", "activity_kind", "when", "days"}
    assert (heads[both]["when"], heads[both]["days"]) == ("2024-05", "2024-05-04")
    assert heads[month]["when"] == "2024-05"
    assert Revision.objects.get(record_id=key).content == before
    assert heads[key] == Activity.as_said_today(before)
    migrate()
    assert heads == {row.id: row.content for row in Record.objects.filter(kind="activity")}


def test_the_past_shows_no_day_that_is_withheld_today(centre: UUID) -> None:
    key = old(centre, when="2024-05-04")
    migrate()
    moment = Revision.objects.get(record_id=key).at
    actor = Actor(centre, may_publish=True)
    records_share(actor=actor, levels={key: Levels(Level.PUBLIC, {"days": Level.INSTITUTION})})
    then = record_get(viewer=ANYONE, record_id=key, known_at=moment)
    assert then.content["when"] == "2024-05"
    assert "days" in then.withheld
    pages = [
        f"/records/{key}/",
        f"/records/{key}/revisions/1/",
        f"/records/{key}/revisions/2/",
        "/training/?q=Course",
    ]
    for page in pages:
        answer = Client().get(page)
        assert answer.status_code == 200
        assert b"May 4, 2024" not in answer.content
        assert b"2024-05-04" not in answer.content
    own = record_get(viewer=viewer_as(centre), record_id=key, known_at=moment)
    assert own.content["days"] == "2024-05-04"
    record_restore(actor=actor, record_id=key, revision_number=1, reason="")
    assert "days" in record_get(viewer=ANYONE, record_id=key).withheld


def test_lists_calendars_and_files_go_by_the_day_of_whoever_may_see_it(centre: UUID) -> None:
    kept = {"days": Level.INSTITUTION}
    late = write(centre, fields=kept, titles=text("Late"), when="2024-05-28")
    shown = write(centre, titles=text("Shown"), when="2024-05-15")
    ann, public = join(centre, Role.READER, "ann"), Client()
    for client, sees in ((ann, True), (public, False)):
        page = client.get("/training/").content.decode()
        assert ("May 28, 2024" in page) is sees
        assert "May 15, 2024" in page
        within = client.get("/training/", {"from": "2024-05-10", "to": "2024-05-20"})
        assert str(shown) in within.content.decode()
        assert (str(late) in within.content.decode()) is not sees
        events = b"".join(client.get("/lists/training.ics")).decode()
        assert str(shown) in events
        assert (f"UID:{late}" in events) is sees
        graph = client.get(f"/records/{late}.jsonld").content.decode()
        assert ('"2024-05-28"' in graph) is sees
        assert '"2024-05' in graph
        feed = client.get("/lists/training.rss").content.decode()
        assert ("2024-05-28" in feed) is sees
