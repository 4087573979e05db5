"""A broken folder: every fault is named, and nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import EAST_ASIA

from concord.core.disclosure import Level
from concord.exchange.folder import UnreadableFolderError, drafts_from_folder
from concord.exchange.services import folder_load
from concord.record.selectors import register_number


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "east-asia"
    shutil.copytree(EAST_ASIA, target)
    return target


def _change(path: Path, old: str, new: str) -> None:
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")


def _faults(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(UnreadableFolderError) as caught:
        drafts_from_folder(folder, level=Level.PUBLIC)
    return [(fault.file, fault.row, fault.column) for fault in caught.value.faults]


def test_every_fault_is_named_at_once(folder: Path) -> None:
    _change(folder / "courses.csv", "A1", "A99")
    _change(folder / "milestones.csv", "2010", "2010-14")
    _change(folder / "activities.csv", "course_run", "corse_run")
    files = {file for file, _row, _column in _faults(folder)}
    assert {"courses.csv", "milestones.csv", "activities.csv"} <= files


@pytest.mark.django_db
def test_nothing_of_a_broken_folder_is_written(folder: Path) -> None:
    _change(folder / "relations.csv", ",planned,", ",plannned,")
    with pytest.raises(UnreadableFolderError):
        folder_load(folder=folder)
    assert register_number() == 0


def test_an_unknown_code_is_refused_with_the_nearest(folder: Path) -> None:
    _change(folder / "courses.csv", ",B4", ",BB4")
    with pytest.raises(UnreadableFolderError) as caught:
        drafts_from_folder(folder, level=Level.PUBLIC)
    fault = caught.value.faults[0]
    assert (fault.file, fault.column) == ("courses.csv", "topics")
    assert "B4" in fault.expected


def test_a_misspelt_column_is_named_and_never_dropped(folder: Path) -> None:
    _change(folder / "relations.csv", "stage", "stagge")
    with pytest.raises(UnreadableFolderError) as caught:
        drafts_from_folder(folder, level=Level.PUBLIC)
    assert any(f.column == "stagge" and "stage" in f.expected for f in caught.value.faults)


def test_a_key_that_leads_nowhere_is_refused(folder: Path) -> None:
    _change(folder / "names.csv", "ISCN,", "ISNC,")
    assert ("names.csv", "record") in {(file, column) for file, _row, column in _faults(folder)}


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "needs.csv").write_bytes(b"\xff\xfe\x00key,\x80id\n")
    assert ("needs.csv", 0, "") in _faults(folder)


def test_an_empty_folder_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFolderError, match=r"institutions\.csv"):
        drafts_from_folder(tmp_path, level=Level.PUBLIC)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_name(folder: Path, content: bytes) -> None:
    (folder / "needs.csv").write_bytes(b"key,id,text[en],subject,low,high\n" + content)
    try:
        drafts_from_folder(folder, level=Level.PUBLIC)
    except UnreadableFolderError as error:
        assert {fault.file for fault in error.faults} == {"needs.csv"}  # noqa: PT017
