"""Kept results of studies."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept result, and whether the register has changed since."""

    result: dict[str, Any]
    made_at: dt.datetime
    is_stale: bool
    is_own: bool = True
    """Whether it rests on all that the reader may see; else on what the public may."""
    inputs: str = ""
    """SHA-256 of what it rests on."""
