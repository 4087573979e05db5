"""Kept results of studies, and releases of protected totals."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import orjson
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from concord.core.protection import Rule


class KeptResult(models.Model):
    """What a study found, for one question of one viewer, at one state of the register."""

    study = models.CharField(max_length=50)
    question = models.CharField(max_length=200, help_text="The study's arguments, or their digest")
    inputs = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what it rests on")
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
        indexes: ClassVar = [models.Index(fields=["inputs"], name="result_inputs")]

    def __str__(self) -> str:
        return f"{self.study} {self.question}"


class StudyRun(models.Model):
    """A study that the worker is asked for, and how far it has come."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("study", "waiting")
        RUNNING = "running", pgettext_lazy("study", "running")
        CANCELLED = "cancelled", pgettext_lazy("study", "cancelled")
        FAILED = "failed", pgettext_lazy("study", "failed")

    OPEN: ClassVar = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.CharField(max_length=50)
    question = models.CharField(max_length=64, help_text="Digest of what is asked")
    asked = models.JSONField(help_text="The question")
    audiences = models.TextField(help_text="The viewer's set of audiences")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Of a hundred")
    asked_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField(auto_now_add=True)
    fault = models.CharField(max_length=200, blank=True, help_text="Name of the error")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "question", "audiences"], name="one_run_of_a_question"
            )
        ]

    def __str__(self) -> str:
        return f"{self.study}: {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether a result may still come of it."""
        return self.state in self.OPEN


class Opening(models.Model):
    """A State lets others see its need and gap by State; withdrawn, it opens nothing more.

    It is the act of the State's contact point. What was seen meanwhile cannot be taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=2)
    audience = models.CharField(max_length=100, help_text="Who may see it: everybody or a network")
    person = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state", "audience"],
                condition=models.Q(withdrawn_at=None),
                name="one_opening_to_an_audience",
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} to {self.audience}"


class TotalsTable(models.TextChoices):
    """What a release adds up."""

    PARTICIPATION = "participation", _("participation in activities")
    WORKFORCE = "workforce", _("workforce")
    NEED = "need", _("people to be trained")


class Method(models.TextChoices):
    """How the cells of a release are protected."""

    SUPPRESSION = "suppression", pgettext_lazy("method", "withholding cells")
    ROUNDING = "rounding", pgettext_lazy("method", "rounding")


class Release(models.Model):
    """A table of totals over withheld numbers, let out by a recorded act.

    Until it is let out it is a draft, which nobody sees but those who made it. ``home`` holds what
    never leaves: the numbers that it rests on, and the certificates.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("release", "being computed")
        DRAFT = "draft", pgettext_lazy("release", "not let out")
        REFUSED = "refused", pgettext_lazy("release", "cannot be released")
        RELEASED = "released", pgettext_lazy("release", "released")
        WITHDRAWN = "withdrawn", pgettext_lazy("release", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.CharField(max_length=20, choices=TotalsTable)
    measure = models.CharField(max_length=20, help_text="What is counted")
    stage = models.CharField(max_length=20, blank=True, help_text="Done or planned, of activities")
    dimensions = models.JSONField(help_text="By what it is split, in order")
    scope = models.CharField(max_length=100, help_text="Whose numbers: an audience, or all")
    audience = models.CharField(max_length=100, help_text="Who may read it once it is let out")
    method = models.CharField(max_length=20, choices=Method, default=Method.SUPPRESSION)
    base = models.PositiveIntegerField(null=True, help_text="Of rounding")
    rule = models.JSONField(help_text="Parameters of the primary rule")
    tool = models.CharField(max_length=50, help_text="Version of what computed it")
    input_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the inputs")
    inputs = models.JSONField(default=list, help_text="Record, revision and digest of each input")
    after = models.JSONField(default=list, help_text="Earlier releases that were part of it")
    contributors = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict, help_text="The table as it is let out")
    proposed = models.JSONField(default=dict, help_text="The coarser table that keeps most")
    home = models.BinaryField(default=b"")
    institution = models.UUIDField(null=True, help_text="Whose act it is; blank: the operator's")
    network = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Of a hundred")
    refused = models.JSONField(default=dict, help_text="Code and figures of the reason")
    made_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "-released_at"], name="release_newest"),
            models.Index(fields=["table", "measure", "stage"], name="release_family"),
        ]

    def __str__(self) -> str:
        return f"{self.table} by {', '.join(self.dimensions)}"

    @property
    def rule_used(self) -> Rule:
        """The primary rule."""
        return Rule(**self.rule)

    @property
    def is_out(self) -> bool:
        """Whether anybody outside may have read it."""
        return self.state in {self.State.RELEASED, self.State.WITHDRAWN}

    def home_read(self) -> dict[str, Any]:
        """What is kept at home; empty where it was purged."""
        import zlib

        found: dict[str, Any] = orjson.loads(zlib.decompress(self.home)) if self.home else {}
        return found

    @property
    def records(self) -> set[str]:
        """The records that its numbers came from, as far as they are kept."""
        held = self.home_read()
        return {plain[0] for name in ("protected", "seen") for plain in held.get(name, ())}

    def home_write(self, held: dict[str, Any]) -> None:
        """Keep at home."""
        import zlib

        self.home = zlib.compress(orjson.dumps(held))
