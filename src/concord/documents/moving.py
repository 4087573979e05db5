"""What moves a gap: each assumption alone at the ends of its range, beside the usual gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from concord.documents.bars import Bar, draw_bars
from concord.register import vocabulary
from concord.register.assumptions import assumption_words


def draw_moving(
    rows: Sequence[Mapping[str, Any]], *, usual: float, chart_id: str, language: str
) -> str:
    """``rows`` are ``moving`` of the studies of gaps, ``usual`` the gap at the central values.

    Blank where nothing moves it.
    """
    if not rows:
        return ""
    most = max(usual, *(max(row["at_low"], row["at_high"]) for row in rows), 1.0)
    bars = [
        Bar(
            moving_words(row["key"], language),
            usual / most,
            min(row["at_low"], row["at_high"]) / most,
            max(row["at_low"], row["at_high"]) / most,
            f"{row['at_low']:g} – {row['at_high']:g}",
        )
        for row in rows
    ]
    return draw_bars(
        bars,
        chart_id=chart_id,
        title=_("What moves the gap most"),
        description=_("The bar ends at the gap as usually assumed; the line goes to the gap with "
                      "that one assumption at the low and at the high end of its range."),
        axis=("0", f"{most / 2:g}", f"{most:g}"),
    )  # fmt: skip


def moving_words(key: str, language: str) -> str:
    """What an assumption means; a number of one role and topic has words of its own."""
    words = assumption_words()
    if key in words:
        return words[key].label(language)
    if key == "supplied.draw":
        return _("Where in its range a State’s own figure lies, 0 at its low and 1 at its high end")
    kind, role, topic = key.split(".")
    about = {
        "role": vocabulary.roles().label(role, language),
        "topic": vocabulary.topics().label(topic, language),
    }
    if kind == "share":
        return _("Share that needs it: %(role)s, %(topic)s") % about
    return _("Valid for years: %(role)s, %(topic)s") % about
