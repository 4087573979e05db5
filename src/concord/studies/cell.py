"""One cell of gaps: a role's need of a topic, what it rests on, what moves it, what would close it.

For the same viewers as the gaps of ``studies.gaps``, and with the same figures: the draws are those
of the page of all topics.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from concord.core.analysis import gaps
from concord.core.analysis.assumptions import Assumption
from concord.core.analysis.coverage import Run
from concord.core.analysis.gaps import Inputs, Model, assumed, central
from concord.core.analysis.needs import MarginError
from concord.core.disclosure import Viewer
from concord.register.assumptions import assumptions_if
from concord.register.study_tables import study_tables
from concord.studies.gaps import (
    Figures,
    GapsQuestion,
    by_year,
    courses_on,
    gaps_tables,
    inputs_of,
    moving,
    regions_shown,
    states_of_region,
    states_shown,
    supplied_of,
)
from concord.studies.study import Context, Study, register_study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_BEHIND: Final = 40
"""Activities that are named, the newest first; all are counted."""


class CellQuestion(GapsQuestion):
    """Which cell: one role and one topic, of a region and of the States shown one by one."""

    role: str = Field(pattern=r"^R\d{2}$", description="The role")
    topic: str = Field(pattern=r"^[A-H]\d$", description="The topic")
    hidden: ClassVar[frozenset[str]] = frozenset({"level"})

    @property
    def whole(self) -> GapsQuestion:
        """The question of all topics and roles, whose draws are taken."""
        return GapsQuestion(**self.model_dump(exclude={"role", "topic", "level"}))


def cell_tables(viewer: Viewer, question: CellQuestion) -> dict[str, pa.Table]:
    role_of = study_tables(viewer, question.known_at)["role_of"]
    return gaps_tables(viewer, question) | {"role_of": role_of}


def _compute(run: Run, question: CellQuestion, context: Context) -> dict[str, Any]:
    regions = regions_shown(context.tables, context.open_states)
    region = question.region if question.region in regions else None
    states = set(states_of_region(context.tables, question.region)) | context.open_states
    every = inputs_of(run, question, sorted(states))
    of_topic = tuple(one for one in every.profiles if one.topic == question.topic)
    place = next((n for n, one in enumerate(of_topic) if one.role == question.role), None)
    result: dict[str, Any] = {
        "year": every.year,
        "region": region,
        "regions": regions,
        "is_needed": place is not None,
        "level": None if place is None else of_topic[place].level,
        "courses": _courses(run, question, context.tables),
        "total": None,
        "states": {},
        "fault": None,
    }
    own = states_shown(question, context, every)
    shown = [states_of_region(context.tables, question.region)] if region else []
    groups: list[Collection[str]] = [*shown, *({state} for state in own)]
    if place is None or not groups:
        return result
    known = assumed(assumptions_if(question.assume), every.profiles)
    cell = _Cell(replace(every, profiles=of_topic), place, question, known)
    try:
        found = cell.of_groups(run, context, groups)
    except MarginError as error:
        return result | {"fault": {"margin": error.margin, "distance": error.distance}}
    if region:
        result["total"] = found[0]
    for state, one in zip(own, found[len(shown) :], strict=True):
        result["states"][state] = supplied_of(every, state) | one
    return result


@dataclass(frozen=True)
class _Cell:
    """A cell among those of its topic, so that what a State assessed of all its roles is shared."""

    inputs: Inputs
    place: int
    """Which of the profiles it is."""
    question: CellQuestion
    known: Sequence[Assumption]

    def of_groups(
        self, run: Run, context: Context, groups: Sequence[Collection[str]]
    ) -> list[dict[str, Any]]:
        """What is told of each group of States; raises ``MarginError``."""
        model = Model(self.inputs)
        figures = Figures.of_model(
            run, context, model=model, groups=groups, every=self.known,
            seed=self.question.whole.seed,
        )  # fmt: skip
        context.told(60)
        years = by_year(self.inputs, groups, central(self.known), self.question)
        behind = self._behind(run, context.tables["ids"])
        return [
            figures.of(n, [self.place])
            | {
                "years": years[n],
                "moving": moving(model, group, [self.place], self.known),
                "behind": _newest(row for row in behind if row["state"] in group),
            }
            for n, group in enumerate(groups)
        ]

    def _behind(self, run: Run, ids: pa.Table) -> list[dict[str, Any]]:
        """The activities that the cell rests on, by State."""
        rows = run(gaps.expressions()["behind"]).to_pylist()
        width = len(self.inputs.profiles)
        rows = [row for row in rows if row["cell"] % width == self.place]
        records = pa.array({row["record"] for row in rows}, pa.int32())
        named = ids.filter(pc.is_in(ids["record"], records))
        id_of = dict(zip(*(named[name].to_pylist() for name in ("record", "id")), strict=True))
        states = self.inputs.population.states
        return [
            {"id": id_of[row["record"]], "year": row["year"], "people": row["people"],
             "state": states[row["cell"] // width]}
            for row in rows
        ]  # fmt: skip


def _newest(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The activities with the people of a group of States in each, the newest first."""
    people: dict[tuple[int, str], float] = {}
    for row in rows:
        key = (-row["year"], row["id"])
        people[key] = people.get(key, 0.0) + row["people"]
    named = [{"id": key[1], "year": -key[0], "people": round(people[key])}
             for key in sorted(people)[:MOST_BEHIND]]  # fmt: skip
    return {"count": len(people), "named": named}


def _courses(
    run: Run, question: CellQuestion, tables: Mapping[str, pa.Table]
) -> list[dict[str, Any]]:
    """Courses on the topic, those for the role first; ``for_role`` is null where none is named."""
    found = courses_on(run).get(question.topic, [])
    ids = tables["ids"]
    own = ids.filter(pc.is_in(ids["id"], pa.array([one["id"] for one in found], pa.string())))
    record_of = dict(zip(*(own[name].to_pylist() for name in ("id", "record")), strict=True))
    roles: dict[int, set[str]] = {}
    for record, role in zip(*(tables["role_of"][n].to_pylist() for n in ("record", "role")),
                            strict=True):  # fmt: skip
        roles.setdefault(record, set()).add(role)
    for one in found:
        named = roles.get(record_of[one["id"]])
        one["for_role"] = None if named is None else question.role in named
    return sorted(found, key=lambda one: one["for_role"] is not True)


register_study(Study("cell", CellQuestion, cell_tables, _compute))
