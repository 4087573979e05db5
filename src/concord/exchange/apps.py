"""The room of exchange."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "concord.exchange"
    label = "exchange"
