"""The room of web hooks in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from e2e.test_desk import officer
from looking import look
from playwright.sync_api import Page
from serving import serving

from concord.accounts.models import Mandate, Role

pytestmark = [pytest.mark.browser]
__all__ = ["officer"]


def test_a_manager_adds_one_and_tries_it(officer: Page, settings: Any) -> None:
    page = officer
    Mandate.objects.update(role=Role.MANAGER)
    page.goto(page.url.replace("/ja/desk/", "/desk/hooks/"))
    assert look(page) == []
    page.fill("#url", "http://example.org/")
    page.click("main section form button")
    assert look(page) == []
    assert page.locator("#url-error").count() == 1
    with serving(settings) as server:
        page.fill("#url", f"http://127.0.0.1:{server.port}/told")
        page.click("main section form button")
        assert page.inner_text("#secret").startswith("whsec_")
        assert look(page) == []
        page.goto(page.url)
        page.click("main a[href*='/desk/hooks/']")
        page.click("button[value=test]")
        assert "The test event was taken." in page.inner_text("main, .messages, body")
        server.status = 500
        page.click("button[value=test]")
        assert look(page) == []
        assert len(server.posted) == 2
