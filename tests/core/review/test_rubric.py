from __future__ import annotations

import csv
import tomllib
from typing import Any

import pytest
from making import ROOT

from concord.core.review.rubric import Rubric, RubricError, rubric_of

FOLDER = ROOT / "data" / "rubrics"
LANGUAGES = ("en", "zh-Hans", "ja", "ko", "id", "ms", "vi")


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def rubric(**changed: Any) -> Rubric:
    version = tomllib.loads((FOLDER / "versions.toml").read_text(encoding="utf-8"))["training"]
    given = {"criteria": rows("training"), "aspects": rows("aspects"), "scale": rows("scale"),
             "name": "training", "version": version["version"], "languages": LANGUAGES}  # fmt: skip
    return rubric_of(**{**given, **changed})


def test_our_rubric_is_whole_in_seven_languages() -> None:
    ours = rubric()
    assert list(ours.scale) == [1, 2, 3, 4]
    assert {one.aspect for one in ours.criteria} == set(ours.aspects)
    for row in [*rows("training"), *rows("aspects"), *rows("scale")]:
        assert None not in row, "a comma stands outside quotation marks"
    for language in LANGUAGES:
        texts = [one.words[language] for one in ours.criteria]
        assert len(set(texts)) == len(texts)


def test_any_change_is_another_digest() -> None:
    changed = rows("training")
    changed[3]["vi"] += "."
    digests = {rubric().digest, rubric(criteria=changed).digest, rubric(version="2").digest,
               rubric(criteria=rows("training")[::-1]).digest}  # fmt: skip
    assert len(digests) == 4
    assert rubric().digest == rubric().digest


def test_answers_are_held_to_the_criteria_asked_and_to_the_scale() -> None:
    ours = rubric()
    right = {one.code: 3 for one in ours.of_aspects({"trainers"})} | {"T4": None}
    assert ours.faults_of(right, {"trainers"}) == []
    assert ours.faults_of({**right, "T1": 5}, {"trainers"}) == ["T1"]
    assert ours.faults_of({**right, "C1": 1}, {"trainers"}) == ["C1"]
    assert ours.faults_of({"T1": 1}, {"trainers"}) == ["T2", "T3", "T4"]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"criteria": []}, "no criteria"),
        ({"criteria": [*rows("training"), rows("training")[0]]}, "stands twice"),
        ({"criteria": [{**rows("training")[0], "aspect": "beauty"}]}, "beauty"),
        ({"criteria": [{**rows("training")[0], "ko": " "}]}, "no text in ko"),
        ({"scale": [{**rows("scale")[0], "value": "good"}]}, "no number"),
    ],
)
def test_a_rubric_that_cannot_be_used_is_refused(changed: dict[str, Any], word: str) -> None:
    with pytest.raises(RubricError, match=word):
        rubric(**changed)
