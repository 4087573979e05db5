"""Exports: time to the first byte, whether they are complete, and what memory they take.

Run by `make bench ONLY=exports`. Peer for the whole: reading the same rows and doing nothing.
Peer of the workbook, measured on the register whose training makes some 100,000 rows: bare
XlsxWriter with constant memory, writing the very same cells in the same run.
"""

from __future__ import annotations

import datetime as dt
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.registers import SIZES, main, run_at, table
from benchmarks.sizes import size

FLOOR = "floor: read the rows"
WORKBOOK_OF = size(10_000)
"""Activities of the register whose training list is written as a workbook."""
LIMITS = {"XLSX, times the bare": 2.0}


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
    if activities == WORKBOOK_OF:
        found |= workbook()
    return found


def workbook() -> dict[str, float]:
    """The whole training list as the worker makes it, and the same cells by the peer alone."""
    from django.core.management import call_command
    from django.http import QueryDict

    from concord.core.disclosure import ANYONE
    from concord.exchange.exports import export_ask, export_path, export_run
    from concord.exchange.models import Export

    call_command("migrate", verbosity=0)
    Export.objects.all().delete()
    before = _peak()
    start = time.perf_counter()
    export = export_ask(viewer=ANYONE, listing="training", params=QueryDict(), language="en")
    assert export_run(export_id=export.id).state == Export.State.READY
    taken = time.perf_counter() - start
    memory = _peak() - before
    rows, cells, alone = bare(export_path(export))
    export_path(export).unlink()
    return {
        "XLSX, rows": rows,
        "XLSX, cells": cells,
        "XLSX by the worker, s": taken,
        "XLSX by the worker, memory in MiB": memory,
        "XLSX, bare XlsxWriter, s": alone,
        "XLSX, times the bare": taken / alone,
    }


def bare(path: Path) -> tuple[int, int, float]:
    """Rows and cells of a workbook, and the seconds that XlsxWriter takes to write them again."""
    import xlsxwriter
    from python_calamine import load_workbook

    book = load_workbook(str(path))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    count = 0
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as target:
        start = time.perf_counter()
        again = xlsxwriter.Workbook(target.name, {"constant_memory": True})
        day = again.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = again.add_worksheet()
            for row, values in enumerate(sheet):
                for place, value in enumerate(values):
                    if value == "":
                        continue
                    count += 1
                    if isinstance(value, str):
                        page.write_string(row, place, value)
                    elif isinstance(value, dt.date):
                        page.write_datetime(row, place, value, day)
                    else:
                        page.write_number(row, place, value)
        again.close()
        return sum(map(len, sheets)), count, time.perf_counter() - start


def report() -> None:
    found = {size: run_at("exports", size) for size in SIZES}
    of_workbook = {n: f for n, f in found[WORKBOOK_OF].items() if n.startswith("XLSX")}
    plain = {
        size: {name: figure for name, figure in figures.items() if name not in of_workbook}
        for size, figures in found.items()
    }
    table("ms, MiB", plain, FLOOR, {"JSON, first byte": 300.0, "CSV, first byte": 300.0})
    for name, figure in of_workbook.items():
        limit = LIMITS.get(name)
        verdict = "" if limit is None else f"  limit {limit:.0f}{'  OVER' * (figure > limit)}"
        print(f"{name:<38}{figure:>20,.1f}{verdict}", flush=True)


if __name__ == "__main__":
    main("exports", measure, report)
