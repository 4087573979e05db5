"""What a study assumes, as a form: each number with its range, changed for one's own question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concord.core.analysis.assumptions import Assumption
from concord.register.assumptions import assumption_words, assumptions, unit_label
from concord.studies.question import ASSUME, Question
from concord.web.templatetags.reading import language


@dataclass(frozen=True, slots=True)
class AssumptionRow:
    """An assumption as a form shows it; ``value`` is what this question has in its place."""

    name: str
    words: str
    unit: str
    usual: Assumption
    value: float | None


def assumption_rows(question: Question, groups: Sequence[str]) -> list[AssumptionRow]:
    """The assumptions whose keys begin with one of ``groups``, with what the question changes."""
    words = assumption_words()
    return [
        AssumptionRow(
            f"{ASSUME}{one.key}",
            words[one.key].label(language()),
            unit_label(one.unit, language()),
            one,
            question.assume.get(one.key),
        )
        for one in assumptions().under(*groups)
    ]


def other_params(question: Question) -> list[tuple[str, str]]:
    """The question but for what it assumes: what a form of assumptions carries along."""
    return [(name, value) for name, value in question.params() if not name.startswith(ASSUME)]
