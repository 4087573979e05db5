"""Lists as files."""

from __future__ import annotations

from typing import IO, Final
from uuid import UUID

import orjson
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.exchange.calendars import calendar_of
from concord.exchange.exports import (
    MOST_AT_ONCE,
    list_workbook,
    listing_named,
    record_workbook,
)
from concord.exchange.linked import as_linked
from concord.exchange.sheets import list_lines
from concord.record.errors import NotFoundError
from concord.record.selectors import record_get
from concord.register.links import Parties, party_ids
from concord.web.templatetags.reading import language
from concord.web.views.viewer import viewer_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def list_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Every record that answers the list's filter as CSV: streamed, and never cut short."""
    lines = list_lines(listing_named(name), viewer_of(request), request.GET, language())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="concord-{name}.csv"'
    return response


def list_xlsx(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """The same as a workbook that can be uploaded again; a page to ask for one where it is large"""
    listing, viewer = listing_named(name), viewer_of(request)
    file = list_workbook(viewer=viewer, listing=listing, params=request.GET, language=language())
    if file is not None:
        return workbook_file(file, f"concord-{name}")
    context = {"listing": name, "query": request.GET.urlencode(), "most": MOST_AT_ONCE}
    return render(request, "concord/export_ask.html", context)


def record_xlsx(request: HttpRequest, record_id: UUID) -> FileResponse:
    """One record as a workbook."""
    viewer = viewer_of(request)
    record = record_get(viewer=viewer, record_id=record_id)
    file = record_workbook(viewer=viewer, record=record, language=language())
    return workbook_file(file, f"concord-{record.kind}-{record_id}")


def workbook_file(file: IO[bytes], name: str) -> FileResponse:
    """A workbook to be kept."""
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def training_calendar(request: HttpRequest) -> HttpResponse:
    """The activities of the training list's filter for calendar programs, to be subscribed to."""
    data = calendar_of(
        viewer_of(request),
        request.GET,
        language=language(),
        address=_address(request),
        name=_("Training"),
    )
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="concord-training.ics"'
    return response


def record_linked(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """A course or an activity as JSON-LD."""
    viewer = viewer_of(request)
    record = record_get(viewer=viewer, record_id=record_id)
    parties = Parties(viewer, language(), party_ids([record]))
    data = as_linked(record, parties, address=_address(request))
    if data is None:
        raise NotFoundError
    return HttpResponse(orjson.dumps(data), content_type="application/ld+json")
