"""The engine that studies run on by default: DuckDB in memory, asked in Ibis."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import pyarrow as pa


class Engine:
    """Holds tables by name and gives the Arrow table of an Ibis expression over them.

    A question is put into SQL once a process: that takes longer than its answer on small tables.
    """

    def __init__(self) -> None:
        import duckdb

        self._connection = duckdb.connect()

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Take tables in place of those of the same names."""
        for name, table in tables.items():
            self._connection.register("given", table)
            self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM given')  # noqa: S608 - our own names
            self._connection.unregister("given")

    def run(self, expression: Any) -> pa.Table:
        """The answer to a question."""
        return self._connection.sql(_sql(expression)).to_arrow_table()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()


@lru_cache(maxsize=256)
def _sql(expression: Any) -> str:
    import ibis

    return str(ibis.to_sql(expression, dialect="duckdb"))
