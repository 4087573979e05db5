"""The one way in."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import uuid

import pytest
from django.db import connection
from django.utils import timezone
from making import ROOT, Maker, text

from concord.core.disclosure import ANYONE, Actor, Level, member_of
from concord.record.checks import register_check
from concord.record.errors import (
    ChangedMeanwhileError,
    InvalidContentError,
    NotFoundError,
    NotOwnerError,
)
from concord.record.guard import UnguardedWriteError
from concord.record.models import Record, Revision
from concord.record.selectors import (
    record_get,
    record_list,
    register_number,
    revision_list,
)
from concord.record.services import (
    Draft,
    content_parse,
    record_remove,
    revision_write,
    revisions_write,
)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE record_record SET kind = 'x'",
        "DELETE FROM record_revision",
        "INSERT INTO record_head (id, number) VALUES (7, 7)",
    ],
)
def test_nothing_writes_around_the_services(make: Maker, sql: str) -> None:
    with pytest.raises(UnguardedWriteError), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_models_themselves_cannot_write_either(make: Maker) -> None:
    with pytest.raises(UnguardedWriteError):
        Record.objects.filter(id=make.owner).update(kind="x")
    with pytest.raises(UnguardedWriteError):
        Revision.objects.all().delete()


def test_a_revision_covers_the_record_with_all_its_parts(make: Maker) -> None:
    key = make.write(make.institution("Centre", milestones=[{"step": "pledged", "when": "2010"}]))
    make.write(make.institution("Center"), record_id=key, made_from=1)
    assert [r.revision_number for r in revision_list(viewer=ANYONE, record_id=key)] == [2, 1]
    assert "milestones" not in record_get(viewer=ANYONE, record_id=key).content


def test_known_at_gives_what_the_register_said_then(make: Maker) -> None:
    key = make.write(make.institution("Old"))
    between = timezone.now()
    make.write(make.institution("New"), record_id=key)
    then = record_get(viewer=ANYONE, record_id=key, known_at=between)
    assert then.content["names"][0]["name"] == "Old"
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key, known_at=between - dt.timedelta(days=1))


@pytest.mark.parametrize("sign", ["\x07", "\x85", "\u202e", "\ufffe"])
def test_a_sign_that_nobody_sees_is_refused_by_its_number(make: Maker, sign: str) -> None:
    """One of them in one title makes a news feed of all training unreadable."""
    with pytest.raises(InvalidContentError) as refused:
        content_parse(
            kind="course", data={"titles": text(f"odd{sign}one"), "providers": [str(make.owner)]}
        )
    assert f"U+{ord(sign):04X}" in refused.value.fields["titles.text.en"]
    kept = text("two\nlines, \u200fa mark, e\u0301 and 😀")
    make.parse("course", titles=kept, providers=[str(make.owner)])


def test_only_the_owner_writes(make: Maker) -> None:
    stranger = Actor(uuid.uuid4())
    with pytest.raises(NotOwnerError):
        revision_write(actor=stranger, draft=Draft(make.institution("X"), make.owner), via="test")


def test_a_change_made_from_an_older_revision_is_refused(make: Maker) -> None:
    key = make.write(make.institution("A"))
    make.write(make.institution("B"), record_id=key, made_from=1)
    with pytest.raises(ChangedMeanwhileError):
        make.write(make.institution("C"), record_id=key, made_from=1)


def test_one_bad_draft_and_nothing_is_written(make: Maker) -> None:
    before = register_number()
    course = content_parse(
        kind="course", data={"titles": text("x"), "providers": [str(uuid.uuid4())]}
    )
    drafts = [Draft(make.institution("Fine")), Draft(course)]
    with pytest.raises(InvalidContentError) as caught:
        revisions_write(actor=Actor(make.owner), drafts=drafts, via="test")
    assert "providers" in next(iter(caught.value.fields))
    assert register_number() == before
    assert len(list(record_list(viewer=ANYONE, kind="institution"))) == 1


def test_a_reference_to_a_record_of_another_kind_is_refused(make: Maker) -> None:
    source = make.put("source", titles=text("A source"))
    with pytest.raises(InvalidContentError):
        make.put("course", titles=text("x"), providers=[str(source)])


def test_a_removed_record_is_gone_and_its_history_stays(make: Maker) -> None:
    key = make.write(make.institution("Gone"))
    record_remove(actor=Actor(make.owner), record_id=key, via="test", reason="a test")
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key)
    assert Revision.objects.filter(record_id=key).count() == 2


def test_a_record_of_the_institution_is_not_there_for_the_public(make: Maker) -> None:
    key = make.write(make.institution("Hidden"), level=Level.INSTITUTION)
    with pytest.raises(NotFoundError):
        record_get(viewer=ANYONE, record_id=key)
    assert record_get(viewer=member_of(make.owner), record_id=key).id == key
    assert key not in {r.id for r in record_list(viewer=ANYONE, kind="institution")}


def test_a_withheld_field_shows_as_withheld_whether_or_not_it_holds_a_value(make: Maker) -> None:
    fields = {"website": Level.INSTITUTION}
    full = make.write(make.institution("F", website="https://example.org"), fields=fields)
    empty = make.write(make.institution("E"), fields=fields)
    for key in (full, empty):
        view = record_get(viewer=ANYONE, record_id=key)
        assert view.withheld == ("website",)
        assert "website" not in view.content


def test_the_check_finds_what_was_changed_from_outside(make: Maker) -> None:
    assert list(register_check()) == []
    key = make.write(make.institution("A"))
    from concord.record.guard import service

    with service():
        Record.objects.filter(id=key).update(content={"names": []})
    where = {fault.where for fault in register_check()}
    assert where == {f"institution {key}"}


KILLED = """
import django, sys; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
sys.path.insert(0, "tests")
from making import Maker
make = Maker()
while True:
    print(make.write(make.institution("one more")), flush=True)
"""


@pytest.mark.slow
def test_a_killed_process_loses_no_committed_revision(tmp_path: object) -> None:
    env = {**os.environ, "CONCORD_VAR": str(tmp_path), "PYTHONPATH": str(ROOT / "tests")}
    env.pop("CONCORD_DATABASE_URL", None)
    running = subprocess.Popen(
        [sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT
    )
    assert running.stdout is not None
    said = [running.stdout.readline().strip() for _ in range(30)]
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    check = (
        "import django; django.setup()\n"
        "from concord.record.models import Record\n"
        "from concord.record.checks import register_check\n"
        "print(*Record.objects.values_list('id', flat=True))\n"
        "assert not list(register_check())"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, env=env, check=True
    )
    assert set(said) <= set(done.stdout.split())
