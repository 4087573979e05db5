"""Feeds: where they are, what each item of theirs became, what came each time, and the runs."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FeedSource(models.Model):
    """A feed of an institution: tried first, then approved, then read on its schedule."""

    class State(models.TextChoices):
        TRIED = "tried", pgettext_lazy("feed", "to be approved")
        APPROVED = "approved", pgettext_lazy("feed", "approved")
        PAUSED = "paused", pgettext_lazy("feed", "paused")

    class Form(models.TextChoices):
        UNKNOWN = "", pgettext_lazy("feed", "not known yet")
        SCHEMA_ORG = "schema_org", _("web page or JSON-LD with schema.org")
        ICALENDAR = "icalendar", _("calendar (iCalendar)")
        SYNDICATION = "syndication", _("news feed (RSS or Atom)")
        OAI_PMH = "oai_pmh", _("repository (OAI-PMH)")

    class Schedule(models.IntegerChoices):
        HOURLY = 1, pgettext_lazy("feed", "every hour")
        DAILY = 24, pgettext_lazy("feed", "every day")
        WEEKLY = 168, pgettext_lazy("feed", "every week")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.UUIDField()
    name = models.CharField(max_length=200)
    url = models.CharField(max_length=2000)
    form = models.CharField(max_length=20, choices=Form, default=Form.UNKNOWN, blank=True)
    hours = models.PositiveSmallIntegerField(choices=Schedule, default=Schedule.DAILY)
    state = models.CharField(max_length=20, choices=State, default=State.TRIED)
    defaults = models.JSONField(default=dict, help_text="What its items say where they do not")
    lets_out = models.BooleanField(
        default=False, help_text="Changes of published records go out without waiting"
    )
    made_by = models.UUIDField()
    made_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.UUIDField(null=True, help_text="An opaque id of a person")
    approved_at = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="Runs in a row that got nothing")
    waits_since = models.DateTimeField(null=True, help_text="Since when a run is asked for")
    busy_since = models.DateTimeField(null=True)
    busy_by = models.UUIDField(null=True, help_text="The run that has it to itself")
    cited = models.UUIDField(null=True, help_text="The source that its records cite")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["institution", "name"], name="feed_institution"),
            models.Index(fields=["state", "next_run_at"], name="feed_due"),
        ]

    def __str__(self) -> str:
        return self.name


class FeedRaw(models.Model):
    """Items as they came, without what names persons; several may stand in one text."""

    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="raws")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the text")
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "digest"], name="raw_once")
        ]

    def __str__(self) -> str:
        return self.digest


class FeedEntry(models.Model):
    """One item of a feed: the record that it became, and what the feed last wrote of it."""

    class Choice(models.TextChoices):
        UNDECIDED = "", pgettext_lazy("feed item", "not decided")
        NEW = "new", pgettext_lazy("feed item", "a record of its own")
        LEFT_OUT = "left_out", pgettext_lazy("feed item", "left out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="entries")
    digest_of_key = models.CharField(max_length=64, help_text="SHA-256 of kind and key")
    key = models.TextField()
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=500, blank=True)
    when = models.CharField(max_length=60, blank=True)
    record_id = models.UUIDField(null=True)
    record_kind = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=20, help_text="What became of it when it was last read")
    message = models.TextField(blank=True)
    like = models.UUIDField(null=True, help_text="The record that it may be")
    choice = models.CharField(max_length=20, choices=Choice, blank=True, default=Choice.UNDECIDED)
    digest = models.CharField(max_length=64, blank=True, help_text="Of the item that was taken in")
    sequence = models.PositiveBigIntegerField(default=0)
    said = models.JSONField(default=dict, help_text="What the feed says, field by field")
    written = models.JSONField(default=dict, help_text="What it last wrote, field by field")
    raw = models.ForeignKey(FeedRaw, on_delete=models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(help_text="When it last stood in the feed")
    vanished_at = models.DateTimeField(null=True)
    is_deleted = models.BooleanField(default=False, help_text="The feed says that it is deleted")
    is_cited = models.BooleanField(default=False, help_text="Its record has cited the feed once")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "digest_of_key"], name="entry_once"),
            models.UniqueConstraint(
                fields=["source", "record_id"],
                condition=Q(record_id__isnull=False),
                name="entry_of_record",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["record_id"], name="entry_record")]

    def __str__(self) -> str:
        return self.key


class FeedGot(models.Model):
    """That an item came with a certain text, and when it first did."""

    entry = models.ForeignKey(FeedEntry, on_delete=models.CASCADE, related_name="got")
    raw = models.ForeignKey(FeedRaw, on_delete=models.CASCADE, related_name="got")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["entry", "-at"], name="got_entry")]

    def __str__(self) -> str:
        return f"{self.entry_id} at {self.at}"


class FeedRun(models.Model):
    """One reading of a feed: a trial that writes nothing, a run, or a replay of what is kept."""

    class Sort(models.TextChoices):
        TRIAL = "trial", pgettext_lazy("feed run", "trial")
        RUN = "run", pgettext_lazy("feed run", "run")
        REPLAY = "replay", pgettext_lazy("feed run", "replay")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="runs")
    sort = models.CharField(max_length=10, choices=Sort)
    person = models.UUIDField(null=True, help_text="Who started it; none: the schedule")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict, help_text="How many items of each status")
    rows = models.JSONField(default=list, help_text="What became of items")
    faults = models.JSONField(default=list, help_text="Where something was wrong, and what")
    words = models.JSONField(default=list, help_text="Words of the feed that are in no list")
    failure = models.TextField(blank=True, help_text="Why nothing was read")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "-began_at"], name="run_source")]

    def __str__(self) -> str:
        return f"{self.sort} of {self.began_at}"
