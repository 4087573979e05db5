"""From a pair of likely records to one, and back, in a real browser and in Japanese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from e2e.test_desk import officer, picture
from looking import look
from making import Maker, text
from playwright.sync_api import Page

from concord.accounts.models import Person
from concord.core.disclosure import ANYONE
from concord.record.errors import MergedError
from concord.record.selectors import record_get

pytestmark = [pytest.mark.browser]
__all__ = ["officer"]


def workshop(make: Maker, title: dict[str, Any], **more: Any) -> Any:
    return make.put(
        "activity", titles=title, activity_kind="workshop", when="2024-03-05/2024-03-08",
        country="JP", town="Tokai", **more,
    )  # fmt: skip


def test_two_records_become_one_and_two_again(officer: Page, tmp_path: Path) -> None:
    page = officer
    make = Maker()
    other = workshop(make, text("Insider threat workshop"), topics=["B4"])
    make.owner = Person.objects.get().mandates.get().institution
    party = [{"party": {"institution": str(make.owner)}, "part": "host"}]
    kept = workshop(make, text("内部脅威ワークショップ", "ja"), parties=party, topics=["B4"])
    gone = workshop(
        make, text("Insider threat workshop"), topics=["B4", "H1"],
        participation=[{"count": 24, "country": "JP"}],
    )  # fmt: skip
    page.click("nav.rooms a[href$='/duplicates/']")
    assert look(page) == []
    picture(page, "officer-duplicates")
    assert page.locator("article.pair").count() == 3
    pair = page.locator(f"article.pair:has(a[href*='{kept}']):has(a[href*='{gone}'])")
    pair.locator("button[value=merge]").click()
    page.wait_for_url("**/desk/duplicates/*/*/")
    if not page.url.endswith(f"/{gone}/"):
        page.click("main p > a[href*='/desk/duplicates/']")
    assert look(page) == []
    page.check("input[name='pick-participation'][value=gone]")
    page.click("button[value=preview]")
    assert look(page) == []
    picture(page, "officer-merge")
    assert "24" in page.inner_text("#preview")
    page.click("button[value=merge]")
    page.wait_for_url(f"**/records/{kept}/")
    content = record_get(viewer=ANYONE, record_id=kept).content
    assert content["titles"]["text"] == {
        "ja": "内部脅威ワークショップ", "en": "Insider threat workshop"
    }  # fmt: skip
    assert content["topics"] == ["B4", "H1"]
    with pytest.raises(MergedError):
        record_get(viewer=ANYONE, record_id=gone)
    page.goto(page.url.replace(str(kept), str(gone)))
    assert look(page) == []
    assert page.locator(f"main a[href*='{kept}']").count() == 1
    page.click("main a >> nth=0")
    page.goto(page.url.replace(f"/records/{kept}/", "/desk/duplicates/"))
    pair = page.locator(f"article.pair:has(a[href*='{other}'])").first
    pair.locator("button[value=joint]").click()
    page.wait_for_url("**/desk/duplicates/")
    page.click("nav.switch a[href$='/decided/']")
    assert look(page) == []
    page.click("button[value=unmerge]")
    assert record_get(viewer=ANYONE, record_id=gone).content["topics"] == ["B4", "H1"]
    assert look(page) == []
