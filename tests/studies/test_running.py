"""Studies are run for what a viewer may see, kept by their inputs, waited for and cancelled."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from making import Maker, text

from concord.core.disclosure import ANYONE, Level, Viewer, member_of
from concord.jobs.studying import study_result
from concord.record.errors import InvalidQueryError, NotFoundError
from concord.register.words import Cut
from concord.studies import running
from concord.studies.coverage import CoverageQuestion
from concord.studies.kept import Kept
from concord.studies.models import KeptResult, StudyRun
from concord.studies.running import (
    Waiting,
    run_again,
    run_ask,
    run_cancel,
    run_carry_out,
    study_kept,
    study_run,
)
from concord.studies.study import CancelledError, study_names

PLAIN = CoverageQuestion()


def run(viewer: Viewer = ANYONE, question: CoverageQuestion = PLAIN) -> Kept:
    return study_run(viewer=viewer, name="coverage", question=question)


def course(make: Maker, topic: str, level: Level = Level.PUBLIC) -> uuid.UUID:
    content = make.parse("course", titles=text(topic), providers=[str(make.owner)], topics=[topic])
    return make.write(content, level=level)


@pytest.mark.django_db
def test_the_same_inputs_are_computed_once_whoever_asks(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    course(make, "B1")
    first = run()
    other = member_of(uuid.uuid4())
    monkeypatch.setattr(running, "engine", None)  # nothing is computed from here on
    assert run(other).result == first.result
    assert run(other).inputs == first.inputs
    monkeypatch.undo()
    course(make, "D1")
    assert run().inputs != first.inputs


@pytest.mark.django_db
def test_what_one_viewer_sees_is_not_found_by_another(make: Maker) -> None:
    course(make, "B1")
    course(make, "D1", Level.INSTITUTION)
    own, others = run(member_of(make.owner)), run()
    assert own.inputs != others.inputs
    assert own.result != others.result


@pytest.mark.django_db
def test_a_result_is_stale_once_something_was_shown_to_its_viewer(make: Maker) -> None:
    course(make, "B1")
    run()
    kept = study_kept(viewer=ANYONE, name="coverage", question=PLAIN)
    assert kept is not None
    assert not kept.is_stale
    course(make, "D1", Level.INSTITUTION)
    kept = study_kept(viewer=ANYONE, name="coverage", question=PLAIN)
    assert kept is not None
    assert not kept.is_stale, "the public was shown nothing new"
    course(make, "D2")
    kept = study_kept(viewer=ANYONE, name="coverage", question=PLAIN)
    assert kept is not None
    assert kept.is_stale


@pytest.mark.django_db
def test_a_run_is_asked_for_once_and_ends_with_its_result(make: Maker) -> None:
    course(make, "B1")
    asked, is_new = run_ask(viewer=ANYONE, name="coverage", question=PLAIN)
    again, is_new_again = run_ask(viewer=ANYONE, name="coverage", question=PLAIN)
    assert (asked.id, is_new, is_new_again) == (again.id, True, False)
    run_carry_out(run_id=asked.id)
    assert not StudyRun.objects.exists()
    assert study_kept(viewer=ANYONE, name="coverage", question=PLAIN) is not None


@pytest.mark.django_db
def test_a_run_that_was_cancelled_leaves_nothing(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    course(make, "B1")
    asked, _is_new = run_ask(viewer=ANYONE, name="coverage", question=PLAIN)
    run_cancel(viewer=member_of(make.owner), run_id=asked.id)
    assert StudyRun.objects.get().is_open, "only its own viewer cancels it"

    def study_run_cancelled(*, told: running.Told, **_rest: object) -> None:
        run_cancel(viewer=ANYONE, run_id=asked.id)
        told(50)

    monkeypatch.setattr(running, "study_run", study_run_cancelled)
    run_carry_out(run_id=asked.id)
    assert StudyRun.objects.get().state == StudyRun.State.CANCELLED
    assert not KeptResult.objects.exists()
    _run, is_to_queue = run_ask(viewer=ANYONE, name="coverage", question=PLAIN)
    assert not is_to_queue, "not again by itself"
    run_again(viewer=ANYONE, run_id=asked.id)
    _run, is_to_queue = run_ask(viewer=ANYONE, name="coverage", question=PLAIN)
    assert is_to_queue


@pytest.mark.django_db
def test_progress_is_told_and_a_run_that_went_silent_is_begun_anew(make: Maker) -> None:
    course(make, "B1")
    asked, _is_new = run_ask(viewer=ANYONE, name="coverage", question=PLAIN)
    StudyRun.objects.update(state=StudyRun.State.RUNNING)
    running._telling(asked.id)(42)
    assert StudyRun.objects.get().progress == 42
    StudyRun.objects.update(heard_at=timezone.now() - dt.timedelta(hours=1))
    found, is_to_queue = run_ask(viewer=ANYONE, name="coverage", question=PLAIN)
    assert is_to_queue
    assert found.id == asked.id
    StudyRun.objects.all().delete()
    with pytest.raises(CancelledError):
        running._telling(asked.id)(43)


@pytest.mark.django_db
def test_a_fault_is_kept_by_its_name_alone(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    course(make, "B1")
    asked, _is_new = run_ask(viewer=ANYONE, name="coverage", question=PLAIN)
    monkeypatch.setattr(running, "engine", None)
    with pytest.raises(TypeError):
        run_carry_out(run_id=asked.id)
    found = StudyRun.objects.get()
    assert (found.state, found.fault) == (StudyRun.State.FAILED, "TypeError")
    waiting = Waiting(found.id, found.state, 0)
    assert waiting.state == "failed"


@pytest.mark.django_db
def test_a_small_register_is_answered_at_once(make: Maker) -> None:
    course(make, "B1")
    found = study_result(ANYONE, "coverage", PLAIN)
    assert isinstance(found, Kept)
    course(make, "D1")
    again = study_result(ANYONE, "coverage", PLAIN)
    assert isinstance(again, Kept)
    assert again.result != found.result


@pytest.mark.django_db
def test_a_large_register_is_waited_for(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concord.jobs.studying.AT_ONCE", 0)
    course(make, "B1")
    found = study_result(ANYONE, "coverage", PLAIN)
    assert isinstance(found, Waiting)
    client = Client()
    answer = client.get("/api/studies/coverage")
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert client.get("/studies/coverage.json").status_code == 202
    assert client.get("/studies/coverage.xlsx").status_code == 202
    assert found.run_id is not None
    run_carry_out(run_id=found.run_id)
    answer = client.get("/api/studies/coverage")
    assert answer.status_code == 200
    assert answer.json()["result"]["topics"]


@pytest.mark.django_db
def test_an_address_is_read_with_care() -> None:
    read = CoverageQuestion.read
    assert read({"cut": ["brief"]}).cut is Cut.BRIEF
    assert read({"cut": [""], "lang": ["ja"]}, ignored=["lang"]).is_plain
    for wrong in (
        {"cut": ["x"]}, {"nothing": ["1"]}, {"known_at": ["x"]}, {"valid_on": ["yesterday"]},
        {"assume.share.core": ["much"]}, {"assume.share.core": ["nan"]}, {"assume.<b>": ["1"]},
        {"assume.share.core": ["2"]}, {"assume.unheard-of": ["1"]},
    ):  # fmt: skip
        with pytest.raises(InvalidQueryError) as raised:
            read(wrong)
        assert set(raised.value.fields) == set(wrong)
    with pytest.raises(NotFoundError):
        study_kept(viewer=ANYONE, name="unheard-of", question=PLAIN)


@given(
    st.sampled_from(Cut),
    st.one_of(st.none(), st.sampled_from(["2014", "2015-10", "2015-10-31"])),
    st.dictionaries(
        st.sampled_from(["share.core", "repeat_share"]), st.floats(0.76, 0.99), max_size=1
    ).map(lambda found: {k: v if k == "share.core" else v / 4 for k, v in found.items()}),
)
def test_a_link_asks_the_same_question(cut: Cut, day: str | None, assume: dict[str, float]) -> None:
    question = CoverageQuestion(cut=cut, valid_on=day, assume=assume)
    params: dict[str, list[str]] = {}
    for name, value in question.params():
        params.setdefault(name, []).append(value)
    again = CoverageQuestion.read(params)
    assert (again.key, again.digest, again.seed) == (question.key, question.digest, question.seed)


def test_every_study_has_a_name_of_its_own() -> None:
    assert len(set(study_names())) == len(study_names())


def test_a_question_keeps_its_moment_whatever_was_written_before_it() -> None:
    moment = "2026-03-01T14:30:00+09:00"
    question = CoverageQuestion.read({"known_at": [moment]})
    assert question.params() == [("known_at", "2026-03-01T05:30:00Z")]
