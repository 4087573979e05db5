"""The JSON interface."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "concord.api"
    label = "api"

    def ready(self) -> None:
        from concord.api import cleaning  # noqa: F401 - says how its tables are cleaned
