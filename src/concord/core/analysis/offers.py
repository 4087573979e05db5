"""What is on offer by topic: courses, the centres behind them, and what took place.

=================  =========================================================================
``topic_of``       record, topic
``events``         record, kind, stage, same_as
``parties``        record, institution
``institutions``   id, is_centre
=================  =========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "topic_of": {"record": "int32", "topic": "string"},
    "events": {"record": "int32", "kind": "string", "stage": "string", "same_as": "string"},
    "parties": {"record": "int32", "part": "string", "institution": "string"},
    "institutions": {"id": "string", "is_centre": "boolean"},
}
"""The columns of each table that the study reads; tables may have more."""


def offer_rows(tables: Mapping[str, Any]) -> Any:
    """By topic: courses, courses of centres, those centres, and activities that are done."""
    import ibis

    events = tables["events"]
    events = events.filter(events.same_as.isnull())
    rows = tables["topic_of"].join(events.select("record", "kind", "stage"), "record")
    parties = tables["parties"]
    own = parties.filter(parties.part == "provider").select("record", "institution")
    centres = tables["institutions"].filter(tables["institutions"].is_centre)
    own = own.join(centres.select(institution=centres.id), "institution")
    rows = rows.left_join(own, "record")
    is_course, is_done = rows.kind == "course", (rows.kind == "activity") & (rows.stage == "done")
    of_centre = is_course & rows.institution.notnull()
    return (
        rows.group_by("topic")
        .aggregate(
            courses=rows.record.nunique(where=is_course),
            of_centres=rows.record.nunique(where=of_centre),
            centres=rows.institution.nunique(where=of_centre),
            activities=rows.record.nunique(where=is_done),
        )
        .order_by(ibis.asc("topic"))
    )


def expressions() -> dict[str, Any]:
    """The study's questions, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    return {"offers": offer_rows(tables)}
