"""Drafts of guidance that are open for comments, and comments on them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from concord.record.content import Content, Line, Piece, Refers, Text, WebAddress, When
from concord.record.kinds import register_kind
from concord.register.kinds.codes import PublicationCode, TopicCode
from concord.register.words import CommentKind


class DraftParagraph(Piece):
    """A paragraph of a draft, by its number; its text stays where the draft is published."""

    number: Line = Field(description="Number of the paragraph", examples=["3.12"])
    heading: Text | None = Field(default=None, description="What it is about")


@register_kind
class Consultation(Content):
    """A draft of guidance on which comments are gathered, paragraph by paragraph."""

    kind: ClassVar[str] = "consultation"
    label: ClassVar[str | Promise] = _("draft open for comments")

    titles: Text = Field(description="Title")
    number: Line | None = Field(default=None, description="Number of the draft")
    publisher: Line | None = Field(default=None, description="Who publishes it")
    url: WebAddress | None = Field(default=None, description="Where the draft can be read")
    closes: When | None = Field(default=None, description="Until when comments are gathered")
    revises: PublicationCode | None = Field(
        default=None, description="The publication that it would revise"
    )
    topics: tuple[TopicCode, ...] = Field(default=(), description="Topics")
    paragraphs: tuple[DraftParagraph, ...] = Field(
        min_length=1, max_length=2_000, description="Its paragraphs, by number"
    )

    @model_validator(mode="after")
    def _each_number_once(self) -> Self:
        seen: set[str] = set()
        for paragraph in self.paragraphs:
            if paragraph.number in seen:
                message = _now("the paragraph “%(number)s” is there twice")
                raise ValueError(message % {"number": paragraph.number})
            seen.add(paragraph.number)
        return self

    def title(self) -> Text:
        return self.titles


@register_kind
class DraftComment(Content):
    """What an institution says of one paragraph of a draft; what bears it out is cited."""

    kind: ClassVar[str] = "comment"
    label: ClassVar[str | Promise] = _("comment on a draft")

    about: Annotated[UUID, Refers(("consultation",))] = Field(description="The draft")
    paragraph: Line = Field(description="Number of the paragraph")
    comment_kind: CommentKind = Field(description="What sort of comment it is")
    text: Text = Field(description="What should change, and why")
    proposed: Text | None = Field(default=None, description="The words proposed instead")

    def title(self) -> Text:
        return self.text
