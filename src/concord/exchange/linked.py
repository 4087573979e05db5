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
from concord.register.reading import dated
from concord.register.tables import citations_of
from concord.register.then import AsOf
from concord.register.words import (
    PROVIDER_PARTS,
    ActivityKind,
    InstitutionKind,
    MilestoneStep,
    Stage,
)

CONTEXT: Final = "https://schema.org/"
PROFILE: Final = "https://bioschemas.org/profiles/{name}/1.0-RELEASE"
CONFORMS: Final = "http://purl.org/dc/terms/conformsTo"
ONLINE: Final = "online"
ONSITE: Final = "onsite"
NOT_SHOWN: Final = "not shown"
PARTY_IDS: Final = ("institution", "network")


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


def ids_named(records: Iterable[RecordView]) -> set[str]:
    """The institutions and networks that JSON-LD of these records names."""
    found = party_ids(records)
    for content in (record.content for record in records):
        found |= {part["institution"] for part in content.get("parents", ())}
        found |= {part["network"] for part in content.get("memberships", ())}
        named = [content[name] for name in ("body", "provider", "party") if name in content]
        found |= {party[kind] for party in named for kind in PARTY_IDS if kind in party}
        if record_id := content.get("institution"):
            found.add(record_id)
    return found


def _linked(
    batches: Iterable[Sequence[RecordView]], read: AsOf, language: str, address: str
) -> Iterator[list[dict[str, Any]]]:
    for records in batches:
        parties = Parties(read, language, ids_named(records))
        yield [as_linked(record, parties, address=address) for record in records]


def _thing(
    record: RecordView, kind: str | Sequence[str], address: str, profile: str = ""
) -> dict[str, Any]:
    """What anything may say."""
    content = record.content
    return {
        "@type": kind,
        "@id": f"{address}/records/{record.id}/",
        **({CONFORMS: {"@id": PROFILE.format(name=profile)}} if profile else {}),
        "name": _texts(content.get("titles") or content.get("text")) or str(record.id),
        "url": f"{address}/records/{record.id}/",
        "identifier": f"urn:uuid:{record.id}",
    }


def _work(record: RecordView, kind: str, address: str, profile: str = "") -> dict[str, Any]:
    """What a work, or a claim, may say besides: when it changed, in which language, for whom."""
    found = _thing(record, kind, address, profile)
    found["dateModified"] = record.changed_at.date().isoformat()
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
    return _work(record, "Course", address, "Course") | {
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
    found = _work(record, kind, address, "CourseInstance") | {
        "courseMode": ONLINE if content.get("is_online") else ONSITE,
        "location": _location(content),
        "keywords": _keywords(record),
        "eventStatus": _status(content),
    }
    span = TimeSpan.parse(day) if (day := dated(content)) else None
    if span and span.start:
        found["startDate"] = str(span.start)
        found["endDate"] = str(span.end or span.start)
    if course := content.get("course"):
        found["isPartOf"] = {"@type": "Course", "@id": f"{address}/records/{course}/"}
    hosts = [p for p in content.get("parties", ()) if p["part"] in PROVIDER_PARTS]
    found["organizer"] = _named(hosts, parties, address)
    if seats := (content.get("nomination") or {}).get("seats"):
        found["maximumAttendeeCapacity"] = seats
    return found


TYPES: Final[Mapping[str, str]] = {
    InstitutionKind.COE: "EducationalOrganization",
    InstitutionKind.NSSC: "EducationalOrganization",
    InstitutionKind.UNIVERSITY: "CollegeOrUniversity",
    InstitutionKind.THINK_TANK: "ResearchOrganization",
    InstitutionKind.LABORATORY: "ResearchOrganization",
    InstitutionKind.REGULATOR: "GovernmentOrganization",
    InstitutionKind.AGENCY: "GovernmentOrganization",
    InstitutionKind.MINISTRY: "GovernmentOrganization",
    InstitutionKind.LAW_ENFORCEMENT: "GovernmentOrganization",
    InstitutionKind.FOUNDATION: "NGO",
    InstitutionKind.COMPANY: "Corporation",
    InstitutionKind.OPERATOR: "Corporation",
}
"""What schema.org calls each kind of institution; what it has no word for is an organization."""
FOUNDING: Final = (MilestoneStep.FOUNDED, MilestoneStep.ESTABLISHED)


def _institution(record: RecordView, parties: Parties, address: str) -> dict[str, Any]:
    content = record.content
    kinds = [TYPES[kind] for kind in content.get("kinds", ()) if kind in TYPES]
    types = list(dict.fromkeys(kinds)) or ["Organization"]
    found = _organization(record, types[0] if len(types) == 1 else types, address)
    if place := content.get("place"):
        found["location"] = {
            "@type": "Place",
            "name": place["name"],
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": place["latitude"],
                "longitude": place["longitude"],
            },
        }
    if state := content.get("state"):
        found["address"] = {"@type": "PostalAddress", "addressCountry": state}
    founded = (
        milestone["when"]
        for milestone in content.get("milestones", ())
        if milestone["step"] in FOUNDING
        and milestone.get("when")
        and milestone.get("stage", Stage.DONE) == Stage.DONE
    )
    about = [_texts(part["text"]) for name in ("focuses", "capabilities")
             for part in content.get(name, ())]  # fmt: skip
    networks = [{"network": part["network"]} for part in content.get("memberships", ())]
    parents = [{"institution": part["institution"]} for part in content.get("parents", ())]
    more = {
        "foundingDate": _day(next(founded, "")),
        "knowsAbout": [words for texts in about for words in texts],
        "knowsLanguage": content.get("languages"),
        "email": content.get("mailbox"),
        "memberOf": _named(networks, parties, address),
        "parentOrganization": _named(parents, parties, address),
    }
    return found | {name: value for name, value in more.items() if value}


def _network(record: RecordView, _parties: Parties, address: str) -> dict[str, Any]:
    content = record.content
    found = _organization(record, "Consortium", address)
    if founded := _day(content.get("founded", "")):
        found["foundingDate"] = founded
    if purpose := content.get("purpose"):
        found["description"] = _texts(purpose)
    return found


def _organization(record: RecordView, kind: str | Sequence[str], address: str) -> dict[str, Any]:
    content = record.content
    names = [{"@value": n["name"], "@language": n["language"]} for n in content.get("names", ())]
    return _thing(record, kind, address) | {
        "name": names[:1] or str(record.id),
        "alternateName": names[1:],
        "sameAs": [content[name] for name in ("website", "ror") if content.get(name)],
    }


def _day(when: str) -> str:
    """A date as exact as its source, where it is one: a span has no single one."""
    span = TimeSpan.parse(when) if when else None
    return str(span.start) if span and span.start and span.start == span.end else ""


def _document(record: RecordView, parties: Parties, address: str) -> dict[str, Any]:
    content = record.content
    found = _work(record, "CreativeWork", address)
    if published := content.get("published"):
        found["datePublished"] = published
    elif when := content.get("when"):
        found["temporalCoverage"] = when
    if publisher := content.get("publisher"):
        found["publisher"] = {"@type": "Organization", "name": publisher}
    if url := content.get("url"):
        found["sameAs"] = url
    return found | {"contributor": _named(content.get("parties", ()), parties, address)}


def _policy(record: RecordView, parties: Parties, address: str) -> dict[str, Any]:
    content = record.content
    whose = [{"institution": content["institution"]}] if "institution" in content else []
    found = _work(record, "CreativeWork", address)
    if said := content.get("statement"):
        found["text"] = _texts(said)
    return found | {"author": _named(whose, parties, address)}


def _claim(record: RecordView, parties: Parties, address: str) -> dict[str, Any]:
    """What somebody says: the words, whom it is about, whose claim it is, where it is made.

    A claim, and no review of one: the register weighs nobody's word.
    """
    content = record.content
    found = _work(record, "Claim", address)
    citations = list(citations_of(content))
    claimants = dict.fromkeys(c["claimant"] for c in citations if c.get("claimant"))
    authors = [content[name] for name in ("body", "party") if name in content]
    about = [content[name] for name in ("subject", "provider") if name in content]
    more = {
        "text": _texts(content.get("text")),
        "about": [
            *_named([*about, *content.get("parties", ())], parties, address),
            *_works(content.get("courses", ()), "Course", address),
            *_works([content["about"]] if "about" in content else [], "CreativeWork", address),
        ],
        "author": [
            *_named(authors, parties, address),
            *({"@type": "Organization", "name": name} for name in claimants),
        ],
        "appearance": _works(
            dict.fromkeys(citation["source"] for citation in citations), "CreativeWork", address
        ),
        "temporalCoverage": content.get("when") or content.get("by") or _year(content),
        "creativeWorkStatus": content.get("stage") or content.get("completeness"),
        "mainEntity": _figure(content),
    }
    return found | {name: value for name, value in more.items() if value}


def _year(content: Mapping[str, Any]) -> str:
    return str(content.get("year", ""))


def _figure(content: Mapping[str, Any]) -> dict[str, Any]:
    """What is measured and what is claimed of it; empty where the claim has no figure."""
    figure = {
        "name": content.get("measure"),
        "value": content.get("value") or content.get("value_text"),
        "minValue": content.get("low"),
        "maxValue": content.get("high"),
        "unitText": content.get("unit") or ("person" if "low" in content else None),
        "description": content.get("qualifier"),
    }
    said = {name: value for name, value in figure.items() if value is not None}
    has_figure = {"value", "minValue", "maxValue"} & said.keys()
    return {"@type": "PropertyValue", **said} if has_figure else {}


def _works(ids: Iterable[str], kind: str, address: str) -> list[dict[str, Any]]:
    return [{"@type": kind, "@id": f"{address}/records/{key}/"} for key in ids]


PARTIES: Final = {"state": "Country", "network": "Consortium"}


def _named(
    named: Iterable[Mapping[str, Any]], parties: Parties, address: str
) -> list[dict[str, Any]]:
    """Parties with their names; those that are records here by their ids too.

    What the reader may not know of has no name, and is left out.
    """
    shown = [parties.name(one.get("party", one)) for one in named]
    found = [p for p in shown if p.record or p.kind not in PARTY_IDS]
    return [
        {
            "@type": PARTIES.get(party.kind, "Organization"),
            **({"@id": f"{address}/records/{party.record}/"} if party.record else {}),
            "name": party.label,
        }
        for party in found
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
    "course": _course, "activity": _instance, "institution": _institution,
    "network": _network, "source": _document, "agreement": _document, "policy": _policy,
}  # fmt: skip
