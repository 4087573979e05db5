"""Every request is a reading: what it gave out of what is not for everybody is kept."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from concord.record.access import Reading, access_keep, read_on, reading
from concord.record.models import Access


class AccessRecord:
    """Takes down what selectors give out while a request is answered, streams included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = Reading()
        with reading(found):
            response = self.get_response(request)
        way = way_of(request, response)
        if response.streaming:
            lines = response.streaming_content  # type: ignore[attr-defined]
            response.streaming_content = read_on(  # type: ignore[attr-defined]
                found, lines, lambda: _keep(found, way)
            )
        else:
            _keep(found, way)
        return response


def _keep(found: Reading, way: Access.Way) -> None:
    if found.seen:
        access_keep(found=found, way=way)


def way_of(request: HttpRequest, response: HttpResponseBase) -> Access.Way:
    """In which way an answer was read."""
    if request.path.startswith("/api/"):
        return Access.Way.INTERFACE
    is_page = isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith(
        "text/html"
    )
    return Access.Way.PAGE if is_page else Access.Way.FILE
