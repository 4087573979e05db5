"""Networks."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from concord.record.content import Content, Text, WebAddress, When
from concord.record.kinds import register_kind
from concord.register.kinds.institution import Name


@register_kind
class Network(Content):
    """A membership of institutions or States, such as the NSSC Network or INSEN."""

    kind: ClassVar[str] = "network"
    label: ClassVar[str | Promise] = _("network")

    names: tuple[Name, ...] = Field(min_length=1, description="Names, the main one first")
    founded: When | None = Field(default=None, description="When it was founded")
    purpose: Text | None = Field(default=None, description="What it is for")
    website: WebAddress | None = Field(default=None, description="Web site")

    def title(self) -> Text:
        return Text(
            original=self.names[0].language, text={self.names[0].language: self.names[0].name}
        )
