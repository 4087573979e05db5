"""What the register said at a moment, to those who might see it then and may see it today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from uuid import UUID

import orjson
from django.db.models import OuterRef, Subquery

from concord.core.disclosure import NOBODY, Viewer
from concord.record.models import Record, Revision
from concord.record.selectors import BATCH, Change, RecordView, revision_seen, revision_view

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
    for row in _revisions_then(viewer, known_at, kinds, ids):
        yield revision_view(row, row.record, viewer)


def _revisions_then(
    viewer: Viewer,
    known_at: dt.datetime,
    kinds: Collection[str] | None,
    ids: Collection[UUID] | None = None,
) -> Iterator[Revision]:
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
        yield from rows.select_related("record").order_by("record_id")


def changes_then(viewer: Viewer, known_at: dt.datetime) -> Changes:
    """The same for tables kept in memory, which only this viewer may ask.

    What is in them has the audience of today; what the viewer may not see is nobody's. That a
    table was made of them is no reading of theirs.
    """

    def changes(kinds: Collection[str] | None) -> Iterator[Change]:
        for row in _revisions_then(viewer, known_at, kinds):
            view = revision_seen(row, row.record, viewer)
            text = orjson.dumps(view.content).decode()
            audiences = {**view.audiences, **dict.fromkeys(view.withheld, NOBODY)}
            yield Change(
                view.id, view.kind, text, view.audience, orjson.dumps(audiences).decode(),
                is_removed=False, owner=view.owner,
            )  # fmt: skip

    return changes
