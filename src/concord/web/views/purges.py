"""Removing something for good: asked for by one person, looked at and carried out by another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.purging import PurgeSeen, purge_decide, purge_request, purge_seen
from concord.accounts.selectors import Acting
from concord.jobs.tasks import rewrite_files
from concord.record.errors import ConcordError
from concord.record.models import Purge
from concord.record.places import all_places
from concord.record.purging import PurgeError, purge_preview, purge_subject, purges_of
from concord.record.selectors import records_get
from concord.register.fields import field_label
from concord.register.links import Parties
from concord.web.templatetags.reading import language
from concord.web.views.viewer import acting_as, acting_of, me_of, signed_in, viewer_of

ALL = "all"
"""What a form says for all that a record says."""


@signed_in
def purge_list(request: HttpRequest) -> HttpResponse:
    """What was asked for and carried out in one's institution."""
    acting = acting_of(request)
    acting.require(Role.PUBLISHER)
    rows = purges_of(institution=acting.institution)
    found = records_get(viewer=viewer_of(request), ids={row.record_id for row in rows})
    context = {
        "rows": [(row, found.get(row.record_id), field_label(row.field)) for row in rows],
    }
    return render(request, "concord/purges.html", context)


@signed_in
def purge_ask(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Ask that a field, or all that a record says, be removed for good."""
    view = records_get(viewer=viewer_of(request), ids=[record_id]).get(record_id)
    acting = acting_as(request, view.owner) if view else acting_of(request)
    acting.require(Role.PUBLISHER)
    kind, fields = purge_subject(institution=acting.institution, record_id=record_id)
    errors: dict[str, str] = {}
    typed = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            purge = _asked(request, acting, record_id)
        except PurgeError as error:
            errors = error.fields or {"field": error.detail}
        else:
            messages.success(
                request, _("Asked. Nothing is removed until a second person approves it.")
            )
            return redirect("purge", purge_id=purge.id)
    context = {
        "record_id": record_id,
        "kind": kind,
        "record": view,
        "fields": [(name, field_label(name)) for name in fields],
        "rules": Purge.Rule.choices,
        "typed": typed,
        "errors": errors,
    }
    return render(request, "concord/purge_ask.html", context, status=422 if errors else 200)


def _asked(request: HttpRequest, acting: Acting, record_id: UUID) -> Purge:
    field = request.POST.get("field", "")
    if not field:
        raise PurgeError(fields={"field": _("Choose what is to be removed.")})
    return purge_request(
        acting=acting,
        record_id=record_id,
        field="" if field == ALL else field,
        rule=request.POST.get("rule", ""),
        keeps_current=request.POST.get("keeps_current") == "1",
    )


@signed_in
def purge(request: HttpRequest, purge_id: UUID) -> HttpResponse:
    """One removal: what it would touch, the second person's decision, and what became of it."""
    person = me_of(request)
    seen = purge_seen(person=person, purge_id=purge_id)
    fault = ""
    if request.method == "POST":
        try:
            done = purge_decide(
                person=person, purge_id=purge_id, approve=request.POST.get("do") == "approve"
            )
        except ConcordError as error:
            fault = error.detail or " ".join(error.fields.values()) or str(error.title)
        else:
            if done.state == Purge.State.DONE:
                rewrite_files.enqueue()
            return redirect("purge", purge_id=purge_id)
    return render(
        request, "concord/purge.html", {**_context(request, seen), "fault": fault},
        status=409 if fault else 200,
    )  # fmt: skip


def _context(request: HttpRequest, seen: PurgeSeen) -> dict[str, Any]:
    purge = seen.purge
    view = records_get(viewer=viewer_of(request), ids=[purge.record_id]).get(purge.record_id)
    context: dict[str, Any] = {
        "purge": purge,
        "seen": seen,
        "record": view,
        "field": field_label(purge.field),
        "parties": Parties(viewer_of(request), language(), {str(purge.institution)}),
        "removed": [
            (known.label, None if known.is_derived else purge.counts[known.code])
            for known in all_places()
            if known.code in purge.counts
        ],
    }
    if purge.state != Purge.State.ASKED:
        return context
    try:
        preview = purge_preview(purge=purge)
    except ConcordError as error:  # merged or taken over meanwhile
        return {**context, "impossible": error.detail or str(error.title)}
    found = records_get(viewer=viewer_of(request), ids=preview.elsewhere)
    return {**context, "preview": preview, "elsewhere": list(found.values())}
