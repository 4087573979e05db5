"""Texts for bytes: base58btc, base64url, multibase, did:key, and JSON that says one thing once."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final, NoReturn

from concord.core.credentials.errors import FormError

Json = dict[str, Any]
ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519: Final = b"\xed\x01"
"""The multicodec prefix of an Ed25519 public key."""
MOST_BYTES: Final = 1_000_000
DEEPEST: Final = 40


def base58(data: bytes) -> str:
    """Base58 as Bitcoin writes it."""
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def from_base58(text: str) -> bytes:
    """The bytes of a text in base58.

    Raises:
        FormError: a letter that is none of the 58, or a text longer than any key or signature.
    """
    if len(text) > 200 or set(text) - set(ALPHABET):
        raise FormError("not base58", text[:60])
    number = 0
    for letter in text:
        number = number * 58 + ALPHABET.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def base64url(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of a text in base64url, of which there is one text alone.

    Raises:
        FormError: it is not that text.
    """
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise FormError("not base64url", text[:60]) from error
    if base64url(data) != text:
        raise FormError("not base64url", text[:60])
    return data


def multibase(data: bytes) -> str:
    """Base58 with its mark."""
    return "z" + base58(data)


def from_multibase(text: object) -> bytes:
    """The bytes of a multibase text in base58btc or base64url.

    Raises:
        FormError: it is in another base.
    """
    if isinstance(text, str) and text[:1] == "z":
        return from_base58(text[1:])
    if isinstance(text, str) and text[:1] == "u":
        return from_base64url(text[1:])
    raise FormError("not multibase", str(text)[:60])


def did_of(public: bytes) -> str:
    """The did:key of an Ed25519 public key of 32 bytes."""
    return "did:key:" + multibase(ED25519 + public)


def method_of(public: bytes) -> str:
    """The verification method of a did:key."""
    did = did_of(public)
    return f"{did}#{did.removeprefix('did:key:')}"


def public_of_did(did: str) -> bytes:
    """The Ed25519 public key that a did:key, or its verification method, is.

    Raises:
        FormError: it is not a did:key of an Ed25519 key, or its fragment names another key.
    """
    name, _hash, fragment = did.partition("#")
    key = name.removeprefix("did:key:")
    if key == name or (fragment and fragment != key):
        raise FormError("not a did:key", did[:100])
    return public_of_multikey(key)


def public_of_multikey(text: object) -> bytes:
    """The Ed25519 public key of a Multikey.

    Raises:
        FormError: it is a key of another kind.
    """
    data = from_multibase(text)
    if data[:2] != ED25519 or len(data) != 34:
        raise FormError("not an Ed25519 key", str(text)[:60])
    return data[2:]


def read_json(data: bytes | str) -> Json:
    """An object of JSON.

    Raises:
        FormError: it is none, is too long or too deep, has a key twice, or a number that JSON does
            not know.
    """
    if len(data) > MOST_BYTES:
        raise FormError("longer than a credential may be")
    try:
        found = json.loads(data, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        if isinstance(error, FormError):
            raise
        raise FormError("not JSON") from error
    if not isinstance(found, dict):
        raise FormError("not an object of JSON")
    if _depth(found) > DEEPEST:
        raise FormError("deeper than a credential may be")
    return found


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormError("a key stands twice")
    return found


def _refuse(word: str) -> NoReturn:
    raise FormError("not a number of JSON", word)


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(one) for one in inner), default=0)
