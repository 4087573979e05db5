"""Texts held against rules: tricks of writing are no way around them, and no text is too much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passages import KINDS, LANGUAGES, passages
from sensitive_measure import matcher

from concord.core.sensitive import Effect, Matcher, clean, rules_parse

GUARDS = "Twelve armed guards protect the Northmoor Research Reactor; the shift changes at 06:00."


def found(text: str) -> set[str]:
    return {rule.kind for rule in matcher().check(text)}


@pytest.mark.parametrize(
    "text",
    [
        GUARDS,
        GUARDS.upper().replace("NORTHMOOR RESEARCH REACTOR", "Northmoor Research Reactor"),
        GUARDS.replace("guards", "gu\u200bar\u00adds"),
        GUARDS.replace("guards", "g u a r d s"),
        GUARDS.replace("06:00", "０６：００"),
        GUARDS.replace("Twelve armed guards", "Ｔｗｅｌｖｅ　ａｒｍｅｄ　ｇｕａｒｄｓ"),
        GUARDS.replace(" ", "\u00a0"),
        GUARDS.replace(" ", "  \t"),
    ],
)
def test_tricks_of_writing_are_no_way_around(text):
    assert "guards" in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "SECRET",
        "S E C R E T\nplan",
        "ＳＥＣＲＥＴ",
        "SE\u200bCRET - copy 2",
        "绝　密",
        "㊙ 図",
        "T.O.P S.E.C.R.E.T",
    ],
)
def test_markings_are_found_however_they_are_spaced(text):
    assert [rule.effect for rule in matcher().check(text)][:1] == [Effect.REFUSE]


def test_what_refuses_comes_first():
    effects = [rule.effect for rule in matcher().check(f"SECRET\n{GUARDS} jane.doe@mail.example")]
    assert effects == sorted(effects, key=list(Effect).index)
    assert {Effect.REFUSE, Effect.STOP, Effect.WARN} == set(effects)


def test_words_far_apart_are_another_matter():
    assert (
        found("She was born in the spring. " + "x" * 60 + " The agency moved on 1 May 2014.")
        == set()
    )


def test_a_sentence_about_teaching_calls_it_off_for_that_sentence_alone():
    taught = "Participants learned that twelve guards at an imaginary plant change at 06:00."
    assert found(taught) == set()
    assert "guards" in found(f"{taught} {GUARDS}")


@given(st.text(max_size=400))
def test_any_text_gets_an_answer(text):
    matcher().check(text)
    clean(text)


_WORDS = [
    word
    for kind in KINDS
    for language in LANGUAGES
    for passage in passages(kind, language)
    for word in passage.text.split()
]


@given(st.lists(st.sampled_from(_WORDS), max_size=60))
def test_any_mixture_of_words_gets_an_answer(words):
    effects = [rule.effect for rule in matcher().check(" ".join(words))]
    assert effects == sorted(effects, key=list(Effect).index)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a ",
        "a.",
        "1",
        "1-",
        "(1) ",
        "+1 2",
        "@",
        "a@",
        "a.a@a.",
        "guard 1 ",
        "警卫1名",
        "\n",
        "A B ",
        "secret ",
        "12:00 ",
    ],
)
def test_long_texts_of_one_sort_come_to_an_end(piece):
    matcher().check(piece * (100_000 // len(piece)))


def test_a_covering_word_hides_shorter_ones():
    rules = rules_parse(
        {
            "version": "1",
            "kinds": {"k": {"label": "K", "mend": "M"}},
            "classes": {
                "off": {"en": "training"},
                "longer": {"covers": True, "en": "training reactor"},
                "thing": {"en": "guards"},
            },
            "rules": {
                "k.r": {
                    "kind": "k", "effect": "stop", "needs": ["thing"], "unless": ["off"],
                    "reason": "R", "reference": "N",
                }
            },
        }
    )  # fmt: skip
    own = Matcher(rules)
    assert own.check("training for guards") == ()
    assert [rule.id for rule in own.check("guards of the training reactor")] == ["k.r"]
