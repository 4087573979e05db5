"""The register that comes with Concord says what the brief says, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from making import EAST_ASIA

from concord.core.disclosure import ANYONE, Level
from concord.exchange.services import folder_load
from concord.record.checks import register_check
from concord.record.selectors import RecordView, record_list
from concord.register.links import link_list, short_name
from concord.register.reading import title_of
from concord.register.tables import citations_of, names_of
from concord.register.words import Confirmation, Cut
from concord.studies.selectors import coverage_get

pytestmark = pytest.mark.usefixtures("east_asia")


def _all(kind: str) -> list[RecordView]:
    return list(record_list(viewer=ANYONE, kind=kind))


def _coverage(cut: Cut) -> dict[str, dict[str, Any]]:
    kept = coverage_get(viewer=ANYONE, cut=cut)
    assert kept is not None
    return {topic["code"]: topic for topic in kept.result["topics"]}


def _names(ids: list[str]) -> set[str]:
    return {short_name(r, "en") for r in _all("institution") if str(r.id) in ids}


def test_every_invariant_holds_and_loading_again_writes_nothing() -> None:
    assert list(register_check()) == []
    again = folder_load(folder=EAST_ASIA, level=Level.PUBLIC)
    assert again.written == 0


def test_every_record_cites_a_source() -> None:
    for kind in ("course", "activity", "agreement", "relation", "statement", "workforce", "need"):
        for record in _all(kind):
            assert list(citations_of(record.content)), title_of(record, "en")


def test_the_seven_centres_of_table_1() -> None:
    rows = {
        short_name(r, "en"): (r.content.get("state"), title_of(r, "en"))
        for r in _all("institution")
    }
    assert rows["SNSTC"] == ("CN", "State Nuclear Security Technology Center")
    assert rows["CSCA"] == ("ID", "Center for Security Culture and Assessment")
    assert rows["I-CoNSEP"][0] == "ID"
    assert rows["ISCN"][0] == "JP"
    assert rows["NSSC (Malaysia)"][0] == "MY"
    assert rows["INSA"] == ("KR", "International Nuclear Security Academy")
    assert rows["NSSC (Viet Nam)"][0] == "VN"


@pytest.mark.parametrize(
    ("centre", "count"),
    [
        ("SNSTC", 1),
        ("CSCA", 6),
        ("I-CoNSEP", 1),
        ("ISCN", 7),
        ("NSSC (Malaysia)", 7),
        ("INSA", 4),
        ("NSSC (Viet Nam)", 4),
    ],
)
def test_table_2_gives_each_entry_one_course(centre: str, count: int) -> None:
    centres = {short_name(r, "en"): str(r.id) for r in _all("institution")}
    offered = [c for c in _all("course") if centres[centre] in c.content["providers"]]
    assert len(offered) == count


def test_target_groups_stand_on_the_centre_and_not_on_its_courses() -> None:
    centres = {str(r.id): r for r in _all("institution")}
    assert sum(bool(c.content.get("target_groups")) for c in centres.values()) == 7
    for course in _all("course"):
        assert "reach" not in course.content
        named = set(course.content.get("roles", ()))
        assert named <= {"R08", "R11", "R17"}


def test_table_3_keeps_states_apart_from_centres() -> None:
    links = {link.text: link for link in link_list(viewer=ANYONE, cut=Cut.BRIEF, language="en")}
    planned = links["Exchange of training materials planned"]
    assert {p.label for p in planned.parties} == {"China", "Republic of Korea"}
    assert (planned.stage, planned.confirmation) == ("planned", Confirmation.CONFIRMED)
    exchange = links["Personnel exchange"]
    assert exchange.confirmation == Confirmation.ONE_SIDED
    assert {p.kind for p in exchange.parties} == {"state"}
    listed = [
        link
        for link in links.values()
        if {p.label for p in link.parties} == {"Republic of Korea", "Malaysia"}
    ]
    assert not listed or listed[0].confirmation == Confirmation.ONE_SIDED


def test_the_hanoi_seminar_is_one_sided_in_the_brief_and_confirmed_by_later_sources() -> None:
    def hanoi(cut: Cut) -> Confirmation:
        links = link_list(viewer=ANYONE, cut=cut, language="en")
        found = [k for k in links if k.text == "Seminar in Hanoi" and k.kind == "relation"]
        return found[0].confirmation

    assert hanoi(Cut.BRIEF) == Confirmation.ONE_SIDED
    assert hanoi(Cut.ALL) == Confirmation.CONFIRMED


def test_memoranda_of_viet_nam_are_with_the_parents() -> None:
    found = {title_of(a, "en"): a for a in _all("agreement")}
    institutions = {str(r.id): short_name(r, "en") for r in _all("institution")}
    for title, parent in (
        ("Memorandum of understanding between Viet Nam and JAEA", "JAEA"),
        ("Memorandum of understanding between Viet Nam and KINAC", "KINAC"),
    ):
        parties = found[title].content["parties"]
        assert {"state": "VN"} in parties
        assert {institutions[p["institution"]] for p in parties if "institution" in p} == {parent}


def test_conflicting_claims_about_insa_stand_side_by_side() -> None:
    insa = next(str(r.id) for r in _all("institution") if short_name(r, "en") == "INSA")
    trained = [
        (s.content["value"], s.content.get("stage", "done"), s.content.get("when"))
        for s in _all("statement")
        if s.content["subject"].get("institution") == insa
        and s.content["measure"] == "people trained"
    ]
    assert {value for value, _stage, _when in trained} == {"1000", "3129", "567"}
    assert {stage for value, stage, _when in trained if value == "1000"} == {"planned"}


def test_totals_and_umbrella_rows_are_no_activities() -> None:
    titles = {title_of(a, "en") for a in _all("activity")}
    assert not {t for t in titles if t.startswith(("20 seminars", "11 IAEA", "All courses"))}
    assert "Awareness training and education on the topics of A003 to A008" not in titles


def test_what_a_source_of_2014_says_of_2015_is_planned() -> None:
    csca = next(str(r.id) for r in _all("institution") if short_name(r, "en") == "CSCA")
    runs = [
        a
        for a in _all("activity")
        if a.content.get("course")
        and any(p["party"].get("institution") == csca for p in a.content["parties"])
    ]
    assert len(runs) == 6
    assert {run.content["stage"] for run in runs} == {"planned"}


def test_names_by_day() -> None:
    board = next(r for r in _all("institution") if short_name(r, "en") == "AELB")
    assert names_of(board, "2015")[0]["name"] == "Atomic Energy Licensing Board"
    assert names_of(board, "2023")[0]["name"] != "Atomic Energy Licensing Board"


def test_coverage_of_the_brief_alone() -> None:
    topics = _coverage(Cut.BRIEF)
    assert _names(topics["A1"]["centres"]) == {"I-CoNSEP", "INSA", "NSSC (Viet Nam)"}
    assert _names(topics["B1"]["centres"]) == {"CSCA", "INSA", "ISCN", "NSSC (Viet Nam)"}
    assert _names(topics["B8"]["centres"]) == {"CSCA", "ISCN"}
    assert topics["A3"]["state"] == "said_of_unnamed"
    for code in ("D1", "D2", "G2", "G3", "G4", "A4", "B3", "E7", "F1", "F2", "H4", "H5"):
        assert topics[code]["state"] == "not_found", code
    assert topics["H4"]["evidence"], "the ten trainers of Malaysia are evidence beneath the state"


def test_coverage_with_later_sources() -> None:
    topics = _coverage(Cut.ALL)
    assert topics["E7"]["state"] == "event_only"
    assert topics["F1"]["state"] == "event_only"
    for code in ("D1", "D2", "G2", "G3", "G4"):
        assert topics[code]["state"] == "not_found"


def test_topic_by_role_counts_only_roles_named_for_a_course() -> None:
    topics = _coverage(Cut.BRIEF)
    assert set(topics["B5"]["roles"]) == {"R08"}
    assert topics["A1"]["roles"] == {}
