"""Who speaks for themselves: institutions that own what the register says, beside its compilers."""

from __future__ import annotations

from typing import ClassVar

from concord.core.disclosure import ANYONE
from concord.record.following import Follower
from concord.record.selectors import owners_heard
from concord.register.words import InstitutionKind


class _Speaking(Follower):
    """The count, asked anew when there is a newer revision."""

    passes: ClassVar = ()

    def empty(self) -> None:
        self.count = 0

    def settle(self) -> bool:
        self.count = sum(
            InstitutionKind.COMPILER not in record.content.get("kinds", ())
            for record in owners_heard(viewer=ANYONE, kind="institution")
        )
        return True


_speaking = _Speaking()


def speaking_count() -> int:
    """How many institutions, compilers apart, own a record that everybody sees."""
    _speaking.refresh()
    return _speaking.count
