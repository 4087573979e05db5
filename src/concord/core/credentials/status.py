"""Bitstring Status List 1.0 (W3C Recommendation, 15 May 2025): one bit for each credential."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from concord.core.credentials.canonical import VC
from concord.core.credentials.encoding import Json, base64url, from_base64url
from concord.core.credentials.errors import FormError, StatusError
from concord.core.credentials.moments import stamp

ENTRIES: Final = 131_072
"""The least length: in a shorter list a reader of it would be told too well who was looked up."""
MOST_BYTES: Final = 4_000_000
PURPOSES: Final = frozenset({"revocation", "suspension"})


def packed(places: Iterable[int], *, length: int = ENTRIES) -> str:
    """The list in which these places are set, counted from the left; the same text for the same
    places."""
    bits = bytearray(-(-max(length, ENTRIES) // 8))
    for place in places:
        if not 0 <= place < len(bits) * 8:
            raise StatusError("a place outside the list", str(place))
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + base64url(gzip.compress(bytes(bits), mtime=0))


def is_set(encoded: object, place: int) -> bool:
    """Whether a place is set.

    Raises:
        StatusError: the list cannot be read, is shorter than it has to be or longer than it may
            be, or ends before the place.
    """
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise StatusError("a list that cannot be read")
    try:
        unpacker = zlib.decompressobj(wbits=31)
        bits = unpacker.decompress(from_base64url(encoded[1:]), MOST_BYTES)
    except (zlib.error, FormError) as error:
        raise StatusError("a list that cannot be read") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise StatusError("a list that is too long or cut off")
    if len(bits) * 8 < ENTRIES:
        raise StatusError("a list that is too short", str(len(bits) * 8))
    if not 0 <= place < len(bits) * 8:
        raise StatusError("a place outside the list", str(place))
    return bool(bits[place // 8] & (0x80 >> place % 8))


def list_credential(
    *, address: str, issuer: str, purpose: str, places: Iterable[int], valid_from: datetime,
    valid_until: datetime,
) -> Json:  # fmt: skip
    """The credential of a list, to be signed; ``valid_until`` is when a new one is due."""
    if purpose not in PURPOSES:
        raise StatusError("a purpose that we do not keep lists for", purpose)
    return {
        "@context": [VC],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": stamp(valid_from),
        "validUntil": stamp(valid_until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": packed(places),
        },
    }


def entry(*, address: str, purpose: str, place: int) -> Json:
    """What a credential says of its place in a list."""
    return {
        "id": f"{address}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(place),
        "statusListCredential": address,
    }
