"""The one place of this node's private keys: a file that its owner alone may read, or the
environment. They are never in the database, in a log, or in a backup of either.

A key that is replaced moves to the retired ones without its secret: what it signed stays checkable.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from nacl.signing import SigningKey

from concord.core.credentials.encoding import (
    did_of,
    from_base58,
    method_of,
    multibase,
    public_of_did,
)
from concord.core.credentials.errors import FormError
from concord.core.credentials.moments import moment, stamp
from concord.core.credentials.verifying import Key

SECRET: Final = b"\x80\x26"
"""The multicodec prefix of an Ed25519 private key."""
VARIABLE: Final = "CONCORD_ISSUER_KEY"


class KeyFileError(ValueError):
    """A key that cannot be used: it is missing, damaged, or others may read it."""

    code = "federation.key"


@dataclass(frozen=True)
class Ring:
    """The key that signs today, and all public keys by verification method, retired ones too."""

    signing: SigningKey
    since: datetime | None
    retired: tuple[Key, ...] = ()

    def __repr__(self) -> str:
        return f"Ring({self.did})"

    @property
    def public(self) -> bytes:
        return bytes(self.signing.verify_key)

    @property
    def did(self) -> str:
        """The did:key of the key of today."""
        return did_of(self.public)

    @property
    def method(self) -> str:
        return method_of(self.public)

    @property
    def keys(self) -> dict[str, Key]:
        """Every key that has signed for this node."""
        today = Key(self.public, self.since)
        return {method_of(one.public): one for one in (*self.retired, today)}


def keys_make(path: Path, *, now: datetime) -> Ring:
    """A new key in a new file that nobody else may read.

    Raises:
        KeyFileError: there is a file already.
    """
    ring = Ring(SigningKey.generate(), now)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyFileError(f"there is a key in {path.name} already") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(_written(ring))
    return ring


def keys_rotate(path: Path, *, now: datetime) -> Ring:
    """A new key in place of the one in the file, whose secret is forgotten.

    Raises:
        KeyFileError: the file cannot be used.
    """
    old = _read(path)
    ring = Ring(SigningKey.generate(), now, (*old.retired, Key(old.public, old.since, now)))
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_written(ring))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return ring


def keys_load(path: Path) -> Ring:
    """The keys of the file, or the one of the environment, which goes before.

    Raises:
        KeyFileError: there is none, it is damaged, or others may read the file.
    """
    if given := os.environ.get(VARIABLE):
        return Ring(_signing(given), None)
    return _read(path)


def _read(path: Path) -> Ring:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise KeyFileError(f"there is no key in {path.name}, and none in {VARIABLE}") from error
    if not stat.S_ISREG(mode) or mode & 0o077:
        raise KeyFileError(f"others may read {path.name}: chmod 600 it")
    try:
        held: dict[str, Any] = orjson.loads(path.read_bytes())
        retired = tuple(
            Key(public_of_did(one["did"]), moment(one["since"]), moment(one["until"]))
            for one in held["retired"]
        )
        return Ring(_signing(held["secret"]), moment(held["since"]), retired)
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileError(f"{path.name} is damaged") from error


def _signing(text: str) -> SigningKey:
    try:
        data = from_base58(text.strip().removeprefix("z"))
    except FormError:
        data = b""
    if data[:2] != SECRET or len(data) != 34:
        raise KeyFileError("not the private key of an issuer")
    return SigningKey(data[2:])


def _written(ring: Ring) -> bytes:
    def told(when: datetime | None) -> str:
        return stamp(when or datetime.fromtimestamp(0, UTC))

    return orjson.dumps(
        {
            "secret": multibase(SECRET + bytes(ring.signing)),
            "since": told(ring.since),
            "retired": [
                {"did": did_of(one.public), "since": told(one.since), "until": told(one.until)}
                for one in ring.retired
            ],
        }
    )
