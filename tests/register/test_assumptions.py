"""Assumptions and role profiles: what is wrong in them is said, and an operator's rows go first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from concord.core.analysis.assumptions import OutOfRangeError, UnknownAssumptionError
from concord.core.vocabulary import LANGUAGES
from concord.register.assumptions import (
    _own_keys,
    assumed_digest,
    assumption_faults,
    assumption_words,
    assumptions,
    assumptions_if,
    role_profiles,
    role_profiles_if,
    unit_label,
)
from concord.register.vocabulary import load

HEADS = "role,topic,reason,level,validity,share_low,share,share_high,years_low,years,years_high"
READ = (assumptions, assumption_words, role_profiles, _own_keys, assumed_digest)


@pytest.fixture
def own(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The operator's folder; what was read is read again in and after the test."""
    settings.CONCORD_ASSUMPTIONS = str(tmp_path)
    for read in READ:
        read.cache_clear()
    yield tmp_path
    settings.CONCORD_ASSUMPTIONS = ""
    for read in READ:
        read.cache_clear()


def test_ours_have_no_fault() -> None:
    assert assumption_faults() == []
    assert {one.role for one in role_profiles()} == {f"R{n:02}" for n in range(1, 25)}


def test_every_need_says_why_and_some_rest_on_our_judgement_alone() -> None:
    profiles = role_profiles()
    assert len({one.why for one in profiles}) == len(profiles), "each in words of its own"
    assert all(one.why.endswith(".") for one in profiles)
    known = {entry.code for entry in load("publications")}
    assert {code for one in profiles for code in one.guidance} <= known
    assert 0 < sum(not one.guidance for one in profiles) < len(profiles) / 2


def test_guidance_that_nobody_knows_is_a_fault(own: Path) -> None:
    row = "R08,B5,core,basic,technical,,,,,,,Holds the line.,NSS 999"
    (own / "role_profiles.csv").write_text(f"{HEADS},why,guidance\n{row}\n")
    assert assumption_faults() == ["role_profiles.csv, R08 B5: there is no publication NSS 999"]


def test_every_unit_of_ours_has_a_word_in_every_language() -> None:
    known = load("assumption_units")
    assert {one.unit for one in assumptions().values()} == {entry.code for entry in known}
    assert all(set(LANGUAGES) == {tag for tag, word in e.labels.items() if word} for e in known)
    assert (unit_label("people", "ja"), unit_label("furlongs", "ja")) == ("人", "furlongs")


def test_an_operator_s_row_goes_before_ours_and_takes_a_need_away(own: Path) -> None:
    ours, digest = {(one.role, one.topic) for one in role_profiles()}, assumed_digest()
    for read in READ:
        read.cache_clear()
    (own / "assumptions.csv").write_text(
        "code,central,low,high,unit,source,en\nhorizon,3,2,4,years,Our plan,Years of our plan\n"
    )
    rows = "R08,B5,core,basic,technical,0.5,0.6,0.7,1,2,3\nR02,A1,none,introductory,general,,,,,,\n"
    (own / "role_profiles.csv").write_text(f"{HEADS}\n{rows}")
    assert assumed_digest() != digest, "results kept before do not answer for it"
    assert (assumptions().value("horizon"), assumptions()["horizon"].source) == (3, "Our plan")
    assert assumption_words()["horizon"].label("en") == "Years of our plan"
    found = {(one.role, one.topic): one for one in role_profiles()}
    assert ours - found.keys() == {("R02", "A1")}
    changed = found["R08", "B5"]
    assert changed.own_share is not None
    assert changed.own_years is not None
    assert (changed.own_share.central, changed.own_years.central) == (0.6, 2)
    assert assumption_faults() == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("R08,B5,core,basic,technical,0.5,0.6,,,,", "all three|none of the three"),
        ("R08,B5,core,basic,technical,0.5,0.6,7,,,", "from 0 to 1"),
        ("R99,B5,core,basic,technical,,,,,,", "R99"),
        ("R08,B5,whim,basic,technical,,,,,,", "share.whim"),
        ("R08,B5,core,brilliant,technical,,,,,,", "brilliant"),
    ],
)
def test_a_faulty_row_is_said(own: Path, row: str, fault: str) -> None:
    import re

    (own / "role_profiles.csv").write_text(f"{HEADS}\n{row}\n")
    (said,) = assumption_faults()
    assert re.search(fault, said)


def test_a_file_without_a_column_is_said(own: Path) -> None:
    (own / "assumptions.csv").write_text("code,central\nhorizon,3\n")
    (said,) = assumption_faults()
    assert "there is no column low, high, unit, source" in said


def test_the_number_of_one_role_and_topic_can_be_otherwise() -> None:
    values = {"share.R08.B5": 0.25, "horizon": 3.0}
    assert assumptions_if(values).value("horizon") == 3
    changed = {(one.role, one.topic): one.own_share for one in role_profiles_if(values)}
    assert [key for key, share in changed.items() if share] == [("R08", "B5")]
    for wrong in ({"share.R08.B5": 1.5}, {"years.R08.B5": 0.0}):
        with pytest.raises(OutOfRangeError):
            assumptions_if(wrong)
    with pytest.raises(UnknownAssumptionError):
        assumptions_if({"share.R99.B5": 0.5})
