"""What is declared of a year, and what follows from it: nothing is counted from records."""

from __future__ import annotations

import uuid

import pytest
from making import Maker

from concord.core.disclosure import ANYONE, Actor, Level, member_of
from concord.record.errors import InvalidContentError
from concord.record.services import Draft, revision_write
from concord.register.declarations import (
    declaration_list,
    declaration_put,
    declaration_table,
    declared_of,
)


def put(institution: uuid.UUID, year: int, said: str) -> None:
    actor = Actor(institution, may_publish=True)
    declaration_put(actor=actor, year=year, completeness=said)


def test_each_year_has_one_line_and_the_silent_are_named_so(make: Maker) -> None:
    a, b, c = (make.write(make.institution(name)) for name in "abc")
    put(a, 2025, "complete")
    put(b, 2025, "nothing")
    put(a, 2026, "in_part")
    lines = {line.year: line for line in declared_of(viewer=ANYONE, years=[2025, 2026])}
    assert (dict(lines[2025].counts), lines[2025].silent) == ({"complete": 1, "nothing": 1}, 1)
    assert (dict(lines[2026].counts), lines[2026].silent) == ({"in_part": 1}, 2)
    (only,) = declared_of(viewer=ANYONE, years=[2025], institutions=[c])
    assert (dict(only.counts), only.silent) == ({}, 1)
    table = declaration_table(viewer=ANYONE, years=[2024])
    assert table.years == (2026, 2025, 2024)
    assert {key: set(said) for key, said in table.rows.items()} == {
        a: {2025, 2026},
        b: {2025},
        c: set(),
    }


def test_nothing_is_counted_from_records(make: Maker) -> None:
    centre = make.write(make.institution("Centre"))
    make.put("course", titles={"original": "en", "text": {"en": "T"}}, providers=[str(centre)])
    (line,) = declared_of(viewer=ANYONE, years=[2026])
    assert line.silent == 1


def test_what_is_not_published_is_not_answered_for_others(make: Maker) -> None:
    centre = make.write(make.institution("Centre"))
    content = make.parse("declaration", year=2026, completeness="complete")
    draft = Draft(content, level=Level.INSTITUTION)
    revision_write(actor=Actor(centre), draft=draft, via="test")
    assert declaration_list(viewer=ANYONE) == []
    assert len(declaration_list(viewer=member_of(centre))) == 1
    put(centre, 2026, "in_part")
    assert [d.completeness for d in declaration_list(viewer=ANYONE)] == ["in_part"]


def test_a_withheld_field_says_nothing(make: Maker) -> None:
    centre = make.write(make.institution("Centre"))
    content = make.parse("declaration", year=2026, completeness="complete")
    fields = {"completeness": Level.INSTITUTION}
    actor = Actor(centre, may_publish=True)
    revision_write(
        actor=actor, draft=Draft(content, level=Level.PUBLIC, field_levels=fields), via="t"
    )
    assert declaration_list(viewer=ANYONE, year=2026) == []
    fields = {"year": Level.INSTITUTION}
    content = make.parse("declaration", year=2027, completeness="complete")
    revision_write(
        actor=actor, draft=Draft(content, level=Level.PUBLIC, field_levels=fields), via="t"
    )
    assert declaration_list(viewer=ANYONE, year=2027) == []
    assert len(declaration_list(viewer=member_of(centre), year=2027)) == 1


@pytest.mark.parametrize(
    ("year", "said"), [(2026, "splendid"), (12026, "complete"), (-1, "complete")]
)
def test_nonsense_is_refused(make: Maker, year: int, said: str) -> None:
    centre = make.write(make.institution("Centre"))
    with pytest.raises(InvalidContentError):
        put(centre, year, said)
    assert declaration_list(viewer=member_of(centre)) == []


def test_one_speaks_for_its_own_owner_alone(make: Maker) -> None:
    """A declaration has no field for an institution: nobody can declare for another."""
    with pytest.raises(InvalidContentError):
        make.parse("declaration", year=2026, completeness="complete", institution=str(make.owner))
