"""Achievement: what one centre did in a period, in several measures and no single score.

Every measure keeps its axes: what is done apart from what is planned, what is itemised apart from
what is stated in total, each unit of counting apart. What no source says is not known, and is not
taken for none.

===================  ===========================================================================
``events``           record, id, kind, sort, stage, year, evaluation, course, same_as
``parties``          record, part, party, side, institution
``accounts``         record, party, side, answer, is_own
``participation``    as ``core.analysis.supply`` takes it
``topic_of``         record, topic
``role_of``          record, role
``endorsements``     institution, course, count, year
``statements``       institution, group, measure, value, unit, stream, year, stage
===================  ===========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from concord.core.analysis import supply
from concord.core.analysis.collaboration import verdict_rows

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    **supply.COLUMNS,
    "events": {
        **supply.COLUMNS["events"], "id": "string", "sort": "string", "year": "int16",
        "evaluation": "int8", "course": "string",
    },
    "parties": {
        "record": "int32", "part": "string", "party": "string", "side": "string",
        "institution": "string",
    },
    "accounts": {
        "record": "int32", "party": "string", "side": "string", "answer": "string",
        "is_own": "boolean",
    },
    "role_of": {"record": "int32", "role": "string"},
    "endorsements": {
        "institution": "string", "course": "string", "count": "int64", "year": "int16"
    },
    "statements": {
        "institution": "string", "group": "string", "measure": "string", "value": "float64",
        "unit": "string", "stream": "string", "year": "int16", "stage": "string",
    },
}  # fmt: skip
"""The columns of each table that the study reads; tables may have more, ``accounts`` may not."""

CARRYING: Final = ("host", "organiser", "co_organiser", "partner")
"""Parts of those who carry an activity."""
TRAINERS: Final = ("R18",)
TRAINING_OF_TRAINERS: Final = ("H4",)
SHARED: Final = ("material_exchange", "material")


def own_rows(tables: Mapping[str, Any], centre: str) -> Any:
    """The activities that a centre carries, with what is known of each."""
    parties, events = tables["parties"], tables["events"]
    own = parties.filter((parties.institution == centre) & parties.part.isin(CARRYING))
    events = events.filter((events.kind == "activity") & events.same_as.isnull())
    return events.join(own.select("record").distinct(), "record").select(
        "record", "sort", "stage", "year", "evaluation"
    )


def activity_rows(tables: Mapping[str, Any], centre: str) -> Any:
    """How many activities by year, sort, stage and level of evaluation."""
    import ibis

    own = own_rows(tables, centre)
    keys = ("year", "sort", "stage", "evaluation")
    return (
        own.group_by(*keys)
        .aggregate(count=own.record.nunique())
        .order_by(*(ibis.asc(key, nulls_first=True) for key in keys))
    )


def people_rows(tables: Mapping[str, Any], centre: str, state: str) -> Any:
    """People by year, unit and stream, done or not, and how many of them were to train others.

    Whoever's country is named is from abroad where that is not the centre's own; where the
    centre's own is not known, nobody is.
    """
    import ibis

    own = own_rows(tables, centre).select("record")
    rows = supply.counted_rows(tables).join(own, "record")
    home = ibis.cases((rows.country == state, "domestic"), (rows.country != state, "foreign"))
    stream = ibis.coalesce(rows.stream, home if state else rows.stream, "not_stated")
    topics, roles = tables["topic_of"], tables["role_of"]
    training = topics.filter(topics.topic.isin(TRAINING_OF_TRAINERS)).select("record")
    training = training.union(roles.filter(roles.role.isin(TRAINERS)).select("record")).distinct()
    training = training.mutate(trains=True)
    rows = rows.mutate(stream=stream).left_join(training, "record")
    is_trainer = rows.trains.fill_null(False) | (rows.role == "R18").fill_null(False)  # noqa: FBT003
    people = rows["count"].cast("float64")
    keys = ("year", "unit", "stream", "held")
    return (
        rows.mutate(trainers=is_trainer.ifelse(people, 0.0), people=people)
        .group_by(*keys)
        .aggregate(people=ibis._.people.sum(), trainers=ibis._.trainers.sum())
        .order_by(*(ibis.asc(key, nulls_first=True) for key in keys))
    )


def said_rows(tables: Mapping[str, Any], centre: str) -> Any:
    """Activities with another party, by year, stage and what the parties say of them."""
    import ibis

    own = own_rows(tables, centre).join(verdict_rows(tables), "record")
    keys = ("year", "stage", "confirmation")
    return (
        own.group_by(*keys)
        .aggregate(count=own.record.nunique())
        .order_by(*(ibis.asc(key, nulls_first=True) for key in keys))
    )


def topic_rows(tables: Mapping[str, Any], centre: str) -> Any:
    """The topics of activities, by year and stage."""
    import ibis

    own = own_rows(tables, centre).join(tables["topic_of"], "record")
    keys = ("year", "stage", "topic")
    return (
        own.group_by(*keys)
        .aggregate(count=own.record.nunique())
        .order_by(*(ibis.asc(key, nulls_first=True) for key in keys))
    )


def carried_rows(tables: Mapping[str, Any], centre: str) -> Any:
    """Of activities that are done: whose lecturers and funds a source names, own or others'."""
    import ibis

    own = own_rows(tables, centre)
    own = own.filter(own.stage == "done").select("record", "year")
    parties = tables["parties"]
    named = parties.filter(parties.part.isin(["lecturer", "funder"])).select(
        "record", "part", is_own=(parties.institution == centre).fill_null(False)  # noqa: FBT003
    )  # fmt: skip
    rows = own.join(named, "record")
    per = rows.group_by("record", "year", "part").aggregate(
        own=rows.is_own.ifelse(1, 0).max(), others=rows.is_own.ifelse(0, 1).max()
    )
    keys = ("part", "year")
    return (
        per.group_by(*keys)
        .aggregate(
            activities=per.record.nunique(),
            own_alone=((per.own == 1) & (per.others == 0)).ifelse(1, 0).sum(),
        )
        .mutate(own_alone=ibis._.own_alone.cast("float64"))
        .order_by(*(ibis.asc(key, nulls_first=True) for key in keys))
    )


def shared_rows(tables: Mapping[str, Any], centre: str) -> Any:
    """Exchanges of material that the centre is a party of, by year and stage."""
    import ibis

    parties, events = tables["parties"], tables["events"]
    own = parties.filter(parties.institution == centre).select("record").distinct()
    rows = events.filter(events["sort"].isin(SHARED)).join(own, "record")
    keys = ("year", "stage")
    return (
        rows.group_by(*keys)
        .aggregate(count=rows.record.nunique())
        .order_by(*(ibis.asc(key, nulls_first=True) for key in keys))
    )


def course_rows(tables: Mapping[str, Any], centre: str) -> Any:
    """The centre's courses, and those of them that a body has checked by name."""
    parties, events = tables["parties"], tables["events"]
    own = parties.filter((parties.institution == centre) & (parties.part == "provider"))
    courses = events.filter((events.kind == "course") & events.same_as.isnull())
    courses = courses.join(own.select("record").distinct(), "record")
    checked = tables["endorsements"].filter(tables["endorsements"].course.notnull())
    checked = checked.select(id=checked.course).distinct().mutate(checked=True)
    rows = courses.left_join(checked, "id")
    return rows.aggregate(
        courses=rows.record.nunique(), endorsed=rows.record.nunique(where=rows.checked.notnull())
    )


def stated_rows(tables: Mapping[str, Any], centre: str) -> Any:
    """What is stated in total of people trained, never added to what is itemised."""
    import ibis

    said = tables["statements"]
    said = said.filter(
        (said.institution == centre) & (said["group"] == "trained") & said.value.notnull()
    )
    columns = ("year", "measure", "stream", "stage", "unit", "value")
    return said.select(*columns).order_by(*(ibis.asc(c, nulls_first=True) for c in columns))


def expressions(centre: str, state: str) -> dict[str, Any]:
    """The study's questions of a centre, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    return {
        "activities": activity_rows(tables, centre),
        "people": people_rows(tables, centre, state),
        "said": said_rows(tables, centre),
        "topics": topic_rows(tables, centre),
        "carried": carried_rows(tables, centre),
        "shared": shared_rows(tables, centre),
        "courses": course_rows(tables, centre),
        "stated": stated_rows(tables, centre),
    }


def years_running(years: set[int], year: int) -> int:
    """How many years up to ``year`` had something done, without a break."""
    count = 0
    while year - count in years:
        count += 1
    return count
