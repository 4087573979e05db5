"""Studies as their readers use them: what is said leads to its sources, and what-ifs have a link."""

from __future__ import annotations

import re

import pytest
from looking import fits, violations
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser]


def test_a_gap_leads_in_two_clicks_to_its_sources(browser: Browser, portal: str) -> None:
    page = browser.new_page()
    page.goto(f"{portal}/gaps/")
    row = page.locator("tr", has=page.get_by_role("link", name="B1 Physical protection"))
    assert "A named centre offers a course." in row.last.inner_text()
    row.last.get_by_role("link").nth(1).click()
    page.get_by_role("main").get_by_role(
        "link", name=re.compile("Physical protection")
    ).first.click()
    assert page.get_by_role("heading", name=re.compile("Sources|Citations|What bears")).count() or (
        page.locator("a[href*='/sources/']").count()
    )
    page.close()


def test_a_what_if_has_a_permanent_link_and_can_be_taken_back(
    browser: Browser, portal: str
) -> None:
    page = browser.new_page()
    page.goto(f"{portal}/gaps/")
    page.locator("details.assumptions summary").click()
    page.fill("input[name='assume.share.core']", "0.8")
    page.get_by_role("button", name="Ask with these").click()
    assert "assume.share.core=0.8" in page.url
    assert "changed; usually 0.9" in page.inner_text("main")
    page.get_by_role("link", name="Take all changes back").click()
    assert "assume" not in page.url
    page.close()


def test_a_centres_year_is_reached_from_its_profile(browser: Browser, portal: str) -> None:
    for width in (1200, 360):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(f"{portal}/institutions/?kind=coe")
        page.get_by_role("main").get_by_role(
            "link", name=re.compile("ISCN|Integrated Support")
        ).first.click()
        page.get_by_role("link", name="What it did in a year").click()
        assert "no centre is ranked" in page.inner_text("main")
        assert violations(page) == []
        assert fits(page)
        with page.expect_download() as waiting:
            page.get_by_role("link", name="As a report (PDF)").click()
        assert waiting.value.suggested_filename.endswith(".pdf")
        page.close()


def test_a_study_that_takes_long_says_how_far_it_is(browser: Browser, portal: str) -> None:
    page = browser.new_page()
    page.goto(f"{portal}/ja/assumptions/?base=64&resamples=50")
    assert page.locator("progress").count() == 1
    assert violations(page) == []
    page.close()


def test_a_cell_of_gaps_is_reached_from_the_table_and_leads_to_what_if(
    browser: Browser, portal: str
) -> None:
    for width in (1200, 360):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(f"{portal}/gaps/?topic=B5")
        page.locator("td a[href^='/gaps/B5/R08/']").first.click()
        assert "What moves the gap most" in page.inner_text("main")
        assert violations(page) == []
        assert fits(page)
        page.locator("td a[href*='assume.']").first.click()
        assert "changed; usually" in page.inner_text("main")
        page.close()
