"""The room of studies."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "concord.studies"
    label = "studies"
