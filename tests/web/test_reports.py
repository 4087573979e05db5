"""Reports of what a reader may see: from page and command alike, in every language."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from pathlib import Path

import pytest
from django.test import Client
from making import Maker, text
from typer.testing import CliRunner

from concord.cli.commands import app
from concord.core.disclosure import ANYONE, Level
from concord.core.vocabulary import LANGUAGES
from concord.documents.report import signs
from concord.documents.report.making import REGION, region_report
from concord.documents.report.sources import sources_sheet
from concord.register.assumptions import assumption_words, assumptions
from concord.studies.running import study_run
from concord.studies.study import study_get


@pytest.mark.usefixtures("east_asia")
def test_the_region_has_a_report_in_every_language(tmp_path: Path) -> None:
    made = {}
    for language in LANGUAGES:
        out = tmp_path / f"{language}.pdf"
        done = CliRunner().invoke(
            app, ["report", "region", "--language", language, "--out", str(out)]
        )
        assert done.exit_code == 0, done.output
        made[language] = out.read_bytes()
    assert len(set(made.values())) == len(LANGUAGES)
    page = Client().get("/reports/region.pdf")
    assert page["Content-Type"] == "application/pdf"
    assert page.content == made["en"], "the same bytes for the same content"
    wrong = CliRunner().invoke(app, ["report", "region", "--language", "xx"])
    assert wrong.exit_code != 0


@pytest.mark.django_db
def test_a_report_on_a_centre_tells_of_no_hidden_record(make: Maker, tmp_path: Path) -> None:
    centre = make.write(make.institution("Centre", state="KR"))
    part = {"party": {"institution": str(centre)}, "part": "host"}
    usual = {"activity_kind": "exercise", "stage": "done", "when": "2024", "parties": [part]}
    make.put("activity", titles=text("Run"), **usual)
    before = Client().get(f"/reports/{centre}.pdf").content
    hidden = make.parse("activity", titles=text("Hidden"), **(usual | {"when": "2025"}))
    make.write(hidden, level=Level.INSTITUTION)
    assert Client().get(f"/reports/{centre}.pdf").content == before
    out = tmp_path / "centre.pdf"
    own = ["report", "centre", str(centre), "--out", str(out), "--institution", str(make.owner)]
    done = CliRunner().invoke(app, own)
    assert done.exit_code == 0, done.output
    assert out.read_bytes() != before
    assert Client().get(f"/reports/{uuid.uuid4()}.pdf").status_code == 404
    assert Client().get(f"/reports/{centre}.pdf", {"year": "x"}).status_code == 400


@pytest.mark.usefixtures("east_asia")
def test_a_report_shows_pictures_and_lists_what_it_rests_on() -> None:
    results = {
        name: study_run(viewer=ANYONE, name=name, question=study_get(name).question.checked({}))
        for name in REGION
    }
    made = region_report(results, ANYONE, "en", None)
    pictures = {section.title: len(section.pictures) for section in made.sections}
    assert {title: count for title, count in pictures.items() if count} == {
        "Coverage": 1, "Needs and gaps": 2, "Overlap": 1, "Collaboration": 1,
    }  # fmt: skip
    sources = made.sections[-1].sheets[0]
    assert sources.title == "Sources"
    assert len(sources.rows) > 50
    assert all(row[0] and row[2] for row in sources.rows)
    assumed = {row[0] for section in made.sections for sheet in section.sheets
               if sheet.title.startswith("Assumptions") for row in sheet.rows}  # fmt: skip
    words = assumption_words()
    assert all(key in assumed or words[key].label("en") in assumed for key in assumptions())
    assert "13 not answered" in made.lead[0]
    for language in LANGUAGES:
        written = str(asdict(region_report(results, ANYONE, language, None)))
        assert not {sign for sign in written if sign not in signs()}, language


@pytest.mark.django_db
def test_sources_of_a_report_are_those_that_its_reader_sees(make: Maker) -> None:
    centre = make.write(make.institution("Centre", state="KR"))
    elsewhere = make.write(make.institution("Elsewhere", state="JP"))

    def cites(of: uuid.UUID, title: str, level: Level = Level.PUBLIC) -> None:
        source = make.write(make.parse("source", titles=text(title), source_kind="report"),
                            level=level)  # fmt: skip
        part = {"party": {"institution": str(of)}, "part": "host"}
        make.put("activity", titles=text("Run"), activity_kind="exercise", stage="done",
                 parties=[part], citations=[{"source": str(source)}])  # fmt: skip

    cites(centre, "Seen")
    cites(centre, "Hidden", Level.INSTITUTION)
    cites(elsewhere, "Of another")
    named = sources_sheet(ANYONE, "en", None, str(centre)).rows
    assert [(row[0], row[2]) for row in named] == [("Seen", 1)]
    assert {row[0] for row in sources_sheet(ANYONE, "en", None).rows} == {"Seen", "Of another"}
