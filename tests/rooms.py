"""A small library for tests, filled through the services as every way in does."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict
from files import docx
from making import Maker, text

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Actor, Level, Viewer
from concord.library.services import version_upload
from concord.record.audiences import viewer_as
from concord.record.publishing import Levels, records_share
from concord.record.services import Draft, content_parse, revision_write
from concord.register.listings import LIBRARY


class Room:
    """Two centres, and a material that the first of them owns."""

    def __init__(self, make: Maker) -> None:
        self.make = make
        self.owner = self._centre("Centre")
        self.other = self._centre("Other")
        self.material = self.begin()

    def _centre(self, name: str) -> UUID:
        key = uuid4()
        content = self.make.institution(name)
        actor = Actor(key, may_publish=True)
        return revision_write(actor=actor, draft=Draft(content, key, Level.PUBLIC), via="test")

    def begin(self, **more: Any) -> UUID:
        data = {"titles": text("Basics"), "material_kind": "slides", **more}
        return self.write("material", data, self.owner)

    def write(self, kind: str, data: dict[str, Any], owner: UUID, **more: Any) -> UUID:
        draft = Draft(
            content_parse(kind=kind, data=data), level=more.pop("level", Level.PUBLIC), **more
        )
        return revision_write(actor=Actor(owner, may_publish=True), draft=draft, via="test")

    def acting(self, institution: UUID | None = None) -> Acting:
        return Acting(uuid4(), institution or self.owner, Role.PUBLISHER)

    def bring(self, words: str, by: UUID | None = None, **said: Any) -> UUID:
        institution = by or self.owner
        key, _written = version_upload(
            acting=self.acting(institution), viewer=viewer_as(institution),
            material_id=self.material, file_name="plan.docx", data=docx(words),
            said={"name": said.pop("name", words[:20]), **said},
        )  # fmt: skip
        return key

    def publish(self, *keys: UUID, by: UUID | None = None) -> None:
        levels = {key: Levels(Level.PUBLIC) for key in keys}
        records_share(actor=Actor(by or self.owner, uuid4(), may_publish=True), levels=levels)

    def found(self, viewer: Viewer, words: str) -> list[UUID]:
        _page, records = LIBRARY.page(viewer, QueryDict(f"q={words}"))
        return [record.id for record in records]
