"""The building blocks of what a record says: texts by language, parties, dates, citations."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from babel import Locale, UnknownLocaleError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from concord.core.timespan import TimeSpan

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


@lru_cache(maxsize=4096)
def _language_tag(tag: str) -> str:
    try:
        if _LANGUAGE_TAG.fullmatch(tag):
            Locale.parse(tag, sep="-")
            return tag
    except (UnknownLocaleError, ValueError):
        pass
    raise ValueError(
        _("“%(tag)s” is not a language tag of BCP 47; expected for example en, ja or zh-Hans")
        % {"tag": tag}
    )


def _timespan(text: str) -> str:
    return str(TimeSpan.parse(text))


LanguageTag = Annotated[str, AfterValidator(_language_tag)]
When = Annotated[str, AfterValidator(_timespan), Field(examples=["2014", "2014-09", "2010/2012"])]
UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\ufdd0-\\ufdef\\ufffe\\uffff]"
)
"""Controls and signs that XML cannot hold, and marks that turn the direction of what follows."""


def _visible(text: str) -> str:
    if found := UNSEEN.search(text):
        message = _("a sign that nobody sees stands in the text and must be taken out: %(sign)s")
        raise ValueError(message % {"sign": f"U+{ord(found[0]):04X}"})
    return text


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=500), AfterValidator(_visible)
]  # fmt: skip
Paragraph = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(_visible)
]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=2_000)]


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a field that holds the id of another record of one of these kinds."""

    kinds: tuple[str, ...]


InstitutionId = Annotated[UUID, Refers(("institution",))]
NetworkId = Annotated[UUID, Refers(("network",))]
SourceId = Annotated[UUID, Refers(("source",))]
CourseId = Annotated[UUID, Refers(("course",))]
ActivityId = Annotated[UUID, Refers(("activity",))]
MaterialId = Annotated[UUID, Refers(("material",))]
VersionId = Annotated[UUID, Refers(("version",))]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Piece(BaseModel):
    """A part of a record's content: unknown fields are refused, nothing changes in place."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(Piece):
    """A text by language: one original, and translations each marked with who made it."""

    original: LanguageTag = Field(description="Language of the original")
    text: dict[LanguageTag, Paragraph] = Field(description="The text in each language")
    translators: dict[LanguageTag, Line] = Field(
        default={}, description="Who translated the text into a language"
    )

    @model_validator(mode="after")
    def _one_original(self) -> Self:
        if self.original not in self.text:
            message = _("the original is said to be in “%(tag)s”, but there is no such text") % {
                "tag": self.original
            }
            raise ValueError(message)
        translated = set(self.text) - {self.original}
        if translated != set(self.translators):
            message = _("each translation, and nothing else, names its translator")
            raise ValueError(message)
        return self


class Citation(Piece):
    """The place in a source that bears a fact out."""

    source: SourceId = Field(description="The source")
    locator: Line | None = Field(
        default=None, description="Where in the source: table, page, endnote"
    )
    claimant: Line | None = Field(
        default=None, description="Whose claim it is, as the source says; never a private person's"
    )
    note: Paragraph | None = Field(
        default=None, description="Doubts about the source at this place, in our words"
    )
    retrieved: When | None = Field(
        default=None, description="When it was read there, of a source that changes"
    )


class Cited(Piece):
    """A part that is a fact of its own and so has citations of its own."""

    citations: tuple[Citation, ...] = Field(default=(), description="What bears it out")


class Party(Piece):
    """Exactly one of: an institution, a State, a network, or a described but unnamed party.

    A described party may name the State that it belongs to, so that views can roll up.
    """

    institution: InstitutionId | None = Field(default=None, description="A named institution")
    state: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="A State or area, by ISO 3166-1 code"
    )
    network: NetworkId | None = Field(default=None, description="A named network")
    description: Text | None = Field(
        default=None, description="The source's words for a party that it does not name"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        named = [self.institution is not None, self.network is not None]
        if sum(named) + (self.description is not None) > 1 or (any(named) and self.state):
            message = _("a party is one thing: an institution, a State, a network or a description")
            raise ValueError(message)
        if not any(named) and self.state is None and self.description is None:
            message = _("a party must be named or described")
            raise ValueError(message)
        return self


class Content(Piece):
    """What one revision of a record says. Each field of it has one audience."""

    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    ways: ClassVar[frozenset[str] | None] = None
    """The ways in by which alone such a record may be written; None for any."""

    fixed: ClassVar[frozenset[str]] = frozenset()
    """Fields that no later revision says otherwise."""
    begun_by: ClassVar[frozenset[str] | None] = None
    """The ways in by which alone such a record may begin; None for any."""

    citations: tuple[Citation, ...] = Field(
        default=(), description="What bears out the record as a whole"
    )
    note: Text | None = Field(default=None, description="Remarks, doubts and known errors")

    follows: ClassVar[Mapping[str, str]] = {}
    """Fields that, unless they have a level of their own, are seen as another one is."""

    @classmethod
    def as_said_today(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Content as it was stored by an earlier rule, in the form that it has by today's."""
        return data

    @classmethod
    def kept_narrow(cls, data: Mapping[str, Any], today: dt.date) -> frozenset[str]:  # noqa: ARG003
        """Fields that everybody must not see as yet, of content as it is stored."""
        return frozenset()

    def references(self) -> Iterator[tuple[str, UUID, tuple[str, ...]]]:
        """Every other record that it names: field path, id, and the kinds it may be of."""
        yield from _references(self, "")

    def title(self) -> Text:
        """What the record is called."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class StoredContent:
    """Content that was held against the rules of its kind before, as it is stored.

    To make ``Content`` of it again takes most of the time in which many records are written.
    """

    schema: type[Content]
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.schema.kind

    def references(self) -> Iterator[tuple[str, UUID, tuple[str, ...]]]:
        """As those of ``Content``."""
        yield from _references_stored(self.schema, self.data, "")


def _references_stored(
    schema: type[Piece], data: Mapping[str, Any], path: str
) -> Iterator[tuple[str, UUID, tuple[str, ...]]]:
    for name, inner, kinds in _fields_that_refer(schema):
        value = data.get(name)
        if not value:
            continue
        where = f"{path}.{name}" if path else name
        for step, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
            place = where if step is None else f"{where}[{step}]"
            if inner is not None:
                yield from _references_stored(inner, item, place)
            else:
                yield place, _uuid(item), kinds


_uuid = lru_cache(maxsize=4096)(UUID)


@lru_cache(maxsize=256)
def _fields_that_refer(
    schema: type[Piece],
) -> tuple[tuple[str, type[Piece] | None, tuple[str, ...]], ...]:
    """The fields that hold ids or pieces that do: name, class of the pieces, kinds of the ids."""
    found: list[tuple[str, type[Piece] | None, tuple[str, ...]]] = []
    for name, info in schema.model_fields.items():
        inner = next((c for c in _within(info.annotation) if _is_piece(c)), None)
        kinds = _kinds_of(info.metadata, info.annotation)
        if kinds or (inner is not None and _fields_that_refer(inner)):
            found.append((name, None if kinds else inner, kinds))
    return tuple(found)


def pieces_in(schema: type[Piece]) -> Iterator[type[Piece]]:
    """The classes of the pieces that the fields of a piece hold."""
    for info in schema.model_fields.values():
        yield from (part for part in _within(info.annotation) if _is_piece(part))


def _within(annotation: object) -> Iterator[Any]:
    """An annotation and what it is made of."""
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _within(part)


def _is_piece(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Piece)


def _references(piece: Piece, path: str) -> Iterator[tuple[str, UUID, tuple[str, ...]]]:
    for name, info in type(piece).model_fields.items():
        value = getattr(piece, name)
        if value is None:
            continue
        where = f"{path}.{name}" if path else name
        for step, item in enumerate(value) if isinstance(value, tuple) else [(None, value)]:
            place = where if step is None else f"{where}[{step}]"
            if isinstance(item, Piece):
                yield from _references(item, place)
            elif isinstance(item, UUID) and (kinds := _kinds_of(info.metadata, info.annotation)):
                yield place, item, kinds


def _kinds_of(metadata: list[Any], annotation: object) -> tuple[str, ...]:
    marks = [mark for mark in metadata if isinstance(mark, Refers)]
    stack: list[object] = [annotation]
    while stack:
        part = stack.pop()
        marks += [mark for mark in getattr(part, "__metadata__", ()) if isinstance(mark, Refers)]
        stack += getattr(part, "__args__", ())
    return marks[0].kinds if marks else ()
