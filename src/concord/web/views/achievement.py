"""A centre's year: what it did, in several measures and no single score."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from concord.documents.findings.achievement import measures, sheets
from concord.documents.lifeline import draw_life
from concord.documents.peopleyears import draw_people
from concord.documents.years import YearBar, draw_years
from concord.record.selectors import record_get
from concord.register.declarations import declared_of
from concord.studies.achievement import AchievementQuestion
from concord.studies.kept import Kept
from concord.web.templatetags.reading import language
from concord.web.views.studying import Asked, study_page
from concord.web.views.viewer import viewer_of


def centre_year(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One centre and one year."""
    record_get(viewer=viewer_of(request), record_id=record_id, kind="institution")
    fixed = {"centre": str(record_id)}
    return study_page(request, "achievement", "concord/year.html", _present, fixed=fixed)


def _present(request: HttpRequest, question: AchievementQuestion, kept: Kept) -> dict[str, object]:
    result, viewer = kept.result, viewer_of(request)
    record = record_get(viewer=viewer, record_id=UUID(question.centre), kind="institution")
    asked = Asked("achievement", question, request.path, frozenset({"centre"}))
    year = result["year"]
    return {
        "record": record,
        "year": year,
        "chart": _chart(result["by_year"], asked, year),
        "people_charts": [
            chart
            for _title, chart in draw_people(
                result["people_by_year"], current=year, address=lambda one: asked.address(year=one)
            )
        ],
        "is_own": f"institution:{question.centre}" in viewer.audiences,
        "life": draw_life(result),
        "measures": list(measures(result, language())),
        "sheets": sheets(result, viewer, language())[2:],
        "declared_years": declared_of(viewer=viewer, years=[year], institutions=[record.id])
        if year
        else [],
    }


def _chart(rows: list[dict[str, int]], asked: Asked, year: int | None) -> str:
    if not rows:
        return ""
    bars = [
        YearBar(
            row["year"], row["done"] + row["other"], row["done"], asked.address(year=row["year"]),
            _("%(year)d: %(done)d done, %(other)d planned or not known") % row,
            row["year"] == year,
        )
        for row in rows
    ]  # fmt: skip
    return draw_years(
        bars,
        chart_id="years",
        title=_("Activities by year"),
        description=_("Filled: done. Outlined: planned, or not known whether done."),
    )
