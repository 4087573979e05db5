"""Letting others see, in a real browser: an officer, the State's contact point, and the public."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from joining import at, joined, stranger
from looking import PICTURES, look
from making import Maker, text
from people import centre_of
from playwright.sync_api import Browser, Page

from concord.accounts.models import Role
from concord.core.disclosure import Actor, Level, network_audience, state_audience
from concord.record.following import forget
from concord.record.members import group_found, member_admit
from concord.record.publishing import gate_set

pytestmark = [pytest.mark.browser]


def picture(page: Page, name: str) -> None:
    """A picture for the guide, where they are asked for; on a phone too."""
    if not os.environ.get("CONCORD_PICTURES"):
        return
    folder = Path(os.environ.get("CONCORD_PICTURES_IN", str(PICTURES)))
    for width in (1200, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1200, "height": 900})


@dataclass
class Place:
    """A hypothetical centre in a network, a group and a State, with a course that it alone sees."""

    url: str
    centre: UUID
    other: UUID
    network: UUID
    courses: list[UUID]
    browser: Browser

    def joined(self, role: Role, language: str = "ja", **what: Any) -> Page:
        """A browser of somebody who has joined in a role."""
        return joined(self.browser, self.url, role, language, **what)

    def stranger(self) -> Page:
        return stranger(self.browser, self.url)


@pytest.fixture
def place(
    transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, browser: Browser
) -> Iterator[Place]:
    forget()
    settings.VAR = tmp_path
    make = Maker()
    centre = centre_of(make, make.institution("Hypothetical Centre", state="JP"))
    other = make.write(make.institution("Neighbour", state="JP"))
    network = make.put("network", names=[{"name": "Hypothetical Ring", "language": "en"}])
    for institution in (centre, other):
        member_admit(audience=network_audience(network), institution=institution)
        member_admit(audience=state_audience("JP"), institution=institution)
    group_found(actor=Actor(centre), name="The few", institutions=[other])
    make.owner = centre
    courses = [
        make.write(
            make.parse("course", titles=text(title), providers=[str(centre)], length_hours=24,
                       topics=["D1"], languages=["ja", "en"], objectives=text("Seal a drum.")),
            level=Level.INSTITUTION,
        )
        for title in ("Transport security", "Insider threat", "Radiation portal monitors")
    ]  # fmt: skip
    yield Place(str(live_server.url), centre, other, network, courses, browser)
    for context in browser.contexts:
        context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_officer_shares_and_each_sees_what_was_shown(place: Place, language: str) -> None:
    officer = place.joined(Role.PUBLISHER, language, institution=place.centre)
    key = place.courses[0]
    officer.goto(f"{at(language)}/records/{key}/")
    officer.click(f"a[href$='/desk/publish/?id={key}']")
    assert look(officer) == []
    officer.select_option(f"#level-{key}", "public")
    officer.select_option(f"#field-{key}-length_hours", f"network:{place.network}")
    officer.select_option(f"#field-{key}-objectives", "institution")
    picture(officer, f"sharing-choose-{language}")
    officer.click(".stays button[value=preview]")
    assert look(officer) == []
    picture(officer, f"sharing-preview-{language}")
    assert "24" not in officer.inner_text("#as .facts")
    officer.click(f"#as button[value='network:{place.network}']")
    assert look(officer) == []
    assert "24" in officer.inner_text("#as .facts")
    assert "Seal a drum." not in officer.inner_text("#as .facts")
    picture(officer, f"sharing-network-{language}")
    officer.click("button[value=publish]")
    assert officer.locator("[role=alert]").count() == 1  # nothing ticked: nothing done
    assert look(officer) == []
    officer.check("input[name=known]")
    officer.click("button[value=publish]")
    officer.wait_for_url(f"**{at(language)}/records/{key}/")
    assert look(officer) == []
    picture(officer, f"sharing-own-{language}")
    public, member = place.stranger(), place.joined(Role.READER, language, institution=place.other)
    for page, sees in ((public, False), (member, True)):
        page.goto(f"{at(language)}/records/{key}/")
        assert ("24" in page.inner_text("main .facts")) is sees
        assert "Seal a drum." not in page.inner_text("main")
        assert look(page) == []
    picture(public, f"sharing-public-{language}")
    picture(member, f"sharing-member-{language}")


def test_many_at_once(place: Place) -> None:
    officer = place.joined(Role.PUBLISHER, "en", institution=place.centre)
    officer.goto("/desk/")
    officer.click("form[action$='/publish/'] button")
    assert look(officer) == []
    officer.select_option("#level-course", "state")
    officer.click("button[value=all-course]")
    assert look(officer) == []
    picture(officer, "sharing-many-en")
    officer.select_option(f"#level-{place.courses[0]}", "institution")
    officer.click(".stays button[value=preview]")
    officer.check("input[name=known]")
    officer.click("button[value=publish]")
    officer.wait_for_url("**/desk/")
    member = place.joined(Role.READER, "en", institution=place.other)
    member.goto("/training/")
    shown = member.inner_text("main")
    assert "Insider threat" in shown
    assert "Transport security" not in shown


def test_a_contact_point_sees_what_would_be_seen_by_whom(place: Place) -> None:
    gate_set(institution=place.centre, state="JP", beyond="institution")
    officer = place.joined(Role.PUBLISHER, "en", institution=place.centre)
    officer.goto(f"/desk/publish/?id={place.courses[0]}")
    key = place.courses[0]
    officer.select_option(f"#level-{key}", "public")
    officer.select_option(f"#field-{key}-length_hours", f"network:{place.network}")
    officer.select_option(f"#field-{key}-objectives", "institution")
    officer.click(".stays button[value=preview]")
    officer.check("input[name=known]")
    officer.click("button[value=publish]")
    for language in ("ja", "en"):
        contact = place.joined(Role.CONTACT_POINT, language, institution=None, state="JP")
        contact.goto(f"{at(language)}/desk/clearing/JP/")
        assert look(contact) == []
        picture(contact, f"sharing-clearing-{language}")
    shown = contact.inner_text("main")
    assert "Hypothetical Ring" in shown
    assert "Seal a drum." not in shown
    contact.click("nav.tabs a >> text=Hypothetical Ring")
    assert "24" in contact.inner_text("main .facts")
    picture(contact, "sharing-clearing-network")
    contact.click("nav.tabs a >> text=everybody")
    assert "24" not in contact.inner_text("main .facts")
    assert look(contact) == []
    contact.check("input[name=id]")
    contact.click("button[value=clear]")
    public = place.stranger()
    public.goto(f"/records/{key}/")
    assert "Transport security" in public.inner_text("main")
    assert "24" not in public.inner_text("main .facts")


def test_day_and_venue_are_kept_while_to_come_and_asked_about_afterwards(place: Place) -> None:
    make = Maker()
    make.owner = place.centre
    said = {"titles": text("Guards' drill"), "activity_kind": "exercise", "roles": ["R08"],
            "town": "Mito"}  # fmt: skip
    coming = make.write(
        make.parse("activity", **said, when=f"{timezone.now().year + 1}-05-04"),
        level=Level.INSTITUTION,
    )
    over = make.write(
        make.parse("activity", **said, when="2024-05-04"),
        level=Level.PUBLIC,
        fields={"days": Level.INSTITUTION, "town": Level.INSTITUTION},
    )
    officer = place.joined(Role.PUBLISHER, "en", institution=place.centre)
    officer.goto(f"/desk/publish/?id={coming}")
    assert look(officer) == []
    assert officer.locator(f"#field-{coming}-days option[value=public]").count() == 0
    officer.select_option(f"#level-{coming}", "public")
    officer.click(".stays button[value=preview]")
    assert "Days would be seen by: Hypothetical Centre alone" in officer.inner_text("main")
    assert look(officer) == []
    officer.goto("/desk/")
    assert look(officer) == []
    officer.goto("/desk/over/")
    assert look(officer) == []
    officer.check(f"input[value='{over}']")
    officer.click("button[value=leave]")
    assert "1 stays withheld." in officer.inner_text("main")
    assert look(officer) == []
