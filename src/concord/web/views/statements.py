"""Statements: figures that somebody claims, like beside like, conflicts together."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from concord.record.errors import InvalidQueryError
from concord.record.selectors import RecordView, record_list
from concord.register.links import Parties
from concord.register.words import StatementGroup
from concord.web.templatetags.reading import language
from concord.web.views.viewer import viewer_of


def statement_list(request: HttpRequest) -> HttpResponse:
    """Statements by group, subject and measure; never in the order of their values."""
    viewer = viewer_of(request)
    chosen = request.GET.get("group", "")
    if chosen and chosen not in StatementGroup.values:
        listed = ", ".join(StatementGroup.values)
        raise InvalidQueryError(
            fields={"group": _("one of %(words)s is expected") % {"words": listed}}
        )
    parties = Parties(viewer, language())

    def order(record: RecordView) -> tuple[str, str, str, str]:
        content = record.content
        subject = parties.name(content["subject"]).label if "subject" in content else ""
        return (
            content.get("group", ""),
            subject,
            content.get("measure", ""),
            content.get("when", ""),
        )

    found = sorted(record_list(viewer=viewer, kind="statement"), key=order)
    shown = [r for r in found if not chosen or r.content.get("group") == chosen]
    groups = [
        (group, [(key[1:], list(rows)) for key, rows in groupby(records, lambda r: order(r)[:3])])
        for group, records in groupby(shown, lambda r: order(r)[0])
    ]
    context = {
        "groups": groups,
        "all_groups": StatementGroup,
        "chosen": chosen,
        "total": len(shown),
    }
    return render(request, "concord/statements.html", context)
