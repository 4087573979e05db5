"""What is kept beside an upload: the file as it came, its tables once read, how far the work is."""

from __future__ import annotations

import gc
import json
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from concord.exchange.models import Upload
from concord.exchange.reading import Table, read_file, read_pasted
from concord.record.errors import NotFoundError

QUIET: Final = 120
"""Seconds without a sign of work after which it is taken to have stopped."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many rows are done of how many; ``quiet`` is the seconds since it was last said."""

    done: int
    of: int
    quiet: float

    @property
    def has_stopped(self) -> bool:
        """Whether nobody can be at work any more."""
        return self.quiet > QUIET


def _path(upload_id: UUID, what: str = "") -> Path:
    folder: Path = settings.VAR / "uploads"
    return folder / f"{upload_id}{what}"


def file_keep(upload_id: UUID, data: bytes) -> None:
    """Keep the file as it came. What an institution keeps to itself is nobody else's to read."""
    _path(upload_id).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(_path(upload_id), data)


def _write(path: Path, data: bytes) -> None:
    """Write a file that is whole or not there."""
    half = path.with_name(f"{path.name}.half")
    half.touch(mode=0o600)
    half.write_bytes(data)
    half.replace(path)


def upload_bytes(upload: Upload) -> bytes:
    """What was uploaded, as it came; raises ``NotFoundError`` where the file was deleted."""
    try:
        return _path(upload.id).read_bytes()
    except FileNotFoundError:
        raise NotFoundError from None


def upload_size(upload: Upload) -> int:
    """How many bytes came."""
    return _path(upload.id).stat().st_size


def tables_keep(upload_id: UUID, tables: list[Table]) -> None:
    """Keep tables that were read, so that the file need not be read again."""
    _write(_path(upload_id, ".tables"), pickle.dumps(tables, pickle.HIGHEST_PROTOCOL))


def tables_of(upload: Upload) -> list[Table]:
    """The tables of an upload; the file is read only if that was not done yet."""
    try:
        kept = _path(upload.id, ".tables").read_bytes()
        tables: list[Table] = pickle.loads(kept)  # noqa: S301 - written above, into our own folder
    except (OSError, pickle.UnpicklingError, AttributeError, EOFError):  # none, or of older days
        data = upload_bytes(upload)
        is_pasted = upload.mapping.get("is_pasted")
        tables = read_pasted(data.decode()) if is_pasted else read_file(data, name=upload.name)
        tables_keep(upload.id, tables)
    return tables


def files_drop(upload_id: UUID) -> None:
    """Delete all that is kept beside an upload."""
    for what in ("", ".tables", ".progress"):
        _path(upload_id, what).unlink(missing_ok=True)


def progress_say(upload_id: UUID, done: int, of: int) -> None:
    """Say how far the work on an upload is.

    In a file: what a transaction writes is seen by nobody before it ends, and on SQLite nobody else
    can write meanwhile.
    """
    _write(_path(upload_id, ".progress"), json.dumps([done, of]).encode())


def progress_of(upload: Upload) -> Progress:
    """How far the work on an upload is."""
    path = _path(upload.id, ".progress")
    try:
        done, of = json.loads(path.read_bytes())
        quiet = time.time() - path.stat().st_mtime
    except (OSError, ValueError):
        return Progress(0, 0, time.time() - upload.made_at.timestamp())
    return Progress(done, of, quiet)


@contextmanager
def unsearched() -> Iterator[None]:
    """No search for garbage meanwhile: of many rows that live until the end it took a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
