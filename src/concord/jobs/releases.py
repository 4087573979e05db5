"""Releases computed at once where that is quick, and by the worker where it is not."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from concord.jobs.tasks import compute_release
from concord.studies.models import Release
from concord.studies.releasing import (
    By,
    Wanted,
    is_small,
    release_compute,
    release_draft,
    release_drop,
    wanted_again,
)


def release_begin(*, by: By, wanted: Wanted) -> UUID:
    """Ask for a release, and compute it or have it computed; raises ``ReleaseError``."""
    draft: Release = release_draft(by=by, wanted=wanted)
    if is_small(draft):
        release_compute(release_id=draft.id)
    else:
        compute_release.enqueue(str(draft.id))
    return draft.id


def release_again(*, by: By, release_id: UUID, dimensions: tuple[str, ...] | None = None) -> UUID:
    """Ask for a draft anew, split by other dimensions where some are given; the old one goes."""
    wanted = wanted_again(by=by, release_id=release_id)
    if dimensions is not None:
        wanted = replace(wanted, dimensions=dimensions)
    release_drop(by=by, release_id=release_id)
    return release_begin(by=by, wanted=wanted)
