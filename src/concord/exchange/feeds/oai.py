"""OAI-PMH 2.0: the records of a ListRecords answer in Dublin Core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from django.utils.translation import gettext as _

from concord.exchange.feeds.item import (
    FeedFault,
    FeedItem,
    FeedRead,
    Kind,
    UnreadableFeedError,
    UnreadableItemError,
    Window,
    refuse_beyond,
)
from concord.exchange.feeds.naming import Known, organisation_of, organisations_of
from concord.exchange.feeds.values import (
    UNKNOWN_LANGUAGE,
    Period,
    clean_line,
    clean_text,
    language_tag,
    language_tags,
    languages_unread,
    read_hour,
    storable,
    web_address,
    written_period,
)

_OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_PERSONAL: Final = (f"{_DC}creator", f"{_DC}contributor", f"{_DC}publisher")
"""What names those who made it: persons or organisations."""


def read(data: bytes, base_url: str, window: Window, known: Known) -> FeedRead:  # noqa: ARG001
    """The records of the answer, those that are deleted too, and the token that asks for more."""
    root = fromstring(data)
    if root.tag != f"{_OAI}OAI-PMH":
        raise UnreadableFeedError(_("This is no answer of OAI-PMH."))
    items: list[FeedItem] = []
    faults = list(_errors(root))
    for number, record in enumerate(root.iter(f"{_OAI}record"), start=1):
        where = _one(record, f"{_OAI}header/{_OAI}identifier")
        try:
            refuse_beyond(number)
            items.append(_item(record, where, known))
        except UnreadableItemError as error:
            where = where or _("record %(number)s") % {"number": number}
            faults.append(FeedFault(where, str(error)))
    token = _one(root, f".//{_OAI}resumptionToken")
    return FeedRead(tuple(items), tuple(faults), token or None)


def _errors(root: Element) -> Iterator[FeedFault]:
    for error in root.iter(f"{_OAI}error"):
        code = error.get("code", "")
        if code != "noRecordsMatch":
            yield FeedFault(code or "error", clean_line(error.text or ""))


def _item(record: Element, key: str, known: Known) -> FeedItem:
    header = record.find(f"{_OAI}header")
    if header is None or not key:
        raise UnreadableItemError(_("it has no identifier"))
    modified = read_hour(_one(header, f"{_OAI}datestamp"))
    organisers, unnamed = _organisers(record, known)
    raw = _raw(record, known)
    if header.get("status") == "deleted":
        return FeedItem(
            key=key,
            kind="material",
            status="cancelled",
            is_deleted=True,
            modified=modified,
            raw=raw,
        )
    titles = _texts(record, "title")
    if not titles:
        raise UnreadableItemError(_("it has no title"))
    when = _first_period(record)
    return FeedItem(
        key=key,
        kind=_kind(record),
        titles=titles,
        summary=_texts(record, "description"),
        when=when.when,
        start=when.start,
        end=when.end,
        languages=language_tags(_lines(record, "language")),
        language_words=languages_unread(_lines(record, "language")),
        organisers=organisers,
        unnamed=unnamed,
        url=next(filter(None, map(web_address, _lines(record, "identifier", 2_000))), None),
        keywords=_lines(record, "subject"),
        modified=modified,
        raw=raw,
    )


def _kind(record: Element) -> Kind:
    """By the types of DCMI and the plain word: what is neither event nor course is material."""
    types = {word.casefold() for word in _lines(record, "type")}
    if "event" in types:
        return "activity"
    return "course" if "course" in types else "material"


def _first_period(record: Element) -> Period:
    """The first date that can be read; libraries write others in words beside it."""
    unread: UnreadableItemError | None = None
    for text in _lines(record, "date"):
        try:
            return written_period(text, "")
        except UnreadableItemError as error:
            unread = unread or error
    if unread is not None and _kind(record) == "activity":
        raise unread
    return Period()


def _one(element: Element, path: str) -> str:
    return clean_line(element.findtext(path) or "", 2_000)


def _lines(record: Element, name: str, longest: int = 500) -> tuple[str, ...]:
    words = (clean_line(each.text or "", longest) for each in record.iter(f"{_DC}{name}"))
    return tuple(dict.fromkeys(word for word in words if word))


def _texts(record: Element, name: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for each in record.iter(f"{_DC}{name}"):
        text = clean_text(each.text or "")
        if text:
            texts.setdefault(language_tag(each.get(_LANG, "")) or UNKNOWN_LANGUAGE, text)
    return texts


def _organisers(record: Element, known: Known) -> tuple[tuple[str, ...], int]:
    """The organisations that published it, or else made it; and how many names are left out."""
    published, unnamed = organisations_of(_lines(record, "publisher"), known)
    made, more = organisations_of(_lines(record, "creator"), known)
    return published or made, unnamed + more


def _raw(record: Element, known: Known) -> str:
    """The record as an answer of its own, without the persons who made it or helped."""
    for parent in record.iter():
        for child in [child for child in parent if child.tag in _PERSONAL]:
            child.text = organisation_of(child.text or "", known)
            if not child.text:
                parent.remove(child)
    answer = Element(f"{_OAI}OAI-PMH")
    answer.append(record)
    return storable(tostring(answer, encoding="unicode"))
