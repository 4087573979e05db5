"""Endorsements."""

from __future__ import annotations

from typing import ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from concord.record.content import (
    Content,
    CourseId,
    Line,
    Party,
    Sha256,
    Text,
    VersionId,
    When,
)
from concord.record.kinds import register_kind


@register_kind
class Endorsement(Content):
    """A body has checked courses, or one version of a material, against its guidance."""

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
    version: VersionId | None = Field(
        default=None, description="The version of a material that it holds for, and for no other"
    )
    digest: Sha256 | None = Field(
        default=None, description="SHA-256 of the file of that version, as it was checked"
    )
    valid: When | None = Field(default=None, description="While it holds")

    @model_validator(mode="after")
    def _bound_to_bytes(self) -> Self:
        if (self.version is None) != (self.digest is None):
            raise ValueError(_now("a version and the digest of its file go together"))
        return self

    def title(self) -> Text:
        return self.text
