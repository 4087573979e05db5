"""A stranger checks a credential in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from issuing import badge, sign
from looking import look
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser]


def test_a_stranger_checks_a_credential_and_sees_that_a_changed_one_fails(
    browser: Browser, portal: str, tmp_path: Path
) -> None:
    file = tmp_path / "badge.json"
    file.write_text(json.dumps(sign(badge(valid_until=None))), encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{portal}/")
    page.click("footer a:has-text('Check a credential')")
    assert look(page) == []
    page.set_input_files("#file", file)
    page.click("main button[type=submit]")
    page.wait_for_selector("text=Nothing is wrong with this credential")
    assert page.locator("tbody tr").count() == 6
    assert look(page) == []
    file.write_text(json.dumps({**sign(badge()), "name": "Another"}), encoding="utf-8")
    page.set_input_files("#file", file)
    page.click("main button[type=submit]")
    page.wait_for_selector("text=This credential does not hold.")
    assert look(page) == []
    page.click("main button[type=submit]")
    page.wait_for_selector("text=Please mend this first")
    assert look(page) == []
