"""E-learning packages: what they say of themselves is read, nothing of them is run."""

from __future__ import annotations

import json

import pytest
from files import packed

from concord.library.errors import FileRefusedError
from concord.library.identifying import Identified, identify


def scorm(version: str, **more: str | bytes) -> bytes:
    manifest = f"""<?xml version="1.0"?>
<manifest xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
  <organizations default="a"><organization identifier="a"><title>Guard posts and patrols</title>
    <item identifier="i"><title>Lesson one</title></item>
    <item identifier="j"><title>Lesson two</title></item>
  </organization></organizations>
  <resources><resource identifier="r" type="webcontent" href="one.html"/></resources>
</manifest>"""
    page = "<p>Tamarisk seals</p><script>var hidden = 1</script>"
    return packed({"imsmanifest.xml": manifest, "one.html": page, **more})


def found(name: str, data: bytes) -> Identified:
    return identify(name, data)


@pytest.mark.parametrize(
    ("version", "standard"),
    [("1.2", "SCORM 1.2"), ("2004 3rd Edition", "SCORM 2004 3rd Edition"), ("CAM 1.3", "SCORM 2004"),
     ("1.1.4", "IMS Content Packaging")],
)  # fmt: skip
def test_scorm_says_its_version_title_and_parts(version: str, standard: str) -> None:
    known = found("course.zip", scorm(version))
    assert known.about == {
        "standard": standard, "title": "Guard posts and patrols", "items": ["Lesson one", "Lesson two"],
    }  # fmt: skip
    assert "Tamarisk seals" in known.text
    assert "hidden" not in known.text


def test_cmi5_says_its_course_and_units() -> None:
    structure = """<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
  <course id="https://example.org/c"><title><langstring lang="en-US">Response force</langstring></title>
    <description><langstring lang="en-US">About it</langstring></description></course>
  <au id="https://example.org/a"><title><langstring lang="en-US">Unit one</langstring></title>
    <url>index.html</url></au>
</courseStructure>"""
    known = found("course.zip", packed({"cmi5.xml": structure}))
    assert known.about == {
        "standard": "cmi5", "title": "Response force", "language": "en-US", "items": ["Unit one"],
    }  # fmt: skip


def test_h5p_says_its_title_licence_and_words() -> None:
    about = {"title": "Quiz on seals", "language": "en", "mainLibrary": "H5P.MultiChoice",
             "license": "CC BY", "licenseVersion": "4.0"}  # fmt: skip
    content = {
        "question": "<p>Which seal is a tamarisk seal?</p>",
        "answers": [{"text": "None of it"}],
    }
    data = packed({"h5p.json": json.dumps(about), "content/content.json": json.dumps(content)})
    known = found("quiz.h5p", data)
    assert known.about == {
        "standard": "H5P", "title": "Quiz on seals", "language": "en", "licence": "CC BY 4.0",
        "items": ["H5P.MultiChoice"],
    }  # fmt: skip
    assert "Which seal is a tamarisk seal?\n" in known.text.replace("?", "?\n")


DOCTYPE = '<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><m>&x;</m>'


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (packed({"readme.txt": "x"}), "no e-learning package"),
        (packed({"folder/imsmanifest.xml": "<manifest/>"}), "no e-learning package"),
        (scorm("1.2", **{"bin/setup.exe": b"x"}), "holds a program"),
        (scorm("1.2", **{"picture.png": b"MZ\x90\0"}), "holds a program"),
        (scorm("1.2", **{"../../escape.html": "x"}), "leads out"),
        (scorm("1.2", **{"film.bin": b"\0" * 300_000_000}), "times its size"),
        (packed({"imsmanifest.xml": DOCTYPE}), "damaged"),
        (packed({"imsmanifest.xml": "<manifest>"}), "damaged"),
        (packed({"h5p.json": "[]"}), "damaged"),
        (packed({"h5p.json": "[" * 100_000}), "damaged"),
        (b"%PDF-1.7", "no ZIP"),
    ],
)
def test_a_package_that_cannot_be_trusted_is_refused(data: bytes, because: str) -> None:
    with pytest.raises(FileRefusedError) as error:
        found("course.zip", data)
    assert because in error.value.detail
