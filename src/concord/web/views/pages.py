"""Pages about the collection itself."""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from concord.record.columns import Question
from concord.record.selectors import records_get
from concord.record.sensitive import rules
from concord.register import vocabulary
from concord.register.glossary import terms
from concord.register.lists import institution_table
from concord.register.rules import RULES
from concord.web.templatetags.reading import language
from concord.web.views.viewer import viewer_of

SERVED_BY = {
    "REC06": (
        "coverage",
        _("Coverage shows what several offer and what nobody is known to offer."),
    ),
    "REC19": ("statements", _("Statements keep each figure with its source, ready for reports.")),
    "REC21": ("training", _("Training collates what has been and is being done.")),
    "REC22": ("coverage", _("Coverage names the topics that were not found.")),
    "REC23": ("about", _("The collection is led by a third party and open to all.")),
    "REC24": ("about", _("The rules of the collection, and each change of them, are public.")),
    "REC26": (
        "institutions",
        _("Universities and think tanks stand in the register beside centres."),
    ),
    "REC02": ("collaboration", _("Collaboration shows what is known of each pair.")),
}


def recommendations(request: HttpRequest) -> HttpResponse:
    """What the brief recommends, and where Concord serves each today."""
    entries = list(vocabulary.load("recommendations"))
    areas = vocabulary.load("recommendation_areas")
    actors = vocabulary.load("recommendation_actors", code="en")
    groups = [
        (
            areas.label(area, language()),
            [
                (
                    entry,
                    entry.label(language()),
                    actors.label(entry.more["who_should_act"], language()),
                    SERVED_BY.get(entry.code),
                )
                for entry in found
            ],
        )
        for area, found in groupby(entries, lambda entry: entry.more["area"])
    ]
    return render(request, "concord/recommendations.html", {"groups": groups})


def glossary(request: HttpRequest) -> HttpResponse:
    """The words of the register, one name for one thing."""
    return render(request, "concord/glossary.html", {"terms": terms()})


def about(request: HttpRequest) -> HttpResponse:
    """Who collects, why, by what rules, and every change of rule."""
    viewer = viewer_of(request)
    is_compiler = Question({"kind": frozenset({"compiler"})})
    ids = institution_table().ids_where(viewer, is_compiler)
    compilers = list(records_get(viewer=viewer, ids=ids).values())
    context = {"compilers": compilers, "rules": RULES, "licence": settings.CONCORD_LICENCE}
    return render(request, "concord/about.html", context)


def sensitive_rules(request: HttpRequest) -> HttpResponse:
    """What may not be written here, why, and what is done about it: every rule in plain words."""
    now, spoken = rules(), language()
    kinds = [
        {
            "id": kind.id,
            "label": kind.called(spoken),
            "mend": kind.mended(spoken),
            "rules": [
                {
                    "id": rule.id, "effect": rule.effect.value, "reason": rule.said(spoken),
                    "reference": rule.reference, "is_on": rule.is_on,
                }
                for rule in now.rules.values()
                if rule.kind == kind.id
            ],
        }
        for kind in now.kinds.values()
    ]  # fmt: skip
    context = {"kinds": kinds, "version": now.version}
    return render(request, "concord/sensitive_rules.html", context)
