"""schema.org and Bioschemas: courses, their runs, events and materials.

Read from JSON-LD, alone or in the script blocks of a page, and from the microdata of a page.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, Final
from urllib.parse import urlsplit

import lxml.html  # type: ignore[import-untyped]
from django.utils.translation import gettext as _
from extruct.w3cmicrodata import MicrodataExtractor  # type: ignore[import-untyped]
from pyld import jsonld  # type: ignore[import-untyped]
from w3lib.encoding import html_to_unicode

from concord.exchange.feeds.item import (
    MOST_ITEMS,
    FeedFault,
    FeedItem,
    FeedRead,
    Kind,
    Status,
    UnreadableFeedError,
    UnreadableItemError,
    Window,
    refuse_beyond,
)
from concord.exchange.feeds.naming import Known, organisation_of
from concord.exchange.feeds.values import (
    UNKNOWN_LANGUAGE,
    Period,
    Whereabouts,
    clean_line,
    clean_text,
    country_code,
    language_tag,
    language_tags,
    languages_unread,
    named_zone,
    read_hour,
    storable,
    web_address,
    whereabouts,
    written_period,
)

Node = dict[str, Any]
"""A subject of expanded JSON-LD whose terms are without their namespace."""

CONTEXT: Final = "https://schema.org"
_VOCABULARY: Final = "http://schema.org/"
_TERM: Final = re.compile(r"https?://(?:www\.)?(?:schema|bioschemas)\.org/(?:[\w.-]+/)*([\w-]+)/?")
_HOSTS: Final = {"schema.org", "www.schema.org"}

_KINDS: Final[Mapping[str, Kind]] = {
    "Course": "course",
    "CourseInstance": "activity",
    "EducationEvent": "activity",
    "Event": "activity",
    "LearningResource": "material",
}
"""Types that are read, the one that decides first."""

_STATUSES: Final[Mapping[str, Status]] = {
    "EventCancelled": "cancelled",
    "EventPostponed": "tentative",
    "EventScheduled": "confirmed",
    "EventRescheduled": "confirmed",
    "EventMovedOnline": "confirmed",
}
_ONLINE_MODES: Final = {"online", "distance", "distance learning", "e-learning", "virtual"}

_PERSONAL: Final = {
    *("actor", "attendee", "composer", "contactPoint", "contributor", "copyrightHolder"),
    *("director", "editor", "email", "employee", "founder", "member"),
    *("performers", "attendees", "telephone", "translator", "accountablePerson"),
    *("maintainer", "faxNumber", "alumni", "review", "reviews", "comment"),
}
"""Terms that name persons, or that may."""
_ORGANISING: Final = ("organizer", "provider")
_TEACHING: Final = ("instructor", "performer")
_WRITING: Final = ("author", "creator")
_NAMING: Final = {*_ORGANISING, *_TEACHING, *_WRITING, "publisher", "sponsor", "funder"}
"""Terms that name persons or organisations: of these the organisations' names alone are read."""
_OF_PERSONS: Final = ("affiliation", "worksFor", "memberOf")
_ORGANISATION: Final = re.compile(
    r"\w*Organization|Corporation|Consortium|NGO|CollegeOrUniversity|\w*School|Project"
)
"""Types of organisations."""
_OTHERS: Final = {
    "hasCourseInstance",
    "subEvent",
    "superEvent",
    "isPartOf",
    "hasPart",
    "workExample",
}
"""Terms that lead to items of their own, which an item's own text leaves out."""
_KNOWN_BY: Final = ("@id", "url", "identifier", "name")
"""What a course is known by where it stands beside its run."""

_BESIDE: Final = (
    *(*_KNOWN_BY, "inLanguage", "keywords", "about", "audience", "educationalLevel"),
    *("organizer", "provider", "instructor", "author", "creator"),
)
"""What a run takes over from its course."""

_DEEPEST: Final = 3
_MOST_EMBEDDED: Final = 2_000
"""Values in the text of one item, however they lead to each other."""
_LONGEST_RAW: Final = 64_000
_LONGEST_RAWS: Final = 50_000_000
_MOST_MICRODATA: Final = 5_000
"""Properties of microdata that a page may have: taking them apart costs their square."""


def read(data: bytes, base_url: str, window: Window, known: Known) -> FeedRead:  # noqa: ARG001
    """Every course, run, event and material that the document or page describes."""
    reader = _Reader(base_url, known)
    for where, document, language in _documents(data, base_url, reader.faults):
        reader.take(where, document, language)
    return reader.done()


def _documents(
    data: bytes, base_url: str, faults: list[FeedFault]
) -> Iterator[tuple[str, Any, str]]:
    """Each JSON-LD document with where it stands and the language of the page around it."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"{", b"["):
        yield "JSON-LD", _loaded(head.decode("utf-8")), UNKNOWN_LANGUAGE
        return
    if b"<" not in data:
        raise UnreadableFeedError(_("This is neither JSON-LD nor a page of HTML."))
    text = html_to_unicode(None, data, default_encoding="utf-8")[1]
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    page = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    language = language_tag(page.get("lang") or "") or UNKNOWN_LANGUAGE
    for number, script in enumerate(page.iter("script"), start=1):
        if (script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            where = _("JSON-LD in script %(number)s of the page") % {"number": number}
            try:
                yield where, _loaded(script.text or ""), language
            except (ValueError, RecursionError):
                faults.append(FeedFault(where, _("this is not JSON")))
    where = _("microdata of the page")
    try:
        yield where, _microdata(page, base_url), language
    except UnreadableItemError as error:
        faults.append(FeedFault(where, str(error)))


def _loaded(text: str) -> Any:
    return json.loads(text, strict=False)  # line breaks within strings are common in pages


def _microdata(page: Any, base_url: str) -> list[Any]:
    """The microdata of a page as JSON-LD."""
    count = int(page.xpath("count(//@itemscope) + count(//@itemprop)"))
    if count > _MOST_MICRODATA:
        raise UnreadableItemError(
            _("there are more than %(most)s properties") % {"most": _MOST_MICRODATA}
        )
    items = MicrodataExtractor().extract_items(page, base_url or None) if count else []
    return [{"@context": CONTEXT, **_from_microdata(item)} for item in items if "type" in item]


def _from_microdata(item: Any) -> Any:
    if isinstance(item, list):
        return [_from_microdata(each) for each in item]
    if not isinstance(item, dict):
        return item
    if "properties" not in item:
        return item.get("value") or ""
    node = {
        name: _from_microdata(value)
        for name, value in item["properties"].items()
        if not name.startswith("@")
    }
    for name, term in (("type", "@type"), ("id", "@id")):
        if name in item:
            node[term] = item[name]
    return node


@lru_cache
def _context() -> Any:
    file = resources.files("concord.exchange.feeds") / "schemaorg_context.json"
    return json.loads(file.read_text(encoding="utf-8"))


class _Loader:
    """Gives our own context for schema.org's and refuses all others: nothing is fetched."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def __call__(self, url: str, options: object) -> dict[str, Any]:  # noqa: ARG002
        if urlsplit(url).hostname not in _HOSTS:
            self.refused.append(clean_line(url, 200))
            raise ValueError(url)
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": _context(),
        }


@dataclass(frozen=True, slots=True)
class _Found:
    """A node that is read, with the graph it stands in and, of a run, its course."""

    node: Node
    kind: Kind
    graph: Mapping[str, Node]
    known: Known
    course: Node | None = None


class _Reader:
    """Reads the documents of one feed and collects items and faults."""

    def __init__(self, base_url: str, known: Known) -> None:
        self.base_url, self.known = base_url, known
        self.faults: list[FeedFault] = []
        self.found: list[_Found] = []

    def take(self, where: str, document: Any, language: str, depth: int = 0) -> None:
        """Take in a document; if it cannot be read as a whole, each part of it on its own."""
        try:
            graph = self._graph(document, language)
        except UnreadableItemError as error:
            parts = list(_parts(document)) if depth < 2 else []
            if not parts:
                self.faults.append(FeedFault(where, str(error)))
            for number, part in enumerate(parts, start=1):
                place = _("%(where)s, part %(number)s") % {"where": where, "number": number}
                self.take(place, part, language, depth + 1)
            return
        courses = {
            run["@id"]: node
            for node in graph.values()
            for run in _nodes(node, "hasCourseInstance", graph)
        }
        for key, node in graph.items():
            kind = next((kind for name, kind in _KINDS.items() if name in _types(node)), None)
            if kind is not None:
                course = courses.get(key)
                self.found.append(_Found(node, kind, graph, self.known, course))

    def _graph(self, document: Any, language: str) -> dict[str, Node]:
        """The nodes of the document by their id, those that stand in several places as one."""
        loader = _Loader()
        try:
            found = jsonld.expand(document, {"base": self.base_url, "documentLoader": loader})
            return _Graph(found, language).nodes
        except (jsonld.JsonLdError, *_REFUSALS) as error:
            if loader.refused:
                message = _("the context “%(url)s” is not known here, and none is fetched")
                raise UnreadableItemError(message % {"url": loader.refused[0]}) from error
            raise UnreadableItemError(_("this is not JSON-LD that can be read")) from error

    def done(self) -> FeedRead:
        bases = Counter((found.kind, _key(found)) for found in self.found)
        items: dict[tuple[str, str], FeedItem] = {}
        size = 0
        for number, found in enumerate(self.found, start=1):
            try:
                refuse_beyond(number if size < _LONGEST_RAWS else MOST_ITEMS + 1)
                item = _item(found, is_shared=bases[found.kind, _key(found)] > 1)
                size += len(item.raw)
                known = items.setdefault((item.kind, item.key), item)
                if replace(known, raw="") != replace(item, raw=""):
                    self.faults.append(FeedFault(item.key, _("another item has the same key")))
            except UnreadableItemError as error:
                where = _key(found) or _("item %(number)s") % {"number": number}
                self.faults.append(FeedFault(where, str(error)))
        return FeedRead(tuple(items.values()), tuple(self.faults))


_REFUSALS: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What PyLD raises beside its own error at documents that are no JSON-LD."""


def _parts(document: Any) -> Iterator[Any]:
    """What a document holds side by side, each with the context of the whole."""
    if isinstance(document, list):
        yield from document
    elif isinstance(document, dict) and isinstance(document.get("@graph"), list):
        for node in document["@graph"]:
            yield {"@context": document.get("@context", CONTEXT), "@included": [node]}


class _Graph:
    """The nodes of expanded JSON-LD by their id, in their order; each leads to others by id.

    As PyLD's own flattening makes them, but for values that are said twice, which stay: comparing
    each value of a term with all others takes minutes where somebody writes a hundred thousand.
    """

    def __init__(self, expanded: list[Any], language: str) -> None:
        self.language = language
        self.nodes: dict[str, Node] = {}
        for node in expanded:
            self._place(node)

    def _place(self, node: Node) -> Node:
        """Take in a node and those within it; give what leads to it."""
        key = str(node.get("@id") or f"_:concord{len(self.nodes)}")
        kept = self.nodes.setdefault(key, {"@id": key})
        for name, value in node.items():
            if name == "@type":
                kept[name] = list(dict.fromkeys([*kept.get(name, ()), *value]))
            elif name in ("@graph", "@included"):
                for inner in value:
                    self._value(inner)
            elif name == "@reverse":
                for term, sources in value.items():
                    for source in sources:
                        self._place({**source, term: [*source.get(term, ()), {"@id": key}]})
            elif not name.startswith("@"):
                match = _TERM.fullmatch(name)
                values = kept.setdefault(match[1] if match else name, [])
                values += [found for each in value for found in self._value(each)]
        return {"@id": key}

    def _value(self, value: Any) -> list[Node]:
        """A value as it stands, a text in the language of the page around it, or a list's own."""
        if "@list" in value or "@set" in value:
            inner = value.get("@list", value.get("@set"))
            return [found for each in inner for found in self._value(each)]
        if "@value" not in value:
            return [self._place(value)]
        is_told = self.language == UNKNOWN_LANGUAGE or value.keys() != {"@value"}
        if is_told or not isinstance(value["@value"], str):
            return [value]
        return [{**value, "@language": self.language}]


def _types(node: Node) -> list[str]:
    names = (_TERM.fullmatch(name) for name in node.get("@type", ()))
    return [match[1] for match in names if match]


def _values(node: Node, term: str) -> list[Node]:
    values: list[Node] = node.get(term, [])
    return values


def _nodes(node: Node, term: str, graph: Mapping[str, Node]) -> list[Node]:
    """The nodes that a term leads to; one that the document does not describe has its id alone."""
    ids = (value["@id"] for value in _values(node, term) if "@id" in value)
    return [graph.get(each, {"@id": each}) for each in ids]


def _strings(node: Node, *terms: str) -> list[str]:
    """The texts and addresses that stand at these terms."""
    return [
        str(value.get("@value", value.get("@id", "")))
        for term in terms
        for value in _values(node, term)
    ]


def _one(node: Node, *terms: str) -> str:
    return next((text.strip() for text in _strings(node, *terms) if text.strip()), "")


def _texts(node: Node, term: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for value in _values(node, term):
        text = clean_text(str(value.get("@value", "")))
        tag = language_tag(str(value.get("@language", ""))) or UNKNOWN_LANGUAGE
        if text:
            texts.setdefault(tag, text)
    return texts


def _is_blank(key: str) -> bool:
    return not key or key.startswith("_:")


def _identity(node: Node) -> str:
    """What a node says it is known by: its id, its address or its identifier."""
    key = str(node.get("@id", ""))
    found = _one(node, "url", "identifier") if _is_blank(key) else key
    return "" if _is_blank(found) else clean_line(found, 2_000)


def _name(node: Node) -> str:
    return _identity(node) or clean_line(_one(node, "name"))


def _key(found: _Found) -> str:
    """The key before a day is put to it; a run without one of its own has its course's."""
    if found.course is None:
        return _name(found.node)
    own, course = _identity(found.node), _name(found.course)
    is_own = own and own not in (course, _one(found.course, "url"))
    return own if is_own else course or _name(found.node)


def _item(found: _Found, *, is_shared: bool) -> FeedItem:
    node, course = found.node, found.course
    titles = _texts(node, "name")
    if not titles and course is not None:
        titles = _texts(course, "name")
    if not titles:
        raise UnreadableItemError(_("it has no title"))
    when = _period(found) if found.kind == "activity" else Period()
    key = _key(found)
    course_key = _name(course) if course is not None else None
    if when.when and (is_shared or key != _identity(node)):
        # a name, or a course, says which only together with the day
        key = f"{key}#{when.when}"
    at = _whereabouts(found)
    statuses = [match[1] for s in _strings(node, "eventStatus") if (match := _TERM.fullmatch(s))]
    words = (
        part
        for source in (node, course or {})
        for text in (
            *_named(source, found.graph, "keywords", "about", "educationalLevel"),
            *_named_of(source, found.graph, "audience", "educationalRole", "audienceType"),
        )
        for part in re.split(r"[,;、；]", text)
    )
    spoken = _named(node, found.graph, "inLanguage") or _named(
        course or {}, found.graph, "inLanguage"
    )
    organisers = _organisations(found, *_ORGANISING)[0]
    unnamed = _organisations(found, *_ORGANISING, *_TEACHING, *_WRITING)[1]
    return FeedItem(
        key=key,
        kind=found.kind,
        titles=titles,
        summary=_texts(node, "description"),
        when=when.when,
        start=when.start,
        end=when.end,
        is_online=at.is_online or "EventMovedOnline" in statuses,
        place=at.place,
        country=at.country,
        country_word=at.country_word,
        town_word=at.town_word,
        languages=language_tags(spoken),
        language_words=languages_unread(spoken),
        organisers=organisers or _organisations(found, *_WRITING)[0],
        lecturers=_organisations(found, *_TEACHING)[0],
        unnamed=unnamed,
        url=web_address(_one(node, "url")) or web_address(str(node.get("@id", ""))),
        status=next((_STATUSES[status] for status in statuses if status in _STATUSES), None),
        course_key=course_key or None,
        keywords=_distinct(clean_line(word) for word in words),
        modified=read_hour(_one(node, "dateModified")),
        raw=_raw(found),
    )


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _named(node: Node, graph: Mapping[str, Node], *terms: str) -> list[str]:
    """The texts at these terms, and the names of the nodes that stand there."""
    texts = []
    for term in terms:
        for value in _values(node, term):
            inner = graph.get(str(value.get("@id", "")), {})
            if "Person" in _types(inner):
                continue
            alternate = _one(inner, "alternateName") if "Language" in _types(inner) else ""
            texts.append(alternate or _one(inner, "name") or str(value.get("@value", "")))
    return [text for text in texts if text]


def _named_of(node: Node, graph: Mapping[str, Node], term: str, *inner: str) -> Iterator[str]:
    """What the nodes at a term say at terms of their own."""
    for each in _nodes(node, term, graph):
        yield from _named(each, graph, *inner)


def _period(found: _Found) -> Period:
    """When it is: by its own dates, else by those of its schedule."""
    schedules = [
        schedule
        for term in ("courseSchedule", "eventSchedule")
        for schedule in _nodes(found.node, term, found.graph)
    ]
    for node in (found.node, *schedules):
        start = _one(node, "startDate")
        if start:
            zone = named_zone(_one(node, "scheduleTimezone") or "")
            return written_period(start, _one(node, "endDate"), zone)
    return Period()


def _whereabouts(found: _Found) -> Whereabouts:
    """Where it is; what says that it is online counts, but for one that is held both ways."""
    node = found.node
    modes = {clean_line(text).casefold() for text in _strings(node, "courseMode")}
    attendance = {
        match[1] for s in _strings(node, "eventAttendanceMode") if (match := _TERM.fullmatch(s))
    }
    is_online = bool(modes & _ONLINE_MODES) or "OnlineEventAttendanceMode" in attendance
    is_mixed = "MixedEventAttendanceMode" in attendance or bool(modes & {"blended", "onsite"})
    places = [_one_place(value, found.graph) for value in _values(node, "location")]
    is_online |= any(at.is_online for at in places)
    place = next((at.place for at in places if at.place), None)
    country = next((at.country for at in places if at.country), None)
    asked = next((at for at in places if at.country_word and not country), Whereabouts())
    return Whereabouts(
        place, country, is_online and not is_mixed, asked.country_word, asked.town_word
    )


def _one_place(value: Node, graph: Mapping[str, Node]) -> Whereabouts:
    if "@value" in value:
        return whereabouts(str(value["@value"]))
    place = graph.get(str(value.get("@id", "")), {})
    if "VirtualLocation" in _types(place):
        return Whereabouts(is_online=True)
    for address in (*_nodes(place, "address", graph), place):
        town = clean_line(_one(address, "addressLocality"))
        names = [*_named(address, graph, "addressCountry"), _one(address, "addressCountry")]
        country = next(filter(None, map(country_code, names)), None)
        word = next((word for name in names if (word := clean_line(name, 100))), None)
        if town or country or word:
            return Whereabouts(town or None, country, country_word=None if country else word)
    written = [str(each["@value"]) for each in _values(place, "address") if "@value" in each]
    return whereabouts(written[0]) if written else Whereabouts()


def _organisations(found: _Found, *terms: str) -> tuple[tuple[str, ...], int]:
    """The organisations at these terms of an item, else of its course; and how many other names
    stand there, which are persons' or may be."""
    names: list[str] = []
    for node in (found.node, found.course or {}):
        for term in terms:
            for value in _values(node, term):
                names += _organisations_at(value, found.graph, found.known)
        if any(names):
            break
    return _distinct(names), names.count("")


def _organisations_at(value: Node, graph: Mapping[str, Node], known: Known) -> list[str]:
    """The names of organisations at a value; an empty one for a name that may be a person's.

    Of a person the organisations are told that they belong to.
    """
    node = graph.get(str(value.get("@id", "")), {})
    if "Person" in _types(node):
        inner = (each for term in _OF_PERSONS for each in _values(node, term))
        at = (_organisation(each, graph, known) for each in inner)
        return ["", *filter(None, at)]
    if not _one(node, "name") and "@value" not in value:
        return []
    return [_organisation(value, graph, known)]


def _organisation(value: Node, graph: Mapping[str, Node], known: Known) -> str:
    node = graph.get(str(value.get("@id", "")), {})
    is_said = any(map(_ORGANISATION.fullmatch, _types(node)))
    name = _one(node, "name") or str(value.get("@value", ""))
    return "" if "Person" in _types(node) else organisation_of(name, known, is_said=is_said)


def _raw(found: _Found) -> str:
    """The item as a document of its own, with the nodes it leads to and the name of its course."""
    embedding = _Embedding(found.graph, found.known)
    own = embedding.node({k: v for k, v in found.node.items() if k not in _OTHERS})
    if found.course is not None:
        beside: Node = {name: found.course[name] for name in _BESIDE if name in found.course}
        own["@reverse"] = {"hasCourseInstance": [embedding.node(beside)]}
    raw = json.dumps({"@context": {"@vocab": _VOCABULARY}, **own}, ensure_ascii=False)
    if len(raw) > _LONGEST_RAW:
        raise UnreadableItemError(_("it is too long"))
    return storable(raw)


class _Embedding:
    """Writes a node with those that its terms lead to in their places, without persons.

    Each is written at most three steps deep and never within itself, and only so many in all:
    a few nodes that all lead to each other could otherwise fill any memory.
    """

    def __init__(self, graph: Mapping[str, Node], known: Known) -> None:
        self.graph, self.known = graph, known
        self.left = _MOST_EMBEDDED
        self.path: list[str] = []

    def node(self, node: Node) -> Node:
        kept: Node = {}
        if not _is_blank(str(node.get("@id", ""))):
            kept["@id"] = node["@id"]
        if "@type" in node:
            kept["@type"] = node["@type"]
        for term in node.keys() - _PERSONAL - {"@id", "@type"}:
            if term in _NAMING:
                kept[term] = self.named(_values(node, term))
                continue
            values = [self.value(value) for value in _values(node, term)]
            kept[term] = [value for value in values if value]
        return {term: kept[term] for term in sorted(kept) if kept[term]}

    def named(self, values: list[Node]) -> list[Node]:
        """The organisations that values name, and of each nothing but the name."""
        self.left -= len(values)
        names = [
            name
            for value in values
            for name in _organisations_at(value, self.graph, self.known)
            if name
        ]
        types = [f"{_VOCABULARY}Organization"]
        return [{"@type": types, "name": [{"@value": name}]} for name in _distinct(names)]

    def value(self, value: Node) -> Node:
        self.left -= 1
        if self.left < 0:
            raise UnreadableItemError(_("it is too long"))
        key = str(value.get("@id", ""))
        inner = self.graph.get(key)
        if inner is None:
            return {} if "@id" in value and _is_blank(key) else value
        if "Person" in _types(inner):
            return {}
        if key in self.path or len(self.path) >= _DEEPEST:
            return {} if _is_blank(key) else {"@id": key}
        self.path.append(key)
        found = self.node(inner)
        self.path.pop()
        return found
