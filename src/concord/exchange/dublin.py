"""Records in the formats of the OAI interface: Dublin Core, and all that they say as XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement

from concord.record.selectors import RecordView
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.reading import dated, title_of
from concord.register.words import PROVIDER_PARTS

OAI_DC: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC: Final = "http://purl.org/dc/elements/1.1/"
CONCORD: Final = "urn:concord:record"
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
TYPES: Final = {"course": "Course", "activity": "Event", "source": "Text"}
NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Line = tuple[str, str, str]
"""The name of an element, its text and the language of the text."""


def xml_text(text: str) -> str:
    """The text without what no XML document may hold."""
    return NOT_IN_XML.sub("", text)


def as_dublin_core(record: RecordView, parties: Parties, address: str, licence: str) -> Element:
    """A record in simple Dublin Core."""
    root = Element(f"{{{OAI_DC}}}dc")
    for name, text, tag in _lines(record, parties, address):
        if text := xml_text(text).strip():
            SubElement(root, f"{{{DC}}}{name}", {LANG: tag} if tag else {}).text = text
    SubElement(root, f"{{{DC}}}rights").text = licence
    return root


def _lines(record: RecordView, parties: Parties, address: str) -> Iterator[Line]:
    content = record.content
    yield from _titles(record, parties.language)
    for name in ("objectives", "note"):
        for tag, words in (content.get(name) or {"text": {}})["text"].items():
            yield "description", words, tag
    for code in content.get("topics", ()):
        yield "subject", vocabulary.topics().label(code, "en"), "en"
    for key in content.get("providers", ()):
        yield "publisher", parties.record(key).label, ""
    for part in content.get("parties", ()):
        if part.get("part") in PROVIDER_PARTS:
            yield "publisher", parties.name(part["party"]).label, ""
    if publisher := content.get("publisher"):
        yield "publisher", publisher, ""
    if when := dated(content) or content.get("published"):
        yield "date", when, ""
    yield "type", TYPES.get(record.kind, "Dataset"), ""
    yield "type", record.kind, ""
    for tag in content.get("languages", ()):
        yield "language", tag, ""
    yield "identifier", f"{address}/records/{record.id}/", ""
    yield "identifier", record.id.urn, ""


def _titles(record: RecordView, language: str) -> Iterator[Line]:
    content = record.content
    found = False
    for name in content.get("names", ()):
        found = True
        yield "title", name["name"], name["language"]
    text = content.get("titles") or content.get("text") or {"text": {}}
    for tag, words in text["text"].items():
        found = True
        yield "title", words, tag
    if not found:
        yield "title", title_of(record, language), ""


def as_xml(record: RecordView, _parties: Parties, _address: str, licence: str) -> Element:
    """All that a record says, with an element for each field of the data dictionary."""
    root = Element(
        f"{{{CONCORD}}}record",
        {
            "id": str(record.id),
            "kind": record.kind,
            "owner": str(record.owner),
            "revision": str(record.revision_number),
            "withheld": " ".join(record.withheld),
            "rights": licence,
        },
    )
    _put(root, record.content)
    return root


def _put(parent: Element, content: Mapping[str, Any]) -> None:
    """An element for each field: each item of a list, each language of a text has its own."""
    for name, value in content.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and "original" in item:
                for tag, words in item["text"].items():
                    _one(parent, name, words).set(LANG, tag)
            elif isinstance(item, dict):
                _put(_one(parent, name), item)
            else:
                _one(parent, name, str(item).lower() if isinstance(item, bool) else str(item))


def _one(parent: Element, name: str, text: str = "") -> Element:
    element = SubElement(parent, f"{{{CONCORD}}}{name}")
    element.text = xml_text(text) or None
    return element


SCHEMA: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{CONCORD}"
  elementFormDefault="qualified">
  <xs:element name="record">
    <xs:complexType>
      <xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/></xs:sequence>
      <xs:attribute name="id" type="xs:string" use="required"/>
      <xs:attribute name="kind" type="xs:string" use="required"/>
      <xs:attribute name="owner" type="xs:string" use="required"/>
      <xs:attribute name="revision" type="xs:positiveInteger" use="required"/>
      <xs:attribute name="withheld" type="xs:string"/>
      <xs:attribute name="rights" type="xs:string"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""
