"""Work that comes round by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from concord.jobs import tasks
from concord.jobs.schedule import schedule_ensure


def waiting() -> dict[str, dt.datetime]:
    rows = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    return {row.task_path.rpartition(".")[2]: row.run_after for row in rows}


def work() -> None:
    """What the worker of an installation does, until nothing is to be done now."""
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)


def test_each_start_puts_in_what_is_missing_and_nothing_twice(db: None) -> None:
    schedule_ensure()
    first = DBTaskResult.objects.count()
    assert {"send_digests", "forget_uploads", "forget_results"} <= set(waiting())
    schedule_ensure()
    assert DBTaskResult.objects.count() == first


@pytest.mark.django_db(transaction=True)
def test_a_run_puts_in_the_next_before_it_begins() -> None:
    tasks.send_digests.enqueue()
    work()
    done = DBTaskResult.objects.exclude(status=TaskResultStatus.READY)
    assert [row.status for row in done] == [TaskResultStatus.SUCCESSFUL]
    left = waiting()["send_digests"] - timezone.now()
    assert dt.timedelta(hours=23) < left <= dt.timedelta(days=1)
    work()
    assert DBTaskResult.objects.count() == 2, "it is not yet time"
