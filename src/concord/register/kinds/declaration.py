"""Declarations of completeness."""

from __future__ import annotations

from typing import Annotated, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints

from concord.record.content import Content, Text
from concord.record.kinds import register_kind
from concord.register.words import Completeness

RoundId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A round stands outside the register, so its id is no reference to a record."""


@register_kind
class Declaration(Content):
    """What an institution itself says of how complete its records of a year are.

    It speaks for its owner, and nothing is counted to check it.
    """

    kind: ClassVar[str] = "declaration"
    label: ClassVar[str | Promise] = _("declaration of completeness")

    year: int = Field(ge=1900, le=2200, description="Of which year")
    completeness: Completeness = Field(description="How complete the records of that year are")
    round_id: RoundId | None = Field(
        default=None, description="The round of a coordinator that it answers, by its id"
    )

    def title(self) -> Text:
        return Text(original="en", text={"en": f"{self.year}: {self.completeness}"})
