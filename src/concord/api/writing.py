"""Writing records: through the services that every way in takes, under the role of the token."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.api.answers import answer, require_match
from concord.api.callers import actor_of, member_calling
from concord.api.drafting import (
    Change,
    batch_drafts,
    changed_draft,
    is_same,
    merge_patch,
    new_draft,
)
from concord.api.errors import ConditionFailedError
from concord.api.interface import api, writing
from concord.api.schemas import (
    BatchCheckedOut,
    BatchIn,
    BatchOut,
    CheckedOut,
    NewRecordIn,
    ReasonIn,
    RecordOut,
    RecordPatch,
    RecordPut,
    ShareIn,
    SharingOut,
    WaitingOut,
)
from concord.api.sharing import levels_asked, share, sharing_tried
from concord.api.trying import checked, write
from concord.record.errors import ChangedMeanwhileError, NotFoundError, NotOwnerError
from concord.record.history import MOST_REVISIONS, record_restore
from concord.record.publishing import Written, waiting_for_institution
from concord.record.selectors import RecordView, record_get
from concord.record.services import record_remove

DryRun = Annotated[
    bool, Query(description="Say what would become of it and what is worth a look; write nothing")
]
Why = Annotated[str, Query(min_length=1, max_length=1000, description="Why, for the history")]
CHANGED = {200: RecordOut | CheckedOut, 202: WaitingOut}


@api.post(
    "/records",
    response={201: RecordOut, 200: CheckedOut, 202: WaitingOut},
    summary="Add a record",
)
@writing(Role.EDITOR)
def record_add(request: HttpRequest, body: NewRecordIn, dry_run: DryRun = False) -> HttpResponse:  # noqa: FBT002 - a parameter of the address
    """A new record of your institution; it alone sees it unless you give another level."""
    actor = actor_of(request)
    draft = new_draft(body)
    places = {draft.record_id: ""}
    if dry_run:
        (out,) = checked(member_calling(request).viewer, actor, [draft], places)
        return answer(request, out)
    done = write(actor, [draft], places, body.reason)
    response = _became(request, draft.record_id, done, HTTPStatus.CREATED)
    response["Location"] = f"/api/records/{draft.record_id}"
    return response


@api.post(
    "/batches",
    response={201: BatchOut, 200: BatchCheckedOut, 202: BatchOut},
    summary="Add many records",
)
@writing(Role.EDITOR)
def records_add(request: HttpRequest, body: BatchIn, dry_run: DryRun = False) -> HttpResponse:  # noqa: FBT002
    """New records, all or none; they may name one another by the ids that you give them."""
    actor = actor_of(request)
    drafts, places = batch_drafts(body)
    if dry_run:
        outs = checked(member_calling(request).viewer, actor, drafts, places)
        return answer(request, BatchCheckedOut(records=outs))
    done = write(actor, drafts, places, body.reason)
    status = HTTPStatus.ACCEPTED if done.waiting else HTTPStatus.CREATED
    order = [draft.record_id for draft in drafts]
    out = BatchOut(
        written=[i for i in order if i in set(done.written)],
        waiting=[i for i in order if i in set(done.waiting)],
    )
    return answer(request, out, status)


@api.put("/records/{record_id}", response=CHANGED, summary="Replace a record")
@writing(Role.EDITOR)
def record_put(
    request: HttpRequest,
    record_id: UUID,
    body: RecordPut,
    dry_run: DryRun = False,  # noqa: FBT002
) -> HttpResponse:
    """The whole content as you may see it; a field withheld from you is never touched.

    Takes the record's ETag as ``If-Match``.
    """
    view = _own(request, record_id)
    change = Change(body.content, body.level, body.field_levels, body.reason)
    return _change(request, view, change, is_tried=dry_run)


@api.patch("/records/{record_id}", response=CHANGED, summary="Change parts of a record")
@writing(Role.EDITOR)
def record_patch(
    request: HttpRequest,
    record_id: UUID,
    body: RecordPatch,
    dry_run: DryRun = False,  # noqa: FBT002
) -> HttpResponse:
    """A JSON Merge Patch (RFC 7396): what it does not name stays, a null takes a field away.

    Takes the record's ETag as ``If-Match``.
    """
    view = _own(request, record_id)
    content = merge_patch(view.content, body.content)
    change = Change(content, body.level, body.field_levels, body.reason)
    return _change(request, view, change, is_tried=dry_run)


@api.delete("/records/{record_id}", response={204: None}, summary="Remove a record")
@writing(Role.EDITOR)
def record_delete(request: HttpRequest, record_id: UUID, reason: Why) -> HttpResponse:
    """A tombstone: the record is gone from every list, its history stays.

    Takes the record's ETag as ``If-Match``.
    """
    view = _own(request, record_id)
    try:
        record_remove(
            actor=actor_of(request),
            record_id=record_id,
            via="API",
            reason=reason,
            made_from=view.revision_number,
        )
    except ChangedMeanwhileError as error:
        raise ConditionFailedError from error
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@api.post(
    "/records/{record_id}/publish",
    response={200: RecordOut | SharingOut, 202: WaitingOut},
    summary="Change who sees a record",
)
@writing(Role.PUBLISHER)
def record_publish(
    request: HttpRequest,
    record_id: UUID,
    body: Annotated[ShareIn, Body()],
    dry_run: DryRun = False,  # noqa: FBT002
) -> HttpResponse:
    """Let everybody, or whom ``level`` names, see a record as it stands.

    The State's contact point may have to clear it. With ``dry_run`` you are told who would come to
    see what, who has it already, and what the content check warns of. What is shown cannot be taken
    back.
    """
    view = _own(request, record_id, is_match_needed=False)
    actor = actor_of(request, Role.PUBLISHER)
    levels = levels_asked(view, body)
    if dry_run:
        out = sharing_tried(member_calling(request).viewer, actor, record_id, levels)
        return answer(request, out)
    done = share(actor, record_id, levels, body.reason)
    return _became(request, record_id, done)


@api.post(
    "/records/{record_id}/revisions/{revision}/restore",
    response={200: RecordOut, 202: WaitingOut},
    summary="Restore a revision",
)
@writing(Role.EDITOR)
def revision_restore(
    request: HttpRequest, record_id: UUID, revision: int, body: Annotated[ReasonIn, Body()]
) -> HttpResponse:
    """Say again what a record said then: its content, under the levels that it has now."""
    _own(request, record_id, is_match_needed=False)
    if not 1 <= revision <= MOST_REVISIONS:
        raise NotFoundError
    actor = actor_of(request)
    done = record_restore(
        actor=actor, record_id=record_id, revision_number=revision, reason=body.reason
    )
    notice_of_waiting(actor=actor, waiting=done.waiting)
    return _became(request, record_id, done)


def _own(request: HttpRequest, record_id: UUID, *, is_match_needed: bool = True) -> RecordView:
    """A record of the caller's institution, as the caller has read it before."""
    caller = member_calling(request)
    view = record_get(viewer=caller.viewer, record_id=record_id)
    if view.owner != caller.acting.institution:
        raise NotOwnerError
    require_match(request, RecordOut.of(view), is_needed=is_match_needed)
    return view


def _change(
    request: HttpRequest, view: RecordView, change: Change, *, is_tried: bool
) -> HttpResponse:
    caller, actor = member_calling(request), actor_of(request)
    draft = changed_draft(caller.viewer, view, change)
    places = {draft.record_id: ""}
    if is_tried:
        (out,) = checked(caller.viewer, actor, [draft], places)
        return answer(request, out)
    if is_same(draft, view):
        return answer(request, RecordOut.of(view))
    done = write(actor, [draft], places, change.reason)
    return _became(request, view.id, done)


def _became(
    request: HttpRequest, record_id: UUID, done: Written, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The record as it is now, or the change of it that waits."""
    caller = member_calling(request)
    if record_id not in done.waiting:
        view = record_get(viewer=caller.viewer, record_id=record_id)
        return answer(request, RecordOut.of(view), status)
    rows = waiting_for_institution(institution=caller.acting.institution)
    (row,) = (row for row in rows if row.record_id == record_id)
    return answer(request, WaitingOut.of(row), HTTPStatus.ACCEPTED)
