"""Reports as PDF, of what the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from concord.documents.report import Report, report_pdf
from concord.documents.report.making import CENTRE, REGION, centre_report, region_report
from concord.jobs.studying import study_result
from concord.record.selectors import record_get
from concord.register.listquery import read_moment
from concord.studies.kept import Kept
from concord.studies.running import Waiting
from concord.studies.study import study_get
from concord.web.templatetags.reading import language
from concord.web.views.studying import Asked, params_of
from concord.web.views.viewer import person_of, viewer_of

Make = Callable[..., Report]


def report_region(request: HttpRequest) -> HttpResponse:
    """The region: coverage, needs and gaps, overlap, collaboration."""
    return _report(request, REGION, region_report, "concord-region", {})


def report_centre(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """A centre's year."""
    record_get(viewer=viewer_of(request), record_id=record_id, kind="institution")
    fixed = {"centre": str(record_id)}
    return _report(request, CENTRE, centre_report, f"concord-{record_id}", fixed)


def _report(
    request: HttpRequest, names: tuple[str, ...], make: Make, file: str, fixed: dict[str, Any]
) -> HttpResponse:
    viewer = viewer_of(request)
    known_at = read_moment(request.GET, "known_at")
    results: dict[str, Kept] = {}
    for name in names:
        question = study_get(name).question.read(params_of(request, fixed), ignored=("lang",))
        found = study_result(viewer, name, question)
        if isinstance(found, Waiting):
            asked = Asked(name, question, request.path, frozenset(fixed))
            context = {"asked": asked, "waiting": found,
                       "may_cancel": person_of(request) is not None}  # fmt: skip
            return render(request, "concord/study_waiting.html", context, status=202)
        results[name] = found
    pdf = report_pdf(make(results, viewer, language(), known_at))
    headers = {"Content-Disposition": f'attachment; filename="{file}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
