"""Removing what should never have been here: one person asks, another one carries it out.

A purge removes a value from everything that holds it and leaves a revision that says so. It writes
what no clearance can refuse, since it opens nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.core.disclosure import Actor, Clearance
from concord.record.cleaning import still_stands
from concord.record.errors import ConcordError, NotFoundError
from concord.record.following import forget_purged
from concord.record.guard import service
from concord.record.kinds import content_type
from concord.record.models import Gate, Purge, Record, Revision
from concord.record.places import all_places
from concord.record.purged import VIA
from concord.record.services import lock_head, revisions_say_again
from concord.record.spill import NOTHING, Spill, words_in

OPEN_FOR: Final = dt.timedelta(days=14)
"""How long what was asked can be approved."""
MOST_ELSEWHERE: Final = 20
MOST_TEXTS: Final = 400


class PurgeError(ConcordError):
    """A purge cannot be asked for or carried out like this; ``fields`` says why."""

    code = "purge"
    status = 409
    title = gettext_lazy("This cannot be removed like this.")


class SecondPersonError(ConcordError):
    """Who asked cannot approve, and neither can anybody who may not."""

    code = "second-person"
    status = 403
    title = gettext_lazy("A second person has to approve it, who may do so.")


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How much of a place holds what is to be removed."""

    code: str
    label: str | Promise
    count: int | None
    """None where it is not told: what is made from other places goes whole, or wherever it is."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a purge would touch. Numbers of places and records, nothing of what they hold.

    ``elsewhere`` are other records of the institution that say the same words: it leaves them.
    """

    places: list[PlaceCount]
    held_from: dt.datetime | None
    empties: bool
    is_at_work: bool
    elsewhere: list[UUID]


def purge_ask(
    *, actor: Actor, record_id: UUID, field: str = "", rule: str, keeps_current: bool = False
) -> Purge:
    """Ask that a value be removed; nothing is, until a second person approves.

    For a publisher of the institution that owns the record. Raises ``NotFoundError``, and
    ``PurgeError`` where it cannot be done.
    """
    with service(), transaction.atomic():
        record = _record(record_id, actor.institution)
        person = _publisher(actor)
        if rule not in Purge.Rule.values:
            raise PurgeError(fields={"rule": _("Choose the rule under which it is removed.")})
        _require_field(record.kind, field)
        purge = Purge(
            record_id=record.id,
            kind=record.kind,
            field=field,
            keeps_current=keeps_current and bool(field),
            rule=rule,
            institution=actor.institution,
            asked_by=person,
            asked_at=timezone.now(),
        )
        _require_possible(purge, record)
        same = Purge.objects.filter(
            record_id=record.id, field=field, state=Purge.State.ASKED, asked_at__gt=_since()
        )
        if same.exists():
            raise PurgeError(_("This was asked for already: it waits for a second person."))
        purge.save(force_insert=True)
    return purge


def _since() -> dt.datetime:
    return timezone.now() - OPEN_FOR


def _record(record_id: UUID, institution: UUID) -> Record:
    record = Record.objects.filter(id=record_id, owner_id=institution).first()
    if record is None:
        raise NotFoundError
    if record.is_removed and record.merged_into:
        message = _("This record was merged into another: ask for that one, %(id)s.")
        raise PurgeError(message % {"id": record.merged_into})
    return record


def _publisher(actor: Actor) -> UUID:
    """Who asks, if they may."""
    if not actor.may_publish or actor.person is None:
        raise SecondPersonError(_("Publishers and managers of the institution may ask for it."))
    return actor.person


def _require_possible(purge: Purge, record: Record) -> None:
    """An institution cannot vanish while records are its own: its name is corrected first."""
    if not _empties(purge, record):
        return
    if Record.objects.filter(owner_id=record.id, is_removed=False).exclude(id=record.id).exists():
        message = _(
            "Nothing would be left of the institution, and records are its own. Correct the field "
            "first, and then remove only what it said before."
        )
        raise PurgeError(fields={"field": message})
    if record.id == purge.institution:
        raise PurgeError(fields={"field": _("Nothing would be left of your own institution.")})


def _empties(purge: Purge, record: Record) -> bool:
    """Whether the record cannot be without what goes."""
    rest = _spill(purge, record).rest(record.content)
    return not still_stands(record.kind, record.content, rest)


def _spill(purge: Purge, record: Record) -> Spill:
    """What is to be removed, as it stands now, without the words to look for."""
    kept = record.content.get(purge.field, NOTHING) if purge.keeps_current else NOTHING
    return Spill(frozenset(_family(record.id)), record.owner_id, purge.field, kept)


def _family(record_id: UUID) -> set[UUID]:
    """A record and all that was merged into it."""
    found: set[UUID] = set()
    fresh = {record_id}
    while fresh:
        found |= fresh
        rows = Record.objects.filter(merged_into__in=fresh, is_removed=True)
        fresh = set(rows.values_list("id", flat=True)) - found
    return found


def _with_texts(spill: Spill) -> Spill:
    """The spill with the words by which it is found where nothing names the record.

    Words that the records go on saying are none: they are not what is to be removed.
    """
    gone: dict[str, None] = {}
    stays: set[str] = set()
    contents = Revision.objects.filter(record_id__in=spill.ids).values_list("content", flat=True)
    for content in contents.iterator():
        gone.update(dict.fromkeys(words_in(spill.taken(content))))
        stays.update(words_in(spill.rest(content)))
    texts = [text for text in gone if text not in stays]
    return Spill(spill.ids, spill.owner, spill.field, spill.kept, tuple(sorted(texts)[:MOST_TEXTS]))


def purge_preview(*, purge: Purge) -> Preview:
    """What would be touched if it were approved now; whether somebody may ask is for the caller."""
    record = _record(purge.record_id, purge.institution)
    spill = _with_texts(_spill(purge, record))
    held = {known.code: known.held(spill) for known in all_places() if not known.is_derived}
    return Preview(
        [
            PlaceCount(
                known.code, known.label, None if known.is_derived else held[known.code].count
            )
            for known in all_places()
        ],
        min((h.since for h in held.values() if h.since), default=None),
        _empties(purge, record),
        any(known.is_at_work(spill) for known in all_places()),
        _elsewhere(spill),
    )


def purge_trial(*, record_id: UUID, field: str = "", keeps_current: bool = False) -> Preview:
    """What a purge would touch if it were asked for: for the operator, who may not ask for it.

    Raises ``NotFoundError``, and ``PurgeError`` where it is not possible.
    """
    record = Record.objects.filter(id=record_id).first()
    if record is None:
        raise NotFoundError
    _require_field(record.kind, field)
    purge = Purge(
        record_id=record.id, kind=record.kind, field=field, keeps_current=keeps_current,
        institution=record.owner_id,
    )  # fmt: skip
    _require_possible(purge, record)
    return purge_preview(purge=purge)


def _require_field(kind: str, field: str) -> None:
    if field and field not in content_type(kind).model_fields:
        known = ", ".join(content_type(kind).model_fields)
        message = _("There is no such field; there are %(fields)s.") % {"fields": known}
        raise PurgeError(fields={"field": message})


def _elsewhere(spill: Spill) -> list[UUID]:
    """Other records of the owner that say the same words, now or in their history."""
    found: dict[UUID, None] = {}
    if spill.texts:
        rows = Revision.objects.filter(record__owner=spill.owner).exclude(record_id__in=spill.ids)
        for record_id, content in rows.values_list("record_id", "content").iterator():
            if record_id not in found and spill.says(content):
                found[record_id] = None
            if len(found) == MOST_ELSEWHERE:
                break
    return list(found)


def purge_approve(*, by: Actor | Clearance, purge_id: UUID) -> Purge:
    """Carry a purge out, as the second person: all of it, in one transaction.

    For another publisher of the institution, or the contact point of the State that clears for it.
    Afterwards the files of the database are to be written anew (``files_rewrite``).

    Raises ``NotFoundError``, ``SecondPersonError``, and ``PurgeError`` where it is no longer
    possible or a worker holds something of it in hand.
    """
    with service(), transaction.atomic():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA secure_delete = ON")
        lock_head()
        purge = _open(purge_id)
        _require_second(by, purge)
        record = _record(purge.record_id, purge.institution)
        _require_possible(purge, record)
        spill = _with_texts(_spill(purge, record))
        if any(known.is_at_work(spill) for known in all_places()):
            message = _("An upload or a feed is being worked on. Try again in some minutes.")
            raise PurgeError(message)
        purge.empties = _empties(purge, record)
        _clean(purge, spill)
        _say(purge, by)
        transaction.on_commit(forget_purged)
    return purge


def _open(purge_id: UUID) -> Purge:
    wanted = Purge.objects.select_for_update().filter(id=purge_id, state=Purge.State.ASKED)
    purge = wanted.first()
    if purge is None:
        raise NotFoundError
    if purge.asked_at < _since():
        raise PurgeError(_("It was asked for too long ago: ask again."))
    return purge


def _require_second(by: Actor | Clearance, purge: Purge) -> None:
    if by.person is None or by.person == purge.asked_by:
        raise SecondPersonError
    if isinstance(by, Actor):
        if by.institution != purge.institution or not by.may_publish:
            raise SecondPersonError
    elif not Gate.objects.filter(institution=purge.institution, state=by.state).exists():
        raise SecondPersonError


def _clean(purge: Purge, spill: Spill) -> None:
    since: list[dt.datetime] = []
    for known in all_places():
        held = known.held(spill)
        if held.count:
            purge.counts[known.code] = held.count
            known.clean(spill)
        if held.since and not known.is_derived:
            since.append(held.since)
    purge.held_from = min(since, default=None)


def _say(purge: Purge, by: Actor | Clearance) -> None:
    """Write the revision that says it, in the name of who asked; the audit has who approved."""
    record = Record.objects.get(id=purge.record_id)
    now = timezone.now()
    if purge.empties:
        record.content, record.is_removed = {}, True
    clearance = by if isinstance(by, Clearance) else None
    actor = Actor(purge.institution, purge.asked_by, may_publish=True, clearance=clearance)
    reason = _("removed under a rule: %(rule)s") % {"rule": Purge.Rule(purge.rule).label}
    revisions_say_again(actor=actor, records={record.id: record}, at=now, via=VIA, reason=reason)
    if record.is_removed:
        Revision.objects.filter(number=record.changed_in).update(
            operation=Revision.Operation.TOMBSTONE
        )
    purge.state, purge.settled_at, purge.settled_by = Purge.State.DONE, now, by.person
    purge.settled_for = clearance.state if clearance else ""
    purge.number, purge.revision_number = record.changed_in, record.revision_number
    purge.save()


def purge_drop(*, by: Actor | Clearance, purge_id: UUID) -> None:
    """Do not carry it out: by who asked, or whoever might approve."""
    with service(), transaction.atomic():
        purge = _open(purge_id)
        if by.person != purge.asked_by:
            _require_second(by, purge)
        purge.state, purge.settled_at = Purge.State.DROPPED, timezone.now()
        purge.settled_by = by.person
        purge.save(update_fields=["state", "settled_at", "settled_by"])


def purge_get(*, purge_id: UUID, institutions: Sequence[UUID], states: Sequence[str]) -> Purge:
    """A purge, for people of its institution or of the State that clears for it."""
    purge = Purge.objects.filter(id=purge_id).first()
    if purge is None:
        raise NotFoundError
    gate = Gate.objects.filter(institution=purge.institution, state__in=list(states))
    if purge.institution not in institutions and not gate.exists():
        raise NotFoundError
    return purge


def purges_of(*, institution: UUID) -> list[Purge]:
    """The audit of an institution, newest first."""
    return list(Purge.objects.filter(institution=institution).order_by("-asked_at"))


def purges_of_state(*, state: str) -> list[Purge]:
    """What a State's contact point may approve, oldest first."""
    gates = Gate.objects.filter(state=state).values("institution")
    rows = Purge.objects.filter(
        institution__in=gates, state=Purge.State.ASKED, asked_at__gt=_since()
    )
    return list(rows.order_by("asked_at"))


def purges_all() -> Iterator[Purge]:
    """The audit of the whole installation, newest first: for its operator."""
    yield from Purge.objects.order_by("-asked_at").iterator()


def purge_subject(*, institution: UUID, record_id: UUID) -> tuple[str, list[str]]:
    """The kind of a record, removed or not, and the fields of it that ever held something.

    Raises ``NotFoundError``, and ``PurgeError`` where it was merged into another.
    """
    record = _record(record_id, institution)
    contents: list[dict[str, Any]] = list(
        Revision.objects.filter(record_id__in=_family(record.id)).values_list("content", flat=True)
    )
    held = {name for content in contents for name in content}
    return record.kind, [name for name in content_type(record.kind).model_fields if name in held]
