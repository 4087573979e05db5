"""Training as JSON-LD of schema.org, by the Bioschemas profiles of courses and their runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict

from concord.core.disclosure import TLP, Breadth, Viewer
from concord.core.timespan import TimeSpan
from concord.exchange.plain import json_list
from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.links import Parties, party_ids
from concord.register.listings import Listing, as_of
from concord.register.tables import citations_of
from concord.register.then import AsOf
from concord.register.words import PROVIDER_PARTS, ActivityKind

CONTEXT: Final = "https://schema.org/"
PROFILE: Final = "https://bioschemas.org/profiles/{name}/1.0-RELEASE"
CONFORMS: Final = "http://purl.org/dc/terms/conformsTo"
ONLINE: Final = "online"
ONSITE: Final = "onsite"
NOT_SHOWN: Final = "not shown"


def as_linked(record: RecordView, parties: Parties, *, address: str) -> dict[str, Any]:
    """A record as JSON-LD, without its context.

    Of courses and activities every field that the profiles require (Course and CourseInstance 1.0)
    is there; where the register does not know one, it says so in words instead of leaving it out.
    """
    make = _MAKERS.get(record.kind, _claim)
    return make(record, parties, address)


def document(record: RecordView, parties: Parties, *, address: str) -> dict[str, Any]:
    """A record as a JSON-LD document of its own."""
    return {"@context": CONTEXT, **as_linked(record, parties, address=address)}


def linked_lines(
    listing: Listing, viewer: Viewer, params: QueryDict, language: str, address: str
) -> Iterator[bytes]:
    """A list as one JSON-LD graph, streamed; faults of ``params`` are raised before the first."""
    batches = listing.batches(viewer, params)
    head = b'{"@context": "%s", "@graph": [' % CONTEXT.encode()
    return json_list(head, _linked(batches, as_of(viewer, params), language, address))


def _linked(
    batches: Iterable[Sequence[RecordView]], read: AsOf, language: str, address: str
) -> Iterator[list[dict[str, Any]]]:
    for records in batches:
        parties = Parties(read, language, party_ids(records))
        yield [as_linked(record, parties, address=address) for record in records]


def _common(record: RecordView, kind: str, address: str, profile: str = "") -> dict[str, Any]:
    content = record.content
    found: dict[str, Any] = {
        "@type": kind,
        "@id": f"{address}/records/{record.id}/",
        **({CONFORMS: {"@id": PROFILE.format(name=profile)}} if profile else {}),
        "name": _texts(content.get("titles") or content.get("text")) or str(record.id),
        "url": f"{address}/records/{record.id}/",
        "identifier": f"urn:uuid:{record.id}",
        "dateModified": record.changed_at.date().isoformat(),
    }
    if languages := record.content.get("languages"):
        found["inLanguage"] = languages
    if cited := dict.fromkeys(citation["source"] for citation in citations_of(record.content)):
        found["subjectOf"] = [
            {"@type": "CreativeWork", "@id": f"{address}/records/{source}/"} for source in cited
        ]
    if record.tlp != TLP[Breadth.PUBLIC]:
        found["conditionsOfAccess"] = record.tlp
    return found


def _texts(text: Mapping[str, Any] | None) -> Any:
    """A text in each of its languages, as JSON-LD has it."""
    if not text:
        return ""
    return [{"@value": words, "@language": tag} for tag, words in text["text"].items()]


def _keywords(record: RecordView) -> list[str]:
    topics = record.content.get("topics", ())
    return [vocabulary.topics().label(code, "en") for code in topics] or ["nuclear security"]


def _course(record: RecordView, parties: Parties, address: str) -> dict[str, Any]:
    content = record.content
    providers = [parties.record(key) for key in content.get("providers", ())]
    return _common(record, "Course", address, "Course") | {
        "description": _texts(content.get("objectives") or content.get("titles")) or NOT_SHOWN,
        "keywords": _keywords(record),
        "provider": [
            {
                "@type": "Organization",
                "@id": f"{address}/institutions/{named.record}/",
                "name": named.label,
            }
            for named in providers
            if named.record
        ],
    }


def _instance(record: RecordView, parties: Parties, address: str) -> dict[str, Any]:
    content = record.content
    is_run = content.get("activity_kind") == ActivityKind.COURSE_RUN
    kind = "CourseInstance" if is_run else "EducationEvent"
    found = _common(record, kind, address, "CourseInstance") | {
        "courseMode": ONLINE if content.get("is_online") else ONSITE,
        "location": _location(content),
        "keywords": _keywords(record),
        "eventStatus": _status(content),
    }
    span = TimeSpan.parse(content["when"]) if content.get("when") else None
    if span and span.start:
        found["startDate"] = str(span.start)
        found["endDate"] = str(span.end or span.start)
    if course := content.get("course"):
        found["isPartOf"] = {"@type": "Course", "@id": f"{address}/records/{course}/"}
    hosts = [p for p in content.get("parties", ()) if p["part"] in PROVIDER_PARTS]
    found["organizer"] = _named(hosts, parties)
    if seats := (content.get("nomination") or {}).get("seats"):
        found["maximumAttendeeCapacity"] = seats
    return found


def _organization(record: RecordView, _parties: Parties, address: str) -> dict[str, Any]:
    content = record.content
    found = _common(record, "Organization", address)
    names = [{"@value": n["name"], "@language": n["language"]} for n in content.get("names", ())]
    found |= {"name": names[:1] or str(record.id), "alternateName": names[1:]}
    if state := content.get("state"):
        found["address"] = {"@type": "PostalAddress", "addressCountry": state}
    same = [content[name] for name in ("website", "ror") if content.get(name)]
    return found | {"sameAs": same}


def _work(record: RecordView, parties: Parties, address: str) -> dict[str, Any]:
    content = record.content
    found = _common(record, "CreativeWork", address)
    if published := content.get("published") or content.get("when"):
        found["datePublished" if "published" in content else "temporalCoverage"] = published
    if publisher := content.get("publisher"):
        found["publisher"] = {"@type": "Organization", "name": publisher}
    if url := content.get("url"):
        found["sameAs"] = url
    return found | {"contributor": _named(content.get("parties", ()), parties)}


def _claim(record: RecordView, parties: Parties, address: str) -> dict[str, Any]:
    """What somebody says, of whatever: the words, whom it is about, and where it is said."""
    content = record.content
    found = _common(record, "Claim", address)
    about = [content["subject"]] if content.get("subject") else content.get("parties", ())
    cited = dict.fromkeys(citation["source"] for citation in citations_of(content))
    return found | {
        "text": found["name"],
        "about": _named(about, parties),
        "appearance": [
            {"@type": "CreativeWork", "@id": f"{address}/records/{source}/"} for source in cited
        ],
    }


def _named(named: Iterable[Mapping[str, Any]], parties: Parties) -> list[dict[str, Any]]:
    return [
        {"@type": "Organization", "name": parties.name(one.get("party", one)).label}
        for one in named
    ]


def _location(content: Mapping[str, Any]) -> Any:
    """A place; a text for what is online or not said, as the profile allows."""
    if content.get("is_online"):
        return ONLINE
    town, country = content.get("town"), content.get("country")
    if not town and not country:
        return "place not stated"
    postal = {"@type": "PostalAddress", "addressLocality": town, "addressCountry": country}
    return {
        "@type": "Place",
        "address": {name: value for name, value in postal.items() if value},
    }


def _status(content: Mapping[str, Any]) -> str:
    name = "EventCancelled" if content.get("stage") == "cancelled" else "EventScheduled"
    return f"{CONTEXT}{name}"


_MAKERS: Final = {
    "course": _course, "activity": _instance, "institution": _organization,
    "network": _organization, "source": _work, "agreement": _work,
}  # fmt: skip
