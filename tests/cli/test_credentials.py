"""Credentials at the command line, offline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from issuing import DID, LISTS, OTHER, OTHER_DID, badge, endorsed, lists, sign
from typer.testing import CliRunner

from concord.cli.commands import app
from concord.core.credentials.badge import Issuer
from concord.record.errors import InvalidQueryError

runner = CliRunner()


def written(path: Path, document: dict[str, object]) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def _var(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR = tmp_path  # type: ignore[attr-defined]
    monkeypatch.delenv("CONCORD_ISSUER_KEY", raising=False)


def found(*words: str) -> tuple[int, dict[str, str]]:
    result = runner.invoke(app, ["verify", *words, "--json"])
    return result.exit_code, {
        one["check"] if one["outcome"] == "failed" else f"{one['check']} {one['outcome']}": one[
            "reason"
        ]
        for one in json.loads(result.stdout)["findings"]
    }


def test_a_credential_holds_and_what_could_not_be_told_is_said(tmp_path: Path) -> None:
    file = written(tmp_path / "badge.json", sign(badge(valid_until=None)))
    given = []
    for purpose, address in LISTS.items():
        # Lists of the tests end in their own year; without an end they hold on any day.
        document = {
            name: v for name, v in lists()[address].items() if name not in {"proof", "validUntil"}
        }
        given += ["--status", written(tmp_path / f"{purpose}.json", sign(document))]
    code, told = found(file, "--issuer", DID, *given)
    assert (code, set(told)) == (
        0, {"schema passed", "signature passed", "date passed", "issuer passed", "status passed"},
    )  # fmt: skip
    code, told = found(file)
    assert code == 0
    assert {"issuer open", "status open"} <= set(told)


def test_one_that_fails_says_why_and_ends_with_an_error(tmp_path: Path) -> None:
    changed = {**sign(badge()), "name": "Another"}
    result = runner.invoke(app, ["verify", written(tmp_path / "badge.json", changed)])
    assert result.exit_code == 1
    assert "NO        signature  the signature is not of these words and this key" in result.stdout
    assert "It does not hold." in result.stdout
    with pytest.raises(InvalidQueryError):
        runner.invoke(app, ["verify", str(tmp_path / "none.json")], catch_exceptions=False)


def test_whom_a_trusted_issuer_endorses_is_told_as_endorsed(tmp_path: Path) -> None:
    credential = sign(badge(issuer=Issuer(OTHER_DID, "Other"), status=[], valid_until=None), OTHER)
    word = written(tmp_path / "endorsement.json", endorsed(valid_until=None))
    file = written(tmp_path / "badge.json", credential)
    assert (
        found(file, "--issuer", DID, "--endorsement", word)[1]["issuer passed"]
        == "endorsed by one known here"
    )


def test_the_key_is_made_shown_and_rotated(tmp_path: Path) -> None:
    made = runner.invoke(app, ["key", "make"], catch_exceptions=False).stdout
    assert "in use" in made
    assert runner.invoke(app, ["key", "show"], catch_exceptions=False).stdout == made
    rotated = runner.invoke(app, ["key", "rotate"], catch_exceptions=False).stdout.splitlines()
    assert [line.split("  ")[1][:5] for line in rotated] == ["until", "in us"]
    assert rotated[0].split()[0] == made.split()[0]
    assert (tmp_path / "issuer-key").stat().st_mode & 0o077 == 0
    with pytest.raises(InvalidQueryError):
        runner.invoke(app, ["key", "make"], catch_exceptions=False)
