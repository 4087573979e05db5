"""Tables in memory that follow the revisions, a row's audience beside it.

Rows stand in chunks: a revision takes the rows of its record out of the one chunk that holds them
and puts the new ones in a small chunk at the end, so that it costs the same whatever the register
holds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import ClassVar, Final
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from concord.core.disclosure import Viewer
from concord.record.following import Follower
from concord.record.selectors import Change

CHUNK: Final = 5000
"""Records to a chunk when many are taken at once."""
TAIL: Final = 64
"""Chunks of single revisions before they are joined to one."""
KEYS: Final = [("record", pa.int32()), ("audience", pa.int16())]
Schemas = Mapping[str, pa.Schema]


class Numbers:
    """A number for each record, the same in all tables of a process for as long as it lives."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[UUID, int] = {}

    def of(self, record: UUID) -> int:
        """The number of a record."""
        found = self._numbers.get(record)
        if found is None:
            with self._lock:
                found = self._numbers.setdefault(record, len(self._numbers))
        return found


NUMBERS: Final = Numbers()


class Chunk:
    """The rows of some records, ``size`` of them."""

    def __init__(self, tables: dict[str, pa.Table], size: int) -> None:
        self.tables, self.size = tables, size

    def drop(self, record: int) -> None:
        for name, table in self.tables.items():
            if table.num_rows:
                self.tables[name] = table.filter(pc.not_equal(table["record"], record))


class Chunked(Follower):
    """What the register says, as tables; ``read`` makes the rows of some records.

    The table ``ids`` has a row for each record, with the audience of the record itself.
    """

    schemas: ClassVar[Schemas]

    def read(
        self, changes: Mapping[int, Change], code: Callable[[str], int]
    ) -> dict[str, pa.Table]:
        """The rows of records by table; ``code`` gives the number of an audience."""
        raise NotImplementedError

    def empty(self) -> None:
        self._chunk_of: dict[int, Chunk] = {}
        self._audiences: dict[str, int] = {}
        self._chunks: list[Chunk] = []
        self._waiting: dict[int, Change] = {}

    def take(self, change: Change) -> None:
        number = NUMBERS.of(change.id)
        if (held := self._chunk_of.pop(number, None)) is not None:
            held.drop(number)
        self._waiting.pop(number, None)
        if not change.is_removed:
            self._waiting[number] = change
        if len(self._waiting) == CHUNK:
            self._close()

    def settle(self) -> bool:
        self._close()
        small = [chunk for chunk in self._chunks if chunk.size < TAIL]
        if len(small) > TAIL:
            self._join(small)
        return True

    def _close(self) -> None:
        if self._waiting:
            chunk = Chunk(self.read(self._waiting, self._audience), len(self._waiting))
            self._chunks.append(chunk)
            self._chunk_of |= dict.fromkeys(self._waiting, chunk)
            self._waiting = {}

    def _audience(self, audience: str) -> int:
        return self._audiences.setdefault(audience, len(self._audiences))

    def _join(self, small: list[Chunk]) -> None:
        tables = {name: self._joined(name, small) for name in self.schemas}
        joined = Chunk(tables, sum(chunk.size for chunk in small))
        gone = set(map(id, small))
        self._chunks = [c for c in self._chunks if id(c) not in gone] + [joined]
        for number, chunk in self._chunk_of.items():
            if id(chunk) in gone:
                self._chunk_of[number] = joined

    def _joined(self, name: str, chunks: list[Chunk]) -> pa.Table:
        tables = [chunk.tables[name] for chunk in chunks]
        return pa.concat_tables(tables) if tables else self.schemas[name].empty_table()

    def tables(self, viewer: Viewer) -> dict[str, pa.Table]:
        """The rows that the viewer sees, as of the newest revision.

        A row is seen if its own audience is the viewer's, and that of its record is: a field that
        is shown more widely than its record shows nothing to those who may not know of the record.
        """
        self.refresh()
        with self._lock:
            seen = [n for text, n in self._audiences.items() if viewer.may_see(text)]
            sees_all = len(seen) == len(self._audiences)
            found = {name: self._joined(name, self._chunks) for name in self.schemas}
        if sees_all:
            return found
        wanted = pa.array(seen, pa.int16())
        found = {n: table.filter(pc.is_in(table["audience"], wanted)) for n, table in found.items()}
        known = found["ids"]["record"].combine_chunks()
        return {n: table.filter(pc.is_in(table["record"], known)) for n, table in found.items()}
