"""Coverage: what is on offer, what is not found, and what bears it out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.core.analysis.coverage import State
from concord.core.vocabulary import UnknownCodeError
from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap
from concord.record.errors import InvalidQueryError, NotFoundError
from concord.record.selectors import record_list, records_get
from concord.register import vocabulary
from concord.register.links import Parties, short_name
from concord.register.tables import as_ids
from concord.register.words import Cut
from concord.studies.selectors import Kept, coverage_get
from concord.web.templatetags.reading import language
from concord.web.views.home import centre_list
from concord.web.views.viewer import viewer_of

STATE_LABELS = {
    State.OFFERED: gettext_lazy("offered"),
    State.SAID_OF_UNNAMED: gettext_lazy("said of centres that are not named"),
    State.EVENT_ONLY: gettext_lazy("event only"),
    State.NOT_FOUND: gettext_lazy("not found in open sources"),
}
MARKS = {"course": "offered", "statement": "said", "activity": "event"}


def read_cut(request: HttpRequest) -> Cut:
    """The cut of the sources that the address asks for; with later sources by default."""
    text = request.GET.get("cut", Cut.ALL.value)
    if text not in Cut.values:
        listed = ", ".join(Cut.values)
        raise InvalidQueryError(
            fields={"cut": _("one of %(words)s is expected") % {"words": listed}}
        )
    return Cut(text)


def coverage(request: HttpRequest) -> HttpResponse:
    """The heat map of topic by centre with its table, and topic by role."""
    viewer, cut = viewer_of(request), read_cut(request)
    kept = coverage_get(viewer=viewer, cut=cut)
    result = kept.result if kept else {"topics": [], "overlaps": {}}
    counts = {state: sum(t["state"] == state for t in result["topics"]) for state in State}
    parties = Parties(viewer, language())
    context = {
        "cut": cut,
        "cuts": Cut,
        "kept": kept,
        "chart": _chart(request, kept, cut) if kept else "",
        "counts": [(STATE_LABELS[state], state.value, count) for state, count in counts.items()],
        "rows": [_row(topic, parties) for topic in result["topics"]],
        "overlaps": [
            (code, role, [parties.record(c) for c in centres])
            for code, roles in result["overlaps"].items()
            for role, centres in roles.items()
        ],
        "centres": centre_list(viewer),
    }
    return render(request, "concord/coverage.html", context)


def topic(request: HttpRequest, code: str) -> HttpResponse:
    """One topic: its state and every piece of evidence beneath it, with the stage of each."""
    viewer, cut = viewer_of(request), read_cut(request)
    try:
        entry = vocabulary.topics()[code]
    except UnknownCodeError as error:
        raise NotFoundError(str(error)) from error
    kept = coverage_get(viewer=viewer, cut=cut)
    found = next((t for t in kept.result["topics"] if t["code"] == code), None) if kept else None
    evidence = found["evidence"] if found else []
    records = records_get(viewer=viewer, ids=as_ids(e["record"] for e in evidence))
    parties = Parties(viewer, language())
    context = {
        "entry": entry,
        "cut": cut,
        "cuts": Cut,
        "children": vocabulary.topics().children(code),
        "topic_row": _row(found, parties) if found else None,
        "records": [records[i] for i in as_ids(e["record"] for e in evidence) if i in records],
        "parties": parties,
        "institutions": list(record_list(viewer=viewer, kind="institution")),
    }
    return render(request, "concord/topic.html", context)


def _row(topic: dict[str, Any], parties: Parties) -> dict[str, Any]:
    return {
        "code": topic["code"],
        "state": topic["state"],
        "state_label": STATE_LABELS[State(topic["state"])],
        "centres": [parties.record(centre) for centre in topic["centres"]],
        "others": [
            (parties.record(centre), kinds)
            for centre, kinds in topic["by_centre"].items()
            if centre not in topic["centres"]
        ],
        "roles": topic["roles"],
        "cells": topic["cells"],
        "count": len(topic["evidence"]),
    }


def _chart(request: HttpRequest, kept: Kept, cut: Cut) -> str:
    centres = [
        centre
        for centre in centre_list(viewer_of(request))
        if any(str(centre.id) in t["by_centre"] for t in kept.result["topics"])
    ]
    rows: list[HeatRow] = []
    for entry in vocabulary.topics().children(None):
        rows.append(HeatRow(f"{entry.code} {entry.label(language())}", None, (), is_heading=True))
        for found in kept.result["topics"]:
            if vocabulary.topics()[found["code"]].parent != entry.code:
                continue
            label = f"{found['code']} {vocabulary.topics().label(found['code'], language())}"
            href = f"{reverse('topic', args=[found['code']])}?cut={cut.value}"
            cells = [_cell(found["by_centre"].get(str(c.id), []), href) for c in centres]
            rows.append(HeatRow(label, href, cells))
    return draw_heatmap(
        [short_name(centre, language()) for centre in centres],
        rows,
        chart_id="coverage",
        title=_("Topics by centre"),
        description=_("A filled square is a course record, a hatched one a statement, an outlined "
                      "one a single event; a dash means not found in open sources."),
    )  # fmt: skip


def _cell(kinds: list[str], href: str) -> HeatCell:
    for kind in ("course", "activity", "statement"):
        if kind in kinds:
            hints = {"course": _("course"), "activity": _("event"), "statement": _("statement")}
            return HeatCell(MARKS[kind], "", href, ", ".join(hints[k] for k in kinds))
    return HeatCell("", "", None, _("not found in open sources"))
