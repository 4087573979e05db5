"""The files of versions: what is known of the bytes that an institution brought."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy


class StoredFile(models.Model):
    """Bytes that an institution brought, by their digest, with the text in them.

    Each institution has its own copy: what one brought tells nothing of what another has, and is
    removed by itself.
    """

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", pgettext_lazy("file", "not looked through by a scanner")
        CLEAN = "clean", pgettext_lazy("file", "looked through by a scanner, nothing found")

    institution = models.UUIDField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes")
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    pages = models.PositiveIntegerField(null=True)
    text = models.TextField(blank=True, help_text="The text in it, to be searched and compared")
    signature = models.BinaryField(default=b"", help_text="MinHash of the shingles of its text")
    shingles = models.PositiveIntegerField(default=0, help_text="How many different ones it has")
    about = models.JSONField(default=dict, help_text="What an e-learning package says of itself")
    scan = models.CharField(max_length=20, choices=Scan, default=Scan.NOT_SCANNED)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "digest"], name="file_once")
        ]

    def __str__(self) -> str:
        return self.digest


class Arriving(models.Model):
    """A file that is being sent part by part; how much of it is here, its own bytes tell."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.UUIDField()
    person = models.UUIDField()
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["institution", "at"], name="arriving_of")]

    def __str__(self) -> str:
        return self.name
