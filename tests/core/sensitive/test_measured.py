"""What the rules find of passages that were written before them; a fall fails."""

from __future__ import annotations

import pytest
from passages import KINDS, LANGUAGES
from sensitive_measure import figures, floors, matcher, report, summed

from concord.core.sensitive import Effect


def test_recall_is_printed():
    print(report())  # noqa: T201 - `pytest -s` and CI show it


@pytest.mark.parametrize("kind", KINDS)
def test_recall_and_false_alarms_do_not_get_worse(kind):
    for language in LANGUAGES:
        least, most = floors()[kind][language]
        now = figures(kind, language)
        assert now.found >= least, (kind, language, str(now))
        assert now.alarms <= most, (kind, language, str(now))


@pytest.mark.parametrize("kind", KINDS)
def test_no_harmless_passage_is_stopped(kind):
    assert [figures(kind, language).alarms_stopped for language in LANGUAGES] == [0] * 7


def test_what_is_found_of_fresh_passages_does_not_get_less():
    now = summed("fresh")
    assert (now.found >= 13, now.alarms <= 1, now.alarms_stopped) == (True, True, 0), str(now)


def test_warnings_told_in_passing_stop_nothing():
    """Rules for what is said in passing guess; whoever writes decides."""
    told = [rule for rule in matcher().rules if rule.id.endswith((".told", ".life"))]
    assert {rule.effect for rule in told} == {Effect.WARN}
