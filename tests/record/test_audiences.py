"""Levels that resolve to audiences, who is in them, and what ends when a membership ends."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from making import Maker

from concord.core.disclosure import (
    ANYONE,
    Actor,
    Level,
    group_audience,
    institution_audience,
    network_audience,
    state_audience,
)
from concord.record.audiences import (
    groups_of,
    institutions_within,
    levels_for,
    members_of,
    viewer_as,
)
from concord.record.errors import InvalidContentError, NotFoundError
from concord.record.history import record_restore, revisions_undo
from concord.record.members import group_found, group_leave, member_admit, member_end
from concord.record.publishing import Levels, gate_set, records_share, waiting_for_state
from concord.record.selectors import record_get, records_get, revision_list
from concord.record.services import Draft, revisions_write

pytestmark = pytest.mark.django_db


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def centres(make: Maker) -> list[UUID]:
    return [make.write(make.institution(name, state="JP")) for name in ("One", "Two", "Three")]


def course_of(make: Maker, owner: UUID, level: Level, **fields: Level) -> UUID:
    content = make.parse(
        "course",
        titles={"original": "en", "text": {"en": "Sealing"}},
        providers=[str(owner)],
        length_hours=8,
    )
    draft = Draft(content, uuid.uuid4(), level, fields)
    return revisions_write(actor=Actor(owner, may_publish=True), drafts=[draft], via="test")[0]


def sees(institution: UUID, record: UUID) -> bool:
    return record in records_get(viewer=viewer_as(institution), ids=[record])


def test_a_network_sees_what_its_members_share_and_nobody_else(
    make: Maker, centres: list[UUID]
) -> None:
    one, two, three = centres
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    for member in (one, two):
        member_admit(audience=network_audience(network), institution=member)
    shared = course_of(make, one, Level.network(network))
    assert sees(one, shared)
    assert sees(two, shared)
    assert not sees(three, shared)
    assert not records_get(viewer=ANYONE, ids=[shared])


def test_what_an_institution_says_of_its_own_membership_opens_nothing(make: Maker) -> None:
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    claims = make.write(
        make.institution("Claims", state="JP", memberships=[{"network": str(network)}])
    )
    assert viewer_as(claims).audiences == {"public", institution_audience(claims)}


def test_nobody_shares_where_they_do_not_belong(make: Maker, centres: list[UUID]) -> None:
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    for level in (Level.network(network), Level.STATE, Level.group(uuid.uuid4())):
        with pytest.raises(InvalidContentError):
            course_of(make, centres[0], level)


def test_the_level_of_the_state_is_seen_by_institutions_of_that_state(
    make: Maker, centres: list[UUID]
) -> None:
    one, two, three = centres
    for member, state in ((one, "JP"), (two, "JP"), (three, "KR")):
        member_admit(audience=state_audience(state), institution=member)
    shared = course_of(make, one, Level.STATE)
    assert sees(two, shared)
    assert not sees(three, shared)


def test_an_institution_belongs_to_one_state(centres: list[UUID]) -> None:
    member_admit(audience=state_audience("JP"), institution=centres[0])
    member_admit(audience=state_audience("KR"), institution=centres[0])
    assert members_of(state_audience("JP")) == []
    assert members_of(state_audience("KR")) == [centres[0]]


def test_a_field_has_an_audience_of_its_own(make: Maker, centres: list[UUID]) -> None:
    one, two, _three = centres
    member_admit(audience=state_audience("JP"), institution=one)
    member_admit(audience=state_audience("JP"), institution=two)
    record = course_of(make, one, Level.PUBLIC, length_hours=Level.STATE, note=Level.INSTITUTION)
    public = record_get(viewer=ANYONE, record_id=record)
    assert public.withheld == ("length_hours", "note")
    assert "length_hours" not in public.content
    state = record_get(viewer=viewer_as(two), record_id=record)
    assert state.withheld == ("note",)
    assert state.content["length_hours"] == 8
    assert state.audiences == {"length_hours": "state:JP"}


def test_a_group_is_known_to_its_institutions_alone_and_does_not_grow(
    make: Maker, centres: list[UUID]
) -> None:
    one, two, three = centres
    group = group_found(actor=Actor(one), name="Three of us", institutions=[two])
    shared = course_of(make, one, Level.group(group))
    assert sees(two, shared)
    assert not sees(three, shared)
    assert [g.name for g in groups_of(two)] == ["Three of us"]
    assert groups_of(three) == []
    with pytest.raises(NotFoundError):
        member_admit(audience=group_audience(group), institution=three)


def test_a_group_needs_a_name_and_others(make: Maker, centres: list[UUID]) -> None:
    with pytest.raises(InvalidContentError) as refused:
        group_found(actor=Actor(centres[0]), name=" ", institutions=[centres[0]])
    assert set(refused.value.fields) == {"name", "institutions"}
    with pytest.raises(InvalidContentError):
        group_found(actor=Actor(centres[0]), name="x", institutions=[uuid.uuid4()])


def test_who_leaves_sees_no_more_and_draws_back_its_own(make: Maker, centres: list[UUID]) -> None:
    one, two, _three = centres
    group = group_found(actor=Actor(one), name="Two of us", institutions=[two])
    whole = course_of(make, one, Level.group(group))
    part = course_of(make, one, Level.PUBLIC, length_hours=Level.group(group))
    theirs = course_of(make, two, Level.group(group))
    assert group_leave(actor=Actor(one), group=group) == 2
    assert sees(one, whole)
    assert not sees(two, whole)
    assert not sees(one, theirs)
    assert record_get(viewer=viewer_as(two), record_id=part).withheld == ("length_hours",)
    assert record_get(viewer=viewer_as(one), record_id=part).content["length_hours"] == 8
    newest = revision_list(viewer=viewer_as(one), record_id=whole)[0]
    assert (newest.via, newest.is_by_person) == ("leaving", False)


def test_what_is_brought_back_from_before_goes_to_nobody_who_was_left(
    make: Maker, centres: list[UUID]
) -> None:
    one, two, _three = centres
    audience = state_audience("JP")
    for member in (one, two):
        member_admit(audience=audience, institution=member)
    record = course_of(make, one, Level.STATE)
    records_share(actor=Actor(one, may_publish=True), levels={record: Levels(Level.INSTITUTION)})
    member_end(audience=audience, institution=one)
    actor = Actor(one, may_publish=True)
    revisions_undo(actor=actor, revisions={record: 2}, via="undo", reason="")
    assert sees(one, record)
    assert not sees(two, record)
    record_restore(actor=actor, record_id=record, revision_number=2, reason="")
    assert not sees(two, record)


def test_the_levels_to_choose_among(make: Maker, centres: list[UUID]) -> None:
    one, two, _three = centres
    group = group_found(actor=Actor(one), name="Two of us", institutions=[two])
    member_admit(audience=state_audience("JP"), institution=one)
    assert levels_for(one) == [
        Level.PUBLIC, Level.group(group), Level.STATE, Level.INSTITUTION
    ]  # fmt: skip


def test_a_state_may_let_its_own_institutions_see_without_clearing(
    make: Maker, centres: list[UUID]
) -> None:
    one, two, _three = centres
    for member in (one, two):
        member_admit(audience=state_audience("JP"), institution=member)
    record = course_of(make, one, Level.INSTITUTION)
    gate_set(institution=one, state="JP", beyond="state")
    actor = Actor(one, may_publish=True)
    done = records_share(actor=actor, levels={record: Levels(Level.STATE)})
    assert done.written == [record]
    done = records_share(
        actor=actor, levels={record: Levels(Level.PUBLIC, {"length_hours": Level.STATE})}
    )
    assert done.waiting == [record]
    (asked,) = waiting_for_state(state="JP")
    assert asked.audience == "public"
    assert "length_hours" not in asked.content
    assert "titles" in asked.content


def test_sharing_again_what_is_shared_already_writes_nothing(
    make: Maker, centres: list[UUID]
) -> None:
    record = course_of(make, centres[0], Level.PUBLIC)
    done = records_share(
        actor=Actor(centres[0], may_publish=True), levels={record: Levels(Level.PUBLIC)}
    )
    assert (done.written, done.waiting) == ([], [])


def test_a_word_on_totals_is_a_revision(make: Maker, centres: list[UUID]) -> None:
    record = course_of(make, centres[0], Level.INSTITUTION)
    levels = {record: Levels(Level.INSTITUTION, in_totals=True)}
    actor = Actor(centres[0], may_publish=True)
    assert records_share(actor=actor, levels=levels).written == [record]
    assert records_share(actor=actor, levels=levels).written == []
    assert len(revision_list(viewer=viewer_as(centres[0]), record_id=record)) == 2


def test_institutions_within_circles(make: Maker, centres: list[UUID]) -> None:
    one, two = (make.put("network", names=[{"name": n, "language": "en"}]) for n in "AB")
    for network, within in ((one, centres), (two, centres[:2])):
        for centre in within:
            member_admit(audience=network_audience(network), institution=centre)
    both = [network_audience(one), network_audience(two)]
    assert institutions_within(both[:1], but=centres[0]) == centres[1:]
    assert institutions_within(both, but=centres[0]) == centres[1:2]
    alone = institution_audience(centres[-1])
    assert institutions_within([alone], but=centres[0]) == centres[-1:]
    assert institutions_within([alone], but=centres[-1]) == []
    assert institutions_within(["public"], but=centres[0]) == []
