"""Training that is over: the owner is asked who may see its day and venue, and may leave them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.accounts.models import Role
from concord.register.listquery import read_ids
from concord.register.over import over_leave, over_now
from concord.web.views.publishing import MOST
from concord.web.views.viewer import acting_of, signed_in


@signed_in
def over(request: HttpRequest) -> HttpResponse:
    """What is asked about; some of it is left withheld, or looked at to be shown."""
    acting = acting_of(request)
    actor = acting.require(Role.PUBLISHER)
    if request.method == "POST":
        ids = read_ids(request.POST, "id", MOST)
        if not ids:
            messages.error(request, _("Choose first what you decide on."))
            return redirect("over")
        if request.POST.get("do") == "look":
            chosen = QueryDict(mutable=True)
            chosen.setlist("id", [str(key) for key in ids])
            return redirect(f"{reverse('publish')}?{chosen.urlencode()}")
        over_leave(actor=actor, ids=ids)
        text = ngettext(
            "%(n)d stays withheld. You are not asked of it again.",
            "%(n)d stay withheld. You are not asked of them again.",
            len(ids),
        )
        messages.success(request, text % {"n": len(ids)})
        return redirect("over")
    (after,) = read_ids(request.GET, "after", 1) or (None,)
    page = over_now(institution=acting.institution, today=timezone.now().date(), after=after)
    return render(request, "concord/over.html", {"over": page, "after": after})
