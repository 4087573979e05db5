"""Ties between institutions that a viewer may see, as the search for conflicts takes them.

What is withheld from the viewer is no fact here: a chair who sees more finds more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.core.review.conflicts import YEARS, Conflict, Declared, Facts, Funding, Side, Tie
from concord.core.review.conflicts import conflicts as conflicts_between
from concord.record.selectors import record_list
from concord.register.study_tables import Tables, study_tables
from concord.register.words import PROVIDER_PARTS, PartRole, RelationKind, Stage

OFF: Final = frozenset({Stage.CANCELLED.value, Stage.LAPSED.value})
"""What did not take place makes no conflict."""


def conflicts_of(
    *,
    viewer: Viewer,
    institution: UUID,
    year: int,
    years: int = YEARS,
    declared: Iterable[Declared] = (),
) -> tuple[Conflict, ...]:
    """Every other institution that the viewer sees and that could not review what this one submits,
    with each reason: ``reviewer`` is its id. ``year`` is that of the call."""
    tables = study_tables(viewer)
    sides = _sides(tables)
    own = sides.pop(str(institution), Side(str(institution), frozenset({str(institution)})))
    return conflicts_between(
        [own], sides.values(), facts_of(viewer, tables, tuple(declared)), year=year, years=years
    )


def _sides(tables: Tables) -> dict[str, Side]:
    return {
        row["id"]: Side(
            row["id"], frozenset({row["id"]}), frozenset({row["state"]} if row["state"] else ())
        )
        for row in tables["institutions"].to_pylist()
    }


def facts_of(viewer: Viewer, tables: Tables, declared: tuple[Declared, ...] = ()) -> Facts:
    """The facts in ``tables``, which are the viewer's, and in the materials that it sees."""
    parents: dict[str, set[str]] = defaultdict(set)
    for row in tables["parents"].to_pylist():
        if row["parent"]:
            parents[row["id"]].add(row["parent"])
    events = [
        (event, parts)
        for event, parts in _with_parts(tables)
        if event["stage"] not in OFF and len({one["institution"] for one in parts}) > 1
    ]
    activities = (
        Tie(event["id"], frozenset(one["institution"] for one in parts), event["year"])
        for event, parts in events
        if event["kind"] == "activity"
    )
    return Facts(
        {child: frozenset(above) for child, above in parents.items()},
        tuple(_materials(viewer)), tuple(activities),
        tuple(one for event, parts in events for one in _funding(event, parts)), declared,
    )  # fmt: skip


def _with_parts(tables: Tables) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    parts: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in tables["parties"].to_pylist():
        if row["institution"]:
            parts[row["record"]].append(row)
    for event in tables["events"].to_pylist():
        yield event, parts[event["record"]]


def _funding(event: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[Funding]:
    """Whoever funds an activity has paid those who give it; the first party of a relation of
    support gives, the others receive."""
    if event["kind"] == "activity":
        givers = [one["institution"] for one in parts if one["part"] == PartRole.FUNDER]
        takers = [one["institution"] for one in parts if one["part"] in PROVIDER_PARTS]
    elif event["kind"] == "relation" and event["sort"] == RelationKind.SUPPORT:
        givers = [one["institution"] for one in parts if one["place"] == 0]
        takers = [one["institution"] for one in parts if one["place"] != 0]
    else:
        return
    for giver in givers:
        for taker in takers:
            if giver != taker:
                yield Funding(event["id"], giver, taker, event["year"])


def _materials(viewer: Viewer) -> Iterator[Tie]:
    for record in record_list(viewer=viewer, kind="material"):
        makers = frozenset(
            str(party["institution"])
            for party in record.content.get("makers", ())
            if party.get("institution")
        )
        if len(makers) > 1:
            yield Tie(str(record.id), makers)
