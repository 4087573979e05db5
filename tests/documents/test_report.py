"""Reports hold their words in every language, read nothing as markup, and are always the same."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.vocabulary import LANGUAGES
from concord.documents.findings import Sheet
from concord.documents.heatmap import HeatCell, HeatRow, draw_heatmap
from concord.documents.report import HERE, Picture, Report, Section, report_pdf
from concord.register import vocabulary


def report(language: str = "en", title: str = "Report", **more: object) -> Report:
    chart = draw_heatmap(
        [title], [HeatRow(title, "/x", [HeatCell("said", "1", "/x", title)])],
        chart_id="c", title=title, description=title,
    )  # fmt: skip
    sheet = Sheet(title, ("A", "B"), [(title, 1), (None, 2.5)], (title,))
    section = Section(title, (title,), (Picture(chart, title),), (sheet, Sheet("Empty", (), [])))
    usual = {
        "title": title, "subtitle": title, "language": language, "tlp": "TLP:CLEAR",
        "foot": title, "publisher": "Concord", "nothing": "nothing", "more": "%(n)d more",
        "lead": (title,), "sections": (section,),
    }  # fmt: skip
    return Report(**(usual | more))  # type: ignore[arg-type]


def test_a_report_is_the_same_in_every_process() -> None:
    here = report_pdf(report())
    assert here == report_pdf(report())
    code = (
        "import django; django.setup(); import hashlib, test_report as t;"
        "print(hashlib.sha256(t.report_pdf(t.report())).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parent, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert told.stdout.strip() == hashlib.sha256(here).hexdigest()
    assert here.startswith(b"%PDF-")


UGLY = st.text(max_size=30) | st.sampled_from([
    "#panic()", "$x^2$", "*bold* _it_ `raw`", "@label <x>", "#import \"/etc/passwd\"", "\\u{0}",
    "= Heading", "[#read(\"report.typ\")]", "</svg>", "\x00\x0b\ud800", "'\"\\",
])  # fmt: skip


@given(UGLY)
@settings(max_examples=12, deadline=None)
def test_no_text_is_read_as_markup_or_breaks_a_report(title: str) -> None:
    assert report_pdf(report(title=title or "x")).startswith(b"%PDF-")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_letters(language: str) -> None:
    own = {"zh-Hans": "SC", "ja": "JP", "ko": "KR"}
    known: set[int] = set()
    for name in ("NotoSans-Regular", f"NotoSans{own.get(language, '')}-Regular"):
        known |= set(TTFont(HERE / "fonts" / f"{name}.ttf").getBestCmap())
    for words in (vocabulary.topics(), vocabulary.roles(), vocabulary.countries()):
        for entry in words:
            missing = {sign for sign in entry.label(language) if ord(sign) not in known}
            assert not missing, entry.label(language)
    assert report_pdf(report(language, vocabulary.topics().label("B1", language)))


def test_long_tables_say_what_was_left_out() -> None:
    rows = [(n, n) for n in range(500)]
    section = Section("Long", sheets=(Sheet("Long", ("A", "B"), rows),))
    short = Section("Long", sheets=(Sheet("Long", ("A", "B"), rows[:400]),))
    assert report_pdf(report(sections=(section,))) != report_pdf(report(sections=(short,)))
