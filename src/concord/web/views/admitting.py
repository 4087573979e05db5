"""Who is admitted to a network or a State: for its coordinator, for its contact point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.accounts.admitting import network_admit, network_end, state_admit, state_end
from concord.accounts.models import Role, What
from concord.accounts.notices import notice_send
from concord.accounts.selectors import clearance_for, coordinating_for
from concord.core.disclosure import ANYONE, Audience, network_audience, state_audience
from concord.record import audiences
from concord.record.columns import Question
from concord.record.errors import InvalidContentError
from concord.record.members import shared_count
from concord.record.selectors import record_get, records_get
from concord.register.listquery import read_ids
from concord.register.lists import institution_table
from concord.web.views import networks
from concord.web.views.networks import by_name, institutions_found
from concord.web.views.viewer import me_of, signed_in, viewer_of

MOST = 500
Admit = Callable[[UUID], None]
End = Callable[[UUID], int]


@signed_in
def network_members(request: HttpRequest, network_id: UUID) -> HttpResponse:
    """A coordinator admits institutions to its network, and ends memberships."""
    coordinating = coordinating_for(person=me_of(request), network=network_id)
    audience = network_audience(network_id)

    def admit(institution: UUID) -> None:
        network_admit(coordinating=coordinating, institution=institution)

    def end(institution: UUID) -> int:
        return network_end(coordinating=coordinating, institution=institution)

    if request.method == "POST":
        _run(request, admit, end)
        return redirect("network_members", network_id=network_id)
    claims = {record.id for record in networks.members_of(network_id)}
    network = record_get(viewer=ANYONE, record_id=network_id, kind="network")
    more = {"network": network, "can_search": True}
    return render(request, "concord/admitting.html", _context(request, audience, claims) | more)


@signed_in
def state_members(request: HttpRequest, state: str) -> HttpResponse:
    """A contact point says which institutions are of its State, and which no longer."""
    clearance = clearance_for(person=me_of(request), state=state)
    audience = state_audience(state)

    def admit(institution: UUID) -> None:
        state_admit(clearance=clearance, institution=institution)

    def end(institution: UUID) -> int:
        return state_end(clearance=clearance, institution=institution)

    if request.method == "POST":
        _run(request, admit, end)
        return redirect("state_members", state=state)
    claims = set(institution_table().ids_where(ANYONE, Question({"country": frozenset({state})})))
    more = {"state": state, "can_search": False}
    return render(request, "concord/admitting.html", _context(request, audience, claims) | more)


def _context(request: HttpRequest, audience: Audience, claims: set[UUID]) -> dict[str, Any]:
    """Who is admitted, who says that it belongs there, and whom a search gives besides."""
    ids = audiences.members_of(audience)
    found = records_get(viewer=ANYONE, ids={*ids, *claims})
    admitted = [found[key] for key in ids if key in found]
    ending = next((r for r in admitted if r.id in read_ids(request.GET, "end", 1)), None)
    words = request.GET.get("q", "")
    return {
        "admitted": [(record, record.id in claims) for record in by_name(admitted)],
        "unnamed": sum(key not in found for key in ids),
        "claiming": by_name(found[key] for key in claims - set(ids) if key in found),
        "others": institutions_found(words, {*ids, *claims}),
        "words": words,
        "ending": ending,
        "drawn": ending
        and shared_count(viewer=viewer_of(request), institution=ending.id, audience=audience),
    }


def _run(request: HttpRequest, admit: Admit, end: End) -> None:
    ids = read_ids(request.POST, "id", MOST)
    do = request.POST.get("do")
    done: list[UUID] = []
    try:
        if do == "admit":
            for institution in ids:
                admit(institution)
                done.append(institution)
        elif do == "end" and ids:
            end(ids[0])
            done.append(ids[0])
            messages.success(request, _("The membership is ended."))
    except InvalidContentError as error:
        messages.error(request, "; ".join(error.fields.values()))
    if do == "admit" and done:
        text = ngettext(
            "%(n)d institution is admitted.", "%(n)d institutions are admitted.", len(done)
        )
        messages.success(request, text % {"n": len(done)})
    for institution in done:
        notice_send(
            what=What.MEMBERSHIP,
            address="/desk/groups/",
            institution=institution,
            least=Role.MANAGER,
            but=me_of(request).id,
        )
