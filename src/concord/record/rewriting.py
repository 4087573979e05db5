"""What is deleted still lies in the files of a database: they are written anew without it."""

from __future__ import annotations

import logging
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from concord.record.guard import service
from concord.record.models import Purge
from concord.record.places import all_places

log = logging.getLogger(__name__)

BACKUPS_NOTE: Final = "backups, archived logs and replicas are the operator's to delete"


def files_rewrite() -> bool:
    """Delete files that nothing stands for, and write the database anew; whether all was done.

    Run outside of a transaction. Readers that are in the midst of theirs hold it back: then it is
    to be tried again. Nothing is done where no purge waits for it.
    """
    waiting = list(Purge.objects.filter(state=Purge.State.DONE, rewritten_at=None))
    if not waiting:
        return True
    if connection.in_atomic_block:
        return False
    for known in all_places():
        known.sweep()
    try:
        is_done = _sqlite() if connection.vendor == "sqlite" else _postgresql()
    except DatabaseError:
        log.warning("the database could not be rewritten now; it is tried again", exc_info=True)
        return False
    if is_done:
        with service(), transaction.atomic():
            ids = [row.id for row in waiting]
            Purge.objects.filter(id__in=ids).update(rewritten_at=timezone.now())
    return is_done


def _sqlite() -> bool:
    """Write the file anew, and empty the log that was written ahead of it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
    return row is None or row[0] == 0


def _postgresql() -> bool:
    """Write every table anew, with its indexes and what the planner noted of its values."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {name})")  # noqa: S608
            (has_rows,) = cursor.fetchone()
            if not has_rows:
                _forget_statistics(cursor, table)
            cursor.execute(f"VACUUM (FULL, ANALYZE) {name}")
        _statistics_rewrite(cursor)
    return True


def _forget_statistics(cursor: object, table: str) -> None:
    """An empty table is not analysed: a column that is given its own type forgets its values."""
    name = connection.ops.quote_name(table)
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND format_type(atttypid, NULL) IN ('text', 'jsonb', 'character varying')",
        [name],
    )
    for column, kind in cursor.fetchall():  # type: ignore[attr-defined]
        quoted = connection.ops.quote_name(column)
        cursor.execute(f"ALTER TABLE {name} ALTER COLUMN {quoted} TYPE {kind}")  # type: ignore[attr-defined]


def _statistics_rewrite(cursor: object) -> None:
    """What the planner noted before lies in a table of its own; its owner may rewrite that."""
    try:
        cursor.execute("VACUUM (FULL) pg_catalog.pg_statistic")  # type: ignore[attr-defined]
    except DatabaseError:
        log.warning("pg_statistic is not ours to rewrite: a superuser can VACUUM FULL it")
