"""Files for tests of the library: real ones, and such as are made to do harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import typst

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def pdf(*pages: str) -> bytes:
    """A PDF with these pages."""
    return typst.compile("#pagebreak()\n".join(f"{page}\n" for page in pages).encode())


def packed(parts: Mapping[str, str | bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """A zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), data, how)  # of a fixed day: the same bytes
    return target.getvalue()


def docx(*paragraphs: str, **more: str | bytes) -> bytes:
    """A document of a word processor; ``more`` are further parts, ``__`` standing for a slash."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    main = f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return packed({
        "[Content_Types].xml": _types("/word/document.xml", f"{WORD}.main+xml"),
        "word/document.xml": main,
        **{name.replace("__", "/"): data for name, data in more.items()},
    })  # fmt: skip


def pptx(*slides: str) -> bytes:
    """Slides, one line of text each."""
    parts = {"[Content_Types].xml": _types("/ppt/presentation.xml", f"{SLIDES}.main+xml")}
    for number, text in enumerate(slides, start=1):
        parts[f"ppt/slides/slide{number}.xml"] = (
            f'<p:sld xmlns:p="p" xmlns:a="{_A}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'
        )
    return packed(parts)


def _types(name: str, kind: str) -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="{name}" ContentType="{kind}"/></Types>'
    )


def odt(*paragraphs: str, **more: str) -> bytes:
    """A document of the open format."""
    body = "".join(f"<text:p>{text}<text:span>!</text:span></text:p>" for text in paragraphs)
    content = (
        '<o:document xmlns:o="o" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f"<o:body>{body}</o:body></o:document>"
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    more = {name.replace("__", "/"): text for name, text in more.items()}
    return packed(parts | more, stored=("mimetype",))


def png() -> bytes:
    """One white point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff"))
        + chunk(b"IEND", b"")
    )  # fmt: skip
