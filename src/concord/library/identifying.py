"""What a file is: by its bytes, and its name must agree; what cannot be trusted is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from django.utils.translation import gettext as _

from concord.exchange.reading.encoding import decode
from concord.exchange.reading.table import UnreadableFileError
from concord.exchange.reading.values import clean_text
from concord.library import pdf
from concord.library.archive import Archive, broken, locked, two_faced
from concord.library.errors import FileRefusedError
from concord.library.office import (
    CONTENT_TYPES,
    MAIN,
    OOXML,
    office_text,
    ooxml_type,
    require_still,
)
from concord.library.packages import read_package
from concord.library.webpages import page_words

MOST_BYTES: Final = 100 * 1024**2
MOST_PAGES: Final = 2_000
MOST_LETTERS: Final = 1_000_000
"""Letters of a file's text that are kept to be searched and compared."""
_PROGRAMS: Final = (
    b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xca\xfe\xba\xbe",
    b"\x00asm", b"\xd0\xcf\x11\xe0",
)  # fmt: skip
"""How programs begin; the last is the old office format, which holds macros unseen."""
_OPEN: Final = "application/vnd.oasis.opendocument."
_TRAILING: Final = 1024
"""Bytes that may follow the end of a PDF."""


@dataclass(frozen=True, slots=True)
class Identified:
    """What a file is, with the text in it."""

    name: str
    media_type: str
    text: str = ""
    pages: int | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


def identify(name: str, data: bytes) -> Identified:
    """What a file is; raises ``FileRefusedError`` with the reason and what to do."""
    name = file_name(name)
    if not data:
        raise FileRefusedError(_("The file is empty."))
    if len(data) > MOST_BYTES:
        message = _("The file is larger than %(limit)s MB.")
        raise FileRefusedError(message % {"limit": MOST_BYTES // 1024**2})
    form = FORMATS.get(PurePosixPath(name).suffix.lower())
    if form is None:
        known = ", ".join(FORMATS)
        message = _("Files of this kind are not taken. Taken are: %(known)s")
        raise FileRefusedError(message % {"known": known})
    if data.startswith(_PROGRAMS):
        raise FileRefusedError(
            _("The file is a program, or of an old format that may hold one, whatever its name.")
        )
    found = form.read(data, form.media_type)
    return Identified(name, form.media_type, _kept(found.text), found.pages, found.about)


def file_name(name: str) -> str:
    """The last part of a name, however it was sent: no folder, no sign that nobody sees."""
    last = clean_text(PureWindowsPath(PurePosixPath(name).name).name).lstrip(".")
    return last[-200:] or "file"


def _kept(text: str) -> str:
    """The text as it is kept: without NUL, and no longer than is kept of any."""
    return text.replace("\0", "").strip()[:MOST_LETTERS]


def _other_than_it_says(wanted: str) -> FileRefusedError:
    message = _("The file is not what its name says: it is no %(format)s.")
    return FileRefusedError(message % {"format": wanted})


@dataclass(frozen=True, slots=True)
class Found:
    """What was read in a file: its text, how many pages it has, what a package says of itself."""

    text: str = ""
    pages: int | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


Read = Callable[[bytes, str], Found]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that is taken: its media type, and what reads it or refuses it."""

    media_type: str
    read: Read


def _pdf(data: bytes, _media_type: str) -> Found:
    if not data.startswith(b"%PDF-"):
        raise _other_than_it_says("PDF")
    head = data[:1024].lower()
    if b"<html" in head or b"<script" in head or _is_zip_too(data):
        raise two_faced()
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise broken()
    if len(data[end + 5 :].strip(b"\0\r\n\t ")) > _TRAILING:
        raise two_faced()
    report = _pdf_report(data)
    if report.get("password"):
        raise locked()
    if report["programs"] or b"/Launch" in data:
        raise FileRefusedError(
            _("The file holds macros or other programs. Save it without them and send it again.")
        )
    if report["attachments"]:
        raise FileRefusedError(_("The file holds other files. Send each of them by itself."))
    if report["pages"] > MOST_PAGES:
        message = _("The file has %(pages)s pages; at most %(limit)s are taken. Split it.")
        raise FileRefusedError(message % {"pages": report["pages"], "limit": MOST_PAGES})
    return Found(report["text"], report["pages"])


def _pdf_report(data: bytes) -> dict[str, Any]:
    """What the bounded process finds in a PDF."""
    command = [sys.executable, "-I", pdf.__file__, str(MOST_PAGES), str(MOST_LETTERS)]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=2 * pdf.SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise broken() from error
    if done.returncode:
        raise broken()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _is_zip_too(data: bytes) -> bool:
    """Whether a program for zips would find one in a file of another kind."""
    return b"PK\x05\x06" in data[-66_000:] or b"PK\x06\x07" in data[-66_000:]


def _office(data: bytes, media_type: str) -> Found:
    if not data.startswith(b"PK"):
        raise _other_than_it_says(media_type)
    if b"%PDF-" in data[:1024]:
        raise two_faced()
    archive = Archive(data)
    if media_type in MAIN:
        found = ooxml_type(archive) if archive.find(CONTENT_TYPES) else ""
    else:
        is_first = archive.names[:1] == ("mimetype",)
        found = archive.read("mimetype").decode("ascii", errors="replace") if is_first else ""
    require_still(archive)
    if found != media_type:
        raise _other_than_it_says(media_type)
    return Found(office_text(archive, media_type))


def _plain(data: bytes, _media_type: str) -> Found:
    """A text in an encoding that can be told for certain."""
    if data.startswith((b"%PDF-", b"PK", b"\x89PNG", b"\xff\xd8\xff")) or _is_zip_too(data):
        raise two_faced()
    try:
        text, _remark = decode(data)
    except UnreadableFileError:
        raise FileRefusedError(_("This is not a text. Save it as UTF-8.")) from None
    return Found(text)


def _html(data: bytes, media_type: str) -> Found:
    text = _plain(data, media_type).text
    if "<" not in text:
        raise _other_than_it_says("HTML")
    words, runs = page_words(text)
    if runs:
        raise FileRefusedError(
            _("The file holds macros or other programs. Save it without them and send it again.")
        )
    return Found(words)


def _package(data: bytes, _media_type: str) -> Found:
    if not data.startswith(b"PK"):
        raise _other_than_it_says("ZIP")
    package = read_package(Archive(data), MOST_LETTERS)
    return Found(package.text, None, package.about)


def _picture(start: bytes, end: bytes) -> Read:
    def read(data: bytes, media_type: str) -> Found:
        if not data.startswith(start):
            raise _other_than_it_says(media_type)
        if not data.rstrip(b"\0").endswith(end) or _is_zip_too(data):
            raise two_faced()
        return Found()

    return read


_png = _picture(b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82")
_jpeg = _picture(b"\xff\xd8\xff", b"\xff\xd9")

FORMATS: Final = {
    ".pdf": Format("application/pdf", _pdf),
    ".docx": Format(f"{OOXML}wordprocessingml.document", _office),
    ".pptx": Format(f"{OOXML}presentationml.presentation", _office),
    ".xlsx": Format(f"{OOXML}spreadsheetml.sheet", _office),
    ".odt": Format(f"{_OPEN}text", _office),
    ".odp": Format(f"{_OPEN}presentation", _office),
    ".ods": Format(f"{_OPEN}spreadsheet", _office),
    ".txt": Format("text/plain", _plain),
    ".md": Format("text/markdown", _plain),
    ".html": Format("text/html", _html),
    ".htm": Format("text/html", _html),
    ".zip": Format("application/zip", _package),
    ".h5p": Format("application/zip", _package),
    ".png": Format("image/png", _png),
    ".jpg": Format("image/jpeg", _jpeg),
    ".jpeg": Format("image/jpeg", _jpeg),
}
"""What is taken, by the end of its name."""
