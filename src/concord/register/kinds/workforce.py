"""Workforce and needs."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from concord.record.content import Content, Line, Party, Text, When
from concord.record.kinds import register_kind
from concord.register.kinds.codes import RoleCode, TopicCode


@register_kind
class Workforce(Content):
    """People of a country and role who answer for nuclear security."""

    kind: ClassVar[str] = "workforce"
    label: ClassVar[str | Promise] = _("workforce")

    text: Text = Field(description="What the source says")
    subject: Party = Field(description="Whose people")
    role: RoleCode | None = Field(default=None, description="Their role; blank for all")
    low: int = Field(ge=0, le=10**12, description="How many, at least")
    high: int = Field(ge=0, le=10**12, description="How many, at most")
    qualifier: Line | None = Field(default=None, description="The source's qualifier")
    when: When | None = Field(default=None, description="At what time")

    def title(self) -> Text:
        return self.text


@register_kind
class Need(Content):
    """How many people of a country and role must be trained in a topic by when."""

    kind: ClassVar[str] = "need"
    label: ClassVar[str | Promise] = _("need")

    text: Text = Field(description="What the source says")
    subject: Party = Field(description="Whose people")
    role: RoleCode | None = Field(default=None, description="Their role; blank for all")
    topic: TopicCode | None = Field(default=None, description="Topic; blank for all")
    low: int = Field(ge=0, le=10**12, description="How many, at least")
    high: int = Field(ge=0, le=10**12, description="How many, at most")
    qualifier: Line | None = Field(default=None, description="The source's qualifier")
    by: When | None = Field(default=None, description="By when")

    def title(self) -> Text:
        return self.text
