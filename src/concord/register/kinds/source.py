"""Sources."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from concord.record.content import Content, LanguageTag, Line, Text, WebAddress, When
from concord.record.kinds import register_kind
from concord.register.words import SourceKind


@register_kind
class Source(Content):
    """A document. The place in it that bears out a fact is a citation."""

    kind: ClassVar[str] = "source"
    label: ClassVar[str | Promise] = _("source")

    titles: Text = Field(description="Title")
    source_kind: SourceKind = Field(default=SourceKind.WEB_PAGE, description="What it is")
    authors: Line | None = Field(default=None, description="Authors, as they sign")
    publisher: Line | None = Field(default=None, description="Who published it")
    published: When | None = Field(default=None, description="When it was published")
    url: WebAddress | None = Field(default=None, description="Web address")
    languages: tuple[LanguageTag, ...] = Field(default=(), description="Languages it is written in")
    is_brief: bool = Field(
        default=False, description="Whether it is the 2015 brief, which is a cut of its own"
    )

    def title(self) -> Text:
        return self.titles
