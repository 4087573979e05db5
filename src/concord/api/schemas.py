"""What the interface takes and gives."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final
from uuid import UUID

from ninja import Schema
from pydantic import (
    UUID4,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from concord.core.disclosure import Level, level_of
from concord.record.history import RevisionPair
from concord.record.models import Access
from concord.record.publishing import WaitingView
from concord.record.purged import Removal
from concord.record.selectors import RecordView, RevisionView
from concord.studies.released import ReleaseView

MOST_AT_ONCE: Final = 500
"""Records in one batch."""
NAMED: Final = 50
"""Institutions of an audience that are named; of more the rest are counted."""


class WhichOut(Schema):
    """Which record it is."""

    id: UUID = Field(description="Permanent id")
    kind: str = Field(description="Kind of record")
    owner: UUID = Field(description="Institution that owns it")


class RecordOut(WhichOut):
    """A record as the reader may see it; its content is as the data dictionary says."""

    revision: int = Field(description="Number of the revision within the record")
    changed_at: dt.datetime = Field(description="When that revision was written")
    level: str = Field(
        description="Who may know of it: public, network:ID, group:ID, state or institution"
    )
    tlp: str = Field(
        description="What may be done with it, by TLP 2.0: the strictest of its fields"
    )
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
            level=str(level_of(view.audience)),
            tlp=view.tlp,
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


class DeclarationOut(Schema):
    """What an institution declares of its own records of a year; never counted from them."""

    institution: UUID
    name: str = Field(description="Its name in English where there is one")
    country: str = Field(description="Country or area; blank where not known")
    year: int
    completeness: str | None = Field(description="complete, in_part, nothing; null: not answered")
    declared_at: dt.datetime | None
    record: UUID | None = Field(description="The declaration, a record of its own")


class RuleOfProtectionOut(Schema):
    """When a cell of a release is withheld for its own sake, and how wide a doubt is left."""

    minimum: int = Field(description="Contributors that a cell needs")
    dominance_percent: int = Field(description="Most that one contributor may have of a cell")
    width_percent: int = Field(description="Doubt that is left of a withheld cell, in percent")
    width_least: int = Field(description="The same at the least, as a count")


class ReleaseOut(Schema):
    """A release of totals over numbers that their owners keep to themselves."""

    id: UUID
    table: str = Field(description="participation, workforce or need")
    measure: str = Field(description="person, attendance or completion; of people low or high")
    stage: str = Field(description="done or planned; blank of people")
    dimensions: list[str] = Field(description="By what it is split")
    scope: str = Field(description="Whose numbers: an audience, or all")
    audience: str = Field(description="Who may read it")
    method: str = Field(description="suppression or rounding")
    base: int | None = Field(description="Of rounding")
    rule: RuleOfProtectionOut
    contributors: int = Field(
        description="Institutions whose numbers enter it; records where one adds up its own"
    )
    input_digest: str = Field(description="SHA-256 of what it rests on")
    tool: str = Field(description="What computed it")
    institution: UUID | None = Field(description="Whose act it is")
    network: UUID | None = Field(description="The network whose coordinator's act it is")
    state: str = Field(description="released or withdrawn")
    released_at: dt.datetime
    withdrawn_at: dt.datetime | None
    withdrawn_because: str

    @classmethod
    def of(cls, view: ReleaseView) -> ReleaseOut:
        """A release as its audience reads it."""
        return cls(**_released(view))


class ReleaseCellOut(Schema):
    """One cell of a released table."""

    codes: dict[str, str] = Field(description="By axis; one that is missing is a total")
    state: str = Field(description="value, protected, or nothing: nobody said anything")
    value: int | None = Field(description="The figure; null where there is none to be read")
    seen: int = Field(description="What of it its readers see anyway, record by record")


class ReleaseTableOut(ReleaseOut):
    """A release with its table; without cells once it is withdrawn."""

    cells: list[ReleaseCellOut]

    @classmethod
    def of(cls, view: ReleaseView) -> ReleaseTableOut:
        """A release as its audience reads it."""
        cells = [
            ReleaseCellOut(
                codes=dict(cell.codes), state=cell.state, value=cell.value, seen=cell.seen
            )
            for cell in view.cells()
        ]
        return cls(**_released(view), cells=cells)


def _released(view: ReleaseView) -> dict[str, Any]:
    names = set(ReleaseOut.model_fields) - {"rule", "dimensions"}
    rule = {name: getattr(view.rule, name) for name in RuleOfProtectionOut.model_fields}
    return {
        **{name: getattr(view, name) for name in names},
        "rule": rule,
        "dimensions": list(view.dimensions),
    }


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


class FaultOut(Schema):
    """One thing that is wrong, and where."""

    pointer: str = Field(default="", description="Place in the body (RFC 6901)")
    parameter: str = Field(default="", description="Parameter or header")
    detail: str


class ProblemOut(Schema):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[FaultOut] = Field(default_factory=list)


Reason = Annotated[str, Field(max_length=1000, description="Why, for the history")]
LevelText = Annotated[
    Level,
    PlainValidator(lambda value: value if isinstance(value, Level) else Level.parse(str(value))),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(public|state|institution|(network|group):[0-9a-f-]{36})$",
            "examples": ["public"],
        }
    ),
]
"""A level as text."""
Levels = dict[str, LevelText]


class _In(Schema):
    """What is sent: a name that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class ReasonIn(_In):
    """Why something is done."""

    reason: Reason = ""


class ChangeIn(ReasonIn):
    """Who sees a record after a change of it, and why it is changed."""

    level: LevelText | None = Field(default=None, description="Blank keeps what it has")
    field_levels: Levels | None = Field(default=None, description="Blank keeps what it has")


class RecordIn(_In):
    """A new record."""

    id: UUID4 | None = Field(
        default=None, description="A random id of your making, for other records to name"
    )
    kind: str = Field(description="Kind of record")
    content: dict[str, Any] = Field(description="What the record says, as its kind has it")
    level: LevelText = Field(default=Level.INSTITUTION, description="Who may see it")
    field_levels: Levels = Field(default={}, description="Fields whose level differs")


class NewRecordIn(RecordIn, ReasonIn):
    """A new record and why it is made."""


class BatchIn(ReasonIn):
    """New records, which may name one another by the ids that they are given."""

    records: list[RecordIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class RecordPut(ChangeIn):
    """The whole content of a record as you may see it; what is withheld from you stays."""

    content: dict[str, Any] = Field(description="What the record says, as its kind has it")


class RecordPatch(ChangeIn):
    """What changes of a record (RFC 7396): a null takes a field away."""

    content: dict[str, Any] = Field(default={}, description="The part of the content that changes")


class ShareIn(ReasonIn):
    """Who is to see a record as it stands."""

    level: LevelText = Field(default=Level.PUBLIC, description="Who may know of it")
    field_levels: Levels | None = Field(
        default=None, description="Fields whose level differs; blank keeps those that it has"
    )
    in_totals: bool | None = Field(
        default=None,
        description="Whether its withheld numbers may enter protected totals; blank keeps that",
    )


class ShownOut(Schema):
    """What changes of a record for those who are in all of these audiences."""

    audiences: list[str] = Field(description="public, network:ID, group:ID, state:CC")
    who: str = Field(description="The same in words, in English")
    institution_count: int | None = Field(
        description="How many other institutions are among them today; null for everybody"
    )
    institutions: list[UUID] = Field(description=f"The first {NAMED} of them")
    appears: bool = Field(description="They come to know of it")
    goes: bool = Field(description="They do not know of it any more")
    shown: list[str] = Field(description="Fields that they come to see")
    hidden: list[str] = Field(description="Fields that they see no more")


class SeenOut(Schema):
    """Who could see something of a record before, and since when."""

    audience: str
    since: dt.datetime


class ReaderOut(Schema):
    """Who read a record that is not for everybody, and when last."""

    reader: str = Field(description="institution:ID, or state:CC for a State's contact point")
    last_at: dt.datetime


class SharingOut(Schema):
    """What other levels would show of a record, and to whom; nothing was changed."""

    outcome: str = Field(description="written, contact_point where it would wait, or unchanged")
    widens: bool = Field(description="Somebody comes to see more: it cannot be taken back")
    narrows: bool = Field(description="Somebody sees less; what they have they keep")
    changes: list[ShownOut]
    seen_before: list[SeenOut]
    read_by: list[ReaderOut]
    told_by_hook: list[UUID] = Field(description="Institutions whose web hooks told of it")
    warnings: list[str] = Field(description="What the content check asks somebody to look at")


class LikeOut(WhichOut):
    """A record that may be the same thing."""


class CheckedOut(Schema):
    """What would become of a record, and what to look at again before it is sent."""

    outcome: str = Field(description="written, or what it would wait for")
    content: dict[str, Any] = Field(description="What would be kept")
    warnings: list[str] = Field(description="What is worth a second look; it refuses nothing")
    duplicates: list[LikeOut] = Field(description="Records that may be the same thing")
    changes: list[ShownOut] = Field(description="Who would come to see more or less, and what")


class BatchCheckedOut(Schema):
    """What would become of each record, in the order in which they came."""

    records: list[CheckedOut]


class BatchOut(Schema):
    """What became of the records, by id in the order in which they came."""

    written: list[UUID]
    waiting: list[UUID]


class WaitingOut(Schema):
    """A change that was taken, but that somebody must let out before it holds."""

    id: UUID = Field(description="Id of the change")
    record: UUID = Field(description="Id of the record")
    kind: str
    waits_for: str = Field(description="publisher or contact_point")
    since: dt.datetime
    is_new: bool
    content: dict[str, Any]
    reason: str
    returned_because: str = Field(description="Why the contact point sent it back, if so")

    @classmethod
    def of(cls, view: WaitingView) -> WaitingOut:
        """A change that waits as it is given out to the institution that made it."""
        return cls(
            id=view.id,
            record=view.record_id,
            kind=view.kind,
            waits_for=view.waits_for,
            since=view.at,
            is_new=view.is_new,
            content=view.content,
            reason=view.reason,
            returned_because=view.returned_because,
        )


class WaitingListOut(Schema):
    """One page of changes that wait."""

    next: UUID | None
    waiting: list[WaitingOut]


class RevisionOut(Schema):
    """One line of a record's history."""

    revision: int
    operation: str = Field(description="put, tombstone, or purged: what it said was removed")
    at: dt.datetime
    institution: UUID = Field(description="Who made it")
    reason: str
    is_reason_withheld: bool = Field(
        description="Whether the reason is kept back with what the revision changed"
    )
    via: str = Field(description="The way in: form, workbook, feed, API")
    cleared_state: str = Field(description="State whose contact point cleared it, if one did")

    @classmethod
    def of(cls, view: RevisionView) -> RevisionOut:
        """A line of the history as it is given out."""
        return cls(
            revision=view.revision_number,
            operation=view.operation,
            at=view.at,
            institution=view.actor_institution,
            reason=view.reason,
            is_reason_withheld=view.is_reason_withheld,
            via=view.via,
            cleared_state=view.cleared_state,
        )


class HistoryOut(Schema):
    """One page of a history, newest first."""

    next: int | None
    revisions: list[RevisionOut]


class RemovalOut(Schema):
    """That something was removed under a rule from all revisions before one; never what it was."""

    field: str = Field(description="Blank: all that the record said")
    rule: str = Field(description="classified, security, personal, confidence or mistake")
    at: dt.datetime
    institution: UUID = Field(description="Who removed it")
    revision: int = Field(description="The revision that says so")

    @classmethod
    def of(cls, removal: Removal) -> RemovalOut:
        """A removal as it is given out."""
        return cls(
            field=removal.field,
            rule=removal.rule,
            at=removal.at,
            institution=removal.institution,
            revision=removal.revision_number,
        )


class RemovalsOut(Schema):
    """What was removed of a record under rules, oldest first."""

    removals: list[RemovalOut]


class RevisionPairOut(WhichOut):
    """What a record said before a revision and after it."""

    revision: int
    is_newest: bool
    before: dict[str, Any]
    after: dict[str, Any]

    @classmethod
    def of(cls, record_id: UUID, number: int, pair: RevisionPair) -> RevisionPairOut:
        """The contents around a revision as they are given out."""
        return cls(
            id=record_id,
            kind=pair.kind,
            owner=pair.owner,
            revision=number,
            is_newest=pair.is_newest,
            before=pair.before,
            after=pair.after,
        )


class ReadingOut(Schema):
    """What one reader read of yours on one day that is not for everybody."""

    day: dt.date
    reader: str = Field(description="institution:ID, or state:CC for a State's contact point")
    way: Access.Way = Field(description="page, file or interface")
    records: int = Field(description="How many records")
    last_at: dt.datetime = Field(description="When last on that day")


class ReadingsOut(Schema):
    """Who read what an institution does not show to everybody, newest day first."""

    readings: list[ReadingOut]


class LevelOut(Schema):
    """A level that an institution can choose for a record or for one of its fields."""

    level: str = Field(description="public, network:ID, group:ID, state or institution")
    who: str = Field(description="Who sees it, in English")
    tlp: str = Field(description="The label of TLP 2.0")
    asks: str = Field(description="What the label asks of the reader")


class LevelsOut(Schema):
    """The levels of an institution, widest first and its own last."""

    levels: list[LevelOut]


class GroupOut(Schema):
    """A few named institutions that share more with each other; it never grows."""

    id: UUID
    name: str
    founder: UUID = Field(description="The institution that founded it")
    members: list[UUID] = Field(description="The institutions that are in it now")
    founded_at: dt.datetime


class GroupsOut(Schema):
    """The groups that an institution is in, oldest first."""

    groups: list[GroupOut]


class StudyOut(Schema):
    """A result, with what was asked and the digest of all that it rests on."""

    study: str
    question: dict[str, Any]
    inputs: str
    result: dict[str, Any]


class StudyWaitingOut(Schema):
    """A result that is not there yet."""

    state: str
    progress: int
