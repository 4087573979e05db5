"""Whom a public record names is told once; so is whose record was answered."""

from __future__ import annotations

from uuid import UUID

from making import Maker, text
from people import centre_of, join

from concord.accounts.models import Mandate, Notice, Person, Role
from concord.accounts.telling import news_tell
from concord.core.disclosure import Level


def told(name: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(person__name=name).order_by("at")
    return list(rows.values_list("what", "address"))


def relation(
    make: Maker, *keys: UUID, level: Level = Level.PUBLIC, key: UUID | None = None
) -> UUID:
    parties = [{"institution": str(k)} for k in keys]
    content = make.parse(
        "relation",
        text=text("They meet"),
        relation_kind="meeting",
        parties=[*parties, {"state": "VN"}],
    )
    return make.write(content, level=level, record_id=key)


def test_the_named_are_told_once_of_what_everybody_sees(make: Maker) -> None:
    one = centre_of(make, make.institution("One", state="JP"))
    join(one, Role.EDITOR, "ann")
    join(one, Role.READER, "rob")
    vien = centre_of(make, make.institution("Vien", state="VN"))
    join(vien, Role.EDITOR, "vy")
    Mandate.objects.create(
        person=Person.objects.get(name="vy"), role=Role.CONTACT_POINT, state="VN"
    )
    relation(make, one)
    assert news_tell() == 0  # what was there before anybody looked
    assert told("ann") == []
    key = relation(make, one, level=Level.INSTITUTION)
    assert news_tell() == 0
    relation(make, one, key=key)
    for _ in range(3):
        relation(make, one)
    assert news_tell() == 2
    assert told("ann") == [("confirmation_asked", "/desk/questions/")]
    assert told("vy") == [("confirmation_asked", "/desk/questions/")]
    assert told("rob") == []
    Notice.objects.all().delete()
    relation(make, one, key=key)  # changed, not new
    assert news_tell() == 0


def test_an_owner_is_told_of_an_answer_once_it_is_seen(make: Maker) -> None:
    one = centre_of(make, make.institution("One", state="JP"))
    key = relation(make, one)
    ann = join(one, Role.PUBLISHER, "ann")
    join(make.owner, Role.EDITOR, "cora")
    news_tell()
    ann.post(f"/records/{key}/answer/", {"answer": "denies", "do": "give"})
    assert news_tell() == 0
    ann.post(f"/records/{key}/answer/", {"answer": "denies", "do": "give", "publish": "1"})
    assert news_tell() == 1
    assert told("cora") == [("answered", f"/records/{key}/")]
