"""``concord release`` and ``concord attack``: totals over withheld numbers, for the operator."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from concord.core.disclosure import PUBLIC, viewer_of_key
from concord.core.protection import Rule
from concord.core.protection.errors import Key
from concord.record.errors import InvalidQueryError, NotFoundError
from concord.record.sensitive import confirming
from concord.studies.auditing import (
    Reached,
    release_attack,
    release_row,
    release_verify,
    releases_all,
)
from concord.studies.models import Method, Release
from concord.studies.released import ReleaseView, draft_get, release_get
from concord.studies.releasing import (
    OPERATOR,
    Wanted,
    release_compute,
    release_draft,
    release_drop,
    release_let_out,
    release_withdraw,
)

releases = typer.Typer(
    help="Totals over numbers that institutions keep to themselves, protected so that nobody can "
    "work a number back.",
    no_args_is_help=True,
)
console = Console()
Id = Annotated[UUID, typer.Argument(help="Id of a release")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON")]


@releases.command()
def make(
    *,
    table: Annotated[str, typer.Argument(help="participation, workforce or need")],
    by: Annotated[
        list[str],
        typer.Option(help="topic, topic_group, country, role, role_family, year"),
    ],
    measure: Annotated[
        str, typer.Option(help="person, attendance or completion; of people: low or high")
    ] = "",
    stage: Annotated[str, typer.Option(help="done or planned, of participation")] = "",
    scope: Annotated[str, typer.Option(help="all, network:ID or institution:ID")] = "all",
    audience: Annotated[str, typer.Option(help="public, network:ID, ...")] = PUBLIC,
    method: Annotated[Method, typer.Option(help="How cells are protected")] = Method.SUPPRESSION,
    base: Annotated[int | None, typer.Option(help="Of rounding")] = None,
    minimum: Annotated[int, typer.Option(help="Fewest contributors of a cell", min=2)] = 3,
    dominance: Annotated[
        int, typer.Option(help="Most percent of a cell that one may have", min=1, max=100)
    ] = 80,
    width: Annotated[int, typer.Option(help="Doubt left of a cell, in percent", min=0)] = 50,
    least: Annotated[int, typer.Option(help="Doubt left of a cell at the least", min=1)] = 2,
    let_out: Annotated[
        bool, typer.Option("--let-out", help="Let it out; without this only look what would fall")
    ] = False,
) -> None:
    """Compute a release; with --let-out its audience reads it from then on."""
    wanted = Wanted(
        table, tuple(by), measure, stage, scope, audience, method.value, base,
        Rule(minimum, dominance, width, least),
    )  # fmt: skip
    draft = release_draft(by=OPERATOR, wanted=wanted)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("protecting", total=100)
        made = release_compute(
            release_id=draft.id, progress=lambda done: bar.update(task, completed=done)
        )
        bar.update(task, completed=100)
    view = draft_get(by=OPERATOR, release_id=made.id)
    if made.state == Release.State.REFUSED:
        release_drop(by=OPERATOR, release_id=made.id)
        raise InvalidQueryError(fields={"release": refusal(view)})
    _print_table(view)
    if view.proposed:
        names = ", ".join(view.proposed["dimensions"])
        console.print(f"More than a third falls. Of the coarser ones this keeps most: by {names}.")
    if let_out:
        release_let_out(by=OPERATOR, release_id=made.id)
        console.print(f"Let out to {view.audience}: {made.id}")
    else:
        release_drop(by=OPERATOR, release_id=made.id)
        console.print("Nobody sees it yet: --let-out lets it out.")


def refusal(view: ReleaseView) -> str:
    """Why a table cannot be released."""
    words = {
        "nothing": "no number that is withheld may enter this table",
        "few": "fewer than {minimum} let their withheld numbers enter it",
        "large": "it has {cells} cells, of at most {most}: split it by less",
        "unprotectable": "{cells} cells could be worked back whatever else is withheld, since what "
        "is public already gives them away",
        "rounding": "rounded to {base}, {cells} cells could still be worked back too closely",
        "failed": "it could not be computed; the log says why",
    }
    found: dict[str, Any] = dict(view.refused)
    return words[found["code"]].format(**found)


@releases.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List every release that is out, whoever may read it."""
    rows = releases_all()
    if as_json:
        _print_json([_line(row) for row in rows])
        return
    table = Table("released", "table", "by", "numbers of", "audience", "state", "id", box=None)
    for row in rows:
        at = f"{row.released_at:%Y-%m-%d}" if row.released_at else ""
        table.add_row(
            at,
            row.table,
            ", ".join(row.dimensions),
            row.scope,
            row.audience,
            row.state,
            str(row.id),
        )
    console.print(table)


def _line(row: Release) -> dict[str, Any]:
    return {
        "id": row.id, "table": row.table, "measure": row.measure, "stage": row.stage,
        "dimensions": row.dimensions, "scope": row.scope, "audience": row.audience,
        "state": row.state, "released_at": row.released_at, "rule": row.rule,
        "method": row.method, "base": row.base, "tool": row.tool,
        "input_digest": row.input_digest,
    }  # fmt: skip


@releases.command()
def show(
    *,
    release: Id,
    inputs: Annotated[
        bool, typer.Option(help="What it rests on: record, revision, digest")
    ] = False,
    certificates: Annotated[
        bool, typer.Option(help="The proofs, which hold the true numbers: for your eyes alone")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a release as its audience reads it, and on demand what it rests on."""
    row = release_row(release_id=release)
    view = release_get(viewer=viewer_of_key(row.audience), release_id=release)
    if as_json or inputs or certificates:
        found: dict[str, Any] = {**_line(row), "cells": [_cell(cell) for cell in view.cells()]}
        if inputs:
            found |= {"inputs": row.inputs, "after": row.after}
        if certificates:
            found["certificates"] = row.home_read().get("certificates", [])
        _print_json(found)
        return
    _print_table(view)


def _cell(cell: Any) -> dict[str, Any]:
    return {"codes": dict(cell.codes), "state": cell.state, "value": cell.value, "seen": cell.seen}


@releases.command()
def verify(*, release: Id, as_json: AsJson = False) -> None:
    """Check a release: its numbers, proofs and figures, and say what cannot be checked any more."""
    found = release_verify(release_id=release)
    if as_json:
        _print_json([{"what": f.what, "holds": f.holds, "detail": f.detail} for f in found])
    else:
        words = {True: "holds", False: "DOES NOT HOLD", None: "not checked"}
        for finding in found:
            console.print(
                f"{finding.what}: {words[finding.holds]}. {finding.detail}",
                markup=False, highlight=False, soft_wrap=True,
            )  # fmt: skip
    if any(finding.holds is False for finding in found):
        raise typer.Exit(code=1)


@releases.command()
def withdraw(
    *,
    release: Id,
    because: Annotated[str, typer.Option(help="Why, for its readers")],
    confirm_warnings: Annotated[
        bool, typer.Option(help="You looked at the warnings of the content check")
    ] = False,
) -> None:
    """Show a release no longer; later ones still reckon with it."""
    with confirming(every=confirm_warnings, person=None):
        release_withdraw(by=OPERATOR, release_id=release, reason=because)
    console.print("Withdrawn. Whoever has it keeps it.")


def attack(
    *,
    release: Id,
    whole: Annotated[
        bool, typer.Option("--whole", help="By integer programming too: slower, and closer")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try to work back what a release withholds, as an outsider and as each who knows a part.

    Uses all that is out, later releases too. What is printed is for the operator alone.
    """
    try:
        found = list(release_attack(release_id=release, whole=whole))
    except NotFoundError as error:
        raise NotFoundError("there is no such release, or its numbers were purged") from error
    if as_json:
        _print_json([_reached(one) for one in found])
    else:
        _print_reached(found)
    if not all(one.is_protected for one in found):
        raise typer.Exit(code=1)


def _reached(one: Reached) -> dict[str, Any]:
    interval = one.interval
    return {
        "attacker": interval.attacker or "outsider", "cells": [dict(key) for key in one.cells],
        "low": interval.low, "high": interval.high, "width": one.width,
        "is_protected": one.is_protected,
    }  # fmt: skip


def _print_reached(found: list[Reached]) -> None:
    by_cell: dict[Any, list[Reached]] = defaultdict(list)
    for one in found:
        by_cell[one.cells].append(one)
    table = Table("cell", "an outsider: from", "to", "closest: from", "to", "who", "must be apart",
                  "", box=None)  # fmt: skip
    for cells, reached in by_cell.items():
        outsider = next((r.interval for r in reached if r.interval.attacker is None), None)
        closest = min(reached, key=_reach)
        ends = [*_ends(outsider), *_ends(closest.interval)]
        table.add_row(
            " + ".join(map(_label, cells)), *ends,
            closest.interval.attacker or "an outsider", str(closest.width),
            "" if all(r.is_protected for r in reached) else "TOO CLOSE",
        )  # fmt: skip
    console.print(table)
    sums = sum(len(cells) > 1 for cells in by_cell)
    console.print(
        f"{len(by_cell) - sums} protected cells, {sums} sums of such, {len(found)} attempts."
    )


def _label(key: Key) -> str:
    return " ".join(f"{axis}={code}" for axis, code in key) or "total"


def _reach(one: Reached) -> float:
    high = one.interval.high
    return float("inf") if high is None else high - one.interval.low


def _ends(interval: Any) -> tuple[str, str]:
    if interval is None:
        return "", ""
    return str(interval.low), "no end" if interval.high is None else str(interval.high)


def _print_table(view: ReleaseView) -> None:
    names = [axis.name for axis in view.axes]
    table = Table(*names, "figure", box=None, header_style="bold")
    for cell in view.cells():
        figure = {"protected": "protected", "nothing": "–"}.get(cell.state, str(cell.value))
        table.add_row(*(cell.codes.get(name, "total") for name in names), figure)
    console.print(table)
    fallen, holding = view.counts
    console.print(f"{fallen} of {holding} cells that hold something are protected.")


def _print_json(found: Any) -> None:
    sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
