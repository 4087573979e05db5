"""Records, their revisions, the node that they come from, and the head of the register."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from concord.record.storing import StoredJSON


class Node(models.Model):
    """One installation with a database of its own. Exactly one row is this installation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    is_self = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_self"], condition=models.Q(is_self=True), name="one_self"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Head(models.Model):
    """One row: the number of the last revision. Writers lock it, so numbers commit in order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class Told(models.Model):
    """How many revisions showed something to a circle of viewers, and when the last of them."""

    circle = models.CharField(max_length=250, primary_key=True)
    count = models.PositiveBigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.circle}: {self.count}"


class Record(models.Model):
    """What one owner says about one thing, as its newest revision has it.

    ``audience`` decides who may know that the record exists and sees every field that ``audiences``
    does not name; ``audiences`` gives the audience of each other field.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30)
    owner = models.ForeignKey("self", on_delete=models.PROTECT, related_name="owned")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="records")
    content = StoredJSON()
    audience = models.CharField(max_length=100)
    audiences = StoredJSON(default=dict)
    revision_number = models.PositiveIntegerField()
    changed_in = models.PositiveBigIntegerField(help_text="Number of its newest revision")
    changed_at = models.DateTimeField()
    is_removed = models.BooleanField(default=False)
    merged_into = models.UUIDField(
        null=True, help_text="The record that stands for it since the two were merged"
    )
    in_totals = models.BooleanField(
        default=False, help_text="Whether its withheld numbers may enter protected totals"
    )
    seen = StoredJSON(
        default=dict, help_text="By circle of viewers: how many revisions they saw, and the last"
    )
    public_in = models.PositiveBigIntegerField(
        null=True, help_text="Number of its newest revision that showed everybody something"
    )
    public_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "changed_in"], name="record_kind_changed"),
            models.Index(fields=["changed_in"], name="record_changed"),
            models.Index(fields=["public_in"], name="record_public"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Member(models.Model):
    """An institution that was admitted to an audience: a network, a group or a State."""

    audience = models.CharField(max_length=100)
    institution = models.UUIDField()
    since = models.DateTimeField()
    by_person = models.UUIDField(null=True, help_text="Who admitted it; blank: the operator")
    until = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["audience", "institution"],
                condition=models.Q(until=None),
                name="member_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["institution"], name="member_institution")]

    def __str__(self) -> str:
        return f"{self.institution} in {self.audience}"


class Group(models.Model):
    """A named few who share more with each other; its id is random and the same everywhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, help_text="Seen by its institutions alone")
    founder = models.UUIDField()
    by_person = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"group {self.id}"


class Access(models.Model):
    """On that day an institution read a record of another that is not for everybody."""

    class Way(models.TextChoices):
        PAGE = "page", _("read on a page")
        FILE = "file", _("taken away as a file")
        INTERFACE = "interface", _("read by a program")

    owner = models.UUIDField()
    record_id = models.UUIDField()
    reader = models.CharField(max_length=100, help_text="institution:ID, or state:CC")
    way = models.CharField(max_length=10, choices=Way)
    day = models.DateField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record_id", "reader", "way", "day"], name="access_once_a_day"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="access_owner"),
            models.Index(fields=["last_at"], name="access_last"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} read {self.record_id}"


class Gate(models.Model):
    """What an institution wants its State's contact point to clear before others see it."""

    class Beyond(models.TextChoices):
        INSTITUTION = "institution"
        STATE = "state"

    institution = models.UUIDField(primary_key=True)
    state = models.CharField(max_length=2, help_text="Whose contact point clears")
    beyond = models.CharField(
        max_length=20, choices=Beyond, help_text="What is seen outside of this needs clearance"
    )

    def __str__(self) -> str:
        return f"{self.institution} by {self.state}"


class Waiting(models.Model):
    """A change that others would see, held until a publisher or a State's contact point lets it.

    It is no revision: nothing of it is seen but by those who made it and those who decide.
    """

    class For(models.TextChoices):
        PUBLISHER = "publisher"
        CONTACT_POINT = "contact_point"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record_id = models.UUIDField()
    kind = models.CharField(max_length=30)
    made_from = models.PositiveIntegerField(help_text="Revision that it was made from; 0 if new")
    content = StoredJSON()
    level = models.CharField(max_length=60, blank=True, help_text="Blank keeps that of the record")
    field_levels = StoredJSON(null=True)
    in_totals = models.BooleanField(null=True, help_text="None keeps that of the record")
    institution = models.UUIDField()
    person = models.UUIDField(null=True)
    waits_for = models.CharField(max_length=20, choices=For)
    state = models.CharField(max_length=2, blank=True, help_text="Whose contact point, if one")
    reason = models.TextField(blank=True)
    via = models.CharField(max_length=30)
    at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    returned_because = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["institution", "at"], name="waiting_institution"),
            models.Index(fields=["state", "at"], name="waiting_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} waits for {self.waits_for}"


class Revision(models.Model):
    """One version of one record with all its parts: who, when, why, and what it said."""

    class Operation(models.TextChoices):
        PUT = "put"
        TOMBSTONE = "tombstone"
        PURGED = "purged"  # it said something, all of which was removed under a rule

    number = models.PositiveBigIntegerField(
        primary_key=True, help_text="Its place among all revisions of this node; never shown"
    )
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="revisions")
    revision_number = models.PositiveIntegerField(help_text="1, 2, 3 ... within its record")
    operation = models.CharField(max_length=10, choices=Operation, default=Operation.PUT)
    content = StoredJSON()
    audience = models.CharField(max_length=100)
    audiences = StoredJSON(default=dict)
    at = models.DateTimeField()
    actor_institution = models.UUIDField()
    actor_person = models.UUIDField(null=True, blank=True)
    cleared_state = models.CharField(max_length=2, blank=True)
    cleared_person = models.UUIDField(null=True, blank=True)
    reason = models.TextField(blank=True)
    via = models.CharField(max_length=30, help_text="The way in: form, workbook, feed, API, peer")
    merged_into = models.UUIDField(null=True, help_text="Of a tombstone: what stands for it")
    in_totals = models.BooleanField(default=False)
    seen = StoredJSON(default=dict, help_text="As the record's was with this revision")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record", "revision_number"], name="one_revision_of_a_number"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="revision_at"),
            # a record that programs revise often has few, or none, by somebody of its owner
            models.Index(
                fields=["record", "-revision_number"],
                condition=models.Q(actor_person__isnull=False),
                name="revision_by_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} revision {self.revision_number}"


class Purge(models.Model):
    """That a value is to be removed everywhere, or was: who, when, under which rule, never what.

    One person asks, another approves. It is the audit of the removal, and what history goes by.
    """

    class Rule(models.TextChoices):
        CLASSIFIED = "classified", _("classified, or protected by law")
        SECURITY = "security", _("sensitive for the security of a facility or a transport")
        PERSONAL = "personal", _("about a living person")
        CONFIDENCE = "confidence", _("given in confidence by somebody else")
        MISTAKE = "mistake", _("entered by mistake, and not ours to hold")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("purge", "asked for")
        DONE = "done", pgettext_lazy("purge", "carried out")
        DROPPED = "dropped", pgettext_lazy("purge", "not carried out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record_id = models.UUIDField()
    kind = models.CharField(max_length=30)
    field = models.CharField(max_length=60, blank=True, help_text="Blank: all that it says")
    keeps_current = models.BooleanField(
        default=False, help_text="What the field says now stays; what it said before goes"
    )
    rule = models.CharField(max_length=20, choices=Rule)
    institution = models.UUIDField(help_text="Whose record it is")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.UUIDField(help_text="An opaque id of a person, as all of these")
    asked_at = models.DateTimeField()
    settled_by = models.UUIDField(null=True, help_text="Who approved it, or dropped it")
    settled_for = models.CharField(
        max_length=2, blank=True, help_text="The State whose contact point that was, if one"
    )
    settled_at = models.DateTimeField(null=True)
    counts = StoredJSON(default=dict, help_text="How much was removed, by place")
    held_from = models.DateTimeField(null=True, help_text="Since when something held the value")
    number = models.PositiveBigIntegerField(null=True, help_text="Of the revision that says so")
    revision_number = models.PositiveIntegerField(null=True, help_text="The same, in its record")
    empties = models.BooleanField(default=False, help_text="Nothing of the record is left")
    rewritten_at = models.DateTimeField(
        null=True, help_text="Since when no file of the database holds its bytes"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["record_id"], name="purge_record"),
            models.Index(fields=["institution", "-asked_at"], name="purge_institution"),
            models.Index(fields=["number"], name="purge_number"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.field or 'whole'}: {self.state}"


class OverAsked(models.Model):
    """An owner was asked whether others may see what was kept narrow of a record until it was over.

    With ``left_at`` it said that it leaves that withheld, and is not asked again.
    """

    record_id = models.UUIDField()
    institution = models.UUIDField()
    asked_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_by = models.UUIDField(null=True, help_text="An opaque id of a person")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_id", "institution"], name="over_asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.record_id} of {self.institution}"


class SensitiveDecision(models.Model):
    """Somebody looked at a warning of the content check and found that the text may be shown.

    It knows the text again by ``mark``, which is keyed: nothing of the text can be had from it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.UUIDField()
    person = models.UUIDField(null=True)
    record = models.UUIDField(null=True)
    field = models.CharField(max_length=100)
    rule = models.CharField(max_length=100)
    rules = models.CharField(max_length=100, help_text="Version of the rules")
    mark = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "mark", "rule"], name="one_decision_of_a_warning"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} in {self.field}"
