"""Every question of every study has the same answer on DuckDB, PostgreSQL and Spark.

Each study is run on the East Asian register and on a few odd rows beside it. What it asks is
written down with the answer, and asked again of the other engine.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from concord.core.disclosure import ANYONE
from concord.register.listings import INSTITUTIONS  # noqa: F401 - makes the lists known
from concord.register.study_tables import study_tables
from concord.studies.engine import DuckEngine, Engine, EngineError, engine
from concord.studies.influence import InfluenceQuestion
from concord.studies.question import Question
from concord.studies.study import Context, Tables, study_get, study_names

pytestmark = pytest.mark.usefixtures("east_asia")


def question_of(name: str) -> Question:
    """A question that a study can be asked."""
    if name == "influence":
        return InfluenceQuestion(base=64, resamples=50)
    kind = study_get(name).question
    if name == "cell":
        return kind.checked({"topic": "B1", "role": "R05"})
    if "centre" in kind.model_fields and kind.model_fields["centre"].is_required():
        rows = study_tables(ANYONE)["institutions"].to_pylist()
        centre = next(row["id"] for row in rows if row["state"] == "JP" and row["is_centre"])
        return kind.checked({"centre": centre})
    return kind.checked({})


class Written(DuckEngine):
    """Writes down what it is asked, and its answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Any, pa.Table]] = []

    def run(self, expression: Any) -> pa.Table:
        found = super().run(expression)
        self.asked.append((expression, found))
        return found


def same(one: pa.Table, other: pa.Table) -> None:
    """The same rows in the same order; floating numbers as near as their kind allows."""
    assert one.column_names == other.column_names
    assert one.num_rows == other.num_rows
    for mine, theirs in zip(one.to_pylist(), other.to_pylist(), strict=True):
        for name, value in mine.items():
            if isinstance(value, float) and theirs[name] is not None:
                assert math.isclose(value, float(theirs[name]), rel_tol=1e-9, abs_tol=1e-12), name
            else:
                assert value == theirs[name], (name, mine, theirs)


def compare(name: str, other: Engine) -> int:
    """Ask ``other`` all that a study asks; how many questions that were."""
    study, question = study_get(name), question_of(name)
    tables = study.tables(ANYONE, question)
    with Written() as held, other:
        for engine_ in (held, other):
            engine_.put(tables)

        def put(more: Tables) -> None:
            held.put(more)
            other.put(more)

        study.compute(held.run, question, Context(ANYONE, tables, put=put))
        for expression, found in held.asked:
            same(found, other.run(expression))
        return len(held.asked)


@pytest.fixture
def postgres() -> str:
    address = os.environ.get("CONCORD_TEST_POSTGRES", "")
    if not address:
        pytest.skip("CONCORD_TEST_POSTGRES is not set")
    return address


@pytest.mark.slow
@pytest.mark.parametrize("name", study_names())
def test_postgresql_answers_as_duckdb(name: str, postgres: str) -> None:
    assert compare(name, engine(postgres)) > 0


@pytest.fixture(scope="module")
def spark() -> Iterator[str]:
    os.environ["PYSPARK_SUBMIT_ARGS"] = (
        "--conf spark.sql.shuffle.partitions=2 --conf spark.driver.memory=1g "
        "--conf spark.ui.enabled=false pyspark-shell"
    )
    yield "local[2]"
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Spark's own
def test_spark_answers_as_duckdb(spark: str) -> None:
    """All studies in one test, so that one process pays for one Spark."""
    for name in study_names():
        assert compare(name, engine(spark)) > 0, name


def test_a_wrong_address_is_said_plainly() -> None:
    with pytest.raises(EngineError, match="neither"):
        engine("mysql://somewhere/db")
    with pytest.raises(EngineError, match="cannot be reached"):
        engine("postgresql://nobody@127.0.0.1:1/none")
