"""Coverage from its tables, beside the same questions in SQL that we wrote for DuckDB ourselves.

Run by `make bench ONLY=coverage`. Both begin with an open connection and the same Arrow
tables, and end with equal rows.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.registers import SIZES, main, run_at, table

FLOOR = "peer: SQL in DuckDB"
TIMES = 7
WITHIN = "topic_of t JOIN records r USING (record)"
SQL = (
    f"SELECT topic, kind, stage, count(DISTINCT record) FROM {WITHIN} GROUP BY ALL ORDER BY ALL",
    (
        f"SELECT DISTINCT topic, party, kind FROM {WITHIN} JOIN party_of p USING (record) "
        "WHERE is_centre ORDER BY ALL"
    ),
    (
        f"SELECT DISTINCT topic, role, party FROM {WITHIN} JOIN role_of USING (record) "
        "JOIN party_of p USING (record) "
        "WHERE kind = 'course' AND is_centre AND is_named ORDER BY ALL"
    ),
    (
        "SELECT topic, dimension, value, count(DISTINCT record) "
        f"FROM {WITHIN} JOIN cells_of USING (record) "
        "WHERE counts_once AND kind <> 'statement' GROUP BY ALL ORDER BY ALL"
    ),
)


def measure() -> dict[str, float]:
    """Medians in ms."""
    import duckdb

    from concord.core.analysis import coverage as study
    from concord.core.disclosure import ANYONE
    from concord.register.tables import coverage_tables
    from concord.studies.engine import DuckEngine

    tables = coverage_tables(ANYONE)

    peer, own = duckdb.connect(), DuckEngine()

    def plain() -> list[list[Any]]:
        for name, rows in tables.items():
            peer.register("given", rows)
            peer.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given")
        return [peer.execute(query).to_arrow_table().to_pylist() for query in SQL]

    def ours() -> study.Coverage:
        own.put(tables)
        return study.coverage(own.run, cut="all")

    rows, result = plain(), ours()
    counted = {(r["topic"], r["kind"], r["stage"]): list(r.values())[3] for r in rows[0]}
    assert counted == {
        (t.code, kind, stage): count
        for t in result.topics
        for kind, stages in t.evidence.items()
        for stage, count in stages.items()
    }
    times: dict[str, list[float]] = {FLOOR: [], "coverage": []}
    for _ in range(TIMES):
        for name, run in ((FLOOR, plain), ("coverage", ours)):
            start = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def report() -> None:
    found = {size: run_at("coverage", size) for size in SIZES}
    table("median in ms", found, FLOOR, {"coverage": 1.3 * found[SIZES[-1]][FLOOR]})


if __name__ == "__main__":
    main("coverage", measure, report)
