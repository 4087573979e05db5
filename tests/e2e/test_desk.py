"""A training officer's first hour, in a real browser and in Japanese."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from looking import PICTURES, look
from making import Maker
from playwright.sync_api import Browser, Page

from concord.accounts.models import Role
from concord.accounts.services import invitation_make
from concord.exchange.deciding import AT_ONCE, upload_carry_out
from concord.exchange.keeping import progress_say
from concord.exchange.models import Upload
from concord.exchange.workbook.choices import choices
from concord.record.following import forget

pytestmark = [pytest.mark.browser]


@pytest.fixture
def officer(
    transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, browser: Browser
) -> Iterator[Page]:
    """A browser of somebody who joined a hypothetical centre as publisher."""
    forget()
    settings.VAR = tmp_path
    make = Maker()
    centre = make.write(
        make.parse(
            "institution", kinds=["coe"], state="JP",
            names=[{"name": "架空核セキュリティセンター", "language": "ja"},
                   {"name": "Hypothetical Centre", "language": "en"}],
        )
    )  # fmt: skip
    _made, secret = invitation_make(role=Role.PUBLISHER, institution=centre)
    page = browser.new_page(viewport={"width": 1200, "height": 900}, accept_downloads=True)
    page.goto(f"{live_server.url}/ja/join/{secret}/")
    assert look(page) == []
    page.fill("#email", f"{uuid.uuid4()}@example.org")
    page.fill("#name", "研修担当")
    page.fill("#password", "a horse eats seven apples")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/ja/desk/")
    yield page
    page.close()


def picture(page: Page, name: str) -> None:
    """A picture for the guide, where they are asked for."""
    if os.environ.get("CONCORD_PICTURES"):
        page.screenshot(path=PICTURES / f"{name}.png")


def publish(page: Page) -> None:
    """From the page of a written upload to the public."""
    page.click("main form[action$='/publish/'] button")
    assert look(page) == []
    picture(page, "officer-publish")
    page.click("main .stays button")
    assert look(page) == []
    picture(page, "officer-publish-preview")
    page.check("input[name=known]")
    page.click("main .stays button[value=publish]")
    page.wait_for_url(re.compile(r"/ja/(desk|records/[-0-9a-f]+)/$"))


def public_training(page: Page) -> str:
    """What everybody sees of the training list."""
    browser = page.context.browser
    assert browser is not None
    stranger = browser.new_page()
    stranger.goto(re.sub("/ja/.*", "/ja/training/", page.url))
    text = stranger.inner_text("main")
    stranger.close()
    return text


def test_from_workbook_to_public_page(officer: Page, tmp_path: Path) -> None:
    page = officer
    assert look(page) == []
    picture(page, "officer-desk")
    with page.expect_download() as download:
        page.click("main a[href$='/workbook/']")
    path = tmp_path / "workbook.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    fill(book, "courses", {"title[ja]": "輸送セキュリティ基礎", "topics": "D1"})
    kind = choices("ActivityKind").shown("ja")["course_run"]
    fill(book, "activities", {"title[ja]": "輸送セキュリティ基礎 第1回", "activity_kind": kind})
    book.save(path)
    page.click("main a[href$='/uploads/new/']")
    assert look(page) == []
    page.set_input_files("#file", path)
    page.click("main form[enctype] button")
    assert look(page) == []
    picture(page, "officer-preview")
    page.click("button[value=confirm]")
    assert look(page) == []
    publish(page)
    shown = public_training(page)
    assert "輸送セキュリティ基礎" in shown
    assert "輸送セキュリティ基礎 第1回" in shown


def fill(book: Any, sheet: str, cells: dict[str, str]) -> None:
    """Write a first row into a sheet, its columns found as the workbook itself names them."""
    rows = [[cell.value for cell in row] for row in book["_concord"]]
    label = next(row[1] for row in rows if row[0] == sheet)
    heads = {row[2]: row[3] for row in rows if row[0] == sheet}
    page = book[label]
    places = {cell.value: cell.column for cell in page[1]}
    for key, value in cells.items():
        page.cell(2, places[heads[key]], value)


OWN = (
    "研修名\t開始日\t終了日\t場所\t分野\n"
    "輸送セキュリティ研修\t2027-02-01\t2027-02-05\t東海村\tD1\n"
    "内部脅威ワークショップ\t2027-03-10\t2027-03-11\t東海村\t内部の脅威について\n"
)


def test_from_a_table_of_their_own_to_public_page(officer: Page) -> None:
    page = officer
    page.click("main a[href$='/uploads/new/']")
    page.fill("#text", OWN)
    page.click("main form:has(#text) button")
    assert look(page) == []
    picture(page, "officer-columns")
    page.click("button[value=map]")
    assert look(page) == []
    picture(page, "officer-words")
    page.select_option("select[name=code]", "B4")
    page.click("main form[action$='/words/'] button")
    page.click("button[value=confirm]")
    publish(page)
    shown = public_training(page)
    assert "輸送セキュリティ研修" in shown
    assert "内部脅威ワークショップ" in shown


def test_a_page_follows_what_the_worker_does(officer: Page, tmp_path: Path) -> None:
    """2,001 rows: more than a page waits for. With scripts it follows; without, it is read anew."""
    page = officer
    path = tmp_path / "ours.csv"
    rows = "\n".join(f"研修 {number},D1" for number in range(AT_ONCE + 1))
    path.write_text(f"研修名,分野\n{rows}\n", encoding="utf-8")
    page.click("main a[href$='/uploads/new/']")
    page.set_input_files("#file", path)
    page.click("main form[enctype] button")
    page.select_option("select[name=sheet-0]", "courses")
    page.click("button[value=sheet]")
    page.click("button[value=map]")
    page.click("button[value=confirm]")
    assert look(page) == []
    upload = Upload.objects.get()
    assert upload.state == Upload.State.WRITING
    assert page.locator("meta[http-equiv=refresh]").count() == 0  # within noscript alone
    progress_say(upload.id, 1_500, AT_ONCE + 1)
    page.wait_for_selector("#progress progress[value='1500']")
    assert "1,500" in page.inner_text("#progress")
    assert upload_carry_out(upload_id=upload.id).state == Upload.State.WRITTEN
    page.wait_for_selector("button[value=undo]")
    assert look(page) == []
    page.click("button[value=undo]")
    page.wait_for_selector("#progress")
    stopped = tmp_path / "uploads" / f"{upload.id}.progress"
    os.utime(stopped, (0, 0))
    page.wait_for_selector("button[value=again]")
    assert look(page) == []
    page.click("button[value=again]")
    page.wait_for_selector("#progress progress")
    assert upload_carry_out(upload_id=upload.id).state == Upload.State.UNDONE
    page.wait_for_selector("#progress", state="detached")
