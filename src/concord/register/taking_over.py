"""What compilers wrote about an institution, which it may take over or let stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from concord.core.disclosure import Actor, Viewer
from concord.record.columns import Question
from concord.record.errors import NotFoundError
from concord.record.selectors import RecordView, records_get
from concord.record.services import records_take_over
from concord.register.lists import institution_table, statement_table, training_table
from concord.register.words import InstitutionKind, PartRole


def compiled_about(*, viewer: Viewer, institution: UUID) -> list[RecordView]:
    """Records about the institution that a compiler owns: itself, its training, its figures."""
    key = frozenset({str(institution)})
    ids = [
        institution,
        *training_table().ids_where(viewer, Question({"provider": key})),
        *statement_table().ids_where(viewer, Question({"subject": key})),
    ]
    compilers = compiler_ids(viewer)
    found = records_get(viewer=viewer, ids=ids)
    return [
        found[i]
        for i in ids
        if i in found and found[i].owner in compilers and _is_about(found[i], institution)
    ]


def compiled_take_over(
    *, actor: Actor, viewer: Viewer, ids: Collection[UUID], reason: str = ""
) -> None:
    """Take records over; raises ``NotFoundError`` where one is not the institution's to take."""
    takeable = {r.id for r in compiled_about(viewer=viewer, institution=actor.institution)}
    if not set(ids) <= takeable:
        raise NotFoundError
    records_take_over(actor=actor, ids=ids, reason=reason)


def compiler_ids(viewer: Viewer) -> set[UUID]:
    """The compilers of open sources."""
    question = Question({"kind": frozenset({InstitutionKind.COMPILER.value})})
    return set(institution_table().ids_where(viewer, question))


def _is_about(record: RecordView, institution: UUID) -> bool:
    """Whether the institution is the one whose word counts for the record."""
    key, content = str(institution), record.content
    if record.kind == "institution":
        return record.id == institution
    if record.kind == "course":
        return list(content.get("providers", ())) == [key]
    if record.kind == "activity":
        return _speaks_for(content) == {key}
    return _subject(content) == key


def _speaks_for(content: Mapping[str, Any]) -> set[str]:
    """The hosts of an activity, or its organisers where no host is named."""
    for role in (PartRole.HOST, PartRole.ORGANISER):
        found = [p["party"] for p in content.get("parties", ()) if p["part"] == role]
        if found:
            return {str(party.get("institution", "")) for party in found}
    return set()


def _subject(content: Mapping[str, Any]) -> str:
    return str(content.get("subject", {}).get("institution", ""))
