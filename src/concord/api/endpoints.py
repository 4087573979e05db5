"""The operations of the interface; each is thin and takes the viewer."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError as NinjaValidationError
from ninja.openapi.schema import OpenAPISchema

from concord.api.schemas import (
    AboutOut,
    CoverageOut,
    EntryOut,
    FigureOut,
    PageOut,
    ProblemOut,
    RecordOut,
    RuleOut,
    SummaryOut,
    TermOut,
    TopicOut,
)
from concord.api.viewing import viewer_of
from concord.core.disclosure import ANYONE, Viewer
from concord.core.vocabulary import Entry
from concord.record.columns import Question
from concord.record.errors import ConcordError, InvalidQueryError, MergedError, NotFoundError
from concord.record.kinds import all_kinds
from concord.record.selectors import record_get, record_list, records_get
from concord.register import vocabulary
from concord.register.glossary import terms
from concord.register.listings import (
    COLLABORATION,
    INSTITUTIONS,
    SOURCES,
    STATEMENTS,
    TRAINING,
    Listing,
)
from concord.register.listquery import FORMS, LONGEST_SEARCH, in_utc, key_text, read_query
from concord.register.lists import citing_table, institution_table
from concord.register.rows import CITING_FACETS
from concord.register.rules import RULES
from concord.register.tables import totals
from concord.register.words import CENTRE_KINDS, Cut
from concord.studies.selectors import coverage_get

PAGE = 50
PROBLEM = "application/problem+json"


class _Interface(NinjaAPI):
    """Describes its faults as what they are: problem details (RFC 9457)."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "content" in response:
                        response["content"] = {PROBLEM: response["content"]["application/json"]}
        return schema


api = _Interface(
    title="Concord",
    version="1",
    description="Who trains whom on what in nuclear security. Read-only. What is public needs no "
    "key; with a token (Authorization: Bearer) a program reads as its institution.",
    openapi_extra={"info": {"license": {"name": "Apache-2.0"}}},
)


_DATE: Final = {"examples": ["2014", "2014-09", "2014-09-29"]}
SHAPES: Final[dict[str, dict[str, Any]]] = {
    "q": {"maxLength": LONGEST_SEARCH},
    "from": _DATE,
    "to": _DATE,
    **{name: {"pattern": f"^({form.pattern.pattern})?$"} for name, form in FORMS.items()},
}


def _parameter(name: str, description: str, codes: Sequence[str] = ()) -> dict[str, Any]:
    item: dict[str, Any] = {"type": "string", **SHAPES.get(name, {})}
    if codes:
        item.pop("pattern", None)
        item |= {"enum": ["", *codes]}  # an empty value asks nothing, as forms send it
    single = name in {"q", "from", "to", "after", "cut"}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": item if single else {"type": "array", "items": item},
    }


PAGED: Final = {
    "parameters": [
        _parameter("kind", "Only records of these kinds", list(all_kinds())),
        _parameter("after", "Where the page before ended: its ``next``"),
    ]
}


def asks(listing: Listing) -> dict[str, Any]:
    """The parameters of a list as the interface's description gives them."""
    known = listing.known()
    return {
        "parameters": [
            _parameter("q", "Words to be found, in any script; each must be there"),
            _parameter("from", "Only what may lie on or after this day, month or year"),
            _parameter("to", "Only what may lie on or before this day, month or year"),
            _parameter("after", "Where the page before ended: its ``next``"),
            *(_parameter(name, "One of the alternatives", known.get(name, ()))
              for name in listing.facets),
            *(_parameter(name, "The cut of the sources", Cut.values) for name in listing.also),
        ]
    }  # fmt: skip


def _problem(
    status: int, code: str, title: str, detail: str, fields: dict[str, str]
) -> HttpResponse:
    body = {"type": f"urn:concord:{code}", "title": title, "status": status}
    body |= {"detail": detail, "fields": fields}
    return HttpResponse(orjson.dumps(body), status=status, content_type=PROBLEM)


@api.exception_handler(ConcordError)
def _concord_error(request: HttpRequest, error: ConcordError) -> HttpResponse:  # noqa: ARG001
    answer = _problem(error.status, error.code, str(error.title), error.detail, error.fields)
    if isinstance(error, MergedError):
        answer["Link"] = f'</api/records/{error.fields["into"]}>; rel="successor-version"'
    return answer


@api.exception_handler(NinjaValidationError)
def _validation_error(request: HttpRequest, error: NinjaValidationError) -> HttpResponse:  # noqa: ARG001
    fields = {str(fault["loc"][-1]): str(fault["msg"]) for fault in error.errors}
    return _problem(400, "invalid-query", str(InvalidQueryError.title), "", fields)


@api.exception_handler(Exception)
def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    logging.getLogger("concord.api").error("fault at %s", request.path, exc_info=error)
    return _problem(500, "fault", "Something went wrong on our side.", "", {})


def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """An address under /api/ that leads nowhere."""
    return _concord_error(request, NotFoundError())


def _page(request: HttpRequest, listing: Listing) -> PageOut:
    page, records = listing.page(viewer_of(request), request.GET)
    return PageOut(
        total=page.total,
        next=key_text(page.next) or None,
        facets={n: dict(counts) for n, counts in page.counts.items() if n != "edge"},
        records=[RecordOut.of(record) for record in records],
    )


REFUSED: Final = {401: ProblemOut, 429: ProblemOut}
"""What a wrong token is answered with."""
LIST: Final = {200: PageOut, 400: ProblemOut, **REFUSED}


@api.get("/training", response=LIST, summary="Courses and activities", openapi_extra=asks(TRAINING))
def training(request: HttpRequest) -> PageOut:
    """Courses that can be run again, and activities that happen at a time."""
    return _page(request, TRAINING)


@api.get("/institutions", response=LIST, summary="Institutions", openapi_extra=asks(INSTITUTIONS))
def institutions(request: HttpRequest) -> PageOut:
    """Centres, universities, regulators, operators, agencies and others."""
    return _page(request, INSTITUTIONS)


@api.get("/statements", response=LIST, summary="Statements", openapi_extra=asks(STATEMENTS))
def statements(request: HttpRequest) -> PageOut:
    """Figures, dates and remarks that somebody claims; never in the order of their values."""
    return _page(request, STATEMENTS)


@api.get("/sources", response=LIST, summary="Sources", openapi_extra=asks(SOURCES))
def sources(request: HttpRequest) -> PageOut:
    """Documents; the facet ``source`` of what cites one is at ``/api/citing/{source}``."""
    return _page(request, SOURCES)


@api.get(
    "/citing/{source}",
    response={**LIST, 404: ProblemOut},
    summary="What rests on a source",
    openapi_extra=PAGED,
)
def citing(request: HttpRequest, source: UUID) -> PageOut:
    """Records of any kind that cite a source."""
    viewer = viewer_of(request)
    record_get(viewer=viewer, record_id=source, kind="source")
    query = read_query(request.GET, CITING_FACETS[:1], {"kind": list(all_kinds())})
    facets = {**query.question.facets, "source": frozenset({str(source)})}
    page = citing_table().page(viewer, Question(facets), PAGE, query.after)
    records = records_get(viewer=viewer, ids=page.ids)
    return PageOut(
        total=page.total,
        next=key_text(page.next) or None,
        facets={"kind": dict(page.counts["kind"])},
        records=[RecordOut.of(records[i]) for i in page.ids if i in records],
    )


@api.get(
    "/collaboration", response=LIST, summary="Links of parties", openapi_extra=asks(COLLABORATION)
)
def collaboration(request: HttpRequest) -> PageOut:
    """Relations, agreements and activities of several parties, deepest first.

    A ``pair`` is two States (``CN~JP``) or two parties as named (``institution:ID~state:JP``).
    """
    return _page(request, COLLABORATION)


@api.get(
    "/records/{record_id}",
    response={200: RecordOut, 400: ProblemOut, 404: ProblemOut, 410: ProblemOut, **REFUSED},
)
def record(request: HttpRequest, record_id: UUID, known_at: dt.datetime | None = None) -> RecordOut:
    """One record of any kind; ``known_at`` gives what the register said then.

    A record that was merged into another answers 410; ``fields.into`` is the id of that other, and
    so is its link ``successor-version``.
    """
    known_at = in_utc(known_at, "known_at") if known_at else None
    return RecordOut.of(
        record_get(viewer=viewer_of(request), record_id=record_id, known_at=known_at)
    )


@api.get(
    "/export/{kind}",
    response={200: None, 404: ProblemOut, **REFUSED},
    summary="Every record of a kind",
)
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """Every record of a kind as JSON lines, streamed and complete."""
    if kind not in all_kinds():
        raise NotFoundError(", ".join(all_kinds()))
    return StreamingHttpResponse(_lines(viewer_of(request), kind), content_type="application/jsonl")


def _lines(viewer: Viewer, kind: str) -> Iterator[bytes]:
    for view in record_list(viewer=viewer, kind=kind):
        yield orjson.dumps(RecordOut.of(view).model_dump(mode="json")) + b"\n"


@api.get("/coverage", response={200: CoverageOut, 400: ProblemOut, 404: ProblemOut})
def coverage(request: HttpRequest, cut: Cut = Cut.ALL) -> dict[str, Any]:  # noqa: ARG001
    """Which topics are offered, said of unnamed centres, events only, or not found."""
    kept = coverage_get(viewer=ANYONE, cut=cut)
    if kept is None:
        raise NotFoundError
    return kept.result


@api.get("/coverage/{code}", response={200: TopicOut, 400: ProblemOut, 404: ProblemOut})
def topic(request: HttpRequest, code: str, cut: Cut = Cut.ALL) -> TopicOut:  # noqa: ARG001
    """One topic: its state, who is behind it, for whom, and how much bears it out."""
    kept = coverage_get(viewer=ANYONE, cut=cut)
    found = next((t for t in kept.result["topics"] if t["code"] == code), None) if kept else None
    if found is None:
        raise NotFoundError
    return TopicOut(**found, labels=dict(vocabulary.topics()[code].labels))


@api.get("/summary", response=SummaryOut, summary="Headline figures")
def summary(request: HttpRequest) -> SummaryOut:  # noqa: ARG001
    """What the register holds, by detail and stage, which are never added together."""
    kept = coverage_get(viewer=ANYONE, cut=Cut.ALL)
    states = [t["state"] for t in kept.result["topics"]] if kept else []
    return SummaryOut(
        centres=institution_table()
        .page(ANYONE, Question({"kind": frozenset(CENTRE_KINDS)}), 1)
        .total,
        topics={state: states.count(state) for state in sorted(set(states))},
        records=[
            FigureOut(detail=detail, stage=stage, count=count)
            for (detail, stage), count in sorted(totals(ANYONE).items())
        ],
    )


@api.get("/recommendations", response=list[EntryOut], summary="What the 2015 brief recommends")
def recommendations(request: HttpRequest) -> list[EntryOut]:  # noqa: ARG001
    """The recommendations of the brief in our words, in seven languages."""
    return [_entry(entry) for entry in vocabulary.load("recommendations")]


@api.get("/vocabulary/{name}", response={200: list[EntryOut], 404: ProblemOut})
def vocabulary_entries(request: HttpRequest, name: str) -> list[EntryOut]:  # noqa: ARG001
    """The codes of topics, roles or countries with their labels."""
    lists = {
        "topics": vocabulary.topics,
        "roles": vocabulary.roles,
        "countries": vocabulary.countries,
    }
    if name not in lists:
        raise NotFoundError(", ".join(lists))
    return [_entry(entry) for entry in lists[name]()]


def _entry(entry: Entry) -> EntryOut:
    more = {key: value for key, value in entry.more.items() if value and key != "code"}
    return EntryOut(code=entry.code, labels=dict(entry.labels), more=more)


@api.get("/glossary", response=list[TermOut], summary="Glossary")
def glossary(request: HttpRequest) -> list[TermOut]:  # noqa: ARG001
    """The words of the register, one name for one thing."""
    return [TermOut(word=t.word, meaning=t.meaning, values=dict(t.values)) for t in terms()]


@api.get("/about", response=AboutOut, summary="About this collection")
def about(request: HttpRequest) -> AboutOut:  # noqa: ARG001
    """Who collects, by what rules, and since when each holds."""
    is_compiler = Question({"kind": frozenset({"compiler"})})
    ids = institution_table().ids_where(ANYONE, is_compiler)
    return AboutOut(
        compilers=[RecordOut.of(r) for r in records_get(viewer=ANYONE, ids=ids).values()],
        rules=[
            RuleOut(since=dt.date.fromisoformat(since), rule=str(rule)) for since, rule in RULES
        ],
    )
