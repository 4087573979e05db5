"""Pairs that may be one: found, decided on by each side for itself, never asked again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Maker, text

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Mandate, Person, Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import ANYONE, Level
from concord.core.likeness import WEIGHTS
from concord.exchange.deciding import upload_confirm, upload_undo
from concord.exchange.doubles import row_id
from concord.exchange.duplicates import (
    DecidedError,
    NeedsMergeError,
    asked_list,
    decided_list,
    decision_withdraw,
    pair_decide,
    pair_get,
    settled_pairs,
)
from concord.exchange.models import Decision, LikelyPair
from concord.exchange.previewing import upload_compare
from concord.exchange.reasons import WORDS, reason_text
from concord.exchange.scanning import duplicates_find, likely_list, scan_due
from concord.exchange.uploads import upload_map, upload_paste
from concord.record.columns import Question
from concord.record.errors import NotFoundError
from concord.record.publishing import waiting_for_institution
from concord.record.selectors import record_get
from concord.register.lists import training_table

SAME, DIFFERENT, JOINT = Decision.Answer


@dataclass
class Sides:
    """A compiler and a centre that list the same workshop, each in its language."""

    make: Maker
    compiler: Acting
    centre: Acting
    theirs: uuid.UUID
    mine: uuid.UUID

    def as_centre(self) -> None:
        self.make.owner = self.centre.institution

    def as_compiler(self) -> None:
        self.make.owner = self.compiler.institution


def workshop(make: Maker, title: str, level: Level = Level.PUBLIC, **more: Any) -> uuid.UUID:
    data = {"activity_kind": "workshop", "when": "2024-03-05/2024-03-08", "country": "JP",
            "town": "Tokai", "topics": ["B4"], **more}  # fmt: skip
    fields = data.pop("fields", None)
    return make.write(
        make.parse("activity", titles=text(title), **data), level=level, fields=fields
    )


@pytest.fixture
def sides(make: Maker) -> Sides:
    compiler = Acting(uuid.uuid4(), make.owner, Role.PUBLISHER)
    theirs = workshop(make, "Insider threat workshop")
    centre = make.write(make.institution("Centre"))
    make.owner = centre
    mine = workshop(make, "Workshop on insider threat")
    return Sides(make, compiler, Acting(uuid.uuid4(), centre, Role.PUBLISHER), theirs, mine)


def person_join_as(institution: uuid.UUID) -> Person:
    person = Person.objects.create(email=f"{uuid.uuid4()}@example.org")
    Mandate.objects.create(person=person, institution=institution, role=Role.EDITOR)
    return person


def found(acting: Acting) -> list[set[uuid.UUID]]:
    duplicates_find(institution=acting.institution)
    pairs = likely_list(institution=acting.institution).pairs
    return [{pair.mine.id, pair.other.id} for pair in pairs]


def once(viewer: Any = ANYONE) -> set[uuid.UUID]:
    return set(training_table().ids_where(viewer, Question({"once": frozenset({"once"})})))


def test_a_pair_is_found_for_both_sides_with_its_reasons(sides: Sides) -> None:
    assert found(sides.centre) == [{sides.mine, sides.theirs}]
    assert found(sides.compiler) == [{sides.mine, sides.theirs}]
    pair = pair_get(acting=sides.centre, one=sides.theirs, two=sides.mine)
    assert (pair.mine.id, pair.other.id, pair.is_own) == (sides.mine, sides.theirs, False)
    said = [reason_text(r, language="en", name=str) for r in pair.reasons]
    assert "on the same days" in said
    assert "in the same town: Tokai" in said


def test_somebody_else_is_shown_nothing_of_it(sides: Sides) -> None:
    other = Acting(uuid.uuid4(), sides.make.write(sides.make.institution("X")), Role.PUBLISHER)
    assert found(other) == []
    with pytest.raises(NotFoundError):
        pair_decide(acting=other, one=sides.mine, two=sides.theirs, answer=SAME)


def test_each_side_speaks_for_itself(sides: Sides) -> None:
    pair_decide(acting=sides.centre, one=sides.mine, two=sides.theirs, answer=SAME, note="ours")
    assert found(sides.centre) == []
    assert record_get(viewer=ANYONE, record_id=sides.mine).content["same_as"] == str(sides.theirs)
    assert record_get(viewer=ANYONE, record_id=sides.theirs).revision_number == 1
    (asked,) = asked_list(acting=sides.compiler)
    assert asked.heard is not None
    assert (asked.heard.answer, asked.heard.note) == (SAME, "ours")
    assert not asked.may_link
    assert once() == {sides.theirs}
    pair_decide(acting=sides.compiler, one=sides.theirs, two=sides.mine, answer=SAME)
    assert asked_list(acting=sides.compiler) == []
    assert record_get(viewer=ANYONE, record_id=sides.theirs).revision_number == 1
    ((pair,), more) = decided_list(acting=sides.centre, first=0, count=5)
    assert (pair.said.answer, pair.heard.answer, more) == (SAME, SAME, False)  # type: ignore[union-attr]


def test_the_centre_may_leave_it_to_the_compiler_to_stand_back(sides: Sides) -> None:
    pair_decide(acting=sides.centre, one=sides.mine, two=sides.theirs, answer=SAME, link=False)
    assert once() == {sides.mine, sides.theirs}
    pair_decide(acting=sides.compiler, one=sides.mine, two=sides.theirs, answer=SAME)
    assert once() == {sides.mine}


def test_two_sides_that_disagree_change_nothing_of_each_other(sides: Sides) -> None:
    pair_decide(acting=sides.compiler, one=sides.mine, two=sides.theirs, answer=DIFFERENT)
    assert asked_list(acting=sides.centre) == []
    duplicates_find(institution=sides.centre.institution)
    (pair,) = likely_list(institution=sides.centre.institution).pairs
    assert pair.heard is not None
    assert pair.heard.answer == DIFFERENT
    pair_decide(acting=sides.centre, one=sides.mine, two=sides.theirs, answer=JOINT)
    assert once() == {sides.theirs}


def test_what_was_decided_can_be_taken_back(sides: Sides) -> None:
    made = pair_decide(acting=sides.centre, one=sides.mine, two=sides.theirs, answer=JOINT)
    with pytest.raises(NotFoundError):
        decision_withdraw(acting=sides.compiler, decision_id=made.id)
    decision_withdraw(acting=sides.centre, decision_id=made.id)
    assert "same_as" not in record_get(viewer=ANYONE, record_id=sides.mine).content
    assert found(sides.centre) == [{sides.mine, sides.theirs}]
    with pytest.raises(NotFoundError):
        decision_withdraw(acting=sides.centre, decision_id=made.id)
    pair_decide(acting=sides.centre, one=sides.mine, two=sides.theirs, answer=DIFFERENT)
    assert Decision.objects.count() == 2


def test_of_two_people_of_one_institution_the_first_decides(sides: Sides) -> None:
    pair_decide(acting=sides.centre, one=sides.mine, two=sides.theirs, answer=DIFFERENT)
    colleague = Acting(uuid.uuid4(), sides.centre.institution, Role.EDITOR)
    with pytest.raises(DecidedError):
        pair_decide(acting=colleague, one=sides.theirs, two=sides.mine, answer=SAME)
    assert "same_as" not in record_get(viewer=ANYONE, record_id=sides.mine).content


def test_a_reader_decides_nothing(sides: Sides) -> None:
    reader = Acting(uuid.uuid4(), sides.centre.institution, Role.READER)
    with pytest.raises(NotAllowedError):
        pair_decide(acting=reader, one=sides.mine, two=sides.theirs, answer=DIFFERENT)


def test_what_others_see_changes_by_a_publisher_alone(sides: Sides) -> None:
    editor = Acting(uuid.uuid4(), sides.centre.institution, Role.EDITOR)
    pair_decide(acting=editor, one=sides.mine, two=sides.theirs, answer=SAME)
    assert "same_as" not in record_get(viewer=ANYONE, record_id=sides.mine).content
    (waits,) = waiting_for_institution(institution=sides.centre.institution)
    assert waits.content["same_as"] == str(sides.theirs)


def test_two_of_one_owner_are_merged_or_linked(sides: Sides) -> None:
    again = workshop(sides.make, "Insider threat: workshop")
    with pytest.raises(NeedsMergeError):
        pair_decide(acting=sides.centre, one=sides.mine, two=again, answer=SAME)
    pair_decide(acting=sides.centre, one=again, two=sides.mine, answer=JOINT)
    assert once() == {sides.mine, sides.theirs}


def test_what_fewer_see_is_not_pointed_at(sides: Sides) -> None:
    kept_back = workshop(sides.make, "Insider threat: workshop", Level.INSTITUTION)
    pair = pair_get(acting=sides.centre, one=sides.mine, two=kept_back)
    assert not pair.may_link
    assert pair_get(acting=sides.centre, one=kept_back, two=sides.mine).may_link


def test_what_one_keeps_to_itself_is_no_pair_of_another(sides: Sides) -> None:
    sides.as_compiler()
    hidden = workshop(sides.make, "Insider threat workshop", Level.INSTITUTION)
    assert found(sides.centre) == [{sides.mine, sides.theirs}]
    assert {sides.mine, hidden} in found(sides.compiler)
    boss = person_join_as(sides.centre.institution)
    pair_decide(acting=sides.compiler, one=hidden, two=sides.mine, answer=SAME)
    assert asked_list(acting=sides.centre) == []
    assert not boss.notices.exists()
    pair_decide(acting=sides.compiler, one=sides.theirs, two=sides.mine, answer=SAME)
    assert boss.notices.count() == 1


def test_a_withheld_field_moves_no_score_and_gives_no_reason(sides: Sides) -> None:
    """The same, but for a field that is withheld: the other side sees no difference at all."""
    sides.as_compiler()

    def seen(town: str) -> Any:
        content = sides.make.parse(
            "activity", titles=text("Insider threat workshop"), activity_kind="workshop",
            when="2024-03-05/2024-03-08", country="JP", topics=["B4"], town=town,
        )  # fmt: skip
        sides.make.write(
            content, record_id=sides.theirs,
            fields={"town": Level.INSTITUTION, "topics": Level.INSTITUTION},
        )  # fmt: skip
        duplicates_find(institution=sides.centre.institution)
        pair = pair_get(acting=sides.centre, one=sides.mine, two=sides.theirs)
        return LikelyPair.objects.get(institution=sides.centre.institution).score, pair.reasons

    here, there = seen("Tokai"), seen("Osaka")
    assert here == there
    assert not {"same_town", "shared_topic"} & {reason.code for reason in here[1]}


def test_a_field_withheld_since_the_search_gives_no_reason(sides: Sides) -> None:
    assert found(sides.centre)
    sides.as_compiler()
    content = sides.make.parse(
        "activity", titles=text("Insider threat workshop"), activity_kind="workshop",
        when="2024-03-05/2024-03-08", country="JP", topics=["B4"], town="Tokai",
    )  # fmt: skip
    sides.make.write(content, record_id=sides.theirs, fields={"town": Level.INSTITUTION})
    (pair,) = likely_list(institution=sides.centre.institution).pairs
    assert "same_town" not in {reason.code for reason in pair.reasons}
    assert scan_due(institution=sides.centre.institution)
    sides.make.write(content, record_id=sides.theirs, level=Level.INSTITUTION)
    assert likely_list(institution=sides.centre.institution).pairs == []


def test_the_same_said_twice_of_a_month_is_found(sides: Sides) -> None:
    more = {
        "when": "2019-07", "town": None, "country": "KR", "topics": ["E2"],
        "parties": [{"party": {"institution": str(sides.centre.institution)}, "part": "host"}],
    }  # fmt: skip
    twice = [workshop(sides.make, "Border detection", **more) for _time in range(2)]
    assert set(twice) in found(sides.centre)


def test_pairs_come_likeliest_first_by_pages_and_kinds(sides: Sides) -> None:
    for number in range(3):
        workshop(sides.make, "Insider threat workshop", when="2024-03", note=text(str(number)))
    duplicates_find(institution=sides.centre.institution)
    institution = sides.centre.institution
    every = likely_list(institution=institution, count=100)
    scores = [pair.score for pair in every.pairs]
    assert scores == sorted(scores, reverse=True)
    assert every.total == len(scores) > 3
    pages = [
        pair.score
        for first in range(0, every.total, 2)
        for pair in likely_list(institution=institution, first=first, count=2).pairs
    ]
    assert pages == scores
    own = likely_list(institution=institution, whose="own", count=100)
    others = likely_list(institution=institution, whose="others", count=100)
    assert all(pair.is_own for pair in own.pairs)
    assert own.total + others.total == every.total
    assert likely_list(institution=institution, kind="course").total == 0


TABLE = "Title\tFirst day\tLast day\tTown\tCountry\n%s\t2024-03-05\t2024-03-08\tTokai\tJapan\n"


def test_a_row_once_called_different_is_not_asked_again(
    sides: Sides, settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path

    def upload() -> Any:
        made = upload_paste(
            acting=sides.centre, text=TABLE % "Workshop: insider threat", language="en"
        )
        columns = made.mapping["tables"][0]["columns"]
        upload_map(
            acting=sides.centre, upload_id=made.id, choices=[("activities", columns)],
            constants=[{"activity_kind": "workshop"}],
        )  # fmt: skip
        return upload_compare(upload_id=made.id)

    first = upload()
    assert first.counts == {"doubtful": 1}
    (row,) = first.batches.get().rows
    upload_confirm(acting=sides.centre, upload_id=first.id, also=[row["record"]])
    pair = frozenset((row["record"], row["like"]))
    assert pair in settled_pairs(institution=sides.centre.institution)
    upload_undo(acting=sides.centre, upload_id=first.id)
    again = upload()
    (other,) = again.batches.get().rows
    assert other["like"] != row["like"]


@given(st.data())
def test_what_a_row_says_is_known_however_it_is_ordered(data: st.DataObject) -> None:
    items = {"titles": {"original": "en", "text": {"en": "A"}}, "topics": ["B4"], "when": "2024"}
    order = data.draw(st.permutations(list(items)))
    assert row_id("activity", {name: items[name] for name in order}) == row_id("activity", items)
    assert row_id("course", items) != row_id("activity", items)


@pytest.mark.parametrize("turned", [False, True])
def test_a_decision_is_of_the_pair_in_whatever_order(sides: Sides, turned: bool) -> None:
    pair = (sides.theirs, sides.mine) if turned else (sides.mine, sides.theirs)
    made = pair_decide(acting=sides.centre, one=pair[0], two=pair[1], answer=DIFFERENT)
    assert (made.first, made.second) == tuple(sorted(pair, key=str))
    assert settled_pairs(institution=sides.centre.institution) == {frozenset(map(str, pair))}


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(WEIGHTS)
