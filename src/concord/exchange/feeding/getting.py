"""What a feed holds now, all pages of it, fetched only from where the operator allows."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _

from concord.exchange.feeds.fetching import Fetched, Policy, fetch
from concord.exchange.feeds.item import (
    MOST_ITEMS,
    FeedFault,
    FeedForm,
    FeedItem,
    FeedRead,
    UnreadableFeedError,
    Window,
)
from concord.exchange.feeds.naming import Known
from concord.exchange.feeds.reading import guess_form, read_feed

MOST_PAGES: Final = 200
"""Answers of OAI-PMH that are followed in one reading."""
MOST_SECONDS: Final = 600.0
"""For all pages together; each of them has its own limit as well."""
PAST: Final = dt.timedelta(days=400)
AHEAD: Final = dt.timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Got:
    """All that a feed holds; ``is_whole`` says that nothing of it was left aside."""

    form: FeedForm
    items: tuple[FeedItem, ...]
    faults: tuple[FeedFault, ...]
    is_whole: bool


def policy() -> Policy:
    """From where this installation fetches, by the operator's settings."""
    return Policy(
        allow_http=settings.CONCORD_FEEDS_ALLOW_HTTP,
        allow_private=settings.CONCORD_FEEDS_ALLOW_PRIVATE,
        ports=tuple(settings.CONCORD_FEEDS_PORTS),
    )


def window_around(today: dt.date) -> Window:
    """Days for which what recurs without end is expanded."""
    return today - PAST, today + AHEAD


def feed_get(*, url: str, form: FeedForm | None, window: Window, known: Known) -> Got:
    """Fetch and read a feed whole; its form is found out where it is not known.

    ``known`` says which names are those of organisations.
    Raises ``UnreachableFeedError`` or ``UnreadableFeedError``: then nothing of it counts.
    """
    fetched = fetch(url, allowed=policy())
    found = form or guess_form(fetched.data, fetched.content_type)
    if found is None:
        raise UnreadableFeedError(
            _("At this address is no calendar, no RSS or Atom, no schema.org and no OAI-PMH.")
        )
    if found is FeedForm.OAI_PMH and "verb" not in parse_qs(urlsplit(url).query):
        url = _asking(url, verb="ListRecords", metadataPrefix="oai_dc")
        fetched = fetch(url, allowed=policy())
    first = _read(fetched, found, window, known)
    return _with_more(url, found, first, window, known)


def _read(fetched: Fetched, form: FeedForm, window: Window, known: Known) -> FeedRead:
    read = read_feed(fetched.data, form=form, base_url=fetched.url, window=window, known=known)
    if read.faults and not read.items and not read.next_token:
        raise UnreadableFeedError(
            _("Nothing of it can be read: %(fault)s") % {"fault": read.faults[0]}
        )
    return read


def _with_more(url: str, form: FeedForm, read: FeedRead, window: Window, known: Known) -> Got:
    """Follow the tokens of OAI-PMH, but not in a circle and not without end."""
    items = {(item.kind, item.key): item for item in read.items}
    faults, tokens, is_whole = list(read.faults), set[str](), True
    deadline = time.monotonic() + MOST_SECONDS
    while token := read.next_token:
        is_enough = len(tokens) >= MOST_PAGES or len(items) >= MOST_ITEMS
        if token in tokens or is_enough or time.monotonic() > deadline:
            why = _("it goes on without end") if token in tokens else _("it is too long")
            faults.append(FeedFault(_("page %(number)s") % {"number": len(tokens) + 2}, why))
            is_whole = False
            break
        tokens.add(token)
        next_page = _asking(url, verb="ListRecords", resumptionToken=token)
        read = _read(fetch(next_page, allowed=policy()), form, window, known)
        for item in read.items:
            items.setdefault((item.kind, item.key), item)
        faults += read.faults
    return Got(form, tuple(items.values())[:MOST_ITEMS], tuple(faults), is_whole)


def _asking(url: str, **asked: str) -> str:
    """The address with a question of OAI-PMH; a token is asked with alone, as the protocol says."""
    parts = urlsplit(url)
    kept = parse_qs(parts.query)
    if "resumptionToken" in asked:
        kept = {}
    query = urlencode({**{name: values[0] for name, values in kept.items()}, **asked})
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
