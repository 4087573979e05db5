"""Reports of what a reader may see: from page and command alike, in every language."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.test import Client
from making import Maker, text
from typer.testing import CliRunner

from concord.cli.commands import app
from concord.core.disclosure import Level
from concord.core.vocabulary import LANGUAGES


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
