"""Who speaks for themselves."""

from __future__ import annotations

import uuid

from django.test import Client
from making import Maker, text

from concord.core.disclosure import Actor, Level
from concord.record.services import Draft, record_remove, revision_write
from concord.register.speaking import speaking_count


def test_an_institution_speaks_once_something_of_its_own_is_public(
    make: Maker, client: Client
) -> None:
    centre = make.write(make.institution("Centre"))
    assert speaking_count() == 0
    assert b"have not spoken for themselves yet" in client.get("/about/").content
    own = Actor(centre, may_publish=True)
    course = Draft(make.parse("course", titles=text("Guards"), providers=[str(centre)]))
    revision_write(actor=own, draft=course, via="form")
    assert speaking_count() == 0
    shown = Draft(course.content, course.record_id, level=Level.PUBLIC, made_from=1)
    revision_write(actor=own, draft=shown, via="form")
    assert speaking_count() == 1
    assert b"1 institution speaks for itself" in client.get("/about/").content
    record_remove(actor=own, record_id=course.record_id, via="form", reason="")
    assert speaking_count() == 0


def test_a_compiler_never_counts(make: Maker) -> None:
    other = uuid.uuid4()
    make.write(make.institution("Another compiler", kinds=["compiler"]), record_id=other)
    content = make.parse("course", titles=text("Guards"), providers=[str(make.owner)])
    actor = Actor(other, may_publish=True)
    revision_write(actor=actor, draft=Draft(content, level=Level.PUBLIC), via="form")
    assert speaking_count() == 0
