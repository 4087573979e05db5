"""An institution's policy of disclosure: its public page, and the form that it is said with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import Acting
from concord.core.disclosure import ANYONE, Breadth, Level
from concord.core.vocabulary import LANGUAGES
from concord.exchange.workbook.cells import OWN_TRANSLATION
from concord.record.audiences import levels_for
from concord.record.errors import ChangedMeanwhileError, InvalidContentError
from concord.record.kinds import content_type
from concord.record.publishing import gate_get
from concord.record.selectors import record_get, revision_list
from concord.register.fields import field_label
from concord.register.kinds.policy import Rule
from concord.register.links import Parties
from concord.register.policies import (
    policy_differing,
    policy_get,
    policy_own,
    policy_parse,
    policy_put,
)
from concord.register.policy_words import KINDS, kind_words, level_names, policy_words
from concord.register.sharing import policies_proposed
from concord.web.templatetags.reading import language
from concord.web.views.publishing import MOST, FieldControl
from concord.web.views.viewer import acting_of, signed_in, viewer_of

LONGEST = 4000
REVISIONS = 20
"""Revisions of a policy that its page names."""


def policy(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """What an institution shows to whom, in words; a true empty page where it has said nothing."""
    viewer = viewer_of(request)
    institution = record_get(viewer=viewer, record_id=record_id, kind="institution")
    found = policy_get(viewer=viewer, institution=record_id)
    context: dict[str, Any] = {"institution": institution, "policy": found}
    if found:
        context |= {
            "statements_said": statements_said(found.statement),
            "said": policy_words(
                found.rules, institution=record_id, viewer=viewer, language=language()
            ),
            "revisions": revision_list(viewer=viewer, record_id=found.record.id, count=REVISIONS),
            "parties": Parties(viewer, language(), {str(found.record.owner)}),
        }
    return render(request, "concord/policy.html", context)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen for a kind of record; no level where nothing is said of it."""

    level: str
    shows_existence: bool
    in_totals: bool


@dataclass(frozen=True, slots=True)
class Control:
    """A kind of record in the form, with each of its fields and the level chosen for it."""

    key: str
    words: str
    choice: Chosen
    fields: list[FieldControl]

    @property
    def otherwise(self) -> int:
        """How many fields have a level of their own."""
        return sum(bool(field.level) for field in self.fields)


@signed_in
def policy_edit(request: HttpRequest) -> HttpResponse:
    """The policy as a form; shown in the words of its page before it is saved."""
    acting = acting_of(request)
    actor = acting.require(Role.PUBLISHER)
    page = _Form(request, acting)
    do = request.POST.get("do", "")
    if request.method != "POST":
        return page.answer()
    try:
        page.check()
        if do != "save" or request.POST.get("seen") != page.digest():
            return page.answer(is_preview=True)
        written = policy_put(
            actor=actor,
            rules=page.rules,
            statement=page.statement,
            made_from=page.made_from,
            reason=request.POST.get("reason", "").strip()[:1000],
        )
    except ChangedMeanwhileError:
        message = _("Somebody else changed the policy meanwhile. Look at it, then say it again.")
        return page.answer(errors={"policy": message}, status=409)
    except InvalidContentError as error:
        return page.answer(errors=error.fields or {"policy": str(error)}, status=422)
    if written.waiting:
        notice_of_waiting(actor=actor, waiting=written.waiting)
        messages.info(request, _("It waits for the contact point of your State to clear it."))
    else:
        messages.success(request, _("The policy is saved. No record has changed by it."))
    return redirect("policy_edit")


class _Form:
    """The form, from what was typed or else from the policy as it stands."""

    def __init__(self, request: HttpRequest, acting: Acting) -> None:
        self.request, self.institution = request, acting.institution
        self.own = policy_own(institution=self.institution)
        number = self.own.revision_number if self.own else 0
        if request.method == "POST":
            typed = request.POST.get("made_from", "")
            self.made_from = int(typed) if typed.isdecimal() and len(typed) < 9 else number
            self.rules = _rules_of(request.POST)
        else:
            self.made_from = number
            self.rules = list(self.own.content.get("rules", ())) if self.own else []
        self.statement = self._statement()

    def _statement(self) -> Mapping[str, Any] | None:
        """What was typed in each language; one that the form did not have stays as it was."""
        known: Mapping[str, Any] | None = self.own.content.get("statement") if self.own else None
        if self.request.method != "POST":
            return known
        post, before = self.request.POST, known["text"] if known else {}
        said = {
            tag: words
            for tag in dict.fromkeys([language(), *LANGUAGES, *before])
            if (words := _lines(post.get(f"statement-{tag}", before.get(tag, ""))))
        }
        if not said:
            return None
        original = known["original"] if known and known["original"] in said else next(iter(said))
        makers = known.get("translators", {}) if known else {}
        translators = {t: makers.get(t, OWN_TRANSLATION) for t in said if t != original}
        return {"original": original, "text": said, "translators": translators}

    def check(self) -> None:
        policy_parse(institution=self.institution, rules=self.rules, statement=self.statement)

    def digest(self) -> str:
        said = json.dumps([self.rules, self.statement], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def answer(
        self,
        *,
        is_preview: bool = False,
        errors: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        viewer = viewer_of(self.request)
        levels = levels_for(self.institution)
        names = level_names(
            levels, institution=self.institution, viewer=viewer, language=language()
        )
        options = [(str(level), names[level]) for level in levels]
        is_asked = self.request.method != "POST"
        context: dict[str, Any] = {
            "institution": self.institution,
            "own": self.own,
            "controls": _controls(self.rules, options),
            "options": options,
            "statements": self._words(),
            "reason": self.request.POST.get("reason", ""),
            "made_from": self.made_from,
            "gate": gate_get(institution=self.institution),
            "errors": errors or {},
            "differing": self._differing() if is_asked and self.own else [],
        }
        if is_preview:
            rules = tuple(map(Rule.model_validate, self.rules))
            context["seen"] = self.digest()
            context["said"] = policy_words(
                rules, institution=self.institution, viewer=ANYONE, language=language()
            )
            context["statements_said"] = statements_said(self.statement)
        return render(self.request, "concord/policy_edit.html", context, status=status)

    def _words(self) -> list[tuple[str, str]]:
        """The own words in each language that they may be given in, the reader's first."""
        said = self.statement["text"] if self.statement else {}
        tags = dict.fromkeys([language(), *LANGUAGES, *said])
        return [(tag, said.get(tag, "")) for tag in tags]

    def _differing(self) -> list[dict[str, Any]]:
        """Records that differ from the policy, by kind, as many as are shared at a time."""
        found = policy_differing(institution=self.institution)
        by_kind: dict[str, list[UUID]] = {}
        for key, kind in found.items():
            by_kind.setdefault(kind, []).append(key)
        proposed = policies_proposed(institution=self.institution, kinds=list(by_kind))
        return [
            {
                "words": kind_words(kind),
                "count": len(ids),
                "ids": list(islice(ids, MOST)),
                "choice": proposed[kind].text(),
            }
            for kind, ids in by_kind.items()
        ]


def _lines(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()[:LONGEST]


@dataclass(frozen=True, slots=True)
class Spoken:
    """An institution's own words in one language, and who translated them, if anybody."""

    tag: str
    words: str
    translator: str


def statements_said(text: Mapping[str, Any] | None) -> tuple[list[Spoken], list[Spoken]]:
    """An institution's own words: in the reader's language and then others; else in all at once."""
    if not text:
        return [], []
    makers = text.get("translators", {})
    tags = sorted(text["text"], key=lambda tag: (tag != language(), tag != text["original"]))
    said = [Spoken(tag, text["text"][tag], makers.get(tag, "")) for tag in tags]
    first = 1 if language() in text["text"] else len(said)
    return said[:first], said[first:]


def _controls(rules: Sequence[Mapping[str, Any]], options: list[tuple[str, str]]) -> list[Control]:
    """Each kind of record with what the rules say of it.

    A level that the institution no longer has is shown as its own: it means no more than that.
    """
    known = {value for value, _label in options}
    by_name = {(rule["record_kind"], rule.get("field")): rule for rule in rules}
    kinds = [*KINDS, *dict.fromkeys(rule["record_kind"] for rule in rules)]
    found = []
    for kind in dict.fromkeys(kinds):
        whole = by_name.get((kind, None), {})
        fields = [
            FieldControl(
                name,
                field_label(name),
                _level_text(by_name.get((kind, name), {}), known),
                options,
                is_as_record=True,
            )
            for name in content_type(kind).model_fields
        ]
        chosen = Chosen(
            _level_text(whole, known),
            bool(whole.get("shows_existence")),
            bool(whole.get("in_totals")),
        )
        found.append(Control(kind, kind_words(kind), chosen, fields))
    return found


def _level_text(rule: Mapping[str, Any], known: set[str]) -> str:
    if not rule:
        return ""
    of = rule.get("network") or rule.get("group")
    text = f"{rule['breadth']}:{of}" if of else str(rule["breadth"])
    return text if text in known else str(Level.INSTITUTION)


def _rules_of(post: Mapping[str, str]) -> list[dict[str, Any]]:
    """What was typed as rules; what is no level at all is left for its kind to refuse."""
    found: list[dict[str, Any]] = []
    for kind in KINDS:
        text = post.get(f"level-{kind}", "")
        flags = {
            name: True
            for name, box in (("shows_existence", "exists"), ("in_totals", "totals"))
            if f"{box}-{kind}" in post
        }
        if text or flags:
            found.append({"record_kind": kind, **_level_of(text or "public"), **flags})
        found += [
            {"record_kind": kind, "field": name, **_level_of(value)}
            for name in content_type(kind).model_fields
            if (value := post.get(f"field-{kind}-{name}", ""))
        ]
    return found


def _level_of(text: str) -> dict[str, str]:
    try:
        level = Level.parse(text)
    except ValueError:
        return {"breadth": text}
    named = {Breadth.NETWORK: "network", Breadth.GROUP: "group"}.get(level.breadth)
    return {"breadth": str(level.breadth), **({named: str(level.of)} if named else {})}
