"""The register as a repository of OAI-PMH 2.0, as the public sees it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from django.conf import settings
from django.core import signing
from django.utils import timezone

from concord.core.disclosure import ANYONE
from concord.exchange.dublin import (
    CONCORD,
    DC,
    OAI_DC,
    as_dublin_core,
    as_xml,
    xml_text,
)
from concord.record.kinds import all_kinds
from concord.record.selectors import RecordView
from concord.record.vanishing import Entry, Span, entry_get, entry_list, first_moment
from concord.register.links import Parties, party_ids

OAI: Final = "http://www.openarchives.org/OAI/2.0/"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
PAGE: Final = 100
SALT: Final = "concord.oai"
MAILBOX: Final = re.compile(r"\S+@(\S+\.)+\S+")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_WORD: Final = r"[A-Za-z0-9\-_.!~*'()]+"
SYNTAX: Final = {
    "metadataPrefix": re.compile(_WORD),
    "set": re.compile(f"{_WORD}(:{_WORD})*"),
    "identifier": re.compile(
        r"[A-Za-z][A-Za-z0-9+.\-]*:([A-Za-z0-9\-_.!~*'();/?:@&=+$,]|%[0-9A-Fa-f]{2})+"
    ),
    "from": re.compile(f"{_DAY.pattern}|{_SECOND.pattern}"),
    "until": re.compile(f"{_DAY.pattern}|{_SECOND.pattern}"),
}
"""How the protocol has the values of arguments written."""

for _prefix, _name in (("oai_dc", OAI_DC), ("dc", DC), ("xsi", XSI), ("concord", CONCORD)):
    register_namespace(_prefix, _name)

Maker = Callable[[RecordView, Parties, str, str], Element]


@dataclass(frozen=True, slots=True)
class Format:
    """A way of writing a record: its schema, its namespace, and what writes it."""

    schema: str
    namespace: str
    make: Maker


FORMATS: Final[Mapping[str, Format]] = {
    "oai_dc": Format("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", OAI_DC, as_dublin_core),
    "concord": Format("{address}/oai/concord.xsd", CONCORD, as_xml),
}


class ProtocolError(Exception):
    """What the protocol answers with a code of its own."""

    def __init__(self, code: str, words: str) -> None:
        self.code, self.words = code, words
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Asked:
    """A list that is asked for, and after which entry it goes on."""

    prefix: str
    kind: str = ""
    since: str = ""
    until: str = ""
    after: tuple[UUID, int] | None = None

    def token(self, last: Entry) -> str:
        """What asks for the rest; only we can make it, and it holds nothing that is not said."""
        given = [self.prefix, self.kind, self.since, self.until, str(last.id), last.revision_number]
        return signing.dumps(given, salt=SALT)

    @classmethod
    def of_token(cls, token: str) -> Asked:
        """The list that a token goes on with; raises ``ProtocolError``."""
        try:
            prefix, kind, since, until, record_id, revision = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            raise ProtocolError("badResumptionToken", "No such token was given out.") from None
        return cls(prefix, kind, since, until, (UUID(record_id), int(revision)))


def answer(arguments: Sequence[tuple[str, str]], *, address: str) -> bytes:
    """The answer to a request with these arguments; ``address`` is where the portal is."""
    root = Element(f"{{{OAI}}}OAI-PMH")
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
    _put(root, "responseDate", _stamp(timezone.now()))
    request = _put(root, "request", f"{address}/oai/")
    try:
        verb, given = _read(arguments)
        found = VERBS[verb](given, address)
        for name, value in [("verb", verb), *given.items()]:
            request.set(name, xml_text(value))
        root.append(found)
    except ProtocolError as error:
        if error.code not in {"badVerb", "badArgument"}:
            for name, value in arguments:
                request.set(name, xml_text(value))
        _put(root, "error", error.words).set("code", error.code)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root)


def _put(parent: Element, name: str, text: str = "") -> Element:
    element = SubElement(parent, f"{{{OAI}}}{name}")
    if text:
        element.text = xml_text(text)
    return element


def _stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(arguments: Sequence[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """The verb and its arguments; raises ``ProtocolError``."""
    given = dict(arguments)
    verbs = [value for name, value in arguments if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise ProtocolError("badVerb", "One verb is expected: " + ", ".join(VERBS))
    if len(given) < len(arguments):
        raise ProtocolError("badArgument", "An argument is given twice.")
    verb = given.pop("verb")
    needed, allowed = ARGUMENTS[verb]
    if set(given) == {"resumptionToken"} and "resumptionToken" in allowed:
        return verb, given
    if "resumptionToken" in given:
        raise ProtocolError("badArgument", "resumptionToken stands alone.")
    if unknown := set(given) - set(needed) - set(allowed):
        raise ProtocolError("badArgument", "Unknown here: " + ", ".join(sorted(unknown)))
    if missing := set(needed) - set(given):
        raise ProtocolError("badArgument", "Missing: " + ", ".join(sorted(missing)))
    if wrong := [n for n, value in given.items() if not SYNTAX[n].fullmatch(value)]:
        raise ProtocolError("badArgument", "Not written as expected: " + ", ".join(sorted(wrong)))
    for name in ("from", "until"):
        _moment(given.get(name, ""))
    return verb, given


def _identify(_given: Mapping[str, str], address: str) -> Element:
    found = Element(f"{{{OAI}}}Identify")
    mailbox = settings.DEFAULT_FROM_EMAIL
    host = address.partition("://")[2].partition(":")[0].partition("/")[0]
    fallback = f"operator@{host}" if "." in host else "operator@example.org"
    first = first_moment(viewer=ANYONE) or dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for name, text in (
        ("repositoryName", settings.CONCORD_NAME),
        ("baseURL", f"{address}/oai/"),
        ("protocolVersion", "2.0"),
        ("adminEmail", mailbox if MAILBOX.fullmatch(mailbox) else fallback),
        ("earliestDatestamp", _stamp(first)),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _put(found, name, text)
    return found


def _list_formats(given: Mapping[str, str], address: str) -> Element:
    if "identifier" in given:
        _entry(given["identifier"])
    found = Element(f"{{{OAI}}}ListMetadataFormats")
    for prefix, form in FORMATS.items():
        one = _put(found, "metadataFormat")
        _put(one, "metadataPrefix", prefix)
        _put(one, "schema", form.schema.format(address=address))
        _put(one, "metadataNamespace", form.namespace)
    return found


def _list_sets(given: Mapping[str, str], _address: str) -> Element:
    if "resumptionToken" in given:
        raise ProtocolError("badResumptionToken", "The sets are given in one answer.")
    found = Element(f"{{{OAI}}}ListSets")
    for kind, content in all_kinds().items():
        one = _put(found, "set")
        _put(one, "setSpec", kind)
        _put(one, "setName", str(content.label))
    return found


def _get_record(given: Mapping[str, str], address: str) -> Element:
    form = _format(given["metadataPrefix"])
    found = Element(f"{{{OAI}}}GetRecord")
    _records(found, [_entry(given["identifier"])], form, address)
    return found


def _entry(identifier: str) -> Entry:
    try:
        is_ours = identifier.startswith("urn:uuid:")
        entry = entry_get(viewer=ANYONE, record_id=UUID(identifier)) if is_ours else None
    except ValueError:
        entry = None
    if entry is None:
        raise ProtocolError("idDoesNotExist", "There is no such record.")
    return entry


def _format(prefix: str) -> Format:
    if prefix not in FORMATS:
        raise ProtocolError("cannotDisseminateFormat", "There are: " + ", ".join(FORMATS))
    return FORMATS[prefix]


def _list_records(given: Mapping[str, str], address: str) -> Element:
    found = Element(f"{{{OAI}}}ListRecords")
    asked, entries, more = _page(given)
    _records(found, entries, _format(asked.prefix), address)
    return _with_token(found, asked, entries, more=more)


def _list_identifiers(given: Mapping[str, str], _address: str) -> Element:
    found = Element(f"{{{OAI}}}ListIdentifiers")
    asked, entries, more = _page(given)
    for entry in entries:
        _header(found, entry)
    return _with_token(found, asked, entries, more=more)


def _with_token(found: Element, asked: Asked, entries: Sequence[Entry], *, more: bool) -> Element:
    if more:
        _put(found, "resumptionToken", asked.token(entries[-1]))
    elif asked.after is not None:
        _put(found, "resumptionToken")
    return found


def _page(given: Mapping[str, str]) -> tuple[Asked, list[Entry], bool]:
    """The entries of a page; raises ``ProtocolError``."""
    if token := given.get("resumptionToken"):
        asked = Asked.of_token(token)
    else:
        asked = Asked(
            given["metadataPrefix"], given.get("set", ""), given.get("from", ""),
            given.get("until", ""),
        )  # fmt: skip
    _format(asked.prefix)
    since, until = _moment(asked.since), _moment(asked.until, is_end=True)
    if since and until and (since > until or len(asked.since) != len(asked.until)):
        raise ProtocolError("badArgument", "from and until do not fit together.")
    kinds = [asked.kind] if asked.kind else list(all_kinds())
    entries, more = entry_list(span=Span(kinds, since, until), after=asked.after, count=PAGE)
    if not entries:
        raise ProtocolError("noRecordsMatch", "Nothing fits.")
    return asked, entries, more


def _moment(text: str, *, is_end: bool = False) -> dt.datetime | None:
    """The first, or the last, moment that a text means."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        expected = "A day or a moment such as 2026-01-31T12:00:00Z is expected."
        raise ProtocolError("badArgument", expected) from None
    moment = moment.replace(tzinfo=dt.UTC)
    if not is_end:
        return moment
    if len(text) == len("2026-01-31"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.replace(microsecond=999_999)


def _records(parent: Element, entries: Sequence[Entry], form: Format, address: str) -> None:
    views = [entry.view for entry in entries if entry.view]
    parties = Parties(ANYONE, "en", party_ids(views))
    for entry in entries:
        record = _put(parent, "record")
        _header(record, entry)
        if entry.view:
            made = form.make(entry.view, parties, address, settings.CONCORD_LICENCE)
            made.set(
                f"{{{XSI}}}schemaLocation",
                f"{form.namespace} {form.schema.format(address=address)}",
            )
            _put(record, "metadata").append(made)


def _header(parent: Element, entry: Entry) -> None:
    header = _put(parent, "header")
    if entry.view is None:
        header.set("status", "deleted")
    _put(header, "identifier", entry.id.urn)
    _put(header, "datestamp", _stamp(entry.at))
    _put(header, "setSpec", entry.kind)


_LISTED: Final = (("metadataPrefix",), ("from", "until", "set", "resumptionToken"))
ARGUMENTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "Identify": ((), ()),
    "ListMetadataFormats": ((), ("identifier",)),
    "ListSets": ((), ("resumptionToken",)),
    "GetRecord": (("identifier", "metadataPrefix"), ()),
    "ListIdentifiers": _LISTED,
    "ListRecords": _LISTED,
}
"""The arguments that a verb needs, and those that it takes."""
VERBS: Final[Mapping[str, Callable[[Mapping[str, str], str], Any]]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
