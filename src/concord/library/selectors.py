"""Materials with their versions, as one viewer sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from concord.core.disclosure import Viewer
from concord.core.timespan import TimeSpan
from concord.library.errors import FileGoneError
from concord.library.keeping import file_path
from concord.library.models import StoredFile
from concord.record.columns import Question
from concord.record.errors import NotFoundError
from concord.record.selectors import RecordView, record_get, record_list, records_get
from concord.register.lists import material_table, version_ids


@dataclass(frozen=True, slots=True)
class Endorsed:
    """What a body says of one version: for exactly these bytes."""

    record: RecordView
    is_own_word: bool
    """Whether the body says so itself; else somebody reports it."""
    has_ended: bool


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version with its endorsements."""

    record: RecordView
    endorsements: Sequence[Endorsed]

    @property
    def is_endorsed(self) -> bool:
        """Whether any body's word on these bytes holds today."""
        return any(not one.has_ended for one in self.endorsements)


def material_makers(material: RecordView) -> frozenset[UUID]:
    """The institutions that may add versions: the owner, and those that it names as makers."""
    named = (party.get("institution") for party in material.content.get("makers", ()))
    return frozenset({material.owner, *(UUID(key) for key in named if key)})


def material_versions(*, viewer: Viewer, material: RecordView) -> list[VersionView]:
    """The versions of a material that the viewer may see, the newest first.

    Only those count that its makers brought: nobody else can add one to it.
    """
    makers = material_makers(material)
    found = records_get(viewer=viewer, ids=version_ids(viewer=viewer, material=material.id))
    versions = [view for view in found.values() if view.owner in makers]
    depths = _depths(versions)
    versions.sort(key=lambda v: (depths[v.id], v.content.get("when", ""), v.content.get("name", ""),
                                 str(v.id)), reverse=True)  # fmt: skip
    return [VersionView(view, _endorsements(viewer, view)) for view in versions]


def _depths(versions: Sequence[RecordView]) -> dict[UUID, int]:
    """How many of the versions shown each was made from, one after another."""
    before = {view.id: view.content.get("after", "") for view in versions}
    known = {str(key): key for key in before}
    depths: dict[UUID, int] = {}
    for key, first in before.items():
        passed, at = {key}, known.get(first)
        while at is not None and at not in passed:
            passed.add(at)
            at = known.get(before[at])
        depths[key] = len(passed)
    return depths


def version_get(*, viewer: Viewer, version_id: UUID) -> tuple[RecordView, VersionView]:
    """A version and its material; raises ``NotFoundError`` where the viewer may not know of one."""
    view = record_get(viewer=viewer, record_id=version_id, kind="version")
    if "material" not in view.content:
        raise NotFoundError
    material = record_get(viewer=viewer, record_id=UUID(view.content["material"]), kind="material")
    if view.owner not in material_makers(material):
        raise NotFoundError
    return material, VersionView(view, _endorsements(viewer, view))


def _endorsements(viewer: Viewer, version: RecordView) -> list[Endorsed]:
    """Endorsements of a version that name the very bytes that it has."""
    file = version.content.get("file")
    if file is None:
        return []
    where = {"version": str(version.id), "digest": file["digest"]}
    today = timezone.now().date()
    return [
        Endorsed(
            record,
            record.content.get("body", {}).get("institution") == str(record.owner),
            _has_ended(record, today),
        )
        for record in record_list(viewer=viewer, kind="endorsement", where=where)
    ]


def _has_ended(record: RecordView, today: dt.date) -> bool:
    valid = record.content.get("valid")
    return valid is not None and TimeSpan.parse(valid).latest < today


def translations_of(*, viewer: Viewer, material: UUID) -> list[RecordView]:
    """Materials that were translated from this one, as far as the viewer may know."""
    ids = material_table().ids_where(viewer, Question({"original": frozenset({str(material)})}))
    found = records_get(viewer=viewer, ids=ids)
    return [found[key] for key in ids if key in found]


def stored_of(version: RecordView) -> StoredFile | None:
    """What is known of the file of a version whose file the viewer sees."""
    file = version.content.get("file")
    if file is None:
        return None
    return StoredFile.objects.filter(institution=version.owner, digest=file["digest"]).first()


def version_file(*, viewer: Viewer, version_id: UUID) -> tuple[Path, dict[str, str]]:
    """The bytes of a version and what they are called.

    Raises ``NotFoundError``, ``FileGoneError`` and ``FileHeldError``.
    """
    _material, version = version_get(viewer=viewer, version_id=version_id)
    if "file" not in version.record.content:
        raise NotFoundError
    stored = stored_of(version.record)
    if stored is None:
        raise FileGoneError
    return file_path(stored), version.record.content["file"]
