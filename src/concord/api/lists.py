"""Lists: courses and activities, institutions, statements, sources, links of parties."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from concord.api.answers import answer_page
from concord.api.callers import viewer_of
from concord.api.interface import PAGING, api, asks, parameter
from concord.api.schemas import PageOut, RecordOut
from concord.record.columns import Question
from concord.record.kinds import all_kinds
from concord.record.selectors import record_get, records_get
from concord.register.listings import (
    COLLABORATION,
    INSTITUTIONS,
    LIBRARY,
    SOURCES,
    STATEMENTS,
    TRAINING,
    Listing,
)
from concord.register.listquery import key_text, read_limit, read_query
from concord.register.lists import citing_table
from concord.register.rows import CITING_FACETS

PAGE: Final = 50
LIST: Final = {200: PageOut}
OF_KINDS: Final[dict[str, Any]] = {
    "parameters": [parameter("kind", "Only records of these kinds", list(all_kinds())), *PAGING]
}


def _page(request: HttpRequest, listing: Listing) -> HttpResponse:
    size = read_limit(request.GET, listing.size)
    page, records = listing.page(viewer_of(request), request.GET, ("limit",), size)
    out = PageOut(
        total=page.total,
        next=key_text(page.next) or None,
        facets={n: dict(counts) for n, counts in page.counts.items() if n != "edge"},
        records=[RecordOut.of(record) for record in records],
    )
    return answer_page(request, out)


@api.get("/training", response=LIST, summary="Courses and activities", openapi_extra=asks(TRAINING))
def training(request: HttpRequest) -> HttpResponse:
    """Courses that can be run again, and activities that happen at a time."""
    return _page(request, TRAINING)


@api.get("/institutions", response=LIST, summary="Institutions", openapi_extra=asks(INSTITUTIONS))
def institutions(request: HttpRequest) -> HttpResponse:
    """Centres, universities, regulators, operators, agencies and others."""
    return _page(request, INSTITUTIONS)


@api.get("/statements", response=LIST, summary="Statements", openapi_extra=asks(STATEMENTS))
def statements(request: HttpRequest) -> HttpResponse:
    """Figures, dates and remarks that somebody claims; never in the order of their values."""
    return _page(request, STATEMENTS)


@api.get("/sources", response=LIST, summary="Sources", openapi_extra=asks(SOURCES))
def sources(request: HttpRequest) -> HttpResponse:
    """Documents; the facet ``source`` of what cites one is at ``/api/citing/{source}``."""
    return _page(request, SOURCES)


@api.get("/library", response=LIST, summary="Training materials", openapi_extra=asks(LIBRARY))
def library(request: HttpRequest) -> HttpResponse:
    """Training materials, searched by title, summary and the text of their files."""
    return _page(request, LIBRARY)


@api.get(
    "/citing/{source}",
    response=LIST,
    summary="What rests on a source",
    openapi_extra=OF_KINDS,
)
def citing(request: HttpRequest, source: UUID) -> HttpResponse:
    """Records of any kind that cite a source."""
    viewer = viewer_of(request)
    record_get(viewer=viewer, record_id=source, kind="source")
    size = read_limit(request.GET, PAGE)
    known = {"kind": list(all_kinds())}
    query = read_query(request.GET, CITING_FACETS[:1], known, ("limit",))
    facets = {**query.question.facets, "source": frozenset({str(source)})}
    page = citing_table().page(viewer, Question(facets), size, query.after)
    records = records_get(viewer=viewer, ids=page.ids)
    out = PageOut(
        total=page.total,
        next=key_text(page.next) or None,
        facets={"kind": dict(page.counts["kind"])},
        records=[RecordOut.of(records[i]) for i in page.ids if i in records],
    )
    return answer_page(request, out)


@api.get(
    "/collaboration", response=LIST, summary="Links of parties", openapi_extra=asks(COLLABORATION)
)
def collaboration(request: HttpRequest) -> HttpResponse:
    """Relations, agreements and activities of several parties, deepest first.

    A ``pair`` is two States (``CN~JP``) or two parties as named (``institution:ID~state:JP``).
    """
    return _page(request, COLLABORATION)
