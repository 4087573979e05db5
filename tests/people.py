"""People for tests: they join by an invitation, as everybody does."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from making import Maker

from concord.accounts.models import Role
from concord.accounts.services import invitation_make
from concord.core.disclosure import Actor
from concord.record.content import Content
from concord.record.services import records_take_over

PASSWORD = "a horse eats seven apples"


def join(
    institution: UUID | None, role: Role, name: str, *, state: str = "", network: UUID | None = None
) -> Client:
    """A browser that is signed in as somebody new with a role."""
    _made, secret = invitation_make(
        role=role, institution=institution, state=state, network=network
    )
    client = Client()
    answer = client.post(
        f"/join/{secret}/",
        {"email": f"{name}@example.org", "name": name, "password": PASSWORD},
    )
    assert answer.status_code == 302, answer.content.decode()
    return client


def centre_of(make: Maker, content: Content) -> UUID:
    """An institution that has taken its own record over."""
    key = make.write(content)
    records_take_over(actor=Actor(key, may_publish=True), ids=[key])
    return key


def share(client: Client, *ids: UUID | str, level: str = "public", **more: str) -> HttpResponse:
    """Let others see records, as a publisher does: looked at first, and confirmed."""
    choices = {f"choice-{key}": f"level={level}" for key in ids} | more
    form = {"id": [str(key) for key in ids], **choices}
    page = client.post("/desk/publish/", form).content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen, page
    answer: HttpResponse = client.post(
        "/desk/publish/", {**form, "do": "publish", "known": "1", "seen": seen[1]}
    )
    assert answer.status_code == 302, answer.content.decode()
    return answer
