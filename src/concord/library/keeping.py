"""Where the bytes of files lie: one folder of each institution, a file for each digest."""

from __future__ import annotations

import datetime as dt
import hashlib
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import gettext as _

from concord.core.likeness.bodies import body_of
from concord.library.errors import FileGoneError, FileHeldError, FileRefusedError
from concord.library.identifying import Identified
from concord.library.models import StoredFile
from concord.record.models import Record

SCAN_SECONDS: Final = 300
ABANDONED: Final = dt.timedelta(days=1)
"""After so long nobody is at work any more on what led to nothing."""


def _folder() -> Path:
    folder: Path = settings.VAR / "library"
    return folder


def folder_of(institution: UUID) -> Path:
    """Where the files of an institution lie."""
    return _folder() / str(institution)


def path_of(institution: UUID, digest: str) -> Path:
    """Where the bytes with that digest lie that an institution brought."""
    return folder_of(institution) / digest


def file_keep(institution: UUID, data: bytes, found: Identified) -> StoredFile:
    """Keep bytes, once a scanner found nothing in them; without one they are kept unscanned.

    Raises ``FileRefusedError`` where it found something, or could not look. Bytes that are kept
    already are looked at again and stay as they are.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(institution, digest)
    with _held_back(path, data) as half:
        body = body_of(found.text)
        stored, _made = StoredFile.objects.update_or_create(
            institution=institution,
            digest=digest,
            defaults={
                "size": len(data), "media_type": found.media_type, "pages": found.pages,
                "text": found.text, "about": dict(found.about),
                "signature": body.packed() if body else b"",
                "shingles": body.count if body else 0, "scan": _scanned(half),
            },
        )  # fmt: skip
        half.replace(path)  # after its row: what has none is swept away
    return stored


@contextmanager
def _held_back(path: Path, data: bytes) -> Iterator[Path]:
    """The bytes in a file that nobody is given yet; gone afterwards unless it was moved."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{uuid4().hex}.half")
    half.touch(mode=0o600)
    try:
        half.write_bytes(data)
        yield half
    finally:
        half.unlink(missing_ok=True)


def scanner() -> list[str]:
    """The operator's scanner: a command that gets the path of a file as its last word."""
    return shlex.split(settings.CONCORD_SCANNER)


def _scanned(path: Path) -> StoredFile.Scan:
    """What the operator's scanner says: 0 is clean, 1 is harmful, as ClamAV has it."""
    command = scanner()
    if not command:
        return StoredFile.Scan.NOT_SCANNED
    try:
        done = subprocess.run(
            [*command, str(path)], capture_output=True, timeout=SCAN_SECONDS, check=False
        )
    except FileNotFoundError as error:
        message = _("CONCORD_SCANNER names a program that is not there.")
        raise ImproperlyConfigured(message) from error
    except subprocess.TimeoutExpired:
        done = None
    if done is not None and done.returncode == 0:
        return StoredFile.Scan.CLEAN
    if done is not None and done.returncode == 1:
        raise FileRefusedError(_("The scanner found something harmful in the file."))
    raise FileRefusedError(_("The scanner could not look through the file. Try again later."))


def file_path(stored: StoredFile) -> Path:
    """Where the bytes of a file lie that may be given out.

    Raises ``FileHeldError`` where there is a scanner that has not seen it, and ``FileGoneError``.
    """
    if scanner() and stored.scan != StoredFile.Scan.CLEAN:
        raise FileHeldError
    path = path_of(stored.institution, stored.digest)
    if not path.exists():
        raise FileGoneError
    return path


def files_scan() -> int:
    """Have the scanner look through what came before there was one; count what it found clean.

    What is harmful stays held: a person has to see to it.
    """
    count = 0
    for stored in StoredFile.objects.filter(scan=StoredFile.Scan.NOT_SCANNED) if scanner() else ():
        try:
            stored.scan = _scanned(path_of(stored.institution, stored.digest))
        except (FileRefusedError, OSError):
            continue
        stored.save(update_fields=["scan"])
        count += 1
    return count


def files_forget() -> int:
    """Delete files of uploads that led to no version, a day later; count them."""
    said = Record.objects.filter(kind="version").values_list("owner_id", "content__file__digest")
    named = set(said.iterator())
    old = StoredFile.objects.filter(at__lt=timezone.now() - ABANDONED)
    gone = [
        key
        for key, *which in old.values_list("id", "institution", "digest").iterator()
        if tuple(which) not in named
    ]
    StoredFile.objects.filter(id__in=gone).delete()
    files_sweep()
    return len(gone)


def files_sweep() -> None:
    """Delete the bytes that no row stands for, and what was left half written."""
    known = {path_of(*row) for row in StoredFile.objects.values_list("institution", "digest")}
    for path in _folder().glob("*/*") if _folder().exists() else ():
        is_half = path.name.endswith(".half")
        if path not in known and not (is_half and _is_young(path)):
            path.unlink(missing_ok=True)


def _is_young(path: Path) -> bool:
    return path.stat().st_mtime > time.time() - ABANDONED.total_seconds()
