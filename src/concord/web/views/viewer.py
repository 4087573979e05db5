"""Who reads a page, and for which institution they act."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from concord.accounts.errors import NotAllowedError, OtherInstitutionError, SignedOutError
from concord.accounts.models import Person
from concord.accounts.selectors import Acting, acting_for, acting_list, viewer_for
from concord.core.disclosure import ANYONE, Viewer

View = Callable[..., HttpResponse]
CHOSEN = "institution"
"""Where the session keeps the institution that somebody acts for."""


def person_of(request: HttpRequest) -> Person | None:
    """Who is signed in."""
    user = getattr(request, "user", None)
    return user if isinstance(user, Person) and user.is_active else None


def me_of(request: HttpRequest) -> Person:
    """Who is signed in; raises ``NotAllowedError`` where nobody is."""
    person = person_of(request)
    if person is None:
        raise NotAllowedError
    return person


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer of a request; asked of the database once."""
    found: Viewer | None = getattr(request, "viewer", None)
    if found is None:
        person = person_of(request)
        found = viewer_for(person=person) if person else ANYONE
        request.viewer = found  # type: ignore[attr-defined]
    return found


def acting_of(request: HttpRequest) -> Acting:
    """For which institution the person acts; raises ``NotAllowedError`` where for none."""
    person = person_of(request)
    choices = acting_list(person=person) if person else []
    if not choices:
        raise NotAllowedError
    chosen = request.session.get(CHOSEN)
    acting = next((a for a in choices if str(a.institution) == chosen), choices[0])
    meant = request.POST.get("acting", "")
    if meant and meant != str(acting.institution):
        raise OtherInstitutionError
    request.acting = acting  # type: ignore[attr-defined]
    return acting


def act_for(request: HttpRequest, institution: UUID) -> None:
    """Remember for which of their institutions a person acts."""
    request.session[CHOSEN] = str(institution)


def signed_in(view: View) -> View:
    """A page for people with an account; others are asked to sign in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if person_of(request) is None:
            if request.method == "POST":
                raise SignedOutError
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def acting_as(request: HttpRequest, institution: UUID) -> Acting:
    """The person as one who acts for ``institution``; raises ``NotAllowedError``."""
    acting = acting_for(person=me_of(request), institution=institution)
    meant = request.POST.get("acting", "")
    if meant and meant != str(institution):
        raise OtherInstitutionError
    request.acting = acting  # type: ignore[attr-defined]
    return acting
