"""A column of dates as people type them, read as exact as it is written and never guessed.

Whether ``05/03/2026`` is in March or in May is not in the cell but, with luck, in its column: where
some date can only have the day first, all have. Where the column does not tell, or contradicts
itself, a date that may be two keeps both as candidates and a person decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from concord.core.reading.date_words import MONTH, QUARTER, RANGE, month_of, plain
from concord.core.timespan import Moment, TimeSpan, TimeSpanError


class Order(StrEnum):
    """In what order a date in figures has its year, month and day."""

    YMD = "YMD"
    YDM = "YDM"
    DMY = "DMY"
    MDY = "MDY"


class DateProblemKind(StrEnum):
    """Why a cell is no date yet."""

    UNREADABLE = "unreadable"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class DateProblem:
    """A cell that is no date, or may be several: ``candidates``, the earliest first."""

    kind: DateProblemKind
    text: str
    candidates: tuple[TimeSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class DateColumn:
    """What the cells of a column are, in their order; None for an empty one.

    ``order`` is the one in which its dates in figures were read, None where none had to be told or
    none could be. ``assumed`` says that the column does not show it: it is the caller's.
    """

    cells: tuple[TimeSpan | DateProblem | None, ...]
    order: Order | None
    assumed: bool


Serials: TypeAlias = Literal["1900", "1904"]
"""From which year a workbook counts its days."""

_YEAR_FIRST: Final = (Order.YMD, Order.YDM)
_YEAR_LAST: Final = (Order.DMY, Order.MDY)
_LONGEST: Final = 120
_FIRST_DAYS: Final[Mapping[str, dt.date]] = {
    "1900": dt.date(1899, 12, 30),
    "1904": dt.date(1904, 1, 1),
}


@dataclass(frozen=True, slots=True)
class _Readings:
    """What a cell may be in one order.

    ``doubtful`` where even one reading is no more than that; ``standard`` where it is EDTF.
    """

    spans: frozenset[TimeSpan]
    doubtful: bool = False
    standard: bool = False


_ByOrder: TypeAlias = Mapping[Order, _Readings]
_Family: TypeAlias = tuple[Order, Order]
_Decided: TypeAlias = Mapping[_Family, tuple[Order | None, bool]]
_NOTHING: Final[_ByOrder] = MappingProxyType({})


def read_dates(
    texts: Sequence[object], *, locale_order: str | None = None, serials: Serials | None = None
) -> DateColumn:
    """Read a whole column of texts, numbers, dates and empty cells; raises for no cell.

    Understood are EDTF as ``core.timespan`` has it, dates in figures in four orders, dates with
    the month in words in the seven languages of the interface, 2026年3月5日 and its like, Japanese
    eras, quarters, and spans of them (``5–9 March 2026``, ``2026/3/5~3/9``, ``from … to …``). A
    year of two digits is ambiguous; so is a date that is not the day of the week it names. Year
    first means month next unless the column shows otherwise.

    ``locale_order`` (one of ``Order``) reads what the column leaves open; ``ValueError`` for any
    other. Numbers are days of a workbook's calendar only where ``serials`` says so.
    """
    assumed_order = None if locale_order is None else Order(locale_order)
    cells = [_cell(value, serials) for value in texts]
    decided = {
        family: _decided(cells, family, assumed_order) for family in (_YEAR_LAST, _YEAR_FIRST)
    }
    results = tuple(
        None if cell is None else _result(_text(value), cell, decided, assumed_order)
        for value, cell in zip(texts, cells, strict=True)
    )
    for family, (order, assumed) in decided.items():
        if any(cell and _is_of(cell, family) for cell in cells):
            return DateColumn(results, order, assumed)
    return DateColumn(results, None, assumed=False)


def _decided(
    cells: Sequence[_ByOrder | None], family: _Family, assumed: Order | None
) -> tuple[Order | None, bool]:
    """The order of one family of dates, and whether it is the caller's alone."""
    of_it = [cell for cell in cells if cell and _is_of(cell, family)]
    only = {order for cell in of_it for order in family if set(cell) == {order}}
    if any(readings.standard for cell in of_it for readings in cell.values()):
        only.add(Order.YMD)  # else one slip of the pen would turn all that is written as ISO
    if len(only) == 1:
        return only.pop(), False
    if assumed in family:
        return assumed, any(len({cell[order] for order in cell}) > 1 for cell in of_it)
    return (Order.YMD if family is _YEAR_FIRST and not only else None), False


def _is_of(cell: _ByOrder, family: _Family) -> bool:
    return set(cell) <= set(family)


def _result(
    text: str, cell: _ByOrder, decided: _Decided, assumed: Order | None
) -> TimeSpan | DateProblem:
    """The one reading of a cell in the orders that were decided, or what is the matter."""
    family = next((family for family in decided if _is_of(cell, family)), None)
    order = assumed if family is None else decided[family][0]
    told = None if order is None else cell.get(order)
    kept = list(cell.values()) if told is None else [told]
    spans = frozenset(span for readings in kept for span in readings.spans)
    if not spans:
        return DateProblem(DateProblemKind.UNREADABLE, text)
    if len(spans) == 1 and not any(readings.doubtful for readings in kept):
        return next(iter(spans))
    candidates = sorted(spans, key=lambda span: (span.earliest, span.latest, str(span)))
    return DateProblem(DateProblemKind.AMBIGUOUS, text, tuple(candidates))


def _text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # a whole number of more digits than Python writes out
        return ""


def _cell(value: object, serials: Serials | None) -> _ByOrder | None:
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        return _of_text(text) if text else None
    if isinstance(value, dt.date):
        return _certain(_span(Moment(value.year, value.month, value.day)))
    if isinstance(value, bool):
        return _NOTHING
    if isinstance(value, int | float):
        return _of_number(value, serials)
    return _NOTHING


def _certain(*spans: TimeSpan | None) -> _ByOrder:
    """The same in every order."""
    known = frozenset(span for span in spans if span is not None)
    return dict.fromkeys(Order, _Readings(known)) if known else _NOTHING


def _of_number(number: float, serials: Serials | None) -> _ByOrder:
    """A year, or eight figures; with ``serials`` a day, and the year too where it may be one."""
    if not 0 < number < 10**8:  # nor what is not finite
        return _NOTHING
    whole = int(number)
    year = _moment_span(_Part(whole)) if whole == number and whole >= 1000 else None
    if serials is not None:
        if not 1 <= whole <= (dt.date.max - _FIRST_DAYS[serials]).days:
            return _NOTHING
        # 1900 was no leap year, but the calendar of 1900 has its 29 February (number 60).
        if serials == "1900" and whole <= 60:
            return _NOTHING
        date = _FIRST_DAYS[serials] + dt.timedelta(days=whole)
        day = _span(Moment(date.year, date.month, date.day))
        return _certain(day, year if 1900 <= whole <= 2100 else None)
    if whole == number and whole >= 10**7:
        return _of_text(str(whole))
    return _certain(year)


@lru_cache(maxsize=65536)
def _of_text(text: str) -> _ByOrder:
    if len(text) > _LONGEST:
        return _NOTHING
    plain_date = plain(text)
    by_order = {order: _read(text, plain_date.text, order) for order in Order}
    by_order = {order: readings for order, readings in by_order.items() if readings.spans}
    if plain_date.weekday is None:
        return by_order
    return _on_weekday(by_order, plain_date.weekday)


def _on_weekday(by_order: _ByOrder, weekday: int) -> _ByOrder:
    """Without the single days that are another day of the week than the text says.

    Where none is left the text contradicts itself: all are in doubt.
    """
    right = {
        order: _Readings(
            frozenset(
                span
                for span in readings.spans
                if span.earliest != span.latest or span.earliest.weekday() == weekday
            ),
            readings.doubtful,
        )
        for order, readings in by_order.items()
    }
    right = {order: readings for order, readings in right.items() if readings.spans}
    return right or {
        order: _Readings(readings.spans, doubtful=True) for order, readings in by_order.items()
    }


def _read(text: str, words: str, order: Order) -> _Readings:
    """What one cell may be if its figures stand in ``order``."""
    written = _edtf(text)
    if written is not None and (order is Order.YMD or not _has_day(written)):
        return _Readings(frozenset({written}), standard=True)
    if written is not None:
        if order is not Order.YDM:
            return _Readings(frozenset())
        words = words.replace("/", RANGE)
    if quarter := _quarter(words):
        return _Readings(frozenset({quarter}))
    moments = [(part, _moment_span(part)) for part in _parts(words, order)]
    spans = {span for _, span in moments if span is not None}
    doubtful = any(part.doubtful for part, span in moments if span is not None)
    if season := _SEASON.fullmatch(words):
        spans |= set(_season(int(season[1]), int(season[2])))
        return _Readings(frozenset(spans), doubtful=not any(span for _, span in moments))
    if spans or _THREE.fullmatch(words):
        return _Readings(frozenset(spans), doubtful)
    return _range(_INTERVAL.sub(rf"\1{RANGE}\2", words), order)


def _edtf(text: str) -> TimeSpan | None:
    try:
        span = TimeSpan.parse(re.sub(r"\s*/\s*", "/", text))
    except TimeSpanError:
        return None
    known = [moment for moment in (span.start, span.end) if moment is not None]
    # Moment takes 0 for a part that is not known, so that it reads 2026-00.
    return None if any(0 in (moment.month, moment.day) for moment in known) else span


def _has_day(span: TimeSpan) -> bool:
    return any(moment is not None and moment.day for moment in (span.start, span.end))


@dataclass(frozen=True, slots=True)
class _Part:
    """Year, month and day as far as one side of a span says them; ``bare`` is a lone figure."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    bare: int | None = None
    doubtful: bool = False

    @property
    def exactness(self) -> int:
        return 3 if self.day is not None else 2 if self.month is not None else 1


def _span(moment: Moment) -> TimeSpan:
    return TimeSpan(moment, moment)


def _moment(part: _Part) -> Moment | None:
    """The moment of a part that says at least its year, if there is such a day."""
    if part.year is None or (part.day is not None and part.month is None):
        return None
    if 0 in (part.month, part.day):
        return None
    moment = Moment(part.year, part.month, part.day)
    try:
        _ = (moment.earliest, moment.latest)
    except ValueError:
        return None
    return moment


def _moment_span(part: _Part) -> TimeSpan | None:
    moment = _moment(part)
    return None if moment is None else _span(moment)


_GAP: Final = r"[\s,./-]*"
_YEAR: Final = r"(?P<year>\d{4}|'?\d{2})"
_NAMED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<day>\d{{1,2}}){_GAP}(?P<month>{MONTH})(?:{_GAP}{_YEAR})?",
        rf"(?P<month>{MONTH}){_GAP}(?P<day>\d{{1,2}})(?:[\s,./-]+{_YEAR})?",
        rf"(?P<month>{MONTH})(?:{_GAP}{_YEAR})?",
        rf"(?P<year>\d{{4}}){_GAP}(?P<month>{MONTH})(?:{_GAP}(?P<day>\d{{1,2}}))?",
        r"(?P<day>\d{1,2})[\s,]+(?P<year>\d{4})",
        r"(?P<year>\d{4}|\d{2})年(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?)?",
        r"(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?",
        r"(?P<day>\d{1,2})日",
        r"(?P<year>\d{4})年?",
    )
)
_THREE: Final = re.compile(r"(\d{4}|\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{1,2})")
_TWO: Final = re.compile(r"(\d{4}|\d{1,2})([/.-])(\d{4}|\d{1,2})")
_COMPACT: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SEASON: Final = re.compile(r"(\d{4})[/-](\d{2})")
_INTERVAL: Final = re.compile(r"(\d{4}-\d{1,2}(?:-\d{1,2})?)/(\d{4}-\d{1,2})")
_MARK_IN_FIGURES: Final = re.compile(r"(?<=\d)[/.-](?=\d)")
_QUARTER: Final = re.compile(
    rf"(?P<a>{QUARTER}){_GAP}(?P<b>\d{{4}})年?|(?P<c>\d{{4}})年?{_GAP}(?P<d>{QUARTER})"
)
_PLACES: Final[Mapping[Order, tuple[int, int, int]]] = {
    Order.YMD: (0, 1, 2),
    Order.YDM: (0, 2, 1),
    Order.DMY: (2, 1, 0),
    Order.MDY: (2, 0, 1),
}
"""Where in three figures the year, the month and the day stand."""


def _season(first: int, short: int) -> Iterator[TimeSpan]:
    """``2010/11`` may be the years 2010 to 2011; ``2010/03`` may not."""
    if short > first % 100:
        yield TimeSpan(Moment(first), Moment(first - first % 100 + short))


def _quarter(words: str) -> TimeSpan | None:
    found = _QUARTER.fullmatch(words)
    if found is None:
        return None
    year, last = int(found["b"] or found["c"]), 3 * month_of(found["a"] or found["d"])
    if year == 0:
        return None
    return TimeSpan(Moment(year, last - 2), Moment(year, last))


def _years(written: str | None) -> tuple[tuple[int | None, bool], ...]:
    """The years that ``written`` may be, and whether that is in doubt."""
    if written is None:
        return ((None, False),)
    year = int(written.strip("'"))
    if len(written) == 4 and written.isdigit():
        return ((year, False),)
    return ((1900 + year, True), (2000 + year, True))


def _parts(words: str, order: Order) -> list[_Part]:
    """All that one date, or one side of a span, may say."""
    parts: list[_Part] = []
    for pattern in _NAMED:
        if found := pattern.fullmatch(words):
            said = found.groupdict()
            month = said.get("month")
            number = None if month is None else int(month) if month.isdigit() else month_of(month)
            day = None if said.get("day") is None else int(said["day"])
            parts += [
                _Part(year, number, day, doubtful=doubtful)
                for year, doubtful in _years(said.get("year"))
            ]
    return parts or _in_figures(words, order)


def _in_figures(words: str, order: Order) -> list[_Part]:
    if re.fullmatch(r"\d{1,2}", words):
        return [_Part(bare=int(words))]
    if found := _COMPACT.fullmatch(words):
        return [_Part(int(found[1]), int(found[2]), int(found[3]))]
    if found := _THREE.fullmatch(words):
        figures = (found[1], found[3], found[4])
        return _three(figures, order)
    if found := _TWO.fullmatch(words):
        first, last = found[1], found[3]
        if len(first) == 4 or len(last) == 4:
            year, month = (first, last) if len(first) == 4 else (last, first)
            return [_Part(int(year), int(month))] if len(month) <= 2 else []
        month, day = (first, last) if order in (Order.YMD, Order.MDY) else (last, first)
        return [_Part(None, int(month), int(day))]
    return []


def _three(figures: tuple[str, str, str], order: Order) -> list[_Part]:
    year, month, day = (figures[place] for place in _PLACES[order])
    short = all(len(figure) <= 2 for figure in figures)
    if len(month) > 2 or len(day) > 2 or (short and (len(year) != 2 or order is Order.YDM)):
        return []
    if not short and len(year) != 4:
        return []
    return [
        _Part(known, int(month), int(day), doubtful=doubtful) for known, doubtful in _years(year)
    ]


def _range(words: str, order: Order) -> _Readings:
    """A span between two dates of which one may leave out what the other says."""
    if words.count(RANGE) > 1 or (RANGE not in words and words.count("–") > 1):
        return _Readings(frozenset())
    mark = RANGE if RANGE in words else "–" if "–" in words else "-"
    worded = any(not character.isascii() for character in words.replace("–", ""))
    found: set[TimeSpan] = set()
    doubtful = False
    for place in (place for place, character in enumerate(words) if character == mark):
        left, right = words[:place].strip(" ,"), words[place + 1 :].strip(" ,")
        if left and right:
            marks = [set(_MARK_IN_FIGURES.findall(side)) for side in (left, right)]
            if all(marks) and marks[0] != marks[1]:
                continue  # 1999-1-1/2000 is not January 1999 to January 2000
            sides = product(_parts(left, order), _parts(right, order))
            spans = [_between(start, end, worded=worded) for start, end in sides]
        elif (left or right) and mark != "-":
            spans = [_open(part, start=bool(left)) for part in _parts(left or right, order)]
        else:
            continue
        for span, is_doubtful in filter(None, spans):
            found.add(span)
            doubtful = doubtful or is_doubtful
    return _Readings(frozenset(found), doubtful)


def _open(part: _Part, *, start: bool) -> tuple[TimeSpan, bool] | None:
    moment = _moment(part)
    if moment is None:
        return None
    return (TimeSpan(moment, None) if start else TimeSpan(None, moment)), part.doubtful


def _between(start: _Part, end: _Part, *, worded: bool) -> tuple[TimeSpan, bool] | None:
    """The span of two parts, each completed by the other; None where they do not fit together."""
    if start.bare is not None:
        start = _as_fine_as(start.bare, end)
    elif end.bare is not None:
        end = _as_fine_as(end.bare, start)
    doubtful = start.doubtful or end.doubtful
    if start.exactness != end.exactness and (doubtful or not worded):
        return None
    first, last = _moment(_completed(start, end)), _moment(_completed(end, start))
    if first is None or last is None or first.earliest > last.latest or first == last:
        return None
    if doubtful and last.year - first.year > 50:
        return None  # of two short years one cannot be of another century than the other
    return TimeSpan(first, last), doubtful


def _as_fine_as(figure: int, other: _Part) -> _Part:
    """A lone figure is of the finest unit of the other side; beside a year a year cut short."""
    if other.bare is not None:
        return _Part()
    if other.day is not None:
        return _Part(day=figure)
    if other.month is not None:
        return _Part(month=figure)
    year = other.year or 0
    return _Part(year=year - year % 100 + figure, doubtful=True)


def _completed(part: _Part, other: _Part) -> _Part:
    month = part.month
    if month is None and part.day is not None:
        month = other.month
    year = other.year if part.year is None and (part.month or part.day) else part.year
    return _Part(year, month, part.day)
