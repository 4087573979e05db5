"""A credential inside a picture, as Open Badges 3.0 bakes it (section 5.3): PNG (iTXt) and SVG."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from struct import pack, unpack
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]

from concord.core.credentials.encoding import MOST_BYTES, Json
from concord.core.credentials.errors import FormError

PNG: Final = b"\x89PNG\r\n\x1a\n"
KEYWORD: Final = b"openbadgecredential"
NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"
MOST_PICTURE: Final = 20_000_000


def baked_png(picture: bytes, credential: Json | str) -> bytes:
    """A PNG with the credential (with its proof, or as a JWT) in it.

    Raises:
        FormError: it is no PNG, is damaged, or has one already.
    """
    chunks = list(_chunks(picture))
    if any(_is_ours(kind, data) for kind, data in chunks):
        raise FormError("a credential is in this picture already")
    text = KEYWORD + b"\0\0\0\0\0" + _text(credential).encode()
    return PNG + b"".join(
        _chunk(kind, data) for kind, data in [chunks[0], (b"iTXt", text), *chunks[1:]]
    )


def from_png(picture: bytes) -> str:
    """The credential in a PNG, as JSON or JWT.

    Raises:
        FormError: it is no PNG, is damaged, or has none or two.
    """
    found = [data for kind, data in _chunks(picture) if _is_ours(kind, data)]
    if len(found) != 1:
        raise FormError("no credential in this picture" if not found else "two credentials in it")
    try:
        flags, rest = found[0][len(KEYWORD) + 1 :][:2], found[0][len(KEYWORD) + 3 :]
        _language, _translated, text = rest.split(b"\0", 2)
        if flags[0]:
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(text, MOST_BYTES)
            if unpacker.unconsumed_tail:
                raise FormError("longer than a credential may be")
        return text.decode()
    except (ValueError, IndexError, zlib.error) as error:
        if isinstance(error, FormError):
            raise
        raise FormError("a damaged picture") from error


def _is_ours(kind: bytes, data: bytes) -> bool:
    return kind == b"iTXt" and data.split(b"\0", 1)[0] == KEYWORD


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(PNG) or len(picture) > MOST_PICTURE:
        raise FormError("not a PNG")
    at, kind = len(PNG), b""
    while at < len(picture):
        if len(picture) - at < 12:
            raise FormError("a damaged picture")
        (length,) = unpack(">I", picture[at : at + 4])
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        if picture[at : at + 12 + length] != _chunk(kind, data):
            raise FormError("a damaged picture")
        yield kind, data
        at += 12 + length
    if kind != b"IEND":
        raise FormError("a damaged picture")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def baked_svg(picture: bytes, credential: Json | str) -> bytes:
    """An SVG with the credential in it; a JWT stands in the attribute ``verify``.

    Raises:
        FormError: it is no SVG, or has one already.
    """
    root = _svg(picture)
    if root.findall(f".//{{{NAMESPACE}}}credential"):
        raise FormError("a credential is in this picture already")
    made = etree.Element(f"{{{NAMESPACE}}}credential", nsmap={"openbadges": NAMESPACE})
    if isinstance(credential, str):
        made.set("verify", credential)
    else:
        made.text = _text(credential)
    root.insert(0, made)
    whole: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return whole


def from_svg(picture: bytes) -> str:
    """The credential in an SVG, as JSON or JWT.

    Raises:
        FormError: it is no SVG, or has none or two.
    """
    found = _svg(picture).findall(f".//{{{NAMESPACE}}}credential")
    if len(found) != 1:
        raise FormError("no credential in this picture" if not found else "two credentials in it")
    return str(found[0].get("verify") or found[0].text or "").strip()


def _svg(picture: bytes) -> Any:
    if len(picture) > MOST_PICTURE or b"<!DOCTYPE" in picture or b"<!ENTITY" in picture:
        raise FormError("not an SVG that we read: too large, or with definitions of its own")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(picture, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FormError("not an SVG") from error
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        raise FormError("not an SVG")
    return root


def _text(credential: Json | str) -> str:
    return credential if isinstance(credential, str) else json.dumps(credential, ensure_ascii=False)
