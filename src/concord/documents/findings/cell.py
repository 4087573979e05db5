"""One cell of gaps as sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.documents.findings.gaps import years_sheets
from concord.documents.moving import moving_words
from concord.record.selectors import records_get
from concord.register import vocabulary
from concord.register.assumptions import unit_label
from concord.register.links import Parties
from concord.register.reading import language_name, title_of
from concord.register.tables import as_ids


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:
    """Need and gap, the years, what moves the gap, the activities and the courses."""
    with translation.override(language):
        named = Named(result, viewer, language)
        found: list[Sheet] = []
        for _state, name, one in groups_of(result, language):
            found += [
                Sheet(name, (_("Measure"), _("central"), "5 %", "50 %", "95 %"),
                      list(_measures(one)),
                      (_("Modelled from published totals and from assumptions, unless a State "
                         "supplied it."),)),
                *years_sheets(_("%(name)s: year by year") % {"name": name}, one["years"]),
                Sheet(
                    _("%(name)s: what moves it") % {"name": name},
                    (_("What is assumed"), _("Unit"), _("From"), _("Gap then"), _("To"),
                     _("Gap then")),
                    [(moving_words(row["key"], language), unit_label(row["unit"], language),
                      row["low"], row["at_low"], row["high"], row["at_high"])
                     for row in one["moving"]],
                ),
                Sheet(
                    _("%(name)s: activities") % {"name": name},
                    (_("Activity"), _("Year"), _("Trained in it")),
                    [(named.title(row), row["year"], row["people"])
                     for row in one["behind"]["named"]],
                    links=[f"/records/{row['id']}/" for row in one["behind"]["named"]],
                ),
            ]  # fmt: skip
        courses = [one for one in result["courses"] if named.is_there(one)]
        rows: list[tuple[Cell, ...]] = [
            (named.title(one), named.providers(one), named.languages(one), one["seats"],
             one["apply_by"])
            for one in courses
        ]  # fmt: skip
        heads = (_("Course"), _("Offered by"), _("Languages"), _("Seats"), _("Apply by"))
        links = [f"/records/{one['id']}/" for one in courses]
        found.append(Sheet(_("Courses that would close a gap"), heads, rows, (), links))
        return found


def groups_of(
    result: Mapping[str, Any], language: str
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each group of States that is told of: its State's code (blank of a region), its name."""
    if result["total"]:
        yield "", _("Region"), result["total"]
    for state, one in result["states"].items():
        yield state, vocabulary.countries().label(state, language), one


def _measures(one: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for name, words in (("target", _("Must have it")), ("stock", _("Have it, valid")),
                        ("gap", _("Gap")), ("flow_needed", _("To train a year"))):  # fmt: skip
        low, middle, high, central = one[name]
        yield words, central, low, middle, high
    yield _("Covered"), one["coverage"], None, None, None
    yield _("WISN ratio"), one["ratio"], None, None, None
    yield _("Activities behind it"), one["behind"]["count"], None, None, None


class Named:
    """The titles of a cell's activities and courses, as one viewer reads them."""

    def __init__(self, result: Mapping[str, Any], viewer: Viewer, language: str) -> None:
        every: Sequence[Mapping[str, Any]] = [
            *result["courses"],
            *(row for *_name, one in groups_of(result, language) for row in one["behind"]["named"]),
        ]
        self._records = records_get(viewer=viewer, ids=as_ids({one["id"] for one in every}))
        providers = {key for one in result["courses"] for key in one["providers"]}
        self._parties = Parties(viewer, language, providers)
        self._language = language

    def is_there(self, one: Mapping[str, Any]) -> bool:
        """Whether the record is still to be seen."""
        return UUID(one["id"]) in self._records

    def title(self, one: Mapping[str, Any]) -> str:
        """The title of an activity or course; a dash where it is not to be seen any more."""
        record = self._records.get(UUID(one["id"]))
        return title_of(record, self._language) if record else "–"

    def providers(self, one: Mapping[str, Any]) -> str:
        """Who offers a course."""
        return ", ".join(self._parties.record(key).label for key in one["providers"])

    def languages(self, one: Mapping[str, Any]) -> str:
        """The languages of a course."""
        return ", ".join(language_name(tag, self._language) for tag in one["languages"])
