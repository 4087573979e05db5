"""What a release, its dimensions and their codes are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from concord.register import vocabulary
from concord.register.words import CountUnit, Stage
from concord.studies.counted import NOT_STATED, SEVERAL
from concord.studies.models import TotalsTable

DIMENSION_LABELS: Final[Mapping[str, str | Promise]] = {
    "topic": pgettext_lazy("split by", "topic"),
    "topic_group": pgettext_lazy("split by", "group of topics"),
    "country": pgettext_lazy("split by", "country or area"),
    "role": pgettext_lazy("split by", "role"),
    "role_family": pgettext_lazy("split by", "family of roles"),
    "year": pgettext_lazy("split by", "year"),
}
MEASURE_LABELS: Final[Mapping[str, str | Promise]] = {
    CountUnit.PERSON: CountUnit.PERSON.label,
    CountUnit.ATTENDANCE: CountUnit.ATTENDANCE.label,
    CountUnit.COMPLETION: CountUnit.COMPLETION.label,
    "low": gettext_lazy("people, at the least"),
    "high": gettext_lazy("people, at the most"),
}


def release_title(table: str, dimensions: Iterable[str]) -> str:
    """What a release is about, in a line."""
    what = str(TotalsTable(table).label)
    by = [str(DIMENSION_LABELS[name]) for name in dimensions]
    if not by:
        return what
    return _("%(what)s by %(dimensions)s") % {"what": what, "dimensions": ", ".join(by)}


def counted_label(measure: str, stage: str) -> str:
    """What is counted."""
    label = str(MEASURE_LABELS[measure])
    if not stage:
        return label
    return _("%(measure)s, %(stage)s") % {"measure": label, "stage": Stage(stage).label}


def code_label(axis: str, code: str, language: str) -> str:
    """What a code of an axis is called."""
    if code == NOT_STATED:
        return _("not stated")
    if code == SEVERAL:
        return _("several")
    if axis == "topic":
        if code.endswith(SEVERAL):
            group = vocabulary.topics()[code.removesuffix(SEVERAL)]
            return _("%(group)s, several or not said which") % {"group": group.code}
        return f"{code} {vocabulary.topics().label(code, language)}"
    if axis == "country":
        return vocabulary.countries().label(code, language)
    if axis == "role":
        families = vocabulary.load("role_families")
        found = families if code in families else vocabulary.roles()
        return found.label(code, language)
    return code


def total_label() -> str:
    """What stands for all codes of an axis."""
    return pgettext("all codes of an axis", "total")


PROPOSAL_LABELS: Final = {
    "merge": gettext_lazy("One State offers it twice: it could be made one course."),
    "share": gettext_lazy("Two States offer it: material and calendar could be shared."),
    "specialise": gettext_lazy(
        "Three or more States offer it: each could take a level or a role of its own."
    ),
}
"""What could be done about near-identical courses."""
