"""The register as a data set: DCAT 3 in JSON-LD, as the public may have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings

from concord.core.disclosure import ANYONE
from concord.record.selectors import record_list
from concord.record.vanishing import first_moment, last_moment
from concord.register.listings import LISTINGS
from concord.register.reading import title_of
from concord.register.words import InstitutionKind

CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
}
"""The forms in which every list is given."""
IANA: Final = "https://www.iana.org/assignments/media-types/"


def catalogue(*, address: str, language: str) -> dict[str, Any]:
    """What there is, under which licence, from whom, how new, and in which forms."""
    changed, begun = last_moment(viewer=ANYONE), first_moment(viewer=ANYONE)
    found: dict[str, Any] = {
        "@id": f"{address}/#register",
        "@type": "dcat:Dataset",
        "dcterms:title": {"@value": settings.CONCORD_NAME, "@language": "en"},
        "dcterms:description": {"@value": DESCRIPTION, "@language": "en"},
        "dcterms:license": {"@id": settings.CONCORD_LICENCE},
        "dcterms:publisher": list(_publishers(address, language)),
        "dcterms:language": [code for code, _name in settings.LANGUAGES],
        "dcat:keyword": ["nuclear security", "training", "education"],
        "dcat:landingPage": {"@id": f"{address}/about/"},
        "dcat:distribution": [*_lists(address), *_others(address)],
    }
    if changed and begun:
        found["dcterms:issued"] = _day(begun.date().isoformat())
        found["dcterms:modified"] = {
            "@value": changed.isoformat(), "@type": "xsd:dateTime"
        }  # fmt: skip
        found["dcat:version"] = changed.strftime("%Y%m%dT%H%M%SZ")
    return {
        "@context": CONTEXT,
        "@id": f"{address}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dcterms:title": settings.CONCORD_NAME,
        "dcat:dataset": [found],
        "dcat:service": [
            _service(address, "/api/", "https://spec.openapis.org/oas/v3.1.0"),
            _service(address, "/oai/", "http://www.openarchives.org/OAI/2.0/"),
        ],
    }


DESCRIPTION: Final = (
    "Who trains whom on what in nuclear security, and how well that is borne out: institutions, "
    "courses, activities, agreements, relations, statements and their sources."
)


def _day(text: str) -> dict[str, str]:
    return {"@value": text, "@type": "xsd:date"}


def _publishers(address: str, language: str) -> Iterator[dict[str, Any]]:
    """The compilers: who brings the collection together."""
    for record in record_list(viewer=ANYONE, kind="institution"):
        if InstitutionKind.COMPILER in record.content.get("kinds", ()):
            yield {
                "@id": f"{address}/institutions/{record.id}/",
                "@type": "foaf:Organization",
                "foaf:name": title_of(record, language),
            }


def _lists(address: str) -> Iterator[dict[str, Any]]:
    for name in LISTINGS:
        for ending, media in TYPES.items():
            yield _distribution(address, f"/lists/{name}.{ending}", media, f"{name}, {ending}")


def _others(address: str) -> Iterator[dict[str, Any]]:
    yield _distribution(address, "/lists/training.ics", "text/calendar", "training, iCalendar")


def _distribution(address: str, path: str, media: str, title: str) -> dict[str, Any]:
    return {
        "@id": f"{address}{path}",
        "@type": "dcat:Distribution",
        "dcterms:title": title,
        "dcat:accessURL": {"@id": f"{address}{path}"},
        "dcat:downloadURL": {"@id": f"{address}{path}"},
        "dcat:mediaType": {"@id": f"{IANA}{media}"},
        "dcterms:license": {"@id": settings.CONCORD_LICENCE},
    }


def _service(address: str, path: str, conforms: str) -> dict[str, Any]:
    return {
        "@id": f"{address}{path}",
        "@type": "dcat:DataService",
        "dcat:endpointURL": {"@id": f"{address}{path}"},
        "dcterms:conformsTo": {"@id": conforms},
        "dcat:servesDataset": {"@id": f"{address}/#register"},
    }
