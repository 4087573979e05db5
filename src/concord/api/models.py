"""Answers that are kept, so that a request that is sent again does nothing again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class KeptAnswer(models.Model):
    """What a request with an idempotency key was answered; without a status it is under way."""

    token = models.CharField(max_length=64, help_text="Digest of the token that it came with")
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=64, help_text="Digest of method, address and body")
    started_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token", "key"], name="answer_once")
        ]
        indexes: ClassVar = [models.Index(fields=["started_at"], name="answer_started")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status or 'under way'}"
