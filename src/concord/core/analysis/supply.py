"""Supply: how many people of a country and role have valid training in a topic.

The register holds no persons, so the valid trained stock is a stock and flow of itemised
participation. Several breakdowns of one total are alternatives: of each activity one is taken, the
most detailed. What a source states in total or plans is counted beside it and never inside it.

=================  =============================================================================
``participation``  record, breakdown, count, unit, country, role, stream, stage, year
``events``         record, kind, stage, country, same_as
``topic_of``       record, topic
=================  =============================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "participation": {
        "record": "int32", "breakdown": "string", "count": "int32", "unit": "string",
        "country": "string", "role": "string", "stream": "string", "stage": "string",
        "year": "int16",
    },
    "events": {
        "record": "int32", "kind": "string", "stage": "string", "country": "string",
        "same_as": "string",
    },
    "topic_of": {"record": "int32", "topic": "string"},
}  # fmt: skip
"""The columns of each table that the study reads; tables may have more."""

DONE: Final = ("done", "under_way")
TO_COME: Final = (*DONE, "planned")
UNKNOWN: Final = ""
"""A country or role that the source does not name: counted beside, never guessed."""


def counted_rows(tables: Mapping[str, Any]) -> Any:
    """The rows of participation that count: of the most detailed breakdown of each activity.

    Most detailed is the one with most rows that name country and role, then most that name either,
    then the first by its name. People of the domestic stream are of the activity's own country.
    What counts countries counts no people.
    """
    import ibis

    events = tables["events"]
    events = events.filter((events.kind == "activity") & events.same_as.isnull())
    events = events.select("record", "stage", place=events.country)
    rows = tables["participation"].filter(ibis._.unit != "country").join(events, "record")
    rows = rows.mutate(
        country=ibis.coalesce(
            rows.country, (rows.stream == "domestic").ifelse(rows.place, ibis.null("string"))
        ),
        held=(rows.stage == "done") & rows.stage_right.isin(DONE),
        planned=rows.stage.isin(TO_COME)
        & rows.stage_right.isin(TO_COME)
        & ((rows.stage == "planned") | (rows.stage_right == "planned")),
    )
    # The same filter written otherwise: one that both share is kept in memory with all its rows.
    counts = tables["participation"].filter(~(ibis._.unit == "country"))
    names = counts.country.notnull() | (ibis.coalesce(counts.stream, "") == "domestic")
    detail = counts.group_by("record", "breakdown").aggregate(
        both=(names & counts.role.notnull()).ifelse(1, 0).sum(),
        either=(names | counts.role.notnull()).ifelse(1, 0).sum(),
    )
    best = ibis.window(
        group_by=detail.record,
        order_by=[detail.both.desc(), detail.either.desc(), detail.breakdown.asc()],
    )
    chosen = detail.mutate(place=ibis.row_number().over(best)).filter(ibis._.place == 0)
    return rows.join(chosen.select("record", "breakdown"), ["record", "breakdown"])


def flow_rows(tables: Mapping[str, Any]) -> Any:
    """People by country, role, topic, year and unit, held or planned, over all activities.

    What was cancelled, or is of no known stage, is in neither.

    A country or role that is not named is ``UNKNOWN``; a year that is not known is null. Whoever
    takes part is trained in every topic of the activity. Sums are of doubles, which hold whole
    numbers exactly and are the same kind of number on every engine.
    """
    import ibis

    rows = counted_rows(tables).filter(ibis._.held | ibis._.planned)
    rows = rows.join(tables["topic_of"], "record")
    rows = rows.mutate(
        country=ibis.coalesce(rows.country, UNKNOWN), role=ibis.coalesce(rows.role, UNKNOWN)
    )
    keys = ("topic", "country", "role", "year", "unit", "held")
    return (
        rows.group_by(*keys)
        .aggregate(people=rows["count"].cast("float64").sum(), activities=rows.record.nunique())
        .order_by(*(ibis.asc(key, nulls_first=True) for key in keys))
    )


@lru_cache
def expressions() -> dict[str, Any]:
    """The study's questions, bound to no engine."""
    import ibis

    tables = {name: ibis.table(columns, name=name) for name, columns in COLUMNS.items()}
    return {"flow": flow_rows(tables)}


COMPLETED: Final = "completion"


def completions(flows: Floats, is_completion: NDArray[np.bool_], share: Floats) -> Floats:
    """New people trained (runs x flows): completions as they are, all other counts at a share.

    ``flows`` are the counts as the sources give them, ``share`` the share of those who complete,
    one for each run.
    """
    import numpy as np

    return np.where(is_completion[None, :], flows[None, :], flows[None, :] * share[:, None])


def stock(flow: Floats, repeat: Floats, attrition: Floats, years: Floats) -> Floats:
    """The valid trained stock (runs x cells) at the end of the last year of ``flow``.

    ``flow`` (runs x cells x years) are completions by year, the last year last; ``repeat`` (runs)
    is the share of them who were valid already; ``attrition`` and ``years`` (runs x cells) are the
    share that leaves in a year, and how long training is valid. It is the recursion
    S_y = (1-a) S_{y-1} + q_y - expired_y, summed up: a cohort of k years ago has lost a share of
    1-(1-a)^k to attrition and expires after v years, in its last year in part.
    """
    import numpy as np

    ages = np.arange(flow.shape[2])[::-1]  # of the oldest first, 0 for the last year
    kept = (1.0 - attrition[:, :, None]) ** ages[None, None, :]
    valid = np.clip(years[:, :, None] - ages[None, None, :], 0.0, 1.0)
    new = flow * (1.0 - repeat)[:, None, None]
    return np.asarray((new * kept * valid).sum(axis=2))
