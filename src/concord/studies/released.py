"""Releases as readers see them: each has an audience, and nothing of what it rests on is in it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.core.protection import TOTAL, Rule
from concord.core.protection.tables import Dimension
from concord.record.errors import NotFoundError
from concord.studies.models import Method, Release
from concord.studies.problem import PROTECTED, VALUE
from concord.studies.releasing import By, drafts_by

OUT = (Release.State.RELEASED, Release.State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a released table."""

    codes: Mapping[str, str]
    """By axis; what is missing is a total."""
    state: str
    """``value``, ``protected`` or ``nothing``: nobody said anything"""
    value: int | None
    seen: int
    """What of it the readers of the release see anyway, record by record."""


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A release as its audience may read it; a draft as those who made it do."""

    id: UUID
    table: str
    measure: str
    stage: str
    dimensions: tuple[str, ...]
    scope: str
    audience: str
    method: str
    base: int | None
    rule: Rule
    tool: str
    input_digest: str
    contributors: int
    institution: UUID | None
    network: UUID | None
    state: str
    progress: int
    proposed: Mapping[str, Any]
    refused: Mapping[str, Any]
    made_at: dt.datetime
    released_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
    withdrawn_because: str
    figures: Mapping[str, Any]

    @property
    def is_rounded(self) -> bool:
        return self.method == Method.ROUNDING

    @property
    def axes(self) -> tuple[Dimension, ...]:
        """Its dimensions with their codes, the total first."""
        found = self.figures.get("dimensions", ())
        return tuple(Dimension(d["name"], d["parents"]) for d in found)

    def cells(self) -> Iterator[Cell]:
        """Every cell, in the order of the dimensions, totals first."""
        if not self.figures:
            return
        names = [d.name for d in self.axes]
        each = itertools.product(*(d.codes for d in self.axes))
        rows = zip(
            each, self.figures["states"], self.figures["values"], self.figures["seen"], strict=True
        )
        for codes, state, value, seen in rows:
            found = {n: code for n, code in zip(names, codes, strict=True) if code != TOTAL}
            yield Cell(found, state, value, seen)

    @property
    def counts(self) -> tuple[int, int]:
        """How many cells are withheld, of how many that hold anything."""
        states: list[str] = list(self.figures.get("states", ()))
        fallen = states.count(PROTECTED)
        return fallen, fallen + states.count(VALUE)


def release_list(*, viewer: Viewer) -> list[ReleaseView]:
    """Releases that the viewer may read, the newest first; of the withdrawn that there were."""
    rows = Release.objects.filter(state__in=OUT, audience__in=viewer.audiences)
    rows = rows.defer("home", "inputs", "figures").order_by("-released_at", "id")
    return [_view(row, with_figures=False) for row in rows]


def release_get(*, viewer: Viewer, release_id: UUID) -> ReleaseView:
    """A release, to its audience; raises ``NotFoundError``."""
    rows = Release.objects.filter(state__in=OUT, audience__in=viewer.audiences)
    row = rows.defer("home", "inputs").filter(id=release_id).first()
    if row is None:
        raise NotFoundError
    return _view(row, with_figures=row.state == Release.State.RELEASED)


def draft_list(*, by: By) -> list[ReleaseView]:
    """What somebody asked for and has not let out, the newest first."""
    rows = drafts_by(by).defer("home", "inputs", "figures").order_by("-made_at")
    return [_view(row, with_figures=False) for row in rows]


def draft_get(*, by: By, release_id: UUID) -> ReleaseView:
    """A draft, to those who made it; raises ``NotFoundError``."""
    row = drafts_by(by).defer("home", "inputs").filter(id=release_id).first()
    if row is None:
        raise NotFoundError
    return _view(row, with_figures=True)


def releases_made(*, by: By) -> list[ReleaseView]:
    """What somebody has let out, the newest first."""
    rows = Release.objects.filter(institution=by.institution, network=by.network, state__in=OUT)
    rows = rows.defer("home", "inputs", "figures").order_by("-released_at", "id")
    return [_view(row, with_figures=False) for row in rows]


def _view(row: Release, *, with_figures: bool) -> ReleaseView:
    return ReleaseView(
        id=row.id,
        table=row.table,
        measure=row.measure,
        stage=row.stage,
        dimensions=tuple(row.dimensions),
        scope=row.scope,
        audience=row.audience,
        method=row.method,
        base=row.base,
        rule=row.rule_used,
        tool=row.tool,
        input_digest=row.input_digest,
        contributors=row.contributors,
        institution=row.institution,
        network=row.network,
        state=row.state,
        progress=row.progress,
        proposed=row.proposed,
        refused=row.refused,
        made_at=row.made_at,
        released_at=row.released_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because,
        figures=row.figures if with_figures else {},
    )
