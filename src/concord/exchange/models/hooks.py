"""Web hooks of an institution, and what is sent to them."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def new_salt() -> str:
    """What makes the secret of a hook its own."""
    return secrets.token_urlsafe(24)


class Hook(models.Model):
    """An address that is told what changed. Its secret is made from the salt and our own key."""

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("web hook", "active")
        STOPPED = "stopped", pgettext_lazy("web hook", "stopped")

    class Watch(models.TextChoices):
        OWN = "own", _("records of your institution")
        PUBLIC = "public", _("public records of others")
        CLEARANCE = "clearance", _("what the contact point of your State decides")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.UUIDField()
    url = models.CharField(max_length=2000)
    salt = models.CharField(max_length=64, default=new_salt)
    watches = models.JSONField(default=list)
    kinds = models.JSONField(default=list, help_text="Kinds of record; none means all")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    position = models.PositiveBigIntegerField(help_text="Number of the last revision looked at")
    returns_until = models.DateTimeField(help_text="Returned changes were looked at up to here")
    failures = models.PositiveIntegerField(default=0, help_text="Attempts in a row that failed")
    next_try_at = models.DateTimeField(null=True)
    made_by = models.UUIDField(help_text="An opaque id of a person")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["institution", "made_at"], name="hook_owner")]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """Something to be sent to a hook; its id stays the same however often it is tried."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "waiting")
        DELIVERED = "delivered", pgettext_lazy("delivery", "delivered")
        FAILED = "failed", pgettext_lazy("delivery", "not taken")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    place = models.PositiveBigIntegerField(help_text="Deliveries of a hook are sent in this order")
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, help_text="What was answered last")
    fault = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hook", "place"], name="delivery_place")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "made_at"], name="delivery_state")]

    def __str__(self) -> str:
        return f"{self.id}: {self.state}"

    @property
    def message_id(self) -> str:
        """What the other side knows it by."""
        return f"msg_{self.id.hex}"
