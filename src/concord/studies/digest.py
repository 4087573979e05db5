"""The digest of what a result rests on: the same inputs, the same digest, on any machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from concord.register.assumptions import assumed_digest
from concord.studies.question import Question
from concord.studies.study import Study, Tables

_PLAIN: Final = csv.WriteOptions(include_header=False)


class _Sink:
    """Takes bytes like a file and keeps their digest alone."""

    closed = False

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, data: Any) -> int:
        self.digest.update(memoryview(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...


def tables_digest(tables: Tables) -> str:
    """SHA-256 of the tables' content, whatever the order of their rows and the numbers of records.

    A record's number belongs to one process; it is replaced by the record's id, of the table
    ``ids``, where the tables have one.
    """
    sink = _Sink()
    ids = tables.get("ids")
    for name in sorted(tables):
        table = tables[name]
        if name != "ids" and ids is not None and "record" in table.column_names:
            place = pc.index_in(table["record"], ids["record"].combine_chunks())
            at = table.column_names.index("record")
            table = table.set_column(at, "record", ids["id"].combine_chunks().take(place))
        elif name == "ids":
            table = table.drop_columns("record")
        sink.write(f"{name}: {', '.join(table.column_names)}\n".encode())
        if table.num_rows:
            ordered = table.sort_by([(column, "ascending") for column in table.column_names])
            csv.write_csv(_plain(ordered), pa.PythonFile(sink, mode="w"), _PLAIN)
    return sink.digest.hexdigest()


def _plain(table: pa.Table) -> pa.Table:
    """Columns of dictionaries, which are not written as such, as their values."""
    return pa.table(
        {
            name: column.cast(column.type.value_type)
            if pa.types.is_dictionary(column.type)
            else column
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )


def asked_digest(study: Study, question: Question, open_states: Iterable[str]) -> str:
    """What is asked, by which version of what: all of the inputs but the register."""
    parts = [
        study.name, study.version, tool(), assumed_digest(), question.key, sorted(open_states),
    ]  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def inputs_digest(asked: str, tables: Tables) -> str:
    """The inputs as a whole."""
    return hashlib.sha256(f"{asked} {tables_digest(tables)}".encode()).hexdigest()


def tool() -> str:
    """What computes studies, by its version."""
    return f"concord {version('concord')}"
