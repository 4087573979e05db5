"""The engine that studies run on: DuckDB in memory, or an existing one by ``CONCORD_ANALYSIS_URL``.

The same Ibis expressions run on each. PostgreSQL and Spark take the tables of each run into a place
of its own, which goes when the run ends; their Ibis extras are installed by whoever sets the
address.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

import pyarrow as pa
from django.conf import settings

_REORDERING: Final = "join_order,build_side_probe_side"
SPARK: Final = re.compile(r"(spark://.+|local(\[\d+\])?|yarn|k8s://.+)")


class EngineError(RuntimeError):
    """The engine that is set cannot be used; the message says why and how to mend it."""


class Engine(Protocol):
    """Holds tables by name and gives the Arrow table of an Ibis expression over them."""

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Take tables in place of those of the same names."""

    def run(self, expression: Any) -> pa.Table:
        """The answer to a question."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def engine(address: str | None = None, *, is_large: bool = False) -> Engine:
    """The engine at ``address``, by default that of the settings; raises ``EngineError``.

    ``is_large`` says that the tables are so large that this process must spare memory.
    """
    where = settings.CONCORD_ANALYSIS_URL if address is None else address
    if not where:
        return DuckEngine(is_large=is_large)
    if SPARK.fullmatch(where):
        return SparkEngine(where)
    if urlsplit(where).scheme in {"postgres", "postgresql"}:
        return PostgresEngine(where)
    message = (
        "CONCORD_ANALYSIS_URL is neither postgresql://USER:PASSWORD@HOST/NAME nor "
        "spark://HOST:PORT nor local[N]"
    )
    raise EngineError(message)


class _Engine:
    def put(self, tables: Mapping[str, pa.Table]) -> None:
        raise NotImplementedError

    def run(self, expression: Any) -> pa.Table:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class DuckEngine(_Engine):
    """DuckDB in the memory of this process.

    A question is put into SQL once a process: that takes longer than its answer on small tables.

    With ``is_large`` tables are read where they stand, and joined in the order in which a question
    names them. Copies of ten million rows, and joins that held the larger side because DuckDB took
    it for the smaller, were measured to take 3.4 GB where this takes 1.6.
    """

    def __init__(self, *, is_large: bool = False) -> None:
        import duckdb

        self._connection = duckdb.connect()
        self._is_large = is_large
        if is_large:
            self._connection.execute(f"SET disabled_optimizers = '{_REORDERING}'")

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Take tables in place of those of the same names."""
        for name, table in tables.items():
            if self._is_large:
                self._connection.register(name, table)
                continue
            self._connection.register("given", table)
            self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM given')  # noqa: S608 - our own names
            self._connection.unregister("given")

    def run(self, expression: Any) -> pa.Table:
        """The answer to a question."""
        return self._connection.sql(_sql(expression)).to_arrow_table()

    def close(self) -> None:
        """Let the memory go."""
        self._connection.close()


@lru_cache(maxsize=256)
def _sql(expression: Any) -> str:
    import ibis

    return str(ibis.to_sql(expression, dialect="duckdb"))


class PostgresEngine(_Engine):
    """A PostgreSQL database; the tables of a run stand in a schema of its own."""

    def __init__(self, address: str) -> None:
        try:
            import ibis

            self._connection: Any = ibis.connect(address)
        except (ImportError, AttributeError) as error:
            message = f"PostgreSQL for studies needs ibis-framework[postgres]: {error}"
            raise EngineError(message) from error
        except Exception as error:
            message = f"the PostgreSQL of CONCORD_ANALYSIS_URL cannot be reached: {error}"
            raise EngineError(message) from error
        self._schema = f"concord_{secrets.token_hex(8)}"
        self._connection.raw_sql(f"CREATE SCHEMA {self._schema}").close()
        self._connection.raw_sql(f"SET search_path TO {self._schema}, public").close()

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Take tables in place of those of the same names."""
        for name, table in tables.items():
            self._connection.create_table(
                name, table, database=self._schema, overwrite=name in self._connection.list_tables()
            )

    def run(self, expression: Any) -> pa.Table:
        """The answer to a question."""
        return self._connection.to_pyarrow(expression)

    def close(self) -> None:
        """Remove the tables of the run."""
        self._connection.raw_sql(f"DROP SCHEMA {self._schema} CASCADE").close()
        self._connection.disconnect()


class SparkEngine(_Engine):
    """Spark; the tables of a run are views of a session of its own."""

    def __init__(self, address: str) -> None:
        try:
            import ibis
            from pyspark.sql import SparkSession

            usual = SparkSession.builder.master(address).appName("Concord")
            quiet = usual.config("spark.ui.enabled", "false").config(
                "spark.sql.session.timeZone", "UTC"
            )
            self._session = quiet.getOrCreate().newSession()
            self._connection: Any = ibis.pyspark.connect(self._session)
        except ImportError as error:
            message = f"Spark for studies needs ibis-framework[pyspark] and Java: {error}"
            raise EngineError(message) from error
        except Exception as error:
            message = f"the Spark of CONCORD_ANALYSIS_URL cannot be reached: {error}"
            raise EngineError(message) from error
        self._names: set[str] = set()

    def put(self, tables: Mapping[str, pa.Table]) -> None:
        """Take tables in place of those of the same names."""
        for name, table in tables.items():
            self._session.createDataFrame(table).createOrReplaceTempView(name)
            self._names.add(name)

    def run(self, expression: Any) -> pa.Table:
        """The answer to a question."""
        return self._session.sql(str(self._connection.compile(expression))).toArrow()

    def close(self) -> None:
        """Remove the views of the run; the application stays for the next one."""
        for name in self._names:
            self._session.catalog.dropTempView(name)
