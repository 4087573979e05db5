"""Institutions: the list, one, and several side by side."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.accounts.answers import answers_seen
from concord.core.disclosure import Viewer
from concord.core.timespan import TimeSpan
from concord.documents.timeline import TimelineMark, draw_timeline
from concord.record.affirming import affirmation
from concord.record.columns import ColumnTable, Question
from concord.record.selectors import RecordView, record_get, records_get, revision_latest_by
from concord.register.declarations import Declared, declaration_list, years_shown
from concord.register.links import Parties, links_of, party_ids
from concord.register.listings import INSTITUTIONS
from concord.register.listquery import read_day, read_ids
from concord.register.lists import link_table, statement_table, training_table
from concord.register.reading import dated
from concord.register.tables import held_on, names_of
from concord.register.then import AsOf
from concord.register.words import CENTRE_KINDS, ActivityKind, Cut, MilestoneStep, Stage
from concord.web.templatetags.reading import country, language, topic, when, word
from concord.web.views.actions import actions_for
from concord.web.views.lists import Labels, show_list
from concord.web.views.seeing import seen_by
from concord.web.views.viewer import viewer_of

MOST = 40
"""Records of one sort that an institution's page gives; the lists have them all."""
MOST_COMPARED = 4


def institution_list(request: HttpRequest) -> HttpResponse:
    """Institutions with facets that carry counts."""
    shown = show_list(request, INSTITUTIONS, named_by=("network",), also=("valid_on", "id"))
    labels: Labels = {
        "kind": (_("Kind"), lambda code: word(code, "InstitutionKind")),
        "country": (_("Country or area"), country),
        "network": (_("Network"), lambda code: shown.parties.record(code, "network").label),
        "reach": (_("Reach"), lambda code: word(code, "Reach")),
        "topic": (_("Topic"), topic),
    }
    valid_on = read_day(request.GET, "valid_on")
    context = shown.with_facets(request, labels) | {
        "valid_on": valid_on,
        "chosen": read_ids(request.GET, "id", MOST_COMPARED),
        "rows": [(record, names_of(record, valid_on)) for record in shown.records],
    }
    return render(request, "concord/institutions.html", context)


def institution(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One institution: who it is, whom and what it trains, what is said of it, with sources."""
    viewer = viewer_of(request)
    record = record_get(viewer=viewer, record_id=record_id, kind="institution")
    valid_on = read_day(request.GET, "valid_on")
    key = str(record_id)
    content = record.content
    courses, course_count = _some(training_table(), viewer, provider=key, kind="course")
    activities, activity_count, by_year = _activities(viewer, key)
    claims = ("relation", "agreement")
    links, link_count = _some(
        link_table(Cut.ALL), viewer, party=f"institution:{key}", record=claims
    )
    statements, statement_count = _some(statement_table(), viewer, subject=key)
    shown = [*courses, *activities, *links, *statements]
    named = party_ids(shown) | {p["institution"] for p in content.get("parents", ())}
    named |= {m["network"] for m in content.get("memberships", ())} | {str(record.owner)}
    latest = revision_latest_by(viewer=viewer, record_id=record_id, institution=record.owner)
    answers = answers_seen(viewer=viewer, about=record_id)
    context: dict[str, Any] = {
        "record": record,
        "seen_by": seen_by(record, viewer),
        "answers": answers,
        "key": key,
        "names": names_of(record, valid_on),
        "valid_on": valid_on,
        "parents": held_on(content.get("parents", []), valid_on),
        "parties": Parties(viewer, language(), named),
        "timeline": _timeline(content.get("milestones", [])),
        "focuses": _grouped(content.get("focuses", []), "aspect"),
        "courses": courses,
        "course_count": course_count,
        "activities": _by_year(activities),
        "activity_count": activity_count,
        "years": by_year,
        "links": links_of(links, read=AsOf(viewer), cut=Cut.ALL, language=language()),
        "link_count": link_count,
        "statements": statements,
        "statement_count": statement_count,
        "most": MOST,
        "compiled": record.owner != record.id,
        "actions": actions_for(request, record),
        "affirmed": affirmation(record.owner, latest, is_compiled=record.owner != record.id),
        "declared": _declared(viewer, record),
    }
    return render(request, "concord/institution.html", context)


def _declared(viewer: Viewer, record: RecordView) -> list[tuple[int, Declared | None]]:
    """What it declared of each year; of a centre this year and the last at any rate."""
    said = {d.year: d for d in declaration_list(viewer=viewer, institution=record.id)}
    is_centre = set(record.content.get("kinds", ())) & set(CENTRE_KINDS)
    years = {*said, *(years_shown() if is_centre else ())}
    return [(year, said.get(year)) for year in sorted(years, reverse=True)]


def compare(request: HttpRequest) -> HttpResponse:
    """Two to four institutions side by side."""
    viewer = viewer_of(request)
    ids = read_ids(request.GET, "id", MOST_COMPARED)
    found = records_get(viewer=viewer, ids=ids)
    chosen = [found[i] for i in ids if i in found]
    columns = []
    for record in chosen:
        training, total = _some(training_table(), viewer, provider=str(record.id))
        columns.append({"record": record, "training": training, "total": total})
    return render(request, "concord/compare.html", {"columns": columns, "most": MOST})


def _some(
    table: ColumnTable, viewer: Viewer, **facets: str | tuple[str, ...]
) -> tuple[list[RecordView], int]:
    """The first records that answer, and how many there are in all."""
    wanted = {
        name: frozenset([codes] if isinstance(codes, str) else codes)
        for name, codes in facets.items()
    }
    page = table.page(viewer, Question(wanted), MOST)
    records = records_get(viewer=viewer, ids=page.ids)
    return [records[i] for i in page.ids if i in records], page.total


def _activities(viewer: Viewer, key: str) -> tuple[list[RecordView], int, list[tuple[str, int]]]:
    """The newest activities of an institution, how many there are, and how many by year."""
    wanted = {"provider": frozenset({key}), "kind": frozenset(ActivityKind.values)}
    page = training_table().page(viewer, Question(wanted), MOST)
    records = records_get(viewer=viewer, ids=page.ids)
    return (
        [records[i] for i in page.ids if i in records],
        page.total,
        sorted(page.counts["year"].items()),
    )


def _by_year(records: Any) -> list[tuple[str, list[RecordView]]]:
    def year(record: RecordView) -> str:
        text = dated(record.content)
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
