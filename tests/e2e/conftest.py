"""A real browser on a real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop running beside us


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def portal(transactional_db: None, live_server: object) -> str:
    """The address of a portal that serves the East Asian register."""
    from making import EAST_ASIA

    from concord.core.disclosure import Level
    from concord.exchange.services import folder_load
    from concord.record.following import forget
    from concord.studies.services import studies_run_all

    forget()
    folder_load(folder=EAST_ASIA, level=Level.PUBLIC)
    studies_run_all()
    return str(live_server.url)  # type: ignore[attr-defined]
