"""Activities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import (
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from concord.core.timespan import TimeSpan, TimeSpanError
from concord.record.content import (
    ActivityId,
    Cited,
    Content,
    CourseId,
    LanguageTag,
    Line,
    Party,
    Piece,
    Text,
    When,
)
from concord.record.kinds import register_kind
from concord.register import vocabulary
from concord.register.kinds.account import Account
from concord.register.kinds.codes import CountryCode, RoleCode, TopicCode
from concord.register.words import ActivityKind, CountUnit, PartRole, Reach, Stage, Stream

NEVER_COMES: Final = frozenset({Stage.CANCELLED.value, Stage.LAPSED.value})
MOST: Final = 10**12
"""No count of people is larger; numbers beyond 64 bits cannot be written out."""


class Part(Piece):
    """The part that a party has in the activity."""

    party: Party = Field(description="Who")
    part: PartRole = Field(description="In what part")


class Participation(Cited):
    """A count of those who took part.

    Rows of one breakdown add up; several breakdowns of one activity are alternatives and are never
    added. The breakdown ``total`` is the whole as the source states it.
    """

    breakdown: Line = Field(default="total", description="Which way of splitting the whole")
    count: int = Field(ge=0, le=MOST, description="How many; zero means none")
    unit: CountUnit = Field(default=CountUnit.PERSON, description="What is counted")
    qualifier: Line | None = Field(
        default=None, description="The source's qualifier: over, about, up to"
    )
    country: CountryCode | None = Field(default=None, description="Where they came from, if known")
    role: RoleCode | None = Field(default=None, description="Their role, if known")
    stream: Stream | None = Field(default=None, description="Domestic or from abroad")
    stage: Stage = Field(default=Stage.DONE, description="Planned or counted afterwards")


class Nomination(Piece):
    """What a coming activity offers to those who may apply."""

    seats: int | None = Field(default=None, ge=0, le=MOST, description="Places")
    who_may_apply: Text | None = Field(default=None, description="Who may be nominated")
    apply_by: When | None = Field(default=None, description="Last day for nominations")
    cost: Line | None = Field(default=None, description="Cost for a participant")
    who_pays: Text | None = Field(default=None, description="Who pays travel and stay")
    contact: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = (
        Field(default=None, description="Mailbox of a role for questions")
    )


@register_kind
class Activity(Content):
    """Something that happens at a time, with the part that each party has in it."""

    kind: ClassVar[str] = "activity"
    label: ClassVar[str | Promise] = _("activity")
    follows: ClassVar[Mapping[str, str]] = {"days": "when"}

    titles: Text = Field(description="Title")
    activity_kind: ActivityKind = Field(description="What happens")
    when: When | None = Field(default=None, description="The month or year")
    days: When | None = Field(
        default=None, description="The day or days, which fewer may see than the month"
    )
    stage: Stage = Field(default=Stage.UNKNOWN, description="How far it has come")
    course: CourseId | None = Field(default=None, description="The course that it is a run of")
    parties: tuple[Part, ...] = Field(default=(), description="Who had which part")
    topics: tuple[TopicCode, ...] = Field(default=(), description="Topics")
    roles: tuple[RoleCode, ...] = Field(default=(), description="Roles it is said to be for")
    reach: tuple[Reach, ...] = Field(default=(), description="Whom it is open to")
    languages: tuple[LanguageTag, ...] = Field(default=(), description="Languages it is given in")
    country: CountryCode | None = Field(default=None, description="Country or area where it is")
    town: Line | None = Field(default=None, description="Venue: the town, where a source names it")
    is_online: bool = Field(default=False, description="Given online")
    participation: tuple[Participation, ...] = Field(default=(), description="Who took part")
    evaluation_level: int | None = Field(
        default=None, ge=1, le=4, description="Level of evaluation reached (Kirkpatrick 1 to 4)"
    )
    nomination: Nomination | None = Field(default=None, description="For those who may apply")
    accounts: tuple[Account, ...] = Field(default=(), description="What the parties say of it")
    same_as: ActivityId | None = Field(
        default=None, description="Another record of the same event: the two count once"
    )

    @model_validator(mode="before")
    @classmethod
    def _day_by_itself(cls, data: Any) -> Any:
        """Whichever way it comes in: a day that stands with the month goes to its own field."""
        if not isinstance(data, Mapping) or _span(data.get("days")) not in {
            None,
            _span(data.get("when")),
        }:
            return data
        return cls.as_said_today(dict(data))

    @field_validator("days")
    @classmethod
    def _one_day(cls, days: str | None, info: ValidationInfo) -> str | None:
        when = info.data.get("when")
        if days and when and TimeSpan.parse(when).is_to_the_day:
            raise ValueError(_the_day_twice() % {"day": when})
        return days

    @classmethod
    def as_said_today(cls, data: dict[str, Any]) -> dict[str, Any]:
        """A day in the field of the month is moved to its own, where none stands already."""
        span = _span(data.get("when"))
        if span is None or not span.is_to_the_day:
            return data
        moved = {"when": str(span.months), "days": data.get("days") or data["when"]}
        found: dict[str, Any] = {}
        for name, value in data.items():
            found |= moved if name == "when" else {} if name == "days" else {name: value}
        return found

    def title(self) -> Text:
        return self.titles

    @classmethod
    def kept_narrow(cls, data: Mapping[str, Any], today: dt.date) -> frozenset[str]:
        """Day and venue of what is to come for guards, response forces or intelligence services.

        Who knows where such people will be together on which day could use it against them.
        """
        return cls.narrow_until_over(data) if _is_to_come(data, today) else frozenset()

    @classmethod
    def narrow_until_over(cls, data: Mapping[str, Any]) -> frozenset[str]:
        """The same, be it to come or over."""
        if vocabulary.roles_kept_narrow().isdisjoint(_roles(data)):
            return frozenset()
        return frozenset({"days", "town"})


def _the_day_twice() -> str:
    return gettext("the day is given twice, and here otherwise than “%(day)s”; give it here alone")


def _span(text: object) -> TimeSpan | None:
    """The dates of a text; None where it is none, which the check of its field says."""
    try:
        return TimeSpan.parse(text.strip()) if isinstance(text, str) else None
    except TimeSpanError:
        return None


def _roles(data: Mapping[str, Any]) -> frozenset[str]:
    """All roles that it is for, be they said of the whole or of some who take part."""
    counted = (row.get("role") for row in data.get("participation", ()))
    return frozenset(data.get("roles", ())) | frozenset(filter(None, counted))


def _is_to_come(data: Mapping[str, Any], today: dt.date) -> bool:
    """Whether it may yet happen: its dates decide, and its stage only where it has none.

    Where the days and the month contradict each other, the later one counts.
    """
    if data.get("stage") in NEVER_COMES:
        return False
    spans = [TimeSpan.parse(data[name]) for name in ("days", "when") if data.get(name)]
    if not spans:
        return data.get("stage") != Stage.DONE.value
    return any(span.latest >= today for span in spans)
