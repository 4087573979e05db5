"""Accounts: what is kept of a person, and what is not."""

from __future__ import annotations

import uuid

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.auth.hashers import identify_hasher
from django.contrib.sessions.models import Session
from django.test import Client
from making import ROOT, Maker, text

from concord.accounts.models import Mandate, Person, Role, Token
from concord.accounts.selectors import acting_for, alone_as_manager
from concord.accounts.services import invitation_make, person_erase, person_join, token_make
from concord.core.disclosure import Level
from concord.record.models import Revision
from concord.record.services import Draft, revision_write

PASSWORD = "a horse eats seven apples"
ADDRESS, NAME = "mary@remarkable.example", "Mary Remarkable"


def joined(institution: uuid.UUID, role: Role, email: str, name: str = "") -> Person:
    _made, secret = invitation_make(role=role, institution=institution)
    return person_join(secret=secret, email=email, name=name, password=PASSWORD, language="en")


def everything() -> str:
    """Every value of every table."""
    return "\n".join(str(row) for model in apps.get_models() for row in model.objects.values())


def test_an_erased_person_is_nowhere_but_as_a_number(make: Maker) -> None:
    centre = make.write(make.institution("Centre"))
    person = joined(centre, Role.MANAGER, ADDRESS, NAME)
    acting = acting_for(person=person, institution=centre)
    content = make.parse("course", titles=text("Guards"), providers=[str(centre)])
    draft = Draft(content, level=Level.PUBLIC)
    written = revision_write(actor=acting.require(Role.MANAGER), draft=draft, via="form")
    token_make(acting=acting, name="script", role=Role.EDITOR)
    SocialAccount.objects.create(user=person, provider="x", uid="1", extra_data={"name": NAME})
    Authenticator.objects.create(user=person, type="totp", data={"secret": "SEVENAPPLES"})
    invitation_make(role=Role.READER, institution=centre, by=person, note=f"a friend of {NAME}")
    client = Client()
    signed_in = client.post("/account/login/", {"login": ADDRESS, "password": PASSWORD})
    assert signed_in.status_code == 302
    assert {ADDRESS, NAME} == {word for word in (ADDRESS, NAME) if word in everything()}

    person_erase(person=person)

    left = everything()
    assert not [word for word in (ADDRESS, NAME, "SEVENAPPLES") if word in left]
    assert not Mandate.objects.exists()
    assert not Token.objects.exists()
    assert all("_auth_user_id" not in row.get_decoded() for row in Session.objects.all())
    assert client.get("/desk/").status_code == 302
    assert Revision.objects.get(record=written).actor_person == person.id


def test_who_manages_alone_is_told_so(make: Maker) -> None:
    one, two = (make.write(make.institution(name)) for name in ("One", "Two"))
    mary = joined(one, Role.MANAGER, "mary@example.org")
    Mandate.objects.create(person=mary, institution=two, role=Role.MANAGER)
    joined(two, Role.MANAGER, "jo@example.org")
    joined(one, Role.PUBLISHER, "kim@example.org")
    assert alone_as_manager(person=mary) == [one]


def test_there_is_no_default_password(make: Maker) -> None:
    assert not Person.objects.exists()
    person = joined(make.owner, Role.MANAGER, "mary@example.org")
    assert identify_hasher(person.password).algorithm == "argon2"
    for path in (ROOT / "src").rglob("*.py"):
        assert 'set_password("' not in path.read_text(encoding="utf-8"), path
