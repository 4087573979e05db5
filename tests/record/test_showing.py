"""A revision that shows a viewer nothing is none to that viewer: two worlds look the same."""

from __future__ import annotations

import datetime as dt
import importlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import Maker, text

from concord.core.disclosure import ANYONE, Actor, Level, Viewer, network_audience
from concord.record.affirming import records_affirm
from concord.record.audiences import viewer_as
from concord.record.errors import NotFoundError
from concord.record.guard import service
from concord.record.happening import happenings_after
from concord.record.history import revision_pair
from concord.record.kinds import all_kinds
from concord.record.members import member_admit
from concord.record.models import Record, Revision, Told
from concord.record.selectors import (
    contents_then,
    record_get,
    record_list,
    records_latest,
    records_newest,
    revision_latest_by,
    revision_list,
)
from concord.record.services import (
    Draft,
    record_remove,
    records_take_over,
    revision_write,
    revisions_write,
)
from concord.record.showing import told_to
from concord.record.vanishing import Span, entry_get, entry_list, last_moment
from concord.web.views.fresh import told_to as _version  # what versions of answers rest on

BEGAN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
KEYS = [UUID(int=number, version=4) for number in (1, 2)]
assert _version is told_to


class World:
    """Two courses of one institution, which shares with a network that another is in."""

    def __init__(self, make: Maker) -> None:
        self.owner, self.other = (make.write(make.institution(name)) for name in ("One", "Two"))
        self.network = make.put("network", names=[{"name": "Ring", "language": "en"}])
        for institution in (self.owner, self.other):
            member_admit(audience=network_audience(self.network), institution=institution)
        self.make = make
        self.moment = BEGAN

    def write(self, key: UUID, *, level: str, title: str, hours: int, note: str) -> None:
        """All see the title, the network the hours, and nobody else the note."""
        self.moment += dt.timedelta(seconds=1)
        levels = {"public": Level.PUBLIC, "network": Level.network(self.network)}
        content = self.make.parse(
            "course", titles=text(title), length_hours=hours, note=text(note),
            providers=[str(self.owner)],
        )  # fmt: skip
        draft = Draft(
            content, key, levels[level],
            {"length_hours": Level.network(self.network), "note": Level.INSTITUTION},
        )  # fmt: skip
        actor = Actor(self.owner, may_publish=True)
        revisions_write(actor=actor, drafts=[draft], via="test", at=self.moment)


def observed(viewer: Viewer) -> dict[str, Any]:
    """All that tells a viewer when and how often something changed."""
    found: dict[str, Any] = {"version": told_to(viewer), "last": last_moment(viewer=viewer)}
    found["latest"] = [view.id for view in records_latest(viewer=viewer, count=3)]
    found["newest"] = [view.id for view in records_newest(viewer=viewer, ids=KEYS, count=1)]
    found["list"] = [asdict(view) for view in record_list(viewer=viewer, kind="course")]
    spans = entry_list(span=Span(list(all_kinds())), count=9)
    found["entries"] = [asdict(entry) for entry in spans[0]]
    after = (spans[0][2].id, spans[0][2].revision_number)
    rest = entry_list(span=Span(list(all_kinds())), after=after, count=9)[0]
    found["rest"] = [asdict(entry) for entry in rest]
    happened = happenings_after(viewer=viewer, number=0).seen
    found["hooks"] = [asdict(one) for one in happened if one.record_id in KEYS]
    for key in KEYS:
        found[f"entry {key}"] = entry_get(viewer=ANYONE, record_id=key)
        try:
            view = record_get(viewer=viewer, record_id=key)
        except NotFoundError:
            continue
        history = revision_list(viewer=viewer, record_id=key)
        found[f"record {key}"] = asdict(view)
        found[f"history {key}"] = [asdict(line) for line in history]
        latest = revision_latest_by(viewer=viewer, record_id=key, institution=view.owner)
        found[f"latest {key}"] = [asdict(line) for line in latest]
        for number in range(12):
            try:
                pair = revision_pair(viewer=viewer, record_id=key, revision_number=number)
            except NotFoundError:
                pair = None
            found[f"pair {key} {number}"] = pair and asdict(pair)
            then = contents_then(viewer=viewer, revisions={key: number})
            found[f"then {key} {number}"] = then
    return found


shown = st.tuples(st.integers(0, 1), st.sampled_from(["public", "network"]), st.integers(0, 2))
hidden = st.tuples(st.integers(0, 1), st.just("hidden"), st.integers(0, 2))


def play(world: World, steps: Sequence[Any], *, is_network: bool, salt: int) -> dict[str, Any]:
    """What a viewer observes after the steps; ``salt`` changes what the viewer never sees."""
    viewer = viewer_as(world.other) if is_network else ANYONE
    said = [{"level": "public", "title": "0", "hours": 1, "note": str(salt)} for _key in KEYS]
    with transaction.atomic():
        for which in (0, 1):
            world.write(KEYS[which], **said[which])
        for which, what, value in steps:
            if what == "hidden" and not salt:
                world.moment += dt.timedelta(seconds=1)  # in this world it never happened
                continue
            if what == "hidden":
                said[which]["note"] = f"{salt} {value}"
                said[which]["hours"] += 0 if is_network else value
            else:
                said[which] |= {"level": what, "title": str(value), "note": f"{value} {salt}"}
            world.write(KEYS[which], **said[which])
        found = observed(viewer)
        transaction.set_rollback(True)
    world.moment = BEGAN
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(shown | hidden, max_size=6), is_network=st.booleans())
def test_what_is_hidden_shows_by_no_number_time_order_or_version(
    make: Maker, steps: list[Any], is_network: bool
) -> None:
    world = _world(make)
    one = play(world, steps, is_network=is_network, salt=0)
    assert play(world, steps, is_network=is_network, salt=1) == one
    assert play(world, steps, is_network=is_network, salt=2) == one


_worlds: dict[int, World] = {}


def _world(make: Maker) -> World:
    if id(make) not in _worlds:
        _worlds[id(make)] = World(make)
    return _worlds[id(make)]


def test_the_owner_is_told_of_every_revision(make: Maker) -> None:
    world = World(make)
    own = viewer_as(world.owner)
    said = {"level": "public", "title": "A", "hours": 1}
    for note in ("a", "b", "c"):
        world.write(KEYS[0], note=note, **said)  # type: ignore[arg-type]
    view = record_get(viewer=own, record_id=KEYS[0])
    assert (view.revision_number, view.changed_at) == (3, world.moment)
    lines = revision_list(viewer=own, record_id=KEYS[0])
    assert [line.revision_number for line in lines] == [3, 2, 1]
    public = record_get(viewer=ANYONE, record_id=KEYS[0])
    assert (public.revision_number, public.changed_at) == (1, BEGAN + dt.timedelta(seconds=1))


def test_that_a_record_still_holds_is_told_to_all_who_see_it(make: Maker) -> None:
    key = make.write(make.institution("A"), fields={"mailbox": Level.INSTITUTION})
    before = told_to(ANYONE)[0]
    records_affirm(actor=Actor(make.owner, uuid.uuid4()), ids=[key])
    assert record_get(viewer=ANYONE, record_id=key).revision_number == 2
    assert told_to(ANYONE)[0] == before + 1


def test_saving_what_is_the_same_tells_nobody_anything(make: Maker) -> None:
    key = make.write(make.institution("A"))
    draft = Draft(make.institution("A"), key)
    revision_write(actor=Actor(make.owner), draft=draft, via="form")
    assert record_get(viewer=ANYONE, record_id=key).revision_number == 1


def test_a_removal_is_told_and_what_comes_before_it_is_not(make: Maker) -> None:
    key = make.write(make.institution("A"), fields={"mailbox": Level.INSTITUTION})
    hidden = make.institution("A", mailbox="a@centre.example")
    make.write(hidden, record_id=key, fields={"mailbox": Level.INSTITUTION})
    record_remove(actor=Actor(make.owner), record_id=key, via="test", reason="")
    entry = entry_get(viewer=ANYONE, record_id=key)
    assert entry is not None
    assert (entry.view, entry.revision_number) == (None, 2)


def test_rows_from_before_are_noted_as_if_they_were_written_now(make: Maker) -> None:
    world = World(make)
    for note, title in (("a", "A"), ("b", "A"), ("b", "B")):
        for level in ("public", "network"):
            world.write(KEYS[0], level=level, title=title, hours=1, note=note)
    want = {
        "records": list(
            Record.objects.order_by("id").values("id", "seen", "public_in", "public_at")
        ),
        "revisions": list(Revision.objects.order_by("number").values("number", "seen")),
        "told": list(Told.objects.order_by("circle").values()),
    }
    with service():
        Record.objects.update(seen={}, public_in=None, public_at=None)
        Revision.objects.update(seen={})
        Told.objects.all().delete()
        importlib.import_module("concord.record.migrations.0009_seen").note(apps, None)
    assert want == {
        "records": list(
            Record.objects.order_by("id").values("id", "seen", "public_in", "public_at")
        ),
        "revisions": list(Revision.objects.order_by("number").values("number", "seen")),
        "told": list(Told.objects.order_by("circle").values()),
    }


def test_the_reason_of_a_change_is_withheld_with_what_it_changed(make: Maker) -> None:
    world = World(make)
    actor, key = Actor(world.owner, may_publish=True), KEYS[0]

    def write(hours: int, reason: str, title: str = "Sealing", **levels: Level) -> None:
        content = make.parse(
            "course", titles=text(title), length_hours=hours, providers=[str(world.owner)]
        )
        draft = Draft(content, key, Level.PUBLIC, levels)
        revision_write(actor=actor, draft=draft, via="test", reason=reason)

    def reasons(viewer: Viewer) -> list[tuple[str, bool]]:
        lines = revision_list(viewer=viewer, record_id=key)
        return [(line.reason, line.is_reason_withheld) for line in reversed(lines)]

    write(28, "Entered.")
    write(30, "30 hours, not 28.")
    write(30, "A better name.", title="Seals")
    everything = [("Entered.", False), ("30 hours, not 28.", False), ("A better name.", False)]
    assert reasons(ANYONE) == everything
    ring = Level.network(world.network)
    write(30, "For the network alone.", title="Seals", length_hours=ring)
    assert reasons(ANYONE) == [
        ("", True), ("", True), ("A better name.", False), ("For the network alone.", False),
    ]  # fmt: skip
    (line,) = revision_latest_by(viewer=ANYONE, record_id=key, institution=world.owner)[:1]
    assert line.reason == "For the network alone."
    everything += [("For the network alone.", False)]
    assert reasons(viewer_as(world.other)) == reasons(viewer_as(world.owner)) == everything


def test_a_new_owner_is_not_told_why_the_earlier_one_changed_what_it_hid(make: Maker) -> None:
    other = make.write(make.institution("Other"))
    for hours, reason in ((28, "Entered."), (30, "30 hours, not 28.")):
        content = make.parse(
            "course", titles=text("Sealing"), length_hours=hours, providers=[str(other)]
        )
        draft = Draft(content, KEYS[0], Level.PUBLIC, {"length_hours": Level.INSTITUTION})
        actor = Actor(make.owner, may_publish=True)
        revision_write(actor=actor, draft=draft, via="test", reason=reason)
    records_take_over(actor=Actor(other, may_publish=True), ids=[KEYS[0]], reason="Ours.")
    lines = revision_list(viewer=viewer_as(other), record_id=KEYS[0])
    assert [(line.reason, line.is_reason_withheld) for line in lines] == [
        ("Ours.", False), ("", True), ("Entered.", False),
    ]  # fmt: skip
