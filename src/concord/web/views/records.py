"""The page of any record: what it says, who says so, what is withheld, and its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from concord.accounts.answers import answers_seen
from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import Acting, acting_list
from concord.core.analysis.guidance import Alignment, alignments
from concord.core.disclosure import PUBLIC, Viewer
from concord.exchange.workbook.cells import Cell
from concord.exchange.workbook.sheets import SHEETS
from concord.exchange.workbook.writing import content_said
from concord.record.columns import Question
from concord.record.history import RevisionPair, record_restore, revision_pair
from concord.record.kinds import content_type
from concord.record.purged import VIA, Removal, removals_list
from concord.record.selectors import (
    RecordView,
    record_get,
    revision_list,
)
from concord.register.assumptions import CORE, role_profiles
from concord.register.fields import field_label
from concord.register.kinds.policy import Rule
from concord.register.links import Parties, party_ids, verdict_of
from concord.register.listquery import read_moment, read_number
from concord.register.lists import answers_about
from concord.register.naming import AudienceNames
from concord.register.policy_words import PolicyWords, policy_words
from concord.register.tables import as_ids, citations_of
from concord.register.then import AsOf
from concord.register.words import Confirmation, Detail
from concord.web.templatetags.reading import language
from concord.web.views.actions import actions_for
from concord.web.views.exports import LINKED, linked_of
from concord.web.views.lists import moment_context
from concord.web.views.seeing import affirmed_of, seen_by
from concord.web.views.viewer import person_of, viewer_of

REVISIONS = 50
"""Revisions that the page of a record gives at a time."""
RUNS = 50
"""Runs of a course that its page gives."""

NAMED_IN = ("course", "same_as", "about", "translation_of", "material", "after", "version")
"""Fields that hold the id of one other record."""

OWN_PAGE = {"institution": "institution", "source": "source"}


def record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """One record of any kind; ``known_at`` shows what the register said then."""
    viewer = viewer_of(request)
    known_at = read_moment(request.GET, "known_at")
    view = record_get(viewer=viewer, record_id=record_id, known_at=known_at)
    if view.kind in OWN_PAGE and known_at is None:
        return redirect(OWN_PAGE[view.kind], record_id=record_id)
    content = view.content
    cited = {c["source"] for c in citations_of(content)}
    linked = [content[name] for name in NAMED_IN if content.get(name)]
    linked += [*content.get("parts", ()), *content.get("courses", ())]
    before = read_number(request.GET, "before")
    history = revision_list(viewer=viewer, record_id=record_id, before=before, count=REVISIONS + 1)
    has_more, history = len(history) > REVISIONS, history[:REVISIONS]
    named = party_ids([view])
    tellers = {str(view.owner)} | {str(revision.actor_institution) for revision in history}
    if view.kind == "policy" and "institution" in content:
        named.add(content["institution"])
    removals = removals_shown(viewer, view)
    tellers |= {str(removal.institution) for removal in removals}
    answers = answers_seen(viewer=viewer, about=record_id) if known_at is None else []
    named |= {str(answer.owner) for answer in answers}
    read = AsOf(viewer, known_at)
    parties = Parties(read, language(), named)
    context = {
        "record": view,
        "seen_by": seen_by(view, viewer),
        "policy": _policy(viewer, view) if view.kind == "policy" else None,
        "alignments": _alignments(view) if view.kind == "course" else (),
        "runs": _runs(read, record_id) if view.kind == "course" else [],
        "label": content_type(view.kind).label,
        "parties": parties,
        "tellers": Parties(viewer, language(), tellers),
        "sources": {str(i): r for i, r in read.records(as_ids(cited)).items()},
        "linked": {str(i): r for i, r in read.records(as_ids(linked)).items()},
        "axes": _axes(view, parties, answers),
        "answers": answers,
        "removals": removals,
        **moment_context(request, read),
        "actions": actions_for(request, view) if known_at is None else [],
        "linked_data": "" if known_at else _embedded(request, view, read),
        "history": history,
        "affirmed": None if known_at else affirmed_of(view, viewer),
        "earlier": history[-1].revision_number if has_more else None,
        "is_newest": before is None,
    }
    return render(request, "concord/record.html", context)


def _alignments(view: RecordView) -> tuple[Alignment, ...]:
    """A course beside the profiles of its roles; nothing where its topics or roles are withheld."""
    if {"topics", "roles"} & set(view.withheld):
        return ()
    content = view.content
    profiles = [(one.role, one.topic, one.share == CORE) for one in role_profiles()]
    return alignments(content.get("topics", ()), content.get("roles", ()), profiles)


def _policy(viewer: Viewer, view: RecordView) -> PolicyWords | None:
    """What a policy says, in words; None where its rules or whose it is are withheld."""
    if view.withheld or "institution" not in view.content:
        return None
    rules = map(Rule.model_validate, view.content.get("rules", ()))
    institution = UUID(view.content["institution"])
    return policy_words(rules, institution=institution, viewer=viewer, language=language())


def _embedded(request: HttpRequest, view: RecordView, read: AsOf) -> SafeString:
    """The record as JSON-LD for those who read pages by machine.

    It is data and runs nothing, so the policy of the page lets it stand; no text of it can end it.
    """
    text = orjson.dumps(linked_of(request, view, read)).decode()
    safe = text.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    return format_html('<script type="{}">{}</script>', LINKED, mark_safe(safe))  # noqa: S308


def removals_shown(viewer: Viewer, view: RecordView) -> list[Removal]:
    """What was removed under a rule of what a page would show: a field that says nothing now."""
    found = removals_list(viewer=viewer, record_id=view.id)
    return [r for r in found if r.field and r.field not in view.content]


def _runs(read: AsOf, course: UUID) -> list[RecordView]:
    """The newest runs of a course."""
    of_course = Question({"course": frozenset({str(course)})})
    return read.in_order(read.shelf.training.page(read.viewer, of_course, RUNS).ids)


def _axes(view: RecordView, parties: Parties, answers: list[RecordView]) -> dict[str, Any] | None:
    """Stage, detail and confirmation as the viewer may know it, for kinds that have them."""
    if view.kind not in {"activity", "agreement", "relation", "statement"}:
        return None
    shown = {answer.id for answer in answers}
    given = [g for g in answers_about([view.id]).get(str(view.id), ()) if g.id in shown]
    everybodys = [g for g in given if g.audience in {PUBLIC, view.audience}]
    found = verdict_of(view, given, parties)
    return {
        "stage": view.content.get("stage", "done" if view.kind == "statement" else "unknown"),
        "detail": Detail.STATED if view.kind == "statement" else Detail.ITEMISED,
        "confirmation": Confirmation(found.confirmation),
        "as_reported": found.as_reported,
        "is_ours": found != verdict_of(view, everybodys, parties),
    }


def revision(request: HttpRequest, record_id: UUID, number: int) -> HttpResponse:
    """What one revision changed; whoever may write the record can say it again."""
    viewer = viewer_of(request)
    view = record_get(viewer=viewer, record_id=record_id)
    pair = revision_pair(viewer=viewer, record_id=record_id, revision_number=number)
    acting = _owner_acting(request, view)
    if request.method == "POST":
        if acting is None:
            raise NotAllowedError
        reason = _("revision %(n)d said again") % {"n": number}
        actor = acting.require(Role.EDITOR)
        done = record_restore(
            actor=actor, record_id=record_id, revision_number=number, reason=reason
        )
        notice_of_waiting(actor=actor, waiting=done.waiting)
        return redirect("record", record_id=record_id)
    (row,) = revision_list(viewer=viewer, record_id=record_id, before=number + 1, count=1)
    changes, others = _differences(pair)
    removals = [
        removal
        for removal in removals_list(viewer=viewer, record_id=record_id)
        if removal.revision_number >= number
        and (row.via != VIA or removal.revision_number == number)
    ]
    named = {str(row.actor_institution), *(str(r.institution) for r in removals)}
    context = {
        "record": view,
        "number": number,
        "revision": row,
        "parties": Parties(viewer, language(), named),
        "removals": removals,
        "changes": changes,
        "levels": _levels(pair, viewer),
        "others": others,
        "may_restore": acting is not None
        and acting.may(Role.EDITOR)
        and not pair.is_newest
        and bool(pair.after),
    }
    return render(request, "concord/revision.html", context)


def _owner_acting(request: HttpRequest, view: RecordView) -> Acting | None:
    """The person's role in the institution that owns the record, if there is one."""
    person = person_of(request)
    found = acting_list(person=person) if person else []
    return next((acting for acting in found if acting.institution == view.owner), None)


def _differences(pair: RevisionPair) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Lines that differ, as label, before and after; and fields that have no such line."""
    before, after = (
        lines_said(content_said(pair.kind, content, language()))
        for content in (pair.before, pair.after)
    )
    changes = [
        (label, before.get(label, ""), after.get(label, ""))
        for label in dict.fromkeys([*before, *after])
        if before.get(label) != after.get(label)
    ]
    shown = {
        column.root for sheet in SHEETS if sheet.kind == pair.kind for column in sheet.columns
    } | {sheet.part for sheet in SHEETS if sheet.kind == pair.kind}
    others = [
        name
        for name in dict.fromkeys([*pair.before, *pair.after])
        if name not in shown and pair.before.get(name) != pair.after.get(name)
    ]
    return changes, others


def _levels(pair: RevisionPair, viewer: Viewer) -> list[tuple[str, str]]:
    """Field, blank for the record as a whole, and who sees it from then on, blank where nobody."""
    names = AudienceNames(
        viewer, language(), {audience for _name, audience in pair.levels if audience}
    )
    return [
        (field_label(name) if name else "", names.name(audience) if audience else "")
        for name, audience in pair.levels
    ]


def lines_said(said: list[tuple[str, Cell]]) -> dict[str, str]:
    """What a content says, one text for each label."""
    lines: dict[str, str] = {}
    for label, cell in said:
        lines[label] = f"{lines[label]}\n{cell}" if label in lines else str(cell)
    return lines
