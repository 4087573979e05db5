"""The room of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "concord.accounts"
    label = "accounts"

    def ready(self) -> None:
        from concord.accounts import cleaning  # noqa: F401 - says how its tables are cleaned
