"""Work that comes round by itself: the queue itself keeps when, so it outlives a restart.

Each run puts the next into the queue before it begins; ``schedule_ensure``, called when the portal
starts, puts in what is missing: the first run ever, or one lost with its worker.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

_rounds: Final[dict[str, tuple[Any, dt.timedelta]]] = {}


def periodic(every: dt.timedelta) -> Callable[[Callable[[], None]], Any]:
    """Make a function a task of the worker that runs again ``every`` so long.

    A run that comes twice, or late, must do no harm.
    """

    def make(work: Callable[[], None]) -> Any:
        def run() -> None:
            schedule_next(made)
            work()

        run.__name__, run.__qualname__ = work.__name__, work.__qualname__
        run.__module__, run.__doc__ = work.__module__, work.__doc__
        made = task()(run)
        _rounds[made.module_path] = made, every
        return made

    return make


def schedule_next(wanted: Any) -> None:
    """Put the next run of a task into the queue, unless it is there."""
    if not _is_waiting(wanted.module_path):
        _made, every = _rounds[wanted.module_path]
        wanted.using(run_after=timezone.now() + every).enqueue()


def schedule_ensure() -> None:
    """Put a run of every task into the queue that has none there, to be done at once."""
    for path, (made, _every) in _rounds.items():
        if not _is_waiting(path):
            made.enqueue()


def _is_waiting(path: str) -> bool:
    return DBTaskResult.objects.filter(task_path=path, status=TaskResultStatus.READY).exists()
