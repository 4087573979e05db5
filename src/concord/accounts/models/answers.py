"""Up to which revision people were told of what others say of them."""

from __future__ import annotations

from django.db import models


class Told(models.Model):
    """One row: the number of the last revision that was looked at."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
