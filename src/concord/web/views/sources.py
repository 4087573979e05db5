"""Sources, each with what rests on it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.record.columns import Question
from concord.record.kinds import all_kinds
from concord.record.selectors import record_get, records_get
from concord.register.links import Parties
from concord.register.listings import SOURCES
from concord.register.listquery import key_text, read_query
from concord.register.lists import citing_table
from concord.register.rows import CITING_FACETS
from concord.web.facets import facet_list
from concord.web.templatetags.reading import language, language_name, word
from concord.web.views.lists import Labels, show_list
from concord.web.views.seeing import affirmed_of, seen_by
from concord.web.views.viewer import viewer_of

PAGE = 100


def source_list(request: HttpRequest) -> HttpResponse:
    """Sources with the number of records that cite each."""
    shown = show_list(request, SOURCES)
    labels: Labels = {
        "kind": (_("Kind"), lambda code: word(code, "SourceKind")),
        "year": (_("Published"), str),
        "language": (_("Language"), language_name),
    }
    cited = shown.read.shelf.citing.counts(shown.read.viewer, Question())["source"]
    context = shown.with_facets(request, labels)
    context["rows"] = [(source, cited.get(str(source.id), 0)) for source in shown.records]
    return render(request, "concord/sources.html", context)


def source(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One source and the records that rest on it, by kind."""
    viewer = viewer_of(request)
    record = record_get(viewer=viewer, record_id=record_id, kind="source")
    kinds = all_kinds()
    query = read_query(request.GET, CITING_FACETS[:1], {"kind": list(kinds)})
    facets = {**query.question.facets, "source": frozenset({str(record_id)})}
    page = citing_table().page(viewer, Question(facets), PAGE, query.after)
    found = records_get(viewer=viewer, ids=page.ids)
    following = request.GET.copy()
    following["after"] = key_text(page.next)
    context = {
        "record": record,
        "seen_by": seen_by(record, viewer),
        "affirmed": affirmed_of(record, viewer),
        "tellers": Parties(viewer, language(), {str(record.owner)}),
        "resting": [found[i] for i in page.ids if i in found],
        "total": page.total,
        "next": following.urlencode() if page.next else "",
        "facets": facet_list(
            request, page.counts, {"kind": (_("Kind"), lambda code: str(kinds[code].label))}
        ),
    }
    return render(request, "concord/source.html", context)
