"""Letting others see: what is proposed, what each would see, and the deliberate word for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concord.accounts.models import Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import Acting, acting_list
from concord.core.disclosure import PUBLIC, Actor, Level, institution_audience, resolve, tlp_of
from concord.exchange.hooks.following import hooks_told
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.writing import content_lines
from concord.record.access import readers_of_records
from concord.record.audiences import Standing, institutions_within, levels_for, viewer_as
from concord.record.errors import InvalidContentError
from concord.record.kinds import content_type
from concord.record.publishing import Written, gate_get, records_share
from concord.record.selectors import RecordView, records_get
from concord.record.sensitive import Finding, findings, warnings_open
from concord.record.sharing import (
    Sharing,
    seen_since,
    sharing_digest,
    sharing_preview,
    viewer_in,
)
from concord.register.fields import field_label
from concord.register.listquery import read_ids
from concord.register.naming import AudienceNames
from concord.register.reading import value_text
from concord.register.sharing import (
    Choice,
    choice_narrow,
    choices_proposed,
    fields_chosen,
    fields_narrow,
    policies_proposed,
)
from concord.web.templatetags.reading import language
from concord.web.views.viewer import acting_as, acting_of, me_of, signed_in, viewer_of

MOST = 200
"""Records that are shared at a time."""
FEW = 20
"""Up to so many records each has its fields on the page; of more the page would be too long."""
NAMED = 20
"""Institutions of an audience that are named; of more the rest are counted."""
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FieldControl:
    """What can be chosen for one field; no level is chosen where it is seen as the record is."""

    name: str
    label: str
    level: str
    options: list[Option]
    is_as_record: bool
    """Whether to see it as the record is seen is a choice."""


@dataclass(frozen=True, slots=True)
class Control:
    """What can be chosen for one record, or for all of a kind; ``key`` is its id or kind."""

    key: str
    choice: Choice
    fields: list[FieldControl]
    narrow: str
    """The fields that everybody must not see as yet, in the reader's language."""


@signed_in
def publish(request: HttpRequest) -> HttpResponse:
    """Who is to see records: chosen, shown as each would see them, and only then done."""
    params = request.POST if request.method == "POST" else request.GET
    ids = read_ids(params, "id", MOST)
    acting = _acting(request, ids)
    actor = acting.require(Role.PUBLISHER)
    page = _Page(request, acting, ids)
    if not page.records:
        return redirect("desk")
    do = request.POST.get("do", "")
    if request.method != "POST" or do == "choose" or do.startswith("all-"):
        return page.choosing()
    if do == "publish":
        return page.publishing(actor)
    return page.previewing(request.POST.get("as", PUBLIC))


def _acting(request: HttpRequest, ids: Sequence[UUID]) -> Acting:
    """The person as one of the institution whose records these are, else of the one at hand."""
    found = records_get(viewer=viewer_of(request), ids=ids[:1])
    owners = {record.owner for record in found.values()}
    own = {acting.institution for acting in acting_list(person=me_of(request))}
    for owner in owners & own:
        return acting_as(request, owner)
    return acting_of(request)


class _Page:
    """One round of the page: the records chosen, and what is chosen for them so far."""

    def __init__(self, request: HttpRequest, acting: Acting, ids: Sequence[UUID]) -> None:
        self.request, self.institution = request, acting.institution
        self.viewer = viewer_as(acting.institution)
        found = records_get(viewer=self.viewer, ids=ids)
        chosen = [found[i] for i in ids if i in found]
        self.records = [r for r in chosen if r.owner == acting.institution]
        self.kinds = {record.id: record.kind for record in self.records}
        self.is_few = len(self.records) <= FEW
        if self.records:
            self.standing = Standing(self.institution)
            today = timezone.now().date()
            self.narrow = {r.id: fields_narrow(r.kind, [r.content], today) for r in self.records}
            self.policy = policies_proposed(
                institution=self.institution, kinds=set(self.kinds.values())
            )
            self.choices = self._choices()

    def _choices(self) -> dict[UUID, Choice]:
        """What is proposed, with what was chosen on this page in its place."""
        proposed = {
            key: choice_narrow(choice, self.narrow[key])
            for key, choice in choices_proposed(
                institution=self.institution, kinds=self.kinds
            ).items()
        }
        post, do = self.request.POST, self.request.POST.get("do", "")
        try:
            for key, kind in self.kinds.items():
                if f"choice-{key}" in post:
                    proposed[key] = Choice.parse(post[f"choice-{key}"])
                source = kind if do == f"all-{kind}" else str(key)
                read = _read(post, source, proposed[key])
                said = {name for name, level in read.fields.items() if level == Level.PUBLIC}
                proposed[key] = choice_narrow(read, self.narrow[key] - said)  # that is refused
        except ValueError as error:
            raise InvalidContentError(fields={"level": str(error)}) from None
        return proposed

    def choosing(self) -> HttpResponse:
        """What can be chosen for each, and at once for all of a kind."""
        by_kind: dict[str, list[RecordView]] = {}
        for record in self.records:
            by_kind.setdefault(record.kind, []).append(record)
        options = self._options()
        context = {
            "groups": [self._group(kind, records, options) for kind, records in by_kind.items()],
            "options": options,
            "is_few": self.is_few,
            "is_one": len(self.records) == 1,
            "gate": gate_get(institution=self.institution),
        }
        return render(self.request, "concord/publish.html", context)

    def _group(self, kind: str, records: list[RecordView], options: list[Option]) -> dict[str, Any]:
        choice = self.policy[kind]
        if self.request.POST.get("do") == f"all-{kind}":
            choice = self.choices[records[0].id]
        return {
            "kind": kind,
            "label": content_type(kind).label,
            "control": self._control(kind, choice, records, options) if records[1:] else None,
            "records": [
                (r, self._control(str(r.id), self.choices[r.id], [r], options)) for r in records
            ],
        }

    def _control(
        self, key: str, choice: Choice, records: Sequence[RecordView], options: list[Option]
    ) -> Control:
        kind, held = records[0].kind, [record.content for record in records]
        narrow = frozenset[str]().union(*(self.narrow[record.id] for record in records))
        narrower = [option for option in options if option[0] != str(Level.PUBLIC)]
        fields = []
        for name in fields_chosen(kind, held, choice, narrow):
            is_narrow = name in narrow
            is_own = is_narrow and key != kind
            level = choice.fields.get(name, choice.level if is_own else "")
            offered = narrower if is_narrow else options
            fields.append(FieldControl(name, field_label(name), str(level), offered, not is_own))
        return Control(key, choice, fields, labels([f.name for f in fields if f.name in narrow]))

    def _options(self) -> list[Option]:
        levels = levels_for(self.institution)
        audiences = [self._audience(level) for level in levels]
        names = AudienceNames(self.viewer, language(), audiences)
        return [(str(x), names.name(a)) for x, a in zip(levels, audiences, strict=True)]

    def _audience(self, level: Level) -> str:
        return resolve(level, self.institution, self.standing.state)

    def _sharings(self) -> list[Sharing]:
        try:
            levels = {key: choice.levels(self.kinds[key]) for key, choice in self.choices.items()}
        except ValueError as error:
            raise InvalidContentError(fields={str(error): _("There is no such field.")}) from None
        return sharing_preview(institution=self.institution, levels=levels)

    def previewing(self, seen_as: str, fault: str = "", status: int = 200) -> HttpResponse:
        """The records as somebody would see them, what changes, and what cannot be taken back."""
        sharings = self._sharings()
        moved = [sharing for sharing in sharings if sharing.moves]
        before = seen_since(institution=self.institution, ids=[s.id for s in sharings])
        own = institution_audience(self.institution)
        audiences = [self._audience(level) for level in levels_for(self.institution)]
        told = {a for s in sharings for c in s.changes for a in c.audiences}
        told |= {a for s in sharings for a in (s.audience, *s.audiences.values())}
        told |= {a for seen in before.values() for a in seen}
        ids = [s.id for s in moved]
        readers = readers_of_records(owner=self.institution, ids=ids)
        hooks = hooks_told(owner=self.institution, ids=ids) if self.is_few else {}
        told |= {reader for seen in readers.values() for reader in seen}
        told |= {institution_audience(i) for seen in hooks.values() for i in seen}
        reach = self._reach(sharings)
        told |= {institution_audience(i) for within in reach.values() for i in within[:NAMED]}
        names = AudienceNames(self.viewer, language(), {*audiences, *told})
        chosen = seen_as if seen_as in audiences else PUBLIC
        viewer = self.viewer if chosen == own else viewer_in(chosen)
        cells = Names(viewer, language())
        context = {
            "tabs": [(a, names.name(a), a == chosen) for a in audiences],
            "cards": [_card(s, s.seen_by(viewer), cells, names) for s in sharings],
            "hidden": [(s.id, self.choices[s.id].text()) for s in sharings],
            "changes": _changes(sharings, names, reach),
            "narrow": self._narrow(sharings, names),
            "known": _known(moved, before, names),
            "readers": [
                (s, [(names.reader(r), last) for r, last in readers[s.id].items()])
                for s in moved
                if s.id in readers
            ],
            "hooks": [
                (s, [names.reader(institution_audience(i)) for i in sorted(hooks[s.id])])
                for s in moved
                if s.id in hooks
            ],
            "moved": moved,
            "found": _found(sharings),
            "widens": any(s.widens for s in moved),
            "narrows": any(s.narrows for s in moved),
            "was_public": any(PUBLIC in seen for seen in before.values()),
            "digest": sharing_digest(sharings),
            "reason": self.request.POST.get("reason", ""),
            "fault": fault,
            "chosen": chosen,
            "gate": gate_get(institution=self.institution),
        }
        return render(self.request, "concord/publish_preview.html", context, status=status)

    def _reach(self, sharings: Sequence[Sharing]) -> dict[tuple[str, ...], list[UUID]]:
        """The other institutions of those who come to see more; not of everybody."""
        circles = {
            change.audiences
            for sharing in sharings
            for change in sharing.changes
            if (change.appears or change.shown) and PUBLIC not in change.audiences
        }
        return {circle: institutions_within(circle, but=self.institution) for circle in circles}

    def _narrow(
        self, sharings: Sequence[Sharing], names: AudienceNames
    ) -> list[tuple[Sharing, list[tuple[str, str]]]]:
        """Of each record that others would know of, who would see what is kept narrow as yet."""
        own = institution_audience(self.institution)
        return [
            (s, [(field_label(n), names.name(s.audiences.get(n, s.audience))) for n in narrow])
            for s in sharings
            if s.audience != own and (narrow := sorted(self.narrow[s.id]))
        ]

    def publishing(self, actor: Actor) -> HttpResponse:
        """Done, where it is what was looked at and was meant."""
        sharings = self._sharings()
        post = self.request.POST
        if post.get("seen") != sharing_digest(sharings):
            fault = _("A record was changed in the meantime. Look at it again, please.")
            return self.previewing(post.get("as", PUBLIC), fault, 409)
        if any(s.widens for s in sharings) and not post.get("known"):
            fault = _("Tick that you know that it cannot be taken back; nothing is changed yet.")
            return self.previewing(post.get("as", PUBLIC), fault, 422)
        levels = {key: choice.levels(self.kinds[key]) for key, choice in self.choices.items()}
        reason = post.get("reason", "").strip()[:1000]
        told(self.request, actor, records_share(actor=actor, levels=levels, reason=reason))
        return (
            redirect("record", self.records[0].id) if len(self.records) == 1 else redirect("desk")
        )


def _found(sharings: Sequence[Sharing]) -> list[Finding]:
    """What the content check finds in records that others come to see more of."""
    found: list[Finding] = []
    for sharing in sharings:
        if sharing.widens:
            one = findings(sharing.own.kind, sharing.own.content)
            stops = [finding for finding in one if not finding.is_warning]
            found += stops + warnings_open(institution=sharing.own.owner, found=one)
    return found


def _read(post: Mapping[str, str], source: str, choice: Choice) -> Choice:
    """``choice`` with what the controls of ``source`` say in its place; raises ``ValueError``."""
    if f"level-{source}" not in post:
        return choice
    level = Level.parse(post[f"level-{source}"])
    if f"more-{source}" not in post:
        return Choice(level, choice.shows_existence, choice.in_totals, choice.fields)
    prefix = f"field-{source}-"
    fields = {
        name.removeprefix(prefix): Level.parse(value)
        for name, value in post.items()
        if name.startswith(prefix) and value
    }
    return Choice(level, f"exists-{source}" in post, f"totals-{source}" in post, fields)


@dataclass(frozen=True, slots=True)
class Line:
    """A field as somebody would see it; ``seen_by`` where others see it than the rest."""

    label: str
    text: str
    seen_by: str
    tlp: str


@dataclass(frozen=True, slots=True)
class Card:
    """A record as somebody would see it; no view where they would not know of it."""

    sharing: Sharing
    view: RecordView | None
    lines: list[Line]
    seen_by: str
    tlp: str


def _card(sharing: Sharing, view: RecordView | None, cells: Names, names: AudienceNames) -> Card:
    lines = lines_of(view, cells, names) if view else []
    return Card(sharing, view, lines, names.name(sharing.audience), tlp_of(sharing.audience))


def lines_of(view: RecordView, cells: Names, names: AudienceNames) -> list[Line]:
    """What a view says, field by field, in the order of its kind."""
    by_field: dict[str, list[tuple[str, str]]] = {}
    for said in content_lines(view.kind, view.content, language(), cells):
        by_field.setdefault(said.field, []).append((said.head, str(said.cell)))
    found: list[Line] = []
    for name in content_type(view.kind).model_fields:
        if name not in view.content:
            continue
        audience = view.audiences.get(name, "")
        seen_by = names.name(audience) if audience else ""
        plain = [(field_label(name), value_text(view.content[name], language(), cells.label))]
        found += [
            Line(label, text, seen_by, tlp_of(audience) if audience else "")
            for label, text in by_field.get(name) or plain
        ]
    return found


def _changes(
    sharings: Sequence[Sharing],
    names: AudienceNames,
    reach: Mapping[tuple[str, ...], Sequence[UUID]],
) -> list[dict[str, Any]]:
    """For each audience what it comes to see, and what no longer: records, and fields of others.

    Of one that comes to see more, how many other institutions are in it, and some by name.
    """
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for sharing in sharings:
        for change in sharing.changes:
            who = names.together(change.audiences)
            told = found.setdefault(
                change.audiences,
                {"who": who, "is_public": PUBLIC in change.audiences, "more": [], "less": []},
            )
            if (within := reach.get(change.audiences)) is not None:
                some = [names.reader(institution_audience(i)) for i in within[:NAMED]]
                told |= {
                    "reach": len(within),
                    "institutions": sorted(some),
                    "unnamed": len(within) - len(some),
                }
            if change.appears or change.shown:
                told["more"].append((sharing, change.appears, labels(change.shown)))
            if change.goes or change.hidden:
                told["less"].append((sharing, change.goes, labels(change.hidden)))
    return list(found.values())


def labels(names: Sequence[str]) -> str:
    """Fields in the reader's language."""
    return ", ".join(map(field_label, names))


def _known(
    moved: Sequence[Sharing], before: Mapping[UUID, Mapping[str, Any]], names: AudienceNames
) -> list[tuple[Sharing, list[tuple[str, Any]]]]:
    """Who could see each record before, and since when."""
    return [
        (s, [(names.name(a), since) for a, since in before[s.id].items()])
        for s in moved
        if before.get(s.id)
    ]


def told(request: HttpRequest, actor: Actor, done: Written) -> None:
    """Say what became of it, and tell those who have to clear it."""
    notice_of_waiting(actor=actor, waiting=done.waiting)
    if done.written:
        count = len(done.written)
        text = ngettext(
            "Who sees %(n)d record was changed.", "Who sees %(n)d records was changed.", count
        )
        messages.success(request, text % {"n": count})
    if done.waiting:
        count = len(done.waiting)
        text = ngettext(
            "%(n)d change waits to be cleared.", "%(n)d changes wait to be cleared.", count
        )
        messages.info(request, text % {"n": count})
