"""A centre's year as a study: several measures, each with its axes, and no score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyarrow as pa
from pydantic import Field

from concord.core.analysis.achievement import COLUMNS, expressions, years_running
from concord.core.analysis.coverage import Run
from concord.core.disclosure import Viewer
from concord.register.study_tables import study_tables
from concord.studies.question import Question
from concord.studies.study import Context, Study, register_study

TABLES: Final = (
    "ids", "institutions", "events", "parties", "accounts", "participation", "topic_of", "role_of",
    "endorsements", "statements", "phases", "milestones", "people", "capabilities",
)  # fmt: skip


SERVICES: Final = ("technical_support", "scientific_support")
"""Functions of a support centre beside human resources (IAEA-TDL-010)."""


class AchievementQuestion(Question):
    """Which centre, and which year; the last one with anything in it by default."""

    centre: str = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    year: int | None = Field(default=None, ge=1950, le=2100, description="The year")


def _tables(viewer: Viewer, question: AchievementQuestion) -> dict[str, pa.Table]:
    every = study_tables(viewer, question.known_at)
    key = f"institution:{question.centre}"
    own = [key] if key in viewer.audiences else []
    return {name: every[name] for name in TABLES} | {
        "accounts": every["accounts"].select(list(COLUMNS["accounts"])),
        "own": pa.table({"party": pa.array(own, pa.string())}),
    }


def _compute(run: Run, question: AchievementQuestion, context: Context) -> dict[str, Any]:
    institutions = context.tables["institutions"].to_pylist()
    state = next((row["state"] for row in institutions if row["id"] == question.centre), None)
    asked = expressions(question.centre, state or "")
    found = {name: run(expression).to_pylist() for name, expression in asked.items()}
    done = {row["year"] for row in found["activities"] if row["stage"] == "done" and row["year"]}
    years = sorted({row["year"] for row in found["activities"] if row["year"]})
    year = question.year or max(done or years, default=None)

    def of_year(name: str) -> list[dict[str, Any]]:
        return [row for row in found[name] if row["year"] == year]

    own = {
        name: [row for row in context.tables[name].to_pylist() if row["id"] == question.centre]
        for name in ("phases", "milestones")
    }
    return {
        "centre": question.centre,
        "year": year,
        "years": years,
        "by_year": _by_year(found["activities"]),
        "people_by_year": _people_by_year(found["people"]),
        "carried_by_year": [row for row in found["carried"] if row["year"] is not None],
        "undated": sum(row["count"] for row in found["activities"] if row["year"] is None),
        "activities": [
            {"sort": sort, "stage": stage, "count": count}
            for (sort, stage), count in _counted(of_year("activities"), "sort", "stage")
        ],
        "said": _said(of_year("said"), is_own=len(context.tables["own"]) > 0),
        "needs": _needs(context.tables["people"], state, year),
        "services": _services(context.tables["capabilities"], question.centre),
        "people": of_year("people"),
        "topics": of_year("topics"),
        "evaluation": [
            {"level": level, "count": count}
            for (level,), count in _counted(
                (r for r in of_year("activities") if r["stage"] == "done"), "evaluation"
            )
        ],
        "carried": of_year("carried"),
        "shared": found["shared"],
        "courses": found["courses"][0] if found["courses"] else {"courses": 0, "endorsed": 0},
        "endorsed_in_total": [
            row["count"]
            for row in context.tables["endorsements"].to_pylist()
            if row["institution"] == question.centre and row["count"] and not row["course"]
        ],
        "stated": found["stated"],
        "running": years_running(done, year) if year else 0,
        "phases": sorted(own["phases"], key=lambda row: row["year"] or 0),
        "milestones": sorted(
            (row for row in own["milestones"] if not year or (row["year"] or 0) <= year),
            key=lambda row: (row["year"] or 0, row["step"]),
        ),
    }


def _said(rows: Iterable[Mapping[str, Any]], *, is_own: bool) -> list[dict[str, Any]]:
    """What the parties say of activities: to others than the centre what is confirmed, no more.

    How much a centre says alone is shown to that centre.
    """
    shown = [row for row in rows if is_own or row["confirmation"] == "confirmed"]
    return [
        {"stage": stage, "confirmation": confirmation, "count": count}
        for (stage, confirmation), count in _counted(shown, "stage", "confirmation")
    ]


def _needs(people: pa.Table, state: str | None, year: int | None) -> int:
    """Needs that the centre's State has assessed itself, up to the year."""
    return sum(
        row["kind"] == "need" and row["is_own"] and row["state"] == state is not None
        and (row["year"] is None or year is None or row["year"] <= year)
        for row in people.to_pylist()
    )  # fmt: skip


def _services(capabilities: pa.Table, centre: str) -> list[dict[str, Any]]:
    """What the centre can do for others beside courses, by function of a support centre."""
    own = [row for row in capabilities.to_pylist() if row["id"] == centre]
    found = Counter(row["function"] for row in own if row["function"] in SERVICES)
    return [{"function": name, "count": found[name]} for name in SERVICES if found[name]]


def _counted(rows: Iterable[Mapping[str, Any]], *keys: str) -> list[tuple[tuple[Any, ...], int]]:
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        counts[tuple(row[key] for key in keys)] += row["count"]
    return sorted(counts.items(), key=lambda item: [str(part or "") for part in item[0]])


def _by_year(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Activities by year: done, and planned or under way."""
    done: Counter[int] = Counter()
    other: Counter[int] = Counter()
    for row in rows:
        if row["year"] is not None:
            (done if row["stage"] == "done" else other)[row["year"]] += row["count"]
    return [{"year": y, "done": done[y], "other": other[y]} for y in sorted({*done, *other})]


def _people_by_year(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """People by unit and year, each unit by itself: where from where that is told, and planned."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for row in rows:
        if row["year"] is None:
            continue
        line = found.setdefault((row["unit"], row["year"]), {
            "unit": row["unit"], "year": row["year"],
            "domestic": 0, "foreign": 0, "not_stated": 0, "planned": 0,
        })  # fmt: skip
        stream = row["stream"] if row["stream"] in {"domestic", "foreign"} else "not_stated"
        line[stream if row["held"] else "planned"] += round(row["people"])
    return [found[key] for key in sorted(found)]


register_study(Study("achievement", AchievementQuestion, _tables, _compute, version=3))
