"""Gaps over rows of participation, beside SQL that we wrote for DuckDB ourselves, and pandas.

Run by `make bench ONLY=studies`. All begin with the same Arrow tables and end with equal rows; each
runs in a process of its own, whose peak memory is measured. Made up are activities of 43 topics,
ten rows of participation each, of 190 countries and 24 roles, and a demand of every cell.

The same expression runs on Spark (local, two cores, Java's memory not counted) and, where
CONCORD_TEST_POSTGRES names a server, on PostgreSQL. Their first time has the start of Spark and the
loading of the tables in it, as a study would.
"""

from __future__ import annotations

import json
import math
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

    from concord.studies.engine import Engine

SIZES: Final = (1_000_000, 10_000_000)
TIMES: Final = 3
ROWS_OF_ACTIVITY: Final = 10
COUNTRIES, ROLES, TOPICS, YEARS = 190, 24, 43, 12
UNTIL: Final = 2024
MOST_RATIO, LEAST_FASTER, MOST_MEMORY_GB = 1.3, 3.0, 2.0
TABLES: Final = ("participation", "events", "topic_of", "demand")
WAYS: Final = ("ours", "sql", "pandas")
ELSEWHERE: Final = ("spark", "postgres")
"""Engines that are not DuckDB, for the same expression."""
SPARK: Final = "local[2]"
ONCE: Final = ("pandas", *ELSEWHERE)
SQL: Final = """
WITH done AS (
  SELECT p.record, breakdown, count, unit, year, role,
         coalesce(p.country, CASE WHEN stream = 'domestic' THEN e.country END) AS country,
         p.stage = 'done' AND e.stage IN ('done', 'under_way') AS held
  FROM participation p JOIN events e USING (record)
  WHERE e.kind = 'activity' AND e.same_as IS NULL
), chosen AS (
  SELECT record, breakdown FROM done GROUP BY record, breakdown
  QUALIFY row_number() OVER (PARTITION BY record ORDER BY
    count(CASE WHEN country IS NOT NULL AND role IS NOT NULL THEN 1 END) DESC,
    count(coalesce(country, role)) DESC, breakdown) = 1
), trained AS (
  SELECT country, role, topic, count(DISTINCT record) AS activities,
         sum(count::DOUBLE * CASE unit WHEN 'completion' THEN 1.0 ELSE completion END
             * (1 - repeat) * (1 - leaves) ** (q.year - d.year)
             * greatest(least(years - (q.year - d.year), 1.0), 0.0)) AS stock
  FROM done d JOIN chosen USING (record, breakdown) JOIN topic_of USING (record)
  JOIN demand q USING (country, role, topic)
  WHERE held AND d.year <= q.year GROUP BY ALL
), cells AS (
  SELECT topic, target, coalesce(stock, 0) AS stock, coalesce(activities, 0) AS activities
  FROM demand LEFT JOIN trained USING (country, role, topic)
)
SELECT topic, sum(target), sum(stock), sum(greatest(target - stock, 0)),
       sum(greatest(stock - target, 0)), count(*), sum(activities)::BIGINT
FROM cells GROUP BY topic ORDER BY topic
"""


def tables(size: int) -> dict[str, pa.Table]:
    """Tables of ``size`` rows of participation; the same on each call."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    random = np.random.default_rng(5)
    activities = size // ROWS_OF_ACTIVITY
    records = np.arange(activities, dtype=np.int32)

    def words(prefix: str, count: int, rows: int) -> pa.Array:
        every = pa.array([f"{prefix}{number:02}" for number in range(count)])
        return every.take(pa.array(random.integers(0, count, rows)))

    def of(values: list[str | None], shares: list[float], rows: int) -> pa.Array:
        return pa.array(values).take(pa.array(random.choice(len(values), rows, p=shares)))

    twice = np.concatenate([records, records[: activities // 3]])
    topic_of = pa.table({"record": twice, "topic": words("T", TOPICS, len(twice))})
    country, role = words("C", COUNTRIES, size), words("R", ROLES, size)
    nothing = pa.scalar(None, pa.string())
    country = pc.if_else(pa.array(random.random(size) < 0.9), country, nothing)
    role = pc.if_else(pa.array(random.random(size) < 0.9), role, nothing)
    years = random.integers(UNTIL - YEARS + 1, UNTIL + 1, activities).astype(np.int16)
    participation = {
        "record": np.repeat(records, ROWS_OF_ACTIVITY),
        "breakdown": of(["by country", "by role"], [0.8, 0.2], size),
        "count": random.integers(1, 30, size).astype(np.int32),
        "unit": of(["person", "attendance", "completion"], [0.5, 0.3, 0.2], size),
        "country": country,
        "role": role,
        "stream": of(["domestic", "foreign", None], [0.4, 0.2, 0.4], size),
        "stage": of(["done", "planned"], [0.9, 0.1], size),
        "year": np.repeat(years, ROWS_OF_ACTIVITY),
    }
    events = {
        "record": records,
        "kind": pa.array(["activity"] * activities),
        "stage": of(["done", "planned", "under_way"], [0.8, 0.15, 0.05], activities),
        "country": words("C", COUNTRIES, activities),
        "same_as": of([None, "another"], [0.97, 0.03], activities),
    }
    every = [(f"C{c:02}", f"R{r:02}", f"T{t:02}")
             for c in range(COUNTRIES) for r in range(ROLES) for t in range(TOPICS)]  # fmt: skip
    cells = len(every)
    names = zip(("country", "role", "topic"), zip(*every, strict=True), strict=True)
    demand = {name: pa.array(values) for name, values in names} | {
        "cell": np.arange(cells, dtype=np.int32),
        "target": random.gamma(2.0, size / cells * 2, cells),
        "leaves": random.choice([0.07, 0.12], cells),
        "years": random.choice([2.0, 3.0, 5.0], cells),
        "repeat": np.full(cells, 0.15),
        "completion": np.full(cells, 0.9),
        "year": np.full(cells, UNTIL, dtype=np.int16),
    }
    return {
        "participation": pa.table(participation), "events": pa.table(events),
        "topic_of": topic_of, "demand": pa.table(demand),
    }  # fmt: skip


def ours(given: dict[str, pa.Table]) -> list[tuple[Any, ...]]:
    """The study's own question."""
    from concord.studies.engine import DuckEngine

    return _asked(DuckEngine(is_large=True), given)


def spark(given: dict[str, pa.Table]) -> list[tuple[Any, ...]]:
    """The same expression on Spark."""
    from concord.studies.engine import SparkEngine

    os.environ["PYSPARK_SUBMIT_ARGS"] = (
        "--driver-memory 8g --conf spark.sql.shuffle.partitions=8 pyspark-shell"
    )
    return _asked(SparkEngine(SPARK), given)


def postgres(given: dict[str, pa.Table]) -> list[tuple[Any, ...]]:
    """The same expression on PostgreSQL."""
    from concord.studies.engine import PostgresEngine

    return _asked(PostgresEngine(os.environ["CONCORD_TEST_POSTGRES"]), given)


def _asked(engine: Engine, given: dict[str, pa.Table]) -> list[tuple[Any, ...]]:
    from concord.core.analysis.gaps import expressions

    with engine as opened:
        opened.put(given)
        found = opened.run(expressions()["topics"]).to_pylist()
    return [tuple(row.values()) for row in found]


def sql(given: dict[str, pa.Table]) -> list[tuple[Any, ...]]:
    """The same in SQL."""
    import duckdb

    with duckdb.connect() as peer:
        for name, rows in given.items():
            peer.register("given", rows)
            peer.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        return peer.execute(SQL).fetchall()


def pandas(given: dict[str, pa.Table]) -> list[tuple[Any, ...]]:
    """The same in pandas."""
    import numpy as np

    events, demand = given["events"].to_pandas(), given["demand"].to_pandas()
    events = events[(events["kind"] == "activity") & events["same_as"].isna()]
    events = events[["record", "stage", "country"]].rename(
        columns={"stage": "of", "country": "place"}
    )
    rows = given["participation"].to_pandas().merge(events, on="record")
    at_home = rows["country"].isna() & (rows["stream"] == "domestic")
    rows.loc[at_home, "country"] = rows.loc[at_home, "place"]
    has = rows["country"].notna().astype(int), rows["role"].notna().astype(int)
    rows["both"], rows["either"] = has[0] & has[1], has[0] | has[1]
    detail = rows.groupby(["record", "breakdown"], as_index=False)[["both", "either"]].sum()
    detail = detail.sort_values(
        ["record", "both", "either", "breakdown"], ascending=[True, False, False, True]
    )
    rows = rows.merge(detail.drop_duplicates("record")[["record", "breakdown"]])
    is_held = (rows["stage"] == "done") & rows["of"].isin(["done", "under_way"])
    rows = rows[is_held][["record", "count", "unit", "country", "role", "year"]]
    rows = rows.merge(given["topic_of"].to_pandas(), on="record")
    rows = rows.merge(demand.rename(columns={"year": "until"}), on=["country", "role", "topic"])
    rows = rows[rows["year"] <= rows["until"]]
    age = (rows["until"] - rows["year"]).astype(float)
    new = np.where(rows["unit"] == "completion", 1.0, rows["completion"]) * (1 - rows["repeat"])
    lasts = (rows["years"] - age).clip(0, 1)
    rows["stock"] = rows["count"] * new * (1 - rows["leaves"]) ** age * lasts
    keys = ["country", "role", "topic"]
    trained = rows.groupby(keys).agg(stock=("stock", "sum"), activities=("record", "nunique"))
    cells = demand.merge(trained.reset_index(), on=keys, how="left")
    cells[["stock", "activities"]] = cells[["stock", "activities"]].fillna(0)
    cells["gap"] = (cells["target"] - cells["stock"]).clip(lower=0)
    cells["surplus"] = (cells["stock"] - cells["target"]).clip(lower=0)
    found = cells.groupby("topic").agg(
        target=("target", "sum"), stock=("stock", "sum"), gap=("gap", "sum"),
        surplus=("surplus", "sum"), cells=("topic", "count"), activities=("activities", "sum"),
    )  # fmt: skip
    return [tuple(row) for row in found.sort_index().reset_index().itertuples(index=False)]


def measure(way: str, size: int) -> dict[str, Any]:
    """Seconds of each time, the peak memory of the process with the tables in it, and the rows."""
    from pyarrow import ipc

    given = {}
    for name in TABLES:
        with ipc.open_file(_file(name, size)) as rows:
            given[name] = rows.read_all()
    ways = {"ours": ours, "sql": sql, "pandas": pandas, "spark": spark, "postgres": postgres}
    compute = ways[way]
    seconds, rows = [], []
    for _ in range(1 if way in ONCE else TIMES):
        start = time.perf_counter()
        rows = compute(given)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"seconds": statistics.median(seconds), "peak_gb": peak, "rows": rows}


def _file(name: str, size: int) -> Path:
    return Path("var/bench") / f"studies-{size}-{name}.arrow"


def make(size: int) -> None:
    """Write the tables, in a process of their own, for making them takes memory too."""
    from pyarrow import ipc

    for name, table in tables(size).items():
        _file(name, size).parent.mkdir(parents=True, exist_ok=True)
        with ipc.new_file(_file(name, size), table.schema) as out:
            out.write_table(table)


def _run(way: str, size: int) -> dict[str, Any]:
    child = [sys.executable, "-m", "benchmarks.studies", way, str(size)]
    done = subprocess.run(child, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _is_there(way: str) -> bool:
    return way != "postgres" or bool(os.environ.get("CONCORD_TEST_POSTGRES"))


def _same(one: list[list[Any]], other: list[list[Any]]) -> bool:
    return len(one) == len(other) and all(
        a[0] == b[0]
        and all(math.isclose(x, y, rel_tol=1e-9) for x, y in zip(a[1:], b[1:], strict=True))
        for a, b in zip(one, other, strict=True)
    )


def report() -> None:
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for size in SIZES:
        subprocess.run([sys.executable, "-m", "benchmarks.studies", "make", str(size)], check=True)
        ways = (*WAYS, *filter(_is_there, ELSEWHERE))
        for way in ways:
            found[way, size] = _run(way, size)
        for way in ways:
            assert _same(found["ours", size]["rows"], found[way, size]["rows"]), way
            one = found[way, size]
            said = f"{one['seconds']:7.2f} s  peak {one['peak_gb']:5.2f} GB"
            print(f"{size:>10} rows  {way:<8} {said}", flush=True)
    small, large = SIZES
    seconds = {way: found[way, large]["seconds"] for way in WAYS}
    growth = math.log(seconds["ours"] / found["ours", small]["seconds"]) / math.log(large / small)
    of_sql, of_pandas = (seconds["ours"] / seconds[way] for way in ("sql", "pandas"))
    peak = found["ours", large]["peak_gb"]
    for name, figure, is_over in (
        (f"of SQL, at most {MOST_RATIO}", of_sql, of_sql > MOST_RATIO),
        (f"times faster than pandas, at least {LEAST_FASTER:g}", 1 / of_pandas,
         of_pandas > 1 / LEAST_FASTER),
        (f"GB at the peak, under {MOST_MEMORY_GB:g}", peak, peak > MOST_MEMORY_GB),
        ("growth with the rows, at most 1", growth, growth > 1),
    ):  # fmt: skip
        print(f"{figure:6.2f} {name}{'  OVER' if is_over else ''}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(int(sys.argv[2]))
    elif len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
    else:
        print("== studies", flush=True)
        report()
