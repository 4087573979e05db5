"""The contexts of credentials, pinned: read from our data, never fetched."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Final

import orjson
from django.conf import settings

from concord.core.credentials.badge import OPEN_BADGES
from concord.core.credentials.canonical import VC, Contexts

FOLDER: Final = "credentials"
PINNED: Final = {
    VC: (
        "credentials-v2.jsonld",
        "8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f",
    ),
    OPEN_BADGES: (
        "open-badges-3.0.3.jsonld",
        "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761",
    ),
}
"""File and SHA-256 by address. A context that differs would change what a signature is of."""


class ContextChangedError(RuntimeError):
    """The file of a pinned context is not the one that was pinned."""

    code = "federation.context"


@cache
def contexts() -> Contexts:
    """The pinned contexts.

    Raises:
        ContextChangedError: one of the files was changed.
    """
    found = {}
    for address, (name, digest) in PINNED.items():
        data = (settings.CONCORD_DATA / FOLDER / name).read_bytes()
        if sha256(data).hexdigest() != digest:
            raise ContextChangedError(f"{name} is not the context that was pinned")
        found[address] = orjson.loads(data)
    return found
