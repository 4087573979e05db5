"""What the register said at a moment, to those who might see it then and may see it today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from uuid import UUID

import orjson
from django.db.models import OuterRef, Subquery

from concord.core.disclosure import PUBLIC, Viewer
from concord.record.models import Record, Revision
from concord.record.selectors import BATCH, Change, RecordView, revision_view

Changes = Callable[[Collection[str] | None], Iterator[Change]]
"""Records of certain kinds, or of all."""


def records_then(
    *,
    viewer: Viewer,
    known_at: dt.datetime,
    kinds: Collection[str] | None = None,
    ids: Collection[UUID] | None = None,
) -> Iterator[RecordView]:
    """Every record as it was said at a moment, in the order of ids, streamed.

    What is removed today is among them, what was removed then is not. A field is shown if the
    viewer might have seen it then and may see it today.
    """
    until = Revision.objects.filter(record=OuterRef("pk"), at__lte=known_at)
    latest = until.order_by("-revision_number").values("number")[:1]
    records = Record.objects.filter(audience__in=viewer.audiences)
    if kinds is not None:
        records = records.filter(kind__in=kinds)
    if ids is not None:
        records = records.filter(id__in=ids)
    found = records.annotate(then=Subquery(latest)).order_by("id").values_list("then", flat=True)
    numbers = [number for number in found if number is not None]
    for start in range(0, len(numbers), BATCH):
        rows = Revision.objects.filter(
            number__in=numbers[start : start + BATCH],
            audience__in=viewer.audiences,
            operation=Revision.Operation.PUT,
        )
        for row in rows.select_related("record").order_by("record_id"):
            yield revision_view(row, row.record, viewer)


def changes_then(viewer: Viewer, known_at: dt.datetime) -> Changes:
    """The same for tables kept in memory: all that is in them is for everybody who asks them.

    What the viewer may not see is not in them at all; so a table of then answers this viewer alone.
    """

    def changes(kinds: Collection[str] | None) -> Iterator[Change]:
        for record in records_then(viewer=viewer, known_at=known_at, kinds=kinds):
            text = orjson.dumps(record.content).decode()
            yield Change(
                record.id, record.kind, text, PUBLIC, "{}", is_removed=False, owner=record.owner
            )

    return changes
