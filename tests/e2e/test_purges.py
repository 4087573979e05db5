"""Two people remove something for good, each in a browser of their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from joining import joined
from looking import PICTURES, look
from making import Maker, text
from playwright.sync_api import Browser, Page

from concord.accounts.models import Role
from concord.record.following import forget
from concord.record.publishing import gate_set

pytestmark = [pytest.mark.browser]


def _picture(page: Page, name: str) -> None:
    """A picture of a page on a desk and on a phone, where they are asked for."""
    if os.environ.get("CONCORD_PICTURES"):
        for width in (1200, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1200, "height": 900})


def test_one_asks_and_a_contact_point_approves(
    transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, browser: Browser
) -> None:
    forget()
    settings.VAR = tmp_path
    make = Maker()
    course = make.put(
        "course", titles=text("Guarding a site"), note=text("Call Kim"), topics=["D1"],
        providers=[str(make.owner)],
    )  # fmt: skip
    make.put("course", titles=text("Call Kim, again"), providers=[str(make.owner)])
    gate_set(institution=make.owner, state="JP", beyond="institution")
    url = str(live_server.url)
    ann = joined(browser, url, Role.PUBLISHER, institution=make.owner)
    ann.goto(f"{url}/records/{course}/")
    ann.click("text=Remove for good")
    assert look(ann) == []
    ann.click("text=Ask for it")
    assert look(ann) == []
    assert ann.locator("#field-error").is_visible()
    ann.select_option("#field", "note")
    ann.select_option("#rule", "personal")
    _picture(ann, "purge-ask")
    ann.click("text=Ask for it")
    ann.wait_for_url("**/purges/**")
    assert look(ann) == []
    assert ann.locator("button[value=approve]").count() == 0

    point = joined(browser, url, Role.CONTACT_POINT, state="JP")
    assert look(point) == []
    point.click("main section a")
    point.wait_for_url("**/purges/**")
    assert look(point) == []
    assert "Call Kim, again" in point.inner_text("main")
    _picture(point, "purge-approve")
    point.click("button[value=approve]")
    point.wait_for_selector("text=What was removed")
    assert look(point) == []
    _picture(point, "purge-done")

    ann.goto(f"{url}/desk/purges/")
    assert look(ann) == []
    _picture(ann, "purges")
    ann.goto(f"{url}/records/{course}/")
    assert look(ann) == []
    assert "Removed under a rule" in ann.inner_text("main")
    _picture(ann, "purge-record")
    ann.goto(f"{url}/records/{course}/revisions/1/")
    assert look(ann) == []
    assert "Call Kim" not in ann.inner_text("main")
