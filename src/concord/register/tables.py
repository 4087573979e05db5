"""The register as tables for studies, and small readings that several pages share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from concord.core.analysis.coverage import UNNAMED
from concord.core.disclosure import Viewer
from concord.core.timespan import TimeSpan
from concord.record.columns import Question
from concord.record.selectors import RecordView
from concord.record.then import changes_then
from concord.register import vocabulary
from concord.register.lists import statement_table, training_table
from concord.register.snapshot import Snapshot, snapshot
from concord.register.words import ActivityKind, Detail

PLAIN = ("topic_of", "role_of", "cells_of")
"""Tables that the study takes as the snapshot has them."""


def citations_of(value: Any) -> Iterable[dict[str, Any]]:
    """Every citation anywhere within a content."""
    if isinstance(value, dict):
        yield from value.get("citations", ())
        for inner in value.values():
            yield from citations_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from citations_of(inner)


def coverage_tables(viewer: Viewer, known_at: dt.datetime | None = None) -> dict[str, pa.Table]:
    """The tables that ``core.analysis.coverage`` takes, of what the viewer may see.

    ``known_at`` gives what the register said then, by the rule of view of then and of today.
    """
    if known_at is None:
        tables = snapshot().tables(viewer)
    else:
        tables = Snapshot(changes_then(viewer, known_at)).tables(viewer)
    cited = tables["cites"]
    of_brief = cited.filter(pc.is_in(cited["source"], tables["briefs"]["source"]))
    records, parties = tables["records"], tables["party_of"]
    ids = tables["ids"].filter(
        pc.is_in(tables["ids"]["record"], records["record"].combine_chunks())
    )
    is_named = pc.not_equal(parties["party"], UNNAMED)
    is_centre = pc.or_(pc.invert(is_named), pc.is_in(parties["party"], tables["centres"]["party"]))
    return {
        "topics": pa.table({"code": [entry.code for entry in vocabulary.topics().leaves()]}),
        "ids": ids.drop_columns("audience"),
        "records": records.drop_columns("audience").append_column(
            "in_brief", pc.is_in(records["record"], of_brief["record"])
        ),
        "party_of": pa.table(
            {"record": parties["record"], "party": parties["party"],
             "is_centre": is_centre, "is_named": is_named}
        ),
        **{name: tables[name].drop_columns("audience") for name in PLAIN},
    }  # fmt: skip


def totals(viewer: Viewer) -> dict[tuple[str, str], int]:
    """Activities (itemised) and statements of people trained (stated), by stage: never mixed."""
    once = {"once": frozenset({"once"}), "kind": frozenset(ActivityKind.values)}
    itemised = training_table().counts(viewer, Question(once))["stage"]
    trained = Question({"group": frozenset({"trained"})})
    stated = statement_table().counts(viewer, trained)["stage"]
    return {(Detail.ITEMISED.value, stage): count for stage, count in itemised.items()} | {
        (Detail.STATED.value, stage): count for stage, count in stated.items()
    }


def names_of(record: RecordView, valid_on: str | None = None) -> list[dict[str, Any]]:
    """The names of an institution or network that held on a day; all of them without one."""
    names: list[dict[str, Any]] = record.content.get("names", [])
    return held_on(names, valid_on) or names


def held_on(parts: list[dict[str, Any]], valid_on: str | None) -> list[dict[str, Any]]:
    """The parts of a record that held on a day, or do not say when they did; all without one."""
    if valid_on is None:
        return parts
    day = TimeSpan.parse(valid_on)
    return [
        part
        for part in parts
        if not part.get("valid") or TimeSpan.parse(part["valid"]).overlaps(day.earliest, day.latest)
    ]


def as_ids(values: Iterable[str]) -> list[UUID]:
    """Texts of ids as ids."""
    return [UUID(value) for value in values]
