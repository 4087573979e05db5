"""Every list and search page at three sizes: p95 at the server, beside a page that reads nothing.

Run by `make bench ONLY=lists`.
"""

from __future__ import annotations

import statistics
import time

from benchmarks.registers import SIZES, main, run_at, table

FLOOR = "floor: glossary"
PAGES = {
    FLOOR: "/glossary/",
    "home": "/",
    "training": "/training/",
    "training, common word": "/training/?q=culture",
    "training, two characters": "/training/?q=核安",
    "training, no diacritics": "/training/?q=an+ninh",
    "training, three filters": "/training/?topic=A1&stage=done&country=CN",
    "calendar": "/training/calendar/?year=2020",
    "institutions": "/institutions/",
    "institutions, search": "/institutions/?q=institution+12",
    "institution, the busiest": "/institutions/{busiest}/",
    "collaboration": "/collaboration/",
    "collaboration, as named": "/collaboration/?level=named",
    "coverage": "/coverage/",
    "topic": "/coverage/A1/",
    "statements": "/statements/",
    "sources": "/sources/",
    "source, the most cited": "/sources/{cited}/",
    "interface: training": "/api/training",
    "interface: collaboration": "/api/collaboration",
}
PLAIN = {"calendar"}
"""Lists without facets: 150 ms instead of 300."""
NO_LIST = {FLOOR, "home", "coverage", "topic", "institution, the busiest"}
"""Pages that are no lists: measured, without a limit."""
TIMES = 40


def measure() -> dict[str, dict[str, float]]:
    """In this process: the first page's time, then p95 of each page in ms, and its queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="localhost")
    start = time.perf_counter()
    client.get("/training/")
    ids = {"busiest": _most("provider"), "cited": _most("source")}
    p95 = {"first page of a process": (time.perf_counter() - start) * 1000}
    queries = {}
    for name, address in PAGES.items():
        times = []
        client.get(address.format(**ids))
        for _ in range(TIMES):
            start = time.perf_counter()
            response = client.get(address.format(**ids))
            times.append((time.perf_counter() - start) * 1000)
            assert response.status_code == 200, (address, response.status_code)
        with CaptureQueriesContext(connection) as captured:
            client.get(address.format(**ids))
        p95[name], queries[name] = statistics.quantiles(times, n=20)[18], len(captured)
    return {"p95": p95, "queries": queries}


def _most(facet: str) -> str:
    from concord.core.disclosure import ANYONE
    from concord.record.columns import Question
    from concord.register.lists import citing_table, training_table

    chosen = citing_table() if facet == "source" else training_table()
    counts = chosen.counts(ANYONE, Question())[facet]
    return max(counts, key=lambda code: counts[code])


def report() -> None:
    found = {size: run_at("lists", size) for size in SIZES}
    limits = {name: 150 if name in PLAIN else 300 for name in PAGES if name not in NO_LIST}
    table("p95 in ms", {size: found[size]["p95"] for size in SIZES}, FLOOR, limits)
    for name in PAGES:
        counts = {found[size]["queries"][name] for size in SIZES}
        if len(counts) > 1:
            print(f"{name}: queries differ with the size: {sorted(counts)}")
    most = max(max(found[size]["queries"].values()) for size in SIZES)
    print(f"at most {most} queries a page")


if __name__ == "__main__":
    main("lists", measure, report)
