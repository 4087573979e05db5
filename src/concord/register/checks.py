"""What a person should look at again before a record is written.

Every way in shows it: preview, form, feed and interface. What the rules of the content check refuse
or stop is not written; the rest refuses nothing. Other rooms add checks of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from concord.record.sensitive import Finding, findings
from concord.register.fields import field_label

ContentCheck = Callable[[str, Mapping[str, Any]], Iterator[str]]
_checks: list[ContentCheck] = []


def content_check(check: ContentCheck) -> ContentCheck:
    """Adds a check: given the kind of a record and its content it yields warnings in words."""
    _checks.append(check)
    return check


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is worth a second look: what the rules stop, what they warn of, and other remarks."""

    stops: list[Finding]
    warnings: list[Finding]
    others: list[str]

    @property
    def said(self) -> list[str]:
        """Warnings and other remarks in words."""
        return [*map(finding_text, self.warnings), *self.others]


def content_remarks(kind: str, content: Mapping[str, Any]) -> Remarks:
    """Everything that is worth a second look."""
    found = findings(kind, content)
    return Remarks(
        [one for one in found if not one.is_warning],
        [one for one in found if one.is_warning],
        [warning for check in _checks for warning in check(kind, content)],
    )


def content_warnings(kind: str, content: Mapping[str, Any]) -> list[str]:
    """The same in words, without what is stopped."""
    return content_remarks(kind, content).said


def finding_text(finding: Finding) -> str:
    """A finding in one line: the field, the reason, how to mend it, and by which guidance."""
    return _("%(field)s – %(said)s") % {
        "field": field_label(finding.field), "said": finding.said
    }  # fmt: skip
