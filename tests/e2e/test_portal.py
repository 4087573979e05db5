"""The portal as its readers use it: by eye, by keyboard, by screen reader, on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from looking import PICTURES, fits, violations
from playwright.sync_api import Browser

from concord.core.disclosure import ANYONE
from concord.record.kinds import all_kinds
from concord.record.selectors import record_list

pytestmark = [pytest.mark.browser]

MAIN = [
    "/", "/institutions/", "/training/", "/collaboration/", "/coverage/", "/statements/",
    "/gaps/", "/gaps/?topic=D1", "/gaps/?assume.share.core=0.8", "/gaps/?topic=B1&role=R05",
    "/gaps/B5/R08/",
    "/overlap/",
]  # fmt: skip
OTHERS = [
    "/institutions/compare/", "/coverage/B1/", "/sources/", "/recommendations/", "/glossary/",
    "/about/", "/nowhere/", "/overlap/?topic=A1", "/account/login/", "/account/password/reset/",
]  # fmt: skip
LANGUAGES = ["" if code == "en" else f"/{code}" for code, _name in settings.LANGUAGES]
TOUR = {
    "home": "/",
    "coverage": "/coverage/",
    "collaboration": "/collaboration/",
    "statements": "/statements/?group=trained",
    "coverage-ja": "/ja/coverage/",
}


def test_main_pages_have_no_violation_and_fit_a_phone(browser: Browser, portal: str) -> None:
    faults: list[str] = []
    for width in (1200, 360):
        page = browser.new_page(viewport={"width": width, "height": 900})
        for address in MAIN:
            page.goto(portal + address)
            faults += violations(page)
            if not fits(page):
                faults.append(f"{address} is wider than {width}")
        page.close()
    assert faults == []


def test_dark_pages_have_no_violation(browser: Browser, portal: str) -> None:
    page = browser.new_page(color_scheme="dark")
    faults: list[str] = []
    for address in ("/", "/coverage/", "/collaboration/", "/gaps/", "/overlap/"):
        page.goto(portal + address)
        faults += violations(page)
    page.close()
    assert faults == []


def test_the_tour_in_every_language(browser: Browser, portal: str) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(portal)
    page.get_by_role("link", name="Coverage", exact=True).first.click()
    page.get_by_role("link", name="the 2015 brief alone").click()
    page.get_by_role("link", name="D1 Nuclear material in transport").first.click()
    assert "not found in open sources" in page.inner_text("main")
    for code, name in settings.LANGUAGES[1:]:
        page.get_by_role("link", name=name).click()
        assert page.url.endswith(f"/{code}/coverage/D1/?cut=brief")
        assert str(page.get_attribute("html", "lang")).lower() == code
    page.close()


def test_the_first_tab_skips_to_the_content(browser: Browser, portal: str) -> None:
    page = browser.new_page()
    page.goto(portal)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()


def test_search_works_with_and_without_scripts(browser: Browser, portal: str) -> None:
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.goto(portal + "/training/")
        page.fill("#q", "forensics")
        page.press("#q", "Enter")
        page.wait_for_url("**q=forensics**")
        page.get_by_role("link", name="Nuclear forensics", exact=True).first.wait_for()
        context.close()


def test_pictures_of_the_tour(browser: Browser, portal: str, tmp_path: Path) -> None:
    """Takes the pictures of the README; CONCORD_PICTURES=1 keeps them in docs/pictures."""
    folder = PICTURES if os.environ.get("CONCORD_PICTURES") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    for name, address in TOUR.items():
        page.goto(portal + address)
        page.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").stat().st_size > 10_000
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language_has_no_violation(
    browser: Browser, portal: str, language: str
) -> None:
    kinds = [next(record_list(viewer=ANYONE, kind=kind), None) for kind in all_kinds()]
    records = [f"/records/{record.id}/" for record in kinds if record]
    page = browser.new_page()
    faults: list[str] = []
    for address in [*MAIN, *OTHERS, *records]:
        page.goto(portal + language + address)
        faults += violations(page)
    page.close()
    assert faults == []
