"""The operations of the interface; each is thin and takes the viewer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError as NinjaValidationError

from concord.api.schemas import CoverageOut, PageOut, ProblemOut, RecordOut
from concord.core.disclosure import ANYONE
from concord.record.columns import ColumnTable
from concord.record.errors import ConcordError, InvalidQueryError, NotFoundError
from concord.record.kinds import all_kinds
from concord.record.selectors import record_get, record_list, records_get
from concord.register.listquery import key_text, read_query
from concord.register.lists import (
    INSTITUTION_FACETS,
    TRAINING_FACETS,
    institution_table,
    training_table,
)
from concord.register.words import Cut
from concord.studies.selectors import coverage_get

PAGE = 50
PROBLEM = "application/problem+json"

api = NinjaAPI(
    title="Concord",
    version="1",
    description="Who trains whom on what in nuclear security. Read-only; no key is needed.",
    openapi_extra={"info": {"license": {"name": "Apache-2.0"}}},
)


def _problem(
    status: int, code: str, title: str, detail: str, fields: dict[str, str]
) -> HttpResponse:
    body = {"type": f"urn:concord:{code}", "title": title, "status": status}
    body |= {"detail": detail, "fields": fields}
    return HttpResponse(orjson.dumps(body), status=status, content_type=PROBLEM)


@api.exception_handler(ConcordError)
def _concord_error(request: HttpRequest, error: ConcordError) -> HttpResponse:  # noqa: ARG001
    return _problem(error.status, error.code, str(error.title), error.detail, error.fields)


@api.exception_handler(NinjaValidationError)
def _validation_error(request: HttpRequest, error: NinjaValidationError) -> HttpResponse:  # noqa: ARG001
    fields = {str(fault["loc"][-1]): str(fault["msg"]) for fault in error.errors}
    return _problem(400, "invalid-query", str(InvalidQueryError.title), "", fields)


def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """An address under /api/ that leads nowhere."""
    return _concord_error(request, NotFoundError())


def _page(request: HttpRequest, table: ColumnTable, facets: tuple[str, ...]) -> PageOut:
    query = read_query(request.GET, facets, {})
    page = table.page(ANYONE, query.question, PAGE, query.after)
    records = records_get(viewer=ANYONE, ids=page.ids)
    return PageOut(
        total=page.total,
        next=key_text(page.next) or None,
        facets=table.counts(ANYONE, query.question),
        records=[RecordOut.of(records[i]) for i in page.ids if i in records],
    )


@api.get("/training", response={200: PageOut, 400: ProblemOut}, summary="Courses and activities")
def training(request: HttpRequest) -> PageOut:
    """Filter by q, topic, group, role, country, language, year, provider, stage, level, kind."""
    return _page(request, training_table(), TRAINING_FACETS)


@api.get("/institutions", response={200: PageOut, 400: ProblemOut}, summary="Institutions")
def institutions(request: HttpRequest) -> PageOut:
    """Filter by q, kind, country, network, reach."""
    return _page(request, institution_table(), INSTITUTION_FACETS)


@api.get("/records/{record_id}", response={200: RecordOut, 400: ProblemOut, 404: ProblemOut})
def record(request: HttpRequest, record_id: UUID, known_at: dt.datetime | None = None) -> RecordOut:  # noqa: ARG001
    """One record of any kind; ``known_at`` gives what the register said then."""
    if known_at is not None and known_at.tzinfo is None:
        known_at = known_at.replace(tzinfo=dt.UTC)
    return RecordOut.of(record_get(viewer=ANYONE, record_id=record_id, known_at=known_at))


@api.get("/export/{kind}", response={200: None, 404: ProblemOut}, summary="Every record of a kind")
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:  # noqa: ARG001
    """Every record of a kind as JSON lines, streamed and complete."""
    if kind not in all_kinds():
        raise NotFoundError(", ".join(all_kinds()))
    return StreamingHttpResponse(_lines(kind), content_type="application/jsonl")


def _lines(kind: str) -> Iterator[bytes]:
    for view in record_list(viewer=ANYONE, kind=kind):
        yield orjson.dumps(RecordOut.of(view).model_dump(mode="json")) + b"\n"


@api.get("/coverage", response={200: CoverageOut, 400: ProblemOut, 404: ProblemOut})
def coverage(request: HttpRequest, cut: Cut = Cut.ALL) -> dict[str, Any]:  # noqa: ARG001
    """Which topics are offered, said of unnamed centres, events only, or not found."""
    kept = coverage_get(viewer=ANYONE, cut=cut)
    if kept is None:
        raise NotFoundError
    return kept.result
