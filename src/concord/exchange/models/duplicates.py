"""Records that may be one: what institutions said of pairs, what was merged, what was found."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.Model):
    """What one institution says of a pair of records; it is not asked of the pair again.

    It is that institution's word and nobody else's. Withdrawn, it stays here and counts no more.
    """

    class Answer(models.TextChoices):
        SAME = "same", _("one and the same")
        DIFFERENT = "different", _("two different things")
        JOINT = "joint", _("a joint activity of both")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.UUIDField(help_text="The smaller of the two ids")
    second = models.UUIDField()
    answer = models.CharField(max_length=10, choices=Answer)
    institution = models.UUIDField(help_text="Whose word it is")
    other = models.UUIDField(null=True, help_text="Who else owns one of the two")
    person = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    linked = models.UUIDField(
        null=True, help_text="The record that was made to point at the other by it"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "first", "second"],
                condition=models.Q(withdrawn_at=None),
                name="one_word_on_a_pair",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["other", "at"], name="decision_other"),
            models.Index(fields=["first", "second"], name="decision_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}: {self.answer}"


class Merge(models.Model):
    """Two records of one institution that were made one, and how to undo it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.UUIDField()
    person = models.UUIDField()
    kept = models.UUIDField()
    gone = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)
    revisions = models.JSONField(help_text="Records and the revisions that were written of them")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="merges")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["institution", "-at"], name="merge_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.gone} into {self.kept}"


class HeldMerge(models.Model):
    """A merge that is done once the record that stays may say what both say."""

    institution = models.UUIDField()
    person = models.UUIDField()
    kept = models.UUIDField()
    gone = models.UUIDField()
    kept_from = models.PositiveIntegerField(help_text="The revisions that the person saw")
    gone_from = models.PositiveIntegerField()
    said = models.UUIDField(help_text="The digest of what the record that stays is to say")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "kept"], name="held_merge_once")
        ]

    def __str__(self) -> str:
        return f"{self.gone} into {self.kept}, held"


class Scan(models.Model):
    """Up to which revision the register was searched for an institution's likely pairs."""

    institution = models.UUIDField(primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.institution} at {self.number}"


class LikelyPair(models.Model):
    """A pair that may be one, found for one institution among what all of its people may see.

    Why the two are alike is not kept: it is told anew from what may be seen when it is shown.
    """

    institution = models.UUIDField()
    first = models.UUIDField()
    second = models.UUIDField()
    kind = models.CharField(max_length=30)
    is_own = models.BooleanField(help_text="Whether the institution owns both")
    score = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "first", "second"], name="likely_pair_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["institution", "-score", "id"], name="likely_pair_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"
