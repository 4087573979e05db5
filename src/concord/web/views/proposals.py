"""Proposing to others what their records should say, and settling what others propose."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Proposal, Role
from concord.accounts.selectors import acting_list
from concord.exchange.proposals import (
    ProposalError,
    Settling,
    proposal_accept,
    proposal_amend,
    proposal_changes,
    proposal_decline,
    proposal_faults,
    proposal_make,
    proposal_own_changes,
    proposal_settling,
    proposal_withdraw,
    proposals_by,
    proposals_to,
    source_said,
)
from concord.exchange.saving import NEW_SHEETS, sheet_for
from concord.exchange.threeway import carried
from concord.exchange.workbook.cells import Sense
from concord.exchange.workbook.names import Names
from concord.record.errors import (
    ChangedMeanwhileError,
    ConcordError,
    InvalidContentError,
    NotFoundError,
)
from concord.record.publishing import Written
from concord.record.selectors import record_get, records_get
from concord.record.sensitive import SensitiveContentError, UnconfirmedContentError
from concord.register.citing import sources_offered
from concord.register.links import Parties
from concord.web.templatetags.reading import language
from concord.web.views.filling import Filled, Filling
from concord.web.views.viewer import me_of, signed_in, viewer_of


@signed_in
def propose(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Propose a correction of a record that one may see."""
    record = record_get(viewer=viewer_of(request), record_id=record_id)
    sheet_for(record.kind)
    _require_other(request, record.owner)
    filling = _proposing(request, record.kind, record.owner)
    filling.record = record
    return filling.answer()


@signed_in
def propose_new(request: HttpRequest, record_id: UUID, sheet: str = "") -> HttpResponse:
    """Propose an institution one more record of its own; without a sheet, choose what."""
    viewer = viewer_of(request)
    institution = record_get(viewer=viewer, record_id=record_id, kind="institution")
    _require_other(request, record_id)
    if not sheet:
        context = {"sheets": NEW_SHEETS, "institution": institution}
        return render(request, "concord/propose_choose.html", context)
    found = next((known for known in NEW_SHEETS if known.name == sheet), None)
    if found is None:
        raise NotFoundError
    filling = _proposing(request, found.kind, record_id)
    filling.more["institution"] = institution
    return filling.answer()


def _require_other(request: HttpRequest, institution: UUID) -> None:
    """Whoever may write the record writes it, and proposes nothing."""
    for acting in acting_list(person=me_of(request)):
        if acting.institution == institution and acting.may(Role.EDITOR):
            raise NotAllowedError(_("It is yours: edit it instead."))


def _proposing(request: HttpRequest, kind: str, institution: UUID) -> Filling:
    viewer = viewer_of(request)

    def write(filled: Filled) -> HttpResponse:
        try:
            proposal_make(
                person=me_of(request),
                viewer=viewer,
                kind=kind,
                institution=institution,
                record=filling.record,
                base=filled.base,
                wanted=filled.wanted,
                made_from=filled.made_from if filling.record else 0,
                reason=filled.post.get("why", ""),
                source=filled.post.get("source", ""),
                locator=filled.post.get("locator", ""),
                language=language(),
            )
        except (ProposalError, SensitiveContentError) as error:
            raise InvalidContentError(error.detail, fields=error.fields) from error
        messages.success(request, _("Your proposal was sent. You are told when it is settled."))
        return redirect("my_proposals")

    def others(post: Mapping[str, str]) -> dict[str, str]:
        return proposal_faults(reason=post.get("why", ""), source=post.get("source", ""))

    filling = Filling(
        request, kind, institution, write, template="concord/propose.html", check_more=others,
        more={"sources": sources_offered(viewer=viewer, language=language())},
    )  # fmt: skip
    return filling


@signed_in
def my_proposals(request: HttpRequest) -> HttpResponse:
    """What somebody proposed, and what came of it."""
    person = me_of(request)
    rows = proposals_by(person=person)
    viewer = viewer_of(request)
    context = {
        "rows": [
            (row, proposal_own_changes(person=person, proposal=row, language=language()))
            for row in rows
        ],
        "records": records_get(viewer=viewer, ids=[row.record_id for row in rows]),
        "parties": Parties(viewer, language(), {str(row.institution) for row in rows}),
    }
    return render(request, "concord/my_proposals.html", context)


@require_POST
@signed_in
def withdraw(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Take a proposal of one's own back."""
    proposal_withdraw(person=me_of(request), proposal_id=proposal_id)
    messages.success(request, _("Your proposal is withdrawn."))
    return redirect("my_proposals")


@signed_in
def proposals(request: HttpRequest) -> HttpResponse:
    """What others propose to whom one acts for."""
    person = me_of(request)
    rows = proposals_to(person=person)
    viewer = viewer_of(request)
    context = {
        "rows": rows,
        "records": records_get(viewer=viewer, ids=[row.record_id for row in rows]),
        "parties": Parties(viewer, language(), {str(row.institution) for row in rows}),
    }
    return render(request, "concord/proposals.html", context)


@signed_in
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal beside the record as it stands: accept it, amend it, or decline it."""
    person = me_of(request)
    settling = proposal_settling(person=person, proposal_id=proposal_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _settled(request, settling)
        except ChangedMeanwhileError:
            errors["changes"] = _("The record was changed in the meantime. Look at it again.")
        except InvalidContentError as error:
            errors |= {f"content-{n}": f"{n}: {text}" for n, text in error.fields.items()}
            errors.setdefault("amend", _("Amend it in the form, where each fault is shown."))
        except UnconfirmedContentError:
            raise  # its page asks, and sends the form again
        except ConcordError as error:
            if not error.fields:
                raise
            errors |= error.fields
        settling = proposal_settling(person=person, proposal_id=proposal_id)
    row = settling.proposal
    source = row.source and records_get(viewer=settling.viewer, ids=[row.source]).get(row.source)
    context = {
        "proposal": row,
        "record": settling.record,
        "revision": settling.record.revision_number if settling.record else 0,
        "changes": proposal_changes(settling=settling, language=language()),
        "source": source or None,
        "source_text": source_said(row, language()),
        "by_coordinator": settling.by_coordinator,
        "parties": Parties(viewer_of(request), language(), {str(settling.actor.institution)}),
        "owner": str(settling.actor.institution),
        "errors": errors,
        "typed": request.POST,
    }
    return render(request, "concord/proposal.html", context, status=422 if errors else 200)


def _settled(request: HttpRequest, settling: Settling) -> HttpResponse:
    person, key = me_of(request), settling.proposal.id
    answer = request.POST.get("answer", "")
    if request.POST.get("do") == "decline":
        proposal_decline(person=person, proposal_id=key, answer=answer)
        messages.success(request, _("Declined. Whoever proposed it is told why."))
        return redirect("proposals")
    number = request.POST.get("revision", "")
    written = proposal_accept(
        person=person, proposal_id=key, answer=answer, language=language(),
        made_from=int(number) if number.isascii() and number.isdigit() and len(number) < 9 else -1,
    )  # fmt: skip
    return _after(request, written)


def _after(request: HttpRequest, written: Written) -> HttpResponse:
    if written.waiting:
        messages.info(request, _("Accepted. It waits for whoever must let others see it."))
    else:
        messages.success(request, _("Accepted. The record says it now."))
    return redirect("proposals")


@signed_in
def proposal_amended(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Accept a proposal with changes, made in the form of the record."""
    settling = proposal_settling(person=me_of(request), proposal_id=proposal_id)
    row, record = settling.proposal, settling.record
    if row.state != Proposal.State.OPEN:
        return redirect("proposal", proposal_id=proposal_id)
    start = row.content
    if record is not None:
        sense = Sense(Names(settling.viewer, language()))
        start = carried(row.kind, row.base, row.content, record.content, sense)

    def write(filled: Filled) -> HttpResponse:
        written = proposal_amend(
            person=me_of(request), proposal_id=proposal_id, base=filled.base,
            wanted=filled.wanted, made_from=filled.made_from, language=language(),
            answer=filled.post.get("answer", ""),
        )  # fmt: skip
        return _after(request, written)

    return Filling(
        request, row.kind, settling.actor.institution, write, record=record, start=start,
        template="concord/proposal_amend.html", more={"proposal": row},
    ).answer()  # fmt: skip
