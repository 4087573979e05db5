"""A coordinator asks, a centre declares, everybody reads it: in a real browser and in Korean."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.utils import timezone
from joining import joined
from looking import PICTURES, look
from making import Maker
from playwright.sync_api import Browser, Page

from concord.accounts.models import Role
from concord.record.following import forget

pytestmark = [pytest.mark.browser]
YEAR = str(timezone.now().year)


def picture(page: Page, name: str) -> None:
    """A picture for the guide, where they are asked for."""
    if os.environ.get("CONCORD_PICTURES"):
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def test_from_a_question_to_the_public_table(
    transactional_db: None, live_server: Any, browser: Browser
) -> None:
    forget()
    make = Maker()
    network = make.put("network", names=[{"name": "가상 지역 네트워크", "language": "ko"}])
    member = [{"network": str(network)}]
    centre = make.write(
        make.parse("institution", kinds=["coe"], state="KR", memberships=member,
                   names=[{"name": "가상 핵안보센터", "language": "ko"}])
    )  # fmt: skip
    make.write(make.institution("Hypothetical Centre", state="JP", memberships=member))

    coordinator = joined(browser, live_server.url, Role.COORDINATOR, "ko", network=network)
    coordinator.wait_for_url(f"**/ko/desk/network/{network}/")
    assert look(coordinator) == []
    picture(coordinator, "coordinator-network")
    coordinator.click("main a[role=button]")
    assert look(coordinator) == []
    coordinator.fill("#title", "올해의 훈련")
    coordinator.fill("#period", YEAR)
    coordinator.fill("#reason", "빈틈을 함께 보기 위하여")
    coordinator.fill("#rules", "끝난 과정은 모두 셉니다.")
    picture(coordinator, "coordinator-round-new")
    coordinator.click("button[value=open]")
    assert look(coordinator) == []
    picture(coordinator, "coordinator-round")
    coordinator.click("button[value=remind]")
    assert coordinator.locator("p.note.info").count() == 1, "nobody is reminded in the first week"

    publisher = joined(browser, live_server.url, Role.PUBLISHER, "ko", institution=centre)
    publisher.goto("/ko/me/notices/")
    assert look(publisher) == []
    publisher.goto("/ko/desk/completeness/")
    assert look(publisher) == []
    picture(publisher, "manager-completeness")
    publisher.fill("#note-1", "열두 과정")
    publisher.click("main form:has(#note-1) button[value=complete]")
    publisher.wait_for_url("**/ko/desk/completeness/")
    publisher.goto("/ko/desk/still-so/")
    assert look(publisher) == []
    publisher.check("main input[name=id] >> nth=0")
    publisher.click("main .stays button")

    coordinator.goto("/ko/me/notices/")
    assert look(coordinator) == []
    coordinator.click("main .cards a >> nth=0")
    coordinator.wait_for_url("**/ko/rounds/**")
    assert look(coordinator) == []

    stranger = browser.new_context(base_url=live_server.url).new_page()
    stranger.goto("/ko/declarations/")
    assert look(stranger) == []
    picture(stranger, "declarations")
    row = stranger.locator("tr", has_text="가상 핵안보센터")
    assert row.locator("td").nth(1).locator("a").count() == 1
    row.locator("td").nth(1).locator("a").click()
    assert "열두 과정" in stranger.inner_text("main")
    assert look(stranger) == []
    stranger.goto(f"/ko/institutions/{centre}/")
    assert look(stranger) == []
    for page in (coordinator, publisher, stranger):
        page.context.close()
