"""Versions of other materials whose text is like that of one, with the passages that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np

from concord.core.disclosure import Viewer
from concord.core.likeness.bodies import Body, passages, shared, signatures_of
from concord.library.models import StoredFile
from concord.library.selectors import stored_of, version_get
from concord.record.errors import NotFoundError
from concord.record.selectors import RecordView
from concord.register.lists import versions_seen

LEAST: Final = 0.1
"""Share of the smaller text from which on two are called alike."""
MOST: Final = 10
Key = tuple[UUID, str]
"""Whose file, and its digest."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A version of another material, and what it has in common with the one asked about."""

    material: RecordView
    version: RecordView
    share: float
    """Estimated share of the smaller of the two texts that stands in the other."""
    passages: Sequence[str]
    """The longest passages of the version asked about that stand in the other too."""

    @property
    def percent(self) -> int:
        return round(100 * self.share)


def versions_alike(*, viewer: Viewer, version: RecordView) -> list[Alike] | None:
    """What is alike among all that the viewer may see, the likest first; None without a text.

    Other versions of the same material are left out, and of another material the likest is given.
    """
    stored = stored_of(version)
    if stored is None or not stored.signature:
        return None
    own = Body(signatures_of([bytes(stored.signature)])[0], stored.shingles)
    seen = {
        (change.owner, change.content["file"]["digest"]): change.id
        for change in versions_seen(viewer=viewer)
        if change.content["material"] != version.content.get("material")
    }
    shares = _shares(own, seen)
    found: dict[UUID, Alike] = {}
    for key in sorted(shares, key=lambda key: (-shares[key], str(key))):
        if len(found) == MOST:
            break
        one = _alike(viewer, seen[key], stored.text, key, shares[key])
        if one is not None:
            found.setdefault(one.material.id, one)
    return list(found.values())


def _shares(own: Body, seen: Mapping[Key, UUID]) -> dict[Key, float]:
    """The files among ``seen`` that share enough with a text, and how much."""
    rows = StoredFile.objects.filter(shingles__gt=0)
    kept = [
        ((institution, digest), bytes(signature), count)
        for institution, digest, signature, count in rows.values_list(
            "institution", "digest", "signature", "shingles"
        ).iterator()
        if (institution, digest) in seen
    ]
    if not kept:
        return {}
    keys, signatures, counts = zip(*kept, strict=True)
    shares = shared(own, signatures_of(signatures), np.array(counts, dtype=np.int64))
    return {key: float(s) for key, s in zip(keys, shares, strict=True) if s >= LEAST}


def _alike(viewer: Viewer, version_id: UUID, text: str, key: Key, share: float) -> Alike | None:
    try:
        material, version = version_get(viewer=viewer, version_id=version_id)
    except NotFoundError:
        return None
    institution, digest = key
    other = StoredFile.objects.filter(institution=institution, digest=digest).first()
    common = passages(text, other.text) if other else []
    return Alike(material, version.record, share, common)
