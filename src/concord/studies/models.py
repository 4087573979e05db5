"""Kept results of studies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class KeptResult(models.Model):
    """What a study found, for one question of one viewer, at one state of the register."""

    study = models.CharField(max_length=50)
    question = models.CharField(max_length=200, help_text="The study's arguments")
    audiences = models.TextField(help_text="The viewer's set of audiences")
    register_number = models.PositiveBigIntegerField(help_text="Last revision that it rests on")
    made_at = models.DateTimeField()
    result = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "question", "audiences"], name="one_result_of_a_question"
            )
        ]

    def __str__(self) -> str:
        return f"{self.study} {self.question}"
