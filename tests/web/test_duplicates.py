"""The pages of pairs, decisions and merging."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from making import Maker, text
from web.test_desk import join

from concord.accounts.models import Notice, Role, What
from concord.core.disclosure import ANYONE
from concord.exchange.models import Decision, Merge
from concord.record.publishing import waiting_for_institution
from concord.record.selectors import record_get


@pytest.fixture
def centre(make: Maker, settings: Any, tmp_path: Path) -> uuid.UUID:
    settings.VAR = tmp_path
    make.owner = make.write(make.institution("Centre", state="JP"))
    return make.owner


def workshop(make: Maker, title: str, **more: Any) -> uuid.UUID:
    return make.put(
        "activity", titles=text(title), activity_kind="workshop", when="2024-03-05/2024-03-08",
        country="JP", town="Tokai", **more,
    )  # fmt: skip


def test_a_page_without_pairs_says_what_to_do(centre: uuid.UUID) -> None:
    page = join(centre, Role.EDITOR, "ann").get("/desk/duplicates/").content.decode()
    assert "No pair waits for you" in page
    assert "/desk/duplicates/decided/" in page


@pytest.mark.parametrize("address", ["/desk/duplicates/", "/desk/duplicates/decided/"])
def test_the_pages_are_for_editors(centre: uuid.UUID, client: Client, address: str) -> None:
    assert client.get(address).status_code == 302
    assert join(centre, Role.READER, "ann").get(address).status_code == 403


def test_from_pair_to_one_record_and_back(make: Maker, centre: uuid.UUID) -> None:
    kept = workshop(make, "Insider threat workshop", topics=["B4"])
    gone = workshop(make, "Workshop on insider threat", topics=["D1"])
    client = join(centre, Role.PUBLISHER, "ann")
    page = client.get("/desk/duplicates/").content.decode()
    assert "on the same days" in page
    assert "Insider threat workshop" in page
    answer = client.post("/desk/duplicates/decide/", {"id": [kept, gone], "answer": "merge"})
    assert answer.url == f"/desk/duplicates/{kept}/{gone}/"
    form = client.get(answer.url).content.decode()
    assert 'name="pick-titles.en" value="kept" checked' in form
    assert "What comes of it" not in form.replace("Show what comes of it", "")
    data = {"pick-titles.en": "gone", "pick-topics": "both"}
    preview = client.post(answer.url, {**data, "do": "preview"}).content.decode()
    assert 'id="preview"' in preview
    assert 'name="pick-titles.en" value="gone" checked' in preview
    stale = client.post(answer.url, {**data, "do": "merge", "kept_from": "9", "gone_from": "1"})
    assert stale.status_code == 422
    assert b"changed in the meantime" in stale.content
    revisions = {"kept_from": "1", "gone_from": "1"}
    done = client.post(answer.url, {**data, **revisions, "do": "merge"})
    assert done.url == f"/records/{kept}/"
    content = record_get(viewer=ANYONE, record_id=kept).content
    assert content["titles"]["text"]["en"] == "Workshop on insider threat"
    assert content["topics"] == ["B4", "D1"]
    leads = Client().get(f"/records/{gone}/")
    assert leads.status_code == 410
    assert f"/records/{kept}/" in leads.content.decode()
    told = Client().get(f"/api/records/{gone}")
    assert (told.status_code, told.json()["type"]) == (410, "urn:concord:merged")
    assert told.json()["errors"] == [{"parameter": "into", "detail": str(kept)}]
    assert told["Link"] == f'</api/records/{kept}>; rel="successor-version"'
    merge = Merge.objects.get()
    assert str(merge.id) in client.get("/desk/duplicates/decided/").content.decode()
    client.post("/desk/duplicates/undo/", {"id": merge.id, "do": "unmerge"})
    assert Client().get(f"/records/{gone}/").status_code == 200
    assert record_get(viewer=ANYONE, record_id=kept).content["topics"] == ["B4"]


def test_undoing_names_what_was_changed_since(make: Maker, centre: uuid.UUID) -> None:
    kept, gone = workshop(make, "Insider threat workshop"), workshop(make, "Insider threat")
    client = join(centre, Role.PUBLISHER, "ann")
    revisions = {"kept_from": "1", "gone_from": "1"}
    client.post(f"/desk/duplicates/{kept}/{gone}/", {**revisions, "do": "merge"})
    make.write(
        make.parse("activity", titles=text("Renamed since"), activity_kind="workshop"),
        record_id=kept,
    )
    page = client.post("/desk/duplicates/undo/", {"id": Merge.objects.get().id, "do": "unmerge"})
    assert "Renamed since" in page.content.decode()


def test_both_sides_of_a_pair(make: Maker, centre: uuid.UUID) -> None:
    mine = workshop(make, "Insider threat workshop")
    make.owner = make.write(make.institution("Partner", state="KR"))
    theirs = workshop(make, "Workshop on insider threat")
    client, partner = join(centre, Role.PUBLISHER, "ann"), join(make.owner, Role.PUBLISHER, "bo")
    data = {"id": [mine, theirs], "answer": "joint", "note": "<b>together</b>", "link": "1"}
    assert client.post("/desk/duplicates/decide/", data).url == "/desk/duplicates/"
    assert record_get(viewer=ANYONE, record_id=mine).content["same_as"] == str(theirs)
    (notice,) = Notice.objects.all()
    assert (notice.what, notice.address) == (What.DUPLICATE_ASKED, "/desk/duplicates/")
    assert notice.record_id == theirs
    assert notice.person.email == "bo@example.org"
    decided = client.get("/desk/duplicates/decided/").content.decode()
    assert "Partner has not answered." in decided
    page = partner.get("/desk/duplicates/").content.decode()
    assert "Others ask you" in page
    assert "Centre says: a joint activity of both." in page
    assert "&lt;b&gt;together" in page
    assert page.count('class="pair"') == 1
    again = client.post("/desk/duplicates/decide/", data)
    assert again.status_code == 409
    made = Decision.objects.get()
    assert partner.post("/desk/duplicates/undo/", {"id": made.id}).status_code == 404
    client.post("/desk/duplicates/undo/", {"id": made.id})
    assert "same_as" not in record_get(viewer=ANYONE, record_id=mine).content


def test_what_makes_no_sense_is_refused(make: Maker, centre: uuid.UUID) -> None:
    mine, again = workshop(make, "Insider threat workshop"), workshop(make, "Insider threat")
    client = join(centre, Role.PUBLISHER, "ann")
    post = client.post
    assert post("/desk/duplicates/decide/", {"id": [mine], "answer": "same"}).status_code == 400
    assert post("/desk/duplicates/decide/", {"id": ["x", mine]}).status_code == 400
    both = {"id": [mine, again]}
    assert post("/desk/duplicates/decide/", {**both, "answer": "maybe"}).status_code == 400
    assert post("/desk/duplicates/decide/", both).status_code == 400
    assert post("/desk/duplicates/decide/", {**both, "answer": "same"}).status_code == 409
    assert post("/desk/duplicates/undo/", {}).status_code == 400
    assert client.get("/desk/duplicates/?kind=weather").status_code == 400
    assert client.get("/desk/duplicates/?from=x").status_code == 400
    stranger = f"/desk/duplicates/{mine}/{uuid.uuid4()}/"
    assert client.get(stranger).status_code == 404
    address = f"/desk/duplicates/{mine}/{again}/"
    assert post(address, {"do": "merge", "kept_from": "x"}).status_code == 400
    title_gone = post(address, {"do": "preview", "pick-titles.en": "nonsense"})
    assert title_gone.status_code == 200


def test_a_pick_that_breaks_the_rules_is_told_beside_the_form(
    make: Maker, centre: uuid.UUID
) -> None:
    mine = workshop(make, "Insider threat workshop")
    other = make.put(
        "activity", titles=text("内部脅威", "ja"), activity_kind="workshop", when="2024-03-05"
    )
    client = join(centre, Role.PUBLISHER, "ann")
    data = {"do": "preview", "pick-titles.en": "gone", "pick-titles.ja": "kept"}
    answer = client.post(f"/desk/duplicates/{mine}/{other}/", data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    (target,) = re.findall(r'<li><a href="#(pick-[^"]+)">', page)
    assert f'id="{target}' in page


def test_an_editors_merging_waits_on_the_desk_for_a_publisher(
    make: Maker, centre: uuid.UUID
) -> None:
    mine, other = workshop(make, "Insider threat workshop"), workshop(make, "Insider threat")
    client = join(centre, Role.EDITOR, "ann")
    data = {"do": "merge", "kept_from": "1", "gone_from": "1", "pick-titles.en": "gone"}
    answer = client.post(f"/desk/duplicates/{mine}/{other}/", data)
    assert (answer.status_code, answer.url) == (302, "/desk/")
    assert Merge.objects.count() == 0
    page = client.get(f"/desk/duplicates/{mine}/{other}/").content.decode()
    assert "waits to be let out" in page
    (waits,) = waiting_for_institution(institution=centre)
    publisher = join(centre, Role.PUBLISHER, "pat")
    publisher.post("/desk/waiting/", {"id": str(waits.id), "do": "publish"})
    assert Merge.objects.count() == 1
    said = record_get(viewer=ANYONE, record_id=mine).content
    assert said["titles"]["text"]["en"] == "Insider threat"
