"""What reports are made of: the sheets of studies, in a reader's language."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.analysis.coverage import State
from concord.core.disclosure import Viewer, strictest_tlp
from concord.documents.coveragemap import draw_coverage
from concord.documents.findings import Cell, Sheet, sheets_of
from concord.documents.findings.collaboration import Labels
from concord.documents.findings.overlap import Titles
from concord.documents.gapmap import draw_gaps
from concord.documents.lifeline import draw_life
from concord.documents.moving import draw_moving
from concord.documents.networkmap import draw_network
from concord.documents.overlapmap import draw_overlap
from concord.documents.peopleyears import draw_people
from concord.documents.report import Picture, Report, Section
from concord.documents.report.sources import sources_sheet
from concord.documents.years import YearBar, draw_years
from concord.register.assumptions import assumption_words, assumptions, unit_label
from concord.register.declarations import centre_ids, declared_of, years_shown
from concord.register.links import Parties
from concord.studies.kept import Kept

REGION: Final = ("coverage", "gaps", "overlap", "collaboration")
"""The studies of a report on the region, in its order."""
MOST_COLUMNS: Final = 40
"""Centres that the picture of coverage has room for; the table has them all."""
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
            Section(titles[name], (), _pictures(name, results, viewer, language),
                    sheets_of(name, results[name].result, viewer, language))
            for name in REGION
        ]  # fmt: skip
        sources = sources_sheet(viewer, language, known_at)
        sections += [Section(s.title, sheets=(s,)) for s in (_weighed(language), sources)]
        return _report(
            _("The region: offers, needs and collaboration"),
            sections,
            results=results.values(),
            viewer=viewer,
            language=language,
            known_at=known_at,
            declared=() if known_at else _declared(viewer, years_shown()),
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
        pictures = _pictures("achievement", results, viewer, language)
        sources = sources_sheet(viewer, language, known_at, centre)
        sections = [
            Section(_("What was done"), (lead,), pictures, found),
            Section(sources.title, sheets=(sources,)),
        ]
        year = [result["year"]] if result["year"] else []
        title = f"{name}: {result['year'] or '–'}"
        return _report(
            title,
            sections,
            results=results.values(),
            viewer=viewer,
            language=language,
            known_at=known_at,
            declared=() if known_at else _declared(viewer, year, [UUID(centre)]),
        )


def _declared(viewer: Viewer, years: Iterable[int], institutions: Sequence[UUID] = ()) -> list[str]:
    """What centres say themselves of how complete their years are."""
    return [
        _("%(year)d, as centres declare themselves: %(complete)d complete, %(part)d in part, "
          "%(nothing)d nothing to report, %(silent)d not answered.")
        % {"year": line.year, "complete": line.counts.get("complete", 0),
           "part": line.counts.get("in_part", 0), "nothing": line.counts.get("nothing", 0),
           "silent": line.silent}
        for line in declared_of(viewer=viewer, years=years, institutions=institutions)
    ]  # fmt: skip


def _weighed(language: str) -> Sheet:
    """What overlap and collaboration assume; needs and gaps have their own with their figures."""
    labels = assumption_words()
    rows: list[tuple[Cell, ...]] = [
        (labels[key].label(language), one.low, one.central, one.high,
         unit_label(one.unit, language), one.source or _("our own proposal"))
        for key, one in assumptions().items()
        if key.startswith(("overlap.", "collaboration."))
    ]  # fmt: skip
    heads = (_("What is assumed"), _("From"), _("Value"), _("To"), _("Unit"), _("Source"))
    return Sheet(_("Assumptions on overlap and collaboration"), heads, rows)


def _report(
    title: str,
    sections: list[Section],
    *,
    results: Iterable[Kept],
    viewer: Viewer,
    language: str,
    known_at: dt.datetime | None,
    declared: Iterable[str],
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
            *declared,
            said,
            _("Compiled from open sources and from what centres entered; figures without a source "
              "are modelled, and say so."),
        ),
        sections=sections,
    )  # fmt: skip


def _pictures(
    name: str, results: Mapping[str, Kept], viewer: Viewer, language: str
) -> list[Picture]:
    result = results[name].result
    if name == "coverage" and result["topics"]:
        centres = _centres(result, viewer, language)
        svg = draw_coverage(result["topics"], centres, language=language,
                            address=lambda code: f"/coverage/{code}/")  # fmt: skip
        alt = _("A filled square is a course record, a hatched one a statement, an outlined one a "
                "single event; a dash means not found in open sources.")  # fmt: skip
        return [Picture(svg, alt)]
    if name == "collaboration" and result["links"]:
        svg = draw_network(result, Labels(result, viewer, language), ego=lambda _key: "")
        return [Picture(svg, _("Who works with whom: full lines are confirmed by both sides, "
                               "dashed ones are one-sided, dotted ones have no party’s own "
                               "account; the broader, the deeper."))]  # fmt: skip
    if name == "overlap":
        svg = draw_overlap(result, Titles(result, viewer, language),
                           address=lambda provider: f"/overlap/?provider={provider}")  # fmt: skip
        return [Picture(svg, _("Overlap of providers"))] if svg else []
    if name == "gaps" and result["region"]:
        topics = results["coverage"].result["topics"]
        offered = {t["code"] for t in topics if t["state"] == State.OFFERED.value}
        svg = draw_gaps(result["cells"], offered, language=language, chart_id="gaps",
                        address=lambda topic, _role: f"/gaps/?topic={topic}")  # fmt: skip
        return [
            Picture(svg, _("How many people lack valid training, by topic and role")),
            *(Picture(moving, _("What moves the gap most"))
              for moving in [draw_moving(result["moving"], usual=result["usual"],
                                         chart_id="moving", language=language)] if moving),
        ]  # fmt: skip
    return _of_year(result) if name == "achievement" else []


def _of_year(result: Mapping[str, Any]) -> list[Picture]:
    bars = [
        YearBar(row["year"], row["done"] + row["other"], row["done"], "", str(row["year"]),
                row["year"] == result["year"])
        for row in result["by_year"]
    ]  # fmt: skip
    found = []
    if bars:
        alt = _("Activities by year. Filled: done. Outlined: planned, or not known whether done.")
        svg = draw_years(bars, chart_id="years", title=_("Activities by year"), description="")
        found.append(Picture(svg, alt))
    people = draw_people(result["people_by_year"], current=result["year"], address=lambda _year: "")
    found += [Picture(svg, title) for title, svg in people]
    if life := draw_life(result):
        alt = _("The years that sources give for phases of life (IAEA-TDL-010) and for steps; "
                "planned ones are outlined.")  # fmt: skip
        found.append(Picture(life, alt))
    return found


def _centres(result: Mapping[str, Any], viewer: Viewer, language: str) -> list[tuple[str, str]]:
    """The centres that anything is known of, by State and name."""
    found = {centre for topic in result["topics"] for centre in topic["by_centre"]}
    found &= set(map(str, centre_ids(viewer)))
    parties = Parties(viewer, language, found)
    order = sorted(found, key=lambda key: (parties.record(key).side, parties.record(key).label))
    return [(key, parties.record(key).label) for key in order[:MOST_COLUMNS]]
