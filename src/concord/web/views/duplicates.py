"""Pairs that may be one: found, decided on, merged, and put back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from concord.accounts.models import Role
from concord.core.disclosure import Viewer
from concord.exchange.awaiting import held_get, pair_merge_or_hold
from concord.exchange.doubles import KINDS
from concord.exchange.duplicates import (
    PairView,
    asked_list,
    decided_list,
    decision_withdraw,
    pair_decide,
)
from concord.exchange.merging import (
    Choice,
    Merging,
    Picks,
    merge_list,
    merge_undo,
    merging_get,
    picks_of,
)
from concord.exchange.models import Decision, HeldMerge
from concord.exchange.reasons import likeness_word, reason_text
from concord.exchange.scanning import duplicates_find, likely_list, scan_due, scan_is_small
from concord.exchange.workbook.cells import Cell
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.writing import content_said
from concord.jobs.tasks import find_duplicates
from concord.record.errors import ConcordError, InvalidContentError, InvalidQueryError
from concord.record.kinds import content_type
from concord.record.publishing import gate_get
from concord.record.selectors import records_get
from concord.record.services import content_dump
from concord.register.links import Parties, party_ids
from concord.register.listquery import read_choice, read_ids, read_number
from concord.register.reading import title_of
from concord.register.words import Answer, PartRole
from concord.web.templatetags.reading import language
from concord.web.views.records import lines_said
from concord.web.views.viewer import acting_of, signed_in, viewer_of

PAGE: Final = 10
TOGETHER: Final = 600
"""Seconds within which a search is not asked for twice."""
LONGEST_NOTE: Final = 2_000
LABELS: Final = {
    "providers": _lazy("Provider"),
    "course": _lazy("Run of"),
    "parts": _lazy("Made of"),
    "parties": _lazy("Who"),
    "accounts": _lazy("What the parties say of it"),
    "same_as": _lazy("Same event as"),
    "when": _lazy("When"),
    "nomination": _lazy("For those who may apply"),
    "participation": _lazy("Who took part"),
}
"""Fields that no single column of the workbook names."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One line of two records side by side."""

    label: str
    mine: str
    other: str

    @property
    def is_same(self) -> bool:
        return self.mine == self.other


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair as its page shows it."""

    pair: PairView
    likely: str
    reasons_for: list[str]
    reasons_against: list[str]
    lines: list[Beside]


@signed_in
def duplicates(request: HttpRequest) -> HttpResponse:
    """The pairs of the institution that wait for its word, the likeliest first."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    kind = read_choice(request.GET, "kind", ["", *KINDS], "")
    whose = read_choice(request.GET, "whose", ["", "own", "others"], "")
    first = read_number(request.GET, "from") or 0
    is_searching = _search(acting.institution)
    asked = [] if first or kind or whose else asked_list(acting=acting)
    found = likely_list(
        institution=acting.institution, kind=kind, whose=whose, first=first, count=PAGE
    )
    known = {(pair.mine.id, pair.other.id) for pair in asked}
    likely = [p for p in found.pairs if (p.mine.id, p.other.id) not in known]
    parties = _parties(request, [*asked, *likely])
    names = Names(viewer_of(request), language())
    context = {
        "asked": [_shown(pair, parties, names) for pair in asked],
        "likely": [_shown(pair, parties, names) for pair in likely],
        "total": found.total,
        "is_searching": is_searching,
        "parties": parties,
        "kind": kind,
        "whose": whose,
        "kinds": [(name, content_type(name).label) for name in KINDS],
        "next": first + PAGE if first + PAGE < found.total else None,
        "is_first": not first,
    }
    return render(request, "concord/duplicates.html", context)


def _search(institution: UUID) -> bool:
    """Search now where it is quick, else have the worker do it; whether that is still to come."""
    if not scan_due(institution=institution):
        return False
    if scan_is_small(institution=institution):
        duplicates_find(institution=institution)
        return False
    if cache.add(f"find-duplicates-{institution}", 1, TOGETHER):
        find_duplicates.enqueue(str(institution))
    return True


def _parties(request: HttpRequest, pairs: list[PairView]) -> Parties:
    records = [record for pair in pairs for record in (pair.mine, pair.other)]
    named = party_ids(records) | {str(record.owner) for record in records}
    return Parties(viewer_of(request), language(), named)


def _shown(pair: PairView, parties: Parties, names: Names) -> Shown:
    def name(key: str) -> str:
        return parties.record(key).label

    said = [(r.weight, reason_text(r, language=language(), name=name)) for r in pair.reasons]
    mine, other = (
        lines_said(content_said(record.kind, record.content, language(), names))
        for record in (pair.mine, pair.other)
    )
    return Shown(
        pair,
        str(likeness_word(pair.score)),
        [text for weight, text in said if weight > 0],
        [text for weight, text in said if weight < 0],
        [Beside(n, mine.get(n, ""), other.get(n, "")) for n in dict.fromkeys([*mine, *other])],
    )


@signed_in
def decided(request: HttpRequest) -> HttpResponse:
    """What the institution decided and merged; each can be taken back."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    first = read_number(request.GET, "from") or 0
    pairs, has_more = decided_list(acting=acting, first=first, count=PAGE)
    merges = merge_list(acting=acting, first=first, count=PAGE + 1)
    more = has_more or len(merges) > PAGE
    context = {
        "pairs": pairs,
        "merges": merges[:PAGE],
        "parties": _parties(request, pairs),
        "next": first + PAGE if more else None,
        "is_first": not first,
    }
    return render(request, "concord/duplicates_decided.html", context)


@require_POST
@signed_in
def duplicate_decide(request: HttpRequest) -> HttpResponse:
    """The institution says what a pair is."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    one, two = _two(request)
    answer = read_choice(request.POST, "answer", [*Decision.Answer.values, "merge"], "")
    if answer == "merge":
        return redirect("merge", kept=one, gone=two)
    pair_decide(
        acting=acting, one=one, two=two, answer=Decision.Answer(answer),
        note=request.POST.get("note", "").strip()[:LONGEST_NOTE],
        link=bool(request.POST.get("link")),
    )  # fmt: skip
    messages.success(request, _("Your answer is kept: the pair is not asked again."))
    return redirect("duplicates")


def _two(request: HttpRequest) -> tuple[UUID, UUID]:
    ids = read_ids(request.POST, "id", 2)
    if len(ids) != 2:
        raise InvalidQueryError(fields={"id": _("two records are expected")})
    return ids[0], ids[1]


@require_POST
@signed_in
def duplicate_undo(request: HttpRequest) -> HttpResponse:
    """Take an answer back, or undo a merging."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    (target,) = read_ids(request.POST, "id", 1) or (None,)
    if target is None:
        raise InvalidQueryError(fields={"id": ""})
    if request.POST.get("do") != "unmerge":
        decision_withdraw(acting=acting, decision_id=target)
        messages.success(request, _("Your answer is taken back: the pair is asked again."))
        return redirect("decided")
    done = merge_undo(acting=acting, merge_id=target)
    messages.success(
        request,
        ngettext("%(n)d record was put back.", "%(n)d records were put back.", done.restored)
        % {"n": done.restored},
    )
    if done.changed_since:
        found = records_get(viewer=viewer_of(request), ids=done.changed_since)
        context = {"left": [found[key] for key in done.changed_since if key in found]}
        return render(request, "concord/unmerged.html", context)
    return redirect("decided")


@signed_in
def merge(request: HttpRequest, kept: UUID, gone: UUID) -> HttpResponse:
    """Two records of the institution made one, field by field: chosen, previewed, merged."""
    acting = acting_of(request)
    acting.require(Role.EDITOR)
    picks = dict(picks_of(request.POST.dict()))
    errors: dict[str, str] = {}
    try:
        merging = merging_get(acting=acting, kept=kept, gone=gone, picks=picks)
        if request.POST.get("do") == "merge":
            done = pair_merge_or_hold(
                acting=acting, kept=kept, gone=gone, picks=picks, made_from=_made_from(request)
            )
            if isinstance(done, HeldMerge):
                messages.info(request, _("The merging waits to be let out; it is done then."))
                return redirect("desk")
            messages.success(request, _("The two are one record now. You can undo this."))
            return redirect("record", record_id=kept)
    except InvalidContentError as error:
        errors = {f"pick-{name.partition('.')[0]}": text for name, text in error.fields.items()}
        merging = merging_get(acting=acting, kept=kept, gone=gone)
    except ConcordError as error:
        if request.POST.get("do") != "merge" or error.status in {400, 404}:
            raise
        errors = {"merge": str(error.title)}
    sayer = _Sayer(viewer_of(request), merging)
    content = content_dump(merging.content)
    context = {
        "merging": merging,
        "choices": [sayer.choice(choice, picks) for choice in merging.choices],
        "errors": errors,
        "is_preview": request.method == "POST" and not errors,
        "preview": content_said(merging.kept.kind, content, language(), sayer.names),
        "gate": gate_get(institution=acting.institution),
        "held": held_get(acting=acting, one=kept, two=gone),
    }
    return render(request, "concord/merge.html", context, status=422 if errors else 200)


def _made_from(request: HttpRequest) -> tuple[int, int]:
    texts = [request.POST.get(name, "")[:9] for name in ("kept_from", "gone_from")]
    if not all(text.isascii() and text.isdigit() for text in texts):
        raise InvalidQueryError(fields={"kept_from": _("Open the page again.")})
    return int(texts[0]), int(texts[1])


class _Sayer:
    """Says in words what is taken from each of two records."""

    def __init__(self, viewer: Viewer, merging: Merging) -> None:
        self.kind = merging.kept.kind
        self.names = Names(viewer, language())
        named = {
            UUID(key)
            for record in (merging.kept, merging.gone)
            for field in ("course", "same_as", "parts")
            for key in _listed(record.content.get(field))
        }
        self.titles = {
            str(key): title_of(record, language())
            for key, record in records_get(viewer=viewer, ids=named).items()
        }

    def choice(self, choice: Choice, picks: Picks) -> dict[str, Any]:
        """A choice as the form shows it: what each side says, and what is picked."""
        said = [self.said(choice, value) for value in (choice.kept, choice.gone)]
        labels = [label for lines in said for label, _value in lines]
        label = str(LABELS.get(choice.field) or (labels[0] if labels else choice.field))
        return {
            "key": choice.key,
            "label": label,
            "kept": self._lines(said[0]),
            "gone": self._lines(said[1]),
            "may_both": choice.is_list and bool(choice.kept and choice.gone),
            "picked": picks.get(choice.key, choice.default).value,
        }

    def said(self, choice: Choice, value: Any) -> list[tuple[str, Cell]]:
        """What one side says of a field, each line with its label."""
        if value in (None, []):
            return []
        field = choice.field
        if choice.tag:
            value = {"original": choice.tag, "text": {choice.tag: value}}
            return content_said(self.kind, {field: value}, language(), self.names)
        if field in {"course", "same_as", "parts"}:
            return [(field, self.titles.get(key, "–")) for key in _listed(value)]
        if field == "providers":
            return [(field, self.names.institution(key)) for key in value]
        if field in {"parties", "accounts"}:
            return [(field, self._party(part)) for part in value]
        return content_said(self.kind, {field: value}, language(), self.names)

    def _party(self, part: dict[str, Any]) -> str:
        how = PartRole(part["part"]) if "part" in part else Answer(part.get("answer", "confirms"))
        return f"{self.names.shown(part['party'])} ({how.label})"

    @staticmethod
    def _lines(said: list[tuple[str, Cell]]) -> list[str]:
        is_one = len({label for label, _cell in said}) == 1
        return [str(cell) if is_one else f"{label}: {cell}" for label, cell in said]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
