"""A material as a bag (BagIt 1.0, RFC 8493): its records and files, each with its digest.

So it travels on a stick and can be checked at the other end with any program that knows bags.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import orjson

from concord.core.disclosure import Viewer
from concord.exchange.plain import all_plain
from concord.library.errors import FileGoneError, FileHeldError
from concord.library.keeping import file_path
from concord.library.selectors import VersionView, material_versions, stored_of
from concord.record.selectors import RecordView

IN_MEMORY: Final = 2_000_000
DECLARED: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def material_bag(*, viewer: Viewer, material: RecordView, today: dt.date) -> IO[bytes]:
    """A zip with the bag of a material: what the viewer may see of it, and no more.

    Payload: ``data/records.json`` with the material, its versions and their endorsements, and
    ``data/files/DIGEST/NAME`` for each version whose file the viewer sees and that is given out.
    The caller closes it.
    """
    versions = material_versions(viewer=viewer, material=material)
    records = [material, *_said(versions)]
    target = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    bag = _Bag(target, f"material-{material.id}")
    bag.payload("data/records.json", orjson.dumps(all_plain(records), option=orjson.OPT_INDENT_2))
    for path, name, digest in _files(versions):
        bag.file(f"data/files/{digest}/{name}", path, digest)
    bag.close(today, f"urn:uuid:{material.id}", material.tlp)
    target.seek(0)
    return target


def _said(versions: list[VersionView]) -> Iterator[RecordView]:
    for version in versions:
        yield version.record
        yield from (endorsed.record for endorsed in version.endorsements)


def _files(versions: list[VersionView]) -> Iterator[tuple[Path, str, str]]:
    """Where each file lies, its name and its digest; one that two versions have comes once."""
    seen: set[tuple[str, str]] = set()
    for version in versions:
        stored = stored_of(version.record)
        if stored is None:
            continue
        name = version.record.content["file"]["name"]
        try:
            path = file_path(stored)
        except (FileGoneError, FileHeldError):
            continue
        if (stored.digest, name) not in seen:
            seen.add((stored.digest, name))
            yield path, name, stored.digest


class _Bag:
    """Writes a bag into a zip; what is in it is of no date, so that the same makes the same."""

    def __init__(self, target: IO[bytes], name: str) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_STORED)
        self._name = name
        self._payload: list[tuple[str, str]] = []
        self._size = 0

    def payload(self, path: str, data: bytes) -> None:
        """A part of the payload by its bytes."""
        self._write(path, data)
        self._note(path, hashlib.sha256(data).hexdigest(), len(data))

    def file(self, path: str, source: Path, digest: str) -> None:
        """A part of the payload by a file whose digest is known."""
        info = zipfile.ZipInfo(f"{self._name}/{path}")
        with source.open("rb") as read, self._zip.open(info, "w", force_zip64=True) as written:
            shutil.copyfileobj(read, written)
        self._note(path, digest, source.stat().st_size)

    def _note(self, path: str, digest: str, size: int) -> None:
        self._payload.append((digest, path))
        self._size += size

    def _write(self, path: str, data: bytes) -> None:
        self._zip.writestr(zipfile.ZipInfo(f"{self._name}/{path}"), data)

    def close(self, today: dt.date, identifier: str, label: str) -> None:
        """Write what says what is in it."""
        info = (
            f"External-Identifier: {identifier}\nBagging-Date: {today.isoformat()}\n"
            f"Payload-Oxum: {self._size}.{len(self._payload)}\nTLP: {label}\n"
        )
        tags = {
            "bagit.txt": DECLARED,
            "bag-info.txt": info.encode(),
            "manifest-sha256.txt": _lines(self._payload),
        }
        for path, data in tags.items():
            self._write(path, data)
        digests = [(hashlib.sha256(data).hexdigest(), path) for path, data in tags.items()]
        self._write("tagmanifest-sha256.txt", _lines(digests))
        self._zip.close()


def _lines(rows: list[tuple[str, str]]) -> bytes:
    """A manifest; of a path what would end its line is written by its number (RFC 8493, 2.1.3)."""
    escaped = (
        (d, p.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")) for d, p in rows
    )
    return "".join(f"{digest}  {path}\n" for digest, path in escaped).encode()
