"""Rules are data: what is wrong in a file is said by its place, and what refuses stays."""

from __future__ import annotations

import copy
import tomllib

import pytest
from sensitive_measure import RULES

from concord.core.sensitive import Effect, Matcher, RulesError, rules_extend, rules_parse
from concord.core.vocabulary import LANGUAGES

OURS = tomllib.loads(RULES.read_text(encoding="utf-8"))
BASE = rules_parse(OURS)


def faults(data: dict[str, object]) -> dict[str, str]:
    with pytest.raises(RulesError) as error:
        rules_extend(BASE, data)
    return {fault.where: fault.what for fault in error.value.faults}


def test_our_rules_say_why_in_every_language():
    for rule in BASE.rules.values():
        assert set(rule.reason) == set(LANGUAGES), rule.id
        guidance = "no living person" if rule.kind == "personal" else "23-G"
        assert guidance in rule.reference, rule.id
    for kind in BASE.kinds.values():
        assert set(kind.label) == set(kind.mend) == set(LANGUAGES), kind.id


def test_markings_are_refused_and_nothing_else():
    refused = {rule.kind for rule in BASE.rules.values() if rule.effect is Effect.REFUSE}
    assert refused == {"marking"}
    assert all(r.effect is Effect.REFUSE for r in BASE.rules.values() if r.kind == "marking")


def test_an_operator_adds_words_and_rules():
    extended = rules_extend(
        BASE,
        {
            "version": "ours-1",
            "classes": {"code_name": {"any": "project heron"}},
            "words": {"facility": {"en": "blockhouse"}},
            "rules": {
                "our.code": {
                    "kind": "layout", "effect": "stop", "needs": ["code_name"],
                    "reason": "A code name of ours.", "reference": "Our rule 7",
                }
            },
        },
    )  # fmt: skip
    assert extended.version == f"{BASE.version}+ours-1"
    found = Matcher(extended).check("A visit to PROJECT  Heron")
    assert [rule.id for rule in found] == ["our.code"]
    assert "blockhouse" in extended.classes["facility"].words["en"]


def test_an_operator_switches_rules():
    extended = rules_extend(BASE, {"switch": {"guards.times": "warn", "personal.mailbox": "off"}})
    assert extended.rules["guards.times"].effect is Effect.WARN
    assert "personal.mailbox" not in {rule.id for rule in extended.in_force}


def test_what_refuses_cannot_be_switched():
    assert set(faults({"switch": {"marking.heading": "off"}})) == {"switch.marking.heading"}


def test_faults_say_where_and_what_was_expected():
    found = faults(
        {
            "words": {"gard": {"en": "watch"}, "guard": {"xx": "watch"}},
            "switch": {"guards.time": "warn", "guards.numbers": "loud"},
            "rules": {"mine": {"kind": "guard", "effect": "halt", "needs": ["gaurd"]}},
            "rule": {},
        }
    )
    assert "nearest known: guard" in found["words.gard"]
    assert "expected a language" in found["words.guard.xx"]
    assert "nearest known: guards.times" in found["switch.guards.time"]
    assert found["switch.guards.numbers"].startswith("expected")
    assert "guards" in found["rules.mine.kind"]
    assert found["rules.mine.effect"] == "expected refuse, stop, warn"
    assert "nearest known: guard" in found["rules.mine.needs"]
    assert "rules.mine.reason" in found
    assert "file.rule" in found


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("version", 1), ("kinds", []), ("classes", {"c": 1}), ("classes", {"c": {"en": "a*b"}}),
        ("classes", {"number": {"en": "word"}}), ("classes", {"c": {"en": "word", "alone": "yes"}}),
        ("rules", {"r": {}}), ("rules", {"r": {"needs": "guard", "near": -1, "whole": 1}}),
    ],
)  # fmt: skip
def test_any_faulty_file_is_told_so(place, value):
    data = copy.deepcopy(OURS)
    data[place] = value
    with pytest.raises(RulesError):
        rules_parse(data)
