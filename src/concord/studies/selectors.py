"""Kept results of studies."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from concord.core.disclosure import Viewer
from concord.record.selectors import register_number
from concord.register.words import Cut
from concord.studies.models import KeptResult


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept result, and whether the register has changed since."""

    result: dict[str, Any]
    made_at: dt.datetime
    is_stale: bool
    is_own: bool = True
    """Whether it rests on all that the reader may see; else on what the public may."""


def coverage_get(*, viewer: Viewer, cut: Cut) -> Kept | None:
    """The newest kept coverage for this viewer and cut; None where it was never run."""
    row = KeptResult.objects.filter(
        study="coverage", question=cut.value, audiences=viewer.key
    ).first()
    if row is None:
        return None
    return Kept(row.result, row.made_at, row.register_number != register_number())
