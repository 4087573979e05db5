"""What is brought to the library: versions of materials, and endorsements of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Viewer
from concord.library.identifying import identify
from concord.library.keeping import file_keep
from concord.library.selectors import material_makers, material_versions, version_get
from concord.record.errors import InvalidContentError
from concord.record.publishing import Written, revisions_write_or_hold
from concord.record.selectors import record_get
from concord.record.sensitive import OnTheWay, sensitive_require
from concord.record.services import Draft, content_parse

VIA = "library"


def version_upload(
    *,
    acting: Acting,
    viewer: Viewer,
    material_id: UUID,
    file_name: str,
    data: bytes,
    said: Mapping[str, Any],
) -> tuple[UUID, Written]:
    """Add a version with its file to a material; it is seen by its institution alone at first.

    ``said`` are the other fields of a version: name, after, changes, makers, when. The text of the
    file, and what it says of itself, is held to the content check as if others were to see it.

    Raises ``NotFoundError``, ``NotAllowedError`` for whoever is no maker of the material,
    ``FileRefusedError``, ``InvalidContentError``, ``SensitiveContentError`` and
    ``UnconfirmedContentError``.
    """
    actor = acting.require(Role.EDITOR)
    material = record_get(viewer=viewer, record_id=material_id, kind="material")
    if acting.institution not in material_makers(material):
        raise NotAllowedError
    found = identify(file_name, data)
    version_id = uuid4()
    _require_place(viewer, material_id, said)
    read = {"file": found.text, "about": dict(found.about)}
    text = OnTheWay(version_id, "version", read, {}, lambda: True)
    sensitive_require(actor=actor, changes=[text])
    stored = file_keep(acting.institution, data, found)
    file = {
        "digest": stored.digest, "name": found.name, "size": stored.size,
        "media_type": stored.media_type,
    }  # fmt: skip
    content = content_parse(
        kind="version", data={**said, "material": str(material_id), "file": file}
    )
    draft = Draft(content, version_id, made_from=0)
    return version_id, revisions_write_or_hold(actor=actor, drafts=[draft], via=VIA)


def _require_place(viewer: Viewer, material_id: UUID, said: Mapping[str, Any]) -> None:
    """A version has a name of its own, and was made from one of the same material."""
    material = record_get(viewer=viewer, record_id=material_id, kind="material")
    known = [one.record for one in material_versions(viewer=viewer, material=material)]
    if said.get("name") in {view.content.get("name") for view in known}:
        raise InvalidContentError(fields={"name": _("There is a version of that name already.")})
    if said.get("after") and said["after"] not in {str(view.id) for view in known}:
        raise InvalidContentError(fields={"after": _("Choose a version of this material.")})


def version_endorse(
    *,
    acting: Acting,
    viewer: Viewer,
    version_id: UUID,
    said: Mapping[str, Any],
) -> tuple[UUID, Written]:
    """Endorse a version in the name of one's institution: these bytes, and no other version.

    ``said`` are text, guidance, valid and when. Raises as ``version_get`` does, and
    ``InvalidContentError``.
    """
    actor = acting.require(Role.EDITOR)
    material, version = version_get(viewer=viewer, version_id=version_id)
    file = version.record.content.get("file")
    if file is None:
        raise NotAllowedError
    content = content_parse(
        kind="endorsement",
        data={
            **said,
            "body": {"institution": str(acting.institution)},
            "provider": {"institution": str(material.owner)},
            "version": str(version_id),
            "digest": file["digest"],
        },
    )
    draft = Draft(content, uuid4(), made_from=0)
    return draft.record_id, revisions_write_or_hold(actor=actor, drafts=[draft], via="form")
