"""Answers of parties."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from concord.record.content import Content, Party, Refers, Text
from concord.record.kinds import register_kind
from concord.register.words import Answer

ANSWERABLE: Final = (
    "activity", "agreement", "relation", "course", "statement", "institution",
)  # fmt: skip


@register_kind
class PartyAnswer(Content):
    """What a party itself says of another's record that names it; it stands beside that record.

    It belongs to the institution that answers, for itself or for its State, and there is one for
    each record and party. Confirmation is derived from it in place of what a source reported.
    """

    kind: ClassVar[str] = "answer"
    label: ClassVar[str | Promise] = _("answer")
    ways: ClassVar[frozenset[str]] = frozenset({"answer", "publishing", "restoring", "undo"})

    about: Annotated[UUID, Refers(ANSWERABLE)] = Field(description="The record that is answered")
    party: Party = Field(description="Who answers: the institution, or its State")
    answer: Answer = Field(description="What it says")
    text: Text | None = Field(default=None, description="In its own words")

    def title(self) -> Text:
        if self.text is not None:
            return self.text
        return Text(original="en", text={"en": str(self.answer.value)})
