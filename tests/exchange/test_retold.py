"""Agreements, relations and figures that are in the register already are found out as such."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import Maker, text

from concord.core.disclosure import ANYONE, Level
from concord.exchange.retold import Claim, Retold, claim_of, claims_near
from concord.record.services import content_dump

PARTIES = [{"state": "JP"}, {"state": "KR"}]
CLAIM: dict[str, dict[str, Any]] = {
    "agreement": {"titles": text("MoU"), "agreement_kind": "memorandum", "parties": PARTIES,
                  "when": "2014"},
    "relation": {"text": text("They meet"), "relation_kind": "meeting", "parties": PARTIES,
                 "when": "2014-05"},
    "statement": {"text": text("80 officers"), "subject": {"state": "JP"}, "value": "80",
                  "group": "trained", "measure": "officers trained", "unit": "persons",
                  "when": "2014"},
    "workforce": {"text": text("30 guards"), "subject": {"state": "JP"}, "low": 30, "high": 40,
                  "when": "2014"},
    "need": {"text": text("30 guards"), "subject": {"state": "JP"}, "low": 30, "high": 40,
             "topic": "D1", "by": "2014"},
}  # fmt: skip
OTHERWISE: dict[str, list[dict[str, Any]]] = {
    "agreement": [{"agreement_kind": "joint_statement"}, {"when": "2015"},
                  {"parties": [*PARTIES, {"state": "CN"}]}],
    "relation": [{"relation_kind": "attendance"}, {"when": "2014-06"}],
    "statement": [{"value": "81"}, {"when": "2015"}, {"measure": "courses"},
                  {"subject": {"state": "KR"}}, {"stage": "planned"}, {"topics": ["D1"]}],
    "workforce": [{"low": 29}, {"when": "2015"}, {"subject": {"state": "KR"}}],
    "need": [{"topic": "D2"}, {"by": "2015"}, {"high": 50}],
}  # fmt: skip


@pytest.mark.parametrize("kind", CLAIM)
def test_the_same_claim_in_other_words_is_found_and_another_is_not(make: Maker, kind: str) -> None:
    there = make.put(kind, **CLAIM[kind])
    words = "titles" if kind == "agreement" else "text"
    said = {words: text("in other words")}

    def found(**more: Any) -> set[uuid.UUID]:
        content = content_dump(make.parse(kind, **CLAIM[kind] | said | more))
        near = claims_near(ANYONE, kind, content)
        whole, narrow = (
            Retold(ANYONE, among=among).of([(kind, "new", content)]) for among in (None, near)
        )
        assert whole == narrow
        return {record.id for record in whole.values()}

    assert found() == {there}
    period = "by" if kind == "need" else "when"
    assert found(**{period: None}) == {there}
    for other in OTHERWISE[kind]:
        assert found(**other) == set(), other


def test_what_the_viewer_may_not_see_is_never_told_of(make: Maker) -> None:
    make.write(make.parse("need", **CLAIM["need"]), level=Level.INSTITUTION)
    make.write(make.parse("workforce", **CLAIM["workforce"]), fields={"subject": Level.INSTITUTION})
    for kind in ("need", "workforce"):
        content = content_dump(make.parse(kind, **CLAIM[kind]))
        assert Retold(ANYONE).of([(kind, "new", content)]) == {}


def test_a_pair_that_was_decided_on_does_not_come_again(make: Maker) -> None:
    there = make.put("statement", **CLAIM["statement"])
    content = content_dump(make.parse("statement", **CLAIM["statement"]))
    settled = {frozenset(("new", str(there)))}
    assert Retold(ANYONE, settled).of([("statement", "new", content)]) == {}


SPANS = st.tuples(st.integers(1, 9), st.integers(0, 4)).map(lambda s: (s[0], s[0] + s[1]))


@settings(deadline=None, derandomize=True)
@given(st.sampled_from("ab"), st.sampled_from("ab"), SPANS, SPANS)
def test_to_be_one_claim_is_mutual_and_holds_of_itself(
    a: str, b: str, one: tuple[int, int], two: tuple[int, int]
) -> None:
    first, second = Claim(a, *one), Claim(b, *two)
    assert first.may_be(first)
    assert first.may_be(second) == second.may_be(first)
    days = set(range(one[0], one[1] + 1)) & set(range(two[0], two[1] + 1))
    assert first.may_be(second) == (a == b and bool(days))


def test_too_little_of_a_record_makes_no_claim() -> None:
    assert claim_of("need", {"text": text("a few")}) is None
    assert claim_of("statement", {"subject": {"state": "JP"}, "measure": "remark"}) is None
