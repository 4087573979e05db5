"""Courses."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from concord.record.content import Content, CourseId, InstitutionId, LanguageTag, Text
from concord.record.kinds import register_kind
from concord.register.kinds.codes import PublicationCode, RoleCode, TopicCode
from concord.register.words import CourseKind, Reach, TrainingLevel


@register_kind
class Course(Content):
    """A curriculum that can be run again; an undated offer is a course, not an activity.

    A degree programme is a course made of courses.
    """

    kind: ClassVar[str] = "course"
    label: ClassVar[str | Promise] = _("course")

    titles: Text = Field(description="Title")
    course_kind: CourseKind = Field(default=CourseKind.COURSE, description="What sort of course")
    providers: tuple[InstitutionId, ...] = Field(min_length=1, description="Who offers it")
    topics: tuple[TopicCode, ...] = Field(
        default=(), description="Topics; blank where the source names none"
    )
    publications: tuple[PublicationCode, ...] = Field(
        default=(),
        description="Publications of the IAEA Nuclear Security Series that it says it teaches",
    )
    roles: tuple[RoleCode, ...] = Field(
        default=(), description="Roles that a source names for this course itself"
    )
    reach: tuple[Reach, ...] = Field(
        default=(), description="Reach that a source names for this course itself"
    )
    level: TrainingLevel | None = Field(default=None, description="How advanced it is")
    languages: tuple[LanguageTag, ...] = Field(default=(), description="Languages it is given in")
    length_hours: float | None = Field(default=None, gt=0, description="Length in hours")
    objectives: Text | None = Field(default=None, description="What people can do afterwards")
    parts: tuple[CourseId, ...] = Field(default=(), description="Courses that it is made of")

    def title(self) -> Text:
        return self.titles
