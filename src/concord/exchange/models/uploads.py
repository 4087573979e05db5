"""Uploads: what came, how it was understood, what it would change, and what was written."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from concord.record.storing import StoredJSON


class Upload(models.Model):
    """A file or pasted table that somebody brought for an institution. Kept for 30 days."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("columns to be chosen")
        COMPARING = "comparing", _("being compared")
        COMPARED = "compared", _("waits for your decision")
        WRITING = "writing", _("being written")
        WRITTEN = "written", _("written")
        UNDONE = "undone", _("undone")
        REFUSED = "refused", _("could not be read")

    AT_WORK: ClassVar = (State.COMPARING, State.WRITING)
    """States in which a worker has it, or will."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.UUIDField()
    person = models.UUIDField()
    name = models.CharField(max_length=200, help_text="Name of the file")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=State, default=State.COMPARING)
    is_workbook = models.BooleanField(default=False, help_text="Made from our workbook")
    mapping = StoredJSON(default=dict, help_text="For each table: its sheet and columns")
    remarks = StoredJSON(default=list)
    counts = StoredJSON(default=dict, help_text="How many rows of each status")
    fault = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    written_at = models.DateTimeField(null=True)
    written = StoredJSON(default=list, help_text="Records and their revisions")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["institution", "-made_at"], name="upload_institution"),
        ]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """Some hundred compared rows of an upload, with the contents that they would write."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    counts = StoredJSON(default=dict)
    rows = StoredJSON(default=list)
    drafts = StoredJSON(default=dict, help_text="New contents by record")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="batch_once")
        ]

    def __str__(self) -> str:
        return f"batch {self.number}"


class Remembered(models.Model):
    """What an institution chose once: the column of a head, or the code of a word."""

    institution = models.UUIDField()
    subject = models.CharField(max_length=60, help_text="A sheet, or the name of a list")
    text = models.CharField(max_length=300, help_text="The folded head or word")
    choice = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "subject", "text"], name="remembered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.text}: {self.choice}"
