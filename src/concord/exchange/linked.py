"""Training as JSON-LD of schema.org, by the Bioschemas profiles of courses and their runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from concord.core.timespan import TimeSpan
from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.words import PROVIDER_PARTS, ActivityKind

CONTEXT: Final = "https://schema.org/"
PROFILE: Final = "https://bioschemas.org/profiles/{name}/1.0-RELEASE"
CONFORMS: Final = "http://purl.org/dc/terms/conformsTo"
ONLINE: Final = "online"
ONSITE: Final = "onsite"


def as_linked(record: RecordView, parties: Parties, *, address: str) -> dict[str, Any] | None:
    """A course or an activity as JSON-LD; None for records of other kinds.

    Every field that the profiles require (Course and CourseInstance 1.0) is there; where the
    register does not know one, it says so in words instead of leaving it out.
    """
    if record.kind == "course":
        return _course(record, parties, address)
    if record.kind == "activity":
        return _instance(record, parties, address)
    return None


def _common(record: RecordView, kind: str, profile: str, address: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": kind,
        "@id": f"{address}/records/{record.id}/",
        CONFORMS: {"@id": PROFILE.format(name=profile)},
        "name": _texts(record.content.get("titles")),
        "url": f"{address}/records/{record.id}/",
        "identifier": f"urn:uuid:{record.id}",
        "dateModified": record.changed_at.date().isoformat(),
    }
    if languages := record.content.get("languages"):
        found["inLanguage"] = languages
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
    return _common(record, "Course", "Course", address) | {
        "description": _texts(content.get("objectives") or content.get("titles")),
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
    found = _common(record, kind, "CourseInstance", address) | {
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
    found["organizer"] = [
        {"@type": "Organization", "name": parties.name(p["party"]).label} for p in hosts
    ]
    if seats := (content.get("nomination") or {}).get("seats"):
        found["maximumAttendeeCapacity"] = seats
    return found


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
