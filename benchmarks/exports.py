"""Exports: time to the first byte, whether they are complete, and what memory they take.

Run by `make bench ONLY=exports`. Peer for the whole: reading the same rows and doing nothing.
"""

from __future__ import annotations

import resource
import time

from benchmarks.registers import SIZES, main, run_at, table

FLOOR = "floor: read the rows"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure() -> dict[str, float]:
    """Times in ms, memory in MiB above what the process had before."""
    from django.test import Client

    from concord.core.disclosure import ANYONE
    from concord.record.columns import Question
    from concord.record.selectors import record_list
    from concord.register.lists import training_table

    start = time.perf_counter()
    activities = sum(1 for _ in record_list(viewer=ANYONE, kind="activity"))
    found = {FLOOR: (time.perf_counter() - start) * 1000}
    client = Client(HTTP_HOST="localhost")
    client.get("/api/export/network")
    for name, address in (
        ("JSON", "/api/export/activity"),
        ("CSV", "/lists/training.csv"),
    ):
        if name == "CSV":
            training_table()
        before = _peak()
        start = time.perf_counter()
        chunks = iter(client.get(address).streaming_content)  # type: ignore[attr-defined]
        lines = next(chunks).count(b"\n")
        found[f"{name}, first byte"] = (time.perf_counter() - start) * 1000
        lines += sum(chunk.count(b"\n") for chunk in chunks)
        found[f"{name}, whole"] = (time.perf_counter() - start) * 1000
        found[f"{name}, memory in MiB"] = max(_peak() - before, 1.0)
        total = training_table().page(ANYONE, Question(), 1).total if name == "CSV" else activities
        assert lines == total + (name == "CSV"), (lines, total)
    return found


def report() -> None:
    found = {size: run_at("exports", size) for size in SIZES}
    table("ms, MiB", found, FLOOR, {"JSON, first byte": 300.0, "CSV, first byte": 300.0})


if __name__ == "__main__":
    main("exports", measure, report)
