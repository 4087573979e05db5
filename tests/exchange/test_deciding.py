"""Large uploads: the worker writes them or nothing, says how far it is, and may stop at any time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from making import ROOT, Maker

from concord.accounts.models import Mandate, Person, Role
from concord.accounts.selectors import Acting, acting_for
from concord.core.disclosure import member_of
from concord.exchange import marking
from concord.exchange.deciding import (
    NotNowError,
    decision_keep,
    upload_carry_out,
    upload_confirm,
    upload_start_again,
    upload_undo,
)
from concord.exchange.keeping import progress_of, upload_bytes
from concord.exchange.models import Upload
from concord.exchange.previewing import upload_compare
from concord.exchange.uploads import READ_AT_ONCE, upload_drop, upload_make, upload_map
from concord.record.errors import NotFoundError
from concord.record.selectors import records_owned_ids


@pytest.fixture
def acting(make: Maker, settings: Any, tmp_path: Path) -> Iterator[Acting]:
    """An editor of an institution, with an account."""
    settings.VAR = tmp_path
    person = Person.objects.create(email="editor@example.org")
    Mandate.objects.create(person=person, institution=make.owner, role=Role.EDITOR)
    return acting_for(person=person, institution=make.owner)


def courses(rows: int, *, wide: int = 0) -> bytes:
    """A table of courses of somebody's own."""
    lines = ["Title,Topics,Hours"]
    lines += [f"Course {number} {'x' * wide},B4,{number % 40 + 1}" for number in range(rows)]
    return "\n".join(lines).encode()


def compared(acting: Acting, data: bytes) -> Upload:
    upload = upload_make(acting=acting, name="ours.csv", data=data, language="en")
    if upload.state == Upload.State.COMPARING:  # a large file is read by the worker
        upload = upload_compare(upload_id=upload.id)
    columns = ["title[en]", "topics", "length_hours"]
    upload_map(acting=acting, upload_id=upload.id, choices=[("courses", columns)])
    return upload_compare(upload_id=upload.id)


def count_of(acting: Acting) -> int:
    viewer = member_of(acting.institution)
    return len(list(records_owned_ids(viewer=viewer, owner=acting.institution, kind="course")))


def test_the_worker_writes_and_undoes_what_was_decided(acting: Acting) -> None:
    upload = compared(acting, courses(600))
    assert progress_of(upload).done == progress_of(upload).of == 600
    decision_keep(acting=acting, upload_id=upload.id)
    with pytest.raises(NotNowError):
        decision_keep(acting=acting, upload_id=upload.id)
    with pytest.raises(NotNowError):
        upload_confirm(acting=acting, upload_id=upload.id)
    with pytest.raises(NotNowError):
        upload_drop(acting=acting, upload_id=upload.id)
    assert count_of(acting) == 0
    done = upload_carry_out(upload_id=upload.id)
    assert (done.state, done.fault, count_of(acting)) == (Upload.State.WRITTEN, "", 600)
    assert upload_carry_out(upload_id=upload.id).state == Upload.State.WRITTEN  # once is enough
    assert count_of(acting) == 600
    decision_keep(acting=acting, upload_id=upload.id, undo=True)
    assert upload_carry_out(upload_id=upload.id).state == Upload.State.UNDONE
    assert count_of(acting) == 0


def test_some_are_left_out_in_the_worker_too(acting: Acting) -> None:
    upload = compared(acting, courses(3))
    kept = [key for batch in upload.batches.all() for key in batch.drafts]
    decision_keep(acting=acting, upload_id=upload.id, without=kept[:2])
    assert upload_carry_out(upload_id=upload.id).written == [[kept[2], 1]]


def test_who_may_no_longer_write_writes_nothing(acting: Acting) -> None:
    upload = compared(acting, courses(3))
    decision_keep(acting=acting, upload_id=upload.id)
    Mandate.objects.update(role=Role.READER)
    done = upload_carry_out(upload_id=upload.id)
    assert done.state == Upload.State.COMPARED
    assert done.fault
    Mandate.objects.update(role=Role.EDITOR)
    Mandate.objects.all().delete()
    assert done.state == Upload.State.COMPARED
    assert count_of(acting) == 0


def test_what_was_changed_meanwhile_is_compared_again(acting: Acting) -> None:
    upload = compared(acting, courses(3))
    decision_keep(acting=acting, upload_id=upload.id)
    batch = upload.batches.get()
    key = next(iter(batch.drafts))
    batch.drafts[key]["made_from"] = 7
    batch.save()
    assert upload_carry_out(upload_id=upload.id).state == Upload.State.COMPARING
    assert count_of(acting) == 0
    assert upload_compare(upload_id=upload.id).counts == {"new": 3}


def test_a_large_file_is_read_by_the_worker(acting: Acting) -> None:
    data = courses(1_000, wide=READ_AT_ONCE // 1_000)
    upload = upload_make(acting=acting, name="ours.csv", data=data, language="en")
    assert (upload.state, upload.mapping.get("tables")) == (Upload.State.COMPARING, None)
    upload = upload_compare(upload_id=upload.id)
    assert upload.state == Upload.State.MAPPING
    assert upload.mapping["tables"][0]["heads"] == ["Title", "Topics", "Hours"]


def test_a_large_file_that_cannot_be_read_says_so_on_its_page(acting: Acting) -> None:
    data = courses(1_000, wide=READ_AT_ONCE // 1_000) + b'\n"a quote that never ends'
    upload = upload_make(acting=acting, name="ours.csv", data=data, language="en")
    upload = upload_compare(upload_id=upload.id)
    assert upload.state == Upload.State.REFUSED
    assert "quotation mark" in upload.fault


def test_a_file_is_read_once(acting: Acting) -> None:
    upload = upload_make(acting=acting, name="o.csv", data=courses(2), language="en")
    path = next(p for p in Path(acting_folder()).iterdir() if p.name == str(upload.id))
    path.write_bytes(b"")  # what is compared is what was read when it came
    columns = ["title[en]", "topics", "length_hours"]
    upload_map(acting=acting, upload_id=upload.id, choices=[("courses", columns)])
    assert upload_compare(upload_id=upload.id).counts == {"new": 2}
    assert upload_bytes(upload) == b""
    upload_drop(acting=acting, upload_id=upload.id)
    assert list(Path(acting_folder()).iterdir()) == []


def test_the_faults_of_a_large_upload_come_as_a_list(
    acting: Acting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "MOST_ROWS", 2)
    data = b"Title,Topics,Hours\nA,B4,1\nB,=1+1,x\nC,B4,3\n"
    upload = compared(acting, data)
    book = openpyxl.load_workbook(BytesIO(marking.workbook_marked(upload=upload)))
    (page,) = book
    rows = list(page.iter_rows(values_only=True))
    assert [row[1:4] for row in rows[1:]] == [(3, "Topics", "=1+1"), (3, "Hours", "x")]
    assert not any(cell.data_type == "f" for line in page for cell in line)


def acting_folder() -> Path:
    from django.conf import settings

    return Path(settings.VAR) / "uploads"


def queries(acting: Acting, rows: int) -> tuple[int, int, int]:
    """How many queries a preview, a confirmation and an undoing of so many rows take."""
    found = []
    with CaptureQueriesContext(connection) as asked:
        upload = compared(acting, courses(rows))
    found.append(len(asked))
    with CaptureQueriesContext(connection) as asked:
        upload_confirm(acting=acting, upload_id=upload.id)
    found.append(len(asked))
    with CaptureQueriesContext(connection) as asked:
        upload_undo(acting=acting, upload_id=upload.id)
    return found[0], found[1], len(asked)


def test_queries_grow_with_batches_and_not_with_rows(acting: Acting) -> None:
    """500 rows are one batch, 2,000 are four: three batches more, a few queries each."""
    queries(acting, 1)
    few, many = queries(acting, 500), queries(acting, 2_000)
    assert queries(acting, 250) == few
    for small, large in zip(few, many, strict=True):
        assert large - small <= 3 * 14


STOPPED = """
import django, os, sys, json; django.setup()
from concord.exchange.deciding import upload_carry_out
upload_carry_out(upload_id=sys.argv[1])
"""
PREPARED = """
import django, sys, json; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
sys.path.insert(0, "tests/exchange"); sys.path.insert(0, "tests")
from making import Maker
from test_deciding import *
make = Maker()
person = Person.objects.create(email="editor@example.org")
Mandate.objects.create(person=person, institution=make.owner, role=Role.EDITOR)
acting = acting_for(person=person, institution=make.owner)
upload = compared(acting, courses(12_000))
decision_keep(acting=acting, upload_id=upload.id)
print(upload.id)
"""
TAKEN_UP = """
import django, os, sys, time; django.setup()
sys.path.insert(0, "tests/exchange"); sys.path.insert(0, "tests")
from test_deciding import *
from concord.exchange.keeping import QUIET
from concord.record.checks import register_check
from concord.record.models import Revision
upload = Upload.objects.get(id=sys.argv[1])
acting = acting_for(person=Person.objects.get(), institution=upload.institution)
assert (upload.state, count_of(acting), Revision.objects.count()) == ("writing", 0, 1)
try:
    upload_start_again(acting=acting, upload_id=upload.id)
except NotNowError:
    print("too early")
path = acting_folder() / f"{upload.id}.progress"
os.utime(path, (time.time() - 2 * QUIET,) * 2)
assert progress_of(upload).has_stopped
upload_start_again(acting=acting, upload_id=upload.id)
print(upload_carry_out(upload_id=upload.id).state, count_of(acting), list(register_check()))
"""


@pytest.mark.slow
def test_a_worker_that_is_killed_leaves_nothing_half_written(tmp_path: Path) -> None:
    env = {**os.environ, "CONCORD_VAR": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    env |= {"DJANGO_SETTINGS_MODULE": "concord.site.settings"}
    env.pop("CONCORD_DATABASE_URL", None)

    def run(code: str, *more: str) -> str:
        child = [sys.executable, "-c", code, *more]
        done = subprocess.run(child, capture_output=True, text=True, env=env, cwd=ROOT, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    key = run(PREPARED).split()[-1]
    progress = tmp_path / "uploads" / f"{key}.progress"
    running = subprocess.Popen([sys.executable, "-c", STOPPED, key], env=env, cwd=ROOT)
    while running.poll() is None and json.loads(progress.read_text())[0] == 0:
        time.sleep(0.01)
    assert running.poll() is None
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert run(TAKEN_UP, key).splitlines() == ["too early", "written 12000 []"]


def test_nobody_takes_up_what_is_not_theirs(acting: Acting, make: Maker) -> None:
    upload = compared(acting, courses(1))
    other = Acting(uuid.uuid4(), make.write(make.institution("Other")), Role.EDITOR)
    with pytest.raises(NotFoundError):
        upload_start_again(acting=other, upload_id=upload.id)
    with pytest.raises(NotNowError):
        upload_start_again(acting=acting, upload_id=upload.id)
