"""Institutions that people act for already are of the State that the register gives them."""

from django.db import migrations
from django.utils import timezone


def admit(apps, schema_editor):
    mandates = apps.get_model("accounts", "Mandate").objects.filter(institution__isnull=False)
    records = apps.get_model("record", "Record").objects
    member = apps.get_model("record", "Member")
    now = timezone.now()
    for institution in set(mandates.values_list("institution", flat=True)):
        record = records.filter(id=institution, is_removed=False, audience="public").first()
        state = record.content.get("state") if record else None
        if state:
            member.objects.create(audience=f"state:{state}", institution=institution, since=now)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_told"),
        ("record", "0005_levels"),
    ]
    operations = [migrations.RunPython(admit, migrations.RunPython.noop)]
