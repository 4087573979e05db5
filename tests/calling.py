"""A program that calls the interface with a token, as the tests of it need one."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.test import Client

from concord.accounts.models import Role
from concord.accounts.selectors import acting_for
from concord.accounts.services import invitation_make, person_join, token_make


class Program:
    """Calls with the token of somebody who has a role in an institution."""

    def __init__(self, institution: UUID, role: Role = Role.PUBLISHER, name: str = "") -> None:
        _made, secret = invitation_make(role=role, institution=institution)
        self.person = person_join(
            secret=secret,
            email=f"{name or role}-{str(institution)[:8]}@example.org",
            name="A",
            password="a horse eats seven apples",
            language="en",
        )
        acting = acting_for(person=self.person, institution=institution)
        self.token, self.secret = token_make(acting=acting, name="script", role=role)
        self.client = Client(raise_request_exception=False)

    def send(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """The answer; header names are written with underscores."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            address,
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode(),
            content_type=named.pop("Content-Type", kind),
            headers={"Authorization": f"Bearer {self.secret}", **named},
        )

    def get(self, address: str, **headers: str) -> Any:
        return self.send("GET", address, **headers)

    def post(self, address: str, body: Any, **headers: str) -> Any:
        return self.send("POST", address, body, **headers)
