"""What an institution says that it shows to whom, and what publishing proposes by it."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from making import Maker, text
from people import centre_of

from concord.core.disclosure import ANYONE, Actor, Clearance, Level, network_audience
from concord.record.errors import ChangedMeanwhileError, InvalidContentError
from concord.record.members import group_found, member_admit, member_end
from concord.record.publishing import (
    Levels,
    gate_set,
    records_share,
    waiting_clear,
    waiting_for_state,
)
from concord.record.selectors import record_get, record_list
from concord.register.kinds.policy import Rule, fields_of
from concord.register.policies import (
    policy_differing,
    policy_get,
    policy_levels,
    policy_put,
    records_publish_by_policy,
)
from concord.register.policy_words import policy_words


@pytest.fixture
def centre(make: Maker) -> UUID:
    return centre_of(make, make.institution("Centre", state="JP"))


@pytest.fixture
def network(make: Maker, centre: UUID) -> UUID:
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    member_admit(audience=network_audience(network), institution=centre)
    return network


def put(centre: UUID, *rules: dict[str, object], made_from: int | None = None) -> None:
    policy_put(actor=Actor(centre, may_publish=True), rules=rules, made_from=made_from)


def course(make: Maker, owner: UUID, level: Level = Level.INSTITUTION) -> UUID:
    make.owner = owner
    return make.write(
        make.parse("course", titles=text("Sealing"), providers=[str(owner)], length_hours=8),
        level=level,
    )


def test_a_policy_is_one_record_that_everybody_reads_with_its_history(centre: UUID) -> None:
    put(centre, {"record_kind": "course", "breadth": "public"})
    first = policy_get(viewer=ANYONE, institution=centre)
    put(centre, {"record_kind": "course", "breadth": "institution"})
    second = policy_get(viewer=ANYONE, institution=centre)
    assert first
    assert second
    assert (first.record.id, second.record.revision_number) == (second.record.id, 2)
    assert [rule.level for rule in second.rules] == [Level.INSTITUTION]
    assert not second.is_example


def test_where_there_is_no_policy_everybody_is_proposed(centre: UUID) -> None:
    assert policy_get(viewer=ANYONE, institution=centre) is None
    assert policy_levels(institution=centre, kinds=["course"]) == {"course": Levels(Level.PUBLIC)}


def test_an_example_proposes_nothing_and_its_own_policy_stands_before_it(
    make: Maker, centre: UUID
) -> None:
    rules = [{"record_kind": "course", "breadth": "institution"}]
    make.put("policy", institution=str(centre), rules=rules, is_example=True)
    found = policy_get(viewer=ANYONE, institution=centre)
    assert found
    assert found.is_example
    assert policy_levels(institution=centre, kinds=["course"])["course"].level == Level.PUBLIC
    put(centre, {"record_kind": "course", "breadth": "public"})
    found = policy_get(viewer=ANYONE, institution=centre)
    assert found
    assert not found.is_example


def test_existence_shows_while_every_field_has_the_level_of_the_rule(centre: UUID) -> None:
    put(
        centre,
        {"record_kind": "course", "breadth": "institution", "shows_existence": True,
         "in_totals": True},
        {"record_kind": "course", "field": "titles", "breadth": "public"},
    )  # fmt: skip
    levels = policy_levels(institution=centre, kinds=["course"])["course"]
    assert (levels.level, levels.in_totals) == (Level.PUBLIC, True)
    assert levels.fields["titles"] == Level.PUBLIC
    others = {levels.fields[name] for name in fields_of("course") if name != "titles"}
    assert others == {Level.INSTITUTION}


def test_a_network_or_group_that_was_left_means_no_more_than_its_own(
    make: Maker, centre: UUID, network: UUID
) -> None:
    group = group_found(
        actor=Actor(centre), name="Pair", institutions=[make.write(make.institution("Other"))]
    )
    put(
        centre,
        {"record_kind": "course", "breadth": "network", "network": str(network)},
        {"record_kind": "activity", "breadth": "group", "group": str(group)},
    )
    kinds = ("course", "activity")
    before = policy_levels(institution=centre, kinds=kinds)
    assert [before[k].level for k in kinds] == [Level.network(network), Level.group(group)]
    member_end(audience=network_audience(network), institution=centre)
    after = policy_levels(institution=centre, kinds=kinds)
    assert [after[k].level for k in kinds] == [Level.INSTITUTION, Level.group(group)]


def test_a_level_that_the_institution_has_no_part_in_is_refused(centre: UUID) -> None:
    for rule in (
        {"record_kind": "course", "breadth": "network", "network": str(uuid.uuid4())},
        {"record_kind": "course", "breadth": "state"},
        {"record_kind": "course", "breadth": "all"},
        {"record_kind": "course", "field": "sauce", "breadth": "public"},
    ):
        with pytest.raises(InvalidContentError):
            put(centre, rule)
    assert policy_get(viewer=ANYONE, institution=centre) is None


def test_of_two_editors_the_second_is_told(centre: UUID) -> None:
    rule = {"record_kind": "course", "breadth": "public"}
    put(centre, rule, made_from=0)
    with pytest.raises(ChangedMeanwhileError):
        put(centre, {**rule, "breadth": "institution"}, made_from=0)
    put(centre, {**rule, "breadth": "institution"}, made_from=1)


def test_a_state_that_clears_clears_the_policy_and_there_stays_one(centre: UUID) -> None:
    gate_set(institution=centre, state="JP", beyond="institution")
    put(centre, {"record_kind": "course", "breadth": "public"})
    put(centre, {"record_kind": "course", "breadth": "institution"})
    assert policy_get(viewer=ANYONE, institution=centre) is None
    (waits,) = waiting_for_state(state="JP")
    waiting_clear(clearance=Clearance("JP", uuid.uuid4()), ids=[waits.id])
    assert len(list(record_list(viewer=ANYONE, kind="policy"))) == 1
    found = policy_get(viewer=ANYONE, institution=centre)
    assert found
    assert [rule.level for rule in found.rules] == [Level.INSTITUTION]


def test_a_policy_changes_no_record_and_tells_which_differ(make: Maker, centre: UUID) -> None:
    shown, own = course(make, centre, Level.PUBLIC), course(make, centre)
    put(centre, {"record_kind": "course", "breadth": "public"},
        {"record_kind": "course", "field": "length_hours", "breadth": "institution"})  # fmt: skip
    assert record_get(viewer=ANYONE, record_id=shown).content["length_hours"] == 8
    assert policy_differing(institution=centre) == {shown: "course"}
    records_publish_by_policy(actor=Actor(centre, may_publish=True), ids=[own])
    assert policy_differing(institution=centre) == {shown: "course"}
    levels = policy_levels(institution=centre, kinds=["course"])["course"]
    records_share(actor=Actor(centre, may_publish=True), levels={shown: levels})
    assert policy_differing(institution=centre) == {}


def test_its_words_say_who_sees_what(centre: UUID, network: UUID) -> None:
    rules = [
        {"record_kind": "course", "breadth": "public"},
        {"record_kind": "course", "field": "length_hours", "breadth": "network",
         "network": str(network)},
        {"record_kind": "need", "breadth": "institution", "shows_existence": True},
        {"record_kind": "workforce", "breadth": "institution", "in_totals": True},
    ]  # fmt: skip
    said = policy_words(
        map(Rule.model_validate, rules), institution=centre, viewer=ANYONE, language="en"
    )
    told = {circle.who: [row.words for row in circle.said] for circle in said.circles}
    assert told == {
        "everybody": ["Courses, but for: Hours", "Needs of training: that there is one"],
        "members of Ring": ["Courses: Hours"],
        "Centre alone": ["Workforce", "Needs of training"],
    }
    assert [c.tlp for c in said.circles] == ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER+STRICT"]
    assert said.exists == ("Needs of training",)
    assert said.hidden == ("Workforce",)
    assert said.in_totals == ("Workforce",)
    assert said.not_in_totals == ("Courses", "Needs of training")
