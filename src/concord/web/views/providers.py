"""The identity providers of institutions, as pages offer them."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.socialaccount.adapter import get_adapter
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Offered:
    """An identity provider, and the address that leads to it."""

    name: str
    address: str


def providers_of(request: HttpRequest, *, then: str) -> list[Offered]:
    """The providers that the operator has set up; after one has vouched, ``then`` is opened."""
    return [
        Offered(provider.name, provider.get_login_url(request, process="login", next=then))
        for provider in get_adapter().list_providers(request)
    ]
