"""From workbook to revisions and back: nothing is written that somebody has not seen."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.utils import translation
from making import Maker, text

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Person, Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import ANYONE, Level, member_of
from concord.exchange.deciding import NotNowError, upload_confirm, upload_undo
from concord.exchange.marking import workbook_marked
from concord.exchange.models import Remembered, Upload
from concord.exchange.previewing import upload_compare
from concord.exchange.uploads import (
    upload_drop,
    upload_make,
    upload_map,
    upload_paste,
    upload_rows,
    upload_sheets,
    uploads_forget,
)
from concord.exchange.workbook.writing import workbook_write
from concord.record.errors import ChangedMeanwhileError, MayNotPublishError, NotFoundError
from concord.record.publishing import waiting_for_institution
from concord.record.selectors import record_get, records_owned


@dataclass
class Centre:
    """An institution with some records, and somebody who acts for it."""

    make: Maker
    acting: Acting

    def download(self, language: str = "en") -> bytes:
        owner = self.acting.institution
        return workbook_write(viewer=member_of(owner), institution=owner, language=language)

    def upload(self, data: bytes, name: str = "courses.xlsx") -> Upload:
        upload = upload_make(acting=self.acting, name=name, data=data, language="en")
        return upload_compare(upload_id=upload.id)

    def titles(self, kind: str) -> set[str]:
        owned = records_owned(
            viewer=member_of(self.acting.institution), owner=self.acting.institution, kind=kind
        )
        return {next(iter(r.content["titles"]["text"].values())) for r in owned}


@pytest.fixture
def centre(make: Maker, settings: Any, tmp_path: Path) -> Iterator[Centre]:
    settings.VAR = tmp_path
    make.write(
        make.parse("course", titles=text("Insider threat"), providers=[str(make.owner)],
                   topics=["B4"], languages=["en", "ja"], length_hours=12.5)
    )  # fmt: skip
    make.write(
        make.parse(
            "activity", titles=text("Insider threat, first run"), activity_kind="course_run",
            when="2024-03-05/2024-03-08", stage="done", country="JP", town="Tokai",
            is_online=True,
            parties=[{"party": {"institution": str(make.owner)}, "part": "host"},
                     {"party": {"state": "KR"}, "part": "participant"},
                     {"party": {"description": text("two guests")}, "part": "lecturer"}],
            participation=[{"count": 24, "country": "JP"}, {"count": 3, "country": "KR"}],
        )
    )  # fmt: skip
    return Centre(make, Acting(uuid.uuid4(), make.owner, Role.PUBLISHER))


def edit(data: bytes, sheet: str, **cells: Any) -> bytes:
    """The workbook with some cells of one row changed; ``row`` is its number, heads are names."""
    book = openpyxl.load_workbook(BytesIO(data))
    page = book[sheet]
    heads = {str(cell.value): cell.column for cell in page[1]}
    row = cells.pop("row", page.max_row + 1)
    for head, value in cells.items():
        page.cell(row, heads[head.replace("_", " ")], value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "ja", "ko", "vi", "zh-Hans", "id", "ms"])
def test_a_workbook_that_nobody_touched_changes_nothing(centre: Centre, language: str) -> None:
    upload = centre.upload(centre.download(language))
    assert upload.fault == ""
    assert set(upload.counts) == {"same"}


def test_a_changed_cell_changes_its_field_and_no_other(centre: Centre) -> None:
    upload = centre.upload(edit(centre.download(), "Courses", row=2, Hours=20))
    assert upload.counts["changed"] == 1
    (row,) = upload_rows(upload=upload, statuses=["changed"])
    assert [(d["label"], d["before"], d["after"]) for d in row["differences"]] == [
        ("Hours", "12.5", "20")
    ]
    done = upload_confirm(acting=centre.acting, upload_id=upload.id)
    view = record_get(viewer=ANYONE, record_id=done.written[0])
    assert view.content["length_hours"] == 20
    assert view.content["topics"] == ["B4"]
    assert view.content["languages"] == ["en", "ja"]


def test_new_rows_are_new_records_that_only_the_institution_sees(centre: Centre) -> None:
    data = edit(
        centre.download(), "Courses",
        **{"Title (English)": "Transport security", "Topics": "D1; Insider threat", "Level": "basic"},
    )  # fmt: skip
    data = edit(
        data, "Activities",
        **{"No.": "a1", "Title (English)": "Transport run", "Kind": "course run",
           "First day": "2027-05", "Course": "Transport security"},
    )  # fmt: skip
    data = edit(data, "Participation", **{"Activity no.": "a1", "How many": 30})
    upload = centre.upload(data)
    assert upload_rows(upload=upload, statuses=["refused"]) == []
    assert upload.counts["new"] == 3
    done = upload_confirm(acting=centre.acting, upload_id=upload.id)
    assert len(done.written) == 2
    for key in done.written:
        with pytest.raises(NotFoundError):
            record_get(viewer=ANYONE, record_id=key)
    owner = centre.acting.institution
    runs = {
        r.content["titles"]["text"]["en"]: r.content
        for r in records_owned(viewer=member_of(owner), owner=owner, kind="activity")
    }
    run = runs["Transport run"]
    assert run["when"] == "2027-05"
    assert run["participation"] == [{"count": 30}]
    assert run["course"] in {str(key) for key in done.written}
    assert run["parties"] == [{"party": {"institution": str(owner)}, "part": "host"}]


def test_the_same_file_twice_adds_nothing_twice(centre: Centre) -> None:
    data = edit(centre.download(), "Courses", **{"Title (English)": "Transport security"})
    upload_confirm(acting=centre.acting, upload_id=centre.upload(data).id)
    again = centre.upload(data)
    assert "new" not in again.counts
    assert centre.titles("course") == {"Insider threat", "Transport security"}


def test_a_change_on_both_sides_is_a_conflict_with_both_values(centre: Centre) -> None:
    data = edit(centre.download(), "Courses", row=2, Hours=20)
    upload_confirm(
        acting=centre.acting,
        upload_id=centre.upload(edit(centre.download(), "Courses", row=2, Hours=16)).id,
    )
    upload = centre.upload(data)
    (row,) = upload_rows(upload=upload, statuses=["conflict"])
    (difference,) = row["differences"]
    assert (difference["before"], difference["now"], difference["after"]) == ("12.5", "16", "20")
    assert upload_confirm(acting=centre.acting, upload_id=upload.id).written == []


def test_a_conflict_is_written_where_somebody_decides_so(centre: Centre) -> None:
    data = edit(centre.download(), "Courses", row=2, Hours=20)
    first = centre.upload(edit(centre.download(), "Courses", row=2, Level="advanced"))
    upload_confirm(acting=centre.acting, upload_id=first.id)
    upload = centre.upload(data)  # another field of the same record: no conflict
    assert upload.counts["changed"] == 1
    done = upload_confirm(acting=centre.acting, upload_id=upload.id)
    content = record_get(viewer=ANYONE, record_id=done.written[0]).content
    assert (content["level"], content["length_hours"]) == ("advanced", 20)


def test_a_blank_cell_changes_nothing_and_the_token_empties(centre: Centre) -> None:
    assert set(centre.upload(edit(centre.download(), "Courses", row=2, Hours=None)).counts) == {
        "same"
    }
    upload = centre.upload(edit(centre.download(), "Courses", row=2, Hours="(clear)"))
    done = upload_confirm(acting=centre.acting, upload_id=upload.id)
    assert "length_hours" not in record_get(viewer=ANYONE, record_id=done.written[0]).content


def test_a_row_that_cannot_be_read_says_why_and_what_may_be_meant(centre: Centre) -> None:
    data = edit(
        centre.download(), "Courses",
        **{"Title (English)": "T", "Level": "advancd", "Topics": "Insider thret"},
    )  # fmt: skip
    upload = centre.upload(data)
    (row,) = upload_rows(upload=upload, statuses=["refused"])
    faults = {fault["column"]: fault for fault in row["faults"]}
    assert faults["Level"]["value"] == "advancd"
    assert "advanced" in faults["Level"]["likely"]
    assert any("Insider threat" in label for label in faults["Topics"]["likely"])
    assert upload_confirm(acting=centre.acting, upload_id=upload.id).written == []


def test_faults_come_back_in_the_persons_own_workbook(centre: Centre) -> None:
    data = edit(centre.download(), "Courses", **{"Title (English)": "T", "Level": "advancd"})
    upload = centre.upload(data)
    book = openpyxl.load_workbook(BytesIO(workbook_marked(upload=upload)))
    marked = [cell for row in book["Courses"] for cell in row if cell.comment and cell.row > 1]
    assert [cell.value for cell in marked] == ["advancd"]
    assert "advanced" in marked[0].comment.text
    again = centre.upload(workbook_marked(upload=upload))
    assert again.is_workbook
    assert again.counts == upload.counts


def test_faults_of_a_pasted_table_come_back_as_a_workbook(centre: Centre) -> None:
    upload = upload_paste(acting=centre.acting, text=TABLE.replace("B4", "=1+1"), language="ja")
    columns = ["title[ja]", "when_start", "when_end", "town", "topics", ""]
    upload_map(acting=centre.acting, upload_id=upload.id, choices=[("activities", columns)])
    compared = upload_compare(upload_id=upload.id)
    (page,) = openpyxl.load_workbook(BytesIO(workbook_marked(upload=compared)))
    assert not any(cell.data_type == "f" for row in page for cell in row)
    assert any(cell.comment for row in page for cell in row)


def test_who_confirms_second_is_told_so(centre: Centre) -> None:
    upload = centre.upload(edit(centre.download(), "Courses", row=2, Hours=20))
    other = centre.upload(edit(centre.download(), "Courses", row=2, Hours=21))
    upload_confirm(acting=centre.acting, upload_id=upload.id)
    with pytest.raises(NotNowError):
        upload_confirm(acting=centre.acting, upload_id=upload.id)
    with pytest.raises(ChangedMeanwhileError):
        upload_confirm(acting=centre.acting, upload_id=other.id)
    other.refresh_from_db()
    assert other.state == Upload.State.COMPARED


def test_hidden_cells_that_were_moved_are_noticed(centre: Centre) -> None:
    book = openpyxl.load_workbook(BytesIO(centre.download()))
    page = book["Courses"]
    page["B2"] = 7
    out = BytesIO()
    book.save(out)
    upload = centre.upload(out.getvalue())
    (row,) = upload_rows(upload=upload, statuses=["refused"])
    assert "hidden cells" in row["faults"][0]["expected"]


def test_undoing_leaves_what_was_changed_since(centre: Centre) -> None:
    data = edit(centre.download(), "Courses", row=2, Hours=20)
    data = edit(data, "Courses", **{"Title (English)": "Transport security"})
    upload = centre.upload(data)
    upload_confirm(acting=centre.acting, upload_id=upload.id)
    later = centre.upload(edit(centre.download(), "Courses", row=2, Hours=21))
    if "changed" not in later.counts:  # the new course may stand in row 2
        later = centre.upload(edit(centre.download(), "Courses", row=3, Hours=21))
    changed = upload_confirm(acting=centre.acting, upload_id=later.id).written
    undone = upload_undo(acting=centre.acting, upload_id=upload.id)
    assert undone.restored == 1
    assert undone.changed_since == changed


def test_undoing_puts_everything_back(centre: Centre) -> None:
    data = edit(centre.download(), "Courses", row=2, Hours=20)
    data = edit(data, "Courses", **{"Title (English)": "Transport security"})
    upload = centre.upload(data)
    upload_confirm(acting=centre.acting, upload_id=upload.id)
    assert upload_undo(acting=centre.acting, upload_id=upload.id).changed_since == []
    assert centre.titles("course") == {"Insider threat"}
    (course,) = records_owned(viewer=ANYONE, owner=centre.acting.institution, kind="course")
    assert course.content["length_hours"] == 12.5
    assert course.revision_number == 3


def activity(centre: Centre) -> dict[str, Any]:
    """What the centre's one activity says."""
    owner = centre.acting.institution
    (run,) = records_owned(viewer=member_of(owner), owner=owner, kind="activity")
    return run.content


def test_the_other_end_of_the_days_stays_as_it_stands_now(centre: Centre) -> None:
    data = centre.download()
    later = centre.upload(edit(data, "Activities", row=2, **{"Last day": dt.date(2024, 3, 20)}))
    upload_confirm(acting=centre.acting, upload_id=later.id)
    mine = edit(data, "Activities", row=2, **{"First day": dt.date(2024, 3, 6), "Last day": None})
    upload_confirm(acting=centre.acting, upload_id=centre.upload(mine).id)
    assert activity(centre)["days"] == "2024-03-06/2024-03-20"


def test_a_part_is_changed_where_it_stands_now_and_nowhere_else(centre: Centre) -> None:
    data = centre.download()
    gone = centre.upload(edit(data, "Participation", row=2, **{"How many": "(clear)"}))
    upload_confirm(acting=centre.acting, upload_id=gone.id)
    assert [row["country"] for row in activity(centre)["participation"]] == ["KR"]
    mine = centre.upload(edit(data, "Participation", row=3, **{"How many": 5}))
    upload_confirm(acting=centre.acting, upload_id=mine.id)
    assert [(r["country"], r["count"]) for r in activity(centre)["participation"]] == [("KR", 5)]
    lost = centre.upload(edit(data, "Participation", row=2, **{"How many": 6}))
    assert upload_rows(upload=lost, statuses=["refused"])


def test_parties_that_stay_in_a_cell_keep_what_it_does_not_show(centre: Centre) -> None:
    two = {"original": "ja", "text": {"ja": "二人; 講師", "en": "two; lecturers"},
           "translators": {"en": "owner"}}  # fmt: skip
    content = {**activity(centre), "parties": [
        {"party": {"description": two, "state": "JP"}, "part": "lecturer"}]}  # fmt: skip
    owner = centre.acting.institution
    (run,) = records_owned(viewer=member_of(owner), owner=owner, kind="activity")
    centre.make.write(centre.make.parse("activity", **content), record_id=run.id)
    data = centre.download()
    shown = "“two; lecturers” (Japan)"
    upload = centre.upload(
        edit(data, "Activities", row=2, **{"Lecturers from": f"{shown}; Republic of Korea"})
    )
    assert upload_rows(upload=upload, statuses=["refused"]) == []
    upload_confirm(acting=centre.acting, upload_id=upload.id)
    lecturers = [p["party"] for p in activity(centre)["parties"]]
    assert lecturers == [{"description": two, "state": "JP"}, {"state": "KR"}]


@pytest.mark.parametrize("value", ["²", "9" * 25, "nonsense"])
def test_nonsense_in_hidden_cells_is_refused_and_nothing_hangs(centre: Centre, value: str) -> None:
    for page, cell in (("Courses", "B2"), ("Courses", "A2"), ("Participation", "A2")):
        book = openpyxl.load_workbook(BytesIO(centre.download()))
        book[page][cell] = value
        out = BytesIO()
        book.save(out)
        upload = centre.upload(out.getvalue())
        assert upload.state == Upload.State.COMPARED, upload.fault
        assert upload.counts["refused"] >= 1


def test_a_number_beyond_counting_is_refused(centre: Centre) -> None:
    data = edit(centre.download(), "Activities", row=2, Places="9" * 25)
    assert upload_rows(upload=centre.upload(data), statuses=["refused"])


def test_what_names_a_row_that_is_left_out_is_left_out_too(centre: Centre) -> None:
    data = edit(centre.download(), "Courses", **{"Title (English)": "New course"})
    data = edit(
        data, "Activities",
        **{"Title (English)": "Its run", "Kind": "course run", "Course": "New course"},
    )  # fmt: skip
    upload = centre.upload(data)
    rows = upload_rows(upload=upload, statuses=["new"])
    (course,) = (row["record"] for row in rows if row["sheet"] == "courses")
    done = upload_confirm(acting=centre.acting, upload_id=upload.id, without={course})
    assert done.written == []


def added(data: bytes, sheet: str, *rows: dict[str, Any]) -> bytes:
    """The workbook with rows below the last of a sheet."""
    for row in rows:
        data = edit(data, sheet, **row)
    return data


def test_a_run_of_a_course_that_cannot_be_taken_says_so_before_anything_is_written(
    centre: Centre,
) -> None:
    course = {"Title (English)": "New course", "No.": "C1", "Level": "advancd"}
    run = {"Title (English)": "Its run", "Kind": "course run", "Course": "C1"}
    data = added(added(centre.download(), "Courses", course), "Activities", run)
    upload = centre.upload(data)
    assert upload.counts["refused"] == 2
    assert "new" not in upload.counts
    row = upload_rows(upload=upload, statuses=["refused"])[1]
    assert [(fault["column"], fault["value"]) for fault in row["faults"]] == [("Course", "C1")]
    assert "row 3" in row["faults"][0]["expected"]


def test_a_number_that_two_rows_have_names_neither_of_them(centre: Centre) -> None:
    """Taking the last of them would put a run, or who took part, where it does not belong."""
    courses = [{"Title (English)": title, "No.": "C2", "Topics": "G2"} for title in ("A", "B")]
    runs = [
        {"Title (English)": title, "Kind": "course run", "No.": "A2", "Course": course}
        for title, course in (("Run", "C2"), ("Other run", "A"))
    ]
    data = added(added(centre.download(), "Courses", *courses), "Activities", *runs)
    data = edit(data, "Participation", **{"Activity no.": "A2", "How many": 24})
    upload = centre.upload(data)
    refused = upload_rows(upload=upload, statuses=["refused"])
    assert [(row["sheet"], row["faults"][0]["value"]) for row in refused] == [
        ("activities", "C2"),
        ("participation", "A2"),
    ]
    assert all("several rows" in row["faults"][0]["expected"] for row in refused)
    assert upload.counts["new"] == 3


def test_a_row_that_waits_for_another_says_which(centre: Centre) -> None:
    run = {"Title (English)": "Run", "Kind": "course run", "No.": "A1"}
    data = added(centre.download(), "Activities", run)
    data = edit(data, "Participation", **{"Activity no.": "A1", "How many": -3})
    upload = centre.upload(data)
    activity, part = upload_rows(upload=upload, statuses=["refused"])
    assert activity["faults"] == []
    assert part["faults"]
    assert f"row {part['number']} of “Participation”" in activity["notes"][-1]


def test_columns_and_sheets_that_our_workbook_does_not_have_are_named(centre: Centre) -> None:
    book = openpyxl.load_workbook(BytesIO(centre.download()))
    page = book["Activities"]
    page.cell(1, page.max_column + 1, "Our memo")
    page.cell(2, page.max_column, "ask them")
    own = book.create_sheet("Ideas")
    own.append(["What"])
    own.append(["more of it"])
    out = BytesIO()
    book.save(out)
    assert centre.upload(out.getvalue()).mapping["left_out"] == ["Activities: Our memo", "Ideas"]
    assert centre.upload(centre.download("ja")).mapping["left_out"] == []


def test_nobody_is_told_of_columns_that_we_hid_ourselves(centre: Centre) -> None:
    assert centre.upload(centre.download()).remarks == []


def test_undoing_takes_back_what_waits(centre: Centre) -> None:
    editor = Acting(uuid.uuid4(), centre.acting.institution, Role.EDITOR)
    upload = centre.upload(edit(centre.download(), "Courses", row=2, Hours=20))
    assert len(upload_confirm(acting=editor, upload_id=upload.id).waiting) == 1
    upload_undo(acting=editor, upload_id=upload.id)
    assert waiting_for_institution(institution=editor.institution) == []


def test_an_editor_cannot_undo_what_others_see(centre: Centre) -> None:
    upload = centre.upload(edit(centre.download(), "Courses", row=2, Hours=20))
    upload_confirm(acting=centre.acting, upload_id=upload.id)
    with pytest.raises(MayNotPublishError):
        upload_undo(
            acting=Acting(uuid.uuid4(), centre.acting.institution, Role.EDITOR),
            upload_id=upload.id,
        )
    upload.refresh_from_db()
    assert upload.state == Upload.State.WRITTEN


@pytest.mark.parametrize(
    ("sheet", "column"),
    [("nonsense", ""), ("participation", ""), ("courses", "nonsense"), ("courses", "title"),
     ("courses", "title[xx]"), ("courses", "level[ja]")],
)  # fmt: skip
def test_columns_that_there_are_not_are_refused(centre: Centre, sheet: str, column: str) -> None:
    upload = upload_paste(acting=centre.acting, text="Course\tDate\nA\t2027\n", language="en")
    with pytest.raises(NotNowError):
        upload_map(acting=centre.acting, upload_id=upload.id, choices=[(sheet, [column, ""])])
    assert not Remembered.objects.exists()


def test_a_reader_changes_no_upload(centre: Centre) -> None:
    reader = Acting(uuid.uuid4(), centre.acting.institution, Role.READER)
    upload = upload_paste(acting=centre.acting, text="Course\tDate\nA\t2027\n", language="en")
    for act in (
        lambda: upload_drop(acting=reader, upload_id=upload.id),
        lambda: upload_sheets(acting=reader, upload_id=upload.id, sheets=["courses"]),
        lambda: upload_confirm(acting=reader, upload_id=upload.id),
        lambda: upload_undo(acting=reader, upload_id=upload.id),
    ):
        with pytest.raises(NotAllowedError):
            act()


TABLE = """研修名\t開始日\t終了日\t場所\t分野\t対象者
輸送セキュリティ研修\t2027-02-01\t2027-02-05\t東海村\t核物質の輸送\t
内部脅威ワークショップ\t2027-03-10\t2027-03-11\t東海村\tB4\t
"""


def test_a_table_of_their_own_is_understood_and_remembered(centre: Centre) -> None:
    upload = upload_paste(acting=centre.acting, text=TABLE, language="ja")
    assert upload.state == Upload.State.MAPPING
    (table,) = upload.mapping["tables"]
    assert table["sheet"] == "activities"
    assert table["columns"][:4] == ["title[ja]", "when_start", "when_end", "town"]
    columns = ["title[ja]", "when_start", "when_end", "town", "topics", ""]
    upload_map(acting=centre.acting, upload_id=upload.id, choices=[("activities", columns)])
    compared = upload_compare(upload_id=upload.id)
    assert compared.counts == {"refused": 2}  # the kind of activity is missing
    again = upload_paste(acting=centre.acting, text=TABLE, language="ja")
    assert again.mapping["tables"][0]["columns"] == columns


def test_heads_split_in_two_are_understood(centre: Centre) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["研修名", "実施期間", None, "会場"])
    page.append([None, "開始", "終了"])
    page.append(["輸送研修", "2026-04-06", "2026-04-10", "東海村"])
    page.merge_cells("B1:C1")
    out = BytesIO()
    book.save(out)
    upload = upload_make(acting=centre.acting, name="計画.xlsx", data=out.getvalue(), language="ja")
    (table,) = upload.mapping["tables"]
    # nothing in the title tells Japanese from Chinese; the heads do not either, but the reader does
    with translation.override("ja"):
        again = upload_make(
            acting=centre.acting, name="計画.xlsx", data=out.getvalue(), language="ja"
        )
    assert table["columns"][1:] == ["when_start", "when_end", "town"]
    assert again.mapping["tables"][0]["columns"] == ["title[ja]", "when_start", "when_end", "town"]


def test_another_institutions_workbook_is_just_a_table(centre: Centre, make: Maker) -> None:
    other = make.write(make.institution("Other"))
    stranger = Acting(uuid.uuid4(), other, Role.EDITOR)
    upload = upload_make(acting=stranger, name="theirs.xlsx", data=centre.download(), language="en")
    assert not upload.is_workbook


def test_an_upload_is_forgotten_after_thirty_days(centre: Centre) -> None:
    upload = centre.upload(centre.download())
    assert uploads_forget() == 0
    upload.refresh_from_db()
    assert uploads_forget(before=upload.made_at.replace(year=upload.made_at.year + 1)) == 1
    assert not Upload.objects.exists()


def test_nothing_of_a_hidden_record_shows_in_another_institutions_workbook(
    centre: Centre, make: Maker
) -> None:
    other = make.write(make.institution("Other", kinds=["university"]))
    make.write(make.institution("Secret place"), level=Level.INSTITUTION)
    data = workbook_write(viewer=member_of(other), institution=other, language="en")
    assert b"Secret place" not in b"".join(
        str(cell.value).encode()
        for page in openpyxl.load_workbook(BytesIO(data))
        for row in page
        for cell in row
    )
    assert Person.objects.count() == 0
    call_command("check")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_workbook_saved_by_libreoffice_changes_nothing_by_itself(
    centre: Centre, tmp_path: Path, language: str
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("this test needs LibreOffice: apt-get install libreoffice-calc-nogui")
    given = tmp_path / "workbook.xlsx"
    given.write_bytes(centre.download(language))
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/office"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", f"{tmp_path}/saved"]
    subprocess.run([*command, str(given)], check=True, capture_output=True, timeout=120)
    saved = (tmp_path / "saved" / "workbook.xlsx").read_bytes()
    upload = centre.upload(saved)
    assert upload.fault == ""
    assert upload.is_workbook
    assert set(upload.counts) == {"same"}
    book = openpyxl.load_workbook(BytesIO(saved))
    book.worksheets[2].cell(2, column_of(saved, 3, "length_hours"), 20)
    again = BytesIO()
    book.save(again)
    changed = centre.upload(again.getvalue())
    assert changed.counts["changed"] == 1


def column_of(data: bytes, page: int, key: str) -> int:
    """The column of a sheet that the workbook itself knows by ``key``."""
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book.worksheets[page - 1]
    head = next(
        row[3].value
        for row in book["_concord"]
        if row[1].value == sheet.title and row[2].value == key
    )
    return next(cell.column for cell in sheet[1] if cell.value == head)
