"""An institution says how complete its records are, and that they still hold."""

from __future__ import annotations

from itertools import islice

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.rounds import asked_years, round_answer
from concord.record.affirming import records_affirm
from concord.record.errors import ConcordError
from concord.record.selectors import records_owned
from concord.record.sensitive import UnconfirmedContentError
from concord.register.declarations import declaration_list, declaration_put, years_shown
from concord.register.links import Parties
from concord.register.listquery import read_ids, read_year
from concord.register.words import Completeness
from concord.web.templatetags.reading import language
from concord.web.views.viewer import acting_of, signed_in, viewer_of

SHOWN = 200


@signed_in
def declaring(request: HttpRequest) -> HttpResponse:
    """What rounds ask the institution, and what it declared of each year."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _declare(request)
        except UnconfirmedContentError:
            raise  # its page asks, and sends the form again
        except ConcordError as error:
            errors = error.fields or {"year": error.detail or str(error.title)}
        else:
            return redirect("declaring")
    viewer = viewer_of(request)
    asked = asked_years(viewer=viewer, institution=acting.institution)
    context = {
        "asked": asked,
        "networks": Parties(viewer, language(), {str(a.round.network) for a in asked}),
        "declared": declaration_list(viewer=viewer, institution=acting.institution),
        "words": Completeness,
        "year": request.POST.get("year", years_shown()[0]),
        "typed": request.POST,
        "errors": errors,
        "may_publish": acting.may(Role.PUBLISHER),
    }
    return render(request, "concord/declaring.html", context, status=422 if errors else 200)


def _declare(request: HttpRequest) -> None:
    acting = acting_of(request)
    year = read_year(request.POST, "year", years_shown()[0])
    said = request.POST.get("completeness", "")
    note = request.POST.get("note", "")[:5000]
    (round_id,) = read_ids(request.POST, "round", 1) or (None,)
    if round_id:
        done = round_answer(
            acting=acting, round_id=round_id, year=year, completeness=said, note=note,
            language=language(),
        )  # fmt: skip
    else:
        done = declaration_put(
            actor=acting.require(Role.EDITOR), year=year, completeness=said, note=note,
            language=language(),
        )  # fmt: skip
    if done.written:
        messages.success(request, _("Declared, for everybody to see."))
    else:
        notice_of_waiting(actor=acting.require(Role.EDITOR), waiting=done.waiting)
        messages.info(request, _("Declared. It waits at your desk until it is let out."))


@signed_in
def affirming(request: HttpRequest) -> HttpResponse:
    """The institution's records, those longest untouched first, to say of that they still hold."""
    acting = acting_of(request)
    actor = acting.require(Role.EDITOR)
    if request.method == "POST":
        if ids := read_ids(request.POST, "id", SHOWN):
            count = records_affirm(actor=actor, ids=ids)
            text = ngettext("%(n)d record confirmed.", "%(n)d records confirmed.", count)
            messages.success(request, text % {"n": count})
        return redirect("affirming")
    own = records_owned(viewer=viewer_of(request), owner=acting.institution, oldest_first=True)
    return render(request, "concord/affirming.html", {"records": list(islice(own, SHOWN))})
