"""What others say of an institution, for it to confirm, to deny, or to answer in its own words."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.accounts.answers import (
    ASKED,
    Party,
    Reply,
    answer_take_back,
    answerable,
    answers_give,
    answers_given,
    questions_list,
    speaks_for,
)
from concord.accounts.errors import NotAllowedError
from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import Acting, acting_list
from concord.record.errors import InvalidContentError, InvalidQueryError
from concord.record.kinds import content_type
from concord.record.publishing import Written, gate_get
from concord.record.selectors import RecordView, record_get
from concord.register.citing import citation, source_named, sources_offered
from concord.register.links import Parties, party_ids
from concord.register.listquery import LONGEST_SEARCH, is_id, read_choice
from concord.register.words import Answer
from concord.web.templatetags.reading import language
from concord.web.views.viewer import acting_as, acting_of, me_of, signed_in, viewer_of

SHOWN: Final = 50
LONGEST: Final = 10_000


def _code(party: Party) -> str:
    ((sort, key),) = party.items()
    return f"{sort}:{key}"


def _reply(text: str, answer: str) -> Reply:
    """One choice of the page: the record and the party, as their checkbox names them."""
    record, _bar, code = text.partition("|")
    sort, _colon, key = code.partition(":")
    if not is_id(record) or sort not in {"institution", "state"}:
        raise InvalidQueryError(fields={"id": _("this is not the id of a record")})
    return Reply(UUID(record), {sort: key}, answer)


@signed_in
def questions(request: HttpRequest) -> HttpResponse:
    """Records of others that name the institution: answered many at once."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    viewer = viewer_of(request)
    mine = speaks_for(person=me_of(request), acting=acting)
    error = ""
    if request.method == "POST":
        chosen = request.POST.getlist("id")[:SHOWN]
        word = request.POST.get("answer", "")
        if not chosen:
            error = _("Choose what you answer.")
        else:
            done = answers_give(
                acting=acting, viewer=viewer, parties=mine,
                replies=[_reply(text, word) for text in chosen],
                publish=_publishes(request, acting),
            )  # fmt: skip
            _tell(request, acting, done)
            return redirect(request.get_full_path())
    kind = read_choice(request.GET, "kind", ["", *ASKED], "")
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH].replace("\0", " ")
    asked, total = questions_list(
        viewer=viewer, acting=acting, parties=mine, kind=kind, words=words, count=SHOWN
    )
    named = party_ids([a.record for a in asked]) | {str(a.record.owner) for a in asked}
    context = {
        "asked": [(a.record, [(f"{a.record.id}|{_code(p)}", p) for p in a.parties]) for a in asked],
        "total": total,
        "parties": Parties(viewer, language(), named | {str(acting.institution)}),
        "kinds": [(name, content_type(name).label) for name in ASKED],
        "kind": kind,
        "q": words,
        "answers": Answer.choices,
        "error": error,
        "gate": gate_get(institution=acting.institution),
        "may_publish": acting.may(Role.PUBLISHER),
        "has_several": len(mine) > 1,
    }
    return render(request, "concord/questions.html", context, status=422 if error else 200)


def _publishes(request: HttpRequest, acting: Acting) -> bool:
    return bool(request.POST.get("publish")) and acting.may(Role.PUBLISHER)


def _tell(request: HttpRequest, acting: Acting, done: Written) -> None:
    count = len({*done.written, *done.waiting})
    text = ngettext("%(n)d answer given.", "%(n)d answers given.", count)
    messages.success(request, text % {"n": count})
    if done.waiting:
        notice_of_waiting(actor=acting.require(Role.EDITOR), waiting=done.waiting)
        messages.info(request, _("It is seen once whoever must let it out has done so."))


@signed_in
def answer(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Answer one record: what the institution says of it stands beside it."""
    viewer = viewer_of(request)
    record = record_get(viewer=viewer, record_id=record_id)
    acting, mine = _answering(request, record)
    given = {_code_of(r): r for r in answers_given(acting=acting, about=record_id)}
    codes = [_code(party) for party in mine]
    code = request.POST.get("party") or request.GET.get("party") or codes[0]
    if code not in codes:
        code = codes[0]
    before = given.get(code)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if request.POST.get("do") == "back" and before:
            answer_take_back(acting=acting, answer=before.id)
            messages.success(request, _("Your answer is taken back."))
            return redirect("record", record_id=record_id)
        errors = _faults(request)
        if not errors:
            try:
                done = _give(request, acting, mine, Reply(
                    record_id, mine[codes.index(code)], request.POST.get("answer", "")
                ))  # fmt: skip
            except InvalidContentError as error:
                errors = {name.partition(".")[0]: fault for name, fault in error.fields.items()}
            else:
                _tell(request, acting, done)
                return redirect("record", record_id=record_id)
    named = party_ids([record]) | {str(acting.institution)}
    context = {
        "record": record,
        "parties": Parties(viewer, language(), named),
        "mine": list(zip(codes, mine, strict=True)),
        "code": code,
        "before": before,
        "answers": Answer.choices,
        "errors": errors,
        "typed": request.POST if request.method == "POST" else _begun(before),
        "sources": sources_offered(viewer=viewer, language=language()),
        "gate": gate_get(institution=acting.institution),
        "may_publish": acting.may(Role.PUBLISHER),
    }
    return render(request, "concord/answer.html", context, status=422 if errors else 200)


def _answering(request: HttpRequest, record: RecordView) -> tuple[Acting, list[Party]]:
    """For whom the person answers this record: the institution chosen if it may, else another."""
    person = me_of(request)
    chosen = acting_of(request)
    others = [a for a in acting_list(person=person) if a.institution != chosen.institution]
    for acting in (chosen, *others):
        mine = answerable(record, acting, speaks_for(person=person, acting=acting))
        if mine and acting.may(Role.EDITOR):
            return acting_as(request, acting.institution), mine
    raise NotAllowedError(_("Only the parties that a record names answer it."))


def _code_of(given: RecordView) -> str:
    return _code({k: v for k, v in given.content["party"].items() if k != "description"})


def _faults(request: HttpRequest) -> dict[str, str]:
    found: dict[str, str] = {}
    if request.POST.get("answer") not in Answer.values:
        found["answer"] = _("Choose what you say of it.")
    if len(request.POST.get("text", "")) > LONGEST:
        found["text"] = _("At most %(n)d characters are possible.") % {"n": LONGEST}
    named = request.POST.get("source", "").strip()
    if named and source_named(viewer=viewer_of(request), text=named) is None:
        found["source"] = _("No source of the register has this title or address; leave it blank.")
    return found


def _give(request: HttpRequest, acting: Acting, mine: list[Party], reply: Reply) -> Written:
    source = source_named(viewer=viewer_of(request), text=request.POST.get("source", ""))
    locator = request.POST.get("locator", "").strip()
    return answers_give(
        acting=acting,
        viewer=viewer_of(request),
        parties=mine,
        replies=[reply],
        text=request.POST.get("text", "").strip(),
        language=language(),
        citations=[citation(source.id, locator)] if source else [],
        publish=_publishes(request, acting),
    )


def _begun(before: RecordView | None) -> dict[str, Any]:
    """What the form begins with: what was answered before."""
    if before is None:
        return {}
    text = before.content.get("text", {"text": {}})["text"]
    return {"answer": before.content["answer"], "text": text.get(language(), "")}
