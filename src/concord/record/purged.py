"""What history says where something was removed: when, by whom, under which rule, and not what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.record.errors import PurgedError
from concord.record.models import Purge, Record

if TYPE_CHECKING:
    from concord.record.selectors import RecordView

VIA = "purging"
"""The way in of a revision that says that something was removed."""


@dataclass(frozen=True, slots=True)
class Removal:
    """That something was removed from all revisions before ``revision_number``.

    A blank ``field`` means all that they said. ``is_emptied`` says that nothing of the record is
    left, ``keeps_current`` that what the field said at last was kept.
    """

    field: str
    rule: str
    at: dt.datetime
    institution: UUID
    revision_number: int
    is_emptied: bool
    keeps_current: bool

    @property
    def rule_label(self) -> str:
        """The rule in words."""
        return str(Purge.Rule(self.rule).label)


def removals_list(*, viewer: Viewer, record_id: UUID) -> list[Removal]:
    """What was removed of a record, oldest first, as far as the viewer may see the field."""
    record = Record.objects.filter(id=record_id, audience__in=viewer.audiences).first()
    if record is None:
        return []
    rows = Purge.objects.filter(record_id=record_id, state=Purge.State.DONE).order_by("number")
    return [
        Removal(
            field=row.field,
            rule=row.rule,
            at=row.settled_at,
            institution=row.institution,
            revision_number=row.revision_number or 0,
            is_emptied=row.empties,
            keeps_current=row.keeps_current,
        )
        for row in rows
        if row.settled_at and viewer.may_see(record.audiences.get(row.field, record.audience))
    ]


def removals_of(*, records: Sequence[RecordView]) -> dict[UUID, list[dict[str, str]]]:
    """For files: the fields of each that say nothing since they were removed under a rule.

    Of what a viewer sees; a field that is withheld from them is not said to be removed.
    """
    found: dict[UUID, list[dict[str, str]]] = {}
    known = {record.id: record for record in records}
    rows = Purge.objects.filter(record_id__in=list(known), state=Purge.State.DONE)
    for row in rows.order_by("number"):
        record = known[row.record_id]
        if row.field and row.field not in {*record.content, *record.withheld}:
            on = row.settled_at.date().isoformat() if row.settled_at else ""
            told = {"field": row.field, "rule": row.rule, "on": on}
            found.setdefault(record.id, []).append(told)
    return found


def raise_if_purged(record_id: UUID) -> None:
    """Raises ``PurgedError`` where nothing is left of a record, or of a revision, that was."""
    rows = Purge.objects.filter(record_id=record_id, state=Purge.State.DONE)
    row = rows.order_by("-number").first()
    if row is not None and row.settled_at is not None:
        raise PurgedError(
            fields={
                "rule": row.rule,
                "on": row.settled_at.date().isoformat(),
                "by": str(row.institution),
            }
        )


def purged_numbers(numbers: Iterable[int]) -> dict[int, str]:
    """The fields that revisions of these numbers say were removed."""
    rows = Purge.objects.filter(number__in=list(numbers), state=Purge.State.DONE)
    return {number: field for number, field in rows.values_list("number", "field") if number}


def purged_since(number: int) -> bool:
    """Whether anything was removed after a revision of the register: what is kept goes anew."""
    return Purge.objects.filter(number__gt=number).exists()
