"""A State's contact point says who may see need and gap by State."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from concord.accounts.selectors import clearance_for
from concord.register.naming import AudienceNames
from concord.studies.opening import (
    OpeningError,
    audiences_to_open,
    opening_make,
    opening_withdraw,
    openings_of,
)
from concord.web.templatetags.reading import language
from concord.web.views.viewer import me_of, signed_in, viewer_of


@signed_in
def state_openings(request: HttpRequest, state: str) -> HttpResponse:
    """Who sees the State's need and gap by State: let others see them, and take it back."""
    clearance = clearance_for(person=me_of(request), state=state)
    faults: dict[str, str] = {}
    if request.method == "POST":
        if opening := request.POST.get("withdraw", ""):
            opening_withdraw(clearance=clearance, opening_id=_as_id(opening))
            messages.success(request, _("From now on it shows nothing more of it."))
            return redirect("state_openings", state=state)
        try:
            opening_make(
                clearance=clearance,
                audience=request.POST.get("audience", ""),
                is_understood="understood" in request.POST,
            )
        except OpeningError as error:
            faults = error.fields
        else:
            messages.success(request, _("It is open to them now."))
            return redirect("state_openings", state=state)
    made = openings_of(clearance=clearance)
    choices = audiences_to_open(clearance=clearance)
    known = {*choices, *(one.audience for one in made)}
    names = AudienceNames(viewer_of(request), language(), sorted(known))
    open_now = {one.audience for one in made if one.withdrawn_at is None}
    context = {
        "state": state,
        "made": [(one, names.name(one.audience)) for one in made],
        "choices": [(a, names.name(a)) for a in choices if a not in open_now],
        "chosen": request.POST.get("audience", ""),
        "faults": faults,
    }
    return render(request, "concord/openings.html", context, status=422 if faults else 200)


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise OpeningError from None
