"""Statements."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from concord.record.content import Content, Line, Party, Text, When
from concord.record.kinds import register_kind
from concord.register.kinds.codes import TopicCode
from concord.register.words import Scope, Stage, StatementGroup, Stream


@register_kind
class Statement(Content):
    """A figure, date or remark that somebody claims; a total is a statement, never an activity."""

    kind: ClassVar[str] = "statement"
    label: ClassVar[str | Promise] = _("statement")

    subject: Party = Field(description="What or whom it is about")
    group: StatementGroup = Field(description="So that only like stands beside like")
    measure: Line = Field(description="What is measured; the same word for what can be compared")
    text: Text = Field(description="The statement in a sentence")
    value: Decimal | None = Field(default=None, description="The figure; blank where it is none")
    value_text: Line | None = Field(default=None, description="A date or word, where that is it")
    unit: Line | None = Field(default=None, description="Unit of the figure, as in the source")
    qualifier: Line | None = Field(
        default=None, description="The source's qualifier: over, about, planned"
    )
    stream: Stream | None = Field(default=None, description="Which people it counts")
    scope: Scope = Field(default=Scope.SECURITY, description="Nuclear security or beside it")
    when: When | None = Field(default=None, description="Date or period that it speaks of")
    stage: Stage = Field(default=Stage.DONE, description="Planned or done")
    topics: tuple[TopicCode, ...] = Field(default=(), description="Topics that it speaks of")
    part_of: Line | None = Field(
        default=None, description="What larger figure it is part of, or must not be added to"
    )

    @model_validator(mode="after")
    def _unit_with_value(self) -> Self:
        if self.value is not None and not self.unit:
            message = gettext("a figure needs its unit")
            raise ValueError(message)
        return self

    def title(self) -> Text:
        return self.text
