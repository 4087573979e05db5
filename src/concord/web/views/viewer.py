"""Who reads a page. Until there are accounts, everybody reads as the public."""

from __future__ import annotations

from django.http import HttpRequest

from concord.core.disclosure import ANYONE, Viewer


def viewer_of(request: HttpRequest) -> Viewer:  # noqa: ARG001 - accounts will read it
    """The viewer of a request."""
    return ANYONE
