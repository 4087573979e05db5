"""The content check in a real browser: a form that is stopped, a warning confirmed, the rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from joining import joined
from looking import look
from making import Maker
from people import centre_of
from playwright.sync_api import Browser, Page

from concord.accounts.models import Role
from concord.core.disclosure import Actor, Level, member_of
from concord.record.following import forget
from concord.record.models import SensitiveDecision
from concord.record.selectors import records_owned
from concord.record.services import Draft, content_parse, revision_write

pytestmark = [pytest.mark.browser]
GUARDS = "Twelve armed guards protect the Northmoor Research Reactor; they change at 06:00."
PERSON = "Questions go to jane.doe@mail.example until the course begins."


def picture(page: Page, name: str) -> None:
    """Pictures of both widths, where they are asked for."""
    if folder := os.environ.get("CONCORD_LOOKS"):
        for width in (1200, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1200, "height": 900})


@pytest.fixture
def ann(
    transactional_db: None, live_server: Any, browser: Browser, settings: Any, tmp_path: Path
) -> Iterator[tuple[Page, str, UUID]]:
    """A publisher of a centre, signed in."""
    settings.VAR = tmp_path
    forget()
    make = Maker()
    centre = centre_of(make, make.institution("Hypothetical Centre", state="JP"))
    page = joined(browser, live_server.url, Role.PUBLISHER, institution=centre)
    yield page, live_server.url, centre
    page.context.close()


def test_a_form_is_stopped_mended_warned_of_and_published(ann: tuple[Page, str, UUID]) -> None:
    page, address, centre = ann
    page.goto(f"{address}/desk/records/new/courses/")
    page.fill("#title-en", "Guarding in general")
    page.fill("#note-en", GUARDS)
    page.click("p.stays button")
    assert page.input_value("#note-en") == GUARDS
    assert "Guards and their times" in page.inner_text("#stopped")
    picture(page, "form-stopped")
    assert look(page) == []
    page.fill("#note-en", PERSON)
    page.click("p.stays button")
    assert "it is remembered who decided so" in page.inner_text("#seen")
    picture(page, "form-warned")
    assert look(page) == []
    page.fill("#note-en", "Written by a role.")
    page.click("p.stays button")
    page.wait_for_url("**/records/*/")
    page.goto(f"{page.url}edit/")
    page.fill("#note-en", PERSON)
    page.click("p.stays button")
    page.click("p.stays button")
    page.wait_for_url("**/records/*/")
    assert SensitiveDecision.objects.count() == 1
    assert len(list(records_owned(viewer=member_of(centre), owner=centre, kind="course"))) == 1


def test_a_warning_on_publishing_is_confirmed(ann: tuple[Page, str, UUID]) -> None:
    page, address, centre = ann
    data = {
        "titles": {"original": "en", "text": {"en": "Guarding in general"}},
        "providers": [str(centre)],
        "note": {"original": "en", "text": {"en": PERSON}},
    }
    draft = Draft(content_parse(kind="course", data=data), level=Level.INSTITUTION)
    key = revision_write(actor=Actor(centre), draft=draft, via="test")
    page.goto(f"{address}/desk/publish/?id={key}")
    page.select_option(f"select[name='level-{key}']", "public")
    page.click("p.stays button[value=preview]")
    assert "What the content check found" in page.inner_text("main")
    picture(page, "publish-warned")
    assert look(page) == []
    page.check("input[name=known]")
    page.click("button[value=publish]")
    assert page.is_visible("text=Confirm and go on")
    picture(page, "confirm")
    assert look(page) == []
    page.check("input[name=warnings_confirmed]")
    page.click("p.stays button")
    page.wait_for_url(f"**/records/{key}/")
    assert SensitiveDecision.objects.get().record == key
    page.goto(f"{address}/desk/warnings/")
    assert "personal.mailbox" in page.inner_text("main table")
    assert "jane.doe" not in page.content()
    picture(page, "decided")
    assert look(page) == []


def test_an_upload_shows_what_is_stopped_and_what_is_warned_of(
    ann: tuple[Page, str, UUID],
) -> None:
    page, address, _centre = ann
    page.goto(f"{address}/desk/uploads/new/")
    rows = (
        f"Course name\tTopics\tRemarks\nOne\tD1\t{GUARDS}\nTwo\tD1\t{PERSON}\nThree\tD1\tPlain.\n"
    )
    page.fill("textarea[name=text]", rows)
    page.click("form:has(textarea[name=text]) button[type=submit]")
    page.wait_for_load_state()
    if page.query_selector("select[name='column-0-2']"):
        page.select_option("select[name='sheet-0']", "courses")
        page.select_option("select[name='column-0-0']", "title[en]")
        page.select_option("select[name='column-0-1']", "topics")
        page.select_option("select[name='column-0-2']", "note[en]")
        page.click("button[value=map]")
        page.wait_for_load_state()
    assert "It says when guards of a facility are there" in page.inner_text("main")
    picture(page, "upload-stopped")
    assert look(page) == []
    page.click("button[name=look][value='?status=new']")
    page.wait_for_url("**status=new*")
    assert page.is_visible("input[name=warnings_confirmed]")
    picture(page, "upload-warned")
    assert look(page) == []


def test_the_rules_are_readable(ann: tuple[Page, str, UUID]) -> None:
    page, address, _centre = ann
    page.goto(f"{address}/about/content-check/")
    picture(page, "rules")
    assert look(page) == []
    page.goto(f"{address}/ja/about/content-check/")
    picture(page, "rules-ja")
    assert look(page) == []
