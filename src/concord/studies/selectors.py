"""Kept results of studies."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from concord.core.disclosure import Viewer
from concord.record.showing import told_to
from concord.record.then import moment_of
from concord.register.words import Cut
from concord.studies.models import KeptResult

THEN: Final = "@"


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept result, and whether the register has changed since."""

    result: dict[str, Any]
    made_at: dt.datetime
    is_stale: bool
    is_own: bool = True
    """Whether it rests on all that the reader may see; else on what the public may."""


def question_of(cut: Cut, known_at: dt.datetime | None) -> str:
    """The arguments of coverage as its results are kept by."""
    if known_at is None:
        return cut.value
    moment = moment_of(known_at)  # all moments between two revisions ask the same
    return f"{cut.value}{THEN}{moment.isoformat() if moment else 'never'}"


def coverage_get(*, viewer: Viewer, cut: Cut, known_at: dt.datetime | None = None) -> Kept | None:
    """The newest kept coverage for this viewer and cut; None where it was never run."""
    row = KeptResult.objects.filter(
        study="coverage", question=question_of(cut, known_at), audiences=viewer.key
    ).first()
    if row is None:
        return None
    return Kept(row.result, row.made_at, row.register_number != told_to(viewer)[0])
