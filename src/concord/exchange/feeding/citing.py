"""A feed as a source of the register, which the records that it made cite."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from concord.core.disclosure import Actor
from concord.exchange.models import FeedSource
from concord.record.audiences import viewer_as
from concord.record.selectors import records_get
from concord.record.services import Draft, content_parse, revision_write
from concord.register.citing import source_named
from concord.register.words import SourceKind

_SECRET: Final = re.compile(r"private|secret|token|@|[0-9a-f]{16}|(?=\w*\d)\w{24}", re.IGNORECASE)
"""What a path holds that lets in whoever knows it, or that names a mailbox."""


def feed_address(url: str) -> str:
    """The address of a feed as its records cite it, without what would let others in.

    Addresses of private calendars hold a key or a mailbox: of those the host alone is told.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    path = "/" if _SECRET.search(unquote(parts.path)) else parts.path
    return f"{parts.scheme}://{host}{path}"


def feed_source_ensure(*, source: FeedSource, actor: Actor) -> UUID | None:
    """The source that stands for a feed, made on its first reading: its institution alone sees it.

    None where somebody removed it: then nothing cites the feed any more. Raises what
    ``revision_write`` does where the name of the feed does not belong into the register.
    """
    viewer = viewer_as(source.institution)
    if source.cited:
        return next(iter(records_get(viewer=viewer, ids=[source.cited])), None)
    address = feed_address(source.url)
    known = source_named(viewer=viewer, text=source.url) if address == source.url else None
    source.cited = known.id if known else _made(source, actor, address)
    source.save(update_fields=["cited"])
    return source.cited


def _made(source: FeedSource, actor: Actor, address: str) -> UUID:
    language = source.defaults.get("language") or "en"
    is_page = source.form in {FeedSource.Form.SCHEMA_ORG, FeedSource.Form.SYNDICATION}
    data = {
        "titles": {"original": language, "text": {language: source.name}},
        "source_kind": SourceKind.WEB_PAGE if is_page else SourceKind.DATABASE,
        "url": address,
    }
    draft = Draft(content_parse(kind="source", data=data))
    return revision_write(actor=actor, draft=draft, via="feed")
