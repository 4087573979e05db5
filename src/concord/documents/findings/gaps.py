"""Needs and gaps as sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.register import vocabulary
from concord.register.assumptions import assumption_words
from concord.register.words import TrainingLevel


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:  # noqa: ARG001
    """What is on offer, need and gap of the region and of States, and what is assumed."""
    with translation.override(language):
        found = [_offers(result["offers"], language)]
        if result["region"]:
            found.append(_figures(_("Region: need and gap by topic"), result["topics"], language))
            found.append(_figures(_("Region: by topic and role"), result["cells"], language))
        for state, own in result["states"].items():
            name = vocabulary.countries().label(state, language)
            found.append(_figures(name, own["cells"], language))
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
    )  # fmt: skip
    lines: list[tuple[Cell, ...]] = []
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
        ))  # fmt: skip
    note = _("Modelled from published totals and from assumptions, unless a State supplied it.")
    return Sheet(title, heads, lines, (note,))


def _assumed(rows: Iterable[list[Any]], language: str) -> Sheet:
    words = assumption_words()
    heads = (_("Key"), _("What is assumed"), _("From"), _("Value"), _("To"), _("Unit"), _("Source"))
    lines: list[tuple[Cell, ...]] = []
    for key, low, central, high, unit, source in rows:
        said = words[key].label(language) if key in words else ""
        lines.append((key, said, low, central, high, unit, source or _("our own proposal")))
    return Sheet(_("Assumptions"), heads, lines)
