"""The room of the library."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "concord.library"
    label = "library"

    def ready(self) -> None:
        from concord.library import cleaning, searching  # noqa: F401 - make themselves known
