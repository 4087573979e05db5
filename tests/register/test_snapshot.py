"""The snapshot holds what a plain reading of the records gives, whatever was revised."""

from __future__ import annotations

import uuid

import pytest
from making import Maker, text

from concord.core.disclosure import ANYONE, Actor, Level, Viewer, member_of
from concord.record.content import Content
from concord.record.selectors import record_list
from concord.record.services import content_parse, record_remove
from concord.register.snapshot import snapshot


def _pairs(viewer: Viewer, table: str, *columns: str) -> list[tuple[object, ...]]:
    rows = snapshot().tables(viewer)[table].to_pylist()
    return sorted((tuple(row[c] for c in columns) for row in rows), key=str)


@pytest.mark.usefixtures("east_asia")
def test_the_snapshot_is_a_plain_reading_of_the_register() -> None:
    topics, counts, cited = [], [], 0
    for kind in ("course", "activity", "statement"):
        for record in record_list(viewer=ANYONE, kind=kind):
            topics += [(topic,) for topic in record.content.get("topics", ())]
            rows = record.content.get("participation", ())
            counts += [(row["count"], row.get("breakdown", "total")) for row in rows]
            cited += len({c["source"] for c in record.content.get("citations", ())})
    assert _pairs(ANYONE, "topic_of", "topic") == sorted(topics, key=str)
    assert _pairs(ANYONE, "participation", "count", "breakdown") == sorted(counts, key=str)
    tables = snapshot().tables(ANYONE)
    trained = tables["records"]["record"].to_pylist()
    assert sum(r in set(trained) for r in tables["cites"]["record"].to_pylist()) >= cited


def _activity(title: str, **more: object) -> Content:
    data = {"titles": text(title), "activity_kind": "course_run", "when": "2014", **more}
    return content_parse(kind="activity", data=data)


def test_a_revision_replaces_the_rows_of_its_record(make: Maker) -> None:
    count = {"count": 4, "country": "JP"}
    kept = make.write(_activity("Kept", topics=["A1"], participation=[count]))
    changed = make.write(_activity("Changed", topics=["B1", "B2"], participation=[count, count]))
    assert _pairs(ANYONE, "topic_of", "topic") == [("A1",), ("B1",), ("B2",)]
    make.write(_activity("Changed", topics=["C1"], when="2014/2015"), record_id=changed)
    assert _pairs(ANYONE, "topic_of", "topic") == [("A1",), ("C1",)]
    assert _pairs(ANYONE, "participation", "count", "unit", "year") == [(4, "person", 2014)]
    years = _pairs(ANYONE, "cells_of", "dimension", "value")
    assert years == [("year", "2014"), ("year", "2014"), ("year", "2015")]
    record_remove(actor=Actor(make.owner), record_id=kept, via="test", reason="gone")
    assert _pairs(ANYONE, "topic_of", "topic") == [("C1",)]


def test_many_small_revisions_are_joined_and_still_replaced(make: Maker) -> None:
    ids = [make.write(_activity(f"Run {n}", topics=["A1"])) for n in range(3)]
    for number in range(70):
        make.write(_activity("Again", topics=["B1"]), record_id=ids[number % 3])
        snapshot().refresh()
    assert _pairs(ANYONE, "topic_of", "topic") == [("B1",)] * 3


def test_each_row_has_the_audience_of_its_field(make: Maker) -> None:
    make.write(
        _activity("Half", topics=["A1"], roles=["R08"]), fields={"topics": Level.INSTITUTION}
    )
    make.write(_activity("Hidden", topics=["B1"]), level=Level.INSTITUTION)
    assert _pairs(ANYONE, "topic_of", "topic") == []
    assert _pairs(ANYONE, "role_of", "role") == [("R08",)]
    assert _pairs(member_of(make.owner), "topic_of", "topic") == [("A1",), ("B1",)]
    assert _pairs(member_of(uuid.uuid4()), "topic_of", "topic") == []


def test_citations_of_parts_are_read_wherever_they_stand(make: Maker) -> None:
    source = make.put("source", titles=text("Report"))
    row = {"count": 1, "citations": [{"source": str(source)}]}
    make.write(_activity("Within", participation=[row]))
    make.write(_activity("Above", citations=[{"source": str(source)}]))
    make.write(_activity("Nowhere"))
    assert _pairs(ANYONE, "cites", "source") == [(str(source),)] * 2
