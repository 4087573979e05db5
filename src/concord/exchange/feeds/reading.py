"""Any feed read into items: the one entrance to the readers of each form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from xml.parsers.expat import ExpatError

from django.utils.translation import gettext as _
from lxml.etree import LxmlError  # type: ignore[import-untyped]

from concord.exchange.feeds import calendar, oai, schema_org, syndication
from concord.exchange.feeds.item import FeedFault, FeedForm, FeedRead, UnreadableFeedError, Window
from concord.exchange.feeds.naming import Known, nobody_known

_READERS: Final[Mapping[FeedForm, Callable[[bytes, str, Window, Known], FeedRead]]] = {
    FeedForm.SCHEMA_ORG: schema_org.read,
    FeedForm.ICALENDAR: calendar.read,
    FeedForm.SYNDICATION: syndication.read,
    FeedForm.OAI_PMH: oai.read,
}

MOST_FAULTS: Final = 1_000
"""How many faults of one feed are told each by itself."""

_LONGEST: Final[Mapping[FeedForm, int]] = {
    FeedForm.ICALENDAR: 4_000_000,
    FeedForm.SYNDICATION: 4_000_000,
}
"""Bytes of a feed: for these forms the libraries take some four seconds for each million."""

_REFUSALS: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    OSError,
    SyntaxError,
    ExpatError,
    LxmlError,
)
"""What the libraries beneath raise at bytes that nobody would write in earnest."""

_TYPES: Final[Mapping[str, FeedForm]] = {
    "text/calendar": FeedForm.ICALENDAR,
    "application/ld+json": FeedForm.SCHEMA_ORG,
    "application/json": FeedForm.SCHEMA_ORG,
    "text/html": FeedForm.SCHEMA_ORG,
    "application/xhtml+xml": FeedForm.SCHEMA_ORG,
    "application/rss+xml": FeedForm.SYNDICATION,
    "application/atom+xml": FeedForm.SYNDICATION,
    "application/rdf+xml": FeedForm.SYNDICATION,
}

_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?(OAI-PMH|rss|feed|RDF|html)[\s>]", re.IGNORECASE)
_ROOTS: Final[Mapping[bytes, FeedForm]] = {
    b"oai-pmh": FeedForm.OAI_PMH,
    b"rss": FeedForm.SYNDICATION,
    b"feed": FeedForm.SYNDICATION,
    b"rdf": FeedForm.SYNDICATION,
    b"html": FeedForm.SCHEMA_ORG,
}


def read_feed(
    data: bytes,
    *,
    form: FeedForm,
    base_url: str = "",
    window: Window,
    known: Known = nobody_known,
) -> FeedRead:
    """Read every item of a feed; what cannot be read is a fault, and the others are still read.

    ``base_url`` is where the feed was fetched from: relative addresses are resolved against it,
    and nothing is fetched. ``window`` bounds what recurs without end; a single event is read
    whenever it is. ``known`` says which names are those of organisations.

    Raises ``UnreadableFeedError`` where nothing can be read.
    """
    longest = _LONGEST.get(form, len(data))
    if len(data) > longest:
        raise UnreadableFeedError(
            _("The feed is larger than %(most)s MB.") % {"most": longest // 1_000_000}
        )
    try:
        read = _READERS[form](data, base_url, window, known)
    except _REFUSALS as error:
        raise UnreadableFeedError(
            _("The feed cannot be read as %(form)s.") % {"form": form.value}
        ) from error
    return read if len(read.faults) <= MOST_FAULTS else _with_few_faults(read)


def _with_few_faults(read: FeedRead) -> FeedRead:
    """The reading with its first faults, and a last one that says how many there are beside."""
    more = _("and %(count)s more") % {"count": len(read.faults) - MOST_FAULTS}
    last = FeedFault(_("the feed"), more)
    return replace(read, faults=(*read.faults[:MOST_FAULTS], last))


def guess_form(data: bytes, content_type: str) -> FeedForm | None:
    """What the feed is written in, by how it begins and then by its content type."""
    head = data[:4096].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:15].upper() == b"BEGIN:VCALENDAR":
        return FeedForm.ICALENDAR
    if head[:1] in (b"{", b"["):
        return FeedForm.SCHEMA_ORG
    root = _ROOT.search(head)
    if root:
        return _ROOTS[root[1].lower()]
    return _TYPES.get(content_type.partition(";")[0].strip().lower())
