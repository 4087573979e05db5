"""Institutions."""

from __future__ import annotations

from typing import Annotated, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints

from concord.record.content import (
    Cited,
    Content,
    InstitutionId,
    LanguageTag,
    Line,
    NetworkId,
    Text,
    WebAddress,
    When,
)
from concord.record.kinds import register_kind
from concord.register.kinds.codes import CountryCode, RoleCode, TopicCode
from concord.register.words import (
    CapabilityKind,
    CentreFunction,
    FocusAspect,
    InstitutionKind,
    LifePhase,
    MilestoneStep,
    NameForm,
    Reach,
    Stage,
)


class Name(Cited):
    """A name in one language, over a time."""

    name: Line = Field(description="The name")
    language: LanguageTag = Field(description="Its language")
    form: NameForm = Field(default=NameForm.FULL, description="What sort of name it is")
    valid: When | None = Field(default=None, description="When the name was in use")


class Place(Cited):
    """A town, never the site of a facility."""

    name: Line = Field(description="Name of the town")
    latitude: float = Field(ge=-90, le=90, description="Degrees north")
    longitude: float = Field(ge=-180, le=180, description="Degrees east")
    gazetteer: Line = Field(description="Where the coordinates are from")


class Parent(Cited):
    """The institution above, over a time."""

    institution: InstitutionId = Field(description="The parent")
    parent_kind: InstitutionKind | None = Field(
        default=None, description="What kind of institution the source calls it"
    )
    valid: When | None = Field(default=None, description="When it was the parent")


class Membership(Cited):
    """Membership of a network."""

    network: NetworkId = Field(description="The network")
    when: When | None = Field(default=None, description="When it was a member")


class Milestone(Cited):
    """A dated step in the life of the institution."""

    step: MilestoneStep = Field(description="Which step")
    when: When | None = Field(default=None, description="When, as exact as the source")
    stage: Stage = Field(default=Stage.DONE, description="Planned or done, as the source says")
    text: Text | None = Field(default=None, description="What the source says of it")


class Phase(Cited):
    """A phase of life, by IAEA-TDL-010."""

    phase: LifePhase = Field(description="Which phase")
    when: When | None = Field(default=None, description="When")


class Focus(Cited):
    """What the institution is said to have its focus on."""

    aspect: FocusAspect = Field(description="In what respect")
    text: Text = Field(description="What the source says")
    when: When | None = Field(default=None, description="Date of the claim")


class TargetGroup(Cited):
    """Whom an institution trains, as a whole: never proof for one of its courses."""

    text: Text = Field(description="What the source says")
    roles: tuple[RoleCode, ...] = Field(default=(), description="Roles that it names")
    reach: tuple[Reach, ...] = Field(default=(), description="Reach that it names")
    when: When | None = Field(default=None, description="Date of the claim")


class Capability(Cited):
    """Expertise, facility, equipment or service that an institution offers."""

    capability_kind: CapabilityKind = Field(description="What it is")
    function: CentreFunction | None = Field(
        default=None, description="Function of a support centre that it serves (IAEA-TDL-010)"
    )
    text: Text = Field(description="What the source says")
    topics: tuple[TopicCode, ...] = Field(default=(), description="Topics that it serves")
    when: When | None = Field(default=None, description="Date of the claim")


@register_kind
class Institution(Content):
    """An organisation in the register.

    A centre, university, think tank, regulator, operator, agency or international organisation.
    """

    kind: ClassVar[str] = "institution"
    label: ClassVar[str | Promise] = _("institution")

    names: tuple[Name, ...] = Field(min_length=1, description="Names, the main one first")
    kinds: tuple[InstitutionKind, ...] = Field(min_length=1, description="What it is")
    state: CountryCode | None = Field(
        default=None, description="Country or area; blank for an international organisation"
    )
    place: Place | None = Field(default=None, description="Town, where a source names it")
    parents: tuple[Parent, ...] = Field(default=(), description="Institutions above it")
    memberships: tuple[Membership, ...] = Field(default=(), description="Networks it belongs to")
    milestones: tuple[Milestone, ...] = Field(default=(), description="Dated steps in its life")
    phases: tuple[Phase, ...] = Field(default=(), description="Phases of its life (IAEA-TDL-010)")
    focuses: tuple[Focus, ...] = Field(default=(), description="What it has its focus on")
    target_groups: tuple[TargetGroup, ...] = Field(
        default=(), description="Whom it trains, as a whole"
    )
    capabilities: tuple[Capability, ...] = Field(
        default=(), description="Expertise, facilities, equipment and services"
    )
    languages: tuple[LanguageTag, ...] = Field(default=(), description="Languages it works in")
    mailbox: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = (
        Field(default=None, description="Mailbox of a role, never of a person")
    )
    website: WebAddress | None = Field(default=None, description="Web site")
    ror: Annotated[str, StringConstraints(pattern=r"^https://ror\.org/0[a-z0-9]{8}$")] | None = (
        Field(default=None, description="Identifier in the Research Organization Registry")
    )

    def title(self) -> Text:
        return Text(
            original=self.names[0].language, text={self.names[0].language: self.names[0].name}
        )
