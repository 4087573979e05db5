"""What a party itself says of a fact that names it, as a source reports."""

from __future__ import annotations

from pydantic import Field

from concord.record.content import Cited, Party
from concord.register.words import Answer


class Account(Cited):
    """A party's own account of a fact, as a cited source gives it."""

    party: Party = Field(description="Whose account")
    answer: Answer = Field(default=Answer.CONFIRMS, description="What it says")
