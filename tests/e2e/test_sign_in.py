"""Signing in by each way there is, in a real browser: provider, security key, app, recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from identity_provider import CLIENT, SECRET, identity_provider
from looking import look
from making import Maker
from playwright.sync_api import Browser, Page

from concord.accounts.models import Person, Role
from concord.accounts.services import invitation_make
from concord.record.following import forget

pytestmark = [pytest.mark.browser]
PASSWORD = "a horse eats seven apples"


@pytest.fixture
def centre(transactional_db: None) -> uuid.UUID:
    forget()
    make = Maker()
    return make.write(make.institution("Hypothetical Centre", state="JP"))


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1200, "height": 900}, base_url=live_server.url)
    yield page
    page.close()


def invited(centre: uuid.UUID, role: Role = Role.EDITOR) -> str:
    _made, secret = invitation_make(role=role, institution=centre)
    return f"/ja/join/{secret}/"


def join(page: Page, centre: uuid.UUID) -> str:
    """Make an account with a password; return its address."""
    address = f"{uuid.uuid4()}@example.org"
    page.goto(invited(centre))
    page.fill("#email", address)
    page.fill("#password", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/desk/")
    return address


def leave(page: Page) -> None:
    page.goto("/ja/me/")
    page.click("form[action$='/logout/'] button")
    page.wait_for_url("**/ja/")


def again(page: Page) -> None:
    """Give the password once more, as whatever is grave asks for."""
    page.wait_for_url("**/reauthenticate/**")
    assert look(page) == []
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit] >> nth=0")


def password(page: Page, address: str) -> None:
    page.goto("/ja/account/login/")
    page.fill("#id_login", address)
    page.fill("#id_password", PASSWORD)
    page.click("main form button[type=submit]")


@pytest.fixture
def provider(settings: Any) -> Iterator[dict[str, Any]]:
    person = {"sub": "42", "email": "Jo@Centre.example", "email_verified": True, "name": "Jo Doe"}
    with identity_provider(person) as address:
        app = {"provider_id": "centre", "name": "Centre ID", "client_id": CLIENT, "secret": SECRET,
               "settings": {"server_url": address}}  # fmt: skip
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield person


def test_a_provider_lets_in_whom_an_invitation_lets_in(
    centre: uuid.UUID, page: Page, provider: dict[str, Any]
) -> None:
    link = invited(centre)
    page.goto(link)
    assert look(page) == []
    page.click("main a[href*='/oidc/centre/']")
    assert look(page) == []
    page.click("main form button[type=submit]")
    page.wait_for_url(f"**{link}")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/ja/desk/")
    person = Person.objects.get()
    assert (person.email, person.name) == ("jo@centre.example", "Jo Doe")
    assert not person.has_usable_password()
    leave(page)
    page.goto("/ja/account/login/")
    page.click("main a[href*='/oidc/centre/']")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/ja/desk/")
    assert Person.objects.count() == 1


def test_a_provider_alone_lets_nobody_in(
    centre: uuid.UUID, page: Page, provider: dict[str, Any]
) -> None:
    page.goto("/ja/account/login/")
    page.click("main a[href*='/oidc/centre/']")
    page.click("main form button[type=submit]")
    page.wait_for_load_state()
    assert not Person.objects.exists()
    assert look(page) == []
    page.goto("/ja/desk/")
    assert "/account/login/" in page.url


def test_a_provider_cannot_claim_the_account_of_somebody_else(
    centre: uuid.UUID, page: Page, provider: dict[str, Any]
) -> None:
    provider["email"] = join(page, centre)
    leave(page)
    link = invited(centre, Role.MANAGER)
    page.goto(link)
    page.click("main a[href*='/oidc/centre/']")
    page.click("main form button[type=submit]")
    page.wait_for_load_state()
    assert Person.objects.count() == 1
    page.goto("/ja/desk/")
    assert "/account/login/" in page.url


def test_a_security_key_signs_in(centre: uuid.UUID, page: Page) -> None:
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
               "hasUserVerification": True, "isUserVerified": True,
               "automaticPresenceSimulation": True}  # fmt: skip
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    join(page, centre)
    page.goto("/ja/account/2fa/webauthn/add/")
    again(page)
    page.wait_for_url("**/webauthn/add/")
    assert look(page) == []
    page.fill("input[name=name]", "key")
    if page.locator("input[name=passwordless]").count():
        page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    leave(page)
    page.goto("/ja/account/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/ja/desk/")


def code_of(secret: str, moment: float) -> str:
    """The code of an app at a moment (RFC 6238), reckoned here by itself."""
    counter = struct.pack(">Q", int(moment) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def test_an_app_and_recovery_codes_are_a_second_factor(centre: uuid.UUID, page: Page) -> None:
    address = join(page, centre)
    page.goto("/ja/account/2fa/totp/activate/")
    again(page)
    page.wait_for_url("**/totp/activate/")
    assert look(page) == []
    secret = page.input_value("#authenticator_secret")
    page.fill("input[name=code]", code_of(secret, time.time()))
    page.click("main form button[type=submit]")
    page.wait_for_url("**/2fa/recovery-codes/**")
    page.goto("/ja/account/2fa/recovery-codes/")
    assert look(page) == []
    codes = re.findall(r"\b[0-9a-f]{8}\b", page.input_value("#recovery_codes"))
    assert len(codes) == 10
    leave(page)
    password(page, address)
    page.wait_for_url("**/2fa/authenticate/**")
    assert look(page) == []
    page.goto("/ja/desk/")
    assert "/2fa/authenticate/" in page.url, "the password alone is not enough"
    page.fill("input[name=code]", codes[0])
    page.click("main form button[type=submit] >> nth=0")
    page.wait_for_url("**/ja/desk/")
    leave(page)
    password(page, address)
    page.fill("input[name=code]", codes[0])
    page.click("main form button[type=submit] >> nth=0")
    page.wait_for_load_state()
    assert "/2fa/authenticate/" in page.url, "a recovery code works once"


def test_an_account_is_erased_by_its_person(centre: uuid.UUID, page: Page) -> None:
    _made, secret = invitation_make(role=Role.MANAGER, institution=centre)
    address = f"{uuid.uuid4()}@example.org"
    page.goto(f"/ja/join/{secret}/")
    page.fill("#email", address)
    page.fill("#password", PASSWORD)
    page.click("main form button[type=submit]")
    page.goto("/ja/me/erase/")
    assert look(page) == []
    page.fill("#address", address)
    page.click("main form button[type=submit]")
    assert page.locator("#alone-error").count() == 1
    assert look(page) == []
    page.check("#alone")
    page.fill("#address", address)
    page.click("main form button[type=submit]")
    again(page)
    page.wait_for_url("**/ja/")
    person = Person.objects.get()
    assert (person.email, person.name, person.is_active) == (None, "", False)
    password(page, address)
    assert "/account/login/" in page.url
