"""What a person should look at again before a record is written; it refuses nothing.

Every way in shows it: preview, form and feed. Other rooms add checks of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

ContentCheck = Callable[[str, Mapping[str, Any]], Iterator[str]]
_checks: list[ContentCheck] = []


def content_check(check: ContentCheck) -> ContentCheck:
    """Adds a check: given the kind of a record and its content it yields warnings in words."""
    _checks.append(check)
    return check


def content_warnings(kind: str, content: Mapping[str, Any]) -> list[str]:
    """Everything that is worth a second look."""
    return [warning for check in _checks for warning in check(kind, content)]


_PERSONAL = re.compile(r"[a-z]+\.[a-z]+@|[a-z]\.[a-z]+@", re.IGNORECASE)


@content_check
def mailbox_of_a_person(kind: str, content: Mapping[str, Any]) -> Iterator[str]:  # noqa: ARG001
    """A mailbox is a role's, never a person's."""
    nomination = content.get("nomination") or {}
    for address in (content.get("mailbox"), nomination.get("contact")):
        if address and _PERSONAL.match(address):
            yield _("“%(address)s” looks like a person’s; give the mailbox of a role.") % {
                "address": address
            }
