"""The room of the kinds of the field."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "concord.register"
    label = "register"

    def ready(self) -> None:
        from concord.register import kinds  # noqa: F401 - makes the kinds known
