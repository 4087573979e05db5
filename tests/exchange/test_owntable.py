"""A list taken as CSV and sent back is known as ours: its rows are records, not new ones."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from making import Maker, text

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import member_of
from concord.exchange.deciding import upload_confirm
from concord.exchange.exports import listing_named
from concord.exchange.models import Upload
from concord.exchange.previewing import upload_compare
from concord.exchange.sheets import list_lines
from concord.exchange.uploads import upload_make, upload_rows
from concord.record.selectors import record_get


class Centre:
    """An institution with training, and its lists as CSV."""

    def __init__(self, make: Maker) -> None:
        self.make, self.acting = make, Acting(uuid.uuid4(), make.owner, Role.PUBLISHER)
        self.course = make.put(
            "course", titles=text("Insider threat"), providers=[str(make.owner)], topics=["B4"],
            languages=["en", "ja"], level="advanced",
        )  # fmt: skip
        self.run = make.put(
            "activity", titles=text("First run"), activity_kind="course_run", country="JP",
            when="2024-03-05/2024-03-08", town="=Tokai", topics=["B4", "D1"],
            parties=[{"party": {"institution": str(make.owner)}, "part": "host"}],
        )  # fmt: skip

    def rows(self, name: str = "training") -> list[dict[str, str]]:
        lines = list_lines(listing_named(name), member_of(self.make.owner), QueryDict(), "en")
        return list(csv.DictReader(io.StringIO(b"".join(lines).decode("utf-8-sig"))))

    def send(self, rows: list[dict[str, str]]) -> Upload:
        target = io.StringIO()
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        upload = upload_make(
            acting=self.acting, name="concord-training.csv", data=target.getvalue().encode(),
            language="en",
        )  # fmt: skip
        return upload_compare(upload_id=upload.id)


@pytest.fixture
def centre(make: Maker, settings: Any, tmp_path: Path) -> Iterator[Centre]:
    settings.VAR = tmp_path
    return Centre(make)


def test_our_own_list_changes_nothing_and_says_what_it_cannot_tell(centre: Centre) -> None:
    upload = centre.send(centre.rows())
    assert (upload.fault, upload.counts) == ("", {"same": 2})
    assert upload.mapping["left_out"] == ["title", "parties", "sources"]


def test_a_changed_cell_changes_its_record_and_no_other_field(centre: Centre) -> None:
    rows = centre.rows()
    (row,) = (row for row in rows if row["id"] == str(centre.run))
    row |= {"days": "2024-03-05/2024-03-09", "stage": "done", "topics": "B4"}
    upload = centre.send(rows)
    assert upload.counts == {"changed": 1, "same": 1}
    before = record_get(viewer=member_of(centre.make.owner), record_id=centre.run).content
    upload_confirm(acting=centre.acting, upload_id=upload.id)
    after = record_get(viewer=member_of(centre.make.owner), record_id=centre.run).content
    assert after == before | {"days": "2024-03-05/2024-03-09", "stage": "done", "topics": ["B4"]}


def test_a_record_that_changed_since_is_in_conflict(centre: Centre) -> None:
    rows = centre.rows()
    for row in rows:
        row["topics"] = "D2"
    newer = centre.make.parse(
        "course", titles=text("Insider threat"), providers=[str(centre.make.owner)], topics=["B5"]
    )
    centre.make.write(newer, record_id=centre.course)
    assert centre.send(rows).counts == {"conflict": 1, "changed": 1}


def test_a_new_row_is_new_and_one_of_others_is_not_yours(centre: Centre, make: Maker) -> None:
    rows = centre.rows()
    new = dict.fromkeys(rows[0], "") | {"record": "course", "title": "Transport", "topics": "D1"}
    make.owner = make.write(make.institution("Other"))
    make.put("course", titles=text("Theirs"), providers=[str(make.owner)])
    theirs = [row for row in centre.rows() if row["title"] == "Theirs"]
    upload = centre.send([*rows, new, *theirs])
    assert upload.counts == {"same": 2, "new": 1, "not_yours": 1}
    (row,) = upload_rows(upload=upload, statuses=["new"])
    assert row["title"] == "Transport"


def test_a_kind_that_no_sheet_holds_is_named(centre: Centre, make: Maker) -> None:
    make.put("source", titles=text("A source"))
    upload = centre.send(centre.rows("sources"))
    assert upload.counts == {}
    assert "source" in upload.mapping["left_out"]
