"""What people are told: counts and addresses, never what a record says."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from concord.accounts.models.people import Person


class What(models.TextChoices):
    """What there is to tell."""

    PROPOSAL = "proposal", _("Somebody proposes a change")
    PROPOSAL_SETTLED = "proposal_settled", _("A proposal of yours was settled")
    CONFIRMATION_ASKED = "confirmation_asked", _("You are asked to confirm")
    ANSWERED = "answered", _("A party answered what you say")
    ROUND_OPENED = "round_opened", _("A coordinator asks about a period")
    ROUND_REMINDER = "round_reminder", _("A coordinator reminds you to answer")
    ROUND_ANSWERED = "round_answered", _("An institution answered a round of yours")
    CLEARANCE_WAITS = "clearance_waits", _("Changes wait for you to clear them")
    CLEARED = "cleared", _("The contact point cleared changes of yours")
    RETURNED = "returned", _("The contact point returned changes of yours")
    PUBLISHER_WAITS = "publisher_waits", _("Changes wait for a publisher")
    FEED_REPORT = "feed_report", _("A feed of yours has something to report")
    DUPLICATE_ASKED = "duplicate_asked", _("Records may be one and the same")
    TAKEN_OVER = "taken_over", _("An institution took over records of yours")
    HOOK_STOPPED = "hook_stopped", _("A web hook was stopped")
    UPLOAD_READY = "upload_ready", _("An upload is ready to be looked at")
    PURGE_ASKED = "purge_asked", _("Somebody asks that something be removed for good")
    GROUP_FOUNDED = "group_founded", _("You are in a new group")
    MEMBERSHIP = "membership", _("A membership of yours began or ended")
    OVER = "over", _("Training is over: who may see its day and venue?")
    PURGE_SETTLED = "purge_settled", _("A removal that you asked for was decided")


class Notice(models.Model):
    """Something that one person is told. The same thing again, unseen, counts up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    what = models.CharField(max_length=30, choices=What)
    address = models.CharField(max_length=300, help_text="Path in the portal, without language")
    record_id = models.UUIDField(null=True, help_text="What it is about, named to who may see it")
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "what", "address"],
                condition=Q(seen_at=None),
                name="notice_unseen_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-at"], name="notice_newest")]

    def __str__(self) -> str:
        return f"{self.what} {self.address} ({self.count})"


class NoticeChoice(models.Model):
    """How a person wants to hear of a kind of notice; without a row, in both ways."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notice_choices")
    what = models.CharField(max_length=30, choices=What)
    in_portal = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "what"], name="notice_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.what}"
