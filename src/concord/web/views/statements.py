"""Statements: figures that somebody claims, like beside like, conflicts together."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.record.selectors import RecordView
from concord.register.links import Parties
from concord.register.listings import STATEMENTS
from concord.register.words import StatementGroup
from concord.web.templatetags.reading import topic, word
from concord.web.views.lists import Labels, party_label, show_list


def statement_list(request: HttpRequest) -> HttpResponse:
    """Statements by group, subject and measure; never in the order of their values."""
    shown = show_list(request, STATEMENTS, named_by=("subject",))
    labels: Labels = {
        "group": (_("What it is about"), lambda code: word(code, "StatementGroup")),
        "subject": (_("Whom it is about"), lambda code: party_label(shown.parties, code)),
        "stage": (_("Stage"), lambda code: word(code, "Stage")),
        "topic": (_("Topic"), topic),
        "cut": (_("Sources"), lambda _code: _("the 2015 brief alone")),
    }
    context = shown.with_facets(request, labels)
    context["groups"] = _grouped(shown.records, shown.parties)
    return render(request, "concord/statements.html", context)


def _grouped(records: list[RecordView], parties: Parties) -> list[tuple[str, list[Any]]]:
    """Group; subject and measure; the statements of both, by date."""
    found: dict[str, dict[tuple[str, str], list[RecordView]]] = {}
    for record in records:
        content = record.content
        subject = parties.name(content["subject"]).label if "subject" in content else ""
        key = (subject, content.get("measure", ""))
        found.setdefault(content.get("group", ""), {}).setdefault(key, []).append(record)
    order = ["", *StatementGroup.values]
    return [
        (
            group,
            [
                (key, sorted(rows, key=lambda r: str(r.content.get("when", ""))))
                for key, rows in sorted(found[group].items())
            ],
        )
        for group in sorted(found, key=order.index)
    ]
