"""Training that was removed, asked by the filter of its list: for those who follow a calendar."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.http import QueryDict
from django.utils import timezone

from concord.core.disclosure import Viewer
from concord.record.columns import ColumnTable
from concord.record.selectors import RecordView, changed_since, records_removed
from concord.register.listings import TRAINING
from concord.register.listquery import read_query
from concord.register.lists import countries_with, roles_with, topics_with
from concord.register.rows import TRAINING_FACETS, training_row
from concord.register.then import AsOf

REMEMBERED: Final = dt.timedelta(days=730)
MOST: Final = 1_000


def activities_removed(viewer: Viewer, params: QueryDict) -> list[RecordView]:
    """Activities of the list's filter that were removed within two years, as they were at last."""
    query = read_query(params, TRAINING.facets, TRAINING.known(), ("after",))
    since = timezone.now() - REMEMBERED
    views = records_removed(viewer=viewer, kind="activity", since=since, count=MOST)
    found = {view.id: view for view in views}
    if not found:
        return []
    labels = {"topic": topics_with, "role": roles_with, "country": countries_with}
    table = ColumnTable(TRAINING_FACETS, labels)
    brief = AsOf(viewer).brief_sources()
    ids = list(found)
    for start in range(0, len(ids), 500):
        for change in changed_since(0, ids=ids[start : start + 500]):
            table.put(training_row(change, brief))
    return [found[key] for key in table.ids_where(viewer, query.question)]
