"""Coverage: what is on offer, what is not found, and what bears it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from concord.core.analysis.coverage import State
from concord.core.vocabulary import UnknownCodeError
from concord.documents.coveragemap import draw_coverage, draw_roles
from concord.jobs.kept import kept_coverage
from concord.record.columns import Question
from concord.record.errors import NotFoundError
from concord.record.faults import error_text
from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.declarations import YearDeclared, declared_of, years_shown
from concord.register.links import Named, Parties, party_ids, short_name
from concord.register.listings import as_of
from concord.register.listquery import KNOWN_AT, read_cut
from concord.register.tables import as_ids
from concord.register.then import AsOf
from concord.register.words import Cut
from concord.studies.kept import Kept
from concord.web.templatetags.reading import language, language_name, word
from concord.web.views.home import centre_list
from concord.web.views.lists import moment_context
from concord.web.views.viewer import viewer_of

DIMENSIONS = {
    "level": gettext_lazy("Level"),
    "language": gettext_lazy("Language"),
    "reach": gettext_lazy("Reach"),
    "year": gettext_lazy("Year"),
}
MOST_NAMES = 6
"""Centres that a line of a table names; the topic's own page has them all."""
MOST_ROWS = 60
"""Overlaps given in words; the chart of topics by role has them all."""
MOST_COLUMNS = 40
"""Centres that the heat map has room for; the table has them all."""
STATE_LABELS = {
    State.OFFERED: gettext_lazy("offered"),
    State.SAID_OF_UNNAMED: gettext_lazy("said of centres that are not named"),
    State.EVENT_ONLY: gettext_lazy("event only"),
    State.NOT_FOUND: gettext_lazy("not found in open sources"),
}


def coverage(request: HttpRequest) -> HttpResponse:
    """The heat map of topic by centre with its table, and topic by role."""
    viewer, cut = viewer_of(request), read_cut(request.GET)
    read = as_of(viewer, request.GET)
    kept = kept_coverage(viewer, cut, read.known_at)
    result = kept.result if kept else {"topics": [], "overlaps": {}}
    counts = {state: sum(t["state"] == state for t in result["topics"]) for state in State}
    centres = centre_list(read)
    named = {c for topic in result["topics"] for c in topic["by_centre"]}
    parties = Parties(read, language(), named)
    address = _address(cut, request.GET.get(KNOWN_AT, ""))
    overlaps = [
        (code, role, Some.of(found, parties))
        for code, roles in result["overlaps"].items()
        for role, found in roles.items()
    ]
    context = {
        "cut": cut,
        "cuts": Cut,
        "kept": kept,
        "declared_years": _declared(read),
        "chart": _chart(centres, kept, address) if kept else "",
        "roles_chart": draw_roles(result["topics"], language=language(), address=address),
        "counts": [(STATE_LABELS[state], state.value, count) for state, count in counts.items()],
        "rows": [_row(topic, parties) for topic in result["topics"]],
        "overlaps": overlaps[:MOST_ROWS],
        "more_overlaps": max(len(overlaps) - MOST_ROWS, 0),
        "centres": [c for c in centres if c.content.get("target_groups")][:MOST_COLUMNS],
        **moment_context(request, read),
    }
    return render(request, "concord/coverage.html", context)


def topic(request: HttpRequest, code: str) -> HttpResponse:
    """One topic: its state and every piece of evidence beneath it, with the stage of each."""
    viewer, cut = viewer_of(request), read_cut(request.GET)
    try:
        entry = vocabulary.topics()[code]
    except UnknownCodeError as error:
        raise NotFoundError(error_text(error)) from error
    read = as_of(viewer, request.GET)
    kept = kept_coverage(viewer, cut, read.known_at)
    found = next((t for t in kept.result["topics"] if t["code"] == code), None) if kept else None
    lists = _evidence(read, code, cut)
    named = party_ids(record for _list, records, _total, _query in lists for record in records)
    parties = Parties(read, language(), named | set(found["by_centre"] if found else ()))
    context = {
        "entry": entry,
        "publications": [number for number, topic in vocabulary.bears_on() if topic == code],
        "cut": cut,
        "cuts": Cut,
        "children": vocabulary.topics().children(code),
        "topic_row": _row(found, parties) if found else None,
        "centres": [parties.record(centre) for centre in found["centres"]] if found else [],
        "roles": [
            (role, Some.of(centres, parties))
            for role, centres in (found["roles"] if found else {}).items()
        ],
        "cells": [
            (
                DIMENSIONS[name],
                [(_cell_label(name, value), count) for value, count in values.items()],
            )
            for name, values in (found["cells"] if found else {}).items()
        ],
        "lists": lists,
        "declared_years": _declared(read),
        "parties": parties,
        "audiences": _audiences(read, found),
        "is_waiting": kept is None,
        **moment_context(request, read),
    }
    return render(request, "concord/topic.html", context)


EVIDENCE = 30
"""Pieces of evidence of one kind that the page of a topic gives; the list has them all."""


def _evidence(read: AsOf, code: str, cut: Cut) -> list[tuple[str, list[RecordView], int, str]]:
    """For training and for statements: some records, how many in all, and the list's filter."""
    facets = {"topic": frozenset({code})}
    query = f"topic={code}"
    if cut is Cut.BRIEF:
        facets["cut"] = frozenset({Cut.BRIEF.value})
        query += "&cut=brief"
    found = []
    shelf = read.shelf
    for name, table in (("training", shelf.training), ("statements", shelf.statements)):
        page = table.page(read.viewer, Question(facets), EVIDENCE)
        if rows := read.in_order(page.ids):
            found.append((name, rows, page.total, query))
    return found


def _audiences(read: AsOf, found: dict[str, Any] | None) -> list[RecordView]:
    """The centres with a course on the topic, for what is known of their audiences as a whole."""
    if found is None:
        return []
    records = read.records(as_ids(found["centres"][:EVIDENCE])).values()
    return [record for record in records if record.content.get("target_groups")]


def _cell_label(dimension: str, value: str) -> str:
    lists = {"level": "TrainingLevel", "reach": "Reach"}
    if dimension == "language":
        return language_name(value)
    return word(value, lists[dimension]) if dimension in lists else value


@dataclass(frozen=True, slots=True)
class Some:
    """The first of many parties, and how many more there are."""

    first: list[Named]
    more: int

    @classmethod
    def of(cls, ids: Sequence[str], parties: Parties) -> Some:
        """The parties of ``ids``, as many as a line has room for."""
        return cls([parties.record(i) for i in ids[:MOST_NAMES]], max(len(ids) - MOST_NAMES, 0))


def _row(topic: dict[str, Any], parties: Parties) -> dict[str, Any]:
    offering = set(topic["centres"])
    others = [centre for centre in topic["by_centre"] if centre not in offering]
    return {
        "code": topic["code"],
        "state": topic["state"],
        "state_label": STATE_LABELS[State(topic["state"])],
        "centres": Some.of(topic["centres"], parties),
        "others": Some.of(others, parties),
        "roles": [(role, len(found)) for role, found in topic["roles"].items()],
        "count": sum(sum(stages.values()) for stages in topic["evidence"].values()),
    }


def _chart(all_centres: list[RecordView], kept: Kept, address: Callable[[str], str]) -> str:
    centres = [
        centre
        for centre in all_centres
        if any(str(centre.id) in t["by_centre"] for t in kept.result["topics"])
    ][:MOST_COLUMNS]
    named = [(str(centre.id), short_name(centre, language())) for centre in centres]
    return draw_coverage(kept.result["topics"], named, language=language(), address=address)


def _address(cut: Cut, known_at: str) -> Callable[[str], str]:
    asked = urlencode({"cut": cut.value} | ({KNOWN_AT: known_at} if known_at else {}))
    return lambda code: f"{reverse('topic', args=[code])}?{asked}"


def _declared(read: AsOf) -> list[YearDeclared]:
    """What is declared of the years today, which says nothing of another moment."""
    if read.known_at is not None:
        return []
    return declared_of(viewer=read.viewer, years=years_shown())
