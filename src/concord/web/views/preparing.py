"""Files that the worker makes: asked for, waited for, fetched."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.core.cache import cache
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from concord.exchange.exports import export_ask, export_get, export_path
from concord.exchange.models import Export
from concord.jobs.tasks import make_export
from concord.record.errors import NotFoundError
from concord.web.templatetags.reading import language
from concord.web.views.exports import workbook_file
from concord.web.views.viewer import viewer_of

DAY: Final = 86_400


@require_POST
def export_new(request: HttpRequest) -> HttpResponse:
    """Ask for a large list as a workbook."""
    asked = export_ask(
        viewer=viewer_of(request),
        listing=request.POST.get("listing", ""),
        params=QueryDict(request.POST.get("query", "")),
        language=language(),
    )
    if asked.state == Export.State.WAITING and cache.add(f"export:{asked.id}", 1, DAY):
        make_export.enqueue(str(asked.id))
    return redirect("export", export_id=asked.id)


def export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """How far a file has come, and where it is once it is there."""
    found = export_get(viewer=viewer_of(request), export_id=export_id)
    return render(request, "concord/export.html", {"export": found})


def export_file(request: HttpRequest, export_id: UUID) -> FileResponse:
    """The file."""
    found = export_get(viewer=viewer_of(request), export_id=export_id)
    path = export_path(found)
    if found.state != Export.State.READY or not path.exists():
        raise NotFoundError
    return workbook_file(path.open("rb"), f"concord-{found.listing}")
