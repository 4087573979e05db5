"""What was shown before is what is shown afterwards; and who has it already."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import Maker, text

from concord.core.disclosure import (
    ANYONE,
    PUBLIC,
    Actor,
    Level,
    Viewer,
    group_audience,
    network_audience,
    state_audience,
)
from concord.record.audiences import viewer_as
from concord.record.errors import NotFoundError
from concord.record.members import group_found, member_admit
from concord.record.models import Revision
from concord.record.publishing import Levels, records_share
from concord.record.selectors import record_get
from concord.record.sharing import (
    levels_held,
    seen_since,
    sharing_digest,
    sharing_preview,
    viewer_in,
)

FIELDS = ("titles", "length_hours", "topics", "note", "objectives")


@dataclass(frozen=True)
class World:
    """A course of one institution, which is in a network, a group and a State with another."""

    owner: UUID
    other: UUID
    stranger: UUID
    network: UUID
    group: UUID
    course: UUID

    @property
    def actor(self) -> Actor:
        return Actor(self.owner, may_publish=True)

    @property
    def levels(self) -> list[Level]:
        return [Level.PUBLIC, Level.network(self.network), Level.group(self.group), Level.STATE,
                Level.INSTITUTION]  # fmt: skip

    @property
    def viewers(self) -> list[Viewer]:
        audiences = [network_audience(self.network), group_audience(self.group)]
        audiences += [state_audience("JP")]
        people = [viewer_as(i) for i in (self.owner, self.other, self.stranger)]
        return [ANYONE, *map(viewer_in, audiences), *people]


@pytest.fixture
def world(make: Maker) -> World:
    owner, other, stranger = (make.write(make.institution(n)) for n in ("One", "Two", "Three"))
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    for institution in (owner, other):
        member_admit(audience=network_audience(network), institution=institution)
        member_admit(audience=state_audience("JP"), institution=institution)
    group = group_found(actor=Actor(owner), name="Few", institutions=[other])
    make.owner = owner
    content = make.parse(
        "course", titles=text("Sealing"), providers=[str(owner)], length_hours=8, topics=["D1"]
    )
    course = make.write(content, level=Level.INSTITUTION)
    return World(owner, other, stranger, network, group, course)


def seen(world: World, viewer: Viewer) -> Any:
    try:
        view = record_get(viewer=viewer, record_id=world.course)
    except NotFoundError:
        return None
    return comparable(view)


def comparable(view: Any) -> Any:
    """A view without what a further revision counts."""
    return None if view is None else replace(view, revision_number=0, changed_at=None)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_was_shown_before_is_what_is_shown_then(world: World, data: st.DataObject) -> None:
    level = st.integers(0, 4).map(world.levels.__getitem__)
    fields = st.dictionaries(st.sampled_from(FIELDS), level)
    totals = st.sampled_from([True, False])
    earlier, chosen = (data.draw(st.builds(Levels, level, fields, totals)) for _time in range(2))
    records_share(actor=world.actor, levels={world.course: earlier})
    before = [seen(world, viewer) for viewer in world.viewers]
    (shown,) = sharing_preview(institution=world.owner, levels={world.course: chosen})
    done = records_share(actor=world.actor, levels={world.course: chosen})
    assert bool(done.written) == shown.moves
    for viewer, was in zip(world.viewers, before, strict=True):
        assert seen(world, viewer) == comparable(shown.seen_by(viewer))
        if viewer == viewer_as(world.owner):
            continue
        told = [c for c in shown.changes if viewer.audiences.issuperset(c.audiences)]
        will = seen(world, viewer)
        old, new = (set(view.content) if view else set() for view in (was, will))
        moved = [new - old, old - new, was is None and bool(will), will is None and bool(was)]
        said: list[Any] = [
            {name for change in told for name in change.shown},
            {name for change in told for name in change.hidden},
            any(change.appears for change in told),
            any(change.goes for change in told),
        ]
        if viewer == ANYONE:
            assert said == moved
        else:  # some saw by another way what everybody comes to see, or still do
            assert all(part <= whole for part, whole in zip(moved, said, strict=True))
    held = levels_held(institution=world.owner, ids=[world.course])[world.course]
    again = sharing_preview(institution=world.owner, levels={world.course: held})
    assert not again[0].moves
    assert not again[0].changes


def test_what_changes_is_told_for_everybody_and_for_others_where_it_differs(world: World) -> None:
    chosen = Levels(
        Level.PUBLIC, {"length_hours": Level.network(world.network), "topics": Level.INSTITUTION}
    )
    (shown,) = sharing_preview(institution=world.owner, levels={world.course: chosen})
    everybody, members = shown.changes
    assert (everybody.audiences, everybody.appears) == ((PUBLIC,), True)
    assert everybody.shown == ("titles", "providers")
    assert members.audiences == (network_audience(world.network),)
    assert not members.appears
    assert members.shown == ("length_hours",)
    assert shown.widens
    assert not shown.narrows
    records_share(actor=world.actor, levels={world.course: chosen})
    back = {world.course: Levels(Level.network(world.network))}
    (shown,) = sharing_preview(institution=world.owner, levels=back)
    assert shown.narrows
    everybody, members = shown.changes
    assert (everybody.goes, everybody.hidden) == (True, ("titles", "providers"))
    assert members.shown == ("topics",)


def test_only_the_owner_looks_at_other_levels(world: World) -> None:
    for ask in (
        lambda: sharing_preview(
            institution=world.other, levels={world.course: Levels(Level.PUBLIC)}
        ),
        lambda: levels_held(institution=world.other, ids=[world.course]),
        lambda: seen_since(institution=world.owner, ids=[uuid.uuid4()]),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_who_could_see_it_before_is_remembered_whatever_came_after(world: World) -> None:
    assert seen_since(institution=world.owner, ids=[world.course]) == {world.course: {}}
    for level, fields in (
        (Level.network(world.network), {}),
        (Level.INSTITUTION, {"note": Level.group(world.group)}),
        (Level.network(world.network), {}),
        (Level.INSTITUTION, {}),
    ):
        levels = {world.course: Levels(level, fields)}
        records_share(actor=world.actor, levels=levels)
    found = seen_since(institution=world.owner, ids=[world.course])[world.course]
    revisions = {r.revision_number: r.at for r in Revision.objects.filter(record=world.course)}
    assert found == {
        network_audience(world.network): revisions[2],
        group_audience(world.group): revisions[3],
    }


def test_what_was_looked_at_is_known_by_a_digest(make: Maker, world: World) -> None:
    def digest(level: Level) -> str:
        levels = {world.course: Levels(level)}
        return sharing_digest(sharing_preview(institution=world.owner, levels=levels))

    before = digest(Level.PUBLIC)
    assert digest(Level.STATE) != before
    assert digest(Level.PUBLIC) == before
    changed = make.parse("course", titles=text("Seals"), providers=[str(world.owner)])
    make.write(changed, record_id=world.course, level=Level.INSTITUTION)
    assert digest(Level.PUBLIC) != before
