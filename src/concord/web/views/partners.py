"""Partners of the institution that somebody acts for: whom to ask and why, shown to nobody else."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.documents.findings.partners import reasons
from concord.record.errors import NotFoundError
from concord.register.links import Parties
from concord.register.listquery import is_id
from concord.studies.aside import partner_set_aside, partner_take_back, set_aside
from concord.studies.kept import Kept
from concord.studies.partners import PartnersQuestion
from concord.web.templatetags.reading import language
from concord.web.views.studying import study_page
from concord.web.views.viewer import acting_of, signed_in, viewer_of


@signed_in
def partner_list(request: HttpRequest) -> HttpResponse:
    """The list, and setting somebody aside or taking that back."""
    acting = acting_of(request)
    if request.method == "POST":
        _decide(request)
        return redirect("partners")
    fixed = {"institution": str(acting.institution)}
    return study_page(request, "partners", "concord/partners.html", _present, fixed=fixed)


def _decide(request: HttpRequest) -> None:
    acting, other = acting_of(request), request.POST.get("other", "")
    if not is_id(other):
        raise NotFoundError
    if request.POST.get("do") == "back":
        partner_take_back(acting=acting, other=UUID(other))
        messages.success(request, _("It is proposed again."))
    else:
        partner_set_aside(acting=acting, viewer=viewer_of(request), other=UUID(other))
        messages.success(request, _("It is set aside. Nobody else sees that."))


def _present(request: HttpRequest, question: PartnersQuestion, kept: Kept) -> dict[str, object]:  # noqa: ARG001
    acting = acting_of(request)
    aside = {str(key) for key in set_aside(acting=acting)}
    rows = kept.result["partners"]
    parties = Parties(viewer_of(request), language(), {r["institution"] for r in rows} | aside)
    return {
        "proposed": [
            (row["institution"], parties.record(row["institution"]).label, reasons(row, language()))
            for row in rows
            if row["institution"] not in aside
        ],
        "aside": [(key, parties.record(key).label) for key in sorted(aside)],
        "may_decide": acting.may(Role.EDITOR),
    }
