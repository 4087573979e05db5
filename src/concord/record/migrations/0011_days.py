"""A day that stands with the month of an activity goes to the field of days.

Heads alone: a revision stays as it was said, and whoever reads it has it in the form of today
(``docs/decisions/0017``).
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from concord.core.timespan import TimeSpan

BATCH = 500


def move_days(apps: Any, _schema: Any) -> None:
    """What is said, and who sees it, of every activity and of changes of one that wait."""
    for name, levels in (("Record", "audiences"), ("Waiting", "field_levels")):
        model = apps.get_model("record", name)
        changed = []
        for row in model.objects.filter(kind="activity").iterator(BATCH):
            content, seen_by = moved(row.content), followed(getattr(row, levels))
            if content != row.content or seen_by != getattr(row, levels):
                row.content = content
                setattr(row, levels, seen_by)
                changed.append(row)
            if len(changed) == BATCH:
                model.objects.bulk_update(changed, ["content", levels])
                changed = []
        model.objects.bulk_update(changed, ["content", levels])


def moved(content: dict[str, Any]) -> dict[str, Any]:
    """The day in its own field, and its month where it stood."""
    span = TimeSpan.parse(content["when"]) if content.get("when") else None
    if span is None or not span.is_to_the_day:
        return content
    found: dict[str, Any] = {}
    for name, value in content.items():
        if name == "when":
            found["when"] = str(span.months)
            found["days"] = content.get("days") or value
        elif name != "days":
            found[name] = value
    return found


def followed(levels: dict[str, str] | None) -> dict[str, str] | None:
    """Who sees the day where nothing is said of it: those who see the month."""
    if not levels or "when" not in levels:
        return levels
    return {"days": levels["when"], **levels}


class Migration(migrations.Migration):
    """The day of an activity, by itself."""

    dependencies = [("record", "0010_over_asked")]  # noqa: RUF012 - as Django has it
    operations = [migrations.RunPython(move_days, migrations.RunPython.noop)]  # noqa: RUF012
