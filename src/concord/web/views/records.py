"""The page of any record: what it says, who says so, what is withheld, and its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from concord.core.analysis.ladder import confirmation
from concord.core.disclosure import Viewer
from concord.record.columns import Question
from concord.record.kinds import content_type
from concord.record.selectors import RecordView, record_get, records_get, revision_list
from concord.register.links import Parties, party_ids
from concord.register.listquery import read_moment
from concord.register.lists import training_table
from concord.register.tables import as_ids, citations_of
from concord.register.words import Confirmation, Detail
from concord.web.templatetags.reading import language
from concord.web.views.viewer import viewer_of

RUNS = 50
"""Runs of a course that its page gives."""

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
    linked = [content[name] for name in ("course", "same_as") if content.get(name)]
    linked += content.get("parts", ())
    history = revision_list(viewer=viewer, record_id=record_id)
    named = party_ids([view]) | {str(revision.actor_institution) for revision in history}
    parties = Parties(viewer, language(), named)
    context = {
        "record": view,
        "runs": _runs(viewer, record_id) if view.kind == "course" else [],
        "label": content_type(view.kind).label,
        "parties": parties,
        "sources": {str(i): r for i, r in records_get(viewer=viewer, ids=as_ids(cited)).items()},
        "linked": {str(i): r for i, r in records_get(viewer=viewer, ids=as_ids(linked)).items()},
        "axes": _axes(view.kind, content, parties),
        "known_at": known_at,
        "history": history,
    }
    return render(request, "concord/record.html", context)


def _runs(viewer: Viewer, course: UUID) -> list[RecordView]:
    """The newest runs of a course."""
    page = training_table().page(viewer, Question({"course": frozenset({str(course)})}), RUNS)
    found = records_get(viewer=viewer, ids=page.ids)
    return [found[i] for i in page.ids if i in found]


def _axes(kind: str, content: dict[str, Any], parties: Parties) -> dict[str, Any] | None:
    """Stage, detail and confirmation, for kinds that have them."""
    if kind not in {"activity", "agreement", "relation", "statement"}:
        return None
    named = [parties.name(part.get("party", part)) for part in content.get("parties", ())]
    answers = [
        (parties.name(a["party"]).side, a.get("answer", "confirms") != "denies")
        for a in content.get("accounts", ())
    ]
    return {
        "stage": content.get("stage", "done" if kind == "statement" else "unknown"),
        "detail": Detail.STATED if kind == "statement" else Detail.ITEMISED,
        "confirmation": Confirmation(confirmation(answers, len({p.side for p in named}))),
        "as_reported": bool(answers),
    }
