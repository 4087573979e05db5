"""Training as Arrow tables for studies, kept up to date with the revisions.

Each row carries the audience of the field that it comes from.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json

from concord.core.analysis.coverage import UNNAMED
from concord.core.timespan import TimeSpan
from concord.record.selectors import Change
from concord.register.chunks import KEYS, Chunked, Schemas
from concord.register.words import CENTRE_KINDS

_TEXT: Final = pa.string()
COLUMNS: Final[Mapping[str, list[tuple[str, pa.DataType]]]] = {
    "ids": [("id", _TEXT)],
    "records": [("kind", _TEXT), ("stage", _TEXT), ("counts_once", pa.bool_())],
    "topic_of": [("topic", _TEXT)],
    "role_of": [("role", _TEXT)],
    "party_of": [("party", _TEXT), ("part", _TEXT)],
    "cells_of": [("dimension", _TEXT), ("value", _TEXT)],
    "cites": [("source", _TEXT)],
    "centres": [("party", _TEXT)],
    "briefs": [("source", _TEXT)],
    "participation": [
        ("breakdown", _TEXT), ("count", pa.int32()), ("unit", _TEXT), ("country", _TEXT),
        ("role", _TEXT), ("stream", _TEXT), ("stage", _TEXT), ("year", pa.int16()),
    ],
}  # fmt: skip
SCHEMAS: Final = {name: pa.schema(KEYS + columns) for name, columns in COLUMNS.items()}
"""``record`` is a number of the snapshot's own, ``audience`` that of an audience."""

_DEFAULTS: Final = {"breakdown": "total", "unit": "person", "stage": "done"}


class Snapshot(Chunked):
    """Courses, activities with their participation, and statements, as tables."""

    passes: ClassVar = (("institution", "source", "course", "activity", "statement"),)
    schemas: ClassVar[Schemas] = SCHEMAS

    def read(
        self, changes: Mapping[int, Change], code: Callable[[str], int]
    ) -> dict[str, pa.Table]:
        reader = _Reader(changes, code)
        reader.read_training()
        reader.read_participation()
        reader.read_citations()
        reader.read_marks()
        return {
            name: pa.concat_tables(found).combine_chunks() for name, found in reader.parts.items()
        }


_CONTENT: Final = pa.schema(
    [
        ("stage", _TEXT), ("same_as", _TEXT), ("level", _TEXT), ("when", _TEXT),
        ("is_brief", pa.bool_()),
        *((name, pa.list_(_TEXT)) for name in
          ("kinds", "topics", "roles", "providers", "languages", "reach")),
        ("parties", pa.list_(pa.struct(
            [("party", pa.struct([("institution", _TEXT)])), ("part", _TEXT)]
        ))),
        ("subject", pa.struct(
            [("institution", _TEXT), ("description", pa.struct([("original", _TEXT)]))]
        )),
        ("citations", pa.list_(pa.struct([("source", _TEXT)]))),
        ("participation", pa.list_(pa.struct(COLUMNS["participation"][:-1]))),
    ]
)  # fmt: skip
"""What the snapshot reads of a record's content; all else is passed over."""


class _Reader:
    """Reads records by columns, straight from their JSON text and not one by one.

    There are a million rows of participation in a large register: to make a dictionary of each was
    measured to take three times as long.
    """

    def __init__(self, changes: Mapping[int, Change], code: Callable[[str], int]) -> None:
        self.parts = {name: [schema.empty_table()] for name, schema in SCHEMAS.items()}
        self._changes, self._code = list(changes.values()), code
        self._numbers = pa.array(list(changes), pa.int32())
        self._kinds = pa.array([change.kind for change in self._changes], _TEXT)
        self._content = _parsed([change.text for change in self._changes])
        self._differ = any(change.audiences for change in self._changes)
        self._plain = self._audiences("")
        trainings = pa.array(["course", "activity", "statement"])
        self._is_training = pc.is_in(self._kinds, trainings)
        self._ids = pa.array([str(change.id) for change in self._changes], _TEXT)
        self._years, self._year = self._read_years()

    def _audiences(self, field: str) -> pa.Array:
        codes = [self._code(change.audience_of(field)) for change in self._changes]
        return pa.array(codes, pa.int16())

    def _column(self, name: str) -> pa.Array:
        return self._content[name].combine_chunks()

    def _read_years(self) -> tuple[pa.Array, pa.Array]:
        """The years that each course or activity touches, and the year where it is one.

        Each way of writing a date is read once.
        """
        coded = self._column("when").dictionary_encode()
        spans = [TimeSpan.parse(text).years() for text in coded.dictionary.to_pylist()]
        spelled = pa.array([list(map(str, years)) for years in spans], pa.list_(_TEXT))
        single = pa.array([years[0] if len(years) == 1 else None for years in spans], pa.int16())
        is_dated = pc.and_(self._is_training, pc.not_equal(self._kinds, "statement"))
        years = pc.if_else(is_dated, spelled.take(coded.indices), pa.scalar(None, spelled.type))
        return years, single.take(coded.indices)

    def _add(self, name: str, field: str, of: pa.Array, *columns: pa.Array) -> None:
        """Add rows to a table; ``of`` gives for each the place of the record that it is of."""
        audiences = self._audiences(field) if self._differ else self._plain
        keys = [self._numbers.take(of), audiences.take(of)]
        self.parts[name].append(pa.table([*keys, *columns], schema=SCHEMAS[name]))

    def _spread(self, name: str, field: str, lists: pa.Array, *, dimension: str = "") -> None:
        """Add the values of lists, one list to a record."""
        values = pc.list_flatten(lists)
        head = [pa.repeat(dimension, len(values))] if dimension else []
        self._add(name, field, pc.list_parent_indices(lists), *head, values)

    def read_training(self) -> None:
        """Courses, activities and statements: topics, roles, institutions, and counts."""
        self._add("ids", "", pc.indices_nonzero(pc.is_valid(self._kinds)), self._ids)
        default = pc.if_else(pc.equal(self._kinds, "statement"), "done", "unknown")
        stage = pc.coalesce(self._column("stage"), default)
        stage = pc.if_else(pc.equal(self._kinds, "course"), "offer", stage)
        of = pc.indices_nonzero(self._is_training)
        once = pc.is_null(self._column("same_as"))
        self._add("records", "stage", of, self._kinds.take(of), stage.take(of), once.take(of))
        self._spread("topic_of", "topics", self._training("topics"))
        self._spread("role_of", "roles", self._training("roles"))
        self._read_parties()
        for field, dimension in (("languages", "language"), ("reach", "reach")):
            self._spread("cells_of", field, self._training(field), dimension=dimension)
        self._spread("cells_of", "when", self._years, dimension="year")
        level = self._column("level")
        of = pc.indices_nonzero(pc.is_valid(level))
        self._add("cells_of", "level", of, pa.repeat("level", len(of)), level.take(of))

    def _training(self, field: str) -> pa.Array:
        lists = self._column(field)
        return pc.if_else(self._is_training, lists, pa.scalar(None, lists.type))

    def _read_parties(self) -> None:
        providers = self._column("providers")
        found = pc.list_flatten(providers)
        part = pa.repeat("provider", len(found))
        self._add("party_of", "providers", pc.list_parent_indices(providers), found, part)
        parties = self._column("parties")
        parts, of = pc.list_flatten(parties), pc.list_parent_indices(parties)
        institution = pc.struct_field(parts, [0, 0])
        named = pc.is_valid(institution)
        columns = institution.filter(named), pc.struct_field(parts, [1]).filter(named)
        self._add("party_of", "parties", of.filter(named), *columns)
        subject = self._column("subject")
        institution = pc.struct_field(subject, [0])
        speaks = pc.greater(pc.fill_null(pc.list_value_length(self._column("topics")), 0), 0)
        is_described = pc.is_valid(pc.struct_field(subject, [1, 0]))
        unnamed = pc.if_else(pc.and_(is_described, speaks), UNNAMED, pa.scalar(None, _TEXT))
        whom = pc.coalesce(institution, unnamed)
        of = pc.indices_nonzero(pc.is_valid(whom))
        self._add("party_of", "subject", of, whom.take(of), pa.repeat("subject", len(of)))

    def read_participation(self) -> None:
        """Itemised participation, with the year where the activity lies within one."""
        lists = self._column("participation")
        of = pc.list_parent_indices(lists)
        rows = pc.list_flatten(lists)
        columns = [
            pc.fill_null(column, _DEFAULTS[name]) if name in _DEFAULTS else column
            for (name, _kind), column in zip(COLUMNS["participation"], rows.flatten(), strict=False)
        ]
        self._add("participation", "participation", of, *columns, self._year.take(of))

    def read_citations(self) -> None:
        """Which sources a record cites, by the field in which it does."""
        own = self._column("citations")
        sources = pc.struct_field(pc.list_flatten(own), [0])
        self._add("cites", "citations", pc.list_parent_indices(own), sources)
        found: dict[str, list[tuple[int, str]]] = {}
        for place, (change, has_own) in enumerate(
            zip(self._changes, pc.is_valid(own).to_pylist(), strict=True)
        ):
            if change.cites_within(has_own=has_own):
                for field, cited in change.cited.items():
                    if field != "citations":
                        found.setdefault(field, []).extend((place, source) for source in cited)
        for field, pairs in found.items():
            of, within = zip(*pairs, strict=True)
            self._add("cites", field, pa.array(of, pa.int32()), pa.array(within, _TEXT))

    def read_marks(self) -> None:
        """Which institutions are centres, and which sources are the brief."""
        kinds = self._column("kinds")
        is_centre = pc.is_in(pc.list_flatten(kinds), pa.array(list(CENTRE_KINDS)))
        of = pc.unique(pc.list_parent_indices(kinds).filter(is_centre))
        self._add("centres", "kinds", of, self._ids.take(of))
        of = pc.indices_nonzero(self._column("is_brief"))
        self._add("briefs", "is_brief", of, self._ids.take(of))


def _parsed(texts: list[str]) -> pa.Table:
    """The contents as columns, in their order."""
    lines = "\n".join(texts).encode()
    block = max(1 << 20, 2 * max(map(len, texts)) * 4)  # no line may be longer than a block
    return json.read_json(
        io.BytesIO(lines),
        read_options=json.ReadOptions(block_size=block),
        parse_options=json.ParseOptions(
            explicit_schema=_CONTENT, unexpected_field_behavior="ignore"
        ),
    )


_snapshot = Snapshot()


def snapshot() -> Snapshot:
    """The snapshot of this process."""
    return _snapshot
