"""Training materials and their versions."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from pydantic import AfterValidator, Field, model_validator

from concord.core.licences import licence_read
from concord.record.content import (
    Content,
    CourseId,
    LanguageTag,
    Line,
    MaterialId,
    Party,
    Piece,
    Sha256,
    Text,
    VersionId,
    When,
)
from concord.record.kinds import register_kind
from concord.register.kinds.codes import PublicationCode, RoleCode, TopicCode
from concord.register.words import MaterialCopy, MaterialKind, TrainingLevel


def _licence(expression: str) -> str:
    known = licence_read(expression)
    if known is None:
        message = _now("“%(text)s” is no licence of SPDX; expected for example CC-BY-4.0")
        raise ValueError(message % {"text": expression})
    return known


Licence = Annotated[Line, AfterValidator(_licence), Field(examples=["CC-BY-4.0"])]


@register_kind
class Material(Content):
    """A training material: what it is, for whom, by whom, and under which licence.

    Its files are versions, each a record of its own.
    """

    kind: ClassVar[str] = "material"
    label: ClassVar[str | Promise] = _("training material")

    titles: Text = Field(description="Title")
    material_kind: MaterialKind = Field(description="What it is")
    whose_copy: MaterialCopy | None = Field(
        default=None, description="Trainers’ notes, or the participants’ copy"
    )
    summary: Text | None = Field(default=None, description="What it is about")
    makers: tuple[Party, ...] = Field(default=(), description="Who wrote it, by institution")
    level: TrainingLevel | None = Field(default=None, description="How advanced it is")
    languages: tuple[LanguageTag, ...] = Field(default=(), description="Languages it is written in")
    translation_of: MaterialId | None = Field(
        default=None, description="The material that it was translated from"
    )
    licence: Licence | None = Field(
        default=None, description="What others may do with it: a licence expression of SPDX"
    )
    topics: tuple[TopicCode, ...] = Field(default=(), description="Topics")
    roles: tuple[RoleCode, ...] = Field(default=(), description="Roles it is for")
    courses: tuple[CourseId, ...] = Field(default=(), description="Courses that use it")
    publications: tuple[PublicationCode, ...] = Field(
        default=(), description="Publications of the Nuclear Security Series that it builds on"
    )

    def title(self) -> Text:
        return self.titles


class File(Piece):
    """The bytes of a version, known by their digest."""

    digest: Sha256 = Field(description="SHA-256 of the bytes")
    name: Line = Field(description="What the file is called")
    size: int = Field(ge=1, le=10**12, description="Bytes")
    media_type: Line = Field(description="What the bytes are (IANA media type)")


@register_kind
class Version(Content):
    """One version of a material: these bytes, and no others, for ever.

    It begins with the upload of its file. What changes is another version; who sees this one may
    change.
    """

    kind: ClassVar[str] = "version"
    label: ClassVar[str | Promise] = _("version of a material")
    fixed: ClassVar[frozenset[str]] = frozenset({"material", "name", "file", "after"})
    begun_by: ClassVar[frozenset[str]] = frozenset({"library"})

    material: MaterialId = Field(description="The material that it is a version of")
    name: Line = Field(description="What the version is called, such as 2 or 2026-03")
    file: File = Field(description="The file")
    after: VersionId | None = Field(default=None, description="The version that it was made from")
    changes: Text | None = Field(
        default=None, description="What changed since the version that it was made from"
    )
    makers: tuple[Party, ...] = Field(default=(), description="Who contributed to it")
    when: When | None = Field(default=None, description="Date of the version")

    @model_validator(mode="after")
    def _changed_from_something(self) -> Self:
        if self.changes is not None and self.after is None:
            raise ValueError(_now("changes need the version that they were made from"))
        return self

    def title(self) -> Text:
        return Text(original="en", text={"en": self.name})


NAMED = pgettext_lazy("of a material", "Version %(name)s")
"""What a version is called."""
