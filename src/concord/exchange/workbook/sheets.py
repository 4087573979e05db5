"""The sheets of the workbook and their columns: what each cell says of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label = str | Promise


class Form(Enum):
    """What a cell holds; the note is what its column's comment says."""

    LINE = _("A line of text.")
    TEXT = _("A text in the language that the head names.")
    CODE = _("One of the list.")
    CODES = _("Several of the list, separated by semicolons.")
    DATE = _("A day such as 2026-03-05; 2026-03 or 2026 where no more is known.")
    NUMBER = _("A number.")
    TRUTH = _("yes, or blank.")
    NAME = _("A name in the language that the head names.")
    SHORT_NAME = _("The short form of the name.")
    PARTIES = _(
        "Institutions, countries or networks, separated by semicolons. Others in quotation marks."
    )
    PARTY = _("An institution, a country or a network. Another in quotation marks.")
    NETWORK = _("A network of the register.")
    INSTITUTION = _("An institution of the register.")
    LANGUAGES = _("Languages, separated by semicolons.")
    COURSE = _("The number or the title of a course.")
    ACTIVITY = _("The number of an activity, as in the sheet of activities.")
    REFERENCE = _("What other sheets call this row by. Any word will do.")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``field`` is where in the record it stands, ``choices`` whose codes it takes.

    ``field`` may name a part of a party (``parties:host``), an end of dates (``when:start``) or a
    field of the nomination (``nomination.seats``).
    """

    name: str
    label: Label
    form: Form
    field: str = ""
    choices: str = ""
    is_required: bool = False

    @property
    def root(self) -> str:
        """The field of the record that it shows, or shows a part of."""
        return self.field.partition(":")[0].partition(".")[0]

    @property
    def by_language(self) -> bool:
        """Whether there is one such column for each language."""
        return self.form in {Form.TEXT, Form.NAME}


@dataclass(frozen=True, slots=True)
class WorkSheet:
    """One sheet: a kind of record, or with ``part`` rows of a field of such records."""

    name: str
    label: Label
    kind: str
    columns: tuple[Column, ...]
    part: str = ""
    belongs: Form | None = None
    """For parts: how a row names its record; None where it is the institution's own."""

    def column(self, name: str) -> Column:
        """The column of that name, with or without its language."""
        return _by_name(self)[name.partition("[")[0]]


def _by_name(sheet: WorkSheet) -> Mapping[str, Column]:
    return {column.name: column for column in sheet.columns}


def _texts(name: str, label: Label, field: str = "", *, required: bool = False) -> Column:
    return Column(name, label, Form.TEXT, field or name, is_required=required)


def _code(name: str, label: Label, choices: str, *, required: bool = False) -> Column:
    return Column(name, label, Form.CODE, name, choices, required)


def _dates(field: str, start: Label, end: Label) -> tuple[Column, Column]:
    return (
        Column(f"{field}_start", start, Form.DATE, f"{field}:start"),
        Column(f"{field}_end", end, Form.DATE, f"{field}:end"),
    )


def _parts(part: str, label: Label) -> Column:
    return Column(f"part_{part}", label, Form.PARTIES, f"parties:{part}")


_NUMBER = Column("number", _("No."), Form.REFERENCE)
_TOPICS = Column("topics", _("Topics"), Form.CODES, "topics", "topics")
_ROLES = Column("roles", _("Roles"), Form.CODES, "roles", "roles")
_REACH = Column("reach", _("Reach"), Form.CODES, "reach", "Reach")
_LANGUAGES = Column("languages", _("Languages"), Form.LANGUAGES, "languages")
_NOTE = _texts("note", _("Remarks"))
_STAGE = _code("stage", _("Stage"), "Stage")
_TIER = _code("tier", _("Tier"), "Tier")
_SCOPE = _code("scope", _("Scope"), "Scope")
_QUALIFIER = Column("qualifier", _("Qualifier, such as about or over"), Form.LINE, "qualifier")
_SUBJECT = Column("subject", _("About whom"), Form.PARTY, "subject", is_required=True)
_ROLE = _code("role", _("Role"), "roles")
_RANGE = (
    Column("low", _("At least"), Form.NUMBER, "low", is_required=True),
    Column("high", _("At most"), Form.NUMBER, "high", is_required=True),
)

SHEETS: Final = (
    WorkSheet("institution", _("Institution"), "institution", (
        Column("name", _("Name"), Form.NAME, "names", is_required=True),
        Column("short_name", _("Short name"), Form.SHORT_NAME, "names"),
        Column("kinds", _("Kinds"), Form.CODES, "kinds", "InstitutionKind",
               is_required=True),
        _code("state", _("Country or area"), "countries"),
        _LANGUAGES,
        Column("mailbox", _("Mailbox of a role"), Form.LINE, "mailbox"),
        Column("website", _("Web site"), Form.LINE, "website"),
        _NOTE,
    )),
    WorkSheet("courses", _("Courses"), "course", (
        _NUMBER,
        _texts("title", _("Title"), "titles", required=True),
        _code("course_kind", _("Kind"), "CourseKind"),
        _TOPICS, _ROLES, _REACH,
        Column("publications", _("Publications of the Nuclear Security Series"), Form.CODES,
               "publications", "publications"),
        _code("level", _("Level"), "TrainingLevel"),
        _LANGUAGES,
        Column("length_hours", _("Hours"), Form.NUMBER, "length_hours"),
        _texts("objectives", _("Objectives")),
        _NOTE,
    )),
    WorkSheet("activities", _("Activities"), "activity", (
        _NUMBER,
        _texts("title", _("Title"), "titles", required=True),
        _code("activity_kind", _("Kind"), "ActivityKind", required=True),
        *_dates("when", _("First day"), _("Last day")),
        *_dates("days", _("First day, for fewer"), _("Last day, for fewer")),
        _STAGE,
        Column("course", _("Course"), Form.COURSE, "course"),
        _TOPICS, _ROLES, _REACH, _LANGUAGES,
        _code("country", _("Country or area"), "countries"),
        Column("town", _("Town"), Form.LINE, "town"),
        Column("is_online", _("Online"), Form.TRUTH, "is_online"),
        _parts("host", _("Host")),
        _parts("organiser", _("Organiser")),
        _parts("co_organiser", _("Co-organiser")),
        _parts("lecturer", _("Lecturers from")),
        _parts("material", _("Material from")),
        _parts("funder", _("Funder")),
        _parts("endorser", _("Endorser")),
        _parts("participant", _("Participants from")),
        Column("evaluation_level", _("Level of evaluation (1 to 4)"), Form.NUMBER,
               "evaluation_level"),
        Column("seats", _("Places"), Form.NUMBER, "nomination.seats"),
        _texts("who_may_apply", _("Who may apply"), "nomination.who_may_apply"),
        Column("apply_by", _("Apply by"), Form.DATE, "nomination.apply_by"),
        Column("cost", _("Cost"), Form.LINE, "nomination.cost"),
        Column("contact", _("Mailbox for questions"), Form.LINE, "nomination.contact"),
        _NOTE,
    )),
    WorkSheet("participation", _("Participation"), "activity", (
        Column("activity", _("Activity no."), Form.ACTIVITY, is_required=True),
        Column("count", _("How many"), Form.NUMBER, "count", is_required=True),
        _code("unit", _("Counted in"), "CountUnit"),
        _QUALIFIER,
        Column("country", _("From country or area"), Form.CODE, "country", "countries"),
        _ROLE,
        _code("stream", _("Stream"), "Stream"),
        _STAGE,
        Column("breakdown", _("Breakdown"), Form.LINE, "breakdown"),
    ), part="participation", belongs=Form.ACTIVITY),
    WorkSheet("agreements", _("Agreements"), "agreement", (
        _texts("title", _("Title"), "titles", required=True),
        _code("agreement_kind", _("Kind"), "AgreementKind", required=True),
        Column("parties", _("Parties"), Form.PARTIES, "parties", is_required=True),
        *_dates("when", _("Agreed on"), _("Agreed until")),
        *_dates("valid", _("In force from"), _("In force until")),
        _STAGE, _TIER, _SCOPE, _NOTE,
    )),
    WorkSheet("relations", _("Relations"), "relation", (
        _texts("text", _("What holds between them"), required=True),
        _code("relation_kind", _("Kind"), "RelationKind", required=True),
        Column("parties", _("Parties"), Form.PARTIES, "parties", is_required=True),
        *_dates("when", _("From"), _("Until")),
        _STAGE, _TIER, _SCOPE, _NOTE,
    )),
    WorkSheet("capabilities", _("Capabilities"), "institution", (
        _code("capability_kind", _("Kind"), "CapabilityKind", required=True),
        _code("function", _("Function"), "CentreFunction"),
        _texts("text", _("What is offered"), required=True),
        _TOPICS,
    ), part="capabilities"),
    WorkSheet("milestones", _("Milestones"), "institution", (
        _code("step", _("Step"), "MilestoneStep", required=True),
        *_dates("when", _("When"), _("Until")),
        _STAGE,
        _texts("text", _("What is said")),
    ), part="milestones"),
    WorkSheet("phases", _("Phases"), "institution", (
        _code("phase", _("Phase"), "LifePhase", required=True),
        *_dates("when", _("From"), _("Until")),
    ), part="phases"),
    WorkSheet("memberships", _("Memberships"), "institution", (
        Column("network", _("Network"), Form.NETWORK, "network", is_required=True),
        *_dates("when", _("From"), _("Until")),
    ), part="memberships"),
    WorkSheet("parents", _("Institutions above"), "institution", (
        Column("above", _("Institution"), Form.INSTITUTION, "institution", is_required=True),
        _code("parent_kind", _("Kind"), "InstitutionKind"),
        *_dates("valid", _("From"), _("Until")),
    ), part="parents"),
    WorkSheet("focuses", _("Focuses"), "institution", (
        _code("aspect", _("In what respect"), "FocusAspect", required=True),
        _texts("text", _("What is said"), required=True),
        *_dates("when", _("From"), _("Until")),
    ), part="focuses"),
    WorkSheet("audiences", _("Audiences"), "institution", (
        _texts("text", _("Whom it trains"), required=True),
        _ROLES, _REACH,
        *_dates("when", _("From"), _("Until")),
    ), part="target_groups"),
    WorkSheet("workforce", _("Workforce"), "workforce", (
        _texts("text", _("What is said"), required=True),
        _SUBJECT, _ROLE, *_RANGE, _QUALIFIER,
        *_dates("when", _("From"), _("Until")),
        _NOTE,
    )),
    WorkSheet("needs", _("Needs"), "need", (
        _texts("text", _("What is said"), required=True),
        _SUBJECT, _ROLE,
        _code("topic", _("Topic"), "topics"),
        *_RANGE, _QUALIFIER,
        Column("by", _("By when"), Form.DATE, "by"),
        _NOTE,
    )),
    WorkSheet("materials", _("Training materials"), "material", (
        _texts("title", _("Title"), "titles", required=True),
        _code("material_kind", _("Kind"), "MaterialKind", required=True),
        _code("whose_copy", _("Whose copy"), "MaterialCopy"),
        _texts("summary", _("What it is about")),
        Column("makers", _("Made by"), Form.PARTIES, "makers"),
        _code("level", _("Level"), "TrainingLevel"),
        _LANGUAGES,
        Column("licence", _("Licence, such as CC-BY-4.0"), Form.LINE, "licence"),
        _TOPICS, _ROLES,
        Column("publications", _("Publications of the Nuclear Security Series"), Form.CODES,
               "publications", "publications"),
        _NOTE,
    )),
    WorkSheet("statements", _("Statements"), "statement", (
        _texts("text", _("What is said"), required=True),
        _SUBJECT,
        _code("group", _("Group"), "StatementGroup", required=True),
        Column("measure", _("Measure"), Form.LINE, "measure", is_required=True),
        Column("value", _("Value"), Form.NUMBER, "value"),
        Column("unit", _("Unit"), Form.LINE, "unit"),
        _QUALIFIER,
        _code("stream", _("Stream"), "Stream"),
        *_dates("when", _("From"), _("Until")),
        _STAGE, _TOPICS, _NOTE,
    )),
)  # fmt: skip
"""Every sheet, in the order of the workbook."""

RECORDS: Final = tuple(sheet for sheet in SHEETS if not sheet.part)
PARTS: Final = tuple(sheet for sheet in SHEETS if sheet.part)
PART_NAMES: Final = frozenset(sheet.part for sheet in PARTS)
"""The fields of records whose items have rows of their own."""


def sheet_named(name: str) -> WorkSheet:
    """The sheet of that name; ``KeyError`` where there is none."""
    return {sheet.name: sheet for sheet in SHEETS}[name]


def sheet_of(kind: str) -> WorkSheet | None:
    """The sheet that holds records of a kind."""
    return next((sheet for sheet in RECORDS if sheet.kind == kind), None)
