"""What the interface gives."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from concord.record.selectors import RecordView


class RecordOut(Schema):
    """A record as the reader may see it; its content is as the data dictionary says."""

    id: UUID = Field(description="Permanent id")
    kind: str = Field(description="Kind of record")
    owner: UUID = Field(description="Institution that owns it")
    revision: int = Field(description="Number of the revision within the record")
    changed_at: dt.datetime = Field(description="When that revision was written")
    content: dict[str, Any] = Field(description="What the record says")
    withheld: list[str] = Field(description="Fields that are not shown, whether or not they hold")

    @classmethod
    def of(cls, view: RecordView) -> RecordOut:
        """A view as it is given out."""
        return cls(
            id=view.id,
            kind=view.kind,
            owner=view.owner,
            revision=view.revision_number,
            changed_at=view.changed_at,
            content=view.content,
            withheld=list(view.withheld),
        )


class PageOut(Schema):
    """One page of a list. ``next`` is the value of ``after`` for the following one."""

    total: int
    next: str | None
    facets: dict[str, dict[str, int]]
    records: list[RecordOut]


class CoverageOut(Schema):
    """Coverage for a cut of the sources; its shape is that of ``concord coverage --json``."""

    cut: str
    topics: list[dict[str, Any]]
    overlaps: dict[str, dict[str, list[str]]]


class TopicOut(Schema):
    """Coverage of one topic; ``evidence`` counts records by kind and stage."""

    code: str
    labels: dict[str, str]
    state: str
    centres: list[str]
    by_centre: dict[str, list[str]]
    roles: dict[str, list[str]]
    cells: dict[str, dict[str, int]]
    evidence: dict[str, dict[str, int]]


class FigureOut(Schema):
    """How many records of one detail and stage there are."""

    detail: str
    stage: str
    count: int


class SummaryOut(Schema):
    """Headline figures."""

    centres: int
    topics: dict[str, int]
    records: list[FigureOut]


class EntryOut(Schema):
    """A code of a vocabulary with its labels by language."""

    code: str
    labels: dict[str, str]
    more: dict[str, str]


class TermOut(Schema):
    """A word of the register and what it means; for a closed list the label of each code."""

    word: str
    meaning: str
    values: dict[str, str]


class RuleOut(Schema):
    """A rule of the collection and the day since which it holds."""

    since: dt.date
    rule: str


class AboutOut(Schema):
    """Who collects, and by what rules."""

    compilers: list[RecordOut]
    rules: list[RuleOut]


class ProblemOut(Schema):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
