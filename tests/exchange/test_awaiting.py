"""A merge that others must let out waits for them, and is done as soon as they have."""

from __future__ import annotations

import uuid

import pytest
from making import Maker, text

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import ANYONE, Clearance
from concord.exchange.awaiting import (
    changes_clear,
    changes_drop,
    changes_publish,
    held_get,
    pair_merge_or_hold,
)
from concord.exchange.merging import Side, merge_list, merge_undo
from concord.exchange.models import HeldMerge, Merge
from concord.record.errors import MergedError
from concord.record.publishing import gate_set, waiting_for_institution, waiting_for_state
from concord.record.selectors import record_get


@pytest.fixture
def two(make: Maker) -> tuple[uuid.UUID, uuid.UUID]:
    said = {"providers": [str(make.owner)], "length_hours": 8}
    kept = make.put("course", titles=text("Insider threat"), **said)
    gone = make.put("course", titles=text("内部脅威", "ja"), topics=["B4"], **said)
    return kept, gone


def hold(make: Maker, two: tuple[uuid.UUID, uuid.UUID], role: Role = Role.PUBLISHER) -> Acting:
    acting = Acting(uuid.uuid4(), make.owner, role)
    picks = {"titles.ja": Side.KEPT}
    done = pair_merge_or_hold(acting=acting, kept=two[0], gone=two[1], picks=picks)
    assert isinstance(done, HeldMerge)
    return acting


def clear(state: str) -> None:
    ids = [view.id for view in waiting_for_state(state=state)]
    changes_clear(clearance=Clearance(state, uuid.uuid4()), ids=ids)


def is_one(two: tuple[uuid.UUID, uuid.UUID]) -> bool:
    try:
        record_get(viewer=ANYONE, record_id=two[1])
    except MergedError:
        return True
    return False


def test_a_merge_waits_for_the_state_and_is_done_when_cleared(
    make: Maker, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    before = [record_get(viewer=ANYONE, record_id=key).content for key in two]
    gate_set(institution=make.owner, state="JP", beyond="institution")
    acting = hold(make, two)
    assert [record_get(viewer=ANYONE, record_id=key).content for key in two] == before
    (asked,) = waiting_for_state(state="JP")
    assert asked.content["topics"] == ["B4"]
    assert "ja" not in asked.content["titles"]["text"]
    assert held_get(acting=acting, one=two[1], two=two[0])
    clear("JP")
    assert is_one(two)
    said = record_get(viewer=ANYONE, record_id=two[0]).content
    assert said == {**before[0], "topics": ["B4"]}
    assert not HeldMerge.objects.exists()
    ((merge, _record),) = merge_list(acting=acting, first=0, count=9)
    gate_set(institution=make.owner, state="", beyond="")
    assert merge_undo(acting=acting, merge_id=merge.id).changed_since == []
    assert [record_get(viewer=ANYONE, record_id=key).content for key in two] == before


def test_an_editors_merge_waits_for_the_publisher(
    make: Maker, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    hold(make, two, Role.EDITOR)
    publisher = Acting(uuid.uuid4(), make.owner, Role.PUBLISHER)
    (waits,) = waiting_for_institution(institution=make.owner)
    changes_publish(actor=publisher.require(Role.PUBLISHER), ids=[waits.id])
    assert is_one(two)


@pytest.mark.parametrize("by", ["dropped", "changed"])
def test_a_merge_that_came_to_nothing_leaves_both(
    make: Maker, two: tuple[uuid.UUID, uuid.UUID], by: str
) -> None:
    gate_set(institution=make.owner, state="JP", beyond="institution")
    hold(make, two)
    if by == "dropped":
        (waits,) = waiting_for_institution(institution=make.owner)
        changes_drop(institution=make.owner, ids=[waits.id])
    else:
        gate_set(institution=make.owner, state="", beyond="")
        newer = make.parse("course", titles=text("Newer"), providers=[str(make.owner)])
        make.write(newer, record_id=two[1])
        gate_set(institution=make.owner, state="JP", beyond="institution")
        clear("JP")
    assert not is_one(two)
    assert not HeldMerge.objects.exists()
    assert not Merge.objects.exists()


def test_what_lets_nobody_see_more_is_merged_at_once(make: Maker) -> None:
    said = {"providers": [str(make.owner)], "titles": text("Insider threat")}
    one, other = make.put("course", **said), make.put("course", **said)
    gate_set(institution=make.owner, state="JP", beyond="institution")
    acting = Acting(uuid.uuid4(), make.owner, Role.PUBLISHER)
    assert isinstance(pair_merge_or_hold(acting=acting, kept=one, gone=other), Merge)
