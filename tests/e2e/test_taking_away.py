"""Lists taken away from a page in Japanese, and a list in somebody else's frame."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


@pytest.fixture
def their_site() -> Iterator[Callable[[str], str]]:
    """Serves one page from an origin of its own, and gives its address."""
    pages: list[bytes] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pages[-1])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
            """Nothing."""

    def put(page: str) -> str:
        pages.append(page.encode())
        return f"http://127.0.0.1:{server.server_port}/"

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield put
        server.shutdown()
        thread.join()


def test_a_list_stands_in_the_frame_of_another_site(
    browser: Browser, portal: str, their_site: Callable[[str], str]
) -> None:
    page = browser.new_page()
    page.goto(f"{portal}/ja/institutions/")
    page.locator("main a[href*='/institutions/']:not([href*=compare])").first.click()
    assert look(page) == []
    page.click(".export a[href$='/embed/']")
    assert look(page) == []
    lines = page.locator("textarea").first.input_value()
    page.goto(their_site(f"<!doctype html><html lang='en'><title>Site</title>{lines}"))
    frame = page.frame_locator("iframe")
    frame.locator("h1").wait_for()
    assert frame.locator("script").count() == 0
    page.goto(f"{portal}/embed/training/?lang=ja")
    assert look(page) == []
    if os.environ.get("CONCORD_PICTURES"):
        page.screenshot(path=PICTURES / "embed-ja.png")
    page.close()
