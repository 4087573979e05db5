"""Opening an invitation: with an account, or by making one."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from concord.accounts.adapter import INVITED
from concord.accounts.errors import JoiningError
from concord.accounts.models import Person, Role
from concord.accounts.selectors import digest_of, invitation_get
from concord.accounts.services import invitation_accept, person_join
from concord.core.disclosure import ANYONE
from concord.register.links import Parties
from concord.web.templatetags.reading import language
from concord.web.views.providers import providers_of
from concord.web.views.viewer import act_for, person_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """The page that an invitation's link opens."""
    invitation = invitation_get(secret=secret)
    person = person_of(request)
    if person is None:
        request.session[INVITED] = digest_of(secret)  # an identity provider may bring them back
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            person = _accept(request, secret, person)
        except JoiningError as error:
            errors = error.fields
        else:
            if invitation.institution:
                act_for(request, invitation.institution)
            return redirect("desk")
    ids = {str(key) for key in (invitation.institution, invitation.network) if key}
    context = {
        "invitation": invitation,
        "role": Role(invitation.role).label,
        "parties": Parties(ANYONE, language(), ids),
        "errors": errors,
        "providers": providers_of(request, then=request.path),
        "typed": request.POST,
        "person": person_of(request),
    }
    return render(request, "concord/join.html", context, status=422 if errors else 200)


def _accept(request: HttpRequest, secret: str, person: Person | None) -> Person:
    if person is not None:
        invitation_accept(secret=secret, person=person)
        return person
    joined = person_join(
        secret=secret,
        email=request.POST.get("email", ""),
        name=request.POST.get("name", ""),
        password=request.POST.get("password", ""),
        language=language(),
    )
    login(request, joined, backend=BACKEND)
    return joined
