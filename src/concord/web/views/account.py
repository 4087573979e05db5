"""A person's own account: what they act for, their keys for programs, and leaving."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from concord.accounts.models import FOR_INSTITUTIONS, Role
from concord.accounts.selectors import acting_list, alone_as_manager, mandate_list, token_list
from concord.accounts.services import person_erase, token_make, token_revoke
from concord.register.links import Parties
from concord.register.listquery import read_ids
from concord.web.templatetags.reading import language
from concord.web.views.providers import providers_of
from concord.web.views.viewer import acting_of, me_of, signed_in, viewer_of


@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """A person's own account, and what they may act for."""
    mandates = mandate_list(person=me_of(request))
    ids = {str(key) for m in mandates for key in (m.institution, m.network) if key}
    context = {
        "mandates": mandates,
        "parties": Parties(viewer_of(request), language(), ids),
        "has_providers": bool(providers_of(request, then="/")),
    }
    return render(request, "concord/me.html", context)


@signed_in
def erase(request: HttpRequest) -> HttpResponse:
    """Leave for good: the account is emptied of everything that says who it was."""
    person = me_of(request)
    alone = alone_as_manager(person=person)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if request.POST.get("address", "").strip().lower() != person.email:
            errors["address"] = _("Write the e-mail address of your account, as a confirmation.")
        if alone and not request.POST.get("alone"):
            errors["alone"] = _("Say that you know who is left without a manager.")
        if not errors:
            answer: HttpResponse = _erase(request)
            return answer
    context = {
        "errors": errors,
        "alone": [str(key) for key in alone],
        "parties": Parties(viewer_of(request), language(), set(map(str, alone))),
    }
    return render(request, "concord/erase.html", context, status=422 if errors else 200)


@reauthentication_required  # type: ignore[untyped-decorator]  # the library has no types
def _erase(request: HttpRequest) -> HttpResponse:
    person = me_of(request)
    logout(request)
    person_erase(person=person)
    messages.success(request, _("Your account is gone. What you wrote stays, without your name."))
    return redirect("home")


@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """Keys for programs: made, seen once, revoked."""
    person = me_of(request)
    secret = ""
    if request.method == "POST":
        (target,) = read_ids(request.POST, "id", 1) or (None,)
        if target:
            token_revoke(person=person, token=target)
            return redirect("tokens")
        role = request.POST.get("role", "")
        _token, secret = token_make(
            acting=acting_of(request),
            name=request.POST.get("name", ""),
            role=Role(role) if role in FOR_INSTITUTIONS else Role.READER,
        )
    found = token_list(person=person)
    context = {
        "tokens": found,
        "parties": Parties(viewer_of(request), language(), {str(t.institution) for t in found}),
        "secret": secret,
        "roles": [(role.value, role.label) for role in FOR_INSTITUTIONS],
        "may_make": bool(acting_list(person=person)),
    }
    return render(request, "concord/tokens.html", context)
