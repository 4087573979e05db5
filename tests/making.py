"""Makes records for tests through the services, as every way in does."""

from __future__ import annotations

import uuid
from pathlib import Path
from uuid import UUID

from django.test import Client

from concord.accounts.models import Role
from concord.accounts.services import invitation_make
from concord.core.disclosure import Actor, Level
from concord.record.content import Content
from concord.record.services import Draft, content_parse, node_ensure, revisions_write

ROOT = Path(__file__).resolve().parents[1]
EAST_ASIA = ROOT / "data" / "east-asia"
PASSWORD = "a horse eats seven apples"


class Maker:
    """Makes records through the services, as every way in does."""

    def __init__(self) -> None:
        node_ensure()
        self.owner = uuid.uuid4()
        self.write(self.institution("Compiler", kinds=["compiler"]), record_id=self.owner)

    def institution(self, name: str, *, kinds: list[str] | None = None, **more: object) -> Content:
        names = [{"name": name, "language": "en"}]
        data = {"names": names, "kinds": kinds or ["coe"], **more}
        return content_parse(kind="institution", data=data)

    def write(
        self,
        content: Content,
        *,
        record_id: UUID | None = None,
        level: Level = Level.PUBLIC,
        fields: dict[str, Level] | None = None,
        made_from: int | None = None,
    ) -> UUID:
        draft = Draft(content, record_id or uuid.uuid4(), level, fields or {}, made_from)
        return revisions_write(
            actor=Actor(self.owner, may_publish=True), drafts=[draft], via="test"
        )[0]

    def parse(self, kind: str, **data: object) -> Content:
        return content_parse(kind=kind, data=data)

    def put(self, kind: str, **data: object) -> UUID:
        return self.write(self.parse(kind, **data))


def text(words: str, language: str = "en") -> dict[str, object]:
    """A text in one language."""
    return {"original": language, "text": {language: words}}


def join(
    institution: UUID | None, role: Role, name: str, state: str = "", network: UUID | None = None
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
