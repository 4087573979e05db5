"""Day and venue of training for guards and the like: never for everybody while it is to come."""

from __future__ import annotations

import re
import shutil
import uuid
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from making import Maker, join, text

from concord.accounts.models import Notice, Role, What
from concord.accounts.telling import over_tell
from concord.core.disclosure import ANYONE, Actor, Level, state_audience
from concord.record.audiences import viewer_as
from concord.record.errors import InvalidContentError, NotFoundError
from concord.record.members import member_admit
from concord.record.publishing import Levels, records_share
from concord.record.selectors import record_get
from concord.record.services import Draft, content_parse, revision_write
from concord.record.sharing import sharing_preview
from concord.register import over, vocabulary
from concord.register.kinds import Activity
from concord.register.over import OverPage, over_fall_due, over_leave, over_now

TODAY = timezone.now().date()
COMING = str(TODAY.year + 1)


@pytest.fixture
def centre(make: Maker) -> UUID:
    return make.write(make.institution("Centre", state="JP"))


def write(
    owner: UUID, level: Level, fields: dict[str, Level] | None = None, **data: object
) -> UUID:
    content = content_parse(
        kind="activity", data={"titles": text("Course"), "activity_kind": "course_run", **data}
    )
    draft = Draft(content, uuid.uuid4(), level, fields or {})
    return revision_write(actor=Actor(owner, may_publish=True), draft=draft, via="form")


COMING_COURSE = {
    "roles": ["R08"],
    "when": f"{COMING}-05",
    "days": f"{COMING}-05-04",
    "town": "Mito",
}


def test_everybody_is_told_neither_day_nor_venue_of_what_is_to_come(centre: UUID) -> None:
    with pytest.raises(InvalidContentError) as refused:
        write(centre, Level.PUBLIC, **COMING_COURSE)
    assert {name.partition(": ")[2] for name in refused.value.fields} == {"days", "town"}
    with pytest.raises(InvalidContentError) as refused:
        write(centre, Level.PUBLIC, roles=["R13"], when=f"{COMING}-05-04")
    assert [name.partition(": ")[2] for name in refused.value.fields] == ["days"]


def test_month_and_country_are_and_the_rest_is_for_fewer(centre: UUID) -> None:
    member_admit(audience=state_audience("JP"), institution=centre)
    kept = {"days": Level.STATE, "town": Level.INSTITUTION}
    key = write(centre, Level.PUBLIC, kept, country="JP", **COMING_COURSE)
    seen = record_get(viewer=ANYONE, record_id=key)
    assert seen.content["when"] == f"{COMING}-05"
    assert seen.content["country"] == "JP"
    assert seen.withheld == ("days", "town")


@pytest.mark.parametrize(
    "data",
    [
        {**COMING_COURSE, "roles": ["R02"]},
        {"roles": ["R08"], "when": "2020-05-04", "town": "Mito"},
        {"roles": ["R08"], "when": "2020-05", "days": "2020-05-04", "town": "Mito"},
        {"roles": ["R08"], "when": f"{COMING}-05"},
    ],
)
def test_others_and_what_is_over_are_free(centre: UUID, data: dict[str, object]) -> None:
    write(centre, Level.PUBLIC, **data)


def test_what_has_no_date_is_taken_as_to_come() -> None:
    assert "town" in Activity.kept_narrow({"roles": ["R14"], "town": "Mito"}, TODAY)


def test_publishing_narrows_nothing_silently(centre: UUID) -> None:
    key = write(centre, Level.INSTITUTION, **COMING_COURSE)
    actor = Actor(centre, may_publish=True)
    for levels in (Levels(Level.PUBLIC), Levels(Level.PUBLIC, {"days": Level.INSTITUTION})):
        with pytest.raises(InvalidContentError) as refused:
            records_share(actor=actor, levels={key: levels})
        assert "show this to a network at most" in next(iter(refused.value.fields.values()))
        with pytest.raises(InvalidContentError):
            sharing_preview(institution=centre, levels={key: levels})
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key)
    kept = {"days": Level.INSTITUTION, "town": Level.INSTITUTION}
    records_share(actor=actor, levels={key: Levels(Level.PUBLIC, kept)})
    assert record_get(viewer=ANYONE, record_id=key).withheld == ("days", "town")


def test_afterwards_the_owner_is_asked_and_nothing_widens_by_itself(centre: UUID) -> None:
    over = {"roles": ["R08"], "when": "2020-05", "days": "2020-05-04", "town": "Mito"}
    kept = {"days": Level.INSTITUTION, "town": Level.INSTITUTION}
    key = write(centre, Level.PUBLIC, kept, **over)
    coming = write(centre, Level.PUBLIC, kept, **COMING_COURSE)
    asked = [record.id for record in over_now(institution=centre, today=TODAY).records]
    assert asked == [key]
    assert record_get(viewer=ANYONE, record_id=key).withheld == ("days", "town")
    page = join(centre, Role.PUBLISHER, "ann").get("/desk/").content.decode()
    assert "Over now" in page
    assert str(key) in page
    records_share(
        actor=Actor(centre, may_publish=True),
        levels={key: Levels(Level.PUBLIC), coming: Levels(Level.PUBLIC, kept)},
    )
    assert record_get(viewer=ANYONE, record_id=key).content["town"] == "Mito"
    assert "town" in record_get(viewer=ANYONE, record_id=coming).withheld
    assert record_get(viewer=viewer_as(centre), record_id=coming).content["town"] == "Mito"
    assert over_now(institution=centre, today=TODAY) == OverPage([], None)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"roles": ["R08"], "when": f"{COMING}-05-04", "days": "2020-01-01"}, True),
        ({"roles": ["R08"], "when": "2020-05", "days": f"{COMING}-05-04"}, True),
        ({"roles": ["R08"], "when": f"{COMING}-05", "stage": "done"}, True),
        ({"participation": [{"count": 5, "role": "R13"}], "when": f"{COMING}-05"}, True),
        ({"roles": ["R08"], "stage": "done"}, False),
        ({"roles": ["R08"], "when": f"{COMING}-05", "stage": "cancelled"}, False),
        ({"participation": [{"count": 5, "role": "R02"}], "when": f"{COMING}-05"}, False),
    ],
)
def test_nothing_said_beside_its_dates_and_roles_frees_what_is_to_come(
    data: dict[str, object], kept: bool
) -> None:
    assert ("town" in Activity.kept_narrow({**data, "town": "Mito"}, TODAY)) is kept


def test_a_contradiction_of_dates_is_no_way_round(centre: UUID) -> None:
    with pytest.raises(InvalidContentError):
        write(
            centre, Level.PUBLIC, roles=["R08"], when=f"{COMING}-05-04", days="2020-01-01", town="X"
        )


def test_the_owner_is_asked_of_a_day_kept_in_when_and_of_what_its_state_sees(centre: UUID) -> None:
    member_admit(audience=state_audience("JP"), institution=centre)
    exact = write(
        centre, Level.PUBLIC, {"when": Level.INSTITUTION}, roles=["R08"], when="2020-05-04"
    )
    shared = write(
        centre, Level.PUBLIC, {"town": Level.STATE}, roles=["R08"], when="2020-05", town="Mito"
    )
    asked = {record.id for record in over_now(institution=centre, today=TODAY).records}
    assert asked == {exact, shared}


OVER = {"roles": ["R08"], "when": "2020-05", "days": "2020-05-04", "town": "Mito"}
KEPT = {"days": Level.INSTITUTION, "town": Level.INSTITUTION}


def test_what_the_owner_leaves_withheld_is_not_asked_of_again(centre: UUID) -> None:
    left, open_still = (write(centre, Level.PUBLIC, KEPT, **OVER) for _time in range(2))
    counted = write(
        centre, Level.PUBLIC, {"days": Level.INSTITUTION}, when="2020-05", days="2020-05-04",
        participation=[{"count": 5, "role": "R13"}],
    )  # fmt: skip
    actor = Actor(centre, uuid.uuid4(), may_publish=True)
    over_leave(actor=actor, ids=[left])
    over_leave(actor=actor, ids=[left])
    asked = over_now(institution=centre, today=TODAY).records
    assert {record.id for record in asked} == {open_still, counted}
    assert "town" in record_get(viewer=ANYONE, record_id=left).withheld
    with pytest.raises(NotFoundError):
        over_leave(actor=Actor(uuid.uuid4(), may_publish=True), ids=[left])


def test_each_falls_due_once(centre: UUID, make: Maker) -> None:
    other = make.write(make.institution("Other", state="JP"))
    for owner in (centre, centre, other):
        write(owner, Level.PUBLIC, KEPT, **OVER)
    write(centre, Level.PUBLIC, KEPT, **COMING_COURSE)
    assert over_fall_due(today=TODAY) == {centre: 2, other: 1}
    assert over_fall_due(today=TODAY) == {}
    afterwards = TODAY.replace(year=TODAY.year + 2, day=1)
    assert over_fall_due(today=afterwards) == {centre: 1}
    assert len(over_now(institution=centre, today=TODAY).records) == 2


def test_all_of_many_are_reached(centre: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(over, "SHOWN", 2)
    monkeypatch.setattr(over, "LOOKED_AT", 3)
    keys = {write(centre, Level.PUBLIC, KEPT, **OVER) for _time in range(5)}
    for _time in range(4):
        write(centre, Level.PUBLIC, KEPT, **COMING_COURSE)
    found, after = set(), None
    for _page in range(9):
        page = over_now(institution=centre, today=TODAY, after=after)
        found |= {record.id for record in page.records}
        assert len(page.records) <= 2
        if (after := page.next) is None:
            break
    assert after is None
    assert found == keys


def test_publishers_decide_on_the_page_and_are_told_once(centre: UUID) -> None:
    key, other = (write(centre, Level.PUBLIC, KEPT, **OVER) for _time in range(2))
    ann, bob = join(centre, Role.PUBLISHER, "ann"), join(centre, Role.EDITOR, "bob")
    assert (over_tell(today=TODAY), over_tell(today=TODAY)) == (2, 0)
    (notice,) = Notice.objects.all()
    assert (notice.what, notice.address, notice.count) == (What.OVER, "/desk/over/", 1)
    assert 'class="count"' in ann.get("/about/").content.decode()
    assert bob.get("/desk/over/").status_code == 403
    assert str(key) in ann.get("/desk/over/").content.decode()
    looked = ann.post("/desk/over/", {"id": str(key), "do": "look"})
    assert looked.url == f"/desk/publish/?id={key}"
    left = ann.post("/desk/over/", {"id": str(key), "do": "leave"}, follow=True).content.decode()
    assert "1 stays withheld." in left
    assert str(other) in left
    assert str(key) not in left
    ann.post("/desk/over/", {"id": str(other), "do": "leave"})
    assert "Over now" not in ann.get("/desk/").content.decode()


def test_which_roles_these_are_is_said_by_the_list_of_roles(
    centre: UUID, settings: Any, tmp_path: Path
) -> None:
    assert vocabulary.roles_kept_narrow() == {"R08", "R10", "R13", "R14"}
    owners = {**COMING_COURSE, "roles": ["R09"]}
    write(centre, Level.PUBLIC, **owners)
    folder = shutil.copytree(settings.CONCORD_VOCABULARY, tmp_path / "vocabulary")
    settings.CONCORD_VOCABULARY = folder
    lines = (folder / "roles.csv").read_text(encoding="utf-8")
    caches = (vocabulary.load, vocabulary.roles_kept_narrow)
    try:
        for word, error in (("yes", InvalidContentError), ("y", ValueError)):
            found = re.sub(r"^(R09,\w+),", rf"\1,{word}", lines, flags=re.MULTILINE)
            (folder / "roles.csv").write_text(found, encoding="utf-8")
            for cache in caches:
                cache.cache_clear()
            with pytest.raises(error):
                write(centre, Level.PUBLIC, **owners)
    finally:
        for cache in caches:
            cache.cache_clear()
