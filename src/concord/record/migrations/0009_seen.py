"""What each revision showed to whom, for those that were written before it was noted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import migrations, models

from concord.record.storing import json_text, rows_update

BATCH = 500
AT_ONCE = 50
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def note(apps: Any, _editor: Any) -> None:
    """The histories of some records after those of others."""
    from concord.record.showing import seen_anew

    record_model, revision_model, told_model = (
        apps.get_model("record", name) for name in ("Record", "Revision", "Told")
    )
    counts: Counter[str] = Counter()
    moments: dict[str, dt.datetime] = {}
    revisions: list[Any] = []
    records: list[Any] = []

    def tell(circle: str, count: int, at: dt.datetime) -> None:
        counts[circle] += count
        moments[circle] = max(at, moments.get(circle, at))

    def write() -> None:
        rows_update(revision_model, ("seen", "number"), revisions)
        rows_update(record_model, ("seen", "public_in", "public_at", "id"), records)
        revisions.clear()
        records.clear()

    def histories() -> Iterator[list[Any]]:
        ids = list(record_model.objects.values_list("id", flat=True))
        for start in range(0, len(ids), AT_ONCE):
            rows = revision_model.objects.filter(record_id__in=ids[start : start + AT_ONCE])
            ordered = rows.order_by("record_id", "revision_number").iterator(BATCH)
            for _record, same in groupby(ordered, key=lambda row: row.record_id):
                yield list(same)
            write()

    for history in histories():
        seen = seen_anew(history)
        texts = [(json_text(seen[row.number]), row.number) for row in history]
        last = history[-1]
        public = seen[last.number].get("public")
        at = EPOCH + dt.timedelta(microseconds=public[2]) if public else None
        records.append((texts[-1][0], public[1] if public else None, at, last.record_id))
        for circle, (count, _number, moment) in seen[last.number].items():
            tell(circle, count, EPOCH + dt.timedelta(microseconds=moment))
        for row in history:
            tell(f"institution:{row.actor_institution}", 1, row.at)
        revisions += texts
    told_model.objects.bulk_create(
        told_model(circle=circle, count=count, at=moments[circle])
        for circle, count in counts.items()
    )


class Migration(migrations.Migration):
    dependencies = [("record", "0008_sensitive")]

    operations = [
        migrations.CreateModel(
            name="Told",
            fields=[
                ("circle", models.CharField(max_length=250, primary_key=True, serialize=False)),
                ("count", models.PositiveBigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField("revision", "seen", models.JSONField(default=dict, help_text="As the record's was with this revision")),
        migrations.AddField("record", "seen", models.JSONField(default=dict, help_text="By circle of viewers: how many revisions they saw, and the last")),
        migrations.AddField("record", "public_in", models.PositiveBigIntegerField(null=True, help_text="Number of its newest revision that showed everybody something")),
        migrations.AddField("record", "public_at", models.DateTimeField(null=True)),
        migrations.RunPython(note, migrations.RunPython.noop),
        migrations.AddIndex("record", models.Index(fields=["public_in"], name="record_public")),
    ]
