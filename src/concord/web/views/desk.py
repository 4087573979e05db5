"""The desk of an institution: what it says, what only it sees, what waits, and who acts for it."""

from __future__ import annotations

from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from concord.accounts.models import FOR_INSTITUTIONS, Person, Role, What
from concord.accounts.notices import notice_send
from concord.accounts.rounds import asked_years
from concord.accounts.selectors import (
    acting_list,
    coordinating_list,
    invitation_list,
    mandate_list,
    member_list,
)
from concord.accounts.services import (
    invitation_make,
    invitation_revoke,
    mandate_change,
    mandate_end,
)
from concord.exchange.awaiting import changes_drop, changes_publish
from concord.exchange.uploads import upload_list
from concord.record.publishing import (
    gate_get,
    gate_set,
    waiting_for_institution,
)
from concord.record.selectors import record_get, records_get, records_owned
from concord.register import vocabulary
from concord.register.links import Parties
from concord.register.listquery import read_ids
from concord.register.over import over_now
from concord.register.taking_over import compiled_about, compiled_take_over
from concord.web.templatetags.reading import language
from concord.web.views.publishing import MOST as SHOWN
from concord.web.views.publishing import told
from concord.web.views.viewer import act_for, acting_of, me_of, person_of, signed_in, viewer_of
from concord.web.views.waits import asked


def _named(request: HttpRequest, ids: set[str]) -> Parties:
    return Parties(viewer_of(request), language(), ids)


@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """Where somebody's work for an institution begins."""
    person = me_of(request)
    if not acting_list(person=person):
        return _without(request, person)
    acting = acting_of(request)
    choices = acting_list(person=person)
    networks = [str(c.network) for c in coordinating_list(person=person)]
    owned = records_owned(viewer=viewer_of(request), owner=acting.institution)
    own = records_owned(viewer=viewer_of(request), owner=acting.institution, only_own=True)
    context = {
        "acting": acting,
        "choices": choices,
        "parties": _named(request, {str(c.institution) for c in choices} | set(networks)),
        "recent": list(islice(owned, 10)),
        "unpublished": list(islice(own, SHOWN)),
        "compiled": compiled_about(viewer=viewer_of(request), institution=acting.institution)
        if acting.may(Role.EDITOR)
        else [],
        "uploads": upload_list(acting=acting),
        "over": over_now(institution=acting.institution, today=timezone.now().date())
        if acting.may(Role.PUBLISHER)
        else None,
        "waiting": asked(
            waiting_for_institution(institution=acting.institution), viewer_of(request)
        ),
        "asked": [
            year
            for year in asked_years(viewer=viewer_of(request), institution=acting.institution)
            if not year.declared and not year.is_waiting
        ],
        "may_edit": acting.may(Role.EDITOR),
        "may_publish": acting.may(Role.PUBLISHER),
        "may_manage": acting.may(Role.MANAGER),
        "coordinates": networks,
        "states": [m.state for m in mandate_list(person=person) if m.role == Role.CONTACT_POINT],
    }
    return render(request, "concord/desk.html", context)


def _without(request: HttpRequest, person: Person) -> HttpResponse:
    """The desk of who acts for no institution: a State's queue, a network, or a choice of them."""
    states = [mandate.state for mandate in mandate_list(person=person) if mandate.state]
    networks = [str(c.network) for c in coordinating_list(person=person)]
    if len(states) + len(networks) == 1:
        return redirect("clearing", states[0]) if states else redirect("network", networks[0])
    context = {"states": states, "networks": networks, "parties": _named(request, set(networks))}
    return render(request, "concord/desk_without.html", context)


@require_POST
@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Act for another of one's institutions."""
    person = person_of(request)
    (institution,) = read_ids(request.POST, "institution", 1) or (None,)
    if person and institution in {a.institution for a in acting_list(person=person)}:
        act_for(request, institution)
    return redirect("desk")


@require_POST
@signed_in
def take_over(request: HttpRequest) -> HttpResponse:
    """The institution takes over what compilers wrote about it."""
    acting = acting_of(request)
    ids = read_ids(request.POST, "id", SHOWN)
    if ids:
        actor = acting.require(Role.PUBLISHER)
        found = records_get(viewer=viewer_of(request), ids=ids)
        compiled_take_over(actor=actor, viewer=viewer_of(request), ids=ids)
        address = f"/institutions/{acting.institution}/"
        for owner in {record.owner for record in found.values()}:
            notice_send(what=What.TAKEN_OVER, address=address, institution=owner, but=actor.person)
        text = ngettext("%(n)d record is yours now.", "%(n)d records are yours now.", len(ids))
        messages.success(request, text % {"n": len(ids)})
    return redirect("desk")


@require_POST
@signed_in
def waiting(request: HttpRequest) -> HttpResponse:
    """A publisher lets out what editors made, or the institution takes changes back."""
    acting = acting_of(request)
    ids = read_ids(request.POST, "id", SHOWN)
    if ids and request.POST.get("do") == "publish":
        actor = acting.require(Role.PUBLISHER)
        told(request, actor, changes_publish(actor=actor, ids=ids))
    elif ids:
        acting.require(Role.EDITOR)
        changes_drop(institution=acting.institution, ids=ids)
    return redirect("desk")


@signed_in
def members(request: HttpRequest) -> HttpResponse:
    """Who acts for the institution, whom it invited, and whether its State clears."""
    acting = acting_of(request)
    acting.require(Role.MANAGER)
    person = person_of(request)
    link = ""
    if request.method == "POST":
        link = _manage(request, request.POST.get("do", ""))
        if not link:
            return redirect("members")
    context: dict[str, Any] = {
        "acting": acting,
        "me": person.id if person else None,
        "members": member_list(acting=acting),
        "invitations": invitation_list(acting=acting),
        "roles": [(role.value, role.label) for role in FOR_INSTITUTIONS],
        "gate": gate_get(institution=acting.institution),
        "countries": sorted((c.label(language()), c.code) for c in vocabulary.countries()),
        "link": link,
    }
    return render(request, "concord/members.html", context)


def _manage(request: HttpRequest, do: str) -> str:
    """Do what a manager asked; return the link of a new invitation."""
    acting, person = acting_of(request), person_of(request)
    role = Role(request.POST["role"]) if request.POST.get("role") in Role.values else Role.READER
    (target,) = read_ids(request.POST, "id", 1) or (None,)
    if do == "invite":
        _invitation, secret = invitation_make(
            role=role, institution=acting.institution, by=person, note=request.POST.get("note", "")
        )
        return request.build_absolute_uri(reverse("join", args=[secret]))
    if do == "revoke" and target:
        invitation_revoke(acting=acting, invitation=target)
    elif do == "change" and target:
        mandate_change(acting=acting, mandate=target, role=role)
    elif do == "end" and target:
        mandate_end(acting=acting, mandate=target)
    elif do == "gate":
        _set_gate(request, acting.institution)
    return ""


def _set_gate(request: HttpRequest, institution: UUID) -> None:
    record = record_get(viewer=viewer_of(request), record_id=institution, kind="institution")
    state = record.content.get("state", "")
    beyond = request.POST.get("beyond", "")
    gate_set(institution=institution, state=state, beyond=beyond if state else "")
