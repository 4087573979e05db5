"""The room of studies."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "concord.studies"
    label = "studies"

    def ready(self) -> None:
        from concord.studies import (  # noqa: F401 - make studies and their places known
            achievement,
            cell,
            cleaning,
            collaboration,
            coverage,
            gaps,
            guidance,
            influence,
            overlap,
        )
