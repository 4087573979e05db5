"""The desk of a network's coordinator: institutions to invite, rounds, and nothing of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.accounts.coordinating import (
    institution_enter,
    institution_invite,
    invited_list,
    invited_revoke,
    managed,
)
from concord.accounts.models import Wording
from concord.accounts.rounds import (
    BETWEEN_REMINDERS,
    Asked,
    RoundError,
    round_ask,
    round_asked,
    round_close,
    round_get,
    round_list,
    round_make,
    round_remind,
    round_word,
)
from concord.accounts.selectors import Coordinating, coordinating_for
from concord.core.disclosure import ANYONE
from concord.core.vocabulary import LANGUAGES
from concord.record.columns import Question
from concord.record.errors import ConcordError, NotFoundError
from concord.record.selectors import RecordView, record_get, records_get
from concord.record.sensitive import UnconfirmedContentError
from concord.register import vocabulary
from concord.register.declarations import declared_of, years_shown
from concord.register.links import Parties, short_name
from concord.register.listquery import LONGEST_SEARCH, read_ids
from concord.register.lists import institution_table
from concord.register.words import InstitutionKind
from concord.web.templatetags.reading import language
from concord.web.views.viewer import me_of, signed_in

MOST = 500
FOUND = 30
"""Institutions that a search for others to ask gives."""


def _coordinating(request: HttpRequest, network: UUID) -> Coordinating:
    return coordinating_for(person=me_of(request), network=network)


def members_of(network: UUID) -> list[RecordView]:
    """The institutions that stand in the register as members of a network, by name."""
    wanted = Question({"network": frozenset({str(network)})})
    ids = institution_table().ids_where(ANYONE, wanted)
    return by_name(records_get(viewer=ANYONE, ids=ids).values())


def by_name(records: Iterable[RecordView]) -> list[RecordView]:
    """Institutions by State and name."""
    return sorted(records, key=lambda r: (r.content.get("state", ""), short_name(r, language())))


@signed_in
def network(request: HttpRequest, network_id: UUID) -> HttpResponse:
    """Whom the network has, who of them is on board, and what the coordinator asks them."""
    coordinating = _coordinating(request, network_id)
    errors: dict[str, str] = {}
    link = ""
    if request.method == "POST":
        try:
            link = _invite(request, coordinating)
        except ConcordError as error:
            errors = error.fields or {"name": error.detail or str(error.title)}
        else:
            if not link:
                return redirect("network", network_id=network_id)
    members = members_of(network_id)
    ids = {member.id for member in members}
    on_board = managed(institutions=ids)
    invited = invited_list(coordinating=coordinating)
    named = ids | {invitation.institution for invitation in invited} | {network_id}
    context = {
        "network": record_get(viewer=ANYONE, record_id=network_id, kind="network"),
        "members": [(member, member.id in on_board) for member in members],
        "on_board": len(on_board),
        "others": _others(request, ids),
        "invited": invited,
        "parties": Parties(ANYONE, language(), set(map(str, named))),
        "rounds": round_list(network=network_id),
        "today": timezone.now().date(),
        "declared_years": declared_of(viewer=ANYONE, years=years_shown(), institutions=ids),
        "countries": sorted((c.label(language()), c.code) for c in vocabulary.countries()),
        "kinds": [k for k in InstitutionKind if k is not InstitutionKind.COMPILER],
        "typed": request.POST,
        "words": request.GET.get("q", ""),
        "link": link,
        "errors": errors,
    }
    return render(request, "concord/network.html", context, status=422 if errors else 200)


def _others(request: HttpRequest, known: set[UUID]) -> list[tuple[RecordView, bool]]:
    """Institutions that answer to the words, beside those of the network."""
    found = institutions_found(request.GET.get("q", ""), known)
    on_board = managed(institutions=[record.id for record in found])
    return [(record, record.id in on_board) for record in found]


def institutions_found(words: str, known: set[UUID]) -> list[RecordView]:
    """Institutions that answer to words, by name, but for those that are known already."""
    if not words.strip():
        return []
    page = institution_table().page(
        ANYONE, Question({}, words.replace("\0", " ")[:LONGEST_SEARCH]), FOUND
    )
    records = records_get(viewer=ANYONE, ids=[i for i in page.ids if i not in known])
    return by_name(records.values())


def _invite(request: HttpRequest, coordinating: Coordinating) -> str:
    """Do what was asked about invitations; return a new link."""
    do = request.POST.get("do", "")
    (target,) = read_ids(request.POST, "id", 1) or (None,)
    if do == "revoke" and target:
        invited_revoke(coordinating=coordinating, invitation=target)
        return ""
    if do == "enter":
        kind = request.POST.get("kind", "")
        state = request.POST.get("state", "")
        target = institution_enter(
            coordinating=coordinating, name=request.POST.get("name", ""), language=language(),
            state=state, kind=kind,
        )  # fmt: skip
    if target is None:
        raise NotFoundError
    secret = institution_invite(coordinating=coordinating, institution=target)
    return request.build_absolute_uri(reverse("join", args=[secret]))


@signed_in
def round_new(request: HttpRequest, network_id: UUID) -> HttpResponse:
    """Open a round: what is asked, why, by what rules, by when, and of whom."""
    coordinating = _coordinating(request, network_id)
    errors: dict[str, str] = {}
    if request.method == "POST" and request.POST.get("do") != "search":
        try:
            made = _make(request, coordinating)
        except UnconfirmedContentError:
            raise  # its page asks, and sends the form again
        except ConcordError as error:
            errors = error.fields
        else:
            return redirect("network_round", network_id=network_id, round_id=made)
    members = members_of(network_id)
    chosen = read_ids(request.POST, "institution", MOST)
    known = {member.id for member in members}
    kept = records_get(viewer=ANYONE, ids=[i for i in chosen if i not in known])
    others = institutions_found(request.POST.get("q", ""), known | set(kept))
    today = timezone.now().date()
    context: dict[str, Any] = {
        "network": record_get(viewer=ANYONE, record_id=network_id, kind="network"),
        "members": members,
        "others": [*by_name(kept.values()), *others],
        "chosen": set(chosen) if request.method == "POST" else known,
        "typed": request.POST
        or {
            "period": str(today.year - 1),
            "opens_on": today.isoformat(),
            "due_on": (today + dt.timedelta(days=28)).isoformat(),
        },
        "errors": errors,
        "wordings": _wordings(request.POST, language()),
    }
    return render(request, "concord/round_new.html", context, status=422 if errors else 200)


def _make(request: HttpRequest, coordinating: Coordinating) -> UUID:
    typed = request.POST
    return round_make(
        coordinating=coordinating,
        title=typed.get("title", ""),
        reason=typed.get("reason", ""),
        rules=typed.get("rules", ""),
        language=language(),
        period=typed.get("period", ""),
        opens_on=_day(typed.get("opens_on", "")),
        due_on=_day(typed.get("due_on", "")),
        institutions=read_ids(typed, "institution", MOST),
        wordings=_wordings(typed, language()),
    ).id


def _wordings(typed: Mapping[str, str], own: str) -> list[Wording]:
    return [
        Wording(tag, *(typed.get(f"{name}-{tag}", "") for name in ("title", "reason", "rules")))
        for tag in LANGUAGES
        if tag != own
    ]


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


@signed_in
def network_round(request: HttpRequest, network_id: UUID, round_id: UUID) -> HttpResponse:
    """Who has answered a round; reminding, asking further institutions, closing."""
    coordinating = _coordinating(request, network_id)
    found = round_get(round_id=round_id)
    if found.network != network_id:
        raise NotFoundError
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _run(request, coordinating, round_id)
        except RoundError as error:
            errors = error.fields
        else:
            return redirect("network_round", network_id=network_id, round_id=round_id)
    asked = round_asked(viewer=ANYONE, found=found)
    ids = {a.institution for a in asked}
    members = [member for member in members_of(network_id) if member.id not in ids]
    known = ids | {member.id for member in members}
    parties = Parties(ANYONE, language(), {*map(str, ids), str(network_id)})
    context = {
        "round": found,
        "parties": parties,
        "silent": _sorted(parties, [a for a in asked if not a.has_answered]),
        "answered": _sorted(parties, [a for a in asked if a.has_answered]),
        "managed": managed(institutions=ids),
        "candidates": [*members, *institutions_found(request.GET.get("q", ""), known)],
        "words": request.GET.get("q", ""),
        "today": timezone.now().date(),
        "days": BETWEEN_REMINDERS.days,
        "errors": errors,
        "wordings": _wordings(request.POST, found.language)
        if errors
        else [
            Wording(tag, **found.wordings.get(tag, {"title": "", "reason": ""}))
            for tag in LANGUAGES
            if tag != found.language
        ],
    }
    return render(request, "concord/network_round.html", context, status=422 if errors else 200)


def _sorted(parties: Parties, asked: list[Asked]) -> list[Asked]:
    return sorted(asked, key=lambda a: parties.record(str(a.institution)).label)


def _run(request: HttpRequest, coordinating: Coordinating, round_id: UUID) -> None:
    do = request.POST.get("do")
    chosen = read_ids(request.POST, "institution", MOST)
    if do == "remind":
        count = round_remind(coordinating=coordinating, round_id=round_id, institutions=chosen)
        text = ngettext("%(n)d institution reminded.", "%(n)d institutions reminded.", count)
        messages.success(request, text % {"n": count})
        if not count:
            text = _("Each was asked or reminded within %(n)d days, or often enough.")
            messages.info(request, text % {"n": BETWEEN_REMINDERS.days})
    elif do == "ask" and chosen:
        round_ask(coordinating=coordinating, round_id=round_id, institutions=chosen)
    elif do == "word":
        found = round_get(round_id=round_id)
        said = _wordings(request.POST, found.language)
        round_word(coordinating=coordinating, round_id=round_id, wordings=said)
        messages.success(request, _("Saved."))
    elif do == "close":
        round_close(coordinating=coordinating, round_id=round_id)
