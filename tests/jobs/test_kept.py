"""Studies run for whoever reads: what an institution keeps to itself counts for its people alone."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache
from django_tasks_db.models import DBTaskResult
from making import Maker, text

from concord.core.disclosure import ANYONE, Level, Viewer, member_of
from concord.jobs.kept import kept_coverage
from concord.jobs.tasks import run_studies
from concord.register.words import Cut
from concord.studies import running
from concord.studies.models import KeptResult
from concord.studies.services import studies_run, studies_run_all


@pytest.fixture
def centre(make: Maker) -> uuid.UUID:
    """A centre with a public course on guards and one of its own on transport."""
    centre = make.owner
    make.put("course", titles=text("Guards"), providers=[str(centre)], topics=["B1"])
    own = make.parse("course", titles=text("Transport"), providers=[str(centre)], topics=["D1"])
    make.write(own, level=Level.INSTITUTION)
    cache.clear()
    studies_run_all()
    return centre


def topics_seen(viewer: Viewer) -> set[str]:
    kept = kept_coverage(viewer, Cut.ALL)
    assert kept is not None
    return {topic["code"] for topic in kept.result["topics"] if topic["evidence"]}


def test_members_see_their_own_and_nobody_else_does(centre: uuid.UUID) -> None:
    member, other = member_of(centre), member_of(uuid.uuid4())
    first = kept_coverage(member, Cut.ALL)
    assert first is not None
    assert not first.is_own
    assert topics_seen(member) == {"B1"}, "until the worker has run"
    asked = DBTaskResult.objects.get(task_path=run_studies.module_path)
    run_studies.call(*asked.args_kwargs["args"])
    assert topics_seen(member) == {"B1", "D1"}
    assert topics_seen(other) == topics_seen(ANYONE) == {"B1"}


def test_results_of_members_are_bounded(centre: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_KEPT", 4)
    for _other in range(4):
        studies_run(viewer=member_of(uuid.uuid4()))
    assert KeptResult.objects.filter(audiences=ANYONE.key).count() == len(Cut)
    assert KeptResult.objects.exclude(audiences=ANYONE.key).count() == 4
