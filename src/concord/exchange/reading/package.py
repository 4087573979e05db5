"""The zip that a workbook is: measured before it is unpacked, then read through and packed anew.

What a zip says of itself may be a lie, and two programs may read one zip in two ways. So the parts
are unpacked here, no further than they declare, each is held against the rules of XML, and what
reads the cells gets a new zip with these very parts and no other.
"""

from __future__ import annotations

import copy
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol
from xml.parsers import expat

from django.utils.translation import gettext as _

from concord.exchange.reading.table import UnreadableFileError

MAX_UNPACKED_BYTES: Final = 1024**3
MAX_RATIO: Final = 200
"""How many times larger than packed a part may be; from ``RATIO_FROM_BYTES`` on."""

RATIO_FROM_BYTES: Final = 1024**2
"""Smaller parts are let pass: a page of blanks packs better than that and does no harm."""

MAX_PARTS: Final = 10_000

_CHUNK: Final = 1 << 16
_XML: Final = re.compile(r"\.(xml|rels|vml)$", re.IGNORECASE)
_UNREAD: Final = re.compile(
    r"\.vml$|^(docprops|customxml|basic|configurations2|object[^/]*)/"
    r"|^xl/(theme|drawings|charts|chartsheets|diagrams|media|externallinks|pivot\w+|comments|"
    r"threadedcomments|persons|activex|ctrlprops|printersettings|querytables|slicer\w*)/",
    re.IGNORECASE,
)
"""Parts without cells: looked at for declarations of entities, and not handed on."""


class Reader(Protocol):
    """What is told of the elements of a part while it is read through."""

    def attach(self, parser: expat.XMLParserType) -> None:
        """Set the handlers of ``parser`` that it needs; they may raise to end the reading."""


class _RootMetError(Exception):
    """The first element began: no declaration of entities can follow."""


class Package:
    """The parts of a zip that were found to be of a size that can be unpacked."""

    def __init__(self, data: bytes) -> None:
        """Raise ``UnreadableFileError`` for a broken, locked or overblown zip."""
        if data.count(b"PK\x01\x02") > MAX_PARTS:
            raise _too_many_parts()
        with _zip_faults():
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._infos = self._zip.infolist()
        self.names: tuple[str, ...] = tuple(info.filename for info in self._infos)
        if len({name.casefold() for name in self.names}) < len(self.names):
            raise damaged()
        if len(self.names) > MAX_PARTS:
            raise _too_many_parts()
        self._measure()

    def _measure(self) -> None:
        for info in self._infos:
            if info.flag_bits & 0x1:
                raise locked()
            large = info.file_size >= RATIO_FROM_BYTES
            if large and info.file_size > MAX_RATIO * max(info.compress_size, 1):
                raise UnreadableFileError(
                    _(
                        "A part of the file, “%(part)s”, grows to more than %(limit)s times its "
                        "size when unpacked. Delete blank rows and columns that are only "
                        "formatted, and save the file again."
                    )
                    % {"part": info.filename, "limit": MAX_RATIO}
                )
        if sum(info.file_size for info in self._infos) > MAX_UNPACKED_BYTES:
            raise UnreadableFileError(
                _(
                    "The file takes more than %(limit)s MB when unpacked. Split it into several "
                    "files, or leave out what is not needed."
                )
                % {"limit": MAX_UNPACKED_BYTES // 1024**2}
            )

    def find(self, path: str) -> str | None:
        """The name of the part at ``path``, whatever its case."""
        return next((name for name in self.names if name.casefold() == path.casefold()), None)

    def text(self, path: str, limit: int = _CHUNK) -> str:
        """The beginning of a small part; empty if there is none."""
        name = self.find(path)
        if name is None:
            return ""
        with _zip_faults(), self._zip.open(name) as file:
            return file.read(limit).decode("utf-8", errors="replace")

    def read(self, name: str, reader: Reader) -> None:
        """Read one part through without handing it on."""
        info = next(info for info in self._infos if info.filename == name)
        self._parse(info, reader)

    def repack(self, reader: Callable[[str], Reader]) -> bytes:
        """A new zip of the parts with cells, each told to the reader that is made for its name.

        Raises ``UnreadableFileError`` for a part that is broken, longer than it declares, not XML,
        or declares entities.
        """
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            for info in self._infos:
                name = info.filename
                if name.casefold() == "mimetype":
                    packed.writestr("mimetype", self.text(name, 200), zipfile.ZIP_STORED)
                elif _XML.search(name) and _UNREAD.search(name):
                    self._parse(info, None)
                elif _XML.search(name):
                    with packed.open(name, "w") as copied:
                        self._parse(info, reader(name), copied.write)
        return target.getvalue()

    def _parse(
        self,
        info: zipfile.ZipInfo,
        reader: Reader | None,
        write: Callable[[bytes], object] | None = None,
    ) -> None:
        """Tell a part to ``reader``; without one, only look at what stands before its root."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_doctype
        if reader is None:
            parser.StartElementHandler = _meet_root
        else:
            reader.attach(parser)
        with _zip_faults():
            try:
                for chunk in self._chunks(info):
                    parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by place alone
                    if write is not None:
                        write(chunk)
                if reader is not None:
                    parser.Parse(b"", True)  # noqa: FBT003
            except _RootMetError:
                return
            # The last two: expat asks Python for encodings that it does not know itself.
            except (expat.ExpatError, LookupError, ValueError) as error:
                if reader is not None:
                    raise damaged() from error

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """What is really in a part; one byte more than declared is asked for, and is a lie."""
        declared = info.file_size
        asked = copy.copy(info)
        asked.file_size = declared + 1
        count = 0
        with self._zip.open(asked) as file:
            while chunk := file.read(_CHUNK):
                count += len(chunk)
                if count > declared:
                    break
                yield chunk
        if count != declared:
            raise damaged()


def damaged() -> UnreadableFileError:
    """The error for a file that is not whole."""
    return UnreadableFileError(
        _(
            "The file is damaged, or only a part of it arrived. Open it in a spreadsheet "
            "program, save it again as XLSX and send it once more."
        )
    )


def locked() -> UnreadableFileError:
    """The error for a file that needs a password."""
    return UnreadableFileError(
        _("The file is protected by a password. Save it without a password and send it again.")
    )


@contextmanager
def _zip_faults() -> Iterator[None]:
    """Whatever a broken zip makes Python's reader raise, as one error."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        OSError,
        RuntimeError,
        ValueError,
        OverflowError,
    ) as error:
        raise damaged() from error


def _too_many_parts() -> UnreadableFileError:
    text = _("The file has more than %(limit)s parts. Save the table alone in a new workbook.")
    return UnreadableFileError(text % {"limit": MAX_PARTS})


def _refuse_doctype(*_declaration: object) -> None:
    raise UnreadableFileError(
        _(
            "The file declares entities in its XML, which no spreadsheet program does. Save the "
            "table anew from a spreadsheet program and send that."
        )
    )


def _meet_root(*_element: object) -> None:
    raise _RootMetError
