"""``concord conflicts``: who could not review what an institution submits, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.console import Console

from concord.core.disclosure import ANYONE
from concord.core.review.conflicts import YEARS, Reason
from concord.record.audiences import viewer_as
from concord.record.selectors import record_get, records_get
from concord.register.reading import title_of
from concord.review.ties import conflicts_of

console = Console()
WORDS = {
    Reason.SAME_INSTITUTION: "the same institution",
    Reason.SAME_TREE: "under one parent",
    Reason.SAME_STATE: "of one State",
    Reason.MATERIAL: "wrote a material together",
    Reason.FUNDING: "one paid for what the other did",
    Reason.ACTIVITY: "took part in one activity",
    Reason.DECLARED: "declared",
}


def conflicts(
    institution: Annotated[UUID, typer.Argument(help="Id of the institution that submits")],
    *,
    as_seen_by: Annotated[
        UUID | None, typer.Option("--institution", help="As this institution's people see it")
    ] = None,
    year: Annotated[int, typer.Option(help="Of the call; this year by default")] = 0,
    years: Annotated[int, typer.Option(help="Years back that joint work counts", min=0)] = YEARS,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
) -> None:
    """Say which institutions could not review what this one submits, and why."""
    viewer = viewer_as(as_seen_by) if as_seen_by else ANYONE
    record_get(viewer=viewer, record_id=institution, kind="institution")
    found = conflicts_of(
        viewer=viewer, institution=institution, year=year or datetime.now(UTC).year, years=years
    )
    if as_json:
        rows = [
            {"reviewer": one.reviewer, "reason": one.reason, "evidence": one.evidence}
            for one in found
        ]
        typer.echo(orjson.dumps(rows).decode())
        return
    names = records_get(viewer=viewer, ids=[UUID(one.reviewer) for one in found])
    for one in found:
        name = title_of(names[UUID(one.reviewer)], "en")
        console.print(
            f"{name}: {WORDS[one.reason]} ({one.evidence})",
            soft_wrap=True, highlight=False, markup=False,
        )  # fmt: skip
    if not found:
        console.print("Nothing that is seen here keeps anybody from it.")
