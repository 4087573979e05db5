"""What is on offer by topic: courses, the centres behind them, what took place, and how many seats.

=================  =========================================================================
``topic_of``       record, topic
``events``         record, id, kind, stage, same_as; of activities also course (the id of the one
                   that is run), seats, apply_by, year
``parties``        record, part, institution
``institutions``   id, is_centre
``cells_of``       record, dimension (language), value
=================  =========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "topic_of": {"record": "int32", "topic": "string"},
    "events": {
        "record": "int32", "id": "string", "kind": "string", "stage": "string", "course": "string",
        "same_as": "string", "seats": "int64", "apply_by": "date", "year": "int16",
    },
    "parties": {"record": "int32", "part": "string", "institution": "string"},
    "institutions": {"id": "string", "is_centre": "boolean"},
    "cells_of": {"record": "int32", "dimension": "string", "value": "string"},
}  # fmt: skip
"""The columns of each table that the study reads; tables may have more."""
MOST_COURSES: Final = 12
"""Courses on a topic that are named; the list of training has them all."""


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


def course_rows(tables: Mapping[str, Any]) -> Any:
    """Some courses on each topic, with who offers them, in what language, and until when to apply.

    Those whose next run takes nominations longest come first. A course of several providers or
    languages has a row for each pair; seats are of the run that has most.
    """
    import ibis

    events = tables["events"]
    runs = events.filter((events.kind == "activity") & events.course.notnull())
    runs = runs.group_by(of=runs.course).aggregate(
        apply_by=runs.apply_by.max(), seats=runs.seats.max()
    )
    courses = events.filter((events.kind == "course") & events.same_as.isnull())
    courses = tables["topic_of"].join(courses.select("record", "id"), "record")
    courses = courses.left_join(runs, courses.id == runs.of)
    first = ibis.window(
        group_by="topic", order_by=[ibis.desc("apply_by", nulls_first=False), ibis.asc("id")]
    )
    courses = courses.mutate(place=ibis.row_number().over(first))
    courses = courses.filter(courses.place < MOST_COURSES)
    providers = tables["parties"].filter(ibis._.part == "provider")
    languages = tables["cells_of"].filter(ibis._.dimension == "language")
    rows = courses.left_join(providers.select("record", "institution"), "record")
    rows = rows.drop("record_right")
    rows = rows.left_join(languages.select("record", language="value"), "record")
    rows = rows.select("topic", "place", "id", "institution", "language", "apply_by", "seats")
    keys = ("topic", "place", "id", "institution", "language")
    return rows.distinct().order_by(*(ibis.asc(key, nulls_first=True) for key in keys))


def capacity_rows(tables: Mapping[str, Any]) -> Any:
    """By topic and year: activities that are done or to come, and their seats where known.

    ``with_seats`` says of how many activities the seats are known: the sum is of those alone.
    """
    import ibis

    events = tables["events"]
    events = events.filter(
        (events.kind == "activity") & events.same_as.isnull() & events.year.notnull()
        & events.stage.isin(["planned", "under_way", "done"])
    )  # fmt: skip
    rows = tables["topic_of"].join(events.select("record", "year", "seats"), "record")
    return (
        rows.group_by("topic", "year")
        .aggregate(
            activities=rows.record.nunique(),
            with_seats=rows.record.nunique(where=rows.seats.notnull()),
            seats=ibis.coalesce(rows.seats.cast("float64").sum(), 0.0),
        )
        .order_by("topic", "year")
    )


@lru_cache
def expressions() -> dict[str, Any]:
    """The study's questions, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    return {
        "offers": offer_rows(tables),
        "courses": course_rows(tables),
        "capacity": capacity_rows(tables),
    }
