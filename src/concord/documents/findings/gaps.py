"""Needs and gaps as sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.record.selectors import records_get
from concord.register import vocabulary
from concord.register.assumptions import assumption_words, unit_label
from concord.register.links import Parties
from concord.register.reading import language_name, title_of
from concord.register.tables import as_ids
from concord.register.words import TrainingLevel


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:
    """What is on offer, need and gap of the region and of States, what would close gaps, and what
    is assumed.
    """
    with translation.override(language):
        found = [_offers(result["offers"], language)]
        if result["region"]:
            found.append(_figures(_("Region: need and gap by topic"), result["topics"], language))
            found.append(_figures(_("Region: by topic and role"), result["cells"], language))
            found += years_sheets(_("Region: year by year"), result["years"])
        for state, own in result["states"].items():
            name = vocabulary.countries().label(state, language)
            found.append(_figures(name, own["cells"], language))
            found += years_sheets(_("%(name)s: year by year") % {"name": name}, own["years"])
        found.append(_closing(result["courses"], viewer, language))
        found.append(_assumed(result["assumed"], language))
        return found


def _topic(code: str, language: str) -> str:
    return vocabulary.topics().label(code, language)


def _offers(rows: Iterable[Mapping[str, Any]], language: str) -> Sheet:
    heads = (_("Code"), _("Topic"), _("Courses of centres"), _("Centres"), _("Activities done"))
    by_code = {row["topic"]: row for row in rows}
    lines: list[tuple[Cell, ...]] = []
    links = []
    for entry in vocabulary.topics().leaves():
        row = by_code.get(entry.code, {})
        counts = (row.get(name, 0) for name in ("of_centres", "centres", "activities"))
        lines.append((entry.code, entry.label(language), *counts))
        links.append(f"/coverage/{entry.code}/")
    note = _(
        "“Not found in open sources” is not “not done”: training that no source lists may still "
        "take place."
    )
    return Sheet(_("What is on offer"), heads, lines, (note,), links)


def _figures(title: str, rows: Iterable[Mapping[str, Any]], language: str) -> Sheet:
    heads = (
        _("Code"), _("Topic"), _("Role"), _("Level"),
        *(f"{name} ({part})"
          for name in (_("Must have it"), _("Have it, valid"), _("Gap"), _("To train a year"))
          for part in (_("central"), "5 %", "50 %", "95 %")),
        _("Covered"), _("WISN ratio"), _("Activities behind it"),
    )  # fmt: skip
    lines: list[tuple[Cell, ...]] = []
    links = []
    for row in rows:
        role = row.get("role")
        figures: list[Cell] = []
        for name in ("target", "stock", "gap", "flow_needed"):
            low, middle, high, central = row[name]
            figures += [central, low, middle, high]
        lines.append((
            row["topic"], _topic(row["topic"], language),
            vocabulary.roles().label(role, language) if role else None,
            str(TrainingLevel(row["level"]).label) if row.get("level") else None, *figures,
            row["coverage"], row["ratio"], row["activities"],
        ))  # fmt: skip
        of_role = f"&role={role}" if role else ""
        links.append(f"/training/?topic={row['topic']}{of_role}&stage=done")
    note = _("Modelled from published totals and from assumptions, unless a State supplied it.")
    return Sheet(title, heads, lines, (note,), links)


def years_sheets(title: str, rows: Iterable[Mapping[str, Any]]) -> list[Sheet]:
    """The course of one topic over the years; no sheet where nothing is known of it."""
    heads = (_("Year"), _("Trained in it"), _("Must have it"), _("Have it, valid"), _("Gap"))
    lines: list[tuple[Cell, ...]] = [
        (row["year"], row["trained"], row["target"], row["stock"], row["gap"]) for row in rows
    ]
    return [Sheet(title, heads, lines)] if lines else []


def _closing(
    courses: Mapping[str, Sequence[Mapping[str, Any]]], viewer: Viewer, language: str
) -> Sheet:
    """The courses that would close a gap, by topic."""
    every = [one for found in courses.values() for one in found]
    records = records_get(viewer=viewer, ids=as_ids({one["id"] for one in every}))
    parties = Parties(viewer, language, {key for one in every for key in one["providers"]})
    heads = (_("Code"), _("Topic"), _("Course"), _("Offered by"), _("Languages"), _("Seats"),
             _("Apply by"))  # fmt: skip
    lines: list[tuple[Cell, ...]] = []
    links = []
    for topic, found in sorted(courses.items()):
        for one in found:
            if record := records.get(UUID(one["id"])):
                lines.append((
                    topic, _topic(topic, language), title_of(record, language),
                    ", ".join(parties.record(key).label for key in one["providers"]),
                    ", ".join(language_name(tag, language) for tag in one["languages"]),
                    one["seats"], one["apply_by"],
                ))  # fmt: skip
                links.append(f"/records/{one['id']}/")
    return Sheet(_("Courses that would close a gap"), heads, lines, (), links)


def _assumed(rows: Iterable[list[Any]], language: str) -> Sheet:
    words = assumption_words()
    heads = (_("Key"), _("What is assumed"), _("From"), _("Value"), _("To"), _("Unit"), _("Source"))
    lines: list[tuple[Cell, ...]] = []
    for key, low, central, high, unit, source in rows:
        said = words[key].label(language) if key in words else ""
        unit_words = unit_label(unit, language)
        lines.append((key, said, low, central, high, unit_words, source or _("our own proposal")))
    return Sheet(_("Assumptions"), heads, lines)
