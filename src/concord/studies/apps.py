"""The room of studies."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "concord.studies"
    label = "studies"

    def ready(self) -> None:
        from concord.studies import cleaning  # noqa: F401 - says how its tables are cleaned
