"""How the library for sign-in is held to our rules."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from concord.accounts.models import Person
from concord.accounts.selectors import invitation_is_open

INVITED: Final = "invited"
"""Where the session keeps the digest of the invitation that was opened last."""


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Accounts are made by invitation; nobody signs up alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never: see ``concord.accounts.services.person_join``."""
        return False


class InvitedByProvider(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whom an institution's identity provider vouches for still needs an invitation."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Whether the person came from the page of an invitation that can still be used."""
        return invitation_is_open(digest=request.session.get(INVITED, ""))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Person:
        """Take the name beside the address; accounts have one name, not two."""
        person: Person = super().populate_user(request, sociallogin, data)
        person.email = (person.email or "").lower() or None
        person.name = str(data.get("name") or "")[:200]
        return person
