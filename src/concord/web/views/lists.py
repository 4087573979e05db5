"""What pages with a list share: the answer, its facets with labels, the way to the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from concord.core.disclosure import Viewer
from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.links import Parties, party_ids
from concord.register.listings import Listing
from concord.register.listquery import is_id, key_text
from concord.web.facets import ALL, facet_list
from concord.web.templatetags.reading import language
from concord.web.views.viewer import viewer_of

Labels = Mapping[str, tuple[str, Callable[[str], str]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list, ready to be shown."""

    viewer: Viewer
    records: list[RecordView]
    counts: Mapping[str, Mapping[str, int]]
    parties: Parties
    context: dict[str, Any]

    def with_facets(self, request: HttpRequest, labels: Labels) -> dict[str, Any]:
        """The context of the page with its facets."""
        return self.context | {"facets": facet_list(request, self.counts, labels)}


def show_list(
    request: HttpRequest,
    listing: Listing,
    *,
    named_by: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
) -> Shown:
    """The page that the address asks for.

    ``named_by`` are facets whose codes are institutions or networks, to be named in its labels.
    """
    viewer = viewer_of(request)
    page, records = listing.page(viewer, request.GET, also)
    named = party_ids(records)
    for facet in named_by:
        named |= _frequent(request, facet, page.counts[facet])
    parties = Parties(viewer, language(), named)
    following = request.GET.copy()
    following["after"] = key_text(page.next)
    export = request.GET.copy()
    for name in ("after", *also):
        export.pop(name, None)
    context = {
        "records": records,
        "total": page.total,
        "next": following.urlencode() if page.next else "",
        "is_first": not request.GET.get("after"),
        "parties": parties,
        "words": request.GET.get("q", ""),
        "kept": [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in {"q", "after"}
        ],
        "listing": listing.name,
        "query": export.urlencode(),
    }
    return Shown(viewer, records, page.counts, parties, context)


def _frequent(request: HttpRequest, name: str, counts: Mapping[str, int]) -> set[str]:
    """The ids among the codes of a facet that its labels may name."""
    most = sorted(counts, key=lambda code: (-counts[code], code))[:ALL]
    codes = {*most, *(set(request.GET.getlist(name)) & set(counts))}
    return {key for code in codes if is_id(key := code.rpartition(":")[2])}


def party_label(parties: Parties, code: str) -> str:
    """The name of a party by its code in a list: a State, an institution or a network."""
    kind, _colon, key = code.rpartition(":")
    if key in vocabulary.countries():
        return parties.name({"state": key}).label
    return parties.record(key, kind or "institution").label if is_id(key) else code
