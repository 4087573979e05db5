"""Records: one, its history, all of a kind; and what waits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Final
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import BeforeValidator

from concord.api.answers import answer, answer_page
from concord.api.callers import member_calling, viewer_of
from concord.api.interface import api
from concord.api.schemas import (
    HistoryOut,
    ReadingOut,
    ReadingsOut,
    RecordOut,
    RemovalOut,
    RemovalsOut,
    RevisionOut,
    RevisionPairOut,
    WaitingListOut,
    WaitingOut,
)
from concord.record.access import access_days
from concord.record.errors import InvalidQueryError, NotFoundError
from concord.record.history import MOST_REVISIONS, revision_pair
from concord.record.kinds import all_kinds
from concord.record.publishing import waiting_for_institution
from concord.record.purged import removals_list
from concord.record.selectors import RecordView, record_get, record_list, revision_list
from concord.record.then import records_then
from concord.register.listquery import LARGEST_PAGE, in_utc

PAGE: Final = 50
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many at a time, at most")]
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written_out(text: object) -> object:
    """A moment is written as a date; seconds since 1970 are none of ours."""
    if isinstance(text, str) and not _DATE.match(text):
        raise ValueError(_("a moment such as 2026-01-31 or 2026-01-31T12:00 is expected"))
    return text


Moment = Annotated[dt.datetime, BeforeValidator(_written_out)]
Number = Annotated[int, Query(ge=1, le=MOST_REVISIONS)]


@api.get("/records/{record_id}", response=RecordOut, summary="One record")
def record(request: HttpRequest, record_id: UUID, known_at: Moment | None = None) -> HttpResponse:
    """One record of any kind; ``known_at`` gives what the register said then.

    A record that was merged into another answers 410 with a link ``successor-version`` to it.
    """
    known_at = in_utc(known_at, "known_at") if known_at else None
    view = record_get(viewer=viewer_of(request), record_id=record_id, known_at=known_at)
    return answer(request, RecordOut.of(view))


@api.get("/records/{record_id}/revisions", response=HistoryOut, summary="History of a record")
def revisions(
    request: HttpRequest, record_id: UUID, after: Number | None = None, limit: Limit = PAGE
) -> HttpResponse:
    """Who changed a record when and why, newest first."""
    rows = revision_list(
        viewer=viewer_of(request), record_id=record_id, before=after, count=limit + 1
    )
    shown = [RevisionOut.of(row) for row in rows[:limit]]
    out = HistoryOut(next=shown[-1].revision if len(rows) > limit else None, revisions=shown)
    return answer_page(request, out)


@api.get(
    "/records/{record_id}/removals",
    response=RemovalsOut,
    summary="What was removed of a record under a rule",
)
def removals(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """When something was removed for good, by whom and under which rule, and not what it was."""
    viewer = viewer_of(request)
    record_get(viewer=viewer, record_id=record_id)
    found = removals_list(viewer=viewer, record_id=record_id)
    return answer(request, RemovalsOut(removals=[RemovalOut.of(row) for row in found]))


@api.get(
    "/records/{record_id}/revisions/{revision}",
    response=RevisionPairOut,
    summary="What a revision changed",
)
def revision(request: HttpRequest, record_id: UUID, revision: int) -> HttpResponse:
    """What a record said before a revision and after it, as you may see it today."""
    if revision < 1:
        raise NotFoundError
    pair = revision_pair(viewer=viewer_of(request), record_id=record_id, revision_number=revision)
    return answer(request, RevisionPairOut.of(record_id, revision, pair))


@api.get("/waiting", response=WaitingListOut, summary="Changes that wait")
def waiting(request: HttpRequest, after: UUID | None = None, limit: Limit = PAGE) -> HttpResponse:
    """What your institution wrote that a publisher or the State's contact point must let out."""
    rows = waiting_for_institution(institution=member_calling(request).acting.institution)
    first = 0
    if after is not None:
        places = [place for place, row in enumerate(rows, start=1) if row.id == after]
        if not places:
            message = _("this is not the end of a page; begin again without it")
            raise InvalidQueryError(fields={"after": message})
        first = places[0]
    part = rows[first : first + limit]
    more = len(rows) > first + limit
    shown = [WaitingOut.of(row) for row in part]
    return answer_page(request, WaitingListOut(next=part[-1].id if more else None, waiting=shown))


@api.get("/export/{kind}", response={200: None}, summary="Every record of a kind")
def export(
    request: HttpRequest, kind: str, known_at: Moment | None = None
) -> StreamingHttpResponse:
    """Every record of a kind as JSON lines, streamed and complete.

    ``known_at`` gives what the register said then, of what you may see today.
    """
    if kind not in all_kinds():
        raise NotFoundError(", ".join(all_kinds()))
    moment = in_utc(known_at, "known_at") if known_at else None
    views = record_list(viewer=viewer_of(request), kind=kind)
    if moment:
        views = records_then(viewer=viewer_of(request), known_at=moment, kinds=[kind])
    return StreamingHttpResponse(_lines(views), content_type="application/jsonl")


def _lines(views: Iterator[RecordView]) -> Iterator[bytes]:
    for view in views:
        yield orjson.dumps(RecordOut.of(view).model_dump(mode="json")) + b"\n"


@api.get("/readings", response=ReadingsOut, summary="Who read what is not for everybody")
def readings(request: HttpRequest) -> HttpResponse:
    """Which institutions read or took away what yours does not show to everybody, and when."""
    days = access_days(owner=member_calling(request).acting.institution)
    out = [ReadingOut.model_validate(day, from_attributes=True) for day in days]
    return answer(request, ReadingsOut(readings=out))
