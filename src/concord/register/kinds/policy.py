"""Policies of disclosure."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from concord.core.disclosure import Breadth, Level
from concord.core.vocabulary import UnknownCodeError
from concord.record.content import Content, InstitutionId, Line, NetworkId, Piece, Text
from concord.record.kinds import all_kinds, content_type, register_kind


def _kind(code: str) -> str:
    try:
        content_type(code)
    except UnknownCodeError as error:
        raise ValueError(str(error)) from None
    return code


KindCode = Annotated[str, AfterValidator(_kind), Field(examples=["activity"])]
GroupId = Annotated[UUID, PlainSerializer(str)]
"""A group stands outside the register, so its id is no reference to a record."""


class Rule(Piece):
    """What the institution does with one kind of record, or with one field of it, by default."""

    record_kind: KindCode = Field(description="Which kind of record")
    field: Line | None = Field(default=None, description="Which field; blank for the whole record")
    breadth: Breadth = Field(description="Who sees it once it is published")
    network: NetworkId | None = Field(default=None, description="Which network, for that breadth")
    group: GroupId | None = Field(default=None, description="Which group, for that breadth")
    shows_existence: bool = Field(
        default=False, description="Everybody may know that there is such a record"
    )
    in_totals: bool = Field(
        default=False, description="Its withheld numbers may enter protected totals"
    )

    @property
    def level(self) -> Level:
        """The level that the rule gives."""
        return Level(self.breadth, self.network or self.group)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.network is not None) != (self.breadth is Breadth.NETWORK) or (
            self.group is not None
        ) != (self.breadth is Breadth.GROUP):
            raise ValueError(_now("say which network or group, and only where it is for one"))
        if self.field is not None:
            if self.field not in content_type(self.record_kind).model_fields:
                message = _now("a record of kind %(kind)s has no field “%(field)s”")
                raise ValueError(message % {"kind": self.record_kind, "field": self.field})
            if self.shows_existence or self.in_totals:
                raise ValueError(_now("existence and totals are said of a whole record"))
        return self


@register_kind
class Policy(Content):
    """What an institution shows to whom by default: what it means by transparency.

    It is a record like any other, so that everybody can see what it was and when it changed. It
    widens nothing by itself: it says what publishing proposes.
    """

    kind: ClassVar[str] = "policy"
    label: ClassVar[str | Promise] = _("policy of disclosure")

    institution: InstitutionId = Field(description="Whose policy it is")
    rules: tuple[Rule, ...] = Field(default=(), description="What it shows to whom by default")
    statement: Text | None = Field(
        default=None, description="What it means by transparency, in its own words"
    )
    is_example: bool = Field(
        default=False, description="An example that a compiler made, not the institution's own"
    )

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        named = [(rule.record_kind, rule.field) for rule in self.rules]
        if len(named) != len(set(named)):
            raise ValueError(_now("one kind of record, or one field of it, has two rules"))
        return self

    def title(self) -> Text:
        return Text(original="en", text={"en": "Policy of disclosure"})


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind that can have a level of their own."""
    return tuple(all_kinds()[kind].model_fields)
