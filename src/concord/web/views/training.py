"""Training: courses and activities, searched and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.record.selectors import RecordView, records_get
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.listquery import key_text, read_query
from concord.register.lists import TRAINING_FACETS, training_table
from concord.register.words import ActivityKind, Stage, TrainingLevel
from concord.web.facets import ALL, facet_list
from concord.web.templatetags.reading import country, language, role, topic, word
from concord.web.views.viewer import viewer_of

PAGE = 50
KINDS = ["course", *ActivityKind.values]
STAGES = ["offer", *Stage.values]


def training_list(request: HttpRequest) -> HttpResponse:
    """Courses and activities with search, facets that carry counts, and pages by key."""
    viewer, table = viewer_of(request), training_table()
    query = read_query(
        request.GET,
        TRAINING_FACETS,
        {
            "kind": KINDS,
            "stage": STAGES,
            "level": TrainingLevel.values,
            "topic": [entry.code for entry in vocabulary.topics()],
            "group": [entry.code for entry in vocabulary.topics().children(None)],
            "role": [entry.code for entry in vocabulary.roles()],
            "country": [entry.code for entry in vocabulary.countries()],
            "open": ["open"],
        },
    )
    page = table.page(viewer, query.question, PAGE, query.after)
    records = records_get(viewer=viewer, ids=page.ids)
    counts = table.counts(viewer, query.question)
    parties = Parties(viewer, language(), _named(request, records.values(), counts["provider"]))
    facets = facet_list(
        request,
        counts,
        {
            "kind": (_("Kind"), _kind),
            "group": (_("Topic group"), topic),
            "topic": (_("Topic"), topic),
            "provider": (_("Provider or host"), lambda code: parties.record(code).label),
            "stage": (_("Stage"), _stage),
            "year": (_("Year"), str),
            "country": (_("Country or area"), country),
            "role": (_("Role"), role),
            "level": (_("Level"), lambda code: word(code, "TrainingLevel")),
            "language": (_("Language"), str),
            "open": (_("Nominations"), lambda _code: _("open for nominations")),
        },
    )
    next_params = request.GET.copy()
    next_params["after"] = key_text(page.next)
    context = {
        "records": [records[i] for i in page.ids if i in records],
        "total": page.total,
        "next": next_params.urlencode() if page.next else "",
        "facets": facets,
        "parties": parties,
        "words": request.GET.get("q", ""),
    }
    template = "concord/training_results.html" if request.htmx else "concord/training.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _named(
    request: HttpRequest, records: Iterable[RecordView], providers: Mapping[str, int]
) -> set[str]:
    """The institutions that the page names: hosts of its rows, and the most frequent providers."""
    most = sorted(providers, key=lambda code: (-providers[code], code))[:ALL]
    named = {*most, *(set(request.GET.getlist("provider")) & set(providers))}
    for record in records:
        named.update(record.content.get("providers", ()))
        for part in record.content.get("parties", ()):
            if institution := part["party"].get("institution"):
                named.add(institution)
    return named


def _kind(code: str) -> str:
    return _("course") if code == "course" else word(code, "ActivityKind")


def _stage(code: str) -> str:
    return _("offer without a date") if code == "offer" else word(code, "Stage")
