"""What pages with a list share: the answer, its facets with labels, the way to the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.links import Parties, party_ids
from concord.register.listings import Listing, as_of
from concord.register.listquery import KNOWN_AT, is_id, key_text
from concord.register.then import AsOf
from concord.web.facets import ALL, facet_list
from concord.web.templatetags.reading import language
from concord.web.views.viewer import viewer_of

Labels = Mapping[str, tuple[str, Callable[[str], str]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list, ready to be shown."""

    read: AsOf
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
    read = as_of(viewer, request.GET)
    parties = Parties(read, language(), named)
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
        **moment_context(request, read),
    }
    return Shown(read, records, page.counts, parties, context)


def moment_context(request: HttpRequest, read: AsOf) -> dict[str, Any]:
    """What a page of a moment says of it, and how its links lead to what was said then.

    ``then`` is to be put behind the address of a record, ``also_then`` behind one with parameters;
    ``now_query`` is this page as of today.
    """
    now = request.GET.copy()
    for name in (KNOWN_AT, "after"):
        now.pop(name, None)
    given = {KNOWN_AT: request.GET[KNOWN_AT]} if read.known_at else {}
    return {
        "known_at": read.known_at,
        "then": f"?{urlencode(given)}" if given else "",
        "also_then": f"&{urlencode(given)}" if given else "",
        "now_query": now.urlencode(),
        "kept_now": [(name, value) for name, values in now.lists() for value in values],
    }


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
