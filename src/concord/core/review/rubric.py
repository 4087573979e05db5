"""What reviewers judge by: criteria by aspect and a scale, as versioned data in seven languages."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

Row = Mapping[str, str]
Words = Mapping[str, str]
"""A text by language."""


class RubricError(ValueError):
    """A rubric that cannot be used, and the code of the row that is wrong."""

    code = "review.rubric"


@dataclass(frozen=True)
class Criterion:
    """Something to be judged."""

    code: str
    aspect: str
    words: Words


@dataclass(frozen=True)
class Rubric:
    """A rubric of one version. ``scale``: the answers by increasing value."""

    name: str
    version: str
    aspects: Mapping[str, Words]
    scale: Mapping[int, Words]
    criteria: tuple[Criterion, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that a reviewer reads: a call is bound to it, and notices a change."""
        whole = [
            self.name, self.version,
            [[code, sorted(words.items())] for code, words in sorted(self.aspects.items())],
            [[value, sorted(words.items())] for value, words in sorted(self.scale.items())],
            [[one.code, one.aspect, sorted(one.words.items())] for one in self.criteria],
        ]  # fmt: skip
        return sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()

    def of_aspects(self, aspects: Collection[str]) -> tuple[Criterion, ...]:
        """The criteria of some aspects, in the order of the rubric."""
        return tuple(one for one in self.criteria if one.aspect in aspects)

    def faults_of(self, answers: Mapping[str, int | None], aspects: Collection[str]) -> list[str]:
        """Codes that are not asked for or whose answer is not of the scale, and codes left out; an
        answer of None says that a criterion does not apply."""
        asked = {one.code for one in self.of_aspects(aspects)}
        wrong = [
            code
            for code, value in answers.items()
            if code not in asked or (value is not None and value not in self.scale)
        ]
        return sorted({*wrong, *(asked - answers.keys())})


def rubric_of(
    criteria: Iterable[Row], aspects: Iterable[Row], scale: Iterable[Row], *,
    name: str, version: str, languages: Collection[str],
) -> Rubric:  # fmt: skip
    """A rubric from rows of its files.

    Raises:
        RubricError: a code stands twice, an aspect or a text is missing, or a value is no number.
    """
    named = {row["code"]: _words(row, row["code"], languages) for row in aspects}
    answers: dict[int, Words] = {}
    for row in scale:
        if not row["value"].isascii() or not row["value"].isdigit():
            raise RubricError(f"the scale has {row['value']!r}, which is no number")
        answers[int(row["value"])] = _words(row, row["value"], languages)
    found: dict[str, Criterion] = {}
    for row in criteria:
        code = row["code"]
        if code in found:
            raise RubricError(f"{code} stands twice")
        if row["aspect"] not in named:
            raise RubricError(f"{code} is of the aspect {row['aspect']!r}, which there is not")
        found[code] = Criterion(code, row["aspect"], _words(row, code, languages))
    if not found or len(answers) < 2:
        raise RubricError(f"{name} has no criteria, or no two answers")
    return Rubric(name, version, named, dict(sorted(answers.items())), tuple(found.values()))


def _words(row: Row, code: str, languages: Collection[str]) -> Words:
    if missing := [language for language in languages if not (row.get(language) or "").strip()]:
        raise RubricError(f"{code} has no text in {missing[0]}")
    return {language: row[language].strip() for language in languages}
