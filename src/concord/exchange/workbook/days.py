"""Where people type the days of an activity: with its month, unless the two say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concord.core.timespan import TimeSpan


def typed(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Content with its days in place of the month that they lie in, as cells show and take them.

    What a cell is given is parsed again, and then the days stand by themselves. Content whose
    month is not that of its days is left as it is: then each has cells of its own.
    """
    when, days = content.get("when"), content.get("days")
    span = TimeSpan.parse(days) if when and days else None
    if span is None or not span.is_to_the_day or str(span.months) != when:
        return content
    return {n: days if n == "when" else said for n, said in content.items() if n != "days"}
