"""Published guidance and who teaches it, as sheets."""

from __future__ import annotations

from typing import Any, Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.core.analysis.guidance import UNSTATED, State
from concord.core.disclosure import Viewer
from concord.documents.findings import Cell, Sheet
from concord.register import vocabulary
from concord.register.reading import language_name
from concord.register.words import TrainingLevel

STATES: Final[dict[str, str | Promise]] = {
    State.NAMED: gettext_lazy("named by a course"),
    State.ON_TOPIC: gettext_lazy("not named, courses are on its topics"),
    State.UNTAUGHT: gettext_lazy("neither named nor on the topics of a course"),
}


def levels() -> list[tuple[str, str]]:
    """The levels of training with their labels, and last the one that nobody states."""
    return [(str(one), str(one.label)) for one in TrainingLevel] + [(UNSTATED, _("not stated"))]


def cell_text(languages: dict[str, int], language: str) -> str:
    """The courses of one level, by the languages that they are given in."""
    return ", ".join(
        f"{language_name(tag, language) if tag else _('language not stated')}: {count}"
        for tag, count in sorted(languages.items())
    )


def sheets(result: dict[str, Any], viewer: Viewer, language: str) -> list[Sheet]:  # noqa: ARG001
    """Publication by level and language; what no course names."""
    with translation.override(language):
        columns = levels()
        rows: list[tuple[Cell, ...]] = [
            (vocabulary.publication_title(one["code"]), str(STATES[one["state"]]),
             len(one["courses"]), one["on_topic"],
             *(cell_text(one["cells"].get(level, {}), language) for level, _label in columns))
            for one in result["publications"]
        ]  # fmt: skip
        heads = (_("Publication"), _("State"), _("Courses that name it"),
                 _("Courses on its topics"), *(label for _code, label in columns))  # fmt: skip
        note = _(
            "A course on a topic is no evidence that it teaches a publication; "
            "the two are counted apart."
        )
        return [Sheet(_("Guidance and training"), heads, rows, (note,))]
