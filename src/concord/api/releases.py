"""Releases of protected totals, each to its audience."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from concord.api.callers import viewer_of
from concord.api.interface import api
from concord.api.schemas import ReleaseOut, ReleaseTableOut
from concord.studies.released import release_get, release_list


@api.get("/releases", response=list[ReleaseOut], summary="Releases of protected totals")
def releases(request: HttpRequest) -> list[ReleaseOut]:
    """Totals over numbers that their owners keep to themselves, the newest first."""
    return [ReleaseOut.of(view) for view in release_list(viewer=viewer_of(request))]


@api.get("/releases/{release_id}", response=ReleaseTableOut, summary="One release with its table")
def release(request: HttpRequest, release_id: UUID) -> ReleaseTableOut:
    """A release and every cell of it; what is withheld is null and says that it is protected."""
    return ReleaseTableOut.of(release_get(viewer=viewer_of(request), release_id=release_id))
