"""What an owner chooses, what it means in levels, and what is proposed."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Maker, text

from concord.core.disclosure import Actor, Level, network_audience
from concord.record.errors import NotFoundError
from concord.record.members import member_admit
from concord.record.publishing import Levels, records_share
from concord.register.kinds.policy import fields_of
from concord.register.policies import policy_put
from concord.register.sharing import Choice, choice_of, choices_proposed

levels = st.sampled_from(
    [Level.PUBLIC, Level.network(uuid.UUID(int=1)), Level.group(uuid.UUID(int=2)), Level.STATE,
     Level.INSTITUTION]
)  # fmt: skip
choices = st.builds(
    Choice, levels, st.booleans(), st.booleans(),
    st.dictionaries(st.sampled_from(fields_of("course")), levels),
)  # fmt: skip


@given(choices)
def test_a_choice_comes_back_from_its_text_and_from_its_levels(choice: Choice) -> None:
    assert Choice.parse(choice.text()) == choice
    meant = choice.levels("course")
    assert choice_of("course", meant).levels("course") == meant


@pytest.mark.parametrize("bad", ["", "level=all", "level=public&field.note=x", "x"])
def test_what_is_no_choice_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="level"):
        Choice.parse(bad)


def test_a_field_that_the_kind_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="sauce"):
        Choice(Level.PUBLIC, fields={"sauce": Level.PUBLIC}).levels("course")


def test_existence_shows_and_nothing_else() -> None:
    meant = Choice(Level.INSTITUTION, shows_existence=True).levels("course")
    assert meant.level == Level.PUBLIC
    assert set(meant.fields) == set(fields_of("course"))
    assert set(meant.fields.values()) == {Level.INSTITUTION}
    assert Choice(Level.INSTITUTION).levels("course").level == Level.INSTITUTION


def test_the_policy_is_proposed_for_what_nobody_saw_and_nothing_else(make: Maker) -> None:
    owner = make.write(make.institution("One"))
    network = make.put("network", names=[{"name": "Ring", "language": "en"}])
    member_admit(audience=network_audience(network), institution=owner)
    make.owner = owner
    actor = Actor(owner, may_publish=True)
    rules = [
        {"record_kind": "course", "breadth": "network", "network": str(network),
         "shows_existence": True, "in_totals": True},
        {"record_kind": "course", "field": "titles", "breadth": "public"},
    ]  # fmt: skip
    policy_put(actor=actor, rules=rules)
    course = make.parse("course", titles=text("Sealing"), providers=[str(owner)])
    new, shared = (make.write(course, level=Level.INSTITUTION) for _time in range(2))
    records_share(actor=actor, levels={shared: Levels(Level.PUBLIC, {"note": Level.INSTITUTION})})
    found = choices_proposed(institution=owner, kinds=dict.fromkeys((new, shared), "course"))
    meant = found[new].levels("course")
    assert meant.level == Level.PUBLIC
    assert meant.in_totals
    assert "titles" not in meant.fields
    assert meant.fields["length_hours"] == Level.network(network)
    assert found[shared] == Choice(Level.PUBLIC, fields={"note": Level.INSTITUTION})
    with pytest.raises(NotFoundError):
        choices_proposed(institution=uuid.uuid4(), kinds={new: "course"})
