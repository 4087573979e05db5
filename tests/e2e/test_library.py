"""The library in a real browser: a material is added, its file brought, published, downloaded."""

from __future__ import annotations

import os
import secrets
import uuid
from pathlib import Path
from typing import Any

import pytest
from files import docx
from looking import PICTURES, look
from making import Maker, text
from people import centre_of
from playwright.sync_api import Browser, Page, Route

from concord.accounts.models import Role
from concord.accounts.services import invitation_make
from concord.record.following import forget

pytestmark = [pytest.mark.browser]


def joined(browser: Browser, url: str, centre: uuid.UUID, role: Role) -> Page:
    """A browser of somebody new with a role."""
    _made, secret = invitation_make(role=role, institution=centre)
    page = browser.new_page(viewport={"width": 1200, "height": 900}, accept_downloads=True)
    page.goto(f"{url}/join/{secret}/")
    page.fill("#email", f"{uuid.uuid4()}@example.org")
    page.fill("#name", "Training officer")
    page.fill("#password", "a horse eats seven apples")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/desk/")
    return page


def picture(page: Page, name: str) -> None:
    """A picture, where they are asked for."""
    if folder := os.environ.get("CONCORD_PICTURES_IN"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    elif os.environ.get("CONCORD_PICTURES"):
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def publish(page: Page) -> None:
    """From the page of a record to everybody."""
    page.click("text=Change who sees it")
    page.select_option("main select[id^=level-]", "public")
    page.click(".stays button[value=preview]")
    page.check("input[name=known]")
    page.click(".stays button[value=publish]")


def bring(page: Page, name: str, words: str, file: Path) -> None:
    """Upload a version from the page of its material."""
    page.click("text=Bring a new version")
    assert look(page) == []
    file.write_bytes(docx(*words.split(". ")))
    page.fill("#name", name)
    page.set_input_files("#file", file)
    picture(page, "library-upload")
    page.click("main form.narrow button[type=submit]")
    page.wait_for_url("**/library/versions/**")
    assert look(page) == []


def test_a_material_goes_from_upload_to_a_stranger(
    transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, browser: Browser
) -> None:
    forget()
    settings.VAR = tmp_path
    make = Maker()
    centre = centre_of(make, make.institution("Hypothetical Centre", state="JP"))
    body = centre_of(make, make.institution("Hypothetical Reviewer", state="KR"))
    page = joined(browser, live_server.url, centre, Role.PUBLISHER)
    page.goto(f"{live_server.url}/library/")
    assert look(page) == []
    page.click("text=Add a material")
    page.fill("[name=title-en]", "Basics of physical protection (hypothetical)")
    page.select_option("[name=material_kind]", "slides")
    page.fill("[name=licence]", "CC-BY-4.0")
    assert look(page) == []
    page.click("p.stays button[value=save]")
    page.click("text=In the library")
    material = page.url
    bring(
        page, "1", "First lesson. Detection comes before delay. Assessment", tmp_path / "plan.docx"
    )
    first = page.url
    page.click("text=Change who sees it")
    assert look(page) == []
    page.goto(material)
    bring(
        page, "2", "First lesson. Delay comes after detection. Assessment", tmp_path / "plan.docx"
    )
    assert page.locator("td:has-text('Delay comes after detection')").count() == 1
    picture(page, "library-version")

    for address in (material, first, page.url):
        page.goto(address)
        publish(page)

    reviewer = joined(browser, live_server.url, body, Role.PUBLISHER)
    reviewer.goto(first)
    reviewer.click("text=Endorse this version")
    assert look(reviewer) == []
    reviewer.fill("#text", "Consistent with NSS 13")
    reviewer.fill("#valid", "2026/2028")
    reviewer.click("main form.narrow button[type=submit]")
    reviewer.wait_for_url("**/library/versions/**")
    reviewer.click("text=its record")
    publish(reviewer)

    stranger = browser.new_page(accept_downloads=True)
    stranger.goto(f"{live_server.url}/library/?q=detection")
    assert look(stranger) == []
    picture(stranger, "library")
    stranger.click("text=Basics of physical protection")
    assert look(stranger) == []
    picture(stranger, "library-material")
    assert stranger.locator("tr:has-text('Version 1') >> text=/^endorsed$/").count() == 1
    assert stranger.locator("tr:has-text('Version 2') >> text='not endorsed'").count() == 1
    stranger.click("text=Version 1")
    with stranger.expect_download() as download:
        stranger.click("text=Download the file")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    stranger.click("text=its record")
    assert look(stranger) == []
    for one in (page, reviewer, stranger):
        one.close()


def test_a_line_that_breaks_costs_the_part_that_was_on_its_way(
    transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, browser: Browser
) -> None:
    forget()
    settings.VAR = tmp_path
    make = Maker()
    centre = make.owner = centre_of(make, make.institution("Hypothetical Centre", state="JP"))
    key = make.put("material", titles=text("Basics"), material_kind="slides")
    page = joined(browser, live_server.url, centre, Role.EDITOR)
    page.goto(f"{live_server.url}/library/{key}/upload/")
    data = docx("One", word__media__film=secrets.token_bytes(9 * 1024**2))
    (tmp_path / "plan.docx").write_bytes(data)
    sent: list[str] = []

    def break_once(route: Route) -> None:
        if "from=" in route.request.url:
            sent.append(route.request.url.partition("from=")[2])
            if len(sent) == 2:
                route.abort()
                return
        route.continue_()

    page.route("**/library/arriving/**", break_once)
    page.fill("#name", "1")
    page.set_input_files("#file", tmp_path / "plan.docx")
    page.click("main form.narrow button[type=submit]")
    page.wait_for_url("**/library/versions/**")
    part = 4 * 1024**2
    assert sent == ["0", str(part), str(part), str(2 * part)]
    with page.expect_download() as download:
        page.click("text=Download the file")
    assert Path(download.value.path()).read_bytes() == data
    page.close()
