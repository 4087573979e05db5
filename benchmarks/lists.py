"""Pages of training at three sizes: p95 at the server, beside a page that reads nothing.

Run by `make bench ONLY=lists`. Each size has a database of its own under `var/bench`, kept for the
next run.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

SIZES = [1_000, 10_000, 100_000]
PAGES = {
    "floor: glossary": "/glossary/",
    "list": "/api/training",
    "page with facets": "/training/",
    "search with facets": "/training/?q=culture",
    "two characters": "/training/?q=核安",
    "filtered": "/training/?topic=A1&stage=done&country=CN",
    "institutions": "/institutions/",
}
LIMIT_MS = 300


def measure() -> dict[str, dict[str, float]]:
    """In this process: the first page's time, then p50 and p95 of forty of each, in ms."""
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="localhost")
    start = time.perf_counter()
    client.get("/training/")
    results = {"first page": {"p95": (time.perf_counter() - start) * 1000}}
    for name, address in PAGES.items():
        times = []
        for _ in range(40):
            start = time.perf_counter()
            response = client.get(address)
            times.append((time.perf_counter() - start) * 1000)
            assert response.status_code == 200, response.status_code  # noqa: S101
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        cuts = statistics.quantiles(times, n=20)
        results[name] = {"p50": statistics.median(times), "p95": cuts[18], "queries": len(queries)}
    return results


def run(size: int) -> dict[str, dict[str, float]]:
    """One size, in a process and a database of its own."""
    var = Path("var/bench") / str(size)
    environment = {
        **os.environ,
        "CONCORD_VAR": str(var.resolve()),
        "DJANGO_SETTINGS_MODULE": "concord.site.settings",
    }
    if not (var / "concord.sqlite3").exists():
        var.mkdir(parents=True)
        start = time.perf_counter()
        synth = [".venv/bin/concord", "synth", "--activities", str(size)]
        subprocess.run(synth, env=environment, check=True, stdout=subprocess.DEVNULL)
        print(f"{size:>8} activities written in {time.perf_counter() - start:.1f} s", flush=True)
        collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "-v", "0"]
        subprocess.run(collect, env=environment, check=True)
    child = [sys.executable, "-m", "benchmarks.lists", "--measure"]
    done = subprocess.run(child, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    found = {size: run(size) for size in SIZES}
    heads = "".join(f"{size:>20}" for size in SIZES)
    print(f"{'p95 in ms (ratio to floor)':<28}{heads}   slope")
    for name in ("first page", *PAGES):
        print(line(name, found))


def line(name: str, found: dict[int, dict[str, dict[str, float]]]) -> str:
    """One page: its p95 at each size with the ratio to the floor, and how it grows."""
    figures = [found[size][name]["p95"] for size in SIZES]
    floors = [found[size]["floor: glossary"]["p95"] for size in SIZES]
    cells = [f"{f:.1f} ({f / g:.1f}x)" for f, g in zip(figures, floors, strict=True)]
    slope = math.log(figures[-1] / figures[0]) / math.log(SIZES[-1] / SIZES[0])
    queries = sorted({int(found[size][name].get("queries", 0)) for size in SIZES})
    over = "" if name == "first page" or figures[-1] <= LIMIT_MS else f"  over {LIMIT_MS} ms"
    shown = "".join(f"{cell:>20}" for cell in cells)
    return f"{name:<28}{shown}{slope:>8.2f}  queries {queries}{over}"


if __name__ == "__main__":
    if "--measure" in sys.argv:
        print(json.dumps(measure()))
    else:
        main()
