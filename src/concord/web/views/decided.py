"""What an institution, or a network, decided on warnings of the content check; never the text."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from concord.accounts.models import Role
from concord.accounts.selectors import coordinating_for
from concord.record.selectors import records_get
from concord.record.sensitive import decisions_of, rules
from concord.register.links import Parties
from concord.web.templatetags.reading import language
from concord.web.views.viewer import acting_of, me_of, signed_in, viewer_of

SHOWN = 500


@signed_in
def warnings_decided(request: HttpRequest) -> HttpResponse:
    """For editors and up: which warnings somebody of the institution took on."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    return _page(request, acting.institution)


@signed_in
def network_warnings(request: HttpRequest, network_id: UUID) -> HttpResponse:
    """For its coordinators: the same of what a network asks in rounds."""
    return _page(request, coordinating_for(person=me_of(request), network=network_id).network)


def _page(request: HttpRequest, decider: UUID) -> HttpResponse:
    viewer, me, now, spoken = viewer_of(request), me_of(request), rules(), language()
    rows = decisions_of(institution=decider)
    shown = rows[:SHOWN]
    records = records_get(viewer=viewer, ids={row.record for row in shown if row.record})
    context = {
        "lines": [
            {
                "row": row,
                "record": records.get(row.record) if row.record else None,
                "why": rule.said(spoken) if (rule := now.rules.get(row.rule)) else "",
                "is_mine": row.person == me.id,
                "who": str(row.person)[:8] if row.person else "",
            }
            for row in shown
        ],
        "older": len(rows) - len(shown),
        "version": now.version,
        "decider": str(decider),
        "parties": Parties(viewer, spoken, {str(decider)}),
    }
    return render(request, "concord/warnings_decided.html", context)
