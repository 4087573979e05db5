"""People trained by a centre over the years, each unit of counting in a picture of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from concord.documents.years import YearBar, draw_years
from concord.register.words import CountUnit


def draw_people(
    rows: Sequence[Mapping[str, Any]], *, current: int | None, address: Callable[[int], str]
) -> list[tuple[str, str]]:
    """For each unit its label and the years as bars, filled as far as it is done.

    ``rows`` are ``people_by_year`` of the study of achievement; ``address`` leads to a year.
    """
    found = []
    for unit in dict.fromkeys(row["unit"] for row in rows):
        label = str(CountUnit(unit).label)
        bars = []
        for row in (row for row in rows if row["unit"] == unit):
            done = row["domestic"] + row["foreign"] + row["not_stated"]
            hint = _("%(year)d: %(done)d done, %(other)d planned or not known")
            hint %= {"year": row["year"], "done": done, "other": row["planned"]}
            bars.append(YearBar(row["year"], done + row["planned"], done, address(row["year"]),
                                hint, row["year"] == current))  # fmt: skip
        title = _("People by year: %(unit)s") % {"unit": label}
        picture = draw_years(
            bars,
            chart_id=f"people-{unit}",
            title=title,
            description=_("Filled: done. Outlined: planned."),
        )
        found.append((title, picture))
    return found
