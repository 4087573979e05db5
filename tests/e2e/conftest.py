"""A real browser on a real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import wraps

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

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


def _loaded(click: Callable[..., None]) -> Callable[..., None]:
    @wraps(click)
    def clicked(place: Page | Locator, *args: object, **kwargs: object) -> None:
        click(place, *args, **kwargs)
        (place if isinstance(place, Page) else place.page).wait_for_load_state()

    return clicked


@pytest.fixture(scope="session", autouse=True)
def clicks_wait_for_their_page() -> Iterator[None]:
    """A click returns when the page it leads to is there whole.

    Playwright waits until the new document has begun; what a test then counts or runs in it may
    not be there yet.
    """
    with pytest.MonkeyPatch.context() as patch:
        for place in (Page, Locator):
            patch.setattr(place, "click", _loaded(place.click))
        yield


@pytest.fixture(scope="session")
def browser(live_server: object) -> Iterator[Browser]:
    """One browser for all tests; closed before the server is, whose connections it keeps open."""
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
