"""The operator's commands for releases."""

from __future__ import annotations

import json
import uuid

import pytest
from making import Maker
from releasing import Centres
from typer.testing import CliRunner

from concord.cli.commands import app
from concord.record.errors import ConcordError, InvalidQueryError, NotFoundError
from concord.studies.models import Release
from concord.studies.releasing import ReleaseError


@pytest.fixture
def centres(make: Maker) -> Centres:
    centres = Centres(make)
    for topic in ("B1", "C1"):
        centres.all_ran(10, topic=topic)
    for who, topic in enumerate(("D1", "E1", "F1")):
        centres.ran(who, 30 + who, topic=topic)
    return centres


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words))
    if isinstance(done.exception, ConcordError):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout


MAKE = ("release", "make", "participation", "--by", "topic_group")


@pytest.mark.usefixtures("centres")
def test_a_release_is_made_shown_verified_attacked_and_withdrawn() -> None:
    assert "Nobody sees it yet" in run(*MAKE)
    assert not Release.objects.exists()
    made = run(*MAKE, "--let-out")
    assert "protected" in made
    release = Release.objects.get()
    assert str(release.id) in made
    listed = json.loads(run("release", "list", "--json"))
    assert [line["id"] for line in listed] == [str(release.id)]
    assert "public" in run("release", "list")
    shown = json.loads(run("release", "show", str(release.id), "--inputs", "--certificates"))
    assert shown["inputs"]
    assert shown["certificates"]
    assert {c["state"] for c in shown["cells"]} == {"value", "protected"}
    assert "certificates" not in run("release", "show", str(release.id), "--json")
    assert "protected" in run("release", "show", str(release.id))
    verified = json.loads(run("release", "verify", str(release.id), "--json"))
    assert all(line["holds"] for line in verified)
    assert "holds" in run("release", "verify", str(release.id))
    reached = json.loads(run("attack", str(release.id), "--json", "--whole"))
    assert {r["attacker"] for r in reached} > {"outsider"}
    assert all(r["is_protected"] and r["high"] - r["low"] >= r["width"] for r in reached)
    assert "3 protected cells" in run("attack", str(release.id))
    run("release", "withdraw", str(release.id), "--because", "a mistake")
    assert Release.objects.get().state == Release.State.WITHDRAWN


def test_what_an_attacker_reaches_fails_the_command(centres: Centres) -> None:
    run(*MAKE, "--let-out")
    release = Release.objects.get()
    place = release.figures["states"].index("protected")
    release.figures["states"][place] = "value"
    release.figures["values"][place] = 30
    release.save()
    assert "TOO CLOSE" in run("attack", str(release.id), code=1)
    assert "DOES NOT HOLD" in run("release", "verify", str(release.id), code=1)


@pytest.mark.usefixtures("centres")
def test_refusals_are_said(centres: Centres) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        run(*MAKE, "--stage", "planned")
    assert "no number that is withheld" in caught.value.fields["release"]
    with pytest.raises(ReleaseError):
        run(*MAKE, "--minimum", "2")
    with pytest.raises(NotFoundError):
        run("attack", str(uuid.uuid4()))
    with pytest.raises(NotFoundError):
        run("release", "verify", str(uuid.uuid4()))
    rounded = run(*MAKE, "--method", "rounding", "--base", "50", "--let-out")
    assert "50" in rounded
    assert "0 of" in rounded
