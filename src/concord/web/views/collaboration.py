"""Collaboration: every link with kind, depth, tier, stage, who says so and whether both do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.documents.graph import GraphLink, GraphNode, draw_graph
from concord.register.links import Parties, links_of
from concord.register.listings import COLLABORATION
from concord.register.listquery import is_id, read_choice, read_cut
from concord.register.then import AsOf
from concord.register.words import Cut
from concord.web.templatetags.reading import country, language, word
from concord.web.views.lists import Labels, party_label, show_list

LEVELS = ("state", "named")
MOST_EDGES = 60
"""Links drawn in the graph: the pairs with most. The list beneath has them all."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Links of one pair that are alike in confirmation, stage and depth."""

    a: str
    b: str
    confirmation: str
    is_planned: bool
    depth: int | None
    count: int


def collaboration(request: HttpRequest) -> HttpResponse:
    """Graph, matrix of States, and the list of links; parties as named or rolled up to States."""
    cut = read_cut(request.GET)
    level = read_choice(request.GET, "level", LEVELS, "state")
    shown = show_list(request, COLLABORATION, named_by=("party",), also=("level",))
    every = _edges(shown.counts["edge"])
    edges = [edge for edge in every if _is_state(edge) == (level == "state")]
    labels: Labels = {
        "record": (_("What it is"), _record),
        "kind": (_("Kind"), _kind),
        "depth": (_("Depth"), lambda code: _("without depth") if code == "-" else code),
        "confirmation": (_("Confirmation"), lambda code: word(code, "Confirmation")),
        "stage": (_("Stage"), lambda code: word(code, "Stage")),
        "tier": (_("Tier"), lambda code: word(code, "Tier")),
        "state": (_("Country or area"), country),
        "party": (_("Party as named"), lambda code: party_label(shown.parties, code)),
        "scope": (_("Scope"), lambda code: word(code, "Scope")),
    }
    context = shown.with_facets(request, labels) | {
        "cut": cut,
        "cuts": Cut,
        "level": level,
        "levels": [(name, _address(request, level=name)) for name in LEVELS],
        "cut_query": _without(request, "cut"),
        "graph": _graph(request, shown.read, edges, level),
        "matrix": _matrix(request, every),
        "links": links_of(shown.records, read=shown.read, cut=cut, language=language()),
        "pairs": [
            (
                " – ".join(
                    party_label(_pair_parties(request, shown.read), code)
                    for code in pair.split("~")
                )
            )
            for pair in request.GET.getlist("pair")
        ],
        "without_pair": _without(request, "pair", "scope", "record"),
    }
    return render(request, "concord/collaboration.html", context)


def _record(code: str) -> str:
    names = {
        "relation": _("relation"), "agreement": _("agreement"), "activity": _("joint activity")
    }  # fmt: skip
    return names[code]


def _kind(code: str) -> str:
    for name in ("RelationKind", "AgreementKind", "ActivityKind"):
        try:
            return word(code, name)
        except ValueError:
            continue
    raise ValueError(code)


def _without(request: HttpRequest, *names: str) -> str:
    params = request.GET.copy()
    for name in (*names, "after"):
        params.pop(name, None)
    return params.urlencode()


def _address(request: HttpRequest, **changes: str) -> str:
    """The address of this page with some parameters changed, at its first page."""
    params: QueryDict = request.GET.copy()
    params.pop("after", None)
    for name, value in changes.items():
        params[name] = value
    return f"?{params.urlencode()}"


def _pair_address(request: HttpRequest, pair: str) -> str:
    """The links that a cell of the matrix, or a line of the graph, counts."""
    params = request.GET.copy()
    params.pop("after", None)
    params["pair"], params["scope"] = pair, "security"
    params.setlist("record", ["relation", "agreement"])
    return f"?{params.urlencode()}#links-list"


def _edges(counts: Mapping[str, int]) -> list[Edge]:
    found = []
    for code, count in counts.items():
        a, b, confirmation, planned, depth = code.split("~")
        step = None if depth == "-" else int(depth)
        found.append(Edge(a, b, confirmation, planned == "1", step, count))
    return sorted(found, key=lambda edge: (-edge.count, edge.a, edge.b, edge.confirmation))


def _is_state(edge: Edge) -> bool:
    return len(edge.a) == len(edge.b) == 2


def _pair_parties(request: HttpRequest, read: AsOf) -> Parties:
    codes = [code for pair in request.GET.getlist("pair") for code in pair.split("~")]
    return _named(read, codes)


def _named(read: AsOf, codes: list[str]) -> Parties:
    ids = {code.partition(":")[2] for code in codes}
    return Parties(read, language(), set(filter(is_id, ids)))


def _graph(request: HttpRequest, read: AsOf, edges: list[Edge], level: str) -> str:
    drawn = edges[:MOST_EDGES]
    codes = sorted({code for edge in drawn for code in (edge.a, edge.b)})
    parties = _named(read, codes)
    nodes = [
        GraphNode(
            code, party_label(parties, code), None, level == "state" or code.startswith("state:")
        )
        for code in codes
    ]
    links = [
        GraphLink(
            edge.a, edge.b, _hint(edge, parties), _pair_address(request, f"{edge.a}~{edge.b}"),
            edge.confirmation, edge.is_planned, edge.depth,
        )
        for edge in drawn
    ]  # fmt: skip
    description = _(
        "Full lines are confirmed by both sides as reported, dashed ones are one-sided, dotted "
        "ones have no party’s own account; planned ones are outlined. The list beneath gives each."
    )
    if len(edges) > MOST_EDGES:
        description += " " + _("Drawn are the %(count)d with most links.") % {"count": MOST_EDGES}
    return draw_graph(
        sorted(nodes, key=lambda n: (not n.is_state, n.key)),
        links,
        chart_id="links",
        title=_("Who is said to work with whom"),
        description=description,
    )


def _hint(edge: Edge, parties: Parties) -> str:
    names = {"a": party_label(parties, edge.a), "b": party_label(parties, edge.b)}
    words = {"confirmation": word(edge.confirmation, "Confirmation"), "count": edge.count}
    return _("%(a)s – %(b)s: %(confirmation)s, %(count)d") % (names | words)


def _matrix(request: HttpRequest, edges: list[Edge]) -> dict[str, object]:
    """For each pair of States the number of links on nuclear security, and the way to them."""
    cells: Counter[tuple[str, str]] = Counter()
    for edge in edges:
        if _is_state(edge):
            cells[edge.a, edge.b] += edge.count
    codes = sorted({code for pair in cells for code in pair})

    def cell(a: str, b: str) -> tuple[int, str] | None:
        pair = (min(a, b), max(a, b))
        if a == b:
            return None
        return cells[pair], _pair_address(request, "~".join(pair)) if cells[pair] else ""

    return {"codes": codes, "rows": [(a, [(b, cell(a, b)) for b in codes]) for a in codes]}
