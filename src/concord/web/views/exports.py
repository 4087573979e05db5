"""Lists as files."""

from __future__ import annotations

from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from concord.exchange.calendars import calendar_of
from concord.exchange.linked import as_linked
from concord.exchange.sheets import list_lines
from concord.record.errors import NotFoundError
from concord.record.selectors import record_get
from concord.register.links import Parties, party_ids
from concord.register.listings import LISTINGS
from concord.web.templatetags.reading import language
from concord.web.views.viewer import viewer_of


def list_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Every record that answers the list's filter as CSV: streamed, and never cut short."""
    if name not in LISTINGS:
        raise NotFoundError(", ".join(LISTINGS))
    lines = list_lines(LISTINGS[name], viewer_of(request), request.GET, language())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="concord-{name}.csv"'
    return response


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
