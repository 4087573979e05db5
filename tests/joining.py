"""People in a real browser: strangers, and those who joined by an invitation as everybody does."""

from __future__ import annotations

import uuid
from typing import Any

from people import PASSWORD
from playwright.sync_api import Browser, Page

from concord.accounts.models import Role
from concord.accounts.services import invitation_make


def at(language: str) -> str:
    """How addresses of a language begin."""
    return "" if language == "en" else f"/{language}"


def stranger(browser: Browser, url: str) -> Page:
    """A browser of somebody who is not signed in, with cookies of its own."""
    return browser.new_page(viewport={"width": 1200, "height": 900}, base_url=url)


def joined(browser: Browser, url: str, role: Role, language: str = "en", **scope: Any) -> Page:
    """A browser of somebody who has just joined in a role."""
    _made, secret = invitation_make(role=role, **scope)
    page = stranger(browser, url)
    page.goto(f"{at(language)}/join/{secret}/")
    page.fill("#email", f"{uuid.uuid4()}@example.org")
    page.fill("#name", "担当")
    page.fill("#password", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda address: "/join/" not in address)
    return page
