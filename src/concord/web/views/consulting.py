"""Drafts of guidance open for comments: the list, a draft with what is said of it, the response."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import Acting, acting_list
from concord.core.disclosure import strictest_tlp
from concord.documents.findings.workbook import workbook_of
from concord.documents.response import response_sheet
from concord.library.consulting import (
    comment_get,
    comment_give,
    comment_take_back,
    comments_on,
    consultation_begin,
    consultation_get,
    consultation_is_open,
    consultations_list,
    paragraphs_read,
)
from concord.record.errors import InvalidContentError
from concord.record.publishing import Written
from concord.record.selectors import RecordView, records_get
from concord.register import vocabulary
from concord.register.citing import sources_offered
from concord.register.links import Parties
from concord.register.reading import pick
from concord.register.tables import as_ids
from concord.register.words import CommentKind
from concord.web.templatetags.reading import language
from concord.web.views.actions import actions_for
from concord.web.views.exports import workbook_file
from concord.web.views.seeing import seen_by
from concord.web.views.viewer import acting_of, person_of, signed_in, viewer_of

LONGEST: Final = 100_000
"""Letters of the list of paragraphs that a form takes."""


def drafts(request: HttpRequest) -> HttpResponse:
    """Drafts of guidance on which comments are or were gathered."""
    found = consultations_list(viewer=viewer_of(request))
    context = {"drafts": found, "may_add": bool(_editors(request))}
    return render(request, "concord/drafts.html", context)


def _editors(request: HttpRequest) -> list[Acting]:
    person = person_of(request)
    found = acting_list(person=person) if person else []
    return [acting for acting in found if acting.may(Role.EDITOR)]


def draft(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One draft: each paragraph with what institutions say of it."""
    viewer = viewer_of(request)
    view = consultation_get(viewer=viewer, record_id=record_id)
    paragraphs = comments_on(viewer=viewer, consultation=view)
    comments = [comment for one in paragraphs for comment in one.comments]
    sources = {c["source"] for comment in comments for c in comment.content.get("citations", ())}
    editors = _editors(request)
    owners = {str(comment.owner) for comment in comments} | {str(view.owner)}
    context = {
        "record": view,
        "paragraphs": paragraphs,
        "count": len(comments),
        "institutions": len({comment.owner for comment in comments}),
        "parties": Parties(viewer, language(), owners),
        "sources": {str(k): r for k, r in records_get(viewer=viewer, ids=as_ids(sources)).items()},
        "own": {acting.institution for acting in editors},
        "may_comment": bool(editors) and consultation_is_open(view),
        "is_open": consultation_is_open(view),
        "actions": actions_for(request, view),
        "seen_by": seen_by(view, viewer),
    }  # fmt: skip
    return render(request, "concord/draft.html", context)


def draft_response(request: HttpRequest, record_id: UUID) -> FileResponse:
    """The response as a workbook: every comment that the viewer may see, with its sources."""
    viewer = viewer_of(request)
    view = consultation_get(viewer=viewer, record_id=record_id)
    sheet = response_sheet(view, comments_on(viewer=viewer, consultation=view), viewer, language())
    book = workbook_of([sheet], tlp=strictest_tlp(viewer.audiences))
    return workbook_file(book, "concord-response")


@signed_in
def draft_new(request: HttpRequest) -> HttpResponse:
    """Open a draft for comments."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            key, written = consultation_begin(acting=acting, said=_draft_said(request))
        except InvalidContentError as error:
            errors = _faults(error)
        else:
            return _saved(request, acting, written, [key], reverse("draft", args=[key]))
    context = {
        "errors": errors,
        "typed": request.POST,
        "topics": [(e.code, e.label(language())) for e in vocabulary.topics().leaves()],
        "chosen": request.POST.getlist("topics"),
        "publications": [
            (e.code, vocabulary.publication_title(e.code)) for e in vocabulary.publications()
        ],
    }
    return render(request, "concord/draft_new.html", context, status=422 if errors else 200)


def _faults(error: InvalidContentError) -> dict[str, str]:
    return {name.partition(".")[0]: fault for name, fault in error.fields.items()}


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _text(words: str) -> dict[str, Any]:
    return {"original": language(), "text": {language(): words}}


def _draft_said(request: HttpRequest) -> dict[str, Any]:
    faults: dict[str, str] = {}
    title, lines = _typed(request, "titles"), request.POST.get("paragraphs", "")[:LONGEST]
    paragraphs = paragraphs_read(lines, language())
    if not title:
        faults["titles"] = _("Say what the draft is called.")
    if not paragraphs:
        faults["paragraphs"] = _("Write its paragraphs, one on a line, each with its number first.")
    if faults:
        raise InvalidContentError(fields=faults)
    said = {name: value for name in ("number", "publisher", "url", "closes", "revises")
            if (value := _typed(request, name))}  # fmt: skip
    topics = request.POST.getlist("topics")
    return said | {"titles": _text(title), "paragraphs": paragraphs, "topics": topics}


@signed_in
def comment(request: HttpRequest, record_id: UUID, comment_id: UUID | None = None) -> HttpResponse:
    """Comment on a paragraph, change what one's institution said of it, or take it back."""
    viewer, acting = viewer_of(request), acting_of(request)
    acting.require(Role.EDITOR)
    view = consultation_get(viewer=viewer, record_id=record_id)
    before = comment_get(viewer=viewer, acting=acting, record_id=comment_id) if comment_id else None
    errors: dict[str, str] = {}
    if request.method == "POST":
        if before and request.POST.get("do") == "back":
            comment_take_back(acting=acting, viewer=viewer, record_id=before.id)
            messages.success(request, _("Your comment is taken back."))
            return redirect("draft", record_id=record_id)
        try:
            keys, written = comment_give(
                acting=acting, viewer=viewer, consultation=record_id,
                said=_comment_said(request, before), source=_typed(request, "source"),
                locator=_typed(request, "locator"), language=language(), before=before,
            )  # fmt: skip
        except InvalidContentError as error:
            errors = _faults(error)
        else:
            return _saved(request, acting, written, keys, reverse("draft", args=[record_id]))
    context = {
        "record": view,
        "before": before,
        "errors": errors,
        "typed": request.POST if request.method == "POST" else _begun(request, before),
        "kinds": CommentKind.choices,
        "sources": sources_offered(viewer=viewer, language=language()),
    }
    return render(request, "concord/draft_comment.html", context, status=422 if errors else 200)


def _comment_said(request: HttpRequest, before: RecordView | None) -> dict[str, Any]:
    """What was typed, in place of what was said in this language before."""
    said: dict[str, Any] = dict(before.content) if before else {}
    if not _typed(request, "text"):
        raise InvalidContentError(fields={"text": _("Say what should change, and why.")})
    said |= {name: _typed(request, name) for name in ("paragraph", "comment_kind")}
    said["text"] = _text(_typed(request, "text"))
    said.pop("proposed", None)
    if proposed := _typed(request, "proposed"):
        said["proposed"] = _text(proposed)
    return said


def _begun(request: HttpRequest, before: RecordView | None) -> dict[str, Any]:
    """What the form begins with."""
    if before is None:
        paragraph = request.GET.get("paragraph", "")
        return {"paragraph": paragraph, "comment_kind": CommentKind.TECHNICAL}
    content = before.content
    begun = {name: content.get(name, "") for name in ("paragraph", "comment_kind")}
    for name in ("text", "proposed"):
        begun[name] = pick(content[name], language())[0] if name in content else ""
    return begun


def _saved(
    request: HttpRequest, acting: Acting, written: Written, keys: list[UUID], address: str
) -> HttpResponse:
    """On to choosing who sees it, for whoever may; else back to the draft."""
    if written.waiting:
        notice_of_waiting(actor=acting.require(Role.EDITOR), waiting=written.waiting)
        messages.info(request, _("It is seen once whoever must let it out has done so."))
        return redirect(address)
    messages.success(
        request, _("Saved. Your institution alone sees it until somebody publishes it.")
    )
    if not acting.may(Role.PUBLISHER):
        return redirect(address)
    chosen = "&".join(f"id={key}" for key in keys)
    return redirect(f"{reverse('publish')}?{chosen}")
