"""The command-line tool, as its user calls it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import openpyxl
import pytest
from making import EAST_ASIA, Maker
from typer.testing import CliRunner

from concord.accounts.models import Invitation
from concord.accounts.selectors import invitation_get
from concord.cli.commands import app
from concord.core.disclosure import ANYONE
from concord.record.errors import ConcordError, InvalidQueryError
from concord.record.selectors import record_list

runner = CliRunner()


@pytest.mark.usefixtures("east_asia")
def test_coverage_as_json() -> None:
    result = runner.invoke(app, ["coverage", "--json", "--cut", "brief"], catch_exceptions=False)
    found = json.loads(result.stdout)
    assert found["cut"] == "brief"
    assert len(found["topics"]) == 48
    states = {topic["code"]: topic["state"] for topic in found["topics"]}
    assert (states["A1"], states["A3"], states["D1"]) == ("offered", "said_of_unnamed", "not_found")


@pytest.mark.usefixtures("east_asia")
@pytest.mark.parametrize(
    "words",
    [
        ["coverage"],
        ["coverage", "--csv"],
        ["institutions", "--centres"],
        ["check"],
        ["export", "need"],
    ],
)
def test_command_runs(words: list[str]) -> None:
    result = runner.invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout.strip()


@pytest.mark.usefixtures("east_asia")
def test_show_prints_a_record() -> None:
    source = next(record_list(viewer=ANYONE, kind="source"))
    result = runner.invoke(app, ["show", str(source.id)], catch_exceptions=False)
    assert json.loads(result.stdout)["kind"] == "source"


@pytest.mark.parametrize(
    "command",
    [
        "init",
        "load",
        "coverage",
        "institutions",
        "show",
        "export",
        "serve",
        "start",
        "check",
        "invite",
        "template",
    ],
)
def test_help_teaches(command: str) -> None:
    result = runner.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.stdout.split()) > 12


def test_starting_imports_neither_ibis_nor_duckdb() -> None:
    code = (
        "import sys, django; django.setup()\n"
        "import concord.site.wsgi, concord.cli.commands\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "assert not {'ibis', 'duckdb', 'pandas'} & set(sys.modules), 'slow imports at start'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.django_db
def test_serve_refuses_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(InvalidQueryError) as refused:
            runner.invoke(app, ["serve", "--port", port], catch_exceptions=False)
    assert port in refused.value.fields["port"]


def test_invite_prints_a_link_that_gives_the_role(make: Maker) -> None:
    result = runner.invoke(app, ["invite", "editor", "--institution", str(make.owner)])
    secret = result.stdout.strip().rstrip("/").rpartition("/")[2]
    assert invitation_get(secret=secret).institution == make.owner


def test_an_id_is_never_cut(make: Maker) -> None:
    """It is copied into other commands, from a terminal of whatever width."""
    key = make.write(
        make.institution("A centre with a name that fills the line by itself", state="JP")
    )
    assert str(key) in runner.invoke(app, ["institutions"], terminal_width=80).stdout


@pytest.mark.parametrize(
    "arguments",
    [["editor"], ["editor", "--state", "JP"], ["contact_point", "--state", "XX"],
     ["coordinator", "--network", str(uuid.uuid4())]],
)  # fmt: skip
@pytest.mark.django_db
def test_invite_refuses_what_makes_no_sense(arguments: list[str]) -> None:
    with pytest.raises(ConcordError):
        runner.invoke(app, ["invite", *arguments], catch_exceptions=False)
    assert not Invitation.objects.exists()


def test_template_writes_a_workbook(make: Maker, tmp_path: Path) -> None:
    target = tmp_path / "workbook.xlsx"
    runner.invoke(
        app, ["template", str(make.owner), str(target), "--language", "ja"], catch_exceptions=False
    )
    assert "コース" in {page.title for page in openpyxl.load_workbook(target)}


@pytest.mark.django_db
def test_check_explains_a_faulty_file_of_rules(settings: object, tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    own.write_text('[switch]\n"guards.time" = "off"\n', encoding="utf-8")
    settings.CONCORD_SENSITIVE_RULES = str(own)
    answer = CliRunner().invoke(app, ["check"])
    assert answer.exit_code == 1
    told = " ".join(answer.output.split())
    assert "switch.guards.time: no such rule; nearest known: guards.times" in told


@pytest.mark.usefixtures("east_asia")
def test_policy_is_said_in_the_words_of_its_page() -> None:
    iscn, compiler = "c01fc474-b754-4bf2-aa90-8962b07b145c", "4c951f2c-b028-4cf9-bdcf-e28c6ba030b4"
    told = runner.invoke(app, ["policy", iscn]).output
    for words in ("An example", "Everybody sees (TLP:CLEAR", "What stays inside",
                  "Workforce: that there is one"):  # fmt: skip
        assert words in told, words
    assert "has not said" in runner.invoke(app, ["policy", compiler]).output


@pytest.mark.django_db
def test_loading_takes_a_word_on_warnings(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(EAST_ASIA, folder)
    courses = folder / "courses.csv"
    plain = courses.read_text(encoding="utf-8")
    courses.write_text(
        plain.replace("Gap analysis,", "Gap analysis (ask jane.doe@mail.example),", 1),
        encoding="utf-8",
    )
    words = ["load", str(folder), "--level", "public"]
    with pytest.raises(ConcordError, match="confirm"):
        runner.invoke(app, words, catch_exceptions=False)
    told = runner.invoke(app, [*words, "--confirm-warnings"], catch_exceptions=False)
    assert "records written" in told.output
