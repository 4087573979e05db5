"""Institutions: the list, one, and several side by side."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.core.timespan import TimeSpan
from concord.documents.timeline import TimelineMark, draw_timeline
from concord.record.columns import Question
from concord.record.selectors import RecordView, record_get, record_list, records_get
from concord.register.links import Parties, link_list
from concord.register.listquery import key_text, read_day, read_ids, read_query
from concord.register.lists import INSTITUTION_FACETS, institution_table, training_table
from concord.register.reading import title_of
from concord.register.tables import names_of
from concord.register.words import Cut, InstitutionKind, MilestoneStep, Reach, Stage
from concord.web.facets import facet_list
from concord.web.templatetags.reading import country, language, when, word
from concord.web.views.viewer import viewer_of

PAGE = 50


def institution_list(request: HttpRequest) -> HttpResponse:
    """Institutions with facets that carry counts."""
    viewer, table = viewer_of(request), institution_table()
    query = read_query(
        request.GET,
        INSTITUTION_FACETS,
        {"kind": InstitutionKind.values, "reach": Reach.values},
    )
    page = table.page(viewer, query.question, PAGE, query.after)
    records = records_get(viewer=viewer, ids=page.ids)
    parties = Parties(viewer, language())
    facets = facet_list(
        request,
        table.counts(viewer, query.question),
        {
            "kind": (_("Kind"), lambda code: word(code, "InstitutionKind")),
            "country": (_("Country or area"), country),
            "network": (_("Network"), lambda code: parties.record(code, "network").label),
            "reach": (_("Reach"), lambda code: word(code, "Reach")),
        },
    )
    context = {
        "records": [records[i] for i in page.ids if i in records],
        "total": page.total,
        "next": key_text(page.next),
        "facets": facets,
    }
    return render(request, "concord/institutions.html", context)


def institution(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One institution: who it is, whom and what it trains, what is said of it, with sources."""
    viewer = viewer_of(request)
    record = record_get(viewer=viewer, record_id=record_id, kind="institution")
    valid_on = read_day(request.GET, "valid_on")
    key = str(record_id)
    content = record.content
    training = _training_of(viewer, key)
    context: dict[str, Any] = {
        "record": record,
        "names": names_of(record, valid_on),
        "valid_on": valid_on,
        "parties": Parties(viewer, language()),
        "timeline": _timeline(content.get("milestones", [])),
        "focuses": _grouped(content.get("focuses", []), "aspect"),
        "courses": [r for r in training if r.kind == "course"],
        "activities": _by_year(r for r in training if r.kind == "activity"),
        "links": [
            link
            for link in link_list(viewer=viewer, cut=Cut.ALL, language=language())
            if any(party.record == key for party in link.parties) and link.kind != "activity"
        ],
        "statements": [
            s
            for s in record_list(viewer=viewer, kind="statement")
            if s.content.get("subject", {}).get("institution") == key
        ],
        "compiled": record.owner != record.id,
    }
    return render(request, "concord/institution.html", context)


def compare(request: HttpRequest) -> HttpResponse:
    """Two to four institutions side by side."""
    viewer = viewer_of(request)
    ids = read_ids(request.GET, "id", 4)
    found = records_get(viewer=viewer, ids=ids)
    chosen = [found[i] for i in ids if i in found]
    columns = [
        {"record": record, "training": _training_of(viewer, str(record.id))} for record in chosen
    ]
    return render(request, "concord/compare.html", {"columns": columns})


def _training_of(viewer: Viewer, key: str) -> list[RecordView]:
    ids = training_table().ids_where(viewer, Question({"provider": frozenset({key})}))
    records = records_get(viewer=viewer, ids=ids).values()
    return sorted(records, key=lambda r: (_day(r.content), title_of(r, "en")))


def _day(content: dict[str, Any]) -> dt.date:
    return TimeSpan.parse(content["when"]).earliest if content.get("when") else dt.date.max


def _by_year(records: Any) -> list[tuple[str, list[RecordView]]]:
    def year(record: RecordView) -> str:
        text = record.content.get("when")
        return str(TimeSpan.parse(text).earliest.year) if text else _("date not stated")

    return [(label, list(found)) for label, found in groupby(records, year)]


def _grouped(parts: list[dict[str, Any]], name: str) -> list[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        found.setdefault(part[name], []).append(part)
    return list(found.items())


def _timeline(milestones: list[dict[str, Any]]) -> str:
    marks = []
    for milestone in milestones:
        if not milestone.get("when"):
            continue
        span = TimeSpan.parse(milestone["when"])
        marks.append(
            TimelineMark(
                label=str(MilestoneStep(milestone["step"]).label),
                first=span.earliest,
                last=span.latest,
                is_planned=milestone.get("stage") == Stage.PLANNED,
                text=when(milestone["when"]),
            )
        )
    if not marks:
        return ""
    marks.sort(key=lambda mark: mark.first)
    return draw_timeline(
        marks,
        chart_id="milestones",
        title=_("Milestones"),
        description=_("Dated steps, each as exact as its source; planned ones are outlined."),
    )
