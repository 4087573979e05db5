"""The room of exchange."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "concord.exchange"
    label = "exchange"

    def ready(self) -> None:
        from concord.exchange import cleaning  # noqa: F401 - says how its tables are cleaned
