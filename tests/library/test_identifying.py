"""What a file is, by its bytes; what is made to do harm is refused with a reason."""

from __future__ import annotations

import io
import zipfile

import pytest
from files import docx, odt, packed, pdf, png, pptx
from hypothesis import given
from hypothesis import strategies as st

from concord.library.errors import FileRefusedError
from concord.library.identifying import FORMATS, MOST_PAGES, file_name, identify


@pytest.mark.parametrize(
    ("name", "data", "media_type", "text"),
    [
        ("plan.pdf", pdf("Lesson one", "Lesson two"), "application/pdf", "Lesson one"),
        ("plan.docx", docx("First line", "Second line"), "wordprocessingml", "First line\nSecond"),
        ("talk.pptx", pptx(*map(str, range(1, 12))), "presentationml", "1\n\n2\n"),
        ("plan.odt", odt("Line"), "opendocument.text", "Line!"),
        ("notes.txt", "核セキュリティ".encode("cp932"), "text/plain", "核セキュリティ"),
        ("page.html", b"<p>Word</p><style>x</style>", "text/html", "Word"),
        ("dot.png", png(), "image/png", ""),
    ],
)
def test_a_file_is_known_by_its_bytes(name: str, data: bytes, media_type: str, text: str) -> None:
    found = identify(name, data)
    assert media_type in found.media_type
    assert found.text.startswith(text.strip() or "")


def test_pages_are_counted_and_slides_are_in_their_order() -> None:
    assert identify("a.pdf", pdf("One", "Two", "Three")).pages == 3
    slides = identify("a.pptx", pptx(*(f"slide {n}" for n in range(1, 12)))).text
    assert slides.split("\n")[-1] == "slide 11"


def refused(name: str, data: bytes) -> str:
    with pytest.raises(FileRefusedError) as error:
        identify(name, data)
    return error.value.detail


def test_a_part_in_an_encoding_that_nobody_knows_is_refused() -> None:
    part = b'<?xml version="1.0" encoding="AUTF-8"?><Types/>'
    parts = {"[Content_Types].xml": part, "word/document.xml": part}
    assert refused("a.docx", packed(parts))


def _lying(data: bytes) -> bytes:
    """A zip whose first part is longer than its directory says."""
    size = zipfile.ZipFile(io.BytesIO(data)).infolist()[-1].file_size
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 24] + (size - 5).to_bytes(4, "little") + data[at + 28 :]


def _two_names(data: bytes) -> bytes:
    """A zip whose first part has another name where it stands than in the directory."""
    return data.replace(b"word/document.xml", b"word/documenT.xml", 1)


_BOMB = docx("x", word__document2=b"\0" * 300_000_000)


@pytest.mark.parametrize(
    ("name", "data", "because"),
    [
        ("virus.exe", b"MZ\x90", "kind"),
        ("plan.pdf", b"MZ\x90\0", "program"),
        ("plan.txt", b"#!/bin/sh\nrm -rf /", "program"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old format"),
        ("plan.pdf", docx("x"), "no PDF"),
        ("plan.docx", odt("x"), "not what its name says"),
        ("plan.odt", docx("x"), "not what its name says"),
        ("plan.txt", png(), "two ways"),
        ("plan.txt", b"\xff\xfe\x00\xd8", "not a text"),
        ("empty.pdf", b"", "empty"),
        ("broken.pdf", b"%PDF-1.7\nnothing\n%%EOF", "damaged"),
        ("cut.pdf", pdf("x")[:400], "damaged"),
        ("cut.docx", docx("x")[:-40], "damaged"),
        ("macro.docx", docx("x", word__vbaProject_bin=b""), "macros"),
        ("macro.odt", odt("x", Basic__module=""), "macros"),
        ("embedded.docx", docx("x", **{"word__embeddings__a.bin": b"x"}), "macros"),
        ("script.html", b"<p onclick='x()'>a</p>", "macros"),
        ("script.html", b"<script>x()</script>", "macros"),
        ("bomb.docx", _BOMB, "times its size"),
        ("lie.docx", _lying(docx("x" * 500)), "damaged"),
        ("names.docx", _two_names(docx("x")), "two ways"),
        ("path.docx", docx("x", **{"..__..__etc__passwd": b"x"}), "leads out"),
        ("path.docx", docx("x", **{"c:__windows": b"x"}), "leads out"),
        ("both.docx", b"%PDF-1.7\n" + docx("x"), "not what its name says"),
        ("both.pdf", pdf("x") + docx("x"), "two ways"),
        ("both.png", png() + docx("x"), "two ways"),
        ("web.pdf", pdf("x").replace(b"%PDF-1.7", b"%PDF-1.7\n<script>", 1), "two ways"),
        ("launch.pdf", pdf("x").replace(b"%%EOF", b"%/Launch\n%%EOF"), "macros"),
        ("dtd.docx", packed({
            "[Content_Types].xml": "wordprocessingml.document.main+xml",
            "word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        }), "damaged"),
        ("template.docx", docx("x", **{"word___rels__a.rels": (
            '<r><l Type="x/attachedTemplate" Target="http://x" TargetMode="External"/></r>'
        )}), "fetches"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused(name: str, data: bytes, because: str) -> None:
    assert because in refused(name, data)


def test_a_link_in_a_document_is_no_harm() -> None:
    rels = '<r><l Type="x/hyperlink" Target="http://x" TargetMode="External"/></r>'
    assert identify("a.docx", docx("x", **{"word___rels__a.rels": rels})).text == "x"


def test_a_pdf_of_thousands_of_pages_is_refused_by_their_number() -> None:
    data = pdf(*["x"] * (MOST_PAGES + 1))
    assert str(MOST_PAGES + 1) in refused("long.pdf", data)


def test_a_locked_zip_is_refused() -> None:
    data = bytearray(docx("x"))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "password" in refused("locked.docx", bytes(data))


def test_a_symbolic_link_in_a_zip_is_refused() -> None:
    target = io.BytesIO(docx("x"))
    with zipfile.ZipFile(target, "a") as archive:
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "leads out" in refused("link.docx", target.getvalue())


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/plan.pdf", "plan.pdf"),
        ("C:\\x\\plan.pdf", "plan.pdf"),
        (".pdf", "pdf"),
        ("..", "file"),
    ],
)
def test_of_a_name_only_its_last_part_is_kept(given_name: str, kept: str) -> None:
    assert file_name(given_name) == kept


@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused_with_a_reason(end: str, data: bytes) -> None:
    if end == ".pdf" and data.startswith(b"%PDF-"):
        return  # read in a process of its own, tried above
    try:
        found = identify(f"x{end}", data)
    except FileRefusedError:
        return
    assert found.media_type == FORMATS[end].media_type
    assert "\0" not in found.text


def test_a_deflated_part_that_is_broken_is_refused() -> None:
    data = docx("x" * 5_000)
    at = data.index(b"word/document.xml") + 20
    assert "damaged" in refused("a.docx", data[:at] + b"\xff\xff\xff" + data[at + 3 :])


def test_a_part_that_would_fill_the_memory_as_a_tree_is_refused() -> None:
    words = b"".join(b"<a>%d</a>" % number for number in range(4_500_000))
    data = docx("x", **{"word__endnotes.xml": b"<e>" + words + b"</e>"})
    assert "too much text" in refused("long.docx", data)
