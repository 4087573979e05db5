"""Links of a made-up region, its network's measures, and two hundred networks drawn by chance.

Run by `make bench ONLY=collaboration`. Institutions of a few dozen States work mostly with those
near to them, a few with very many, so that the network is as uneven as real ones are. The floor of
the links is the same joins in SQL that we wrote for DuckDB ourselves, without levels, layers and
what is said again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from benchmarks.sizes import size
from concord.core.analysis.collaboration import COLUMNS, Cut, Weights, collaboration, rules
from concord.core.analysis.network import DRAWS, Network, apart, bridges, chance, standings
from concord.studies.engine import DuckEngine

INSTITUTIONS, STATES, ACTIVITIES = size(3_000), 60, size(100_000)
TODAY, YEARS = 20_088, 15
FLOOR = "floor: joins in SQL"
LIMIT_LINKS, LIMIT_CHANCE = 10.0, 60.0
KINDS = np.array(["course_run", "workshop", "exercise", "meeting", "peer_review"])
PARTS = np.array(["host", "co_organiser", "lecturer", "partner", "participant"])
CLAIMANTS = np.array(["a", "b", "c"])
GRADES = np.array(["self", "own", "other", "third"])
SQL = """
WITH best AS (SELECT record, claimant, max(CASE grade WHEN 'self' THEN 0.2 WHEN 'own' THEN 0.5
      WHEN 'other' THEN 0.8 ELSE 0.95 END::DOUBLE) AS g FROM evidence GROUP BY ALL),
  q AS (SELECT record, 1 - exp(sum(ln(1 - g))) AS q FROM best GROUP BY ALL),
  n AS (SELECT record, count(DISTINCT party) AS n FROM parties GROUP BY ALL)
SELECT a.party AS x, b.party AS y, sum(q.q / (n.n - 1) * exp(-(20088 - r.last_day) / 2634.8)) AS w
FROM records r JOIN n USING (record) JOIN q USING (record)
  JOIN parties a USING (record) JOIN parties b USING (record)
WHERE a.party < b.party AND a.part <> 'participant' AND b.part <> 'participant'
GROUP BY ALL ORDER BY ALL
"""
Found = TypeVar("Found")


def region(seed: int = 1) -> dict[str, pa.Table]:
    """The study's tables of a made-up region."""
    rng = np.random.default_rng(seed)
    size = rng.choice([2, 3, 4], ACTIVITIES, p=[0.6, 0.3, 0.1])
    record = np.repeat(np.arange(ACTIVITIES), size)
    first = np.cumsum(size) - size
    place = np.arange(len(record)) - np.repeat(first, size)
    middle = (INSTITUTIONS * rng.random(ACTIVITIES) ** 1.5).astype(int)
    away = rng.geometric(0.01, len(record)) * rng.choice([-1, 1], len(record))
    who = np.where(place == 0, np.repeat(middle, size), np.repeat(middle, size) + away)
    who = who % INSTITUTIONS
    party = np.char.add("institution:", who.astype(str))
    side = np.char.add("S", (who % STATES).astype(str))
    day = TODAY - rng.integers(0, 365 * YEARS, ACTIVITIES)
    year = 1970 + day // 365
    speaks = rng.random(len(record)) < 0.5
    cited = rng.integers(0, ACTIVITIES, ACTIVITIES * 3 // 2)
    columns: dict[str, list[Any]] = {
        "records": [
            np.arange(ACTIVITIES), np.repeat("activity", ACTIVITIES), rng.choice(KINDS, ACTIVITIES),
            np.where(rng.random(ACTIVITIES) < 0.8, "done", "planned"), np.full(ACTIVITIES, None),
            day, day,
            np.zeros(ACTIVITIES, dtype=bool), year, year,
        ],
        "parties": [record, place, party, side, rng.choice(PARTS, len(record)),
                    np.ones(len(record), dtype=bool)],
        "accounts": [record[speaks], party[speaks], side[speaks],
                     np.where(rng.random(int(speaks.sum())) < 0.99, "confirms", "denies"),
                     np.ones(int(speaks.sum()), dtype=bool)],
        "evidence": [cited, rng.choice(CLAIMANTS, len(cited)), rng.choice(GRADES, len(cited))],
        "years": [np.arange(year.min(), year.max() + 1)],
    }  # fmt: skip
    rows = rules(("activity", str(kind)) for kind in KINDS)
    columns["rules"] = [
        np.array([r[name] for r in rows], dtype=object) for name in COLUMNS["rules"]
    ]
    types = {"int32": pa.int32(), "string": pa.string(), "boolean": pa.bool_()}
    return {
        name: pa.table(
            [pa.array(c.tolist(), types[kind]) for c, kind in zip(columns[name], kinds.values(),
                                                                  strict=True)],
            names=list(kinds),
        )
        for name, kinds in COLUMNS.items()
    }  # fmt: skip


def timed(name: str, do: Callable[[], Found], limit: float | None = None) -> Found:
    start = time.perf_counter()
    found = do()
    seconds = time.perf_counter() - start
    over = "  OVER" if limit is not None and seconds > limit else ""
    print(f"{name}, in s: {seconds:.2f}{over}", flush=True)
    return found


def floor(tables: dict[str, pa.Table]) -> pa.Table:
    import duckdb

    peer = duckdb.connect()
    for name, rows in tables.items():
        peer.register("given", rows)
        peer.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    return peer.sql(SQL).to_arrow_table()


def main() -> None:
    import ibis

    ibis.to_sql(ibis.table({"n": "int32"}, name="t"), dialect="duckdb")  # as a worker that is warm
    tables = region()
    timed(FLOOR, lambda: floor(tables))
    with DuckEngine() as engine:
        engine.put(tables)
        for level in ("state", "named"):
            start = time.perf_counter()
            cut = Cut(level, TODAY)
            links = timed(
                f"links, {level}",
                lambda cut=cut: collaboration(engine.run, cut=cut, weights=Weights()),
            ).links
            network = Network.of([(link.a, link.b, link.strength) for link in links])
            timed("measures of the network", lambda network=network: standings(network, 1))
            timed("who could bridge three", lambda n=network: bridges(n, n.parties[:3]))
            if level == "state":
                timed("who meets only through a third", lambda n=network: apart(n, 100))
            whole = time.perf_counter() - start
            over = "  OVER" if whole > LIMIT_LINKS else ""
            print(f"collaboration, {level}, in s: {whole:.2f}, limit {LIMIT_LINKS:.0f}{over}")
    print(f"{network.size} institutions, {ACTIVITIES} activities, {len(network.pairs)} pairs")
    timed(f"{DRAWS} networks by chance", lambda: chance(network, seed=1), LIMIT_CHANCE)


if __name__ == "__main__":
    print("== collaboration", flush=True)
    main()
