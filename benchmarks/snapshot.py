"""The snapshot from nothing, and what a revision costs in it and in the lists.

Run by `make bench ONLY=snapshot`. Peer: reading the same JSON from the database with orjson.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING
from uuid import UUID

from benchmarks.registers import SIZES, main, run_at, table

if TYPE_CHECKING:
    from concord.record.selectors import RecordView

FLOOR = "floor: read and parse the JSON"
REVISIONS = 20


def measure() -> dict[str, float]:
    """Times in ms; the database is left as it was but for the revisions."""
    from concord.core.disclosure import ANYONE
    from concord.record.selectors import changed_since, record_get
    from concord.register.lists import training_table
    from concord.register.snapshot import snapshot

    start = time.perf_counter()
    activities = [c.id for c in changed_since(0) if c.content and c.kind == "activity"]
    floor = time.perf_counter() - start
    start = time.perf_counter()
    snapshot().refresh()
    built = time.perf_counter() - start
    start = time.perf_counter()
    training_table()
    lists = time.perf_counter() - start
    in_snapshot, in_lists = [], []
    for number in range(REVISIONS):
        _revise(
            record_get(viewer=ANYONE, record_id=activities[number * 7 % len(activities)]), number
        )
        start = time.perf_counter()
        snapshot().refresh()
        in_snapshot.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        training_table()
        in_lists.append((time.perf_counter() - start) * 1000)
    return {
        FLOOR: floor * 1000,
        "snapshot from nothing": built * 1000,
        "lists from nothing": lists * 1000,
        "a revision in the snapshot, p95": statistics.quantiles(in_snapshot, n=20)[18],
        "a revision in the lists, p95": statistics.quantiles(in_lists, n=20)[18],
    }


def _revise(view: RecordView, number: int) -> UUID:
    from concord.core.disclosure import Actor, Level
    from concord.record.services import Draft, content_parse, revision_write

    words = {"original": "en", "text": {"en": f"Revised {number}"}}
    content = content_parse(kind=view.kind, data=view.content | {"titles": words})
    draft = Draft(content, view.id, Level.PUBLIC)
    return revision_write(actor=Actor(view.owner, may_publish=True), draft=draft, via="benchmark")


def report() -> None:
    found = {size: run_at("snapshot", size) for size in SIZES}
    limits = {
        "snapshot from nothing": 6_000.0,
        "a revision in the snapshot, p95": 100.0,
        "a revision in the lists, p95": 100.0,
    }
    table("ms", found, FLOOR, limits)


if __name__ == "__main__":
    main("snapshot", measure, report)
