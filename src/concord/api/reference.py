"""What stands beside the records: coverage, figures, vocabularies, the glossary, the rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest

from concord.api.callers import viewer_of
from concord.api.interface import api
from concord.api.records import Moment
from concord.api.schemas import (
    AboutOut,
    CoverageOut,
    DeclarationOut,
    EntryOut,
    FigureOut,
    RecordOut,
    RuleOut,
    SummaryOut,
    TermOut,
    TopicOut,
)
from concord.core.disclosure import ANYONE
from concord.core.vocabulary import Entry
from concord.jobs.kept import kept_coverage
from concord.record.columns import Question
from concord.record.errors import NotFoundError
from concord.record.selectors import records_get
from concord.register import vocabulary
from concord.register.declarations import declaration_rows, years_shown
from concord.register.glossary import terms
from concord.register.listquery import in_utc
from concord.register.lists import institution_table
from concord.register.rules import RULES
from concord.register.tables import totals
from concord.register.words import CENTRE_KINDS, Cut


@api.get("/coverage", response={200: CoverageOut})
def coverage(
    request: HttpRequest, cut: Cut = Cut.ALL, known_at: Moment | None = None
) -> dict[str, Any]:
    """Which topics are offered, said of unnamed centres, events only, or not found.

    ``known_at`` gives what the register said then; of a large register it is not there at once.
    """
    moment = in_utc(known_at, "known_at") if known_at else None
    kept = kept_coverage(viewer_of(request), cut, moment)
    if kept is None:
        raise NotFoundError
    return kept.result


@api.get("/coverage/{code}", response={200: TopicOut})
def topic(
    request: HttpRequest, code: str, cut: Cut = Cut.ALL, known_at: Moment | None = None
) -> TopicOut:
    """One topic: its state, who is behind it, for whom, and how much bears it out.

    ``known_at`` gives what the register said then.
    """
    moment = in_utc(known_at, "known_at") if known_at else None
    kept = kept_coverage(viewer_of(request), cut, moment)
    found = next((t for t in kept.result["topics"] if t["code"] == code), None) if kept else None
    if found is None:
        raise NotFoundError
    return TopicOut(**found, labels=dict(vocabulary.topics()[code].labels))


@api.get("/summary", response=SummaryOut, summary="Headline figures")
def summary(request: HttpRequest) -> SummaryOut:
    """What the register holds, by detail and stage, which are never added together."""
    viewer = viewer_of(request)
    kept = kept_coverage(viewer, Cut.ALL)
    states = [t["state"] for t in kept.result["topics"]] if kept else []
    return SummaryOut(
        centres=institution_table()
        .page(viewer, Question({"kind": frozenset(CENTRE_KINDS)}), 1)
        .total,
        topics={state: states.count(state) for state in sorted(set(states))},
        records=[
            FigureOut(detail=detail, stage=stage, count=count)
            for (detail, stage), count in sorted(totals(viewer).items())
        ],
    )


@api.get(
    "/declarations",
    response=list[DeclarationOut],
    summary="Declared completeness by institution and year",
)
def declarations(request: HttpRequest) -> list[DeclarationOut]:
    """What each centre declares of its own records of a year; null where it has not answered."""
    rows = declaration_rows(viewer=viewer_of(request), years=years_shown(), language="en")
    return [
        DeclarationOut(
            institution=row.institution,
            name=row.name,
            country=row.country,
            year=row.year,
            completeness=row.declared.completeness.value if row.declared else None,
            declared_at=row.declared.at if row.declared else None,
            record=row.declared.record if row.declared else None,
        )
        for row in rows
    ]


@api.get("/recommendations", response=list[EntryOut], summary="What the 2015 brief recommends")
def recommendations(request: HttpRequest) -> list[EntryOut]:  # noqa: ARG001
    """The recommendations of the brief in our words, in seven languages."""
    return [_entry(entry) for entry in vocabulary.load("recommendations")]


@api.get("/vocabulary/{name}", response={200: list[EntryOut]})
def vocabulary_entries(request: HttpRequest, name: str) -> list[EntryOut]:  # noqa: ARG001
    """The codes of topics, roles, countries or publications with their labels."""
    lists = {
        "topics": vocabulary.topics,
        "roles": vocabulary.roles,
        "countries": vocabulary.countries,
        "publications": vocabulary.publications,
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
