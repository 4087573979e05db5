"""The JSON interface: the same facts by the same rule, and errors in one shape."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from calling import Program
from django.test import Client
from django.utils import timezone
from making import Maker, join, text

from concord.accounts.models import Role, TokenUse
from concord.accounts.selectors import acting_for
from concord.accounts.services import (
    invitation_make,
    person_join,
    token_make,
    token_revoke,
    token_uses_forget,
)
from concord.core.disclosure import ANYONE, Actor, Level, state_audience
from concord.record.members import group_found, member_admit
from concord.record.selectors import record_list


@pytest.mark.usefixtures("east_asia")
def test_lists_coverage_and_records(client: Client) -> None:
    page = client.get("/api/training?topic=F3").json()
    assert page["total"] == len(page["records"]) >= 2
    assert page["facets"]["kind"]["course"] == 1
    found = client.get(f"/api/records/{page['records'][0]['id']}").json()
    assert found == page["records"][0]
    assert len(client.get("/api/coverage?cut=brief").json()["topics"]) == 48
    assert client.get("/api/institutions?kind=coe").json()["total"] >= 5


@pytest.mark.usefixtures("east_asia")
def test_pages_by_key_are_complete(client: Client) -> None:
    seen: list[str] = []
    after = ""
    while True:
        page = client.get("/api/training", {"after": after} if after else {}).json()
        seen += [record["id"] for record in page["records"]]
        if not page["next"]:
            break
        after = page["next"]
    assert len(seen) == len(set(seen)) == page["total"]


@pytest.mark.usefixtures("east_asia")
def test_export_is_whole(client: Client) -> None:
    lines = b"".join(client.get("/api/export/statement").streaming_content).splitlines()  # type: ignore[attr-defined]
    assert len(lines) == len(list(record_list(viewer=ANYONE, kind="statement")))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/records/nonsense", 400),
        ("/api/records/00000000-0000-4000-8000-000000000000", 404),
        ("/api/training?nothing=1", 400),
        ("/api/coverage?cut=x", 400),
        ("/api/export/nothing", 404),
        ("/api/nowhere", 404),
    ],
)
def test_every_error_has_one_shape(client: Client, make: Maker, address: str, status: int) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert set(response.json()) == {"type", "title", "status", "detail", "errors"}


def test_the_openapi_document_is_of_3_1(client: Client) -> None:
    document = client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")


def test_what_the_public_may_not_see_is_in_no_answer(client: Client, make: Maker) -> None:
    key = make.write(make.institution("PLANTED-MARKER"), level=Level.INSTITUTION)
    make.put("source", titles=text("A source"))
    assert client.get(f"/api/records/{key}").status_code == 404
    for address in ("/api/institutions", "/api/training"):
        assert "PLANTED" not in json.dumps(client.get(address).json())


def test_a_token_reads_as_its_institution(client: Client, make: Maker) -> None:
    hidden = make.write(make.institution("Hidden"), level=Level.INSTITUTION)
    _made, secret = invitation_make(role=Role.READER, institution=make.owner)
    person = person_join(
        secret=secret, email="a@example.org", name="A", password="a horse eats apples",
        language="en",
    )  # fmt: skip
    acting = acting_for(person=person, institution=make.owner)
    token, key = token_make(acting=acting, name="script", role=Role.READER)
    address = f"/api/records/{hidden}"
    assert client.get(address).status_code == 404
    signed = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    assert client.get(address, **signed).json()["content"]["names"][0]["name"] == "Hidden"
    assert client.get("/api/institutions", **signed).json()["total"] == 2
    token_revoke(person=person, token=token.id)
    refused = client.get(address, **signed)
    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"


def test_wrong_tokens_are_counted(client: Client, make: Maker) -> None:
    answers = [
        client.get("/api/institutions", HTTP_AUTHORIZATION="Bearer nonsense").status_code
        for _attempt in range(25)
    ]
    assert answers[:20] == [401] * 20
    assert set(answers[20:]) == {429}
    assert client.get("/api/institutions").status_code == 200


def test_a_person_sees_from_where_a_token_is_used(client: Client, make: Maker) -> None:
    editor = join(make.owner, Role.EDITOR, "ann")
    shown = editor.post("/desk/tokens/", {"name": "script", "role": "reader"}).content.decode()
    secret = shown.partition('id="secret">')[2].partition("<")[0]
    for program in ("curl/8", "curl/8", "cron <b>"):
        headers = {"Authorization": f"Bearer {secret}", "User-Agent": program}
        assert client.get("/api/training", headers=headers).status_code == 200
    page = editor.get("/desk/tokens/").content.decode()
    assert "curl/8 · 127.0.0.1 · 2 requests" in page
    assert "cron &lt;b&gt; · 127.0.0.1 · 1 request" in page
    TokenUse.objects.filter(program="curl/8").update(last_at=timezone.now() - dt.timedelta(days=91))
    assert token_uses_forget() == 1
    assert "curl/8" not in editor.get("/desk/tokens/").content.decode()


def test_an_institution_reads_with_whom_it_can_share(make: Maker) -> None:
    centre = make.write(make.institution("Centre", state="JP"))
    other = make.write(make.institution("Other", state="KR"))
    member_admit(audience=state_audience("JP"), institution=centre)
    group = group_found(actor=Actor(centre), name="Pair", institutions=[other])
    client = Program(centre)
    levels = client.get("/api/levels").json()["levels"]
    assert [(row["level"], row["who"], row["tlp"]) for row in levels] == [
        ("public", "everybody", "TLP:CLEAR"),
        (f"group:{group}", "group “Pair”", "TLP:AMBER+STRICT"),
        ("state", "institutions of Japan", "TLP:AMBER"),
        ("institution", "Centre alone", "TLP:AMBER+STRICT"),
    ]
    (shown,) = client.get("/api/groups").json()["groups"]
    assert (shown["name"], set(shown["members"])) == ("Pair", {str(centre), str(other)})
    assert Program(make.write(make.institution("Third"))).get("/api/groups").json() == {
        "groups": []
    }
    assert Client().get("/api/levels").status_code == 401
