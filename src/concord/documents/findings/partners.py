"""Partners as a sheet, with the reasons in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel import Locale
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.core.disclosure import Viewer
from concord.documents.findings import Sheet
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.words import CentreFunction, TrainingLevel


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:
    """Whom to ask, and why."""
    parties = Parties(viewer, language, {row["institution"] for row in result["partners"]})
    with translation.override(language):
        rows = [
            (parties.record(row["institution"]).label, " ".join(reasons(row, language)))
            for row in result["partners"]
        ]
        links = [f"/institutions/{row['institution']}/" for row in result["partners"]]
        note = _("This list is shown to your institution alone.")
        return [Sheet(_("Partners"), (_("Institution"), _("Why")), rows, (note,), links)]


def reasons(row: Mapping[str, Any], language: str) -> list[str]:
    """Why somebody may be a partner, in sentences."""
    brings, said = row["brings"], []
    if topics := brings.get("topic"):
        names = ", ".join(f"{t} {vocabulary.topics().label(t, language)}" for t in topics)
        said.append(_("It works on topics that you do not: %(names)s.") % {"names": names})
    if functions := brings.get("function"):
        names = ", ".join(str(CentreFunction(f).label) for f in functions)
        said.append(_("It offers services that you do not: %(names)s.") % {"names": names})
    if levels := brings.get("level"):
        names = ", ".join(str(TrainingLevel(level).label) for level in levels)
        said.append(_("It trains at levels that you do not: %(names)s.") % {"names": names})
    if row["languages"]:
        names = ", ".join(_languages(row["languages"], language))
        said.append(_("You both work in %(names)s.") % {"names": names})
    said.append(_near(row["steps"]))
    return said


def _near(steps: int | None) -> str:
    if steps is None:
        return _("No chain of joint work leads to it yet.")
    if steps == 1:
        return _("You have worked together.")
    between = steps - 1
    return ngettext(
        "%(n)d institution stands between you.", "%(n)d institutions stand between you.", between
    ) % {"n": between}


def _languages(codes: Sequence[str], language: str) -> list[str]:
    here = Locale.parse(language.replace("-", "_")).languages
    return [here.get(code.replace("-", "_")) or code for code in codes]
