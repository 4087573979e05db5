"""Groups of a few named institutions: founding one, who is in it, and leaving it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.accounts.models import Role, What
from concord.accounts.notices import notice_send
from concord.core.disclosure import ANYONE, Breadth, breadth_of, group_audience
from concord.record.audiences import audiences_of, groups_of, viewer_as
from concord.record.errors import InvalidContentError, NotFoundError
from concord.record.members import group_found, group_leave, shared_count
from concord.record.selectors import records_get
from concord.record.sensitive import SensitiveContentError
from concord.register.links import Parties
from concord.register.listquery import read_ids
from concord.register.naming import AudienceNames
from concord.web.templatetags.reading import language
from concord.web.views.networks import by_name, institutions_found
from concord.web.views.viewer import acting_of, signed_in, viewer_of

MOST = 100


@signed_in
def groups(request: HttpRequest) -> HttpResponse:
    """The groups of one's institution; managers found and leave them."""
    acting = acting_of(request)
    errors: dict[str, str] = {}
    do = request.POST.get("do", "")
    if do:
        acting.require(Role.MANAGER)
    if do == "found":
        try:
            _found(request)
        except (InvalidContentError, SensitiveContentError) as error:
            errors = error.fields
        else:
            return redirect("groups")
    if do == "leave":
        _leave(request)
        return redirect("groups")
    return render(
        request, "concord/groups.html", _context(request, errors), status=422 if errors else 200
    )


def _context(request: HttpRequest, errors: dict[str, str]) -> dict[str, Any]:
    acting = acting_of(request)
    own = acting.institution
    shown = groups_of(own)
    members = {str(member) for group in shown for member in group.members}
    leaving = next((g for g in shown if g.id in read_ids(request.GET, "leave", 1)), None)
    chosen = records_get(viewer=ANYONE, ids=read_ids(request.POST, "institution", MOST))
    words = request.POST.get("q", "")
    wider = [a for a in sorted(audiences_of([own])) if breadth_of(a) is not Breadth.GROUP]
    names = AudienceNames(viewer_of(request), language(), wider)
    return {
        "groups": shown,
        "wider": [names.name(audience) for audience in wider],
        "own": own,
        "parties": Parties(viewer_of(request), language(), members),
        "may_manage": acting.may(Role.MANAGER),
        "leaving": leaving,
        "drawn": leaving
        and shared_count(
            viewer=viewer_as(own), institution=own, audience=group_audience(leaving.id)
        ),
        "name": request.POST.get("name", ""),
        "words": words,
        "chosen": by_name(chosen.values()),
        "others": institutions_found(words, {own, *chosen}),
        "errors": errors,
    }


def _found(request: HttpRequest) -> None:
    actor = acting_of(request).require(Role.MANAGER)
    ids = read_ids(request.POST, "institution", MOST)
    group_found(actor=actor, name=request.POST.get("name", ""), institutions=ids)
    for institution in set(ids) - {actor.institution}:
        _tell(institution, actor.person)
    messages.success(request, _("The group is founded. Its institutions are told."))


def _tell(institution: UUID, but: UUID | None) -> None:
    notice_send(
        what=What.GROUP_FOUNDED,
        address="/desk/groups/",
        institution=institution,
        least=Role.MANAGER,
        but=but,
    )


def _leave(request: HttpRequest) -> None:
    actor = acting_of(request).require(Role.MANAGER)
    (group,) = read_ids(request.POST, "id", 1) or (None,)
    if group is None:
        raise NotFoundError
    drawn = group_leave(actor=actor, group=group)
    text = ngettext(
        "You left the group. %(n)d record is seen by your institution alone again.",
        "You left the group. %(n)d records are seen by your institution alone again.",
        drawn,
    )
    messages.success(request, text % {"n": drawn})
