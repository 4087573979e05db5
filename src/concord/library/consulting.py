"""Drafts of guidance and the comments on them, gathered across institutions into one response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Viewer
from concord.core.timespan import TimeSpan
from concord.core.vocabulary.folding import fold
from concord.record.columns import Question
from concord.record.errors import InvalidContentError, NotFoundError
from concord.record.publishing import Written, revisions_write_or_hold
from concord.record.selectors import RecordView, record_get, record_list, records_get
from concord.record.services import Draft, content_parse, records_remove
from concord.register.citing import citation, source_named, source_said
from concord.register.lists import comment_table

VIA = "consultation"
KIND = "consultation"


@dataclass(frozen=True, slots=True)
class Commented:
    """A paragraph of a draft with the comments on it that a viewer may see."""

    number: str
    heading: Mapping[str, Any] | None
    comments: Sequence[RecordView]


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft in the list: how many comments are seen on it, of how many institutions."""

    record: RecordView
    comments: int
    institutions: int
    is_open: bool


def consultation_is_open(record: RecordView) -> bool:
    """Whether comments are still gathered; a draft without a date stays open."""
    closes = record.content.get("closes")
    return closes is None or TimeSpan.parse(closes).latest >= timezone.now().date()


def consultations_list(*, viewer: Viewer) -> list[OpenDraft]:
    """The drafts that the viewer may see, those that are open first, the newest date first."""
    found = []
    for record in record_list(viewer=viewer, kind=KIND):
        comments = _comments(viewer, record.id)
        owners = {comment.owner for comment in comments}
        found.append(OpenDraft(record, len(comments), len(owners), consultation_is_open(record)))
    found.sort(key=lambda one: (one.record.content.get("closes", "9999"), str(one.record.id)),
               reverse=True)  # fmt: skip
    return sorted(found, key=lambda one: not one.is_open)


def consultation_get(*, viewer: Viewer, record_id: UUID) -> RecordView:
    """A draft open for comments; raises ``NotFoundError``."""
    return record_get(viewer=viewer, record_id=record_id, kind=KIND)


def consultation_begin(*, acting: Acting, said: Mapping[str, Any]) -> tuple[UUID, Written]:
    """Open a draft for comments; its institution alone sees it at first.

    ``said`` are the fields of the record. Raises ``InvalidContentError``.
    """
    actor = acting.require(Role.EDITOR)
    draft = Draft(content_parse(kind=KIND, data=dict(said)), uuid4(), made_from=0)
    return draft.record_id, revisions_write_or_hold(actor=actor, drafts=[draft], via=VIA)


def paragraphs_read(text: str, language: str) -> list[dict[str, Any]]:
    """Paragraphs as people type them: a line each, the number first and then what it is about."""
    found = []
    for line in text.splitlines():
        number, _space, heading = line.strip().partition(" ")
        if number:
            one: dict[str, Any] = {"number": number}
            if heading.strip():
                one["heading"] = {"original": language, "text": {language: heading.strip()}}
            found.append(one)
    return found


def comments_on(*, viewer: Viewer, consultation: RecordView) -> list[Commented]:
    """Each paragraph of a draft, in its order, with the comments on it.

    A comment on a paragraph that the draft no longer has stands at the end under its number.
    """
    by_number: dict[str, list[RecordView]] = {}
    for comment in _comments(viewer, consultation.id):
        by_number.setdefault(comment.content.get("paragraph", "–"), []).append(comment)
    found = [
        Commented(one["number"], one.get("heading"), by_number.pop(one["number"], []))
        for one in consultation.content.get("paragraphs", ())
    ]
    return found + [Commented(number, None, by_number[number]) for number in sorted(by_number)]


def _comments(viewer: Viewer, consultation: UUID) -> list[RecordView]:
    """The comments on a draft that the viewer may see, by institution."""
    asked = Question({"about": frozenset({str(consultation)})})
    found = records_get(viewer=viewer, ids=comment_table().ids_where(viewer, asked))
    seen = [view for view in found.values() if "text" in view.content]
    return sorted(seen, key=lambda view: (str(view.owner), str(view.id)))


def comment_get(*, viewer: Viewer, acting: Acting, record_id: UUID) -> RecordView:
    """A comment of one's own institution; raises ``NotFoundError``."""
    found = record_get(viewer=viewer, record_id=record_id, kind="comment")
    if found.owner != acting.institution:
        raise NotFoundError
    return found


def comment_give(
    *,
    acting: Acting,
    viewer: Viewer,
    consultation: UUID,
    said: Mapping[str, Any],
    source: str = "",
    locator: str = "",
    language: str = "en",
    before: RecordView | None = None,
) -> tuple[list[UUID], Written]:
    """Comment on a paragraph of a draft, or change what was said; gives the records written.

    ``source`` is the title or address of what bears it out: one of the register, or a new one,
    which is written beside the comment. Raises ``NotFoundError`` for a draft that the viewer does
    not see, and ``InvalidContentError``.
    """
    actor = acting.require(Role.EDITOR)
    draft = consultation_get(viewer=viewer, record_id=consultation)
    _require_open(draft, said.get("paragraph", ""))
    data = dict(said) | {"about": str(consultation)}
    drafts = []
    if source.strip():
        known = source_named(viewer=viewer, text=source)
        key = known.id if known else uuid4()
        if known is None:
            drafts.append(Draft(source_said(source, language), key, made_from=0))
        data["citations"] = [citation(key, locator)]
    key = before.id if before else uuid4()
    made_from = before.revision_number if before else 0
    drafts.append(Draft(content_parse(kind="comment", data=data), key, made_from=made_from))
    done = revisions_write_or_hold(actor=actor, drafts=drafts, via=VIA)
    return [one.record_id for one in reversed(drafts)], done


def _require_open(draft: RecordView, paragraph: str) -> None:
    known = {one["number"] for one in draft.content.get("paragraphs", ())}
    if paragraph not in known:
        folded = {fold(number): number for number in known}
        near = folded.get(fold(paragraph))
        message = _("The draft has no such paragraph.")
        if near:
            message = _("The draft has no such paragraph; do you mean %(near)s?") % {"near": near}
        raise InvalidContentError(fields={"paragraph": message})
    if not consultation_is_open(draft):
        raise InvalidContentError(fields={"about": _("Comments are no longer gathered on it.")})


def comment_take_back(*, acting: Acting, viewer: Viewer, record_id: UUID) -> UUID:
    """Take a comment of one's own back; gives the draft that it was on."""
    actor = acting.require(Role.EDITOR)
    found = comment_get(viewer=viewer, acting=acting, record_id=record_id)
    records_remove(actor=actor, ids=[record_id], via=VIA, reason="")
    return UUID(found.content["about"])
