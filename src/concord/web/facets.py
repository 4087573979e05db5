"""Facets of a list: each value with label, count and the address that turns it on or off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest

MOST = 12
"""Values shown before 'more'."""
ALL = 60
"""Values offered at all: the most frequent, and those that are chosen."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet."""

    code: str
    label: str
    count: int
    is_chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet with its values, most frequent first."""

    name: str
    label: str
    values: tuple[FacetValue, ...]

    @property
    def first(self) -> tuple[FacetValue, ...]:
        return self.values[:MOST]

    @property
    def rest(self) -> tuple[FacetValue, ...]:
        return self.values[MOST:]


def facet_list(
    request: HttpRequest,
    counts: Mapping[str, Mapping[str, int]],
    wanted: Mapping[str, tuple[str, Callable[[str], str]]],
) -> list[Facet]:
    """The facets in the order of ``wanted``; one with no value at all is left out."""
    facets = []
    for name, (label, label_of) in wanted.items():
        chosen = request.GET.getlist(name)
        codes = {**dict.fromkeys(chosen, 0), **counts.get(name, {})}
        values = tuple(
            FacetValue(code, label_of(code), count, code in chosen, _href(request, name, code))
            for place, (code, count) in enumerate(
                sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))
            )
            if place < ALL or code in chosen
        )
        if values:
            facets.append(Facet(name, label, values))
    return facets


def _href(request: HttpRequest, name: str, code: str) -> str:
    params = request.GET.copy()
    params.pop("after", None)
    chosen = params.getlist(name)
    params.setlist(name, [c for c in chosen if c != code] if code in chosen else [*chosen, code])
    return f"?{params.urlencode()}"
