"""The register as tables for studies, holding what one viewer may see and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pyarrow as pa

from concord.core.disclosure import Viewer
from concord.core.timespan import TimeSpan
from concord.record.selectors import RecordView, record_list
from concord.register import vocabulary
from concord.register.words import CENTRE_KINDS, Detail, Stage

_STRING, _BOOL = pa.string(), pa.bool_()
SCHEMAS = {
    "topics": pa.schema([("code", _STRING)]),
    "records": pa.schema(
        [("record", _STRING), ("kind", _STRING), ("in_brief", _BOOL), ("stage", _STRING),
         ("level", _STRING), ("counts_once", _BOOL)]
    ),
    "topic_of": pa.schema([("record", _STRING), ("topic", _STRING)]),
    "party_of": pa.schema(
        [("record", _STRING), ("party", _STRING), ("is_centre", _BOOL), ("is_named", _BOOL)]
    ),
    "role_of": pa.schema([("record", _STRING), ("role", _STRING)]),
    "cells_of": pa.schema([("record", _STRING), ("dimension", _STRING), ("value", _STRING)]),
}  # fmt: skip


def citations_of(value: Any) -> Iterable[dict[str, Any]]:
    """Every citation anywhere within a content."""
    if isinstance(value, dict):
        yield from value.get("citations", ())
        for inner in value.values():
            yield from citations_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from citations_of(inner)


def brief_sources(viewer: Viewer) -> frozenset[str]:
    """Ids of the sources that are the 2015 brief."""
    sources = record_list(viewer=viewer, kind="source")
    return frozenset(str(s.id) for s in sources if s.content.get("is_brief"))


def centre_ids(viewer: Viewer) -> frozenset[str]:
    """Ids of the institutions that are centres."""
    institutions = record_list(viewer=viewer, kind="institution")
    return frozenset(
        str(i.id) for i in institutions if set(i.content.get("kinds", ())) & set(CENTRE_KINDS)
    )


class _Collector:
    """Gathers rows for the tables."""

    def __init__(self, brief: frozenset[str], centres: frozenset[str]) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in SCHEMAS}
        self.brief, self.centres = brief, centres

    def take(self, record: RecordView) -> None:
        content, key = record.content, str(record.id)
        in_brief = any(c["source"] in self.brief for c in citations_of(content))
        stage = "offer" if record.kind == "course" else content.get("stage", Stage.UNKNOWN.value)
        once = not content.get("same_as")
        self.rows["records"].append((key, record.kind, in_brief, stage, content.get("level"), once))
        self.rows["topic_of"] += [(key, topic) for topic in content.get("topics", ())]
        self.rows["role_of"] += [(key, role) for role in content.get("roles", ())]
        self.rows["party_of"] += [(key, *party) for party in self._parties(record)]
        self.rows["cells_of"] += [(key, *cell) for cell in _cells(content)]

    def _parties(self, record: RecordView) -> Iterable[tuple[str, bool, bool]]:
        content = record.content
        if record.kind == "course":
            named = content.get("providers", ())
        else:
            parties = [part["party"] for part in content.get("parties", ())]
            parties += [content["subject"]] if "subject" in content else []
            named = [party["institution"] for party in parties if "institution" in party]
            if record.kind == "statement" and _is_unnamed_centres(content):
                yield "", True, False
        for institution in dict.fromkeys(named):
            yield institution, institution in self.centres, True


def _is_unnamed_centres(content: dict[str, Any]) -> bool:
    """Whether a statement with topics is about a party that the source does not name."""
    return "description" in content.get("subject", {}) and bool(content.get("topics"))


def _cells(content: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if content.get("level"):
        yield "level", content["level"]
    for language in content.get("languages", ()):
        yield "language", language
    for reach in content.get("reach", ()):
        yield "reach", reach
    for year in TimeSpan.parse(content["when"]).years() if content.get("when") else ():
        yield "year", str(year)


def coverage_tables(viewer: Viewer) -> dict[str, pa.Table]:
    """The tables that ``core.analysis.coverage`` takes."""
    collector = _Collector(brief_sources(viewer), centre_ids(viewer))
    for kind in ("course", "activity", "statement"):
        for record in record_list(viewer=viewer, kind=kind):
            collector.take(record)
    collector.rows["topics"] = [(entry.code,) for entry in vocabulary.topics().leaves()]
    return {
        name: pa.table(
            [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)],
            schema=schema,
        )
        for name, schema in SCHEMAS.items()
        for columns in [list(zip(*collector.rows[name], strict=True)) or [()] * len(schema)]
    }


def totals(viewer: Viewer) -> dict[tuple[str, str], int]:
    """Activities (itemised) and statements of people trained (stated), by stage: never mixed."""
    found: dict[tuple[str, str], int] = {}
    for kind, detail in (("activity", Detail.ITEMISED), ("statement", Detail.STATED)):
        for record in record_list(viewer=viewer, kind=kind):
            if kind == "statement" and record.content.get("group") != "trained":
                continue
            if record.content.get("same_as"):
                continue
            default = "unknown" if kind == "activity" else "done"
            key = (detail.value, record.content.get("stage", default))
            found[key] = found.get(key, 0) + 1
    return found


def names_of(record: RecordView, valid_on: str | None = None) -> list[dict[str, Any]]:
    """The names of an institution or network that held on a day; all of them without one."""
    names: list[dict[str, Any]] = record.content.get("names", [])
    if valid_on is None:
        return names
    day = TimeSpan.parse(valid_on)
    held = [
        name
        for name in names
        if not name.get("valid") or TimeSpan.parse(name["valid"]).overlaps(day.earliest, day.latest)
    ]
    return held or names


def as_ids(values: Iterable[str]) -> list[UUID]:
    """Texts of ids as ids."""
    return [UUID(value) for value in values]
