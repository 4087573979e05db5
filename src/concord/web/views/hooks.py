"""The room of web hooks: added, tried, watched, given another secret, removed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from concord.accounts.selectors import Acting
from concord.exchange.hooks import keeping
from concord.exchange.hooks.keeping import HookError
from concord.exchange.models import Delivery, Hook
from concord.record.kinds import all_kinds
from concord.web.views.viewer import acting_of, signed_in


@signed_in
def hook_list(request: HttpRequest) -> HttpResponse:
    """The hooks of the institution, and a form for another one."""
    acting = acting_of(request)
    found = keeping.hook_list(acting=acting)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            hook, secret = keeping.hook_add(
                acting=acting,
                url=request.POST.get("url", "").strip(),
                watches=request.POST.getlist("watches"),
                kinds=request.POST.getlist("kinds"),
            )
        except HookError as error:
            errors = error.fields
        else:
            return _page(request, acting, hook, secret)
    context = {
        "hooks": found,
        "errors": errors,
        "url": request.POST.get("url", ""),
        "watches": [
            (value, label, value in request.POST.getlist("watches", ["own"]))
            for value, label in Hook.Watch.choices
        ],
        "kinds": [
            (kind, content.label, kind in request.POST.getlist("kinds"))
            for kind, content in all_kinds().items()
        ],
    }
    return render(request, "concord/hooks.html", context, status=422 if errors else 200)


@signed_in
def hook(request: HttpRequest, hook_id: UUID) -> HttpResponse:
    """One hook: what was sent to it, and what can be done with it."""
    acting = acting_of(request)
    found = keeping.hook_get(acting=acting, hook_id=hook_id)
    secret = ""
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do == "rotate":
            secret = keeping.hook_rotate(acting=acting, hook_id=hook_id)
        elif do == "remove":
            keeping.hook_remove(acting=acting, hook_id=hook_id)
            messages.success(request, _("The web hook was removed."))
            return redirect("hooks")
        else:
            if do == "test":
                _tell(request, keeping.hook_test(acting=acting, hook_id=hook_id))
            elif do == "resume":
                keeping.hook_resume(acting=acting, hook_id=hook_id)
            return redirect("hook", hook_id=hook_id)
    return _page(request, acting, found, secret)


def _tell(request: HttpRequest, made: Delivery) -> None:
    if made.state == Delivery.State.DELIVERED:
        messages.success(request, _("The test event was taken."))
    else:
        why = made.fault or _("the answer was %(status)s") % {"status": made.status}
        messages.error(request, _("The test event was not taken: %(why)s") % {"why": why})


def _page(request: HttpRequest, acting: Acting, hook: Hook, secret: str) -> HttpResponse:
    kinds = all_kinds()
    context = {
        "hook": hook,
        "secret": secret,
        "watches": [Hook.Watch(value).label for value in hook.watches],
        "kinds": [kinds[kind].label for kind in hook.kinds if kind in kinds],
        "deliveries": keeping.delivery_list(acting=acting, hook_id=hook.id),
    }
    return render(request, "concord/hook.html", context)
