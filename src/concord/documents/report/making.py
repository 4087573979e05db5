"""What reports are made of: the sheets of studies, in a reader's language."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.analysis.coverage import State
from concord.core.disclosure import Viewer, strictest_tlp
from concord.documents.findings import sheets_of
from concord.documents.gapmap import draw_gaps
from concord.documents.report import Picture, Report, Section
from concord.documents.years import YearBar, draw_years
from concord.register.links import Parties
from concord.studies.kept import Kept

REGION: Final = ("coverage", "gaps", "overlap", "collaboration")
"""The studies of a report on the region, in its order."""
CENTRE: Final = ("achievement",)
"""The studies of a report on a centre."""


def region_report(
    results: Mapping[str, Kept], viewer: Viewer, language: str, known_at: dt.datetime | None
) -> Report:
    """What is on offer, needed, offered twice, and done together."""
    with translation.override(language):
        titles = {
            "coverage": _("Coverage"),
            "gaps": _("Needs and gaps"),
            "overlap": _("Overlap"),
            "collaboration": _("Collaboration"),
        }
        sections = [
            Section(titles[name], (), _pictures(name, results, language),
                    sheets_of(name, results[name].result, viewer, language))
            for name in REGION
        ]  # fmt: skip
        return _report(
            _("The region: offers, needs and collaboration"),
            sections,
            results=results.values(),
            viewer=viewer,
            language=language,
            known_at=known_at,
        )


def centre_report(
    results: Mapping[str, Kept], viewer: Viewer, language: str, known_at: dt.datetime | None
) -> Report:
    """What one centre did in a year."""
    result = results["achievement"].result
    centre = result["centre"]
    name = Parties(viewer, language, {centre}).record(centre).label
    with translation.override(language):
        found = sheets_of("achievement", result, viewer, language)
        lead = _("Several measures, each with its own axes. They are not added to a score, and no "
                 "centre is ranked.")  # fmt: skip
        section = Section(name, (lead,), _pictures("achievement", results, language), found)
        title = _("%(name)s: a year") % {"name": name}
        return _report(
            title,
            [section],
            results=results.values(),
            viewer=viewer,
            language=language,
            known_at=known_at,
        )


def _report(
    title: str,
    sections: list[Section],
    *,
    results: Iterable[Kept],
    viewer: Viewer,
    language: str,
    known_at: dt.datetime | None,
) -> Report:
    digest = hashlib.sha256("".join(sorted(kept.inputs for kept in results)).encode()).hexdigest()
    said = _("What the register said at %(moment)s UTC.") % {
        "moment": f"{known_at:%Y-%m-%d %H:%M}"
    } if known_at else _("What the register says to you.")  # fmt: skip
    return Report(
        title=title,
        subtitle=str(settings.CONCORD_NAME),
        language=language,
        tlp=strictest_tlp(viewer.audiences),
        foot=_("Digest of the inputs: %(digest)s") % {"digest": digest},
        publisher=str(settings.CONCORD_NAME),
        nothing=_("Nothing."),
        more=_("%(n)d more rows are in the workbook."),
        lead=(
            said,
            _("Compiled from open sources and from what centres entered; figures without a source "
              "are modelled, and say so."),
        ),
        sections=sections,
    )  # fmt: skip


def _pictures(name: str, results: Mapping[str, Kept], language: str) -> list[Picture]:
    result = results[name].result
    if name == "gaps" and result["region"]:
        topics = results["coverage"].result["topics"]
        offered = {t["code"] for t in topics if t["state"] == State.OFFERED.value}
        svg = draw_gaps(result["cells"], offered, language=language, chart_id="gaps",
                        address=lambda topic, _role: f"/gaps/?topic={topic}")  # fmt: skip
        return [Picture(svg, _("How many people lack valid training, by topic and role"))]
    if name == "achievement" and result["by_year"]:
        bars = [
            YearBar(row["year"], row["done"] + row["other"], row["done"], "", str(row["year"]),
                    row["year"] == result["year"])
            for row in result["by_year"]
        ]  # fmt: skip
        svg = draw_years(bars, chart_id="years", title=_("Activities by year"), description="")
        return [Picture(svg, _("Activities by year"))]
    return []
