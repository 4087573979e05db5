"""Holds that nothing but the services here writes to the tables of records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_in_service: ContextVar[bool] = ContextVar("in_service", default=False)

_WRITE = re.compile(
    r"\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(record_\w+)\"?",
    re.IGNORECASE,
)


class UnguardedWriteError(RuntimeError):
    """A write to a table of records from outside a service."""


@contextmanager
def service() -> Iterator[None]:
    """Marks the inside of a service of the record room."""
    token = _in_service.set(True)
    try:
        yield
    finally:
        _in_service.reset(token)


def refuse_unguarded_writes(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 - Django's signature
    context: dict[str, Any],
) -> Any:
    """A database execute wrapper that fails any write to record tables outside a service."""
    match = _WRITE.match(sql)
    if match and not _in_service.get():
        message = f"write to {match.group(1)} outside a service of the record room"
        raise UnguardedWriteError(message)
    return execute(sql, params, many, context)
