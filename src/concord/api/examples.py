"""Examples that the interface's description gives: of what is sent, and of what is answered."""

from __future__ import annotations

from typing import Any, Final

INSTITUTION: Final = "0b8d6f4e-7c3a-4d52-9a51-3e2f1c0d9b8a"
COURSE: Final = "5f0c2b1a-9e8d-4c7b-8a69-1d2e3f4a5b6c"
SOURCE: Final = "c4d5e6f7-0819-4a2b-9c3d-4e5f60718293"
CONTENT: Final[dict[str, Any]] = {
    "titles": {"original": "en", "text": {"en": "Physical protection for inspectors"}},
    "providers": [INSTITUTION],
    "languages": ["en"],
    "length_hours": 30,
}
NEW: Final[dict[str, Any]] = {"kind": "course", "content": CONTENT, "reason": "Programme of 2027"}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "record_add": NEW,
    "records_add": {
        "records": [{"kind": "course", "content": CONTENT, "id": COURSE}],
        "reason": "Programme of 2027",
    },
    "record_put": {"content": CONTENT, "reason": "Length corrected"},
    "record_patch": {"content": {"length_hours": 32, "note": None}, "reason": "Length corrected"},
    "record_publish": {"reason": "Approved by the head of the centre"},
    "revision_restore": {"reason": "The change was a mistake"},
}
"""By operation what may be sent."""

RECORD: Final[dict[str, Any]] = {
    "id": COURSE,
    "kind": "course",
    "owner": INSTITUTION,
    "revision": 2,
    "changed_at": "2027-01-15T09:30:00Z",
    "level": "public",
    "tlp": "TLP:CLEAR",
    "content": CONTENT,
    "withheld": [],
}
WAITING: Final[dict[str, Any]] = {
    "id": "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
    "record": COURSE,
    "kind": "course",
    "waits_for": "contact_point",
    "since": "2027-01-15T09:30:00Z",
    "is_new": False,
    "content": CONTENT,
    "reason": "Length corrected",
    "returned_because": "",
}
REVISION: Final[dict[str, Any]] = {
    "revision": 2,
    "operation": "put",
    "at": "2027-01-15T09:30:00Z",
    "institution": INSTITUTION,
    "reason": "Length corrected",
    "is_reason_withheld": False,
    "via": "API",
    "cleared_state": "",
}
SHOWN: Final[dict[str, Any]] = {
    "audiences": [f"network:{SOURCE}"],
    "who": "members of Asian network",
    "institution_count": 1,
    "institutions": [INSTITUTION],
    "appears": True,
    "goes": False,
    "shown": ["titles", "providers"],
    "hidden": [],
}
CHECKED: Final[dict[str, Any]] = {
    "outcome": "written",
    "content": CONTENT,
    "warnings": [],
    "duplicates": [{"id": SOURCE, "kind": "course", "owner": INSTITUTION}],
    "changes": [SHOWN],
}
LABELS: Final = {"en": "Physical protection", "ja": "核物質防護"}
READING: Final = {
    "day": "2027-01-15",
    "reader": f"institution:{INSTITUTION}",
    "way": "page",
    "records": 3,
    "last_at": "2027-01-15T09:30:00Z",
}
RELEASE: Final[dict[str, Any]] = {
    "id": "7b6a5948-3726-4150-8fed-cba987654321",
    "table": "participation",
    "measure": "person",
    "stage": "done",
    "dimensions": ["topic_group", "year"],
    "scope": f"network:{SOURCE}",
    "audience": "public",
    "method": "suppression",
    "base": None,
    "rule": {"minimum": 3, "dominance_percent": 80, "width_percent": 50, "width_least": 2},
    "contributors": 7,
    "input_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "tool": "concord 0.1.0, highspy 1.16.0",
    "institution": None,
    "network": SOURCE,
    "state": "released",
    "released_at": "2027-01-15T09:30:00Z",
    "withdrawn_at": None,
    "withdrawn_because": "",
}
CELL: Final[dict[str, Any]] = {
    "codes": {"topic": "B", "year": "2026"},
    "state": "protected",
    "value": None,
    "seen": 0,
}
LEVEL: Final = {
    "level": "public",
    "who": "everybody",
    "tlp": "TLP:CLEAR",
    "asks": "You may pass it on to anybody.",
}
GROUP: Final = {
    "id": COURSE,
    "name": "Border exercises",
    "founder": INSTITUTION,
    "members": [INSTITUTION],
    "founded_at": "2027-01-15T09:30:00Z",
}
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "RecordOut": RECORD,
    "PageOut": {
        "total": 1,
        "next": None,
        "facets": {"kind": {"course": 1}},
        "records": [RECORD],
    },
    "WaitingOut": WAITING,
    "WaitingListOut": {"next": None, "waiting": [WAITING]},
    "HistoryOut": {"next": None, "revisions": [REVISION]},
    "RemovalsOut": {
        "removals": [
            {
                "field": "note",
                "rule": "personal",
                "at": "2027-01-15T09:30:00Z",
                "institution": INSTITUTION,
                "revision": 3,
            }
        ]
    },
    "RevisionPairOut": {
        "id": COURSE,
        "kind": "course",
        "owner": INSTITUTION,
        "revision": 2,
        "is_newest": True,
        "before": CONTENT | {"length_hours": 28},
        "after": CONTENT,
    },
    "CheckedOut": CHECKED,
    "ShownOut": SHOWN,
    "SharingOut": {
        "outcome": "written",
        "widens": True,
        "narrows": False,
        "changes": [SHOWN],
        "seen_before": [],
        "read_by": [],
        "told_by_hook": [],
        "warnings": [],
    },
    "BatchCheckedOut": {"records": [CHECKED]},
    "BatchOut": {"written": [COURSE], "waiting": []},
    "ReadingOut": READING,
    "ReadingsOut": {"readings": [READING]},
    "CoverageOut": {"cut": "all", "topics": [], "overlaps": {}},
    "TopicOut": {
        "code": "F3",
        "labels": LABELS,
        "state": "offered",
        "centres": [INSTITUTION],
        "by_centre": {INSTITUTION: [COURSE]},
        "roles": {},
        "cells": {},
        "evidence": {"course": {"offer": 1}},
    },
    "LevelOut": LEVEL,
    "LevelsOut": {"levels": [LEVEL]},
    "GroupOut": GROUP,
    "GroupsOut": {"groups": [GROUP]},
    "SummaryOut": {
        "centres": 7,
        "topics": {"offered": 21},
        "records": [{"detail": "itemised", "stage": "done", "count": 42}],
    },
    "EntryOut": {"code": "F3", "labels": LABELS, "more": {}},
    "DeclarationOut": {
        "institution": INSTITUTION,
        "name": "Hypothetical Centre",
        "country": "JP",
        "year": 2026,
        "completeness": "complete",
        "declared_at": "2027-01-15T09:30:00Z",
        "record": SOURCE,
    },
    "ReleaseOut": RELEASE,
    "ReleaseTableOut": {**RELEASE, "cells": [CELL]},
    "StudyOut": {
        "study": "coverage",
        "question": {"cut": "brief"},
        "inputs": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "result": {"cut": "brief", "topics": [], "overlaps": {}},
    },
    "StudyWaitingOut": {"state": "running", "progress": 40},
    "TermOut": {"word": "course", "meaning": "a curriculum that can be run again", "values": {}},
    "AboutOut": {
        "compilers": [],
        "rules": [{"since": "2026-01-01", "rule": "Only open sources are read."}],
    },
    "ProblemOut": {
        "type": "urn:concord:invalid-content",
        "title": "The record does not keep the rules of its kind.",
        "status": 422,
        "detail": "",
        "errors": [{"pointer": "/content/titles", "detail": "this must be given"}],
    },
}
"""By schema what is answered."""
