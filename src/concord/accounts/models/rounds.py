"""Rounds: a coordinator asks institutions how complete their records of a period are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from django.db import models

from concord.core.timespan import TimeSpan


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of a round in one language."""

    language: str
    title: str
    reason: str
    rules: str = ""


class Round(models.Model):
    """What a coordinator asks, why and by what rules. Everybody may read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.UUIDField()
    coordinator = models.UUIDField(help_text="Person who asks")
    language = models.CharField(max_length=10, help_text="Language of the texts below")
    title = models.CharField(max_length=200)
    reason = models.TextField(help_text="Why it is asked and what becomes of the answers")
    rules = models.TextField(blank=True, help_text="What counts as complete; who sees what")
    wordings = models.JSONField(
        default=dict, help_text="By other languages: the title, reason and rules in them"
    )
    period = models.CharField(max_length=25, help_text="A year or dates, as in records")
    opens_on = models.DateField()
    due_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["network", "-made_at"], name="round_network")]

    def __str__(self) -> str:
        return self.title

    def said_in(self, language: str) -> Wording:
        """The texts in a language; those of the coordinator's own where there are none in it."""
        if said := self.wordings.get(language):
            return Wording(language, **said)
        return Wording(self.language, self.title, self.reason, self.rules)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are asked about."""
        return TimeSpan.parse(self.period).years()


class RoundAsked(models.Model):
    """An institution that a round asks, and when it was told so."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="asked")
    institution = models.UUIDField()
    asked_at = models.DateTimeField(null=True, help_text="Blank until the round opens")
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "institution"], name="round_asks_once")
        ]
        indexes: ClassVar = [models.Index(fields=["institution"], name="round_institution")]

    def __str__(self) -> str:
        return f"{self.round_id} asks {self.institution}"
