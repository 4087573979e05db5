"""An institution sees who read what it does not show to everybody."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date

from concord.record.access import Line, ReadingDay, access_days, access_ids
from concord.record.models import Access
from concord.record.selectors import records_get
from concord.register.links import Named, Parties
from concord.web.templatetags.reading import language
from concord.web.views.viewer import acting_of, signed_in, viewer_of


@signed_in
def readers(request: HttpRequest) -> HttpResponse:
    """Who read what, by day; and which records, where one line is asked for."""
    acting, viewer = acting_of(request), viewer_of(request)
    days = access_days(owner=acting.institution)
    by_institution = [d for d in days if d.reader.startswith("institution:")]
    parties = Parties(
        viewer, language(), {d.reader.removeprefix("institution:") for d in by_institution}
    )
    chosen = _chosen(request)
    ids = access_ids(owner=acting.institution, chosen=chosen) if chosen else []
    records = records_get(viewer=viewer, ids=ids)
    context = {
        "lines": [(day, _named(day, parties)) for day in days],
        "chosen": chosen,
        "records": [records[key] for key in ids if key in records],
        "gone": sum(key not in records for key in ids),
    }
    return render(request, "concord/readers.html", context)


def _named(day: ReadingDay, parties: Parties) -> Named:
    breadth, _colon, of = day.reader.partition(":")
    return parties.name({breadth: of})


def _chosen(request: HttpRequest) -> Line | None:
    reader, way = request.GET.get("reader", ""), request.GET.get("way", "")
    try:
        day: dt.date | None = parse_date(request.GET.get("day", ""))
    except ValueError:
        day = None
    if not reader or way not in Access.Way.values or day is None:
        return None
    return Line(day, reader, way)
