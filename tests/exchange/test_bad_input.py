"""What people send by mistake or on purpose: a clear message, and a register that is unharmed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from making import ROOT, Maker, join, text

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import member_of
from concord.exchange.deciding import upload_confirm
from concord.exchange.models import Upload
from concord.exchange.previewing import upload_compare
from concord.exchange.uploads import upload_make, upload_map, upload_paste, upload_rows
from concord.exchange.workbook.writing import workbook_write
from concord.record.checks import register_check
from concord.record.content import Content
from concord.record.models import Revision
from concord.record.selectors import record_get, records_owned

FIVE_ORDERS = ("2026-03-05", "5 March 2026", "March 5, 2026", "20260305", "2026年3月5日")
"""One day as five people write it, each certain by itself."""
EITHER_WAY = "04/05/2026"
"""A day that may be in April or in May."""
MARKED = "Nuclear \u202esecurity\u200f \u2066course\u2069"
HTML = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture
def acting(make: Maker, settings: Any, tmp_path: Path) -> Acting:
    settings.VAR = tmp_path
    return Acting(uuid.uuid4(), make.owner, Role.PUBLISHER)


def course(make: Maker, title: str, hours: int) -> Content:
    return make.parse("course", titles=text(title), providers=[str(make.owner)], length_hours=hours)


def pasted(acting: Acting, lines: list[str], columns: list[str], sheet: str) -> Upload:
    upload = upload_paste(acting=acting, text="\n".join(lines), language="en")
    upload_map(acting=acting, upload_id=upload.id, choices=[(sheet, columns)],
               constants=[{"activity_kind": "course_run"}])  # fmt: skip
    return upload_compare(upload_id=upload.id)


def test_a_day_in_five_orders_is_one_day_and_an_unclear_one_is_asked_about(acting: Acting) -> None:
    lines = ["Title\tDate", *(f"Run {n}\t{day}" for n, day in enumerate(FIVE_ORDERS))]
    lines.append(f"Run x\t{EITHER_WAY}")
    upload = pasted(acting, lines, ["title[en]", "when_start"], "activities")
    (refused,) = upload_rows(upload=upload, statuses=["refused"])
    (fault,) = refused["faults"]
    assert (refused["number"], fault["value"]) == (len(lines), EITHER_WAY)
    assert fault["likely"] == ["2026-04-05", "2026-05-04"]
    written = upload_confirm(acting=acting, upload_id=upload.id).written
    viewer = member_of(acting.institution)
    days = [record_get(viewer=viewer, record_id=key).content["days"] for key in written]
    assert days == ["2026-03-05"] * len(FIVE_ORDERS)


def test_marks_that_turn_the_writing_round_are_taken_out(acting: Acting) -> None:
    upload = pasted(acting, ["Title\tHours", f"{MARKED}\t3"], ["title[en]", "length_hours"],
                    "courses")  # fmt: skip
    (key,) = upload_confirm(acting=acting, upload_id=upload.id).written
    content = record_get(viewer=member_of(acting.institution), record_id=key).content
    assert content["titles"]["text"] == {"en": "Nuclear security course"}


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd.csv", "..\\..\\boot.csv", "/etc/cron.d/x.csv", "a\0b.csv", ".csv"]
)
def test_the_name_of_a_file_leads_nowhere(acting: Acting, tmp_path: Path, name: str) -> None:
    upload = upload_make(acting=acting, name=name, data=b"Title,Hours\nA,3", language="en")
    assert "/" not in upload.name
    assert "\0" not in upload.name
    inside = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.parent for path in inside} == {tmp_path / "uploads"}
    assert all(path.name.startswith(str(upload.id)) for path in inside)


def test_html_in_every_cell_is_text_on_every_page(make: Maker, settings: Any, tmp_path: Path,
                                                  ) -> None:  # fmt: skip
    settings.VAR = tmp_path
    client = join(make.owner, Role.PUBLISHER, "ann")
    acting = {"acting": str(make.owner)}
    lines = f"Title\tTown\tTopics\n{HTML}\t{HTML}\t{HTML}\n{HTML} 2\t{HTML}\tB4"
    page = client.post("/desk/uploads/new/", {"text": lines, **acting}, follow=True)
    address = page.redirect_chain[-1][0]
    shown = [page.content.decode()]
    columns = {"sheet-0": "activities", "column-0-0": "title[en]", "column-0-1": "town",
               "column-0-2": "topics", "all-0-activity_kind": "workshop"}  # fmt: skip
    client.post(f"{address}columns/", {**columns, **acting})
    shown += [client.get(f"{address}?status={s}").content.decode() for s in ("refused", "new")]
    client.post(f"{address}decide/", {"do": "confirm", **acting})
    (record,) = records_owned(viewer=member_of(make.owner), owner=make.owner, kind="activity")
    for path in (address, f"/records/{record.id}/", "/training/", "/desk/"):
        shown.append(client.get(path, follow=True).content.decode())
    assert sum(page.count("&lt;script&gt;alert(1)") for page in shown) >= 4
    for page_text in shown:
        assert "<script>alert" not in page_text
        assert "<img src=x" not in page_text


def test_a_workbook_of_last_spring_changes_what_it_says_and_no_more(
    acting: Acting, make: Maker
) -> None:
    ids = [make.write(course(make, f"Course {n}", n + 1)) for n in range(4)]
    spring = workbook_write(
        viewer=member_of(make.owner), institution=make.owner, language="en"
    )  # fmt: skip
    for key in ids[:2]:  # changed since; the workbook knows nothing of it
        make.write(course(make, "Renamed", 40), record_id=key)
    book = openpyxl.load_workbook(BytesIO(spring))
    page = book["Courses"]
    heads = {str(cell.value): cell.column for cell in page[1]}
    rows = {page.cell(row, 1).value: row for row in range(2, page.max_row + 1)}
    page.cell(rows[str(ids[0])], heads["Hours"], 99)  # touched on both sides
    page.cell(rows[str(ids[2])], heads["Hours"], 77)  # touched here alone
    changed = BytesIO()
    book.save(changed)
    upload = upload_make(acting=acting, name="s.xlsx", data=changed.getvalue(), language="en")
    upload = upload_compare(upload_id=upload.id)
    assert {s: n for s, n in upload.counts.items() if s != "same"} == {"conflict": 1, "changed": 1}
    assert upload_confirm(acting=acting, upload_id=upload.id).written == [ids[2]]
    hours = [
        record_get(viewer=member_of(make.owner), record_id=key).content["length_hours"]
        for key in ids
    ]
    assert hours == [40, 40, 77, 4]


def test_a_form_from_elsewhere_brings_no_file(make: Maker, settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    known = join(make.owner, Role.EDITOR, "ann")
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = known.cookies
    answer = forged.post("/desk/uploads/new/", {"text": "Title\tHours\nA\t3"})
    assert answer.status_code == 403
    assert Upload.objects.count() == 0


PREPARED = """
import django, sys, json; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
sys.path[:0] = ["tests", "tests/exchange"]
from test_bad_input import *
make = Maker()
acting = Acting(uuid.uuid4(), make.owner, Role.PUBLISHER)
key = make.write(course(make, "Course", 1))
def edited(hours):
    book = openpyxl.load_workbook(BytesIO(workbook_write(
        viewer=member_of(make.owner), institution=make.owner, language="en")))
    page = book["Courses"]
    heads = {str(cell.value): cell.column for cell in page[1]}
    page.cell(2, heads["Hours"], hours)
    for n in range(400):
        page.cell(3 + n, heads["Title (English)"], f"New {hours} {n}")
    target = BytesIO(); book.save(target)
    upload = upload_make(acting=acting, name="c.xlsx", data=target.getvalue(), language="en")
    return str(upload_compare(upload_id=upload.id).id)
print(json.dumps([str(acting.institution), edited(7), edited(8)]))
"""
CONFIRMED = """
import django, sys; django.setup()
import uuid
from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.exchange.deciding import upload_confirm
from concord.record.errors import ConcordError
acting = Acting(uuid.uuid4(), uuid.UUID(sys.argv[1]), Role.PUBLISHER)
print("ready", flush=True)
input()
try:
    print(len(upload_confirm(acting=acting, upload_id=uuid.UUID(sys.argv[2])).written))
except ConcordError as error:
    print(error.code)
"""
COUNTED = """
import django; django.setup()
from concord.record.checks import register_check
from concord.record.models import Record
print(Record.objects.filter(kind="course").count(), list(register_check()))
"""


@pytest.mark.slow
def test_two_people_at_once_write_one_after_the_other(tmp_path: Path) -> None:
    """Three processes: two confirm the same upload, a third one of the same record."""
    env = {**os.environ, "CONCORD_VAR": str(tmp_path), "PYTHONPATH": str(ROOT / "src"),
           "DJANGO_SETTINGS_MODULE": "concord.site.settings"}  # fmt: skip
    env.pop("CONCORD_DATABASE_URL", None)

    def start(code: str, *more: str) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", code, *more], env=env, cwd=ROOT, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip

    institution, one, other = json.loads(start(PREPARED).communicate()[0].splitlines()[-1])
    people = [start(CONFIRMED, institution, upload) for upload in (one, one, other)]
    for person in people:
        assert person.stdout is not None
        assert person.stdout.readline() == "ready\n"
    for person in people:
        assert person.stdin is not None
        person.stdin.write("\n")
        person.stdin.flush()
    first, second, third = (person.communicate()[0].strip() for person in people)
    assert sorted([first, second, third]).count("401") == 1  # whoever came first, and all of it
    refused = {said for said in (first, second, third) if said != "401"}
    assert refused <= {"not-now", "changed-meanwhile"}
    count = start(COUNTED).communicate()[0].strip()
    assert count == "401 []"


def test_the_register_is_unharmed_by_what_was_refused(acting: Acting) -> None:
    before = Revision.objects.count()
    upload = pasted(acting, ["Title\tTopics", "A\tno such topic", "B\t=1+1"],
                    ["title[en]", "topics"], "courses")  # fmt: skip
    assert upload.counts == {"refused": 2}
    assert upload_confirm(acting=acting, upload_id=upload.id).written == []
    assert Revision.objects.count() == before
    assert list(register_check()) == []
