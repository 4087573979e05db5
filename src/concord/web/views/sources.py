"""Sources, each with what rests on it."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from concord.core.disclosure import Viewer
from concord.record.kinds import all_kinds
from concord.record.selectors import RecordView, record_get, record_list
from concord.register.reading import title_of
from concord.register.tables import citations_of
from concord.web.views.viewer import viewer_of


def source_list(request: HttpRequest) -> HttpResponse:
    """Every source with the number of records that cite it."""
    viewer = viewer_of(request)
    cited: Counter[str] = Counter()
    for _record, named in _citing(viewer):
        cited.update(named)
    sources = sorted(
        record_list(viewer=viewer, kind="source"),
        key=lambda s: (not s.content.get("is_brief"), title_of(s, "en").casefold()),
    )
    context = {"rows": [(source, cited[str(source.id)]) for source in sources]}
    return render(request, "concord/sources.html", context)


def source(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One source and the records that rest on it, by kind."""
    viewer = viewer_of(request)
    record = record_get(viewer=viewer, record_id=record_id, kind="source")
    resting: dict[str, list[RecordView]] = {}
    for citing, sources in _citing(viewer):
        if str(record_id) in sources:
            resting.setdefault(citing.kind, []).append(citing)
    kinds = all_kinds()
    context = {
        "record": record,
        "resting": [(kinds[kind].label, found) for kind, found in resting.items()],
    }
    return render(request, "concord/source.html", context)


def _citing(viewer: Viewer) -> list[tuple[RecordView, set[str]]]:
    return [
        (record, {citation["source"] for citation in citations_of(record.content)})
        for kind in all_kinds()
        for record in record_list(viewer=viewer, kind=kind)
    ]
