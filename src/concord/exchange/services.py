"""Loading: what a folder holds becomes revisions, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from concord.core.disclosure import Actor, Level
from concord.exchange.folder import Fault, UnreadableFolderError, drafts_from_folder
from concord.record.models import Record
from concord.record.services import Draft, content_dump, node_ensure, revisions_write
from concord.register.kinds import Institution
from concord.register.words import InstitutionKind


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    written: int
    unchanged: int


def folder_load(
    *, folder: Path, level: Level = Level.INSTITUTION, owner: UUID | None = None
) -> Loaded:
    """Load every record of ``folder``; those that say what they said already get no revision.

    The owner is ``owner``, or the compiler that the folder itself names.
    """
    node_ensure()
    drafts = drafts_from_folder(folder, level=level)
    actor = Actor(owner or _compiler(folder, drafts), may_publish=True)
    changed = _changed(drafts)
    revisions_write(
        actor=actor, drafts=changed, via="workbook", reason=f"loaded from {folder.name}"
    )
    return Loaded(written=len(changed), unchanged=len(drafts) - len(changed))


def _compiler(folder: Path, drafts: list[Draft]) -> UUID:
    for draft in drafts:
        content = draft.content
        if isinstance(content, Institution) and InstitutionKind.COMPILER in content.kinds:
            return draft.record_id
    expected = "an institution of kind compiler, or the owner's id as --owner"
    raise UnreadableFolderError(
        [Fault(f"{folder.name}/institutions.csv", 0, "kinds", "", expected)]
    )


def _changed(drafts: list[Draft]) -> list[Draft]:
    stored: dict[UUID, object] = {}
    ids = [draft.record_id for draft in drafts]
    for start in range(0, len(ids), 500):
        rows = Record.objects.filter(id__in=ids[start : start + 500], is_removed=False)
        stored.update(rows.values_list("id", "content"))
    return [d for d in drafts if stored.get(d.record_id) != content_dump(d.content)]
