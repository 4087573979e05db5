"""The register that comes with Concord says what the brief says, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from making import EAST_ASIA

from concord.core.disclosure import ANYONE, Level
from concord.exchange.services import folder_load
from concord.record.checks import register_check
from concord.record.columns import Question
from concord.record.publishing import Levels
from concord.record.selectors import RecordView, record_list, records_get
from concord.register.links import Link, Parties, links_of, short_name
from concord.register.lists import institution_table, link_table
from concord.register.policies import policy_get, policy_levels
from concord.register.reading import title_of
from concord.register.tables import citations_of, names_of
from concord.register.then import AsOf
from concord.register.words import CENTRE_KINDS, Confirmation, Cut
from concord.studies.coverage import coverage_get

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


def _links(cut: Cut) -> list[Link]:
    found = records_get(viewer=ANYONE, ids=link_table(cut).ids_where(ANYONE, Question()))
    return links_of(list(found.values()), read=AsOf(ANYONE), cut=cut, language="en")


def test_table_3_keeps_states_apart_from_centres() -> None:
    links = {link.text: link for link in _links(Cut.BRIEF)}
    planned = links["Exchange of training materials planned"]
    assert {p.label for p in planned.parties} == {"China", "Republic of Korea"}
    assert (planned.stage, planned.confirmation) == ("planned", Confirmation.ONE_SIDED)
    exchange = links["Personnel exchange"]
    assert exchange.confirmation == Confirmation.ONE_SIDED
    assert {p.kind for p in exchange.parties} == {"state"}


def test_what_table_3_prints_in_one_row_alone_is_one_sided_as_reported() -> None:
    (malaysia,) = [
        link
        for link in _links(Cut.BRIEF)
        if {p.label for p in link.parties} == {"Republic of Korea", "Malaysia"}
    ]
    assert (malaysia.confirmation, malaysia.as_reported) == (Confirmation.ONE_SIDED, True)
    assert (malaysia.depth, malaysia.stage) == (None, "unknown")


def test_a_row_of_table_3_confirms_nothing() -> None:
    links = [link for link in _links(Cut.BRIEF) if link.kind == "relation"]
    assert not [k.text for k in links if k.confirmation == Confirmation.CONFIRMED]
    asian_network = {
        frozenset(p.label for p in k.parties): k.confirmation
        for k in links
        if k.text.startswith("Asian regional network")
    }
    korea = "Republic of Korea"
    assert asian_network == {
        frozenset({"China", "Japan"}): Confirmation.ONE_SIDED,
        frozenset({"China", korea}): Confirmation.NOT_ASKED,
        frozenset({"Japan", korea}): Confirmation.ONE_SIDED,
    }


def test_attendance_and_support_do_not_count_again_as_joint_courses() -> None:
    links = _links(Cut.BRIEF)
    attended = [k for k in links if "Indonesia" in k.text and "INSA" in k.text]
    assert [(k.kind, k.depth) for k in attended] == [("relation", 0)]
    supported = [
        k
        for k in links
        if {p.label for p in k.parties} == {"IAEA", "SNSTC"} and "support" in k.text
    ]
    assert [(k.kind, k.depth) for k in supported] == [("relation", None)]


def _parties(kind: str, title: str) -> list[set[str]]:
    """The parties of every record of that title, as a page shows them."""
    named = Parties(ANYONE, "en", [str(r.id) for r in _all("institution")])
    return [
        {named.name(p.get("party", p)).label for p in r.content["parties"]}
        for r in _all(kind)
        if title_of(r, "en") == title
    ]


def test_the_acting_body_is_the_one_that_the_source_names() -> None:
    assert _parties("relation", "SSAC course in Hanoi") == [{"JAEA", "VARANS"}]
    assert _parties("relation", "Malaysia set up its NSSC working with the IAEA") == [
        {"IAEA", "Malaysia"}
    ]
    assert _parties("relation", "Viet Nam set up its NSSC working with the IAEA") == [
        {"IAEA", "Viet Nam"}
    ]
    talks = "IAEA started talks with the three States on harmonising training content"
    assert _parties("relation", talks) == [{"IAEA", "China", "Japan", "Republic of Korea"}]
    assert _parties("agreement", "Loan pool of detection equipment for the region") == [
        {"IAEA", "AELB"}
    ]


def test_what_others_hosted_is_not_said_of_the_chinese_centre() -> None:
    found = [
        s.content["subject"]
        for s in _all("statement")
        if s.content.get("when") == "2012/2013" and s.content["measure"] != "meeting"
    ]
    assert len(found) == 3
    assert all("institution" not in subject for subject in found)
    assert {subject["state"] for subject in found} == {"CN"}


def test_designations_stand_on_the_parents() -> None:
    designated = {
        short_name(r, "en")
        for r in _all("institution")
        if any(m["step"] == "designated" for m in r.content.get("milestones", ()))
    }
    assert designated == {"CAEA", "JAEA", "NISAS"}


def test_the_memoranda_of_2010_and_2011_each_cite_their_own_source() -> None:
    sources = {str(r.id): title_of(r, "en") for r in _all("source")}
    cited = {
        a.content["when"]: {sources[c["source"]] for c in citations_of(a.content)}
        for a in _all("agreement")
        if "United States" in title_of(a, "en")
    }
    assert cited["2010"] == {"New nuclear security training center opens in China"}
    assert cited["2011"] == {title for title in sources.values() if "Encouraging Coll" in title}


def test_what_a_notice_announces_is_planned() -> None:
    titles = {
        "INSA 10th anniversary conference",
        "Nonproliferation programme for university students",
    }
    found = [a for a in _all("activity") if title_of(a, "en") in titles]
    assert len(found) == 2
    for activity in found:
        assert activity.content["stage"] == "planned"
        assert {p["stage"] for p in activity.content["participation"]} == {"planned"}


def test_the_hanoi_seminar_is_one_sided_in_the_brief_and_confirmed_by_later_sources() -> None:
    def hanoi(cut: Cut) -> Confirmation:
        found = [k for k in _links(cut) if k.text == "Seminar in Hanoi" and k.kind == "relation"]
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
    people = {
        s.content["value"]: (s.content["measure"], s.content.get("stage", "done"))
        for s in _all("statement")
        if s.content["subject"].get("institution") == insa
        and s.content["measure"] in {"people trained", "planned trainees a year"}
    }
    assert people == {
        "1000": ("planned trainees a year", "planned"),
        "3129": ("people trained", "done"),
        "567": ("people trained", "done"),
    }
    milestones = [
        m["when"]
        for r in _all("institution")
        if str(r.id) == insa
        for m in r.content["milestones"]
        if m["step"] == "established"
    ]
    assert sorted(milestones) == ["2014-02", "2014-03"]


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


def test_every_centre_has_an_example_policy_that_is_no_word_of_its_own() -> None:
    table = institution_table()
    centres = table.ids_where(ANYONE, Question({"kind": frozenset(CENTRE_KINDS)}))
    found = {key: policy_get(viewer=ANYONE, institution=key) for key in centres}
    assert len(found) == 13
    assert all(policy and policy.is_example and policy.rules for policy in found.values())
    assert len({str(policy.rules) for policy in found.values() if policy}) == 13
    proposed = {str(policy_levels(institution=key, kinds=["need"])["need"]) for key in centres}
    assert proposed == {str(Levels(Level.PUBLIC))}
