"""An uploaded workbook: read, compared three ways, confirmed, undone; and a bare peer.

Run by `make bench ONLY=uploads`. Each size has a process and an empty register of its own. The peer
is django-import-export with its own preview (a dry run) and import of the same rows into a plain
table, measured at the smaller size alone.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from typing import Any

SIZES = [1_000, 10_000, 100_000]
LIMITS = {10_000: 10.0, 100_000: 60.0}
"""Seconds for a preview, and for a confirmation, by rows."""
MOST_MEMORY = 600


def made_up(rows: int, institution: str) -> bytes:
    """A workbook of activities, 21 cells a row, as our own template has its columns."""
    import xlsxwriter

    from concord.exchange.workbook.sheets import sheet_named
    from concord.exchange.workbook.writing import HIDDEN, META, VERSION, heads_of

    sheet = sheet_named("activities")
    heads = heads_of(sheet, ["en", "ja"], "en")
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    page = book.add_worksheet("Activities")
    for place, text in enumerate([*HIDDEN, *(head.text for head in heads)]):
        page.write_string(0, place, text)
    places = {head.key: place for place, head in enumerate(heads, start=len(HIDDEN))}
    chance = random.Random(1)  # noqa: S311 - made up, no secret
    for row in range(1, rows + 1):
        for key, value in _row(row, chance).items():
            page.write_string(row, places[key], value)
    meta = book.add_worksheet(META)
    lines = [["concord", VERSION, institution, "en"]]
    lines += [[sheet.name, "Activities", head.key, head.text] for head in heads]
    for number, line in enumerate(lines):
        for place, text in enumerate(line):
            meta.write_string(number, place, text)
    book.close()
    return target.getvalue()


def _row(number: int, chance: random.Random) -> dict[str, str]:
    day = f"20{chance.randint(10, 29)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
    topics = "; ".join(chance.sample(["B1", "B4", "D1", "H1", "E2", "F3"], 2))
    return {
        "number": f"n{number}", "title[en]": f"Course run {number}", "title[ja]": f"研修 {number}",
        "activity_kind": chance.choice(["course run", "workshop", "seminar"]),
        "when_start": day, "when_end": day, "stage": "done", "topics": topics, "roles": "R02",
        "reach": "regional", "languages": "en; ja",
        "country": chance.choice(["Japan", "Indonesia", "China"]),
        "town": f"Town {chance.randint(1, 99)}", "part_host": "Compiler",
        "part_participant": "Japan; Indonesia", "evaluation_level": "2", "seats": "24",
        "who_may_apply[en]": "All who may", "cost": "none", "contact": "office@example.org",
        "note[en]": f"Remark {chance.randint(1, 999)}",
    }  # fmt: skip


def measure(rows: int) -> dict[str, float]:
    """Seconds of each step, queries of two of them, and peak memory in MiB."""
    import uuid

    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    from concord.accounts.models import Role
    from concord.accounts.selectors import Acting
    from concord.core.disclosure import Actor, Level
    from concord.exchange.deciding import upload_confirm, upload_undo
    from concord.exchange.previewing import upload_compare
    from concord.exchange.uploads import upload_make
    from concord.record.services import Draft, content_parse, node_ensure, revision_write

    node_ensure()
    owner = uuid.uuid4()
    names = [{"name": "Compiler", "language": "en"}]
    content = content_parse(kind="institution", data={"names": names, "kinds": ["compiler"]})
    revision_write(
        actor=Actor(owner, may_publish=True), draft=Draft(content, owner, Level.PUBLIC), via="bench"
    )
    data = made_up(rows, str(owner))
    acting = Acting(uuid.uuid4(), owner, Role.PUBLISHER)
    found: dict[str, float] = {}
    start = time.perf_counter()
    upload = upload_make(acting=acting, name="courses.xlsx", data=data, language="en")
    upload_compare(upload_id=upload.id)
    found["preview, s"] = time.perf_counter() - start
    found["preview, memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        done = upload_confirm(acting=acting, upload_id=upload.id)
    assert len(done.written) == rows
    found["confirm, s"] = time.perf_counter() - start
    found["confirm, queries"] = min(len(queries), 9000)
    found["memory in all"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    assert upload_undo(acting=acting, upload_id=upload.id).restored == rows
    found["undo, s"] = time.perf_counter() - start
    if rows == SIZES[1]:
        found["peer: django-import-export, s"] = peer(data)
    return found


def peer(data: bytes) -> float:
    """Seconds that django-import-export takes to preview and import the same rows."""
    import openpyxl
    import tablib
    from django.db import connection, models
    from import_export import resources

    page = openpyxl.load_workbook(BytesIO(data), read_only=True)["Activities"]
    lines = [[str(cell or "") for cell in line] for line in page.iter_rows(values_only=True)]
    names = [f"column_{place}" for place in range(len(lines[0]))]

    fields: dict[str, Any] = {name: models.TextField(blank=True) for name in names}
    meta = type("Meta", (), {"app_label": "exchange"})
    plain = type("Plain", (models.Model,), {**fields, "__module__": __name__, "Meta": meta})
    with connection.schema_editor() as editor:
        editor.create_model(plain)
    resource_class = resources.modelresource_factory(plain)
    start = time.perf_counter()
    page = openpyxl.load_workbook(BytesIO(data), read_only=True)["Activities"]
    lines = [[str(cell or "") for cell in line] for line in page.iter_rows(values_only=True)]
    table = tablib.Dataset(*[["", *line] for line in lines[1:]], headers=["id", *names])
    for dry_run in (True, False):
        result = resource_class().import_data(table, dry_run=dry_run, raise_errors=True)
        assert not result.has_errors()
    return time.perf_counter() - start


def report() -> None:
    """Print the figures of each size as it ends."""
    found = {}
    for rows in SIZES:
        with tempfile.TemporaryDirectory() as var:
            env = {**os.environ, "CONCORD_VAR": var,
                   "DJANGO_SETTINGS_MODULE": "concord.site.settings"}  # fmt: skip
            child = [sys.executable, "-m", "benchmarks.uploads", "--measure", str(rows)]
            done = subprocess.run(child, env=env, check=True, capture_output=True, text=True)
        found[rows] = json.loads(done.stdout.splitlines()[-1])
        for name, figure in found[rows].items():
            limit = LIMITS.get(rows) if name in {"preview, s", "confirm, s"} else None
            if "memory" in name:
                limit = MOST_MEMORY
            over = "  OVER" if limit and figure > limit else ""
            print(f"{rows:>8} rows  {name:<32}{figure:>10.1f}"
                  + (f"  limit {limit:.0f}{over}" if limit else ""), flush=True)  # fmt: skip
    middle = found[SIZES[1]]
    ours = middle["preview, s"] + middle["confirm, s"]
    theirs = middle["peer: django-import-export, s"]
    print(f"{SIZES[1]} rows: django-import-export takes {theirs / ours:.1f} times as long")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        import django

        django.setup()
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        report()
