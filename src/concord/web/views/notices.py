"""What somebody is told, how they hear of it, and the end of e-mails."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from concord.accounts.notices import (
    address_in,
    choice_list,
    choices_save,
    mail_stop,
    notice_list,
    notice_open,
    notices_see,
)
from concord.record.selectors import records_get
from concord.web.views.viewer import me_of, signed_in, viewer_of


@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """What a person was told, and what they want to be told."""
    person = me_of(request)
    if request.method == "POST":
        if request.POST.get("do") == "choose":
            choices_save(
                person=person,
                in_portal=set(request.POST.getlist("in_portal")),
                by_mail=set(request.POST.getlist("by_mail")),
            )
            messages.success(request, _("Your choices are kept."))
        else:
            notices_see(person=person)
        return redirect("notices")
    told = notice_list(person=person)
    about = {notice.record_id for notice in told} - {None}
    context = {
        "notices": told,
        "has_unseen": any(notice.seen_at is None for notice in told),
        "records": records_get(viewer=viewer_of(request), ids=[i for i in about if i]),
        "choices": choice_list(person=person),
        "address": person.email,
    }
    return render(request, "concord/notices.html", context)


@signed_in
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """From a notice to what it tells of; it counts as seen then."""
    found = notice_open(person=me_of(request), notice=notice_id)
    return redirect(address_in(language=get_language() or "en", address=found.address))


@csrf_exempt  # mail programs send it themselves; the signed token says who asks
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more e-mails: confirmed by a button here, or by one of the mail program's own."""
    is_sure = request.method == "POST"
    mail_stop(token=token, is_sure=is_sure)
    return render(request, "concord/mail_stop.html", {"is_done": is_sure})
