"""Relations."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from concord.record.content import Content, Party, Text, When
from concord.record.kinds import register_kind
from concord.register.kinds.account import Account
from concord.register.words import RelationKind, Scope, Stage, Tier


@register_kind
class Relation(Content):
    """A claim, by someone, that parties collaborate.

    For support, endorsement and expertise the first party gives and the others receive.
    """

    kind: ClassVar[str] = "relation"
    label: ClassVar[str | Promise] = _("relation")

    text: Text = Field(description="What the source says")
    relation_kind: RelationKind = Field(description="In what way they work together")
    parties: tuple[Party, ...] = Field(min_length=2, description="Between whom")
    when: When | None = Field(default=None, description="When")
    stage: Stage = Field(default=Stage.UNKNOWN, description="How far it has come")
    tier: Tier | None = Field(default=None, description="At what tier")
    scope: Scope = Field(default=Scope.SECURITY, description="Nuclear security or beside it")
    accounts: tuple[Account, ...] = Field(default=(), description="What the parties say of it")

    def title(self) -> Text:
        return self.text
