"""Endorsements."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from concord.record.content import Content, CourseId, Line, Party, Text, When
from concord.record.kinds import register_kind


@register_kind
class Endorsement(Content):
    """A body has checked courses against its guidance."""

    kind: ClassVar[str] = "endorsement"
    label: ClassVar[str | Promise] = _("endorsement")

    text: Text = Field(description="What the source says")
    body: Party = Field(description="Who has checked")
    provider: Party = Field(description="Whose courses")
    courses: tuple[CourseId, ...] = Field(default=(), description="Which courses, where named")
    count: int | None = Field(
        default=None, ge=0, le=10**12, description="How many, where only that is said"
    )
    guidance: Line | None = Field(default=None, description="Against which guidance")
    when: When | None = Field(default=None, description="When")

    def title(self) -> Text:
        return self.text
