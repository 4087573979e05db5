"""The network of links as its readers use it: on a phone, without scripts, by eye."""

from __future__ import annotations

import os

import pytest
from looking import fits, violations
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser]
PAGE = "/collaboration/network/"
VIEWS = (
    "",
    "?level=named",
    "?party=KR",
    "?since=2014&until=2014",
    "?bridge=CN&bridge=JP&bridge=KR",
)


def test_the_network_has_no_violation_and_fits_a_phone(browser: Browser, portal: str) -> None:
    faults: list[str] = []
    for width in (1200, 360):
        page = browser.new_page(viewport={"width": width, "height": 900})
        for view in VIEWS:
            page.goto(portal + PAGE + view)
            faults += violations(page)
            if not fits(page):
                faults.append(f"{view} is wider than {width}")
            if folder := os.environ.get("CONCORD_LOOK"):
                page.screenshot(path=f"{folder}/{width}{VIEWS.index(view)}.png", full_page=True)
        page.close()
    assert faults == []


def test_years_and_sources_are_reached_without_scripts(browser: Browser, portal: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(portal + PAGE)
    page.get_by_label("2014: ").click()
    assert "since=2014" in page.url
    page.get_by_role("link", name="All years").click()
    page.get_by_label("From year").fill("2018")
    page.get_by_label("To year").fill("2020")
    page.get_by_role("button", name="Show").first.click()
    assert "Years: 2018 to 2020." in page.inner_text("main")
    page.goto(portal + PAGE)
    page.locator("section", has_text="Said by one side alone").get_by_role(
        "row", name="Malaysia"
    ).get_by_role("link").first.click()
    page.locator("main a[href*='/sources/']").first.click()
    assert "Centers of Excellence in East Asia" in page.inner_text("h1")
    context.close()


def test_the_slider_of_years_answers_to_keys_and_without_scripts(
    browser: Browser, portal: str
) -> None:
    page = browser.new_page()
    page.goto(portal + PAGE + "?since=2012")
    slider = page.get_by_role("slider", name="Up to the year")
    last = int(slider.get_attribute("max") or 0)
    assert slider.get_attribute("min") == "2012"
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**since=2012*until={last - 1}*")
    page.get_by_text(f"Years: 2012 to {last - 1}.").wait_for()
    assert page.get_by_role("slider").input_value() == str(last - 1)
    assert violations(page) == []
    page.close()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(portal + PAGE)
    page.get_by_role("slider").press("ArrowLeft")
    page.locator("form", has=page.get_by_role("slider")).get_by_role("button").click()
    assert f"until={last - 1}" in page.url
    context.close()
