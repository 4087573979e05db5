"""The made-up register."""

from __future__ import annotations

import pytest

from concord.core.disclosure import ANYONE
from concord.exchange.synthetic import synthetic_load
from concord.record.checks import register_check
from concord.record.columns import Question
from concord.record.selectors import record_list
from concord.register.lists import training_table


@pytest.mark.django_db
def test_a_synthetic_register_is_sound_and_found() -> None:
    count = synthetic_load(activities=60, seed=3)
    assert count == 1 + 3 + 1 + 3 + 1 + 1 + 60  # compiler, institutions, source, courses, ...

    assert list(register_check()) == []
    assert training_table().page(ANYONE, Question(), 10, None).total == 63


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_register() -> None:
    synthetic_load(activities=20, seed=5)
    ids = {record.id for record in record_list(viewer=ANYONE, kind="activity")}
    synthetic_load(activities=20, seed=5)
    assert {record.id for record in record_list(viewer=ANYONE, kind="activity")} == ids


@pytest.mark.django_db
def test_of_a_mixed_one_everybody_sees_a_part() -> None:
    synthetic_load(activities=60, seed=3, is_mixed=True)
    assert list(register_check()) == []
    shown = [*record_list(viewer=ANYONE, kind="activity")]
    assert 20 < len(shown) < 60
    assert any(record.withheld for record in shown)
