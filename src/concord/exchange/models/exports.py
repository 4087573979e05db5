"""Exports too large for a page to wait for."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """A list, with its filter, as a file that the worker makes. Kept for 30 days."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being prepared")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be prepared")
        OUTDATED = "outdated", _("holds what was withdrawn since")  # told anew at each showing

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    listing = models.CharField(max_length=30)
    params = models.TextField(blank=True, help_text="The filter as it stands in the address")
    language = models.CharField(max_length=10)
    audiences = models.TextField(help_text="The set of audiences that it was made for")
    register_number = models.PositiveBigIntegerField(help_text="Last revision when it was asked")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0, help_text="Records read so far")
    total = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["made_at"], name="export_made")]

    def __str__(self) -> str:
        return f"{self.listing} {self.params}"
