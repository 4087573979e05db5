"""The tables that studies take: all that a viewer may see, and nothing else.

``record`` is a number of a record, the same in all tables; ``ids`` gives the id to each.
What is withheld from the viewer is null, or has no row. A party's ``party`` is its key
(``institution:ID``, ``state:CC``, ``network:ID``, ``described:WORDS``), its ``side`` the State that
it belongs to, or else the key: a view rolls up to the side and never reads down from it.

==================== ============================================================================
``ids``              record, id, kind, owner
``institutions``     record, id, state, is_centre
``institution_kinds``id, kind
``events``           record, id, kind (course, activity, agreement, relation), sort (its own kind),
                     stage, scope, tier, country, course (id), same_as (id), level, hours, seats,
                     apply_by, is_online, evaluation, first, last, year: first and last day and the
                     one year of its days, or else of its month
``parties``          record, place, part, party, side, institution, state; providers of courses too
``accounts``         record, party, side, answer, is_own (the party's own word in this register,
                     else as reported), source, claimant
``citations``        record, source, claimant
``sources``          id, kind, is_brief, is_dated
``topic_of``         record, topic
``teaches``          record, publication: what a course names of the Nuclear Security Series
``role_of``          record, role
``cells_of``         record, dimension (language, reach, year, level), value
``participation``    record, breakdown, count, unit, country, role, stream, stage, year
``people``           record, kind (workforce, need), state, described, role, topic, low, high,
                     year, is_own (said by an institution that the State has admitted)
``statements``       record, party, side, institution, state, described, group, measure, value,
                     unit, stream, scope, year, stage
``endorsements``     record, party, institution, course, count, year
``capabilities``     id, kind, function, topic
``working_languages``id, language
``targets``          id, dimension (role, reach), value
``parents``          id, parent
``memberships``      id, network
``milestones``       id, step, stage, year
``phases``           id, phase, year
``focuses``          id, aspect, year
==================== ============================================================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from concord.core.disclosure import PUBLIC, Viewer
from concord.record.audiences import states_of_members
from concord.record.then import changes_then
from concord.register.facts import WHO, Facts, facts, party_key
from concord.register.snapshot import Snapshot, snapshot
from concord.register.words import CENTRE_KINDS

Tables = dict[str, pa.Table]
EVENTS: Final = ("course", "activity", "agreement", "relation")
_DETAILS: Final = {
    "sorts": "sort", "stages": "stage", "scopes": "scope", "tiers": "tier", "places": "country",
    "runs": "course", "levels": "level", "hours": "hours", "evaluations": "evaluation",
    "same_as": "same_as",
}  # fmt: skip
"""Tables of one value a record, and what the value is called among the events."""
_TRAINING: Final = ("topic_of", "role_of", "cells_of", "participation")
_OF_INSTITUTIONS: Final = (
    "capabilities", "working_languages", "targets", "parents", "memberships", "milestones",
    "phases", "focuses",
)  # fmt: skip


def study_tables(viewer: Viewer, known_at: dt.datetime | None = None) -> Tables:
    """The tables, as of the newest revision or of what the register said at a moment."""
    if known_at is None:
        raw, training = facts().tables(viewer), snapshot().tables(viewer)
    else:
        changes = changes_then(viewer, known_at)
        raw, training = Facts(changes).tables(viewer), Snapshot(changes).tables(viewer)
    raw = {name: table.drop_columns("audience") for name, table in raw.items()}
    sides = _Sides(raw)
    found = {
        "ids": raw["ids"].drop_columns("level"),
        "institutions": sides.institutions,
        "events": _events(raw),
        "parties": sides.named(raw["parties"]).drop_columns("described"),
        "accounts": _accounts(raw, sides),
        "citations": raw["citations"],
        "teaches": raw["teaches"],
        "people": _people(raw),
        "statements": sides.named(raw["statements"]),
        "endorsements": sides.named(raw["endorsements"]).drop_columns(
            ["side", "state", "described"]
        ),
    }
    found |= {name: training[name].drop_columns("audience") for name in _TRAINING}
    found |= {name: _by_id(raw[name], raw["ids"]) for name in _OF_INSTITUTIONS}
    found["institution_kinds"] = _by_id(raw["kinds"], raw["ids"])
    found["sources"] = _by_id(raw["source_kinds"], raw["ids"])
    return found


def _by_id(table: pa.Table, ids: pa.Table) -> pa.Table:
    """The rows with the id of their record in place of its number."""
    place = pc.index_in(table["record"], ids["record"].combine_chunks())
    named = ids["id"].combine_chunks().take(place.combine_chunks())
    return table.drop_columns("record").add_column(0, "id", named)


def _joined(left: pa.Table, right: pa.Table, name: str, *values: str) -> pa.Table:
    """``left`` with columns of the one row that ``right`` has for a record; null without one."""
    place = pc.index_in(left[name], right[name].combine_chunks()).combine_chunks()
    for value in values:
        left = left.append_column(value, right[value].combine_chunks().take(place))
    return left


def _events(raw: Tables) -> pa.Table:
    ids = raw["ids"]
    events = ids.filter(pc.is_in(ids["kind"], pa.array(EVENTS))).drop_columns(["owner", "level"])
    for table, called in _DETAILS.items():
        detail = raw[table].rename_columns(["record", called])
        events = _joined(events, detail, "record", called)
    events = _joined(events, raw["nominations"], "record", "seats", "apply_by")
    events = _joined(events, raw["online"], "record", "is_online")
    spans = raw["spans"]
    days, months = (spans.filter(pc.equal(spans["field"], f)) for f in ("days", "when"))
    exact = _joined(events.select(["record"]), days, "record", "first", "last", "year")
    rough = _joined(events.select(["record"]), months, "record", "first", "last", "year")
    for name in ("first", "last", "year"):
        events = events.append_column(name, pc.coalesce(exact[name], rough[name]))
    return events


class _Sides:
    """Gives parties their keys and sides, from what the viewer sees of institutions."""

    def __init__(self, raw: Tables) -> None:
        ids = raw["ids"]
        own = ids.filter(pc.equal(ids["kind"], "institution")).select(["record", "id"])
        own = _joined(own, raw["states"], "record", "state")
        kinds = raw["kinds"]
        centres = kinds.filter(pc.is_in(kinds["kind"], pa.array(list(CENTRE_KINDS))))
        is_centre = pc.is_in(own["record"], centres["record"].combine_chunks())
        self.institutions = own.append_column("is_centre", is_centre)
        self.states: dict[str, str | None] = dict(
            zip(own["id"].to_pylist(), own["state"].to_pylist(), strict=True)
        )

    def named(self, table: pa.Table) -> pa.Table:
        """A table of parties with ``party`` and ``side`` beside the columns of whom they are."""
        institution = table["institution"]
        key = pc.if_else(
            pc.is_valid(institution),
            pc.binary_join_element_wise("institution", institution, ":"),
            pc.if_else(
                pc.is_valid(table["network"]),
                pc.binary_join_element_wise("network", table["network"], ":"),
                pc.binary_join_element_wise("state", table["state"], ":"),
            ),
        )
        described = pc.binary_join_element_wise("described", table["described"], ":")
        key = pc.if_else(pc.is_valid(table["described"]), described, key)
        home = self._home(institution)
        side = pc.coalesce(table["state"], home, key)
        table = table.drop_columns("network")
        return table.append_column("party", key).append_column("side", side)

    def _home(self, institution: pa.ChunkedArray) -> pa.Array:
        ids = self.institutions["id"].combine_chunks()
        place = pc.index_in(institution, ids)
        place = place.combine_chunks() if isinstance(place, pa.ChunkedArray) else place
        return self.institutions["state"].combine_chunks().take(place)

    def side(self, who: Mapping[str, Any]) -> str:
        """The side of one party."""
        key = key_of(who)
        home = self.states.get(who.get("institution") or "")
        return who.get("state") or home or key


def key_of(row: Mapping[str, Any]) -> str:
    """The key of the party of a row with the columns ``WHO``."""
    return party_key(tuple(row[name] for name, _type in WHO))


def _accounts(raw: Tables, sides: _Sides) -> pa.Table:
    """What parties say of an event: as sources report it, and in this register by themselves."""
    reported = sides.named(raw["accounts"])
    columns = ["record", "party", "side", "answer", "source", "claimant"]
    reported = reported.select(columns).append_column(
        "is_own", pa.repeat(pa.scalar(value=False), len(reported))
    )
    own = pa.Table.from_pylist([*_owners(raw, sides), *_answers(raw, sides)], reported.schema)
    return pa.concat_tables([reported, own])


def _owners(raw: Tables, sides: _Sides) -> Iterable[dict[str, Any]]:
    """Who says a record in which it is a party itself confirms it by that."""
    ids = raw["ids"]
    parties = _joined(raw["parties"], ids, "record", "owner", "kind")
    is_own = pc.and_(
        pc.equal(parties["institution"], parties["owner"]), pc.not_equal(parties["kind"], "course")
    )
    for row in parties.filter(pc.fill_null(is_own, fill_value=False)).to_pylist():
        yield _said(row["record"], row, "confirms", sides)


def _answers(raw: Tables, sides: _Sides) -> Iterable[dict[str, Any]]:
    """Answers of those who may give them, which everybody sees who sees the record."""
    ids = raw["ids"]
    about = pa.table({"about": ids["id"], "of": ids["record"], "shown_to": ids["level"]})
    answers = _joined(raw["answers"], about, "about", "of", "shown_to")
    for row in answers.filter(pc.is_valid(answers["of"])).to_pylist():
        is_its_own = row["institution"] == row["owner"] or (
            row["state"] is not None and row["state"] == sides.states.get(row["owner"])
        )
        if is_its_own and row["level"] in {PUBLIC, row["shown_to"]}:
            yield _said(row["of"], row, row["answer"], sides)


def _said(record: int, who: Mapping[str, Any], answer: str, sides: _Sides) -> dict[str, Any]:
    return {
        "record": record, "party": key_of(who), "side": sides.side(who), "answer": answer,
        "source": None, "claimant": None, "is_own": True,
    }  # fmt: skip


def _people(raw: Tables) -> pa.Table:
    people = _joined(raw["people"], raw["ids"], "record", "kind", "owner")
    admitted = states_of_members()
    of = [admitted.get(owner) for owner in people["owner"].to_pylist()]
    is_own = pc.fill_null(pc.equal(people["state"], pa.array(of, pa.string())), fill_value=False)
    people = people.append_column("is_own", is_own)
    return people.drop_columns(["institution", "network", "owner"])
