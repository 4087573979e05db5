"""Partners as a study: shown to the institution that asks, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import pyarrow as pa
from pydantic import Field

from concord.core.analysis.coverage import Run
from concord.core.analysis.partners import expressions, partners
from concord.core.disclosure import Viewer, institution_audience
from concord.register.study_tables import study_tables
from concord.register.words import CENTRE_KINDS, InstitutionKind
from concord.studies.question import Question
from concord.studies.study import Context, Study, register_study

ELIGIBLE: Final = frozenset(
    {*CENTRE_KINDS, InstitutionKind.UNIVERSITY.value, InstitutionKind.THINK_TANK.value}
)
"""Kinds of institution that are proposed as partners."""


class PartnersQuestion(Question):
    """Whose partners."""

    institution: str = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def _may_ask(viewer: Viewer, question: PartnersQuestion) -> bool:
    return viewer.may_see(institution_audience(UUID(question.institution)))


def _tables(viewer: Viewer, question: PartnersQuestion) -> dict[str, pa.Table]:
    every = study_tables(viewer, question.known_at)
    tables = {name: every[name] for name in ("ids", "events", "parties", "institution_kinds")}
    rows = sorted(set(_assets(every)))
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    names = ("institution", "dimension", "value")
    tables["assets"] = pa.table(
        {name: pa.array(c, pa.string()) for name, c in zip(names, columns, strict=True)}
    )
    return tables


def _assets(tables: dict[str, pa.Table]) -> Iterator[tuple[str, str, str]]:
    """What institutions have, as their courses and their own records say."""
    providers: dict[int, list[str]] = {}
    for row in tables["parties"].to_pylist():
        if row["part"] == "provider" and row["institution"]:
            providers.setdefault(row["record"], []).append(row["institution"])
    for record, dimension, value in _of_courses(tables):
        yield from ((whose, dimension, value) for whose in providers.get(record, ()))
    for row in tables["capabilities"].to_pylist():
        yield from ((row["id"], d, row[d]) for d in ("function", "topic") if row[d])
    for row in tables["working_languages"].to_pylist():
        yield row["id"], "language", row["language"]


def _of_courses(tables: dict[str, pa.Table]) -> Iterator[tuple[int, str, str]]:
    for name, column in (("topic_of", "topic"), ("role_of", "role")):
        for row in tables[name].to_pylist():
            yield row["record"], column, row[column]
    for row in tables["cells_of"].to_pylist():
        if row["dimension"] in {"level", "language"}:
            yield row["record"], row["dimension"], row["value"]


def _compute(run: Run, question: PartnersQuestion, context: Context) -> dict[str, Any]:
    asked = {name: run(one).to_pylist() for name, one in expressions().items()}
    kinds = context.tables["institution_kinds"].to_pylist()
    found = partners(
        question.institution,
        [(row["institution"], row["dimension"], row["value"]) for row in asked["assets"]],
        [(row["a"], row["b"]) for row in asked["ties"]],
        {row["id"] for row in kinds if row["kind"] in ELIGIBLE},
    )
    return {
        "institution": question.institution,
        "partners": [
            {
                "institution": one.institution,
                "brings": {name: list(values) for name, values in one.brings.items()},
                "languages": list(one.languages),
                "steps": one.steps,
            }
            for one in found
        ],
    }


register_study(Study("partners", PartnersQuestion, _tables, _compute, may_ask=_may_ask))
