"""The part of schema.org's vocabulary that JSON-LD of institutions, works and claims may use.

Types with the one above each, and properties with the types that may have them, as at
<https://schema.org/> (release 29). What JSON-LD says is expanded with the shipped context first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final

from pyld import jsonld  # type: ignore[import-untyped]

SCHEMA: Final = "http://schema.org/"
ABOVE: Final[Mapping[str, str]] = {
    "Organization": "Thing", "EducationalOrganization": "Organization",
    "CollegeOrUniversity": "EducationalOrganization", "ResearchOrganization": "Organization",
    "GovernmentOrganization": "Organization", "NGO": "Organization",
    "Corporation": "Organization", "Consortium": "Organization",
    "Place": "Thing", "Country": "Place", "GeoCoordinates": "Thing", "PostalAddress": "Thing",
    "CreativeWork": "Thing", "Claim": "CreativeWork", "Course": "CreativeWork",
    "PropertyValue": "Thing",
}  # fmt: skip
MAY_HAVE: Final[Mapping[str, frozenset[str]]] = {
    "Thing": frozenset({
        "name", "alternateName", "description", "identifier", "url", "sameAs", "subjectOf",
    }),
    "Organization": frozenset({
        "address", "email", "foundingDate", "keywords", "knowsAbout", "knowsLanguage", "location",
        "memberOf", "parentOrganization",
    }),
    "Place": frozenset({"address", "geo", "keywords"}),
    "GeoCoordinates": frozenset({"latitude", "longitude", "address"}),
    "PostalAddress": frozenset({"addressCountry", "addressLocality"}),
    "CreativeWork": frozenset({
        "about", "author", "citation", "conditionsOfAccess", "contributor", "creativeWorkStatus",
        "dateModified", "datePublished", "inLanguage", "keywords", "mainEntity", "publisher",
        "temporalCoverage", "text",
    }),
    "Claim": frozenset({"appearance"}),
    "PropertyValue": frozenset({"maxValue", "minValue", "unitText", "value"}),
}  # fmt: skip
LITERAL: Final = frozenset({"@value"})


def _loader(_address: str, _options: object) -> dict[str, Any]:
    file = resources.files("concord.exchange.feeds") / "schemaorg_context.json"
    return {
        "document": json.loads(file.read_text()), "documentUrl": SCHEMA, "contextUrl": None,
        "contentType": "application/ld+json",
    }  # fmt: skip


def schema_org_faults(node: Mapping[str, Any]) -> list[str]:
    """What of a node, or of a node within it, is no term of schema.org at that place."""
    data = {"@context": "https://schema.org/", **node}
    found = jsonld.expand(data, {"documentLoader": _loader})
    return [fault for one in found for fault in _faults(one)]


def _faults(node: Mapping[str, Any]) -> Iterator[str]:
    if LITERAL & node.keys():
        return
    types = [kind.removeprefix(SCHEMA) for kind in node.get("@type", ())]
    if not types:
        yield f"a node without a type: {dict(node)}"
    for kind in types:
        if kind not in ABOVE:
            yield f"no type: {kind}"
    allowed = {
        name for kind in types for above in _with_above(kind) for name in MAY_HAVE.get(above, ())
    }
    for name, values in node.items():
        if name.startswith("@"):
            continue
        if name.removeprefix(SCHEMA) not in allowed:
            yield f"{name} is nothing that {types} has"
        for value in values:
            if not set(value) <= {"@id"}:
                yield from _faults(value)


def _with_above(kind: str) -> Iterator[str]:
    while kind:
        yield kind
        kind = ABOVE.get(kind, "")
