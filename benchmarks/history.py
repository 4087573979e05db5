"""A register of a million revisions: a record's history, a difference, what was known, a restore.

Run by `make bench ONLY=history`. Each course is said again and again through the services, one of
them ten thousand times; the database is kept under `var/bench`. Floor: the same rows by SQL
alone, with nothing made of them.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from benchmarks.sizes import size

RECORDS, ROUNDS, LONGEST = size(49_500), 20, size(10_000)
TIMES = 40
LIMIT = 5.0
"""How many times a page that reads nothing a page may take: both wait alike on a busy machine."""
FIRST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LONG = uuid.UUID(int=1)
OWNER = uuid.UUID(int=2)


def environment() -> dict[str, str]:
    var = Path(f"var/bench/history-{RECORDS}")
    found = {
        **os.environ,
        "CONCORD_VAR": str(var.resolve()),
        "DJANGO_SETTINGS_MODULE": "concord.site.settings",
    }
    if not (var / "complete").exists():
        var.mkdir(parents=True, exist_ok=True)
        (var / "concord.sqlite3").unlink(missing_ok=True)
        start = time.perf_counter()
        child = [sys.executable, "-m", "benchmarks.history"]
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "-v", "0"], env=found, check=True
        )
        subprocess.run([sys.executable, "-m", "django", "createcachetable"], env=found, check=True)
        collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "-v", "0"]
        subprocess.run(collect, env=found, check=True)
        subprocess.run([*child, "--fill"], env=found, check=True)
        (var / "complete").touch()
        print(f"filled in {time.perf_counter() - start:.0f} s", flush=True)
    return found


def fill() -> None:
    """Through the services, so that everything is as it would be."""
    from django.db import transaction

    from concord.core.disclosure import Actor, Level
    from concord.record.services import Draft, content_parse, node_ensure, revisions_write

    node_ensure()
    actor = Actor(OWNER, may_publish=True)

    def institution() -> Draft:
        names = [{"name": "Centre", "language": "en"}]
        data = {"names": names, "kinds": ["coe"], "state": "JP"}
        return Draft(content_parse(kind="institution", data=data), OWNER, Level.PUBLIC)

    def course(key: uuid.UUID, number: int) -> Draft:
        words = {"original": "en", "text": {"en": f"Course {key.int}, said {number} times"}}
        data = {"titles": words, "providers": [str(OWNER)], "topics": ["B4"], "languages": ["en"],
                "length_hours": float(number % 40 + 1)}  # fmt: skip
        return Draft(content_parse(kind="course", data=data), key, Level.PUBLIC)

    revisions_write(actor=actor, drafts=[institution()], via="benchmark", at=FIRST)
    keys = [uuid.UUID(int=1_000 + n) for n in range(RECORDS)]
    for number in range(ROUNDS):
        with transaction.atomic():
            for start in range(0, RECORDS, 5_000):
                drafts = [course(key, number) for key in keys[start : start + 5_000]]
                at = FIRST + number * 500 * HOUR
                revisions_write(actor=actor, drafts=drafts, via="benchmark", at=at)
        print(f"round {number + 1} of {ROUNDS}", flush=True)
    with transaction.atomic():
        for number in range(LONGEST):
            draft, at = course(LONG, number), FIRST + number * HOUR
            revisions_write(actor=actor, drafts=[draft], via="benchmark", at=at)


def p95(call: Callable[[], object], times: int = TIMES) -> float:
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(taken, n=20)[18]


def measure() -> None:
    from django.db import connection
    from django.test import Client

    from concord.core.disclosure import ANYONE, Actor
    from concord.record.history import record_restore
    from concord.record.models import Revision
    from concord.record.selectors import record_get, record_list, revision_list
    from concord.record.then import records_then

    client = Client(HTTP_HOST="localhost")
    other, half = uuid.UUID(int=1_000 + RECORDS // 2), LONGEST // 2
    then = FIRST + half * HOUR

    def get(address: str) -> Callable[[], None]:
        def call() -> None:
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)

        return call

    def sql(text: str, *given: object) -> Callable[[], object]:
        def call() -> object:
            with connection.cursor() as cursor:
                cursor.execute(text, given)
                return cursor.fetchall()

        return call

    rows = "SELECT * FROM record_revision WHERE record_id = %s AND revision_number"
    floors = {
        "51 lines": p95(sql(f"{rows} < %s ORDER BY revision_number DESC LIMIT 51", LONG.hex, half)),
        "two revisions": p95(sql(f"{rows} IN (%s, %s)", LONG.hex, half, half - 1)),
        "one as of a moment": p95(
            sql(
                "SELECT * FROM record_revision WHERE record_id = %s AND at <= %s "
                "ORDER BY revision_number DESC LIMIT 1", LONG.hex, then.replace(tzinfo=None),
            )
        ),
    }  # fmt: skip
    print(f"revisions: {Revision.objects.count()}")
    start = time.perf_counter()
    client.get(f"/records/{other}/")
    print(f"first page of a process, in s: {time.perf_counter() - start:.1f}")
    glossary = p95(get("/glossary/"))
    print(f"{'p95 in ms':<52}{'':>10}   against")
    line("a page that reads nothing (glossary)", glossary)
    lines = {"viewer": ANYONE, "record_id": LONG, "count": 51}
    line("51 lines of 10,000", p95(lambda: revision_list(**lines)), floors["51 lines"])
    line(
        "51 lines in the middle of 10,000",
        p95(lambda: revision_list(**lines, before=half)),
        floors["51 lines"],
    )
    line(
        "what a record of 10,000 revisions said at a moment",
        p95(lambda: record_get(viewer=ANYONE, record_id=LONG, known_at=then)),
        floors["one as of a moment"],
    )
    for name, address in {
        "page of a record of 20 revisions": f"/records/{other}/",
        "page of a record of 10,000 revisions": f"/records/{LONG}/",
        "the same, 5,000 revisions back": f"/records/{LONG}/?before={half}",
        "the same, as known at a moment": f"/records/{LONG}/?known_at=2020-04-01",
        "page of a difference": f"/records/{LONG}/revisions/{half}/",
    }.items():
        line(name, p95(get(address)), glossary, LIMIT)
    actor = Actor(OWNER, may_publish=True)
    line(
        "a restore, written and committed",
        p95(
            lambda: record_restore(actor=actor, record_id=LONG, revision_number=half, reason=""), 20
        ),
        glossary,
        LIMIT,
    )
    start = time.perf_counter()
    now = sum(1 for _ in record_list(viewer=ANYONE, kind="course"))
    taken = time.perf_counter() - start
    start = time.perf_counter()
    past = sum(1 for _ in records_then(viewer=ANYONE, known_at=then, kinds=["course"]))
    ratio = (time.perf_counter() - start) / taken
    print(f"all courses: {now} now in {taken:.1f} s, {past} as of a moment {ratio:.1f}x that")


def line(name: str, taken: float, floor: float = 0.0, limit: float = 0.0) -> None:
    against = f"{taken / floor:.1f}x" if floor else ""
    verdict = f"  limit {limit:.0f}x{'  OVER' if taken > limit * floor else ''}" if limit else ""
    print(f"{name:<52}{taken:>10.2f}   {against}{verdict}", flush=True)


if __name__ == "__main__":
    if {"--fill", "--measure"} & set(sys.argv):
        import django

        django.setup()
        fill() if "--fill" in sys.argv else measure()
    else:
        print("== history", flush=True)
        child = [sys.executable, "-m", "benchmarks.history", "--measure"]
        subprocess.run(child, env=environment(), check=True)
