"""One record by form, a proposal and an answer, in a real browser and in Korean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from joining import joined
from looking import PICTURES, look
from making import Maker, text
from people import centre_of
from playwright.sync_api import Browser, Page

from concord.accounts.models import Role
from concord.core.disclosure import ANYONE, Actor, Level
from concord.record.following import forget
from concord.record.selectors import record_get, records_owned
from concord.record.services import Draft, content_parse, revision_write

pytestmark = [pytest.mark.browser]


class People:
    """Opens a browser for each person."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.pages: list[Page] = []

    def join(self, role: Role, institution: UUID | None = None, state: str = "") -> Page:
        page = joined(self.browser, self.address, role, "ko", institution=institution, state=state)
        self.pages.append(page)
        return page


@pytest.fixture
def people(transactional_db: None, live_server: Any, browser: Browser) -> Iterator[People]:
    forget()
    found = People(browser, live_server.url)
    yield found
    for page in found.pages:
        page.context.close()


@pytest.fixture
def centre(people: People) -> UUID:
    make = Maker()
    names = [
        {"name": "가상 핵안보센터", "language": "ko"},
        {"name": "Hypothetical Centre", "language": "en"},
    ]
    return centre_of(make, make.parse("institution", kinds=["coe"], state="KR", names=names))


def picture(page: Page, name: str) -> None:
    """A picture for the guide, where they are asked for."""
    if os.environ.get("CONCORD_PICTURES"):
        page.screenshot(path=PICTURES / f"{name}.png")


def test_a_course_by_form_and_a_correction_proposed_to_it(people: People, centre: UUID) -> None:
    ann = people.join(Role.PUBLISHER, centre)
    ann.goto(f"{people.address}/ko/desk/records/new/courses/")
    assert look(ann) == []
    ann.click("#topics summary")
    ann.check("#topics input[value=D1]")
    ann.fill("#length_hours", "열두")
    ann.click("p.stays button")
    assert ann.input_value("#length_hours") == "열두"  # kept, with the fault at its field
    assert ann.get_attribute("#length_hours", "aria-invalid") == "true"
    assert look(ann) == []
    picture(ann, "form-error")
    ann.fill("#length_hours", "12")
    ann.fill("#title-ko", "운송 안보")
    ann.click("p.stays button")
    ann.wait_for_url("**/ko/records/*/")
    assert list(records_owned(viewer=ANYONE, owner=centre, kind="course")) == []
    key = ann.url.rstrip("/").rpartition("/")[2]
    ann.goto(f"{people.address}/ko/desk/")
    ann.click("form[action$='/publish/'] button")
    ann.click("main .stays button")
    ann.check("input[name=known]")
    ann.click("main .stays button[value=publish]")
    ann.wait_for_url(f"**/ko/records/{key}/")

    carol = people.join(Role.CONTACT_POINT, state="JP")
    carol.goto(f"{people.address}/ko/records/{key}/")
    carol.click(".actions a[href$='/propose/']")
    assert look(carol) == []
    carol.select_option("#level", "basic")
    carol.fill("#source", "2025 연차 보고서")
    carol.fill("#why", "초급 과정입니다.")
    carol.click("p.stays button")
    carol.wait_for_url("**/ko/me/proposals/")
    assert look(carol) == []

    ann.goto(f"{people.address}/ko/desk/proposals/")
    assert look(ann) == []
    ann.click("main .cards a")
    assert "2025 연차 보고서" in ann.inner_text("main")
    assert look(ann) == []
    picture(ann, "proposal")
    ann.click("#amend")
    assert look(ann) == []
    ann.click("p.stays button")
    ann.wait_for_url("**/ko/desk/proposals/")
    assert record_get(viewer=ANYONE, record_id=UUID(key)).content["level"] == "basic"

    ann.goto(f"{people.address}/ko/records/{key}/remove/")
    assert look(ann) == []
    ann.fill("#reason", "중복")
    ann.click("main form.narrow button")
    ann.goto(f"{people.address}/ko/desk/records/removed/")
    assert look(ann) == []
    ann.click("main .cards button")
    ann.wait_for_url("**/ko/records/*/")


def test_a_party_answers_what_another_says_of_it(people: People, centre: UUID) -> None:
    make = Maker()
    other = centre_of(make, make.institution("Other Centre", state="JP"))
    parties = [{"party": {"institution": str(key)}, "part": "organiser"} for key in (other, centre)]
    keys = [
        revision_write(
            actor=Actor(other, may_publish=True), via="test",
            draft=Draft(content_parse(kind="activity", data={
                "titles": text(f"Joint seminar {number}"), "activity_kind": "seminar", "parties": parties,
            }), level=Level.PUBLIC),
        )
        for number in (1, 2)
    ]  # fmt: skip
    ann = people.join(Role.PUBLISHER, centre)
    ann.goto(f"{people.address}/ko/desk/questions/")
    assert look(ann) == []
    picture(ann, "questions")
    ann.check(f"input[value^='{keys[0]}']")
    ann.check("input[value=confirms]")
    ann.check("input[name=publish]")
    ann.click("main .stays button")
    ann.wait_for_url("**/ko/desk/questions/")
    assert str(keys[0]) not in ann.content()
    ann.click(f"a[href$='/records/{keys[1]}/answer/']")
    assert look(ann) == []
    ann.check("input[value=denies]")
    ann.fill("#text", "다른 센터였습니다.")
    ann.check("input[name=publish]")
    ann.click("button[value=give]")
    ann.wait_for_url(f"**/ko/records/{keys[1]}/")
    assert look(ann) == []
    ann.goto(f"{people.address}/ko/collaboration/")
    assert ann.locator("main .confirmation-confirmed").count() >= 1
    assert ann.locator("main .confirmation-contested").count() >= 1
    ann.goto(f"{people.address}/ko/records/{keys[1]}/")
    assert "다른 센터였습니다." in ann.inner_text("#answers")
