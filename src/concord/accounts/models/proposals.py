"""Proposals: what somebody thinks a record of another should say."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy


class Proposal(models.Model):
    """A correction of a record, or one more, that somebody proposes to whom it belongs.

    It is no revision: nothing of the register changes before its owner accepts it.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "open")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
        AMENDED = "amended", pgettext_lazy("proposal", "accepted with changes")
        DECLINED = "declined", pgettext_lazy("proposal", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record_id = models.UUIDField(help_text="The record, or the one that an addition will be")
    kind = models.CharField(max_length=30)
    institution = models.UUIDField(help_text="Whose record it is, or shall be")
    made_from = models.PositiveIntegerField(help_text="Its revision then; 0 for an addition")
    base = models.JSONField(help_text="What the record said, as the proposer may see it")
    content = models.JSONField(help_text="What it should say, as far as the proposer may see it")
    language = models.CharField(max_length=10)
    reason = models.TextField()
    source = models.UUIDField(null=True, help_text="A source of the register")
    source_text = models.TextField(blank=True, help_text="A source in the proposer's words")
    locator = models.CharField(max_length=500, blank=True)
    person = models.UUIDField(help_text="Who proposes; kept nowhere else")
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    settled_because = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "made_at"], name="proposal_state"),
            models.Index(fields=["person", "state"], name="proposal_person"),
            models.Index(fields=["record_id"], name="proposal_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.state}"

    @property
    def is_addition(self) -> bool:
        """Whether it is a record of its own, not a change of one."""
        return not self.made_from

    @property
    def is_open(self) -> bool:
        """Whether nobody has settled it."""
        return self.state == self.State.OPEN
