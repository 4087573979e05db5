"""Agreements."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from concord.record.content import Content, Party, Text, When
from concord.record.kinds import register_kind
from concord.register.kinds.account import Account
from concord.register.words import AgreementKind, Scope, Stage, Tier


@register_kind
class Agreement(Content):
    """A memorandum, joint statement or arrangement, with its parties, dates and stage."""

    kind: ClassVar[str] = "agreement"
    label: ClassVar[str | Promise] = _("agreement")

    titles: Text = Field(description="What it is called")
    agreement_kind: AgreementKind = Field(description="Form of the instrument")
    parties: tuple[Party, ...] = Field(min_length=1, description="Who agreed")
    when: When | None = Field(default=None, description="When it was agreed")
    valid: When | None = Field(default=None, description="While it is in force")
    stage: Stage = Field(default=Stage.UNKNOWN, description="How far it has come")
    tier: Tier | None = Field(default=None, description="At what tier")
    scope: Scope = Field(default=Scope.SECURITY, description="Nuclear security or beside it")
    accounts: tuple[Account, ...] = Field(default=(), description="What the parties say of it")

    def title(self) -> Text:
        return self.titles
