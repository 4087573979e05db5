"""Texts, languages, countries and dates as feeds write them, turned into those of the register."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import nh3
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.utils.translation import gettext as _

from concord.core.timespan import TimeSpan, TimeSpanError
from concord.core.vocabulary import LANGUAGES
from concord.core.vocabulary.folding import fold
from concord.exchange.feeds.item import UnreadableItemError
from concord.register.vocabulary import countries

UNKNOWN_LANGUAGE: Final = "und"
"""The tag of BCP 47 for a text whose language nobody tells."""
LONGEST: Final = 10_000
"""Letters of a text that are kept: as many as a paragraph of the register has."""

_MARKUP: Final = re.compile(r"<[a-zA-Z/!][^<>]*>|&#?\w{1,32};")
_BREAKS: Final = {"br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4"}
_BREAK: Final = re.compile(r"</?\w+[^<>]*>")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+")
_MAILBOX: Final = re.compile(r"(mailto:)?[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
_ONLINE: Final = re.compile(
    r"https?://|\bonline\b|\bvirtual\b|\bwebinar\b|\bzoom\b|\bwebex\b|\bdaring\b|\bdalam talian\b"
    r"|\btrực tuyến\b|オンライン|온라인|线上|在线|線上",
    re.IGNORECASE,
)
_TAG: Final = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_].*)?", re.IGNORECASE | re.ASCII
)
_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")


def clean_text(text: str) -> str:
    """The text without markup, control characters and needless blanks; lines stay lines."""
    text = text[: LONGEST * 10]
    if _MARKUP.search(text):
        # nh3 leaves out scripts and styles with what is in them
        text = html.unescape(_BREAK.sub("\n", nh3.clean(text, tags=_BREAKS, attributes={})))
    lines = (_BLANKS.sub(" ", line).strip() for line in storable(text).split("\n"))
    return "\n".join(line for line in lines if line)[:LONGEST].rstrip()


def storable(text: str) -> str:
    """The text as it came, but for control characters, which a database refuses."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))


def clean_line(text: str, longest: int = 500) -> str:
    """The text without markup and on one line."""
    return " ".join(clean_text(text).split())[:longest].rstrip()


def without_mailboxes(text: str) -> str:
    """The text on one line, every e-mail address left out: it may be a person's."""
    return _MAILBOX.sub("", clean_line(text)).strip()


def web_address(text: str | None) -> str | None:
    """The text if it is an address of http or https that the register can hold."""
    text = (text or "").strip()
    kept = _WEB_ADDRESS.fullmatch(text) and len(text) <= 2_000 and not _CONTROLS.search(text)
    return text if kept else None


@lru_cache(maxsize=4096)
def language_tag(text: str) -> str | None:
    """The tag of BCP 47 that a text names: a tag, a code of ISO 639, or a language's own name."""
    text = text.strip()
    if not text or len(text) > 60:
        return None
    named = _languages_by_name().get(text.casefold())
    if named:
        return named
    match = _TAG.fullmatch(text)
    if match is None:
        return None
    # codes of three letters, such as libraries write, and codes that are no longer used
    language = get_global("language_aliases").get(match[1].lower(), match[1].lower())
    script, territory = (match[2] or "").title(), (match[3] or "").upper()
    tag = "-".join(part for part in (language, script, territory) if part)
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
    if language == UNKNOWN_LANGUAGE:
        return None
    is_written_two_ways = language == "zh" and territory and not script
    return f"{language}-{locale.script}" if is_written_two_ways else tag


@lru_cache
def _languages_by_name() -> dict[str, str]:
    names = {name.casefold(): tag for tag, name in LANGUAGES.items()}
    for tag in reversed([*LANGUAGES]):
        known = Locale.parse(tag, sep="-").languages
        plain = {name.casefold(): code for code, name in known.items() if code.isalpha()}
        names = plain | names if tag != "en" else names | plain
    return {name: code for name, code in names.items() if code != UNKNOWN_LANGUAGE}


def language_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """The tags that the texts name, each once; what names none is left out."""
    tags = (language_tag(text) for text in texts)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def languages_unread(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that name no language, each once."""
    lines = (clean_line(text, 60) for text in texts)
    return tuple(dict.fromkeys(line for line in lines if line and not language_tag(line)))


@lru_cache
def _countries_by_name() -> dict[str, str]:
    return {fold(label): entry.code for entry in countries() for label in entry.labels.values()}


def country_code(text: str) -> str | None:
    """The code of the country that the text is the code or exactly a name of, or None."""
    text = text.strip()
    if text.upper() in countries() and len(text) == 2:
        return text.upper()
    return _countries_by_name().get(fold(text)) if text else None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where something is, as far as a line of free text tells."""

    place: str | None = None
    country: str | None = None
    is_online: bool = False
    country_word: str | None = None
    """What stands where a country is expected and is in no list of ours."""
    town_word: str | None = None
    """The town, if that word is a country."""


def whereabouts(text: str) -> Whereabouts:
    """Read “hall, town, country”: the town only where a country follows it or it stands alone.

    Halls and streets are left out; a text that says it is online has no place. Where the last part
    is no country that is known, it is told with the part before, for somebody may know it as one.
    """
    text = clean_line(text)
    if _ONLINE.search(text):
        return Whereabouts(is_online=True)
    parts = [part.strip() for part in re.split(r"[,、，;]", text) if part.strip()]
    country = country_code(parts[-1]) if parts else None
    if country:
        parts.pop()
    if not country and len(parts) > 1 and not re.search(r"\d", parts[-1]):
        return Whereabouts(country_word=parts[-1], town_word=_town(parts[-2]))
    return Whereabouts(
        _town(parts[-1]) if parts and (country or len(parts) == 1) else None, country
    )


def _town(part: str) -> str | None:
    return None if re.search(r"\d", part) else part


def named_zone(name: str) -> ZoneInfo | None:
    """The zone of that name in the IANA database, or None."""
    try:
        return ZoneInfo(name.strip().strip("/"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None  # OSError: a name such as Asia is a folder of the database


Point = dt.date | dt.datetime
"""A day, or an hour of a day (a ``datetime`` is a ``date`` too)."""


def read_point(text: str) -> Point | None:
    """A day or hour of ISO 8601; None if it is exact to a year or month, or is something else."""
    text = text.strip()
    if _DAY.fullmatch(text):
        text = _DAY.sub(r"\1-\2-\3", text)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Period:
    """When something is: the days as EDTF, and the hours where they are known."""

    when: str | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None


def period(first: Point, last: Point | None, zone: ZoneInfo | None = None) -> Period:
    """The period from ``first`` to ``last``, its last hour or last whole day.

    ``zone`` is where hours without a zone are. An end at midnight leaves that day out. Raises
    ``UnreadableItemError`` where it ends before it starts.
    """
    start, end = (_in_zone(point, zone) for point in (first, last))
    day = start.date() if start else _day(first)
    final = day if last is None else _day(end or last)
    if end and end.time() == dt.time() and final > day:
        final -= dt.timedelta(days=1)
    is_backwards = final < day or (
        start and end and (start.tzinfo is None) == (end.tzinfo is None) and end < start
    )
    if is_backwards:
        raise UnreadableItemError(_("it ends before it starts"))
    days = [f"{each.isoformat()}" for each in dict.fromkeys((day, final))]
    return Period("/".join(days), start, end)


def _day(point: Point) -> dt.date:
    return point.date() if isinstance(point, dt.datetime) else point


def _in_zone(point: Point | None, zone: ZoneInfo | None) -> dt.datetime | None:
    if not isinstance(point, dt.datetime):
        return None
    return point.replace(tzinfo=zone) if point.tzinfo is None else point


def written_period(first: str, last: str, zone: ZoneInfo | None = None) -> Period:
    """The period that a feed writes as ISO 8601; either text may be empty.

    A year, a month or an interval of EDTF is taken too. Raises ``UnreadableItemError``.
    """
    first, last = first.strip(), last.strip()
    if not first:
        return Period()
    start, end = read_point(first), read_point(last)
    if start is not None and (end is not None or not last):
        return period(start, end, zone)
    try:
        moments = [str(TimeSpan.parse(_day_text(text))) for text in (first, last) if text]
        return Period(str(TimeSpan.parse("/".join(dict.fromkeys(moments)))))
    except TimeSpanError:
        unread = first if start is None else last
        raise UnreadableItemError(
            _("“%(text)s” is not a date that can be read") % {"text": unread[:80]}
        ) from None


def _day_text(text: str) -> str:
    point = read_point(text)
    return text if point is None else _day(point).isoformat()


def read_hour(text: str) -> dt.datetime | None:
    """An hour with its zone, such as a date of change; UTC where none is given."""
    point = read_point(text)
    if point is None:
        return None
    if not isinstance(point, dt.datetime):
        point = dt.datetime.combine(point, dt.time())
    return point.replace(tzinfo=dt.UTC) if point.tzinfo is None else point
