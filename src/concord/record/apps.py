"""The room of records."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "concord.record"
    label = "record"

    def ready(self) -> None:
        from concord.record import cleaning  # noqa: F401 - says how its tables are cleaned
