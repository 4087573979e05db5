"""RSS 2.0 and 1.0, and Atom, with the modules by which they date an event."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

import feedparser  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]
from django.utils.translation import gettext as _

from concord.exchange.feeds.item import (
    FeedFault,
    FeedItem,
    FeedRead,
    UnreadableFeedError,
    UnreadableItemError,
    Window,
    refuse_beyond,
)
from concord.exchange.feeds.naming import Known, organisation_of, organisations_of
from concord.exchange.feeds.values import (
    UNKNOWN_LANGUAGE,
    Period,
    Whereabouts,
    clean_line,
    clean_text,
    language_tag,
    language_tags,
    languages_unread,
    storable,
    web_address,
    whereabouts,
    without_mailboxes,
    written_period,
)

_LONGEST_ILL_FORMED: Final = 500_000
"""Bytes of a feed that is no XML but is read nevertheless: that reading is slow."""

_DATES: Final[Mapping[str, tuple[str, str]]] = {
    "http://purl.org/rss/1.0/modules/event/": ("startdate", "enddate"),
    "http://schema.org/": ("startdate", "enddate"),
    "https://schema.org/": ("startdate", "enddate"),
    "urn:ietf:params:xml:ns:xcal": ("dtstart", "dtend"),
}
"""Namespaces that date an event, with their words for its start and its end."""

_ENTITY: Final = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?P<name>(?:[\w.-]+:)?(?:rss|feed|RDF))\b[^<>]*>", re.IGNORECASE)
_TAG: Final = r"<(?P<slash>/?)(?P<name>(?:[\w.-]{1,40}:)?(?:%s))(?:\s[^<>]*)?>"
_ENTRY: Final = re.compile(_TAG % "item|entry", re.IGNORECASE)
_PERSONAL: Final = re.compile(
    _TAG % "author|creator|contributor|managingEditor|webMaster|credit|organizer|attendee|contact",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"<name(?:\s[^<>]*)?>([^<>]*)</name>", re.IGNORECASE)


def read(data: bytes, base_url: str, window: Window, known: Known) -> FeedRead:  # noqa: ARG001
    """The items or entries of the feed; only one that gives the date of an event is an activity."""
    _refuse_unsafe(data)
    # of plain bytes the library would first try whether they name a file
    feed: Any = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-location": base_url, "content-type": "application/xml"},
        resolve_relative_uris=False,
        sanitize_html=False,  # every text is cleaned here, by a faster library
    )
    if not feed.version and not feed.entries:
        raise UnreadableFeedError(_("This is no feed of RSS or Atom."))
    items: dict[str, FeedItem] = {}
    faults: list[FeedFault] = []
    raws = _raws(data, feed, known)
    for number, (entry, raw) in enumerate(zip(feed.entries, raws, strict=True), 1):
        where = clean_line(_string(entry, "id") or _string(entry, "link"), 2_000)
        try:
            refuse_beyond(number)
            item = _item(entry, where, feed, raw, known)
            if items.setdefault(where, item) is not item:
                faults.append(FeedFault(where, _("another item has the same key")))
        except UnreadableItemError as error:
            where = where or _("item %(number)s") % {"number": number}
            faults.append(FeedFault(where, str(error)))
    return FeedRead(tuple(items.values()), tuple(faults))


def _refuse_unsafe(data: bytes) -> None:
    """Refuse entities, which can grow without bound, and much text that is no XML."""
    is_xml = True
    try:
        fromstring(data)
    except DefusedXmlException as error:
        raise UnreadableFeedError(_("The feed defines entities, which is refused.")) from error
    except (ParseError, ValueError, LookupError):
        is_xml = False
    if _ENTITY.search(data):
        raise UnreadableFeedError(_("The feed defines entities, which is refused."))
    if not is_xml and len(data) > _LONGEST_ILL_FORMED:
        raise UnreadableFeedError(_("The feed is not well-formed XML."))


def _prefixes(feed: Any) -> dict[str, str]:
    """The prefix under which the feed writes each namespace."""
    return {str(address): str(prefix) for prefix, address in feed.get("namespaces", {}).items()}


def _item(entry: Any, key: str, feed: Any, raw: str, known: Known) -> FeedItem:
    prefixes = _prefixes(feed)
    language = language_tag(_string(feed.feed, "language")) or UNKNOWN_LANGUAGE
    if not key:
        raise UnreadableItemError(_("it has no guid and no link"))
    titles = _texts(entry, "title", language)
    if not titles:
        raise UnreadableItemError(_("it has no title"))
    when = _period(entry, prefixes)
    at = _whereabouts(entry, prefixes)
    organisers, unnamed = _organisers(entry, prefixes, known)
    return FeedItem(
        key=key,
        kind="activity" if when.when else "material",
        titles=titles,
        summary=_texts(entry, "summary", language),
        when=when.when,
        start=when.start,
        end=when.end,
        is_online=at.is_online,
        place=at.place,
        country=at.country,
        languages=language_tags([_string(entry, "language")]),
        country_word=at.country_word,
        town_word=at.town_word,
        language_words=languages_unread([_string(entry, "language")]),
        organisers=organisers,
        unnamed=unnamed,
        url=web_address(_string(entry, "link")),
        keywords=_keywords(entry),
        modified=_modified(entry),
        raw=raw,
    )


def _string(entry: Any, name: str) -> str:
    value = entry.get(name)
    return value.strip() if isinstance(value, str) else ""


def _texts(entry: Any, name: str, language: str) -> dict[str, str]:
    text = clean_text(_string(entry, name))
    detail = entry.get(f"{name}_detail") or {}
    tag = language_tag(str(detail.get("language") or "")) or language
    return {tag: text} if text else {}


def _in_module(entry: Any, prefixes: Mapping[str, str], namespace: str, name: str) -> str:
    prefix = prefixes.get(namespace)
    return "" if prefix is None else _string(entry, f"{prefix}_{name}" if prefix else name)


def _period(entry: Any, prefixes: Mapping[str, str]) -> Period:
    for namespace, (first, last) in _DATES.items():
        start = _in_module(entry, prefixes, namespace, first)
        if start:
            return written_period(start, _in_module(entry, prefixes, namespace, last))
    return Period()


def _whereabouts(entry: Any, prefixes: Mapping[str, str]) -> Whereabouts:
    for namespace in _DATES:
        text = _in_module(entry, prefixes, namespace, "location")
        if text:
            return whereabouts(text)
    return Whereabouts()


def _organisers(
    entry: Any, prefixes: Mapping[str, str], known: Known
) -> tuple[tuple[str, ...], int]:
    """The organisations that organise it, or else wrote it; and how many names are left out."""
    named = [_in_module(entry, prefixes, namespace, "organizer") for namespace in _DATES]
    organisers, unnamed = organisations_of(map(without_mailboxes, named), known)
    writers = [str(each.get("name") or "") for each in entry.get("authors") or [] if each]
    authors, more = organisations_of(map(without_mailboxes, writers), known)
    return organisers or authors, unnamed + more


def _keywords(entry: Any) -> tuple[str, ...]:
    words = (clean_line(str(tag.get("label") or tag.get("term") or "")) for tag in _tags(entry))
    return tuple(dict.fromkeys(word for word in words if word))


def _tags(entry: Any) -> list[Any]:
    return entry.get("tags") or []


def _modified(entry: Any) -> dt.datetime | None:
    # asked for what it lacks, the library warns and answers with the other
    names = [name for name in ("updated_parsed", "published_parsed") if name in entry]
    moment = next((entry[name] for name in names if entry[name]), None)
    return dt.datetime.fromtimestamp(timegm(moment), dt.UTC) if moment else None


def _raws(data: bytes, feed: Any, known: Known) -> Iterator[str]:
    """The text of each entry as a feed of its own: the root's tag, its language and the entry.

    Where the entries cannot be told apart in the text (one stands in a comment), they have none.
    """
    text = data.decode(feed.get("encoding") or "utf-8", "replace")
    root = _ROOT.search(text)
    entries = [text[start:end] for start, end in _elements(text, _ENTRY)]
    if root is None or len(entries) != len(feed.entries):
        yield from ("" for _each in feed.entries)
        return
    name = root["name"]
    language = escape(_string(feed.feed, "language"))
    spoken = f"<language>{language}</language>" if language else ""
    for entry in entries:
        kept = _without_persons(entry, known)
        if name.lower().endswith("rss"):
            kept = f"<channel>{spoken}{kept}</channel>"
        yield storable(f"{root[0]}{kept}</{name}>")


def _without_persons(entry: str, known: Known) -> str:
    """The entry with those who made it only where they are organisations, and by name alone."""
    kept, done = "", 0
    for start, end in _elements(entry, _PERSONAL):
        kept, done = kept + entry[done:start] + _impersonal(entry[start:end], known), end
    return kept + entry[done:]


def _impersonal(element: str, known: Known) -> str:
    tag = _PERSONAL.match(element)
    within = element[tag.end() : element.rfind("</")] if tag else ""
    inner = _NAME.search(within)
    name = organisation_of(clean_line(html.unescape(inner[1] if inner else within)), known)
    if tag is None or not name:
        return ""
    said = f"<name>{escape(name)}</name>" if inner else escape(name)
    return f"<{tag['name']}>{said}</{tag['name']}>"


def _elements(text: str, tags: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where each element with one of these tags begins and ends, in one pass over the text."""
    opened: re.Match[str] | None = None
    for tag in tags.finditer(text):
        if opened is None:
            opened = None if tag["slash"] or tag[0].endswith("/>") else tag
        elif tag["slash"] and tag["name"] == opened["name"]:
            yield opened.start(), tag.end()
            opened = None
