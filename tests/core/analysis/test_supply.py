"""Which rows of participation count, and for what."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.core.analysis import offers, supply
from concord.studies.engine import DuckEngine


def tables(
    participation: list[dict[str, Any]], events: list[dict[str, Any]]
) -> dict[str, pa.Table]:
    types = {"int32": pa.int32(), "int16": pa.int16(), "string": pa.string()}

    def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
        schema = pa.schema([(c, types[t]) for c, t in supply.COLUMNS[name].items()])
        return pa.Table.from_pylist(rows, schema)

    topics = [{"record": e["record"], "topic": t} for e in events for t in e.get("topics", ("B1",))]
    return {
        "participation": table("participation", participation),
        "events": table("events", events),
        "topic_of": table("topic_of", topics),
    }


def flow(participation: list[dict[str, Any]], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with DuckEngine() as engine:
        engine.put(tables(participation, events))
        found: list[dict[str, Any]] = engine.run(supply.expressions()["flow"]).to_pylist()
    return found


def count(record: int, people: int, **more: object) -> dict[str, object]:
    usual = {"breakdown": "total", "unit": "person", "stage": "done", "year": 2020}
    return {"record": record, "count": people} | usual | more


DONE = {"record": 1, "kind": "activity", "stage": "done", "country": "JP", "same_as": None}


def test_of_several_breakdowns_the_most_detailed_counts_alone() -> None:
    rows = [
        count(1, 30),
        count(1, 10, breakdown="by country", country="KR"),
        count(1, 20, breakdown="by country", country="VN"),
        count(1, 12, breakdown="both", country="KR", role="R08"),
        count(1, 18, breakdown="both", country="VN", role="R02"),
    ]
    found = flow(rows, [DONE])
    assert [(r["country"], r["role"], r["people"]) for r in found] == [
        ("KR", "R08", 12.0), ("VN", "R02", 18.0),
    ]  # fmt: skip


def test_a_breakdown_that_counts_countries_hides_none_that_counts_people() -> None:
    """Twelve countries of participants, each named, are no people and no choice."""
    rows = [
        count(1, 30, breakdown="total"),
        count(1, 12, breakdown="by country", unit="country", country="KR"),
    ]
    assert [r["people"] for r in flow(rows, [DONE])] == [30.0]


def test_what_is_not_named_stays_unknown_but_domestic_people_are_of_the_place() -> None:
    rows = [count(1, 5, stream="domestic"), count(1, 7, stream="foreign")]
    found = flow(rows, [DONE])
    assert [(r["country"], r["role"], r["people"]) for r in found] == [
        ("", "", 7.0), ("JP", "", 5.0),
    ]  # fmt: skip


def test_planned_people_and_activities_never_count_as_trained() -> None:
    planned = DONE | {"record": 2, "stage": "planned"}
    cancelled = DONE | {"record": 3, "stage": "cancelled"}
    rows = [count(1, 5, stage="planned"), count(2, 6), count(3, 7), count(1, 8, breakdown="total")]
    found = flow(rows, [DONE, planned, cancelled])
    assert {r["held"]: r["people"] for r in found} == {True: 8.0, False: 11.0}, (
        "cancelled is neither"
    )


def test_what_counts_countries_counts_no_people() -> None:
    rows = [count(1, 48, unit="country"), count(1, 5, breakdown="people")]
    assert [r["people"] for r in flow(rows, [DONE])] == [5.0]


def test_the_other_record_of_one_event_does_not_count() -> None:
    twin = DONE | {"record": 2, "same_as": "the first"}
    assert [r["people"] for r in flow([count(1, 5), count(2, 5)], [DONE, twin])] == [5.0]


def test_who_takes_part_is_trained_in_every_topic() -> None:
    both = DONE | {"topics": ("B1", "B5")}
    found = flow([count(1, 5, country="KR", role="R08")], [both])
    assert [(r["topic"], r["people"], r["activities"]) for r in found] == [
        ("B1", 5.0, 1), ("B5", 5.0, 1),
    ]  # fmt: skip


def test_an_offer_is_a_course_of_a_centre() -> None:
    data = {
        "topic_of": pa.table({"record": pa.array([1, 2, 3], pa.int32()), "topic": ["B1"] * 3}),
        "events": pa.table({
            "record": pa.array([1, 2, 3], pa.int32()), "kind": ["course", "course", "activity"],
            "stage": [None, None, "done"], "same_as": pa.array([None] * 3, pa.string()),
        }),
        "parties": pa.table({
            "record": pa.array([1, 1, 2, 3], pa.int32()),
            "part": ["provider", "provider", "provider", "host"],
            "institution": ["a", "b", "c", "a"],
        }),
        "institutions": pa.table({"id": ["a", "b", "c"], "is_centre": [True, True, False]}),
    }  # fmt: skip
    with DuckEngine() as engine:
        engine.put(data)
        (row,) = engine.run(offers.expressions()["offers"]).to_pylist()
    assert row == {"topic": "B1", "courses": 2, "of_centres": 1, "centres": 2, "activities": 1}


PLANNED = st.lists(
    st.builds(
        lambda people, at, stage, of, more: count(
            at, people, stage=stage, country=of, role="R08", breakdown="both", **more
        ),
        st.integers(1, 500),
        st.sampled_from([1, 2, 3]),
        st.sampled_from(["planned", "cancelled", "unknown", "done"]),
        st.sampled_from(["KR", "VN", None]),
        st.sampled_from([{}, {"year": 2030}, {"unit": "completion"}]),
    ),
    max_size=6,
)


@given(PLANNED)
@settings(max_examples=15, deadline=None)
def test_whatever_is_planned_the_people_trained_stay_the_same(rows: list[dict[str, Any]]) -> None:
    """What is added is not done, or of an activity that is not done: it adds to no stock."""
    later = [DONE | {"record": 2, "stage": "planned"}, DONE | {"record": 3, "stage": "unknown"}]
    more = [r for r in rows if r["stage"] != "done" or r["record"] != 1]
    own = [count(1, 5, country="KR", role="R08", breakdown="both")]
    found = flow([*own, *more], [DONE, *later])
    held = [(r["country"], r["role"], r["people"]) for r in found if r["held"]]
    assert held == [("KR", "R08", 5.0)]
    assert not any(r["held"] and r["year"] == 2030 for r in found)
    planned = [r for r in more if r["stage"] == "planned" and r["record"] != 3]
    planned += [r for r in more if r["stage"] == "done" and r["record"] == 2]
    beside = sum(r["people"] for r in found if not r["held"])
    assert beside == sum(r["count"] for r in planned)
