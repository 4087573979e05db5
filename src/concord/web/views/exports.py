"""Lists and records as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final
from uuid import UUID

import orjson
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.exchange.calendars import calendar_lines
from concord.exchange.exports import (
    MOST_AT_ONCE,
    list_workbook,
    listing_named,
    record_workbook,
)
from concord.exchange.linked import document, ids_named, linked_lines
from concord.exchange.plain import all_plain, json_list
from concord.exchange.sheets import list_lines, record_lines
from concord.record.selectors import RecordView, record_get
from concord.register.links import Parties
from concord.register.listings import as_of
from concord.register.then import AsOf
from concord.web.templatetags.reading import language
from concord.web.views.fresh import followed
from concord.web.views.viewer import viewer_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
LINKED: Final = "application/ld+json"


def list_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Every record that answers the list's filter as CSV: streamed, and never cut short."""
    lines = list_lines(listing_named(name), viewer_of(request), request.GET, language())
    return _streamed(lines, CSV, f"concord-{name}.csv")


def list_json(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The same as one JSON document."""
    batches = listing_named(name).batches(viewer_of(request), request.GET)
    plain = map(all_plain, batches)
    return _streamed(json_list(b'{"records": [', plain), "application/json", f"concord-{name}.json")


def list_linked(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The same as one graph of JSON-LD."""
    lines = linked_lines(
        listing_named(name), viewer_of(request), request.GET, language(), address_of(request)
    )
    return _streamed(lines, LINKED, f"concord-{name}.jsonld")


def _streamed(lines: Iterator[bytes], content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def list_xlsx(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A workbook that can be uploaded again; a page to ask for it where it is large."""
    listing, viewer = listing_named(name), viewer_of(request)
    file = list_workbook(viewer=viewer, listing=listing, params=request.GET, language=language())
    if file is not None:
        return workbook_file(file, f"concord-{name}")
    context = {"listing": name, "query": request.GET.urlencode(), "most": MOST_AT_ONCE}
    return render(request, "concord/export_ask.html", context)


def workbook_file(file: IO[bytes], name: str) -> FileResponse:
    """A workbook to be kept."""
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def address_of(request: HttpRequest) -> str:
    """Where the portal is."""
    return request.build_absolute_uri("/").rstrip("/")


@followed
def training_calendar(request: HttpRequest) -> StreamingHttpResponse:
    """The activities of the training list's filter for calendar programs, to be subscribed to."""
    lines = calendar_lines(
        viewer_of(request),
        request.GET,
        language=language(),
        address=address_of(request),
        name=_("Training"),
    )
    return _streamed(lines, "text/calendar; charset=utf-8", "concord-training.ics")


def _asked(request: HttpRequest, record_id: UUID) -> tuple[AsOf, RecordView]:
    """A record as the address asks for it: today, or what was said of it at a moment."""
    read = as_of(viewer_of(request), request.GET)
    record = record_get(viewer=read.viewer, record_id=record_id, known_at=read.known_at)
    return read, record


def record_xlsx(request: HttpRequest, record_id: UUID) -> FileResponse:
    """One record as a workbook."""
    read, record = _asked(request, record_id)
    file = record_workbook(viewer=read.viewer, record=record, language=language())
    return workbook_file(file, f"concord-{record.kind}-{record_id}")


def record_csv(request: HttpRequest, record_id: UUID) -> StreamingHttpResponse:
    """One record as a table of one line."""
    read, record = _asked(request, record_id)
    lines = record_lines(record, read, language())
    return _streamed(lines, CSV, f"concord-{record.kind}-{record_id}.csv")


def record_json(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One record as JSON."""
    _read, record = _asked(request, record_id)
    return HttpResponse(orjson.dumps(all_plain([record])[0]), content_type="application/json")


def record_linked(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One record as JSON-LD."""
    read, record = _asked(request, record_id)
    return HttpResponse(orjson.dumps(linked_of(request, record, read)), content_type=LINKED)


def linked_of(request: HttpRequest, record: RecordView, read: AsOf) -> dict[str, object]:
    """A record as a JSON-LD document, for its page."""
    parties = Parties(read, language(), ids_named([record]))
    return document(record, parties, address=address_of(request))
