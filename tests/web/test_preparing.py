"""Workbooks of lists: small ones at once, large ones from the worker, and for nobody else."""

from __future__ import annotations

import datetime as dt
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client
from making import Maker, text

from concord.core.disclosure import ANYONE, Level, member_of
from concord.exchange import exports
from concord.exchange.exports import (
    TooManyExportsError,
    export_ask,
    export_get,
    export_path,
    export_run,
    exports_forget,
)
from concord.exchange.models import Export
from concord.record.errors import InvalidQueryError, NotFoundError


@pytest.fixture(autouse=True)
def _small(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 3)


def fill(make: Maker, count: int, level: Level = Level.PUBLIC) -> None:
    for number in range(count):
        content = make.parse("course", titles=text(f"Course {number}"), providers=[str(make.owner)])
        make.write(content, level=level)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_small_list_and_a_record_come_at_once_with_the_filter(
    client: Client, make: Maker
) -> None:
    fill(make, 2)
    key = make.put("course", titles=text("核安保 課程"), providers=[str(make.owner)])
    answer = client.get("/ja/lists/training.xlsx?q=course")
    assert answer["Content-Disposition"] == 'attachment; filename="concord-training.xlsx"'
    book = openpyxl.load_workbook(BytesIO(body(answer)))
    assert book["コース"].max_row == 3
    one = client.get(f"/records/{key}.xlsx")
    assert openpyxl.load_workbook(BytesIO(body(one)))["Courses"].max_row == 2
    assert client.get("/lists/nothing.xlsx").status_code == 404
    assert client.get(f"/records/{uuid.uuid4()}.xlsx").status_code == 404
    assert client.get("/lists/training.xlsx?topic=Z9").status_code == 400


def test_a_large_list_is_asked_for_waited_for_and_fetched(client: Client, make: Maker) -> None:
    fill(make, 5)
    page = client.get("/lists/training.xlsx?kind=course")
    assert b"Prepare the workbook" in page.content
    asked = client.post("/exports/", {"listing": "training", "query": "kind=course"})
    assert asked.status_code == 302
    export = Export.objects.get()
    waiting = client.get(asked["Location"])
    assert b"0 of 5 records are read" in waiting.content
    assert client.get(f"/exports/{export.id}.xlsx").status_code == 404
    again = client.post("/exports/", {"listing": "training", "query": "kind=course"})
    assert again["Location"] == asked["Location"]
    export_run(export_id=export.id)
    assert b"It is ready" in client.get(asked["Location"]).content
    book = openpyxl.load_workbook(BytesIO(body(client.get(f"/exports/{export.id}.xlsx"))))
    assert book["Courses"].max_row == 6
    assert export_path(export).stat().st_mode & 0o077 == 0
    assert Export.objects.get().done == 5


def test_a_file_is_for_those_who_may_see_all_of_it(client: Client, make: Maker) -> None:
    fill(make, 4, Level.INSTITUTION)
    member = member_of(make.owner)
    export = export_ask(viewer=member, listing="training", params=QueryDict(), language="en")
    export_run(export_id=export.id)
    assert export_get(viewer=member, export_id=export.id).state == Export.State.READY
    for stranger in (ANYONE, member_of(uuid.uuid4())):
        with pytest.raises(NotFoundError):
            export_get(viewer=stranger, export_id=export.id)
    assert client.get(f"/exports/{export.id}/").status_code == 404
    assert client.get(f"/exports/{export.id}.xlsx").status_code == 404


def test_what_was_withdrawn_since_is_not_given_out(client: Client, make: Maker) -> None:
    fill(make, 1)
    key = make.put("course", titles=text("Withdrawn"), providers=[str(make.owner)])
    export = export_ask(viewer=ANYONE, listing="training", params=QueryDict(), language="en")
    export_run(export_id=export.id)
    fill(make, 1)
    assert export_get(viewer=ANYONE, export_id=export.id).state == Export.State.READY
    again = make.parse("course", titles=text("Withdrawn"), providers=[str(make.owner)])
    make.write(again, record_id=key, fields={"titles": Level.INSTITUTION})
    assert export_get(viewer=ANYONE, export_id=export.id).state == Export.State.OUTDATED
    assert client.get(f"/exports/{export.id}.xlsx").status_code == 404
    assert b"Ask for it again" in client.get(f"/exports/{export.id}/").content
    export = export_ask(viewer=ANYONE, listing="training", params=QueryDict(), language="en")
    export_run(export_id=export.id)
    make.write(again, record_id=key, level=Level.INSTITUTION)
    assert export_get(viewer=ANYONE, export_id=export.id).state == Export.State.OUTDATED


def test_nonsense_is_refused_and_no_more_than_so_many_wait(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(make, 1)
    monkeypatch.setattr(exports, "MOST_WAITING", 1)
    with pytest.raises(NotFoundError):
        export_ask(viewer=ANYONE, listing="nothing", params=QueryDict(), language="en")
    with pytest.raises(InvalidQueryError):
        export_ask(viewer=ANYONE, listing="training", params=QueryDict("x=1"), language="en")
    export_ask(viewer=ANYONE, listing="training", params=QueryDict(), language="en")
    with pytest.raises(TooManyExportsError):
        export_ask(viewer=ANYONE, listing="training", params=QueryDict("q=a"), language="en")


def test_a_fault_ends_the_waiting_and_old_files_are_forgotten(
    make: Maker, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(make, 1)
    export = export_ask(viewer=ANYONE, listing="training", params=QueryDict(), language="en")
    Export.objects.update(params="topic=Z9")  # a topic that was taken out meanwhile
    assert export_run(export_id=export.id).state == Export.State.FAILED
    assert not export_path(export).exists()
    assert "export" in caplog.text
    export = export_ask(viewer=ANYONE, listing="training", params=QueryDict(), language="en")
    export_run(export_id=export.id)
    Export.objects.update(made_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert exports_forget() == 2
    assert list((tmp_path / "exports").iterdir()) == []
