"""Training: courses and activities, searched and filtered, and as a calendar."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from concord.record.columns import Days, Question
from concord.record.selectors import RecordView
from concord.register.declarations import YearDeclared, declared_of
from concord.register.links import Parties, party_ids
from concord.register.listings import TRAINING, as_of
from concord.register.listquery import KNOWN_AT, read_ids, read_query, read_year
from concord.register.then import AsOf
from concord.web.templatetags.reading import (
    country,
    language,
    language_name,
    month_name,
    role,
    topic,
    word,
)
from concord.web.views.lists import Labels, moment_context, party_label, show_list
from concord.web.views.viewer import viewer_of

SHOWN = 8
"""Activities of a month that the calendar names; the others are a link away."""

MOST_YEARS = 5
"""Years of a filter of which it is said what was declared; the table has them all."""
MOST_PROVIDERS = 500


def training_list(request: HttpRequest) -> HttpResponse:
    """Courses and activities with search, facets that carry counts, and pages by key."""
    shown = show_list(request, TRAINING, named_by=("provider",))
    labels: Labels = {
        "kind": (_("Kind"), _kind),
        "group": (_("Topic group"), topic),
        "topic": (_("Topic"), topic),
        "provider": (_("Provider or host"), lambda code: party_label(shown.parties, code)),
        "stage": (_("Stage"), _stage),
        "year": (_("Year"), str),
        "country": (_("Country or area"), country),
        "role": (_("Role"), role),
        "level": (_("Level"), lambda code: word(code, "TrainingLevel")),
        "language": (_("Language"), language_name),
        "open": (_("Nominations"), lambda _code: _("open for nominations")),
    }
    template = "concord/training_results.html" if request.htmx else "concord/training.html"  # type: ignore[attr-defined]
    context = shown.with_facets(request, labels)
    calendar_params = request.GET.copy()
    for name in ("after", "from", "to"):
        calendar_params.pop(name, None)
    context["declared_years"] = _declared(request, shown.read)
    context["calendar_query"] = calendar_params.urlencode()
    return render(request, template, context)


def _declared(
    request: HttpRequest, read: AsOf, years: Sequence[int] | None = None
) -> list[YearDeclared]:
    """What was declared of the years that the list is limited to, by the providers or by all.

    It is declared of what there is today, and says nothing of another moment.
    """
    if read.known_at is not None:
        return []
    if years is None:
        years = sorted({int(year) for year in request.GET.getlist("year") if year})[-MOST_YEARS:]
    whom = read_ids(request.GET, "provider", MOST_PROVIDERS)
    return declared_of(viewer=read.viewer, years=years, institutions=whom)


def _kind(code: str) -> str:
    return _("course") if code == "course" else word(code, "ActivityKind")


def _stage(code: str) -> str:
    return _("offer without a date") if code == "offer" else word(code, "Stage")


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A month, or what the sources date less exactly: its name, some records, how many in all."""

    name: str
    records: list[RecordView]
    total: int
    first: str
    last: str


def training_calendar(request: HttpRequest) -> HttpResponse:
    """A year by months; what is dated to the year alone, or over months, stands apart."""
    viewer = viewer_of(request)
    params = request.GET.copy()
    params.pop("year", None)
    query = read_query(params, TRAINING.facets, TRAINING.known(), (KNOWN_AT,))
    read = as_of(viewer, params)
    table = read.shelf.training
    years = sorted(map(int, table.counts(viewer, query.question)["year"]))
    year = read_year(request.GET, "year", years[-1] if years else timezone.now().year)
    span = (dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal())
    question = Question(query.question.facets, query.question.words, *span)
    found = _by_month(table.days(viewer, question), year)
    records = read.records([i for ids in found for i in ids[:SHOWN]])
    parts = [
        CalendarPart(
            month_name(month) if month else _("Dated to the year, or over several months"),
            [records[i] for i in ids[:SHOWN] if i in records],
            len(ids),
            f"{year}-{month:02}" if month else str(year),
            f"{year}-{month:02}" if month else str(year),
        )
        for month, ids in enumerate(found)
    ]
    context = {
        "year": year,
        "years": years,
        "months": parts[1:],
        "apart": parts[0],
        "total": sum(part.total for part in parts),
        "declared_years": _declared(request, read, [year]),
        "before": max((y for y in years if y < year), default=None),
        "after": min((y for y in years if y > year), default=None),
        "query": params.urlencode(),
        "listing": TRAINING.name,
        "export_query": "&".join(filter(None, [f"year={year}", params.urlencode()])),
        "parties": Parties(read, language(), party_ids(records.values())),
        **moment_context(request, read),
    }
    return render(request, "concord/calendar.html", context)


def _by_month(days: Days, year: int) -> list[list[UUID]]:
    """Ids by month, earliest first; the first list has those that no one month holds."""
    found: list[list[UUID]] = [[] for _ in range(13)]
    bounds = [
        (
            dt.date(year, m, 1).toordinal(),
            dt.date(year, m, calendar.monthrange(year, m)[1]).toordinal(),
        )
        for m in range(1, 13)
    ]
    rows = sorted(
        zip(days.first.tolist(), days.last.tolist(), days.ids, strict=True), key=lambda r: r[:2]
    )
    for first, last, row_id in rows:
        fits = (m for m, (a, b) in enumerate(bounds, start=1) if a <= first and last <= b)
        found[next(fits, 0)].append(row_id)
    return found
