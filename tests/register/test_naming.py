"""What fields, audiences and levels are called."""

from __future__ import annotations

import uuid

import pytest
from making import Maker

from concord.core.disclosure import (
    ANYONE,
    Actor,
    group_audience,
    institution_audience,
    network_audience,
    state_audience,
)
from concord.record.audiences import viewer_as
from concord.record.kinds import all_kinds
from concord.record.members import group_found
from concord.register.fields import LABELS, field_label
from concord.register.naming import AudienceNames


@pytest.mark.parametrize("kind", all_kinds())
def test_every_field_of_every_kind_has_a_label(kind: str) -> None:
    assert [name for name in all_kinds()[kind].model_fields if name not in LABELS] == []


def test_a_field_that_nobody_named_goes_by_its_own_name() -> None:
    assert field_label("titles") == "Title"
    assert field_label("no_such") == "no_such"


def test_audiences_are_named_to_those_who_may_know(make: Maker) -> None:
    one, two = (make.write(make.institution(name)) for name in ("One", "Two"))
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    group = group_found(actor=Actor(one), name="Neighbours", institutions=[two])
    audiences = [
        "public", network_audience(network), group_audience(group), state_audience("JP"),
        institution_audience(one),
    ]  # fmt: skip
    told = AudienceNames(viewer_as(two), "en", audiences)
    assert [told.name(audience) for audience in audiences] == [
        "everybody", "members of Ring", "group “Neighbours”", "institutions of Japan", "One alone",
    ]  # fmt: skip
    others = AudienceNames(ANYONE, "en", audiences)
    assert others.name(group_audience(group)) == "a group"
    assert others.name(network_audience(uuid.uuid4())) == "members of –"
