"""Collaboration: every link with kind, depth, tier, stage, who says so and whether both do."""

from __future__ import annotations

from itertools import combinations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from concord.documents.graph import GraphLink, GraphNode, draw_graph
from concord.record.errors import InvalidQueryError
from concord.register import vocabulary
from concord.register.links import Link, Named, link_list
from concord.register.words import Cut
from concord.web.templatetags.reading import language
from concord.web.views.coverage import read_cut
from concord.web.views.viewer import viewer_of

LEVELS = ("named", "state")


def collaboration(request: HttpRequest) -> HttpResponse:
    """Graph, matrix of States, and the list of links; parties as named or rolled up to States."""
    viewer, cut = viewer_of(request), read_cut(request)
    level = request.GET.get("level", "state")
    if level not in LEVELS:
        listed = ", ".join(LEVELS)
        raise InvalidQueryError(
            fields={"level": _("one of %(words)s is expected") % {"words": listed}}
        )
    links = link_list(viewer=viewer, cut=cut, language=language())
    claims = [link for link in links if link.kind != "activity"]
    context = {
        "cut": cut,
        "cuts": Cut,
        "level": level,
        "graph": _graph(claims, level),
        "matrix": _matrix(claims),
        "security": [link for link in claims if link.scope == "security"],
        "adjacent": [link for link in claims if link.scope != "security"],
        "activities": [link for link in links if link.kind == "activity"],
    }
    return render(request, "concord/collaboration.html", context)


def _end(party: Named, level: str) -> tuple[str, str, bool]:
    """Key, label and whether a State, of a party at the level that is looked at."""
    if level == "state" and party.side in vocabulary.countries():
        return party.side, vocabulary.countries().label(party.side, language()), True
    return party.key, party.label, party.kind == "state"


def _graph(links: list[Link], level: str) -> str:
    nodes: dict[str, GraphNode] = {}
    drawn: list[GraphLink] = []
    for link in links:
        if link.scope != "security" or len(link.parties) > 6:
            continue
        named = [p for p in link.parties if p.kind != "described" or p.side != p.key]
        ends = {end[0]: end for end in (_end(party, level) for party in named)}
        for key, label, is_state in ends.values():
            nodes.setdefault(key, GraphNode(key, label, None, is_state))
        for a, b in combinations(sorted(ends), 2):
            drawn.append(
                GraphLink(
                    a, b, f"{link.kind_label}: {link.text}", reverse("record", args=[link.id]),
                    link.confirmation.value, link.stage == "planned", link.depth,
                )
            )  # fmt: skip
    used = {key for link in drawn for key in (link.a, link.b)}
    return draw_graph(
        sorted((nodes[key] for key in used), key=lambda n: (not n.is_state, n.key)),
        drawn,
        chart_id="links",
        title=_("Who is said to work with whom"),
        description=_("Full lines are confirmed by both sides as reported, dashed ones are "
                      "one-sided, dotted ones have no party's own account; planned ones are "
                      "outlined. The list beneath gives each."),
    )  # fmt: skip


def _matrix(links: list[Link]) -> dict[str, object]:
    """For each pair of States the number of links on nuclear security, by confirmation."""
    cells: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        sides = sorted({p.side for p in link.parties if p.side in vocabulary.countries()})
        if link.scope == "security":
            for pair in combinations(sides, 2):
                cells.setdefault(pair, []).append(link)
    codes = sorted({code for pair in cells for code in pair})
    rows = [
        (a, [(b, cells.get((min(a, b), max(a, b)), []) if a != b else None) for b in codes])
        for a in codes
    ]
    return {"codes": codes, "rows": rows}
