"""What a study gets is what a viewer may see: the same rule in Python, in SQL and in the tables."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import Maker, text

from concord.core.disclosure import (
    ANYONE,
    PUBLIC,
    Actor,
    Audience,
    Level,
    Viewer,
    member_of,
    network_audience,
)
from concord.record.members import member_admit
from concord.record.models import Record
from concord.record.selectors import record_list
from concord.record.services import Draft, content_parse, revisions_write
from concord.register.links import Parties, verdict_of
from concord.register.lists import answers_about
from concord.register.study_tables import study_tables

NETWORK = uuid.UUID(int=7)
OTHER = uuid.UUID(int=8)
LEVELS = (Level.PUBLIC, Level.network(NETWORK), Level.network(OTHER), Level.INSTITUTION)
FIELDS = ("topics", "roles", "when", "stage", "country", "parties", "participation")


def viewers(owner: uuid.UUID) -> list[Viewer]:
    """The public, a member of one network, of two, of the owner, and of somebody else."""
    one, two = network_audience(NETWORK), network_audience(OTHER)
    return [
        ANYONE,
        Viewer(frozenset({PUBLIC, one})),
        Viewer(frozenset({PUBLIC, one, two})),
        Viewer(member_of(owner).audiences | {one, two}),
        member_of(uuid.UUID(int=9)),
    ]


def rows_of(tables: dict[str, Any], name: str, *columns: str) -> set[tuple[object, ...]]:
    """Rows of a table by the id of their record."""
    ids = dict(zip(*(tables["ids"][c].to_pylist() for c in ("record", "id")), strict=True))
    rows = tables[name].to_pylist()
    return {(ids[row["record"]], *(row[c] for c in columns)) for row in rows}


def said(viewer: Viewer) -> Iterator[tuple[str, str, object]]:
    """What selectors show of activities, value by value."""
    for record in record_list(viewer=viewer, kind="activity"):
        content, key = record.content, str(record.id)
        yield from ((key, "topic", topic) for topic in content.get("topics", ()))
        yield from ((key, "role", role) for role in content.get("roles", ()))
        yield from ((key, "count", row["count"]) for row in content.get("participation", ()))
        yield from (
            (key, "party", part["party"]["institution"]) for part in content.get("parties", ())
        )
        if "country" in content:
            yield key, "country", content["country"]
        if "when" in content:
            yield key, "year", int(content["when"][:4])
        if "stage" not in record.withheld:
            yield key, "stage", content.get("stage", "unknown")


def held(viewer: Viewer) -> Iterator[tuple[object, ...]]:
    """What the tables hold of activities, in the same form."""
    tables = study_tables(viewer)
    for table, name, column in (
        ("topic_of", "topic", "topic"), ("role_of", "role", "role"),
        ("participation", "count", "count"), ("parties", "party", "institution"),
    ):  # fmt: skip
        yield from ((key, name, value) for key, value in rows_of(tables, table, column))
    for name in ("country", "year", "stage"):
        found = rows_of(tables, "events", name)
        yield from ((key, name, value) for key, value in found if value is not None)


@pytest.mark.django_db
@given(
    drawn=st.lists(
        st.tuples(
            st.sampled_from(LEVELS),
            st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(LEVELS), max_size=4),
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_rule_of_view_is_one_in_python_in_sql_and_in_tables(
    make: Maker, drawn: list[tuple[Level, dict[str, Level]]]
) -> None:
    for network in (NETWORK, OTHER):
        member_admit(audience=network_audience(network), institution=make.owner)
    drafts = []
    for number, (level, fields) in enumerate(drawn):
        data = {
            "titles": text(f"Run {number}"), "activity_kind": "workshop", "when": "2014",
            "stage": "done", "country": "JP", "topics": ["A1", "B1"], "roles": ["R02"],
            "parties": [{"party": {"institution": str(make.owner)}, "part": "host"}],
            "participation": [{"count": 4 + number}],
        }  # fmt: skip
        content = content_parse(kind="activity", data=data)
        drafts.append(Draft(content, uuid.uuid4(), level, fields, None))
    revisions_write(actor=Actor(make.owner, may_publish=True), drafts=drafts, via="test")
    for viewer in viewers(make.owner):
        assert set(held(viewer)) == set(said(viewer))
        rows = Record.objects.filter(audience__in=viewer.audiences, is_removed=False)
        by_sql = set(map(str, rows.values_list("id", flat=True)))
        by_python = {
            str(r.id) for r in Record.objects.filter(is_removed=False) if viewer.may_see(r.audience)
        }
        in_tables = set(study_tables(viewer)["ids"]["id"].to_pylist())
        assert by_sql == by_python
        assert in_tables == by_sql


@pytest.mark.usefixtures("east_asia")
def test_accounts_give_the_confirmation_that_pages_show() -> None:
    """Every relation, agreement and activity of the register, by the ladder's own rule."""
    from concord.core.analysis.ladder import Said, verdict

    tables = study_tables(ANYONE)
    ids = dict(zip(*(tables["ids"][c].to_pylist() for c in ("record", "id")), strict=True))
    accounts = {
        key: [row for row in tables["accounts"].to_pylist() if ids[row["record"]] == key]
        for key in map(str, ids.values())
    }
    sides: dict[str, set[str]] = {}
    for row in tables["parties"].to_pylist():
        sides.setdefault(ids[row["record"]], set()).add(row["side"])
    count = 0
    for kind in ("relation", "agreement", "activity"):
        records = list(record_list(viewer=ANYONE, kind=kind))
        answers = answers_about([r.id for r in records])
        for record in records:
            key = str(record.id)
            parties = Parties(ANYONE, "en", set(itertools.chain(_named(record.content))))
            shown = verdict_of(record, answers.get(key, []), parties)
            told = [
                (row["is_own"], Said(row["party"], row["side"], row["answer"]))
                for row in accounts[key]
            ]
            found = verdict(
                [one for is_own, one in told if not is_own],
                [one for is_own, one in told if is_own],
                len(sides.get(key, ())),
            )
            assert found == shown, record.content
            count += found.confirmation != "not_asked"
    assert count > 5


def _named(content: dict[str, Any]) -> Iterator[str]:
    parts = [*content.get("parties", ()), *content.get("accounts", ())]
    for part in parts:
        party = part.get("party", part)
        if "institution" in party:
            yield party["institution"]


def test_a_day_counts_before_its_month_and_what_was_said_then_is_given_then(make: Maker) -> None:
    content = make.parse(
        "activity", titles=text("Run"), activity_kind="workshop", when="2014-05", days="2014-05-07"
    )
    key = make.write(content, fields={"days": Level.INSTITUTION})
    first = dt.date(2014, 5, 7)

    def span(viewer: Viewer) -> tuple[object, ...]:
        (row,) = [r for r in study_tables(viewer)["events"].to_pylist() if r["id"] == str(key)]
        return row["first"], row["last"], row["year"]

    assert span(ANYONE) == (dt.date(2014, 5, 1), dt.date(2014, 5, 31), 2014)
    assert span(member_of(make.owner)) == (first, first, 2014)
    before = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert study_tables(ANYONE, before)["events"].num_rows == 0


@pytest.mark.django_db
def test_people_are_a_states_own_word_where_it_has_admitted_who_says_so(make: Maker) -> None:
    subject = {"state": "JP"}
    make.put("workforce", text=text("Inspectors"), subject=subject, role="R02", low=10, high=20)
    (row,) = study_tables(ANYONE)["people"].to_pylist()
    assert (row["state"], row["role"], row["low"], row["high"]) == ("JP", "R02", 10, 20)
    assert row["kind"] == "workforce"
    assert not row["is_own"]
    member_admit(audience=Audience("state:JP"), institution=make.owner)
    (row,) = study_tables(ANYONE)["people"].to_pylist()
    assert row["is_own"]
