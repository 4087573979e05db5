"""Dates that are as exact as their source, and no more.

Written in a subset of EDTF (ISO 8601-2:2019): ``2014``, ``2014-09``, ``2014-09-29``, the interval
``2010/2012`` and the open intervals ``2016/..`` and ``../2013``. A span sorts and filters by its
bounds and prints as exact as it is.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel.dates import format_date, format_skeleton

_MOMENT: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
OPEN: Final = ".."
FIRST: Final = dt.date(1, 1, 1)
LAST: Final = dt.date(9999, 12, 31)


class TimeSpanError(ValueError):
    """The text is not a date in a form that the register reads."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"{text!r} is not a date; expected 2014, 2014-09, 2014-09-29, 2010/2012, "
            f"2016/.. or ../2013"
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """A year, a month of a year, or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def earliest(self) -> dt.date:
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> dt.date:
        month = self.month or 12
        return dt.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @classmethod
    def parse(cls, text: str) -> Moment:
        match = _MOMENT.fullmatch(text)
        if match is None:
            raise TimeSpanError(text)
        moment = cls(*(int(part) if part else None for part in match.groups()))  # type: ignore[arg-type]
        if 0 in {moment.month, moment.day}:
            raise TimeSpanError(text)
        try:
            _ = (moment.earliest, moment.latest)
        except ValueError as error:
            raise TimeSpanError(text) from error
        return moment

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def month_of(self) -> Moment:
        """The month that it lies in; the year, where no month is known."""
        return Moment(self.year, self.month)

    def text(self, locale: str) -> str:
        """The date as readers of ``locale`` write it, with only the parts that are known."""
        if self.day is not None:
            return format_date(self.earliest, "long", locale=locale)
        skeleton = "y" if self.month is None else "yMMMM"
        return format_skeleton(skeleton, self.earliest, locale=locale)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A moment, or a time between two of which either may be open."""

    start: Moment | None
    end: Moment | None

    @classmethod
    def parse(cls, text: str) -> TimeSpan:
        """Read EDTF; raise ``TimeSpanError`` with the forms that are understood."""
        return _parse(text)

    @property
    def earliest(self) -> dt.date:
        """The first day on which it may be: what the span sorts by."""
        return FIRST if self.start is None else self.start.earliest

    @property
    def latest(self) -> dt.date:
        """The last day on which it may be."""
        return LAST if self.end is None else self.end.latest

    @property
    def is_moment(self) -> bool:
        return self.start == self.end

    @property
    def is_to_the_day(self) -> bool:
        """Whether it names a day."""
        return any(moment is not None and moment.day for moment in (self.start, self.end))

    @property
    def months(self) -> TimeSpan:
        """The same span, in which no day is named."""
        return TimeSpan(
            None if self.start is None else self.start.month_of,
            None if self.end is None else self.end.month_of,
        )

    def overlaps(self, first: dt.date, last: dt.date) -> bool:
        """Whether any day from ``first`` to ``last``, both included, may lie within."""
        return self.earliest <= last and first <= self.latest

    def years(self) -> tuple[int, ...]:
        """The years that it touches, of those that are bounded."""
        start, end = self.start or self.end, self.end or self.start
        if start is None or end is None:  # pragma: no cover - parse never makes ../..
            return ()
        return tuple(range(start.year, end.year + 1))

    def __str__(self) -> str:
        if self.is_moment:
            return str(self.start)
        return "/".join(
            OPEN if moment is None else str(moment) for moment in (self.start, self.end)
        )

    def text(self, locale: str) -> str:
        """The span as readers of ``locale`` write it."""
        if self.start is None or self.end is None or self.is_moment:
            start = "" if self.start is None else self.start.text(locale)
            end = "" if self.end is None else self.end.text(locale)
            return start if self.is_moment else f"{start} – {end}".strip()
        return f"{self.start.text(locale)} – {self.end.text(locale)}"


@lru_cache(maxsize=65536)
def _parse(text: str) -> TimeSpan:
    start, slash, end = text.partition("/")
    if not slash:
        moment = Moment.parse(start)
        return TimeSpan(moment, moment)
    span = TimeSpan(*(None if part == OPEN else Moment.parse(part) for part in (start, end)))
    if span.start is None and span.end is None:
        raise TimeSpanError(text)
    if span.earliest > span.latest:
        raise TimeSpanError(text)
    return span
