"""E-learning packages read for what they say of themselves: SCORM 1.2 and 2004, cmi5 and H5P.

They are made of web pages with scripts, which nothing here ever runs: they are kept, searched and
given out as files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from concord.library.archive import Archive, broken
from concord.library.errors import FileRefusedError
from concord.library.office import parsed
from concord.library.webpages import page_words

SCORM: Final = "imsmanifest.xml"
CMI5: Final = "cmi5.xml"
H5P: Final = "h5p.json"
MOST_ITEMS: Final = 200
LONGEST: Final = 300
"""Letters of a title that are kept."""
MOST_PAGE_BYTES: Final = 2_000_000
"""Bytes of a page that is searched for words; longer ones hold pictures or data."""
MOST_JSON_BYTES: Final = 20_000_000
_NATIVE: Final = re.compile(
    r"\.(exe|dll|so|dylib|bat|cmd|ps1|vbs|vbe|wsf|scr|com|msi|jar|apk|app|sh|hta|lnk|reg)$",
    re.IGNORECASE,
)
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_PAGE: Final = re.compile(r"\.(html?|xhtml)$", re.IGNORECASE)
_DIMENSIONS: Final = re.compile(r"^(CAM )?1\.3$")


@dataclass(frozen=True, slots=True)
class Package:
    """What a package says of itself, and the words of its pages."""

    about: Mapping[str, Any]
    """``standard``, ``title``, and where it says them ``language``, ``licence``, ``items``."""
    text: str


def read_package(archive: Archive, most_letters: int) -> Package:
    """A package of a standard that is known; raises ``FileRefusedError`` for any other zip."""
    for name in archive.names:
        if _NATIVE.search(name) or archive.begins(name).startswith(_PROGRAMS):
            message = _("The package holds a program, “%(part)s”. Take it out and send it again.")
            raise FileRefusedError(message % {"part": name[:100]})
    if archive.find(CMI5):
        return _cmi5(archive, most_letters)
    if archive.find(SCORM):
        return _scorm(archive, most_letters)
    if archive.find(H5P):
        return _h5p(archive, most_letters)
    raise FileRefusedError(
        _(
            "This zip is no e-learning package: neither SCORM, cmi5 nor H5P. Its manifest must "
            "stand at its top. Send other files each by itself."
        )
    )


def _scorm(archive: Archive, most_letters: int) -> Package:
    root = parsed(archive, SCORM)
    version = _first(root, "schemaversion")
    if version == "1.2":
        standard = "SCORM 1.2"
    elif version.startswith("2004") or _DIMENSIONS.match(version):
        standard = f"SCORM {version}" if version.startswith("2004") else "SCORM 2004"
    else:
        standard = "IMS Content Packaging"
    organisations = _named(root, "organization")
    titles = [_first(one, "title") for one in organisations]
    items = [_first(one, "title") for one in _named(root, "item")]
    about = _about(
        standard, next(filter(None, titles), "") or _first(root, "langstring"),
        items, language=_first(root, "language"),
    )  # fmt: skip
    return Package(about, _text(archive, about, most_letters))


def _cmi5(archive: Archive, most_letters: int) -> Package:
    root = parsed(archive, CMI5)
    courses = _named(root, "course")
    strings = _named(courses[0], "langstring") if courses else []
    items = [_first(one, "langstring") for one in (*_named(root, "block"), *_named(root, "au"))]
    language = strings[0].get("lang", "") if strings else ""
    about = _about("cmi5", _said(strings[0]) if strings else "", items, language=language)
    return Package(about, _text(archive, about, most_letters))


def _h5p(archive: Archive, most_letters: int) -> Package:
    said = _json(archive, H5P)
    if not isinstance(said, dict) or not isinstance(said.get("title"), str):
        raise broken()
    licence = " ".join(str(said.get(name, "")) for name in ("license", "licenseVersion")).strip()
    main = str(said.get("mainLibrary", ""))
    about = _about(
        "H5P", said["title"], [main] if main else [],
        language=str(said.get("language", said.get("defaultLanguage", ""))), licence=licence,
    )  # fmt: skip
    content = _json(archive, "content/content.json") if archive.find("content/content.json") else {}
    words = (page_words(text)[0] for text in _strings(content) if " " in text or "<" in text)
    return Package(about, "\n".join([about["title"], *words])[:most_letters])


def _about(standard: str, title: str, items: list[str], **more: str) -> dict[str, Any]:
    """What is kept of what a package says; blank where it says nothing."""
    named = [item[:LONGEST] for item in items if item][:MOST_ITEMS]
    found: dict[str, Any] = {"standard": standard[:60], "title": title[:LONGEST]}
    found |= {name: text[:60] for name, text in more.items() if text}
    return found | ({"items": named} if named else {})


def _text(archive: Archive, about: Mapping[str, Any], most_letters: int) -> str:
    """Titles, and the words of the pages of a package."""
    texts = [about["title"], *about.get("items", ())]
    left = most_letters
    for name in archive.names:
        if left > 0 and _PAGE.search(name) and archive.size(name) <= MOST_PAGE_BYTES:
            words, _runs = page_words(archive.read(name).decode("utf-8", errors="replace"))
            texts.append(words[:left])
            left -= len(words)
    return "\n".join(texts)[:most_letters]


def _json(archive: Archive, name: str) -> Any:
    data = archive.read(name)
    if len(data) > MOST_JSON_BYTES:
        raise broken()
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise broken() from error


def _strings(value: Any) -> Iterator[str]:
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            left.extend(reversed(part.values()))
        elif isinstance(part, list):
            left.extend(reversed(part))


def _named(root: Element, name: str) -> list[Element]:
    """Every element of that name below, in order, whatever its namespace."""
    return [one for one in root.iter() if one.tag.rpartition("}")[2] == name]


def _first(root: Element, name: str) -> str:
    """What the first such element says; empty where there is none."""
    return next((said for one in _named(root, name) if (said := _said(one))), "")


def _said(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
