"""What is over now: the day and venue of training that could not be for everybody before."""

from __future__ import annotations

import datetime as dt
from typing import Final
from uuid import UUID

from concord.core.disclosure import institution_audience
from concord.record.audiences import viewer_as
from concord.record.columns import Question
from concord.record.selectors import RecordView, records_get
from concord.register.kinds.activity import KEPT_NARROW, Activity, is_when_exact
from concord.register.lists import training_table

SHOWN: Final = 50
LOOKED_AT: Final = 1_000


def over_now(*, institution: UUID, today: dt.date) -> list[RecordView]:
    """Activities of an institution's own that are over, day or venue of which it still keeps.

    Nothing widens by itself: the owner is asked. Newest first, some at a time.
    """
    viewer = viewer_as(institution)
    asked = Question({"role": KEPT_NARROW}, last=today.toordinal() - 1)
    ids = training_table().ids_where(viewer, asked)[:LOOKED_AT]
    records = records_get(viewer=viewer, ids=ids)
    found = (records[key] for key in ids if key in records)
    return [r for r in found if r.owner == institution and _is_narrow(r, today)][:SHOWN]


def _is_narrow(record: RecordView, today: dt.date) -> bool:
    held: list[str] = [name for name in ("days", "town") if name in record.content]
    held += ["when"] if is_when_exact(record.content) else []
    return (
        record.audience != institution_audience(record.owner)
        and any(record.audiences.get(name, record.audience) != record.audience for name in held)
        and not Activity.kept_narrow(record.content, today)
    )
