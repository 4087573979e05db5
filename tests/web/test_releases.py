"""Pages of releases: read by their audience, made by managers and coordinators."""

from __future__ import annotations

import csv
import io
import re
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django_tasks_db.models import DBTaskResult
from making import Maker, join, text
from releasing import Centres, released

from concord.accounts.models import Role
from concord.core.disclosure import Level, network_audience
from concord.jobs.tasks import compute_release, forget_releases
from concord.record.following import forget
from concord.record.guard import service
from concord.record.models import Record, Revision
from concord.studies import releasing
from concord.studies.models import Release
from concord.studies.releasing import OPERATOR, release_withdraw
from concord.studies.services import studies_run_all


@pytest.fixture
def centres(make: Maker) -> Centres:
    cache.clear()
    centres = Centres(make)
    for topic in ("B1", "B2", "C1"):
        centres.all_ran(10, topic=topic)
    for who, topic in enumerate(("D1", "E1", "F1")):
        centres.ran(who, 30 + who, topic=topic, when="2024")
    return centres


@pytest.fixture
def coordinator(centres: Centres) -> Client:
    return join(None, Role.COORDINATOR, "coordinator", network=centres.network)


def desk_of(centres: Centres) -> str:
    return f"/desk/network/{centres.network}/releases/"


ASKED = {
    "table": "participation", "by": ["topic_group", "year"], "measure": "person", "stage": "done",
    "audience": "public", "method": "suppression",
}  # fmt: skip


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_coordinator_looks_what_would_fall_and_releases_it(
    centres: Centres, coordinator: Client, client: Client
) -> None:
    assert "Make one" in text_of(coordinator, f"{desk_of(centres)}?table=participation")
    answer = coordinator.post(desk_of(centres), ASKED)
    assert answer.status_code == 302, answer.content.decode()
    draft = text_of(coordinator, answer["Location"])
    assert "cells that hold something would be protected" in draft
    assert "withheld" in draft
    assert "None was released to you yet" in text_of(client, "/releases/")
    done = coordinator.post(answer["Location"], {"do": "let_out"})
    public = done["Location"]
    page = text_of(client, public)
    assert "Participation in activities by group of topics, year" in page.replace(
        "participation in", "Participation in"
    )
    assert "Released by Network" in page
    assert 'class="number withheld">protected' in page
    assert "two whole tables" in page
    assert ">0<" not in page
    for value in ("30", "31", "32"):
        assert f'<td class="number">{value}</td>' not in page
    assert public in text_of(client, "/releases/")
    assert "Released by you" in text_of(coordinator, desk_of(centres))


def test_files_say_protected_and_never_zero_or_nothing(centres: Centres, client: Client) -> None:
    release = released(OPERATOR, "topic_group", "year")
    lines = list(csv.DictReader(io.StringIO(
        client.get(f"/releases/{release.id}.csv").content.decode("utf-8-sig")
    )))  # fmt: skip
    by_cell = {(line["topic"], line["year"]): line for line in lines}
    assert by_cell["B", "*"]["figure"] == "100"
    assert (by_cell["D", "2024"]["state"], by_cell["D", "2024"]["figure"]) == ("protected", "")
    assert by_cell["B", "2024"]["state"] == "nothing"
    assert by_cell["B", "*"]["topic_label"].startswith("B ")
    found = client.get(f"/releases/{release.id}.json").json()
    assert found["rule"]["minimum"] == 3
    assert {c["state"] for c in found["cells"]} == {"value", "protected", "nothing"}
    assert client.get(f"/api/releases/{release.id}").json()["cells"] == found["cells"]
    assert [r["id"] for r in client.get("/api/releases").json()] == [str(release.id)]
    for body in (found, client.get(f"/api/releases/{release.id}").json()):
        assert not {"inputs", "home", "person", "certificates"} & set(body)


def test_a_release_is_read_by_its_audience_alone(centres: Centres, client: Client) -> None:
    by = centres.coordinator
    release = released(by, "topic_group", audience=network_audience(centres.network))
    member = join(centres.ids[0], Role.READER, "member")
    for address in (f"/releases/{release.id}/", f"/releases/{release.id}.csv",
                    f"/releases/{release.id}.json", f"/api/releases/{release.id}"):  # fmt: skip
        assert client.get(address).status_code == 404
    assert str(release.id) not in text_of(client, "/releases/")
    assert client.get("/api/releases").json() == []
    page = text_of(member, f"/releases/{release.id}/")
    assert "members of Network" in page
    assert str(release.id) in text_of(member, "/releases/")


def test_a_manager_releases_own_totals_and_nobody_below_may(centres: Centres) -> None:
    for topic in ("B1", "C1"):
        for _time in range(3):
            centres.ran(0, 20, topic=topic)
    manager = join(centres.ids[0], Role.MANAGER, "manager")
    editor = join(centres.ids[0], Role.PUBLISHER, "publisher")
    assert editor.get("/desk/releases/").status_code == 403
    assert "tells of no single record" in text_of(manager, "/desk/releases/?table=participation")
    answer = manager.post("/desk/releases/", {**ASKED, "by": ["topic_group"]})
    draft = answer["Location"]
    assert "records" in text_of(manager, draft)
    assert editor.post(draft, {"do": "let_out"}).status_code == 403
    done = manager.post(draft, {"do": "let_out"})
    assert Release.objects.get().institution == centres.ids[0]
    assert manager.get(draft).status_code == 404, "it is no draft any more"
    page = text_of(Client(), done["Location"])
    assert "fewer than 3 records" in page


def test_faults_are_said_beside_the_field(centres: Centres, coordinator: Client) -> None:
    for more, word in (
        ({"by": ["topic", "topic_group"]}, "not both"),
        ({"method": "rounding", "base": "1"}, "from 2 to 1,000"),
        ({"minimum": "2"}, "at least 3 contributors"),
        ({"dominance_percent": "0"}, "at least 3 contributors"),
        ({"audience": "network:1"}, "to whom it is let out"),
        ({"table": "need", "measure": "low", "stage": "", "by": ["country"]}, "order by what"),
    ):
        answer = coordinator.post(desk_of(centres), {**ASKED, **more})
        assert answer.status_code == 422, more
        assert word in answer.content.decode(), more
    assert not Release.objects.exists()


def test_what_cannot_be_released_says_why(centres: Centres, coordinator: Client) -> None:
    asked = {**ASKED, "stage": "planned"}
    draft = coordinator.post(desk_of(centres), asked)["Location"]
    page = text_of(coordinator, draft)
    assert "No number that is withheld may enter" in page
    assert "Release it to" not in page
    assert "cannot be released" in text_of(coordinator, desk_of(centres))
    assert coordinator.post(draft, {"do": "let_out"}).status_code == 409
    coordinator.post(draft, {"do": "drop"})
    assert not Release.objects.exists()


def test_the_coarser_table_can_be_taken(centres: Centres, coordinator: Client) -> None:
    for who in range(5):
        for topic in (f"I{who + 1}", f"H{who + 1}", f"A{who + 1}"):
            centres.ran(who, 5, topic=topic)
    draft = coordinator.post(desk_of(centres), {**ASKED, "by": ["topic"]})["Location"]
    page = text_of(coordinator, draft)
    assert "More than a third would fall" in page
    taken = coordinator.post(draft, {"do": "coarser"})["Location"]
    assert "by group of topics" in text_of(coordinator, taken)
    assert Release.objects.count() == 1


def test_a_draft_that_is_outdated_is_computed_again(centres: Centres, coordinator: Client) -> None:
    draft = coordinator.post(desk_of(centres), ASKED)["Location"]
    centres.all_ran(5, topic="B1")
    answer = coordinator.post(draft, {"do": "let_out"}, follow=True)
    assert "The numbers changed since this was computed" in answer.content.decode()
    assert Release.objects.get().state == Release.State.DRAFT
    again = answer.redirect_chain[-1][0]
    assert again != draft
    assert coordinator.post(again, {"do": "let_out"})["Location"].startswith("/releases/")


def test_large_tables_are_computed_by_the_worker(
    centres: Centres, coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releasing, "AT_ONCE", 3)
    draft = coordinator.post(desk_of(centres), ASKED)["Location"]
    assert "It is being computed" in text_of(coordinator, draft)
    asked = DBTaskResult.objects.get(task_path=compute_release.module_path)
    compute_release.call(*asked.args_kwargs["args"])
    assert "would be protected" in text_of(coordinator, draft)
    forget_releases.call()
    assert Release.objects.count() == 1


def test_three_axes_are_read_two_at_a_time(centres: Centres, client: Client) -> None:
    release = released(OPERATOR, "topic_group", "year", "country")
    page = text_of(client, f"/releases/{release.id}/")
    assert 'name="country"' in page
    assert "not stated" in page
    assert client.get(f"/releases/{release.id}/?country=XX").status_code == 200
    other = text_of(client, f"/releases/{release.id}/?country=%3F")
    assert re.search(r'<option value="\?" selected>', other)


def test_one_total_needs_no_axis(centres: Centres, client: Client) -> None:
    release = released(OPERATOR)
    assert "243" in text_of(client, f"/releases/{release.id}/")
    assert "value,243,0" in text_of(client, f"/releases/{release.id}.csv")


def test_a_withdrawn_release_says_so_and_shows_nothing(
    centres: Centres, coordinator: Client, client: Client
) -> None:
    draft = coordinator.post(desk_of(centres), ASKED)["Location"]
    address = coordinator.post(draft, {"do": "let_out"})["Location"]
    key = UUID(address.split("/")[2])
    nothing = coordinator.post(desk_of(centres), {"do": "withdraw", "id": key, "reason": ""})
    assert nothing.status_code == 422
    coordinator.post(
        desk_of(centres), {"do": "withdraw", "id": key, "reason": "A table by mistake"}
    )
    page = text_of(client, address)
    assert "A table by mistake" in page
    assert "<td" not in page
    assert "withdrawn" in text_of(client, "/releases/")
    assert client.get(f"/api/releases/{key}").json()["cells"] == []
    assert client.get(f"{address[:-1]}.csv").content.decode("utf-8-sig").count("\n") == 1
    other = released(OPERATOR, "year")
    answer = coordinator.post(
        desk_of(centres), {"do": "withdraw", "id": other.id, "reason": "not mine"}
    )
    assert answer.status_code == 422
    assert Release.objects.get(id=other.id).state == Release.State.RELEASED
    release_withdraw(by=OPERATOR, release_id=other.id, reason="over")


def test_strangers_have_no_desk_of_a_network(centres: Centres, client: Client) -> None:
    manager = join(centres.ids[0], Role.MANAGER, "manager")
    assert manager.get(desk_of(centres)).status_code == 403
    assert client.get(desk_of(centres)).status_code == 302
    draft = manager.post("/desk/releases/", {**ASKED, "by": ["year"]})["Location"]
    other = join(centres.ids[1], Role.MANAGER, "other")
    assert other.get(draft).status_code == 404
    assert other.post(draft, {"do": "let_out"}).status_code == 404


PAGES = (
    "/", "/institutions/", "/training/", "/training/calendar/", "/coverage/", "/collaboration/",
    "/statements/", "/sources/", "/releases/", "/declarations/", "/lists/training.csv",
    "/lists/training.json", "/api/training", "/api/summary", "/api/coverage", "/api/releases",
    "/api/export/activity", "/api/export/workforce",
)  # fmt: skip


def test_live_pages_add_up_no_withheld_number(centres: Centres, client: Client) -> None:
    """Two worlds that differ in withheld numbers alone, under one release: equal to the byte."""
    hidden = {"participation": Level.INSTITUTION}
    activity = {
        "titles": text("A course that everybody sees"), "activity_kind": "course_run",
        "stage": "done", "topics": ["B1"], "when": "2025", "participation": [{"count": 5}],
    }  # fmt: skip
    keys = [centres.ran(0, 5, topic="B1")]
    content = centres.make.parse("activity", **activity)
    keys.append(centres.say(1, content, level=Level.PUBLIC, fields=hidden))
    release = released(OPERATOR, "topic_group")
    addresses = [*PAGES, f"/releases/{release.id}/", f"/releases/{release.id}.csv",
                 f"/api/releases/{release.id}", f"/institutions/{centres.ids[0]}/",
                 f"/records/{keys[1]}/", "/coverage/B1/"]  # fmt: skip
    worlds = []
    for count in (5, 50):
        with service():
            for kept in (Record, Revision):
                name = "id" if kept is Record else "record_id"
                for row in kept.objects.filter(**{f"{name}__in": keys}):
                    row.content["participation"][0]["count"] = count
                    row.save(update_fields=["content"])
        forget()
        studies_run_all()
        worlds.append({address: _body(client, address) for address in addresses})
    assert [a for a in addresses if worlds[0][a] != worlds[1][a]] == []


def _body(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    if answer.streaming:
        return b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return answer.content
