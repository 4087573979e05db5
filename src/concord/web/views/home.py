"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from concord.documents.map import MapPoint, draw_map
from concord.jobs.kept import kept_coverage
from concord.record.columns import Question
from concord.record.selectors import RecordView, records_latest
from concord.register import vocabulary
from concord.register.links import short_name
from concord.register.tables import totals
from concord.register.then import AsOf
from concord.register.words import CENTRE_KINDS, Cut, Detail, Stage
from concord.web.templatetags.reading import country, language
from concord.web.views.viewer import viewer_of

LISTED = {
    "itemised": "training/?stage=%s&once=once",
    "stated": "statements/?stage=%s&group=trained",
}
"""Where the records behind a headline figure are listed."""


def home(request: HttpRequest) -> HttpResponse:
    """Map, headline figures with their axes, what is new, topics that were not found."""
    viewer = viewer_of(request)
    centres = centre_list(AsOf(viewer))
    kept = kept_coverage(viewer, Cut.ALL)
    missing = (
        [t["code"] for t in kept.result["topics"] if t["state"] == "not_found"] if kept else []
    )
    offered = sum(t["state"] == "offered" for t in kept.result["topics"]) if kept else None
    counted = totals(viewer)
    figures = [
        (Detail(detail).label, Stage(stage).label, count, LISTED[detail] % stage)
        for (detail, stage), count in sorted(counted.items())
    ]
    context = {
        "centres": centres,
        "map": draw_map(
            [point for centre in centres if (point := _point(centre))],
            chart_id="map",
            title=_("Where the centres are"),
            description=_("Filled circles stand at a town that a source names, hollow diamonds at "
                          "the capital because no source states the place."),
        ),
        "states": {c.content["state"] for c in centres if c.content.get("state")},
        "offered": offered,
        "missing": missing,
        "figures": figures,
        "latest": records_latest(viewer=viewer, count=8),
    }  # fmt: skip
    return render(request, "concord/home.html", context)


def centre_list(read: AsOf) -> list[RecordView]:
    """Centres by country and name."""
    is_centre = Question({"kind": frozenset(CENTRE_KINDS)})
    found = read.records(read.shelf.institutions.ids_where(read.viewer, is_centre))
    return sorted(found.values(), key=lambda r: (r.content.get("state", ""), short_name(r, "en")))


def _point(centre: RecordView) -> MapPoint | None:
    """Where a centre is drawn; None where not even its country or area is known."""
    place = centre.content.get("place")
    state = centre.content.get("state", "")
    label = short_name(centre, language())
    href = reverse("institution", args=[centre.id])
    if place:
        return MapPoint(
            label, href, place["longitude"], place["latitude"], is_stated=True, hint=place["name"]
        )
    capitals = vocabulary.load("capitals")
    if state not in capitals:
        return None
    capital = capitals[state].more
    hint = _("%(country)s: place not stated, drawn at the capital") % {"country": country(state)}
    return MapPoint(
        label,
        href,
        float(capital["longitude"]),
        float(capital["latitude"]),
        is_stated=False,
        hint=hint,
    )
