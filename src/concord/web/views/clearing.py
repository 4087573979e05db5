"""The queue of a State's contact point: what would be seen by whom, and the word on it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.accounts.models import What
from concord.accounts.notices import notice_send
from concord.accounts.selectors import clearance_for
from concord.core.disclosure import PUBLIC, Clearance
from concord.exchange.awaiting import changes_clear
from concord.record.errors import NotFoundError
from concord.record.publishing import waiting_for_state, waiting_return
from concord.record.purging import purges_of_state
from concord.record.sensitive import SensitiveContentError
from concord.register.links import Parties
from concord.register.listquery import read_ids
from concord.register.naming import AudienceNames
from concord.web.templatetags.reading import language
from concord.web.views.publishing import MOST
from concord.web.views.viewer import me_of, signed_in, viewer_of
from concord.web.views.waits import asked, circles_of


@signed_in
def clearing(request: HttpRequest, state: str) -> HttpResponse:
    """The queue of a State's contact point: approve, or return with a reason, in bulk."""
    person = me_of(request)
    clearance = clearance_for(person=person, state=state)
    if request.method == "POST":
        ids = read_ids(request.POST, "id", MOST)
        reason = request.POST.get("reason", "").strip()
        makers = {row.institution for row in waiting_for_state(state=state) if row.id in ids}
        is_return = request.POST.get("do") == "return"
        if not ids or (is_return and not reason):
            wanted = _("Say why you return it, so that it can be mended.")
            fault = wanted if ids else _("Choose first what you decide on.")
            return _again(request, state, fault)
        try:
            text = _decide(clearance, ids, reason if is_return else "")
        except SensitiveContentError as error:
            if not is_return:
                raise
            return _again(request, state, error.fields["reason"])
        except NotFoundError:
            messages.error(request, _("Some of it was decided on meanwhile. This still waits."))
            return redirect("clearing", state=state)
        _tell_makers(What.RETURNED if is_return else What.CLEARED, makers, person.id)
        messages.success(request, text)
        return redirect("clearing", state=state)
    return render(request, "concord/clearing.html", _context(request, state))


def _again(request: HttpRequest, state: str, fault: str) -> HttpResponse:
    """The queue with what was chosen and typed, and why it was not done."""
    messages.error(request, fault)
    picked, reason = set(read_ids(request.POST, "id", MOST)), request.POST.get("reason", "").strip()
    context = _context(request, state) | {"picked": picked, "reason": reason}
    return render(request, "concord/clearing.html", context, status=422)


def _decide(clearance: Clearance, ids: Collection[UUID], reason: str) -> str:
    """Return for a reason, or clear where there is none; what was done, in words."""
    if reason:
        count = waiting_return(state=clearance.state, ids=ids, reason=reason)
        return ngettext("%(n)d change returned.", "%(n)d changes returned.", count) % {"n": count}
    count = changes_clear(clearance=clearance, ids=ids)
    return ngettext("%(n)d change cleared.", "%(n)d changes cleared.", count) % {"n": count}


def _context(request: HttpRequest, state: str) -> dict[str, object]:
    waits = waiting_for_state(state=state)
    viewer = viewer_of(request)
    told = circles_of(waits)
    names = AudienceNames(viewer, language(), told)
    chosen = request.GET.get("as", "")
    tabs = [PUBLIC, *(a for a in told if a != PUBLIC)]
    chosen = chosen if chosen in tabs else ""
    return {
        "state": state,
        "purges": purges_of_state(state=state),
        "asked": asked(waits, viewer, chosen),
        "tabs": [(a, names.name(a), a == chosen) for a in tabs],
        "is_all": not chosen,
        "parties": Parties(viewer, language(), {str(row.institution) for row in waits}),
    }


def _tell_makers(what: What, institutions: set[UUID], by: UUID) -> None:
    for institution in institutions:
        notice_send(what=what, address="/desk/", institution=institution, but=by)
