"""The places of this room: the cache, sessions, and what the queue keeps of work that was done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext_lazy
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from concord.record.places import Held, Place, place
from concord.record.spill import Spill


@place
class Cache(Place):
    """The cache, whole: it is filled anew. Limits on signing in begin anew with it."""

    code = "cache"
    label = gettext_lazy("The cache, which fills again")
    is_derived = True
    tables = ("cache",)

    def held(self, spill: Spill) -> Held:  # noqa: ARG002
        if "cache" not in connection.introspection.table_names():
            return Held()
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM cache")
            return Held(cursor.fetchone()[0])

    def clean(self, spill: Spill) -> None:  # noqa: ARG002
        cache.clear()


@place
class Sessions(Place):
    """What sessions keep for the next page of somebody, messages among it."""

    code = "sessions"
    label = gettext_lazy("Sessions of people who are signed in")
    is_derived = True
    tables = ("django_session",)

    def _rows(self, spill: Spill) -> Iterator[tuple[Session, dict[str, Any]]]:
        for row in Session.objects.all().iterator():
            data = SessionStore().decode(row.session_data)
            left = {name: value for name, value in data.items() if not spill.says([name, value])}
            if left != data:
                yield row, left

    def held(self, spill: Spill) -> Held:
        return Held(sum(1 for _row in self._rows(spill)))

    def clean(self, spill: Spill) -> None:
        for row, left in list(self._rows(spill)):
            row.session_data = SessionStore().encode(left)
            row.save(update_fields=["session_data"])


@place
class Work(Place):
    """What the queue keeps of work that was done: results, and where a fault was met."""

    code = "work"
    label = gettext_lazy("What is kept of work done in the background")
    is_derived = True
    tables = ("django_tasks_database_dbtaskresult",)

    def _rows(self) -> Any:
        done = [TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED]
        return DBTaskResult.objects.filter(status__in=done)

    def held(self, spill: Spill) -> Held:  # noqa: ARG002
        return Held.of(self._rows().values_list("enqueued_at", flat=True))

    def clean(self, spill: Spill) -> None:  # noqa: ARG002
        self._rows().delete()
