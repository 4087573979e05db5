"""What a feed says of one course or activity, in one shape whatever the feed is written in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.record.errors import ConcordError

Kind = Literal["course", "activity", "material"]
Status = Literal["cancelled", "confirmed", "tentative"]
Window = tuple[dt.date, dt.date]
"""The first and the last day, both included."""

MOST_ITEMS: Final = 20_000
"""How many items one feed may hold; what is beyond is a fault."""


class FeedForm(StrEnum):
    """What a feed is written in."""

    SCHEMA_ORG = "schema_org"
    ICALENDAR = "icalendar"
    SYNDICATION = "syndication"
    OAI_PMH = "oai_pmh"


class UnreadableFeedError(ConcordError):
    """Nothing of the feed can be read: it is not what it is said to be, or it is hostile."""

    code = "unreadable-feed"
    status = 422
    title = gettext_lazy("The feed cannot be read.")


class UnreadableItemError(ValueError):
    """One item cannot be read; its text is for people and becomes a ``FeedFault``."""


def refuse_beyond(number: int) -> None:
    """Raise ``UnreadableItemError`` for an item after the last that one feed may hold."""
    if number > MOST_ITEMS:
        raise UnreadableItemError(
            _("the feed holds more than %(most)s items") % {"most": MOST_ITEMS}
        )


@dataclass(frozen=True, slots=True)
class FeedFault:
    """An item that could not be read: where it stands in the feed, and what is wrong with it."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where} – {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One course, activity or material of a feed. No field of it holds a person's name.

    ``key`` stays the same from one reading to the next: the UID with the day of the occurrence,
    the ``@id``, the guid, the OAI identifier. ``(kind, key)`` is unique within one reading.
    """

    key: str
    kind: Kind
    titles: dict[str, str] = field(default_factory=dict)
    """Plain text by language tag; ``und`` where the feed does not say which language it is."""
    summary: dict[str, str] = field(default_factory=dict)
    when: str | None = None
    """EDTF as ``core.timespan`` reads it: days as the calendar of the place shows them."""
    start: dt.datetime | None = None
    """The hour it starts, with the zone where the feed gives one; None for whole days."""
    end: dt.datetime | None = None
    is_online: bool = False
    place: str | None = None
    """The town."""
    country: str | None = None
    """A code of our table of countries."""
    languages: tuple[str, ...] = ()
    country_word: str | None = None
    """What stands where a country is expected and is in no list of ours."""
    town_word: str | None = None
    """The town, if ``country_word`` is a country."""
    language_words: tuple[str, ...] = ()
    """What stands where a language is expected and names none."""
    organisers: tuple[str, ...] = ()
    """Names of organisations."""
    lecturers: tuple[str, ...] = ()
    """Names of organisations that teach."""
    unnamed: int = field(default=0, compare=False)
    """How many names were left out because they are persons', or may be; they stand nowhere."""
    url: str | None = None
    status: Status | None = None
    sequence: int = 0
    """The count of changes that the feed keeps (SEQUENCE of iCalendar); 0 where it keeps none."""
    course_key: str | None = None
    """The key of the course that an activity is a run of."""
    keywords: tuple[str, ...] = ()
    modified: dt.datetime | None = None
    is_deleted: bool = False
    """The feed says that it no longer has the item (OAI-PMH): nothing but the key is known."""
    raw: str = ""
    """The item as it came, as a small feed of the same form that reads into this item again.

    What names persons or their mailboxes is left out of it.
    """


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What could be read of a feed and what could not; ``next_token`` asks OAI-PMH for more."""

    items: tuple[FeedItem, ...]
    faults: tuple[FeedFault, ...] = ()
    next_token: str | None = None
