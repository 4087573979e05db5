"""What changed last in a list, as RSS and Atom: the newest first, each record once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

from concord.core.disclosure import TLP, Breadth, Viewer
from concord.exchange.reading.values import clean_text
from concord.record.kinds import content_type
from concord.record.selectors import RecordView, records_newest
from concord.register import vocabulary
from concord.register.links import Parties, party_ids
from concord.register.listings import Listing
from concord.register.listquery import refuse_moment
from concord.register.reading import dated, title_of

COUNT: Final = 50


class _Rss(Rss201rev2Feed):
    def latest_post_date(self) -> dt.datetime:
        """By the clock of the installation where there is nothing yet."""
        return super().latest_post_date() if self.items else timezone.now()


class _Atom(Atom1Feed):
    def latest_post_date(self) -> dt.datetime:
        """As that of RSS."""
        return super().latest_post_date() if self.items else timezone.now()


FORMS: Final[Mapping[str, type[_Rss | _Atom]]] = {"rss": _Rss, "atom": _Atom}


def news_of(
    viewer: Viewer,
    listing: Listing,
    params: QueryDict,
    *,
    form: str,
    language: str,
    title: str,
    address: str,
    own: str,
    page: str,
) -> str:
    """The feed of a list with its filter. ``own`` and ``page`` are its and the list's addresses.

    Raises ``InvalidQueryError``, for ``known_at`` too: news are of today.
    """
    refuse_moment(params)
    records = records_newest(viewer=viewer, ids=listing.ids(viewer, params), count=COUNT)
    parties = Parties(viewer, language, party_ids(records))
    feed = FORMS[form](
        title=title, link=page, description=title, language=language, feed_url=own,
        feed_guid=own,
    )  # fmt: skip
    for record in records:
        link = f"{address}/records/{record.id}/"
        feed.add_item(
            title=clean_text(title_of(record, language)) or str(record.id),
            link=link,
            description="; ".join(_said(record, parties)),
            unique_id=record.id.urn,
            unique_id_is_permalink=False,
            pubdate=record.changed_at,
            updateddate=record.changed_at,
            categories=[
                vocabulary.topics().label(code, language)
                for code in record.content.get("topics", ())
            ]
            + [record.tlp] * (record.tlp != TLP[Breadth.PUBLIC]),
        )
    return feed.writeString("utf-8")


def _said(record: RecordView, parties: Parties) -> Iterator[str]:
    """In a line what it is: its kind, when, and who."""
    content = record.content
    yield str(content_type(record.kind).label)
    if when := dated(content):
        yield when
    for key in content.get("providers", ()):
        yield parties.record(key).label
    for part in content.get("parties", ()):
        yield clean_text(parties.name(part.get("party", part)).label)
