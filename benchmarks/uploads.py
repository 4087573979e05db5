"""An uploaded workbook: read, compared three ways, confirmed, undone; and a peer on the same file.

Run by `make bench ONLY=uploads`. Each size has a process and an empty register of its own, so new
rows have no likes among older records to be weighed against.

The peer is django-import-export, used as its documentation has it for an admin page with a preview:
the XLSX is read by its own format class, imported with `dry_run=True` (which compares each row
and makes its difference), read again, and imported. Its resource says of the columns what a user
would have to say: dates and whole numbers by their widgets, country, kind and host by
`ForeignKeyWidget`, topics, roles, languages and participants by `ManyToManyWidget`, all to tables
that hold the vocabularies; rows are known again by their number; `skip_unchanged` and
`report_skipped` as in its guide; transactions as by default. `use_bulk` is left off: it does not
save many-to-many columns. The models have an index for each look-up, and nothing of history,
disclosure, likeness, or languages, which Concord writes in the same time. It is measured at the
smaller size alone, by the same clock: the ratio is one of processor time.
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
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from benchmarks.sizes import size

SIZES = [size(1_000), size(10_000), size(100_000)]
LIMITS = {SIZES[1]: 10.0, SIZES[2]: 60.0}
"""Seconds for a preview, a confirmation and an undoing, by rows."""
TIMED = {"preview, s", "confirm, s", "undo, s"}
MOST_MEMORY = 600


def _heads() -> dict[str, str]:
    """What stands above each column."""
    from concord.exchange.workbook.sheets import sheet_named
    from concord.exchange.workbook.writing import heads_of

    heads = heads_of(sheet_named("activities"), ["en", "ja"], "en")
    return {head.key: head.text for head in heads}


def made_up(rows: int, institution: str) -> bytes:
    """A workbook of activities, 21 cells a row, as our own template has its columns."""
    import xlsxwriter

    from concord.exchange.workbook.writing import HIDDEN, META, VERSION

    heads = _heads()
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    page = book.add_worksheet("Activities")
    for place, text in enumerate([*HIDDEN, *heads.values()]):
        page.write_string(0, place, text)
    places = {key: place for place, key in enumerate(heads, start=len(HIDDEN))}
    chance = random.Random(1)  # noqa: S311 - made up, no secret
    for row in range(1, rows + 1):
        for key, value in _row(row, chance).items():
            page.write_string(row, places[key], value)
    meta = book.add_worksheet(META)
    lines = [["concord", VERSION, institution, "en"]]
    lines += [["activities", "Activities", key, text] for key, text in heads.items()]
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
    with timed(found, "preview"):
        upload = upload_make(acting=acting, name="courses.xlsx", data=data, language="en")
        upload = upload_compare(upload_id=upload.id)
    assert upload.counts == {"new": rows}, upload.fault
    found["preview, memory"] = memory()
    with timed(found, "confirm"), CaptureQueriesContext(connection) as queries:
        done = upload_confirm(acting=acting, upload_id=upload.id)
    assert len(done.written) == rows
    found["confirm, queries"] = min(len(queries), 9000)
    found["memory in all"] = memory()
    with timed(found, "undo"):
        assert upload_undo(acting=acting, upload_id=upload.id).restored == rows
    if rows == SIZES[1]:
        with timed(found, "peer: django-import-export"):
            peer(data, rows)
    return found


@contextmanager
def timed(found: dict[str, float], name: str) -> Iterator[None]:
    """Keep the seconds that the clock and the processor took."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    found[f"{name}, s"] = time.perf_counter() - clock
    found[f"{name}, processor s"] = time.process_time() - processor


def memory() -> float:
    """The most memory that the process had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peer(data: bytes, rows: int) -> None:
    """Have django-import-export preview and import the same file."""
    from django.db import connection, models
    from import_export import fields, resources, widgets
    from import_export.formats.base_formats import XLSX

    def model(name: str, **columns: Any) -> Any:
        meta = type("Meta", (), {"app_label": "exchange"})
        made = type(name, (models.Model,), {**columns, "__module__": __name__, "Meta": meta})
        with connection.schema_editor() as editor:
            editor.create_model(made)
        return made

    def listed(name: str, labels: list[str]) -> Any:
        made = model(name, label=models.CharField(max_length=100, unique=True))
        made.objects.bulk_create(made(label=label) for label in labels)
        return made

    countries = listed("PeerCountry", ["Japan", "Indonesia", "China"])
    kinds = listed("PeerKind", ["course run", "workshop", "seminar"])
    hosts = listed("PeerHost", ["Compiler"])
    lists = {
        "topics": listed("PeerTopic", ["B1", "B4", "D1", "H1", "E2", "F3"]),
        "roles": listed("PeerRole", ["R02"]),
        "languages": listed("PeerLanguage", ["en", "ja"]),
        "part_participant": countries,
    }
    one = {"country": countries, "activity_kind": kinds, "part_host": hosts}
    days, numbers = ["when_start", "when_end"], ["evaluation_level", "seats"]
    texts = [key for key in _row(1, random.Random(1)) if key not in  # noqa: S311
             {*lists, *one, *days, *numbers, "number"}]  # fmt: skip
    column = {key: key.replace("[", "_").rstrip("]") for key in texts}
    plain = model(
        "PeerActivity",
        number=models.CharField(max_length=50, unique=True),
        **{name: models.TextField(blank=True) for name in column.values()},
        **{key: models.DateField(null=True) for key in days},
        **{key: models.IntegerField(null=True) for key in numbers},
        **{key: models.ForeignKey(to, models.PROTECT, null=True, related_name="+")
           for key, to in one.items()},
        **{key: models.ManyToManyField(to, related_name="+") for key, to in lists.items()},
    )  # fmt: skip
    heads = _heads()

    def field(key: str, attribute: str, widget: Any) -> Any:
        return fields.Field(column_name=heads[key], attribute=attribute, widget=widget)

    chosen = {
        "number": field("number", "number", widgets.CharWidget()),
        **{column[key]: field(key, column[key], widgets.CharWidget()) for key in texts},
        **{key: field(key, key, widgets.DateWidget("%Y-%m-%d")) for key in days},
        **{key: field(key, key, widgets.IntegerWidget()) for key in numbers},
        **{key: field(key, key, widgets.ForeignKeyWidget(to, "label")) for key, to in one.items()},
        **{key: field(key, key, widgets.ManyToManyWidget(to, separator="; ", field="label"))
           for key, to in lists.items()},
    }  # fmt: skip
    meta = type("Meta", (), {
        "model": plain, "fields": tuple(chosen), "import_id_fields": ("number",),
        "skip_unchanged": True, "report_skipped": True,
    })  # fmt: skip
    resource_class = type("PeerResource", (resources.ModelResource,), {**chosen, "Meta": meta})
    for dry_run in (True, False):
        table = XLSX().create_dataset(data)
        result = resource_class().import_data(table, dry_run=dry_run, raise_errors=True)
        assert not result.has_errors()
        assert result.totals["new"] == rows
    assert plain.objects.count() == rows


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
            limit = LIMITS.get(rows) if name in TIMED else None
            if "memory" in name:
                limit = MOST_MEMORY
            over = "  OVER" if limit and figure > limit else ""
            print(f"{rows:>8} rows  {name:<32}{figure:>10.1f}"
                  + (f"  limit {limit:.0f}{over}" if limit else ""), flush=True)  # fmt: skip
    middle = found[SIZES[1]]
    ours = middle["preview, processor s"] + middle["confirm, processor s"]
    theirs = middle["peer: django-import-export, processor s"]
    print(f"{SIZES[1]} rows: django-import-export takes {theirs / ours:.1f} times as long")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        import django

        django.setup()
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        report()
