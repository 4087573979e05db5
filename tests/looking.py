"""How browser tests look at a page: by the rules of accessibility, and at its width."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from making import ROOT
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PICTURES = ROOT / "docs" / "pictures"


def violations(page: Page) -> list[str]:
    """Each broken rule of WCAG 2.2 AA, with the page and the element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{page.url} {v['id']}: {v['nodes'][0]['target']} {v['nodes'][0]['failureSummary']}"
        for v in found
    ]


def fits(page: Page) -> bool:
    """Whether nothing of the page lies beyond its right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def look(page: Page) -> list[str]:
    """The faults of a page on a desk and on a phone."""
    faults: list[str] = []
    for width in (1200, 360):
        page.set_viewport_size({"width": width, "height": 900})
        faults += violations(page)
        if not fits(page):
            faults.append(f"{page.url} is wider than {width}")
    page.set_viewport_size({"width": 1200, "height": 900})
    return faults
