"""Records of which nothing shows but that they are there: on every page and in every file."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from concord.core.disclosure import ANYONE, Actor, Level
from concord.record.kinds import all_kinds
from concord.record.publishing import records_share
from concord.record.selectors import record_get, record_list
from concord.register.sharing import Choice

SECRET = Choice(Level.INSTITUTION, shows_existence=True)
LISTS = ("training", "institutions", "statements", "sources", "collaboration")
PAGES = [
    "/", "/institutions/", "/training/", "/training/calendar/?year=2014", "/collaboration/",
    "/coverage/", "/coverage/B1/", "/statements/", "/sources/", "/recommendations/", "/about/",
    "/training/?q=withheld", "/training/?q=security", "/institutions/?q=Centre",
    "/declarations/", "/rounds/", "/declarations.csv", "/embed/training/", "/catalog.jsonld",
    "/lists/training.ics", "/lists/training.rss", "/lists/training.atom",
    "/oai/?verb=ListRecords&metadataPrefix=oai_dc", "/oai/?verb=ListRecords&metadataPrefix=concord",
    *(f"/lists/{name}.{form}" for name in LISTS for form in ("csv", "xlsx", "json", "jsonld")),
    "/api/training", "/api/institutions", "/api/statements", "/api/sources", "/api/collaboration",
    "/api/coverage", "/api/summary", "/api/about", "/api/declarations",
    *(f"/api/export/{kind}" for kind in all_kinds()),
]  # fmt: skip


def withhold(records: list[Any]) -> None:
    """Let everybody know that these are there, and no more."""
    for owner in {record.owner for record in records}:
        levels = {r.id: SECRET.levels(r.kind) for r in records if r.owner == owner}
        records_share(actor=Actor(owner, may_publish=True), levels=levels)


@pytest.fixture
def hidden(east_asia: None, settings: Any, tmp_path: Any) -> dict[str, list[UUID]]:
    """Of each kind the first three and the last of the register."""
    settings.VAR = tmp_path
    found = {kind: list(record_list(viewer=ANYONE, kind=kind)) for kind in all_kinds()}
    some = [r for records in found.values() for r in [*records[:3], *records[3:][-1:]]]
    withhold(some)
    return {kind: [r.id for r in some if r.kind == kind] for kind in all_kinds()}


def read(client: Client, address: str) -> bytes:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return answer.getvalue() if answer.streaming else answer.content


def test_every_page_and_file_holds_with_some_that_say_nothing(
    client: Client, hidden: dict[str, list[UUID]]
) -> None:
    for address in PAGES:
        read(client, address)


def test_the_page_of_each_kind_says_that_it_is_withheld_and_whose_it_is(
    client: Client, hidden: dict[str, list[UUID]]
) -> None:
    for kind, keys in hidden.items():
        for key in keys:
            view = record_get(viewer=ANYONE, record_id=key)
            assert view.content == {}
            page = read(client, f"/records/{key}/").decode()
            assert f"Withheld: {all_kinds()[kind].label}" in page, kind
            assert str(key) not in _heading(page)
            assert '<li class="withheld">' in page
            assert f"/institutions/{view.owner}/" in page, kind
            for form in ("json", "jsonld", "csv", "xlsx"):
                answer = client.get(f"/records/{key}.{form}")
                assert answer.status_code in {200, 404}, (kind, form)
                assert answer.getvalue()
            told = json.loads(read(client, f"/api/records/{key}"))
            assert told["content"] == {}
            assert set(told["withheld"]) == set(all_kinds()[kind].model_fields)
            read(client, f"/api/records/{key}/revisions")


def _heading(page: str) -> str:
    return page.partition("<h1>")[2].partition("</h1>")[0]


def test_every_page_and_file_holds_where_all_say_nothing(client: Client, east_asia: None) -> None:
    withhold([r for kind in all_kinds() for r in record_list(viewer=ANYONE, kind=kind)])
    for address in PAGES:
        read(client, address)


def test_other_languages_say_so_in_theirs(client: Client, hidden: dict[str, list[UUID]]) -> None:
    (key, *_rest) = hidden["course"]
    page = read(client, f"/ja/records/{key}/").decode()
    assert "コース" in _heading(page)
    assert "時間数" in page  # of the fields that are withheld
