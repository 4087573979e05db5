"""Word processing, slides and spreadsheets, of both families: what they hold and their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import (
    Element,
    ParseError,
)

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from django.utils.translation import gettext as _

from concord.library.archive import Archive, broken
from concord.library.errors import FileRefusedError

MOST_XML_BYTES: Final = 50_000_000
"""Bytes of a part that is read as a tree, which takes some ten times as many in memory."""
CONTENT_TYPES: Final = "[Content_Types].xml"
OOXML: Final = "application/vnd.openxmlformats-officedocument."
MAIN: Final = {
    f"{OOXML}wordprocessingml.document": "wordprocessingml.document.main+xml",
    f"{OOXML}presentationml.presentation": "presentationml.presentation.main+xml",
    f"{OOXML}spreadsheetml.sheet": "spreadsheetml.sheet.main+xml",
}
"""By media type, how the content type of the main part ends."""
_ACTIVE: Final = re.compile(
    r"vbaproject|/activex/|macroenabled|^basic/|^scripts/|\.(exe|dll|js|vbs|bat|cmd|ps1|scr|jar)$"
    r"|embeddings/.*\.bin$",
    re.IGNORECASE,
)
"""Parts that run when the file is opened, or that hold other programs' things unseen."""
_FETCHES: Final = frozenset({"attachedTemplate", "oleObject", "frame", "subDocument"})
"""Relationships by which a document fetches something when it is opened."""
_LINES: Final = frozenset({"p", "h", "tr", "br", "line-break"})
_WORDS: Final = frozenset({"t"})
_TEXTS: Final = {
    f"{OOXML}wordprocessingml.document": re.compile(r"^word/(document|footnotes|endnotes)\.xml$"),
    f"{OOXML}presentationml.presentation": re.compile(r"^ppt/(slides|notesSlides)/[^/]+\.xml$"),
    f"{OOXML}spreadsheetml.sheet": re.compile(r"^xl/sharedStrings\.xml$"),
}
"""Where the words are."""


def ooxml_type(archive: Archive) -> str:
    """The media type by the content type of the main part; empty where it is none of ours."""
    kinds = archive.read(CONTENT_TYPES).decode("utf-8", errors="replace")
    return next((media for media, main in MAIN.items() if main in kinds), "")


def require_still(archive: Archive) -> None:
    """Refuse what runs or fetches something when it is opened: macros, controls, templates."""
    kinds = archive.read(CONTENT_TYPES).decode("utf-8", errors="replace") if (
        archive.find(CONTENT_TYPES)
    ) else ""  # fmt: skip
    if any(_ACTIVE.search(name) for name in archive.names) or "macroEnabled" in kinds:
        raise FileRefusedError(
            _("The file holds macros or other programs. Save it without them and send it again.")
        )
    for name in archive.names:
        if name.endswith(".rels"):
            for link in parsed(archive, name):
                kind = link.get("Type", "").rpartition("/")[2]
                if link.get("TargetMode") == "External" and kind in _FETCHES:
                    raise FileRefusedError(
                        _(
                            "The file fetches something from elsewhere when it is opened, such as "
                            "a template. Take that out and send it again."
                        )
                    )


def parsed(archive: Archive, name: str) -> Element:
    """A part as XML, without declarations of entities; raises ``FileRefusedError``."""
    if archive.size(name) > MOST_XML_BYTES:
        message = _("A part of the file, “%(part)s”, holds too much text. Split the file.")
        raise FileRefusedError(message % {"part": name[:100]})
    try:
        root: Element = fromstring(archive.read(name), forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise broken() from error
    return root


def office_text(archive: Archive, media_type: str) -> str:
    """The words of a document, paragraph by paragraph."""
    if media_type in _TEXTS:
        names = sorted(filter(_TEXTS[media_type].search, archive.names), key=_numbered)
        return "\n".join("".join(_words(parsed(archive, name), _WORDS)) for name in names)
    return "".join(_words(parsed(archive, "content.xml"), None))


def _numbered(name: str) -> tuple[str, int]:
    digits = re.search(r"(\d+)\.xml$", name)
    return name[: digits.start()] if digits else name, int(digits[1]) if digits else 0


def _words(root: Element, holding: frozenset[str] | None) -> Iterator[str]:
    """Texts of elements of those names, or of all; a line ends where a paragraph does."""
    left = [(root, False)]
    while left:
        element, is_end = left.pop()
        name = element.tag.rpartition("}")[2]
        if is_end:
            if name in _LINES:
                yield "\n"
            if holding is None and element.tail:
                yield element.tail
            continue
        if element.text and (holding is None or name in holding):
            yield element.text
        left.append((element, True))
        left.extend((child, False) for child in reversed(element))
