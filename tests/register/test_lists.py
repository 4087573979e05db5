"""The lists follow what their rows rest on."""

from __future__ import annotations

from uuid import UUID

from making import Maker, text

from concord.core.disclosure import ANYONE, Level
from concord.record.columns import Question
from concord.register.lists import citing_table, link_table, training_table
from concord.register.words import Cut


def _facet(cut: Cut, facet: str) -> dict[str, int]:
    return link_table(cut).counts(ANYONE, Question())[facet]


def _relation(make: Maker, *parties: UUID, source: UUID | None = None) -> UUID:
    cited = [{"source": str(source)}] if source else []
    return make.put(
        "relation",
        text=text("They work together"),
        relation_kind="joint_course",
        parties=[{"institution": str(party)} for party in parties],
        citations=cited,
    )


def test_a_link_rolls_up_to_the_state_that_its_party_has_now(make: Maker) -> None:
    one = make.write(make.institution("One", state="JP"))
    two = make.write(make.institution("Two", state="KR"))
    _relation(make, one, two)
    assert _facet(Cut.ALL, "state") == {"JP": 1, "KR": 1}
    make.write(make.institution("Two", state="VN"), record_id=two)
    assert _facet(Cut.ALL, "state") == {"JP": 1, "VN": 1}


def test_a_state_that_may_not_be_seen_is_in_no_pair(make: Maker) -> None:
    one = make.write(make.institution("One", state="JP"))
    two = make.write(make.institution("Two", state="KR"), fields={"state": Level.INSTITUTION})
    _relation(make, one, two)
    assert "KR" not in _facet(Cut.ALL, "state")
    assert not [pair for pair in _facet(Cut.ALL, "pair") if "KR" in pair]


def test_the_brief_is_a_cut_from_the_moment_that_a_source_is_the_brief(make: Maker) -> None:
    one, two = (make.write(make.institution(name, state="JP")) for name in ("One", "Two"))
    source = make.put("source", titles=text("Report"))
    _relation(make, one, two, source=source)
    assert link_table(Cut.BRIEF).page(ANYONE, Question(), 5).total == 0
    make.write(make.parse("source", titles=text("Report"), is_brief=True), record_id=source)
    assert link_table(Cut.BRIEF).page(ANYONE, Question(), 5).total == 1
    assert citing_table().counts(ANYONE, Question())["source"] == {str(source): 1}


def test_two_records_of_one_event_are_one_link_and_count_once(make: Maker) -> None:
    one, two = (make.write(make.institution(name)) for name in ("One", "Two"))
    parties = [{"party": {"institution": str(i)}, "part": "organiser"} for i in (one, two)]
    event = {"titles": text("Seminar"), "activity_kind": "seminar", "parties": parties}
    first = make.put("activity", **event)
    make.put("activity", **event, same_as=str(first))
    assert link_table(Cut.ALL).page(ANYONE, Question(), 5).total == 1
    assert training_table().page(ANYONE, Question(), 5).total == 2
    once = Question({"once": frozenset({"once"})})
    assert training_table().page(ANYONE, once, 5).total == 1
