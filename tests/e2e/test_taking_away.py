"""Lists taken away from a page in Japanese, and a list in somebody else's frame."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from looking import PICTURES, look
from playwright.sync_api import Browser

from concord.exchange import exports
from concord.exchange.models import Export

pytestmark = [pytest.mark.browser]


def test_a_list_is_taken_away_and_a_large_one_waited_for(
    browser: Browser, portal: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR = tmp_path
    page = browser.new_page(viewport={"width": 1200, "height": 900}, accept_downloads=True)
    page.goto(f"{portal}/ja/training/?kind=course")
    assert look(page) == []
    with page.expect_download() as waiting:
        page.click(".export a[href*='.xlsx']")
    path = tmp_path / "list.xlsx"
    waiting.value.save_as(path)
    assert openpyxl.load_workbook(path)["コース"].max_row > 20
    if os.environ.get("CONCORD_PICTURES"):
        page.locator(".export").screenshot(path=PICTURES / "take-away.png")
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 5)
    page.click(".export a[href*='.xlsx']")
    page.wait_for_url("**/training.xlsx?**")
    assert look(page) == []
    page.click("main form button")
    page.wait_for_url("**/ja/exports/*/")
    assert look(page) == []
    exports.export_run(export_id=Export.objects.get().id)
    button = page.locator("a[href$='.xlsx']")
    button.wait_for()  # the page asks again by itself
    assert look(page) == []
    with page.expect_download() as waiting:
        button.click()
    assert waiting.value.suggested_filename == "concord-training.xlsx"
    page.close()
