"""Moments as XML Schema writes them, with their zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from concord.core.credentials.errors import SchemaError

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def moment(text: object) -> datetime:
    """The moment that a dateTimeStamp names.

    Raises:
        SchemaError: it is none, or has no zone.
    """
    if not isinstance(text, str) or not _STAMP.fullmatch(text):
        raise SchemaError("not a moment with its zone", str(text)[:60])
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise SchemaError("not a moment with its zone", text) from error


def stamp(when: datetime) -> str:
    """A moment in whole seconds of UTC; ``when`` has its zone."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
