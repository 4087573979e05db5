"""Overlap as sheets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.record.selectors import records_get
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.reading import title_of
from concord.studies.labels import PROPOSAL_LABELS


class Titles:
    """The titles of courses and the names of their providers, as one viewer reads them."""

    def __init__(self, result: dict[str, Any], viewer: Viewer, language: str) -> None:
        courses = [one for pair in result["pairs"] for one in (pair["a"], pair["b"])]
        courses += [one for group in result["groups"] for one in group["courses"]]
        providers = {key for one in courses for key in one["providers"]}
        providers |= {key for row in result["providers"] for key in (row["a"], row["b"])}
        providers |= {key for row in result["redundant"] for key in row["providers"]}
        self._records = records_get(viewer=viewer, ids={UUID(one["id"]) for one in courses})
        self.parties = Parties(viewer, language, providers)
        self._language = language

    def title(self, course: dict[str, Any]) -> str:
        """The title of a course; a dash where it is not to be seen any more."""
        record = self._records.get(UUID(course["id"]))
        return title_of(record, self._language) if record else "–"

    def providers(self, course: dict[str, Any]) -> str:
        """Who offers it."""
        return ", ".join(self.parties.record(key).label for key in course["providers"])


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:
    """Pairs of courses, groups of near-identical ones, and pairs of providers."""
    titles = Titles(result, viewer, language)
    with translation.override(language):
        rows: list[tuple[Cell, ...]] = []
        for pair in result["pairs"]:
            topics = (vocabulary.topics().label(t, language) for t in pair["shared"]["topic"])
            rows.append((
                titles.title(pair["a"]), titles.providers(pair["a"]),
                titles.title(pair["b"]), titles.providers(pair["b"]),
                pair["overlap"], pair["stated"], "; ".join(topics),
            ))  # fmt: skip
        heads = (_("Course"), _("Offered by"), _("Other course"), _("Offered by"), _("Overlap"),
                 _("Dimensions that both state, of six"), _("Topics in common"))  # fmt: skip
        note = _("Overlap on a topic in which there is a gap is no duplication.")
        groups: list[tuple[Cell, ...]] = [
            (number, titles.title(one), titles.providers(one),
             str(PROPOSAL_LABELS[group["proposal"]]))
            for number, group in enumerate(result["groups"], start=1)
            for one in group["courses"]
        ]  # fmt: skip
        providers: list[tuple[Cell, ...]] = [
            (titles.parties.record(row["a"]).label, titles.parties.record(row["b"]).label,
             row["overlap"])
            for row in result["providers"]
        ]  # fmt: skip
        return [
            Sheet(_("Pairs of courses"), heads, rows, (note,)),
            Sheet(_("Near-identical courses"),
                  (_("Group"), _("Course"), _("Offered by"), _("What could be done")), groups),
            Sheet(
                _("Beyond need"),
                (_("Topic"), _("Offered by"), _("People trained beyond need")),
                beyond(result, titles, language),
            ),
            Sheet(_("Pairs of providers"), (_("Provider"), _("Provider"), _("Overlap")), providers),
        ]  # fmt: skip


def beyond(result: dict[str, Any], titles: Titles, language: str) -> list[tuple[Cell, ...]]:
    """What is supplied beyond need: topic, provider and its part, in proportion to seats."""
    return [
        (f"{row['topic']} {vocabulary.topics().label(row['topic'], language)}",
         titles.parties.record(key).label, share)
        for row in result["redundant"]
        for key, share in row["providers"].items()
    ]  # fmt: skip
