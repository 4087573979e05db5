"""The portal."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "concord.web"
    label = "web"

    def ready(self) -> None:
        from concord.web import cleaning  # noqa: F401 - says how its tables are cleaned
