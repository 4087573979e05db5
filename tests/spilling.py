"""Plants a marker by every way in and out of a real installation, purges it, and looks for it.

Run as a program with ``CONCORD_VAR`` and perhaps ``CONCORD_DATABASE_URL``: it works through pages,
the interface for programs and the worker, with a second process that reads meanwhile, and prints
as JSON where the marker was before and after.
"""

from __future__ import annotations

import base64
import json
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import django

django.setup()

import openpyxl  # noqa: E402 - Django is made ready first
from calling import Program  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core import mail  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from making import Maker, join  # noqa: E402
from people import share  # noqa: E402
from sending import fields  # noqa: E402
from serving import Server, serving  # noqa: E402

from concord.accounts.models import Role  # noqa: E402
from concord.accounts.notices import notices_digest  # noqa: E402
from concord.core.disclosure import ANYONE, member_of  # noqa: E402
from concord.exchange.models import Export, FeedEntry, Upload  # noqa: E402
from concord.jobs import tasks  # noqa: E402
from concord.record.models import Purge, Record  # noqa: E402
from concord.record.purging import purges_all  # noqa: E402
from concord.studies.services import studies_run  # noqa: E402

Argon2PasswordHasher.time_cost = Argon2PasswordHasher.parallelism = 1  # as in all tests
Argon2PasswordHasher.memory_cost = 8
MARKER = "Zebra-Quartz 7731 im Gewölbe"
WANTED = re.compile(r"zebra-quartz.{0,3}7731", re.IGNORECASE)
BYTES = re.compile(rb"zebra-quartz.{0,3}7731", re.IGNORECASE | re.DOTALL)
READER = """
import sys, django; django.setup()
from concord.core.disclosure import ANYONE
from concord.record.columns import Question
from concord.register.lists import training_table
for line in sys.stdin:
    table = training_table()
    table.ids_where(ANYONE, Question())
    print(sum("zebra-quartz" in text for text in table._columns.texts.texts), flush=True)
"""


def work() -> None:
    """What the worker does, until nothing is to be done now."""
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)


def seen(answer: Any, *statuses: int) -> Any:
    """The answer, which must be one of these."""
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    assert answer.status_code in (statuses or (200, 302)), f"{answer.status_code} {text[-2500:]}"
    return answer


def brought(client: Client) -> UUID:
    """A course from a workbook, written and published; and the same file again, not yet written."""
    book = openpyxl.load_workbook(BytesIO(client.get("/desk/workbook/").content))
    sheet = book["Courses"]
    heads = [cell.value for cell in sheet[1]]
    for name, value in {"Title (English)": MARKER, "Topics": "D1"}.items():
        sheet.cell(2, heads.index(name) + 1, value)
    out = BytesIO()
    book.save(out)

    def bring() -> str:
        file = SimpleUploadedFile(f"{MARKER}.xlsx", out.getvalue())
        return str(seen(client.post("/desk/uploads/new/", {"file": file}), 302).url)

    address = bring()
    (record,) = re.findall(r'name="record" value="([^"]+)"', client.get(address).content.decode())
    decided = {"do": "confirm", "offered": [record], "record": [record]}
    seen(client.post(f"{address}decide/", decided), 302)
    seen(share(client, record), 302)
    bring()
    pasted = f"Course {MARKER}\tWhen\nA\t2027\n"
    address = seen(client.post("/desk/uploads/new/", {"text": pasted}), 302).url
    meant = {"do": "map", "sheet-0": "courses", "column-0-0": "title[en]", "column-0-1": ""}
    seen(client.post(f"{address}columns/", meant), 302)
    return UUID(record)


def typed(client: Client, centre: UUID) -> UUID:
    """An activity from a form, changed again with a reason that says it."""
    address = "/desk/records/new/activities/"
    sent = fields(client.get(address).content.decode())
    sent |= {"title-en": ["A visit"], "activity_kind": ["seminar"], "note-en": [MARKER]}
    seen(client.post(address, {**sent, "do": "save"}), 302)
    key = Record.objects.get(kind="activity", owner=centre).id
    seen(share(client, key), 302)
    address = f"/records/{key}/edit/"
    sent = fields(client.get(address).content.decode())
    sent |= {"town": ["Tokai"], "reason": [f"It is not {MARKER}"]}
    seen(client.post(address, {**sent, "do": "save"}), 302)
    return key


def fed(client: Client, server: Server) -> UUID:
    """An activity from a calendar that is read on a schedule."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{MARKER}@centre.example",
             "DTSTAMP:20260101T000000Z", "DTSTART;VALUE=DATE:20270302", f"SUMMARY:{MARKER}",
             "END:VEVENT", "END:VCALENDAR", ""]  # fmt: skip
    url = server.put("/c.ics", "\r\n".join(lines))
    body = {"url": url, "name": "Calendar", "hours": "24", "language": "en"}
    page = seen(client.post("/desk/feeds/new/", body), 302).url
    work()
    seen(client.post(f"{page}do/", {"do": "approve"}))
    work()
    key = FeedEntry.objects.get().record_id
    assert key is not None
    return key


def program(centre: UUID, key: UUID) -> Program:
    """A program that writes once for each of its keys."""
    found = Program(centre, name="program")
    tag = found.get(f"/api/records/{key}")["ETag"]
    body = {"content": {"town": "Mito"}, "reason": f"moved, see {MARKER}"}
    headers = {"Idempotency_Key": MARKER[:12], "If_Match": tag}
    answer = found.send("PATCH", f"/api/records/{key}", body, **headers)
    assert answer.status_code == 200, answer.content
    return found


def spread(ann: Client, centre: UUID, other: UUID, key: UUID, server: Server) -> None:
    """What becomes of a record: proposals, held changes, files, hooks, notices, studies, caches."""
    stranger = join(other, Role.EDITOR, "stranger")
    address = f"/records/{key}/propose/"
    sent = fields(stranger.get(address).content.decode()) | {
        "town": ["Nara"], "source": ["A letter"], "why": [f"about {MARKER}"], "do": ["save"]
    }  # fmt: skip
    seen(stranger.post(address, sent), 302)
    editor = join(centre, Role.EDITOR, "editor")
    address = f"/records/{key}/edit/"
    sent = fields(editor.get(address).content.decode()) | {"town": ["Ulsan"]}
    seen(editor.post(address, {**sent, "do": "save"}), 302)
    seen(ann.post("/exports/", {"listing": "training", "query": ""}), 302)
    hook = {"url": f"http://127.0.0.1:{server.port}/", "watches": ["own", "public"]}
    seen(ann.post("/desk/hooks/", hook))
    for viewer in (ANYONE, member_of(centre)):
        studies_run(viewer=viewer)
    cache.set("a-page", {"title": MARKER})
    session = ann.session
    session["typed"] = MARKER
    session.save()
    tasks.tell_hooks.func()
    notices_digest()
    tasks.compare_upload.enqueue(MARKER)  # no id: it ends in a fault that the queue keeps
    work()


def purged(ann: Client, bob: Client, key: UUID, field: str) -> None:
    """Asked for by one, approved by another, both on their pages."""
    page = seen(ann.get(f"/records/{key}/purge/")).content.decode()
    assert 'name="field"' in page
    asked = seen(ann.post(f"/records/{key}/purge/", {"field": field, "rule": "security"}), 302).url
    assert "Approve" not in seen(ann.get(asked)).content.decode()
    seen(ann.post(asked, {"do": "approve"}), 409)
    page = seen(bob.get(asked)).content.decode()
    assert "Revisions of the record" in page
    seen(bob.post(asked, {"do": "approve"}), 302)


def places(var: Path) -> dict[str, list[str]]:
    """In which tables and in which files the marker stands, whatever it is packed into."""
    return {"tables": sorted(set(_tables())), "files": sorted(set(_files(var)))}


def _tables() -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if WANTED.search(_unpacked(table, name, value)):
                        yield f"{table}.{name}"
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tablename, most_common_vals::text, histogram_bounds::text"
                           " FROM pg_stats WHERE schemaname = 'public'")  # fmt: skip
            yield from (f"pg_stats of {row[0]}" for row in cursor if WANTED.search(str(row)))


def _unpacked(table: str, name: str, value: Any) -> str:
    if table == "django_session" and name == "session_data":
        return str(SessionStore().decode(value))
    if table == "cache" and name == "value":
        return str(pickle.loads(base64.b64decode(value)))  # noqa: S301 - our own cache
    said = str(value)
    return said.encode().decode("unicode_escape") if "\\u" in said else said


def _files(var: Path) -> Iterator[str]:
    for path in var.rglob("*"):
        if path.is_file() and "static" not in path.parts:
            data = path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    data += b"".join(archive.read(name) for name in archive.namelist())
            if BYTES.search(data):
                parent = path.parent.name if path.parent != var else ""
                yield f"{parent}/*{path.suffix}" if parent else path.name


def main() -> None:
    """Plant, look, purge, look again."""
    var = Path(settings.VAR)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    make = Maker()
    centre = make.write(make.institution("Centre", state="JP"))
    other = make.write(make.institution("Other", state="KR"))
    ann, bob = join(centre, Role.MANAGER, "ann"), join(centre, Role.PUBLISHER, "bob")
    pipe = subprocess.PIPE
    reader = subprocess.Popen(
        [sys.executable, "-c", READER], stdin=pipe, stdout=pipe, text=True
    )  # fmt: skip

    def in_memory() -> int:
        assert reader.stdin
        assert reader.stdout
        reader.stdin.write("\n")
        reader.stdin.flush()
        return int(reader.stdout.readline())

    in_memory()  # it keeps its connection open from now on, and so the log ahead of the database
    with serving(settings) as server:
        course = brought(ann)
        activity = typed(ann, centre)
        event = fed(ann, server)
        api = program(centre, activity)
        spread(ann, centre, other, activity, server)
        before = {**places(var), "memory": in_memory()}
        for key, field in ((course, "all"), (activity, "note"), (event, "titles")):
            purged(ann, bob, key, field)
        work()
        after = {**places(var), "memory": in_memory()}
        sent = [str(message.message()) for message in mail.outbox]
        sent += [str(heads) + body.decode() for heads, body in server.posted]
        again = api.send(
            "PATCH", f"/api/records/{activity}", {"content": {}}, Idempotency_Key=MARKER[:12]
        )
        tasks.read_due_feeds.func()
        work()
    reader.communicate()
    pages = {
        "course": Client().get(f"/records/{course}/").status_code,
        "activity": Client().get(f"/records/{activity}/").status_code,
        "said": "Removed under a rule" in Client().get(f"/records/{activity}/").content.decode(),
        "told": (len(sent) > 1, any(WANTED.search(said) for said in sent)),
        "repeated": again.status_code,
        "audit": [row.state for row in purges_all()],
        "rewritten": Purge.objects.filter(rewritten_at=None).count(),
        "exports": sorted(set(Export.objects.values_list("state", flat=True))),
        "uploads": sorted(set(Upload.objects.values_list("state", flat=True))),
    }
    sys.stdout.write(json.dumps({"before": before, "after": after, "pages": pages}) + "\n")


if __name__ == "__main__":
    main()
