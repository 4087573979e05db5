"""Lists as files."""

from __future__ import annotations

from django.http import HttpRequest, StreamingHttpResponse

from concord.exchange.sheets import list_lines
from concord.record.errors import NotFoundError
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
