"""Adding, editing, removing and bringing back one record of one's institution."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import Acting
from concord.exchange.saving import (
    NEW_SHEETS,
    record_save,
    record_take_out,
    removed_list,
    removed_restore,
    uses_of,
    waiting_change,
)
from concord.record.errors import ConcordError, NotFoundError
from concord.record.publishing import Written
from concord.record.selectors import record_get
from concord.record.sensitive import UnconfirmedContentError
from concord.web.views.filling import Filled, Filling, said_no_change
from concord.web.views.viewer import acting_as, acting_of, signed_in, viewer_of


@signed_in
def record_new(request: HttpRequest, sheet: str = "") -> HttpResponse:
    """Add a record; without a sheet, choose what."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    if not sheet:
        return render(request, "concord/record_choose.html", {"sheets": NEW_SHEETS})
    found = next((known for known in NEW_SHEETS if known.name == sheet), None)
    if found is None:
        raise NotFoundError

    def write(filled: Filled) -> HttpResponse:
        return _written(request, acting, None, found.kind, filled)

    return Filling(request, found.kind, acting.institution, write).answer()


@signed_in
def record_edit(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Change a record of one's institution."""
    record = record_get(viewer=viewer_of(request), record_id=record_id)
    acting = acting_as(request, record.owner)
    acting.require(Role.EDITOR)
    waits = waiting_change(acting=acting, record_id=record_id, made_from=record.revision_number)

    def write(filled: Filled) -> HttpResponse:
        if filled.wanted == record.content:
            said_no_change(request)
            return redirect("record", record_id=record_id)
        return _written(request, acting, record_id, record.kind, filled)

    return Filling(
        request, record.kind, acting.institution, write, record=record, start=waits,
        more={"waits": waits is not None},
    ).answer()  # fmt: skip


def _written(
    request: HttpRequest, acting: Acting, record_id: UUID | None, kind: str, filled: Filled
) -> HttpResponse:
    key, written = record_save(
        acting=acting,
        record_id=record_id,
        kind=kind,
        base=filled.base,
        wanted=filled.wanted,
        made_from=filled.made_from,
        sense=filled.context.sense,
        reason=filled.post.get("reason", "").strip()[:1000],
    )
    return after_writing(request, acting, key, written)


def after_writing(
    request: HttpRequest, acting: Acting, record_id: UUID, written: Written
) -> HttpResponse:
    """Where somebody goes from a form: to the record, or to the desk where its change waits."""
    if written.waiting:
        notice_of_waiting(actor=acting.require(Role.EDITOR), waiting=written.waiting)
        messages.info(
            request, _("Saved. It waits for whoever must let others see it; it is on your desk.")
        )
        return redirect("desk")
    messages.success(request, _("Saved."))
    return redirect("record", record_id=record_id)


@signed_in
def record_remove(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Take a record out of every list, with a reason; its history stays."""
    viewer = viewer_of(request)
    record = record_get(viewer=viewer, record_id=record_id)
    acting = acting_as(request, record.owner)
    acting.require(Role.EDITOR)
    errors: dict[str, str] = {}
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()
        try:
            record_take_out(acting=acting, record_id=record_id, reason=reason)
        except UnconfirmedContentError:
            raise  # its page asks, and sends the form again
        except ConcordError as error:
            errors = error.fields or {"reason": error.detail or str(error.title)}
        else:
            messages.success(request, _("Removed. It can be brought back from your desk."))
            return redirect("desk")
    context = {
        "record": record,
        "errors": errors,
        "typed": request.POST,
        "uses": uses_of(viewer=viewer, record=record),
    }
    return render(request, "concord/record_remove.html", context, status=422 if errors else 200)


@signed_in
def records_removed(request: HttpRequest) -> HttpResponse:
    """What the institution removed, to be brought back."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    context = {"removed": removed_list(acting=acting), "may_purge": acting.may(Role.PUBLISHER)}
    return render(request, "concord/records_removed.html", context)


@require_POST
@signed_in
def record_back(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Bring a removed record back."""
    acting = acting_of(request)
    written = removed_restore(acting=acting, record_id=record_id)
    return after_writing(request, acting, record_id, written)
