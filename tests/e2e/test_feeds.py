"""Feeds of each kind from their address to the page of a record, in a real browser, in Japanese."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from looking import PICTURES, look
from making import PASSWORD, ROOT, Maker
from playwright.sync_api import Browser, Page
from serving import Server, serving

from concord.accounts.models import Role
from concord.accounts.services import invitation_make
from concord.record.following import forget

pytestmark = [pytest.mark.browser]
SAMPLES = ROOT / "tests" / "exchange" / "feeds" / "samples"


@dataclass
class Officer:
    """Somebody of a hypothetical centre, with a browser, and with the centre's own web server."""

    page: Page
    server: Server

    def serve(self, name: str, content_type: str, **changes: str) -> str:
        """Put a sample onto the centre's web server, some words of it changed."""
        data = (SAMPLES / name).read_text(encoding="utf-8").replace("page-2", "")
        for old, new in changes.items():
            data = data.replace(old.replace("_", " "), new)
        return self.server.put(f"/{name}", data, content_type)

    def add(self, url: str, name: str, **more: str) -> None:
        """From the list of feeds to what would come."""
        page = self.page
        page.goto(page.url.partition("/ja/")[0] + "/ja/desk/feeds/new/")
        page.fill("#url", url)
        page.fill("#name", name)
        for field, value in more.items():
            page.select_option(f"#{field}", value)
        page.click("main form button[type=submit]")
        assert page.locator("[aria-busy=true]").count() == 1
        work()
        page.wait_for_selector("[aria-busy=true]", state="detached")

    def approve(self) -> None:
        self.page.click("button[value=approve]")
        work()
        self.page.wait_for_selector("[aria-busy=true]", state="detached")

    def record(self, title: str) -> None:
        """From the page of the feed to the page of a record."""
        page = self.page
        page.click("main a[href$='/items/']")
        page.click(f"main .cards a:has-text('{title}')")
        assert look(page) == []
        page.click("main a[href*='/records/']")
        assert title in page.inner_text("h1")


def work() -> None:
    """What the worker of an installation does, until nothing is to be done now."""
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)


def picture(page: Page, name: str) -> None:
    """A picture for the guide, where they are asked for."""
    if os.environ.get("CONCORD_PICTURES"):
        page.screenshot(path=PICTURES / f"{name}.png")


@pytest.fixture
def officer(
    transactional_db: None, live_server: Any, settings: Any, browser: Browser
) -> Iterator[Officer]:
    forget()
    make = Maker()
    centre = make.write(
        make.parse(
            "institution", kinds=["coe"], state="JP",
            names=[{"name": "架空核セキュリティセンター", "language": "ja"},
                   {"name": "Centre for Nuclear Security Training", "language": "en"}],
        )
    )  # fmt: skip
    _made, secret = invitation_make(role=Role.PUBLISHER, institution=centre)
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(f"{live_server.url}/ja/join/{secret}/")
    page.fill("#email", f"{uuid.uuid4()}@example.org")
    page.fill("#name", "研修担当")
    page.fill("#password", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/ja/desk/")
    with serving(settings) as server:
        yield Officer(page, server)
    page.close()


def test_a_calendar(officer: Officer) -> None:
    page = officer.page
    page.click("main a[href$='/feeds/']")
    assert look(page) == []
    page.click("main a[href$='/feeds/new/']")
    assert look(page) == []
    picture(page, "officer-feed-new")
    officer.add(officer.serve("calendar.ics", "text/calendar"), "研修カレンダー")
    assert look(page) == []
    assert "核鑑識 地域コース" in page.inner_text("main")
    picture(page, "officer-feed-trial")
    officer.approve()
    assert look(page) == []
    picture(page, "officer-feed")
    officer.record("核鑑識 地域コース")
    assert "Tokai" in page.inner_text("main")

    # it is moved and cancelled at the source
    officer.serve("calendar.ics", "text/calendar", SUMMARY="SUMMARY", CONFIRMED="CANCELLED",
                  Tokai="Mito")  # fmt: skip
    page.goto(page.url.partition("/ja/")[0] + "/ja/desk/feeds/")
    assert look(page) == []
    page.click("main tbody th a")
    page.click("button[value=run]")
    work()
    page.wait_for_selector("[aria-busy=true]", state="detached")
    officer.record("核鑑識 地域コース")
    assert "Mito" in page.inner_text("main")
    assert page.locator(".stage-cancelled").count() or "中止" in page.inner_text("main")


def test_a_web_page_with_schema_org(officer: Officer) -> None:
    officer.add(officer.serve("page.html", "text/html"), "研修ページ", language="ja")
    assert look(officer.page) == []
    assert "contexts.example" in officer.page.inner_text("main")
    officer.approve()
    officer.page.click("main a[href$='/items/']")
    assert look(officer.page) == []
    officer.page.go_back()
    officer.record("核セキュリティ文化")


def test_a_news_feed(officer: Officer) -> None:
    officer.add(officer.serve("feed.rss", "application/rss+xml"), "お知らせ", language="en",
                activity_kind="course_run")  # fmt: skip
    assert look(officer.page) == []
    officer.approve()
    officer.record("Course on transport security")


def test_a_repository(officer: Officer) -> None:
    officer.add(officer.serve("records.xml", "text/xml"), "リポジトリ", language="en",
                material_as="course")  # fmt: skip
    officer.approve()
    officer.record("Handbook for trainers")
    officer.page.go_back()
    officer.page.click("nav.rooms a[href$='/feeds/']")
    officer.page.click("main tbody th a")
    officer.page.click("main tbody a[href*='/runs/'] >> nth=0")
    assert look(officer.page) == []


def test_a_feed_that_is_none(officer: Officer) -> None:
    officer.add(officer.server.put("/none", "no feed"), "空")
    assert officer.page.locator(".note.error").count() == 1
    assert officer.page.locator("button[value=approve]").count() == 0
    assert look(officer.page) == []
