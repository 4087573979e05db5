"""Runs a study for a viewer, keeps what it finds by the digest of its inputs, finds it again."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concord.core.disclosure import ANYONE, Viewer, viewer_of_key
from concord.record.errors import NotFoundError
from concord.record.purged import purged_since
from concord.record.selectors import register_number
from concord.record.showing import told_to
from concord.studies.digest import asked_digest, inputs_digest
from concord.studies.engine import engine
from concord.studies.kept import Kept
from concord.studies.models import KeptResult, StudyRun
from concord.studies.opening import states_open_to
from concord.studies.question import Question
from concord.studies.study import CancelledError, Context, Study, Told, study_get

HEARTBEAT: Final = 0.5
"""Seconds between two notes of how far a study has come."""
QUIET: Final = dt.timedelta(minutes=10)
"""A run that was not heard of for so long has stopped with its worker, and is asked for anew."""
LARGE: Final = 2_000_000
"""Rows of all tables beyond which an engine must spare memory."""
MOST_KEPT: Final = 1_000
"""Results that are kept beside those of the public, and as many of the public's; of more, those
made first go."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A study that has no result yet: which run of it, and how far it has come."""

    run_id: UUID | None
    state: str
    progress: int = 0


def study_asked(viewer: Viewer, name: str, question: Question) -> Study:
    """The study, if the viewer may ask it this; raises ``NotFoundError``."""
    study = study_get(name)
    if not isinstance(question, study.question) or not study.may_ask(viewer, question):
        raise NotFoundError
    return study


def study_kept(*, viewer: Viewer, name: str, question: Question) -> Kept | None:
    """The newest kept result of a question; None where there is none."""
    study = study_asked(viewer, name, question)
    asked = asked_digest(study, question, states_open_to(viewer))
    row = KeptResult.objects.filter(study=name, question=asked, audiences=viewer.key).first()
    if row is None:
        return None
    is_stale = row.register_number != told_to(viewer)[0]
    return Kept(row.result, row.made_at, is_stale, inputs=row.inputs)


def study_run(
    *, viewer: Viewer, name: str, question: Question, told: Told = lambda _share: None
) -> Kept:
    """Run a study for what ``viewer`` may see, and keep the result.

    What another question of the same inputs found is taken over. Raises ``NotFoundError`` for what
    the viewer may not ask, and ``CancelledError`` where ``told`` does.
    """
    study = study_asked(viewer, name, question)
    begun, number, open_states = register_number(), told_to(viewer)[0], states_open_to(viewer)
    tables = study.tables(viewer, question)
    asked = asked_digest(study, question, open_states)
    inputs = inputs_digest(asked, tables)
    same = KeptResult.objects.filter(study=name, inputs=inputs).first()
    if same is not None:
        result: dict[str, Any] = same.result
    else:
        is_large = sum(table.num_rows for table in tables.values()) > LARGE
        with engine(is_large=is_large) as held:
            held.put(tables)
            context = Context(viewer, tables, open_states, told, held.put)
            result = study.compute(held.run, question, context)
    made_at = timezone.now()
    if not purged_since(begun):  # else it may hold what was removed meanwhile
        KeptResult.objects.update_or_create(
            study=name,
            question=asked,
            audiences=viewer.key,
            defaults={
                "inputs": inputs, "register_number": number, "made_at": made_at, "result": result
            },
        )  # fmt: skip
    return Kept(result, made_at, is_stale=False, inputs=inputs)


def results_forget() -> None:
    """Delete the oldest of too many results, and runs that nobody can be waiting for."""
    every = KeptResult.objects.order_by("-made_at")
    public = {"audiences": ANYONE.key}
    for rows in (every.filter(**public), every.exclude(**public)):
        old = list(rows.values_list("pk", flat=True)[MOST_KEPT:])
        KeptResult.objects.filter(pk__in=old).delete()
    StudyRun.objects.filter(heard_at__lt=timezone.now() - dt.timedelta(days=1)).delete()


def run_ask(*, viewer: Viewer, name: str, question: Question) -> tuple[StudyRun, bool]:
    """The run of a question, and whether it has to be put into the queue.

    One that failed or was cancelled stays as it is until ``run_again``.
    """
    study = study_asked(viewer, name, question)
    with transaction.atomic():
        run, is_new = StudyRun.objects.get_or_create(
            study=name,
            question=asked_digest(study, question, states_open_to(viewer)),
            audiences=viewer.key,
            defaults={"asked": question.model_dump(mode="json", exclude_defaults=True)},
        )
        is_quiet = run.is_open and run.heard_at < timezone.now() - QUIET
        if is_quiet:
            again = {"heard_at": timezone.now(), "state": StudyRun.State.WAITING}
            StudyRun.objects.filter(id=run.id).update(**again)
    return run, is_new or is_quiet


def run_cancel(*, viewer: Viewer, run_id: UUID) -> None:
    """Stop a run of the viewer's own; one that is over, or another's, stays as it is."""
    rows = StudyRun.objects.filter(id=run_id, audiences=viewer.key, state__in=StudyRun.OPEN)
    rows.update(state=StudyRun.State.CANCELLED)


def run_again(*, viewer: Viewer, run_id: UUID) -> None:
    """Forget a run that failed or was cancelled, so that it can be asked for anew."""
    rows = StudyRun.objects.filter(id=run_id, audiences=viewer.key)
    rows.exclude(state__in=StudyRun.OPEN).delete()


def run_carry_out(*, run_id: UUID) -> None:
    """For the worker: run what was asked for; nothing where it was cancelled before."""
    taken = StudyRun.objects.filter(id=run_id, state=StudyRun.State.WAITING)
    if not taken.update(state=StudyRun.State.RUNNING, heard_at=timezone.now()):
        return
    run = StudyRun.objects.get(id=run_id)
    viewer = viewer_of_key(run.audiences)
    question = study_get(run.study).question.checked(run.asked)
    try:
        study_run(viewer=viewer, name=run.study, question=question, told=_telling(run_id))
    except CancelledError:
        return
    except Exception as error:
        name = type(error).__name__[:200]
        StudyRun.objects.filter(id=run_id).update(state=StudyRun.State.FAILED, fault=name)
        raise
    StudyRun.objects.filter(id=run_id).delete()


def _telling(run_id: UUID) -> Told:
    """Notes how far a run has come, not too often; ends it where it was cancelled or removed."""
    last = 0.0

    def told(share: int) -> None:
        nonlocal last
        if time.monotonic() - last < HEARTBEAT:
            return
        last = time.monotonic()
        rows = StudyRun.objects.filter(id=run_id, state=StudyRun.State.RUNNING)
        if not rows.update(progress=max(0, min(share, 100)), heard_at=timezone.now()):
            raise CancelledError

    return told
