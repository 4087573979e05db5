"""Pages in two processes while a third writes one revision a second.

Run by `make bench ONLY=writes`. Each child reads its pages and times how long its tables take to
follow a revision; the writer is the parent.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time

from benchmarks.lists import FLOOR
from benchmarks.registers import SIZES, environment, main, table

SECONDS = 20
PAGES = {
    FLOOR: "/glossary/",
    "training": "/training/",
    "training, common word": "/training/?q=culture",
    "institutions": "/institutions/",
    "collaboration": "/collaboration/",
    "statements": "/statements/",
}


def measure() -> dict[str, float]:
    """p95 in ms of each page, and of the time in which the tables follow a revision."""
    from django.test import Client

    from concord.record.selectors import register_number
    from concord.register.lists import training_table

    client = Client(HTTP_HOST="localhost")
    client.get("/training/")
    print("ready", flush=True)
    times: dict[str, list[float]] = {name: [] for name in (*PAGES, "follow a revision")}
    seen, end = register_number(), time.monotonic() + SECONDS
    while time.monotonic() < end:
        for name, address in PAGES.items():
            start = time.perf_counter()
            client.get(address)
            times[name].append((time.perf_counter() - start) * 1000)
            if (newest := register_number()) != seen:
                start = time.perf_counter()
                training_table()
                times["follow a revision"].append((time.perf_counter() - start) * 1000)
                seen = newest
    return {
        name: statistics.quantiles(found, n=20)[18]
        for name, found in times.items()
        if len(found) > 1
    }


WRITER = """
import time, django; django.setup()
from benchmarks.snapshot import _revise
from concord.core.disclosure import ANYONE
from concord.record.columns import Question
from concord.record.selectors import record_get
from concord.register.lists import training_table
ids = training_table().ids_where(ANYONE, Question({"kind": frozenset({"course_run"})}))
print("ready", flush=True)
input()
for number in range(%d):
    _revise(record_get(viewer=ANYONE, record_id=ids[number %% len(ids)]), number)
    time.sleep(1)
"""


def run(size: int) -> dict[str, float]:
    env = {**environment(size), "PYTHONPATH": os.getcwd()}  # noqa: PTH109
    child = [sys.executable, "-m", "benchmarks.writes", "--measure"]
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    writer = subprocess.Popen([sys.executable, "-c", WRITER % SECONDS], env=env, **pipe)
    assert writer.stdout is not None
    writer.stdout.readline()
    readers = [subprocess.Popen(child, env=env, stdout=subprocess.PIPE, text=True) for _ in "12"]
    for reader in readers:
        assert reader.stdout is not None
        reader.stdout.readline()
    assert writer.stdin is not None
    writer.stdin.write("\n")
    writer.stdin.flush()
    found = [json.loads(reader.communicate()[0].splitlines()[-1]) for reader in readers]
    writer.communicate()
    assert writer.returncode == 0  # else nothing was written while pages were read
    return {name: max(f[name] for f in found) for name in found[0] if all(name in f for f in found)}


def report() -> None:
    found = {size: run(size) for size in SIZES}
    limits = {name: 300.0 for name in PAGES if name != FLOOR} | {"follow a revision": 100.0}
    table("p95 in ms, the slower of two", found, FLOOR, limits)


if __name__ == "__main__":
    main("writes", measure, report)
