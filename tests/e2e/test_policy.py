"""Policies, groups and memberships in a real browser: a manager, those who admit, and the public."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from joining import at, joined, stranger
from looking import PICTURES, look
from making import Maker, text
from people import centre_of
from playwright.sync_api import Browser, Page

from concord.accounts.models import Role
from concord.core.disclosure import Level, network_audience, state_audience
from concord.record.audiences import groups_of, members_of
from concord.record.following import forget
from concord.record.members import member_admit

pytestmark = [pytest.mark.browser]
ISCN = "c01fc474-b754-4bf2-aa90-8962b07b145c"
IN_THE_GUIDE = ("policy-example-en", "policy-preview-en")
COMPILER = "4c951f2c-b028-4cf9-bdcf-e28c6ba030b4"


def picture(page: Page, name: str) -> None:
    """A picture for the guide, where they are asked for; elsewhere all, on a phone too."""
    if not os.environ.get("CONCORD_PICTURES"):
        return
    folder = Path(os.environ.get("CONCORD_PICTURES_IN", ""))
    if not folder.name:
        if name in IN_THE_GUIDE:
            path = PICTURES / f"{name.removesuffix('-en')}.png"
            part = {"x": 0, "y": 0, "width": 1200, "height": 1500}
            page.screenshot(path=path, full_page=True, clip=part)
        return
    for width in (1200, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1200, "height": 900})


@dataclass
class Place:
    """A hypothetical centre that is admitted to its State and to a network."""

    url: str
    centre: UUID
    other: UUID
    network: UUID
    browser: Browser

    def joined(self, role: Role, language: str, **what: Any) -> Page:
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
    network = make.put("network", names=[{"name": "Hypothetical Ring", "language": "en"}])
    claims = [{"network": str(network)}]
    centre = centre_of(make, make.institution("Hypothetical Centre", state="JP"))
    other = centre_of(make, make.institution("Neighbour", state="JP", memberships=claims))
    member_admit(audience=network_audience(network), institution=centre)
    member_admit(audience=state_audience("JP"), institution=centre)
    make.owner = centre
    for title in ("Transport security", "Insider threat"):
        content = make.parse("course", titles=text(title), providers=[str(centre)], length_hours=24)
        make.write(content, level=Level.PUBLIC)
    yield Place(str(live_server.url), centre, other, network, browser)
    for context in browser.contexts:
        context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_manager_says_a_policy_and_the_public_reads_it(place: Place, language: str) -> None:
    manager = place.joined(Role.MANAGER, language, institution=place.centre)
    public = place.stranger()
    address = f"{at(language)}/institutions/{place.centre}/policy/"
    public.goto(address)
    assert look(public) == []
    picture(public, f"policy-none-{language}")
    manager.goto(f"{at(language)}/desk/policy/")
    assert look(manager) == []
    manager.fill(f"#statement-{language}", "Open where it harms nobody.")
    manager.click(".more-languages summary")
    manager.fill("#statement-ko", "해롭지 않은 것은 공개한다.")
    manager.select_option("#level-course", "public")
    manager.select_option("#level-workforce", "institution")
    for kind, name, value in (
        ("course", "field-course-length_hours", f"network:{place.network}"),
        ("workforce", "totals-workforce", ""),
    ):
        manager.click(f"fieldset:has(#level-{kind}) summary")
        if value:
            manager.select_option(f"#{name}", value)
        else:
            manager.check(f"input[name={name}]")
    picture(manager, f"policy-edit-{language}")
    manager.click(".stays button[value=preview]")
    assert look(manager) == []
    assert "Open where it harms nobody." in manager.inner_text("#preview")
    assert manager.locator("#preview blockquote[lang=ko]").count() == 1
    assert "TLP:GREEN" in manager.inner_text("#preview")
    picture(manager, f"policy-preview-{language}")
    public.reload()
    assert "TLP" not in public.inner_text("main")
    manager.click("#preview button[value=save]")
    assert look(manager) == []
    assert "2" in manager.inner_text("#differing")
    picture(manager, f"policy-differing-{language}")
    public.reload()
    assert look(public) == []
    for words in ("Open where it harms nobody.", "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER+STRICT"):
        assert words in public.inner_text("main")
    picture(public, f"policy-public-{language}")
    manager.click("#differing button[value=choose]")
    manager.wait_for_url("**/desk/publish/")
    assert manager.locator(f"option[value='network:{place.network}'][selected]").count() >= 2


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_manager_founds_a_group_and_leaves_it(place: Place, language: str) -> None:
    manager = place.joined(Role.MANAGER, language, institution=place.centre)
    manager.goto(f"{at(language)}/desk/groups/")
    assert look(manager) == []
    manager.fill("#name", "The few")
    manager.fill("#q", "Neighbour")
    manager.click("button[value=search]")
    manager.check(f"input[value='{place.other}']")
    assert look(manager) == []
    manager.click("button[value=found]")
    assert "The few" in manager.inner_text("main")
    assert look(manager) == []
    picture(manager, f"groups-{language}")
    manager.click("a[href^='?leave=']")
    assert look(manager) == []
    picture(manager, f"groups-leave-{language}")
    assert groups_of(place.centre)
    manager.click("#leaving button[value=leave]")
    assert not groups_of(place.centre)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_coordinator_and_a_contact_point_admit(place: Place, language: str) -> None:
    coordinator = place.joined(Role.COORDINATOR, language, institution=None, network=place.network)
    contact = place.joined(Role.CONTACT_POINT, language, institution=None, state="JP")
    for page, address, audience in (
        (
            coordinator,
            f"/desk/network/{place.network}/members/",
            network_audience(place.network),
        ),
        (contact, "/desk/clearing/JP/institutions/", state_audience("JP")),
    ):
        page.goto(f"{at(language)}{address}")
        assert look(page) == []
        picture(page, f"admitting-{'network' if page is coordinator else 'state'}-{language}")
        page.check(f"input[value='{place.other}']")
        page.click("button[value=admit]")
        assert place.other in members_of(audience)
        page.click(f"a[href='?end={place.other}']")
        assert look(page) == []
        picture(page, f"admitting-end-{'network' if page is coordinator else 'state'}-{language}")
        page.click("#ending button[value=end]")
        assert members_of(audience) == [place.centre]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_public_reads_an_example_as_an_example(
    portal: str, browser: Browser, language: str
) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900}, base_url=portal)
    page.goto(f"{at(language)}/institutions/{ISCN}/")
    page.click("a[href$='/policy/']")
    assert look(page) == []
    assert page.locator(".note strong").count() == 1
    picture(page, f"policy-example-{language}")
    page.goto(f"{at(language)}/institutions/{COMPILER}/policy/")
    assert look(page) == []
    assert page.locator(".note").count() == 0
    page.close()
