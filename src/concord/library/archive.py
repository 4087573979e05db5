"""A zip that somebody sent, measured before anything of it is unpacked.

What a zip says of itself may be a lie, and two programs may read one zip in two ways: so each part
is named alike in both its places, nothing stands before the first or after the last, and no part
that is read here is longer than it says.
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from typing import Final

from django.utils.translation import gettext as _

from concord.library.errors import FileRefusedError

MOST_PARTS: Final = 10_000
MOST_UNPACKED: Final = 1024**3
MOST_RATIO: Final = 200
"""How many times larger than packed a part may be, from ``RATIO_FROM`` on."""
RATIO_FROM: Final = 1024**2
_LOCAL: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_UNSAFE: Final = re.compile(r"(^|/)\.\.(/|$)|^/|\\|\0|^[A-Za-z]:")
_FAULTS: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError,
    ValueError, OverflowError,
)  # fmt: skip


class Archive:
    """The parts of a zip that can be unpacked without harm."""

    def __init__(self, data: bytes) -> None:
        """Raise ``FileRefusedError`` for a zip that is broken, locked, overblown or two-faced."""
        self._data = data
        if data.count(b"PK\x01\x02") > MOST_PARTS:
            raise _too_many()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _FAULTS as error:
            raise broken() from error
        self._infos = {info.filename: info for info in self._zip.infolist()}
        self.names: tuple[str, ...] = tuple(self._infos)
        if len(self._zip.infolist()) > MOST_PARTS:
            raise _too_many()
        self._require_one_face()
        self._require_plain_names()
        self._require_size()

    def _require_one_face(self) -> None:
        end = self._data.rfind(_END)
        if not self._data.startswith(_LOCAL) or end < 0 or len(self._data) - end < 22:
            raise two_faced()
        (comment,) = struct.unpack("<H", self._data[end + 20 : end + 22])
        if end + 22 + comment != len(self._data):
            raise two_faced()
        for info in self._zip.infolist():
            head = self._data[info.header_offset : info.header_offset + 30]
            if len(head) < 30 or head[:4] != _LOCAL:
                raise two_faced()
            (length,) = struct.unpack("<H", head[26:28])
            name = self._data[info.header_offset + 30 : info.header_offset + 30 + length]
            encoding = "utf-8" if info.flag_bits & 0x800 else "cp437"
            if name.decode(encoding, errors="replace") != info.orig_filename:
                raise two_faced()

    def _require_plain_names(self) -> None:
        infos = self._zip.infolist()
        if len({info.filename.casefold() for info in infos}) < len(infos):
            raise two_faced()
        for info in infos:
            is_link = stat.S_ISLNK(info.external_attr >> 16)
            if _UNSAFE.search(info.orig_filename) or is_link:
                message = _(
                    "A part of the file leads out of it: “%(part)s”. Pack it anew with a usual "
                    "program."
                )
                raise FileRefusedError(message % {"part": info.filename[:100]})

    def _require_size(self) -> None:
        for info in self._infos.values():
            if info.flag_bits & 0x1:
                raise locked()
            if info.file_size >= RATIO_FROM and info.file_size > MOST_RATIO * max(
                info.compress_size, 1
            ):
                message = _(
                    "A part of the file, “%(part)s”, grows to more than %(limit)s times its size "
                    "when unpacked."
                )
                raise FileRefusedError(message % {"part": info.filename, "limit": MOST_RATIO})
        if sum(info.file_size for info in self._infos.values()) > MOST_UNPACKED:
            message = _("The file takes more than %(limit)s MB when unpacked.")
            raise FileRefusedError(message % {"limit": MOST_UNPACKED // 1024**2})

    def find(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._infos

    def read(self, name: str) -> bytes:
        """A part as it is; raises ``FileRefusedError`` where it is longer than it says."""
        info = self._infos[name]
        try:
            with self._zip.open(info) as file:
                found = file.read(info.file_size + 1)
        except _FAULTS as error:
            raise broken() from error
        if len(found) != info.file_size:
            raise two_faced()
        return found

    def size(self, name: str) -> int:
        """Bytes of a part when unpacked, as it says."""
        return self._infos[name].file_size

    def begins(self, name: str) -> bytes:
        """How a part begins."""
        try:
            with self._zip.open(self._infos[name]) as file:
                return file.read(16)
        except _FAULTS as error:
            raise broken() from error


def broken() -> FileRefusedError:
    """The error for a file that is not whole."""
    return FileRefusedError(
        _("The file is damaged, or only a part of it arrived. Save it anew and send it again.")
    )


def locked() -> FileRefusedError:
    """The error for a file that needs a password."""
    return FileRefusedError(
        _("The file is protected by a password. Save it without one and send it again.")
    )


def two_faced() -> FileRefusedError:
    """The error for a file that two programs would read in two ways."""
    return FileRefusedError(
        _(
            "The file can be read in two ways, as one kind of file and as another. Save it anew "
            "from the program that made it."
        )
    )


def _too_many() -> FileRefusedError:
    message = _("The file has more than %(limit)s parts.")
    return FileRefusedError(message % {"limit": MOST_PARTS})
