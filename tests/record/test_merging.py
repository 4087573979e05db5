"""Two records of one owner become one, and what pointed to the one leads to the other."""

from __future__ import annotations

import uuid

import pytest
from making import Maker, text

from concord.core.disclosure import ANYONE, Actor, Level, member_of
from concord.record.errors import (
    ChangedMeanwhileError,
    InvalidContentError,
    MayNotPublishError,
    MergedError,
    NeedsClearanceError,
    NotFoundError,
    NotOwnerError,
)
from concord.record.history import revisions_undo
from concord.record.merging import records_merge, renamed
from concord.record.models import Record, Revision
from concord.record.publishing import gate_set
from concord.record.selectors import record_get
from concord.record.services import Draft


def course(make: Maker, title: str, level: Level = Level.PUBLIC) -> uuid.UUID:
    content = make.parse("course", titles=text(title), providers=[str(make.owner)])
    return make.write(content, level=level)


def run(make: Maker, of: uuid.UUID) -> uuid.UUID:
    return make.put("activity", titles=text("A run"), activity_kind="course_run", course=str(of))


def merge(
    make: Maker, kept: uuid.UUID, gone: uuid.UUID, actor: Actor | None = None
) -> dict[uuid.UUID, int]:
    content = make.parse("course", titles=text("Both"), providers=[str(make.owner)])
    return records_merge(
        actor=actor or Actor(make.owner, may_publish=True),
        draft=Draft(content, kept, made_from=1),
        gone=gone,
        gone_from=1,
    )


def test_the_old_id_leads_to_the_new_and_so_does_what_named_it(make: Maker) -> None:
    kept, gone = course(make, "One"), course(make, "Two")
    runs = run(make, gone)
    other = run(make, kept)
    written = merge(make, kept, gone)
    assert written == {kept: 2, gone: 2, runs: 2}
    with pytest.raises(MergedError) as found:
        record_get(viewer=ANYONE, record_id=gone)
    assert found.value.fields == {"into": str(kept)}
    assert record_get(viewer=ANYONE, record_id=runs).content["course"] == str(kept)
    assert record_get(viewer=ANYONE, record_id=other).revision_number == 1
    assert Revision.objects.get(record=gone, revision_number=2).merged_into == kept


def test_undoing_restores_contents_and_levels_exactly(make: Maker) -> None:
    kept, gone = course(make, "One"), course(make, "Two", Level.INSTITUTION)
    runs = run(make, gone)
    before = {r.id: (r.content, r.audience, r.audiences) for r in Record.objects.all()}
    written = merge(make, kept, gone)
    left = revisions_undo(
        actor=Actor(make.owner, may_publish=True), revisions=written, via="undo", reason=""
    )
    assert left == []
    assert {r.id: (r.content, r.audience, r.audiences) for r in Record.objects.all()} == before
    assert Record.objects.get(id=gone).merged_into is None
    assert record_get(viewer=member_of(make.owner), record_id=gone).revision_number == 3
    assert record_get(viewer=ANYONE, record_id=runs).content["course"] == str(gone)


def test_a_chain_of_merges_leads_to_its_end(make: Maker) -> None:
    a, b, c = (course(make, name) for name in "ABC")
    merge(make, b, a)
    records_merge(
        actor=Actor(make.owner, may_publish=True),
        draft=Draft(make.parse("course", titles=text("C"), providers=[str(make.owner)]), c),
        gone=b,
        gone_from=2,
    )
    with pytest.raises(MergedError) as found:
        record_get(viewer=ANYONE, record_id=a)
    assert found.value.fields == {"into": str(c)}


def test_a_survivor_that_one_may_not_see_is_not_told_of(make: Maker) -> None:
    kept, gone = course(make, "One", Level.INSTITUTION), course(make, "Two")
    merge(make, kept, gone)
    with pytest.raises(NotFoundError) as found:
        record_get(viewer=ANYONE, record_id=gone)
    assert not isinstance(found.value, MergedError)
    with pytest.raises(MergedError):
        record_get(viewer=member_of(make.owner), record_id=gone)


def test_others_that_named_it_may_be_written_still(make: Maker) -> None:
    kept, gone = course(make, "One"), course(make, "Two")
    compiler, make.owner = make.owner, make.write(make.institution("Centre"))
    runs = run(make, gone)
    theirs, make.owner = make.owner, compiler
    merge(make, kept, gone)
    assert record_get(viewer=ANYONE, record_id=runs).content["course"] == str(gone)
    make.owner = theirs
    content = make.parse(
        "activity", titles=text("Again"), activity_kind="course_run", course=str(gone)
    )
    make.write(content, record_id=runs)
    assert record_get(viewer=ANYONE, record_id=runs).revision_number == 2


def test_what_an_editor_may_not_change_alone_stays_and_leads_on(make: Maker) -> None:
    """The two are the institution's own; a run that everybody sees names the one that goes."""
    kept = course(make, "One", Level.INSTITUTION)
    gone = course(make, "Two", Level.INSTITUTION)
    seen = run(make, gone)
    written = merge(make, kept, gone, Actor(make.owner))
    assert seen not in written
    assert record_get(viewer=ANYONE, record_id=seen).content["course"] == str(gone)


def test_a_merge_writes_all_or_nothing(make: Maker) -> None:
    kept, gone = course(make, "One"), course(make, "Two")
    with pytest.raises(MayNotPublishError):
        merge(make, kept, gone, Actor(make.owner))
    with pytest.raises(NotOwnerError):
        merge(make, kept, gone, Actor(uuid.uuid4(), may_publish=True))
    with pytest.raises(InvalidContentError):
        merge(make, kept, make.owner)
    with pytest.raises(NotFoundError):
        merge(make, kept, uuid.uuid4())
    gate_set(institution=make.owner, state="JP", beyond="institution")
    with pytest.raises(NeedsClearanceError):
        merge(make, kept, gone)
    assert Revision.objects.filter(record__in=[kept, gone]).count() == 2


def test_two_people_at_once(make: Maker) -> None:
    kept, gone = course(make, "One"), course(make, "Two")
    make.write(
        make.parse("course", titles=text("Two, newer"), providers=[str(make.owner)]),
        record_id=gone,
    )
    with pytest.raises(ChangedMeanwhileError):
        merge(make, kept, gone)
    merge_again = course(make, "Three")
    merge(make, merge_again, kept)
    with pytest.raises(NotFoundError):
        merge(make, merge_again, kept)


def test_an_id_is_renamed_wherever_it_stands() -> None:
    assert renamed({"a": ["x", "y", "x"], "b": {"c": "x"}, "d": 1}, "x", "y") == {
        "a": ["y"], "b": {"c": "y"}, "d": 1
    }  # fmt: skip
