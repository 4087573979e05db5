"""The files of a register as a folder of tables: which there are and what their columns hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Cell(Enum):
    """How the text of a cell is read."""

    WORD = "a word or a line of text"
    LIST = "words joined by ';'"
    NUMBER = "a number"
    TRUTH = "true, or blank"
    TEXT = "a text; the column is written name[language]"
    KEY = "the key of a record"
    KEYS = "keys of records joined by ';'"
    PARTY = "institution:KEY, state:CC, network:KEY, described:words or described@CC:words"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: either a kind of record, or a part of records that ``record`` names by key."""

    name: str
    columns: Mapping[str, Cell]
    kind: str | None = None
    part: str | None = None
    own_citations: bool = True
    owners: tuple[str, ...] = field(default=())


W, L, N, B, T, K, KS, P = Cell  # the columns below read better with one letter

SHEETS: Final = (
    Sheet("sources", {"titles": T, "source_kind": W, "authors": W, "publisher": W, "published": W,
                      "url": W, "languages": L, "is_brief": B, "note": T}, kind="source"),
    Sheet("networks", {"founded": W, "purpose": T, "website": W, "note": T}, kind="network"),
    Sheet("institutions", {"kinds": L, "state": W, "languages": L, "mailbox": W, "website": W,
                           "ror": W, "note": T}, kind="institution"),
    Sheet("courses", {"titles": T, "course_kind": W, "providers": KS, "topics": L,
                      "publications": L, "roles": L, "reach": L, "level": W,
                      "languages": L, "length_hours": N, "objectives": T, "note": T},
          kind="course"),
    Sheet("activities", {"titles": T, "activity_kind": W, "when": W, "days": W, "stage": W,
                         "course": K, "topics": L, "roles": L, "reach": L, "languages": L,
                         "country": W, "town": W, "is_online": B, "evaluation_level": N,
                         "same_as": K, "note": T}, kind="activity"),
    Sheet("agreements", {"titles": T, "agreement_kind": W, "when": W, "valid": W, "stage": W,
                         "tier": W, "scope": W, "note": T}, kind="agreement"),
    Sheet("relations", {"text": T, "relation_kind": W, "when": W, "stage": W, "tier": W,
                        "scope": W, "note": T}, kind="relation"),
    Sheet("endorsements", {"text": T, "body": P, "provider": P, "courses": KS, "count": N,
                           "guidance": W, "when": W, "note": T}, kind="endorsement"),
    Sheet("materials", {"titles": T, "material_kind": W, "whose_copy": W, "summary": T, "level": W,
                        "languages": L, "translation_of": K, "licence": W, "topics": L,
                        "roles": L, "courses": KS, "publications": L, "note": T}, kind="material"),
    Sheet("statements", {"subject": P, "group": W, "measure": W, "text": T, "value": N,
                         "value_text": W, "unit": W, "qualifier": W, "stream": W, "scope": W,
                         "when": W, "stage": W, "topics": L, "part_of": W, "note": T},
          kind="statement"),
    Sheet("workforce", {"text": T, "subject": P, "role": W, "low": N, "high": N, "qualifier": W,
                        "when": W, "note": T}, kind="workforce"),
    Sheet("needs", {"text": T, "subject": P, "role": W, "topic": W, "low": N, "high": N,
                    "qualifier": W, "by": W, "note": T}, kind="need"),
    Sheet("policies", {"institution": K, "statement": T, "is_example": B}, kind="policy",
          own_citations=False),
    Sheet("policy_rules", {"record_kind": W, "field": W, "breadth": W, "network": K,
                           "shows_existence": B, "in_totals": B}, part="rules",
          own_citations=False, owners=("policy",)),
    Sheet("names", {"name": W, "language": W, "form": W, "valid": W}, part="names",
          owners=("institution", "network")),
    Sheet("places", {"name": W, "latitude": N, "longitude": N, "gazetteer": W}, part="place",
          owners=("institution",)),
    Sheet("parents", {"institution": K, "parent_kind": W, "valid": W}, part="parents",
          owners=("institution",)),
    Sheet("memberships", {"network": K, "when": W}, part="memberships", owners=("institution",)),
    Sheet("milestones", {"step": W, "when": W, "stage": W, "text": T}, part="milestones",
          owners=("institution",)),
    Sheet("focuses", {"aspect": W, "text": T, "when": W}, part="focuses", owners=("institution",)),
    Sheet("target_groups", {"text": T, "roles": L, "reach": L, "when": W}, part="target_groups",
          owners=("institution",)),
    Sheet("capabilities", {"capability_kind": W, "function": W, "text": T, "topics": L, "when": W},
          part="capabilities", owners=("institution",)),
    Sheet("parties", {"party": P, "part": W}, part="parties", own_citations=False,
          owners=("activity", "agreement", "relation")),
    Sheet("participation", {"breakdown": W, "count": N, "unit": W, "qualifier": W, "country": W,
                            "role": W, "stream": W, "stage": W}, part="participation",
          owners=("activity",)),
    Sheet("accounts", {"party": P, "answer": W}, part="accounts",
          owners=("activity", "agreement", "relation")),
)  # fmt: skip

CITATION_COLUMNS: Final = ("source", "locator", "claimant", "citation_note", "retrieved")
