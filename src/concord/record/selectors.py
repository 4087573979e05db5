"""The one way out: every read takes the viewer, and gives only what the viewer may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from concord.core.disclosure import (
    PUBLIC,
    Viewer,
    Visible,
    institution_audience,
    narrowest,
    strictest_tlp,
    visible_part,
    visible_then,
)
from concord.core.disclosure.touching import Seen
from concord.record.access import given_out
from concord.record.errors import InvalidContentError, MergedError, NotFoundError
from concord.record.kinds import audiences_followed, content_type
from concord.record.models import Head, Record, Revision
from concord.record.purged import raise_if_purged
from concord.record.showing import (
    is_own,
    moment_of,
    newest_of,
    reasons_withheld,
    revision_named,
    revisions_shown,
    shown_as,
)

BATCH = 500


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record as one viewer sees it."""

    id: UUID
    kind: str
    owner: UUID
    content: dict[str, Any]
    withheld: tuple[str, ...]
    revision_number: int
    """Of the last revision that showed the viewer something, as counted for the viewer."""
    changed_at: dt.datetime
    """When that was."""
    audience: str
    """Who may know of the record; the viewer is among them."""
    is_removed: bool = False
    audiences: Mapping[str, str] = field(default_factory=dict)
    """Who sees each shown field that others see than ``audience``."""

    @property
    def tlp(self) -> str:
        """What may be done with all that is shown, by TLP 2.0: the strictest of its fields."""
        return strictest_tlp({self.audience, *self.audiences.values()})


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One line of a record's history."""

    revision_number: int
    operation: str
    at: dt.datetime
    actor_institution: UUID
    reason: str
    via: str
    cleared_state: str
    is_by_person: bool
    """Whether somebody with an account made it; programs of the installation have none."""
    is_reason_withheld: bool = False
    """Whether a reason is kept back because it may tell of what the viewer may not see."""


def register_number() -> int:
    """The number of the last revision: the version of everything that is read."""
    return Head.objects.filter(id=1).values_list("number", flat=True).first() or 0


def record_get(
    *, viewer: Viewer, record_id: UUID, kind: str | None = None, known_at: dt.datetime | None = None
) -> RecordView:
    """One record; ``known_at`` gives what the register said then, by today's rule of view.

    Raises ``NotFoundError`` alike for what is not there and for what the viewer may not know of,
    and ``MergedError`` where the record was merged into one that the viewer may see.
    """
    record = Record.objects.filter(id=record_id, audience__in=viewer.audiences).first()
    if record is None or (kind is not None and record.kind != kind):
        raise NotFoundError
    if known_at is not None:
        return _record_then(record, viewer, known_at)
    if record.is_removed:
        survivor = _survivor(record, viewer)
        if survivor is None and not record.content:
            raise_if_purged(record.id)
        raise MergedError(fields={"into": str(survivor)}) if survivor else NotFoundError
    return _view(record, record.content, viewer)


def _survivor(record: Record, viewer: Viewer) -> UUID | None:
    """The record that stands for a removed one, however often it was merged on, if seen."""
    passed: set[UUID] = set()
    while record.is_removed and record.merged_into and record.id not in passed:
        passed.add(record.id)
        onward = Record.objects.filter(id=record.merged_into, audience__in=viewer.audiences)
        record = onward.first() or record
    return None if record.is_removed else record.id


def records_get(*, viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, RecordView]:
    """The records of ``ids`` that the viewer may see."""
    found: dict[UUID, RecordView] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), BATCH):
        rows = Record.objects.filter(
            id__in=wanted[start : start + BATCH],
            is_removed=False,
            audience__in=viewer.audiences,
        )
        found |= {row.id: _view(row, row.content, viewer) for row in rows}
    return found


def content_replaced(
    *, viewer: Viewer, record_id: UUID, content: Mapping[str, Any]
) -> dict[str, Any]:
    """What a record says when ``content`` stands for all that the viewer sees of it.

    Fields that are withheld from the viewer stay as they are, and are nothing to be given back to
    the viewer. Raises ``NotFoundError``, and ``InvalidContentError`` where ``content`` names one.
    """
    record_get(viewer=viewer, record_id=record_id)
    record = Record.objects.get(id=record_id)
    hidden = {name for name, audience in record.audiences.items() if not viewer.may_see(audience)}
    if touched := hidden & set(content):
        raise InvalidContentError(
            fields=dict.fromkeys(touched, _("this field is withheld from you"))
        )
    kept = {name: value for name, value in record.content.items() if name in hidden}
    return {**content, **kept}


def record_list(
    *, viewer: Viewer, kind: str, where: Mapping[str, str | int] | None = None
) -> Iterator[RecordView]:
    """Every record of a kind that the viewer may see, streamed, in the order of their ids.

    An order by changes would tell of those that the viewer may not see.
    ``where`` names fields and what they must say; one that is withheld says nothing.
    """
    wanted = dict(where or {})
    rows = Record.objects.filter(
        kind=kind,
        is_removed=False,
        audience__in=viewer.audiences,
        **{f"content__{name}": value for name, value in wanted.items()},
    ).order_by("id")
    for row in rows.iterator(chunk_size=BATCH):
        view = _view(row, row.content, viewer)
        if all(view.content.get(name) == value for name, value in wanted.items()):
            yield view


def records_owned(
    *,
    viewer: Viewer,
    owner: UUID,
    kind: str | None = None,
    only_own: bool = False,
    oldest_first: bool = False,
) -> Iterator[RecordView]:
    """What an institution says, newest first; with ``only_own`` what nobody else sees.

    To others than its own people in the order of ids.
    """
    order = "changed_in" if oldest_first else "-changed_in"
    rows = Record.objects.filter(
        owner_id=owner, is_removed=False, audience__in=viewer.audiences
    ).order_by(order if viewer.may_see(institution_audience(owner)) else "id")
    if kind:
        rows = rows.filter(kind=kind)
    if only_own:
        rows = rows.filter(audience=institution_audience(owner))
    for row in rows.iterator(chunk_size=BATCH):
        yield _view(row, row.content, viewer)


def records_owned_ids(*, viewer: Viewer, owner: UUID, kind: str) -> Iterator[UUID]:
    """The ids of what an institution says, newest first."""
    rows = Record.objects.filter(
        owner_id=owner, kind=kind, is_removed=False, audience__in=viewer.audiences
    )
    order = "-changed_in" if viewer.may_see(institution_audience(owner)) else "id"
    yield from rows.order_by(order).values_list("id", flat=True).iterator(chunk_size=BATCH)


def owners_heard(*, viewer: Viewer, kind: str) -> Iterator[RecordView]:
    """Records of ``kind`` that own something the viewer may see: who says things for themselves."""
    seen = Record.objects.filter(is_removed=False, audience__in=viewer.audiences)
    rows = seen.filter(Exists(seen.filter(owner_id=OuterRef("id"))), kind=kind)
    for row in rows.iterator(chunk_size=BATCH):
        yield _view(row, row.content, viewer)


def contents_then(*, viewer: Viewer, revisions: Mapping[UUID, int]) -> dict[UUID, dict[str, Any]]:
    """What records said in revisions, as counted for the viewer, by today's rule of view."""
    found: dict[UUID, dict[str, Any]] = {}
    ids = list(revisions)
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        records = Record.objects.filter(audience__in=viewer.audiences).in_bulk(part)
        named = {key: _named(record, viewer, revisions[key]) for key, record in records.items()}
        rows = Revision.objects.filter(
            record_id__in=list(records), revision_number__in=set(named.values())
        )
        for row in rows:
            if row.revision_number == named[row.record_id]:
                said = revision_part(row, records[row.record_id], viewer)
                found[row.record_id] = said.content
    return found


def _named(record: Record, viewer: Viewer, number: int) -> int:
    """Which revision has this number to the viewer; 0 where none."""
    if is_own(record, viewer):
        return number
    return revision_named(record, viewer, number) or 0


def records_latest(*, viewer: Viewer, count: int) -> list[RecordView]:
    """The records that changed last for the viewer."""
    rows = Record.objects.filter(is_removed=False, audience__in=viewer.audiences)
    return _newest(rows.order_by("-changed_in"), viewer, count)


def records_newest(*, viewer: Viewer, ids: Collection[UUID], count: int) -> list[RecordView]:
    """Those of ``ids`` that changed last for the viewer, newest first."""
    wanted = list(ids)
    found: list[tuple[int, UUID]] = []
    for start in range(0, len(wanted), BATCH):
        rows = Record.objects.filter(id__in=wanted[start : start + BATCH])
        found += rows.values_list("changed_in", "id")
    found.sort(reverse=True)

    def rows_of() -> Iterator[tuple[UUID, int, UUID, Seen]]:
        for start in range(0, len(found), BATCH):
            part = [key for _number, key in found[start : start + BATCH]]
            rows = Record.objects.filter(id__in=part).order_by("-changed_in")
            yield from rows.values_list(*_NEWEST)

    return _in_order(newest_of(rows_of(), viewer, count), viewer)


_NEWEST = ("id", "changed_in", "owner_id", "seen")


def _newest(rows: QuerySet[Record], viewer: Viewer, count: int) -> list[RecordView]:
    told = rows.values_list(*_NEWEST).iterator(BATCH)
    return _in_order(newest_of(told, viewer, count), viewer)


def _in_order(ids: Collection[UUID], viewer: Viewer) -> list[RecordView]:
    records = records_get(viewer=viewer, ids=ids)
    return [records[key] for key in ids if key in records]


def records_removed(
    *, viewer: Viewer, kind: str, since: dt.datetime, count: int
) -> list[RecordView]:
    """Records that were removed since a moment, as they were at last, newest first."""
    rows = Record.objects.filter(
        kind=kind, is_removed=True, audience__in=viewer.audiences, changed_at__gte=since
    )
    rows = rows.exclude(content={}).order_by("-changed_in")  # of those nothing can be said
    return [_view(row, row.content, viewer) for row in rows[:count]]


def revision_list(
    *, viewer: Viewer, record_id: UUID, before: int | None = None, count: int | None = None
) -> list[RevisionView]:
    """A record's history, newest first: the revisions that the viewer might have seen then.

    At most ``count`` of them, of those that come before the revision ``before``.
    """
    record_get(viewer=viewer, record_id=record_id)
    record = Record.objects.get(id=record_id)
    named = islice(revisions_shown(record, viewer, below=before), count)
    return _told(record, viewer, dict(named))


def revision_latest_by(*, viewer: Viewer, record_id: UUID, institution: UUID) -> list[RevisionView]:
    """The newest revision of a record by an institution, and its newest by somebody there."""
    record = Record.objects.filter(id=record_id, audience__in=viewer.audiences).first()
    if record is None:
        return []
    rows = record.revisions.filter(actor_institution=institution)
    by_people = rows.filter(actor_person__isnull=False)
    return [*_latest_of(rows, record, viewer), *_latest_of(by_people, record, viewer)]


def _latest_of(rows: QuerySet[Revision], record: Record, viewer: Viewer) -> list[RevisionView]:
    named = next(revisions_shown(record, viewer, among=rows), None)
    return _told(record, viewer, dict([named])) if named else []


def _told(record: Record, viewer: Viewer, named: Mapping[int, int]) -> list[RevisionView]:
    """Lines of a history, without what the revisions say; by number to the viewer their own."""
    shown = {own: number for number, own in named.items()}
    rows = record.revisions.filter(revision_number__in=list(shown)).order_by("-revision_number")
    told = rows.only(
        "revision_number", "operation", "at", "actor_institution", "reason", "via",
        "cleared_state", "actor_person", "number", "seen",
    )  # fmt: skip
    kept_back = reasons_withheld(record, viewer, told)
    return [
        RevisionView(
            shown[row.revision_number],
            row.operation,
            row.at,
            row.actor_institution,
            "" if row.revision_number in kept_back else row.reason,
            row.via,
            row.cleared_state,
            row.actor_person is not None,
            is_reason_withheld=bool(row.reason) and row.revision_number in kept_back,
        )
        for row in told
    ]


def _record_then(record: Record, viewer: Viewer, known_at: dt.datetime) -> RecordView:
    revision = record.revisions.filter(at__lte=known_at).order_by("-revision_number").first()
    if revision is None or not viewer.may_see(revision.audience):
        raise NotFoundError
    if revision.operation != Revision.Operation.PUT:
        if not revision.content:
            raise_if_purged(record.id)
        raise NotFoundError
    return _view(record, revision.content, viewer, revision)


def revision_part(revision: Revision, record: Record, viewer: Viewer) -> Visible:
    """What a revision says to a viewer, by the rule of then and by that of today."""
    if not viewer.may_see(revision.audience):
        return Visible({}, ())
    return visible_then(
        content_type(record.kind).as_said_today(revision.content),
        audiences_followed(record.kind, revision.audiences), revision.audience,
        record.audiences, record.audience, viewer,
    )  # fmt: skip


def revision_view(revision: Revision, record: Record, viewer: Viewer) -> RecordView:
    """A record as a revision of it that the viewer might see then has it."""
    return _view(record, revision.content, viewer, revision)


def revision_seen(revision: Revision, record: Record, viewer: Viewer) -> RecordView:
    """The same for what is not given out but put into a table: no reading of it."""
    return _seen_as(record, revision.content, viewer, revision)


def view_of(record: Record, viewer: Viewer) -> RecordView | None:
    """What a viewer would see of a record that may not be stored like this; None where nothing.

    It is what ``record_get`` gives of one that is; that it was asked is no reading of it.
    """
    if not viewer.may_see(record.audience):
        return None
    return _seen_as(record, record.content, viewer, None)


def _view(
    record: Record, content: dict[str, Any], viewer: Viewer, revision: Revision | None = None
) -> RecordView:
    view = _seen_as(record, content, viewer, revision)
    given_out(record.owner_id, record.id, {record.audience, *view.audiences.values()}, viewer)
    return view


def _seen_as(
    record: Record, content: dict[str, Any], viewer: Viewer, revision: Revision | None
) -> RecordView:
    told = shown_as(record, viewer, revision)
    shown = (
        revision_part(revision, record, viewer)
        if revision
        else visible_part(content, record.audiences, record.audience, viewer)
    )
    return RecordView(
        id=record.id,
        kind=record.kind,
        owner=record.owner_id,
        content=shown.content,
        withheld=shown.withheld,
        revision_number=told.count,
        changed_at=moment_of(told),
        audience=record.audience,
        is_removed=record.is_removed and revision is None,
        audiences={n: a for n, a in record.audiences.items() if viewer.may_see(a)},
    )


class Change:
    """A record as its newest revision has it, with the audience of every field.

    ``text`` is its content as JSON, which is read only if it is asked for.
    """

    __slots__ = (
        "_cited", "_content", "audience", "audiences", "id", "is_removed", "kind", "owner", "text"
    )  # fmt: skip

    def __init__(  # noqa: PLR0917 - a row as it is read
        self,
        record_id: UUID,
        kind: str,
        text: str,
        audience: str,
        audiences: str,
        is_removed: bool,  # noqa: FBT001
        owner: UUID,
    ) -> None:
        self.owner = owner
        self.id, self.kind, self.is_removed = record_id, kind, is_removed
        self.audience = audience
        self.audiences: Mapping[str, str] = {} if audiences == "{}" else orjson.loads(audiences)
        self.text = text
        self._content: dict[str, Any] | None = None
        self._cited: dict[str, frozenset[str]] | None = None

    @property
    def content(self) -> dict[str, Any]:
        """What the record says."""
        if self._content is None:
            self._content = orjson.loads(self.text)
        return self._content

    def audience_of(self, *fields: str) -> str:
        """The one audience that sees all of these fields; nobody's where there is no such one."""
        if not self.audiences:
            return self.audience
        seen_by = (self.audiences.get(field, self.audience) for field in fields)
        return narrowest(seen_by, self.owner)

    @property
    def cited(self) -> Mapping[str, frozenset[str]]:
        """By field the ids of the sources that are cited anywhere within it."""
        if self._cited is None:
            self._cited = self._read_cited()
        return self._cited

    def cites_within(self, *, has_own: bool) -> bool:
        """Whether a part of it has citations of its own; most records of a large register do not.

        Told from the text, and true too where a text holds that very word.
        """
        return self.text.count('"citations"') > has_own

    def _read_cited(self) -> dict[str, frozenset[str]]:
        own = self.content.get("citations", ())
        found = {"citations": frozenset(c["source"] for c in own)} if own else {}
        if self.cites_within(has_own=bool(own)):
            for name, value in self.content.items():
                if name != "citations" and (sources := frozenset(_cited_in(value))):
                    found[name] = sources
        return found


def _cited_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for citation in value.get("citations", ()):
            yield citation["source"]
        for name, inner in value.items():
            if name != "citations":
                yield from _cited_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cited_in(inner)


def changed_since(
    number: int, *, kinds: Collection[str] | None = None, ids: Collection[UUID] | None = None
) -> Iterator[Change]:
    """Records whose newest revision comes after ``number``, removed ones too, in order.

    For tables kept in memory, which hold the audience of every value and apply the rule themselves.
    """
    rows = Record.objects.filter(changed_in__gt=number).order_by("changed_in")
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    texts = rows.annotate(
        text=Cast("content", TextField()), levels=Cast("audiences", TextField())
    ).values_list("id", "kind", "text", "audience", "levels", "is_removed", "owner_id")
    for row in texts.iterator(BATCH):
        yield Change(*row)


def appeared_since(number: int, *, kinds: Collection[str]) -> Iterator[Change]:
    """Records that everybody sees and that nobody outside saw in any revision up to ``number``."""
    known = Revision.objects.filter(record=OuterRef("pk"), number__lte=number, audience=PUBLIC)
    ids = Record.objects.filter(
        ~Exists(known), changed_in__gt=number, kind__in=kinds, audience=PUBLIC, is_removed=False
    ).values_list("id", flat=True)
    found = list(ids)
    for start in range(0, len(found), BATCH):
        yield from changed_since(number, ids=found[start : start + BATCH])
