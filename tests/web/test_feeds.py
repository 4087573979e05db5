"""The pages of feeds, as the people of an institution use them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from making import Maker, join
from serving import Server, serving

from concord.accounts.models import Notice, Role, What
from concord.cli.commands import app
from concord.exchange.models import FeedEntry, FeedRun, FeedSource
from concord.jobs import tasks

pytestmark = pytest.mark.django_db(transaction=True)

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1@centre.example
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20270302
SUMMARY:<script>alert(1)</script>Forensics
CATEGORIES:unheard of
END:VEVENT
END:VCALENDAR
"""


def work() -> None:
    """What the worker of an installation does, until nothing is to be done now."""
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with serving(settings) as server:
        yield server


@pytest.fixture
def centre() -> uuid.UUID:
    make = Maker()
    return make.write(make.institution("Centre", state="JP"))


def add(client: Client, url: str) -> Any:
    return client.post("/desk/feeds/new/", {"url": url, "name": "Calendar", "hours": "24",
                                            "language": "en"})  # fmt: skip


def test_from_an_address_to_records(centre: uuid.UUID, server: Server) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    assert "no feed yet" in client.get("/desk/feeds/").content.decode()
    page = add(client, server.put("/c.ics", CALENDAR)).url
    assert "is being read" in client.get(page).content.decode()
    work()
    tried = client.get(page).content.decode()
    assert "Forensics" in tried
    assert "<script>alert" not in tried
    assert "unheard of" in tried
    assert FeedEntry.objects.count() == 0
    client.post(f"{page}do/", {"do": "approve"})
    work()
    told = client.get(page).content.decode()
    assert "approved" in told
    assert "new 1" in told
    entry = FeedEntry.objects.get()
    shown = client.get(f"/records/{entry.record_id}/").content.decode()
    assert "read on" in shown
    source = str(FeedSource.objects.get().cited)
    for form in ("json", "jsonld", "csv"):
        taken = client.get(f"/records/{entry.record_id}.{form}")
        assert source in b"".join(taken).decode(), form
    assert Client().get(f"/records/{entry.record_id}/").status_code == 404
    item = client.get(f"{page}items/{entry.id}/").content.decode()
    assert "BEGIN:VCALENDAR" in item
    for address in ("items/", "items/?only=locked", "items/?only=vanished", "settings/"):
        assert client.get(page + address).status_code == 200
    run = re.search(rf"{page}runs/[0-9a-f-]+/", told)
    assert run
    assert "Forensics" in client.get(run[0]).content.decode()


def test_a_trial_names_the_course_that_would_come_with_its_run(
    centre: uuid.UUID, server: Server
) -> None:
    client = join(centre, Role.EDITOR, "ann")
    graph = """{"@context": "https://schema.org", "@type": "Course", "@id": "https://c.example/1",
     "name": "Physical protection", "hasCourseInstance": {"@type": "CourseInstance",
     "@id": "https://c.example/1/a", "name": "First run", "startDate": "2027-03-02"}}"""
    page = add(client, server.put("/courses", graph, "application/ld+json")).url
    work()
    assert client.get(page).content.decode().count("Physical protection") == 3


def test_what_items_say_where_they_do_not_is_kept(centre: uuid.UUID, server: Server) -> None:
    client = join(centre, Role.EDITOR, "ann")
    sent = {"url": server.put("/c.ics", CALENDAR), "name": "Calendar", "hours": "24",
            "language": "ja", "topics": ["D1", "A1"], "roles": ["R02"]}  # fmt: skip
    page = client.post("/desk/feeds/new/", sent).url
    settings = client.get(f"{page}settings/").content.decode()
    for name, code in (("topics", "D1"), ("topics", "A1"), ("roles", "R02")):
        assert f'name="{name}" value="{code}" checked' in settings
    assert settings.count(" checked") == 3
    assert "2 chosen" in settings


def test_an_address_that_is_not_fetched_is_refused_beside_its_field(centre: uuid.UUID) -> None:
    client = join(centre, Role.EDITOR, "ann")
    answer = add(client, "http://127.0.0.1/c.ics")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="url-error"' in page
    assert "https://" in page
    assert 'value="http://127.0.0.1/c.ics"' in page
    assert FeedSource.objects.count() == 0


def test_a_feed_is_its_institution_s_alone(centre: uuid.UUID, server: Server) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    page = add(client, server.put("/c.ics", CALENDAR)).url
    work()
    client.post(f"{page}do/", {"do": "approve"})
    work()
    entry = FeedEntry.objects.get()
    make = Maker()
    other = join(make.write(make.institution("Other")), Role.MANAGER, "bob")
    addresses = [page, f"{page}items/", f"{page}items/{entry.id}/", f"{page}settings/"]
    for address in addresses:
        assert other.get(address).status_code == 404
        assert Client().get(address).status_code == 302
    for do in ("run", "pause", "remove", "approve", "words"):
        assert other.post(f"{page}do/", {"do": do}).status_code == 404
    assert other.post(f"{page}items/decide/", {"id": str(entry.id), "do": "remove"}
                      ).status_code == 404  # fmt: skip
    assert other.post(f"{page}items/{entry.id}/", {"field": "titles"}).status_code == 404
    assert "Calendar" not in other.get("/desk/feeds/").content.decode()


@pytest.mark.parametrize("role", [Role.READER, Role.EDITOR, Role.PUBLISHER])
def test_each_role_may_what_it_may(centre: uuid.UUID, server: Server, role: Role) -> None:
    page = add(join(centre, Role.EDITOR, "eve"), server.put("/c.ics", CALENDAR)).url
    work()
    client = join(centre, role, "ann")
    assert client.get("/desk/feeds/").status_code == 200
    assert client.get(page).status_code == 200
    new = client.get("/desk/feeds/new/").status_code
    assert new == (403 if role is Role.READER else 200)
    client.post(f"{page}do/", {"do": "approve"})
    state = FeedSource.objects.get().state
    assert state == ("approved" if role is Role.PUBLISHER else "tried")


def test_the_worker_reads_what_is_due_and_tells_of_it(
    centre: uuid.UUID, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    page = add(client, server.put("/c.ics", CALENDAR)).url
    work()
    client.post(f"{page}do/", {"do": "approve"})
    work()
    server.put("/c.ics", CALENDAR.replace("Forensics", "Nuclear forensics"))
    FeedSource.objects.update(next_run_at=timezone.now())
    tasks.read_due_feeds.enqueue()
    work()
    run = FeedRun.objects.order_by("-began_at")[0]
    assert (run.person, run.counts["changed"]) == (None, 1)
    assert "the schedule" in client.get(page).content.decode()
    report = client.get(f"{page}runs/{run.id}/").content.decode()
    record = FeedEntry.objects.get().record_id
    assert f'/records/{record}/revisions/2/"' in report
    changed = client.get(f"/records/{record}/revisions/2/").content.decode()
    assert "Nuclear forensics" in changed
    notice = Notice.objects.get(what=What.FEED_REPORT)
    assert client.get(notice.address).status_code == 200
    FeedSource.objects.update(next_run_at=timezone.now())
    app(["feeds", "--run"], standalone_mode=False)
    told = capsys.readouterr().out
    assert "same 1" in told
    assert "Calendar" in told
    assert FeedRun.objects.filter(sort=FeedRun.Sort.RUN).count() == 3


def test_an_empty_feed_says_so_before_it_is_approved(centre: uuid.UUID, server: Server) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    empty = "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n"
    page = add(client, server.put("/c.ics", empty)).url
    work()
    assert 'name="though_empty"' in client.get(page).content.decode()
    told = client.post(f"{page}do/", {"do": "approve"}, follow=True).content.decode()
    assert "The trial found no item." in told
    assert FeedSource.objects.get().state == "tried"
    client.post(f"{page}do/", {"do": "approve", "though_empty": "on"})
    assert FeedSource.objects.get().state == "approved"


def test_a_word_in_no_list_can_be_given_any_meaning(centre: uuid.UUID, server: Server) -> None:
    client = join(centre, Role.PUBLISHER, "ann")
    page = add(client, server.put("/c.ics", CALENDAR.replace(
        "CATEGORIES", "LOCATION:Tokai\\\\, Nippon Koku\nCATEGORIES"))).url  # fmt: skip
    work()
    tried = client.get(page).content.decode()
    assert "2 words of the feed are in no list." in tried
    for value in ("topics:D1", "roles:R02", "countries:JP"):
        assert f'value="{value}"' in tried
    client.post(f"{page}do/", {"do": "words", "word": ["unheard of", "Nippon Koku"],
                               "code": ["topics:D1", "countries:JP"]})  # fmt: skip
    work()
    again = client.get(page).content.decode()
    assert "in no list" not in again
    assert "Tokai" in again
