"""What other levels would show of a record: to each viewer, before anything is changed.

What is shown before is built by the same function as what is shown afterwards, from the audiences
that the levels would give: the two cannot differ.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson
from django.db.models import Min, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from concord.core.disclosure import (
    PUBLIC,
    Audience,
    Breadth,
    Level,
    Viewer,
    breadth_of,
    institution_audience,
)
from concord.record.audiences import Standing
from concord.record.errors import NotFoundError
from concord.record.models import Record, Revision
from concord.record.publishing import Levels, draft_shared, is_moved
from concord.record.selectors import BATCH, RecordView, view_of
from concord.record.services import Draft, audiences_drafted, content_dump, require_narrow

NEVER: Final = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Change:
    """What changes of one record for some: fields that hold something, by name."""

    audiences: tuple[str, ...]
    """Whom it is told of: those who are in all of these."""
    appears: bool
    """They come to know that there is such a record."""
    goes: bool
    shown: tuple[str, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sharing:
    """A record of an institution's own as it stands, and as it would be shown."""

    id: UUID
    kind: str
    own: RecordView
    """As its owner sees it now."""
    moves: bool
    """Whether anything would change at all."""
    changes: tuple[Change, ...]
    """For everybody first; for others only what they are not told of there."""
    _after: Record

    @property
    def audience(self) -> str:
        """Who would know of it."""
        return self._after.audience

    @property
    def audiences(self) -> Mapping[str, str]:
        """Who would see each field that others would see than ``audience``."""
        found: Mapping[str, str] = self._after.audiences
        return found

    @property
    def widens(self) -> bool:
        """Whether anybody comes to see more."""
        return any(change.appears or change.shown for change in self.changes)

    @property
    def narrows(self) -> bool:
        """Whether anybody sees less from then on."""
        return any(change.goes or change.hidden for change in self.changes)

    def seen_by(self, viewer: Viewer) -> RecordView | None:
        """The record as the viewer would see it; None where it would not know of it."""
        return view_of(self._after, viewer)


def sharing_preview(*, institution: UUID, levels: Mapping[UUID, Levels]) -> list[Sharing]:
    """What these levels would show of records of the institution, in their order.

    Raises as ``records_share`` does.
    """
    rows = _own_rows(institution, levels)
    standing = Standing(institution)
    drafts = [draft_shared(rows[key], chosen) for key, chosen in levels.items()]
    moved = [draft for draft in drafts if is_moved(draft, rows[draft.record_id], standing)]
    require_narrow(moved, rows, standing, timezone.now().date())
    return [_sharing(rows[draft.record_id], draft, standing) for draft in drafts]


def _sharing(row: Record, draft: Draft, standing: Standing) -> Sharing:
    after = copy.copy(row)
    after.audience, after.audiences = audiences_drafted(draft, row, standing)
    own = view_of(row, Viewer(frozenset(map(Audience, _all_of(row, after)))))
    assert own is not None  # noqa: S101 - whoever is in every audience sees it
    return Sharing(
        row.id, row.kind, own, is_moved(draft, row, standing), tuple(_changes(row, after)), after
    )


def drafts_shown(*, institution: UUID, drafts: Sequence[Draft]) -> dict[UUID, tuple[Change, ...]]:
    """What drafts of the institution's would show to whom, by record, were they written.

    A new value of a field is none of it: those see it who saw the value before.
    """
    rows: dict[UUID, Record] = {}
    for start in range(0, len(drafts), BATCH):
        rows |= Record.objects.in_bulk([d.record_id for d in drafts[start : start + BATCH]])
    standing = Standing(institution)
    found: dict[UUID, tuple[Change, ...]] = {}
    for draft in drafts:
        row = rows.get(draft.record_id)
        before = row or Record(
            id=draft.record_id, kind=draft.content.kind, owner_id=institution, content={},
            audience=standing.audience(Level.INSTITUTION), audiences={},
            changed_at=timezone.now(),
        )  # fmt: skip
        after = copy.copy(before)
        after.audience, after.audiences = audiences_drafted(draft, row, standing)
        after.content = content_dump(draft.content)
        found[draft.record_id] = tuple(_changes(before, after))
    return found


def _all_of(*rows: Record) -> set[str]:
    return {a for row in rows for a in (row.audience, *row.audiences.values())}


def viewer_in(*audiences: str) -> Viewer:
    """Somebody of these audiences who is in no other but the public."""
    return Viewer(frozenset({PUBLIC, *map(Audience, audiences)}))


def _changes(before: Record, after: Record) -> Iterator[Change]:
    """For everybody, for each audience, and for those who are in two of which both are needed."""
    own = {PUBLIC, institution_audience(before.owner_id)}
    found: list[Change] = []
    circles: list[tuple[str, ...]] = [
        (PUBLIC,),
        *((a,) for a in sorted(_all_of(before, after) - own)),
    ]
    for row in (before, after):
        others = set(row.audiences.values()) - {*own, row.audience}
        if row.audience not in own:
            circles += [(row.audience, other) for other in sorted(others)]
    for circle in dict.fromkeys(circles):
        change = _change(before, after, circle, found)
        if change.appears or change.goes or change.shown or change.hidden:
            found.append(change)
            yield change


def _change(
    before: Record, after: Record, circle: tuple[str, ...], told: Collection[Change]
) -> Change:
    """What changes for those in all of ``circle``, but for what is told of a wider one."""
    viewer = viewer_in(*circle)
    was, will = _held(before, viewer), _held(after, viewer)
    wider = [c for c in told if viewer.audiences.issuperset(c.audiences)]
    shown = (will or NEVER) - (was or NEVER) - {name for c in wider for name in c.shown}
    hidden = (was or NEVER) - (will or NEVER) - {name for c in wider for name in c.hidden}
    return Change(
        circle,
        was is None and will is not None and not any(c.appears for c in wider),
        was is not None and will is None and not any(c.goes for c in wider),
        _in_order(shown, {**before.content, **after.content}),
        _in_order(hidden, before.content),
    )


def _held(row: Record, viewer: Viewer) -> frozenset[str] | None:
    """The fields that a viewer sees filled; None where it does not know of the record."""
    view = view_of(row, viewer)
    return None if view is None else frozenset(view.content)


def _in_order(names: Collection[str], content: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name in content if name in names)


def sharing_digest(sharings: Iterable[Sharing]) -> str:
    """The same for the same records under the same levels: what somebody has looked at."""
    told = [
        [str(s.id), s.own.content, s.audience, sorted(s.audiences.items())] for s in sharings
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def levels_held(*, institution: UUID, ids: Collection[UUID]) -> dict[UUID, Levels]:
    """The levels that records of an institution have; raises as ``records_share`` does."""
    rows = _own_rows(institution, ids)
    standing = Standing(institution)
    return {
        key: Levels(
            standing.level_still(rows[key].audience),
            {name: standing.level_still(a) for name, a in rows[key].audiences.items()},
            rows[key].in_totals,
        )
        for key in ids
    }


def _own_rows(institution: UUID, ids: Iterable[UUID]) -> dict[UUID, Record]:
    wanted = list(ids)
    rows: dict[UUID, Record] = {}
    for start in range(0, len(wanted), BATCH):
        rows |= Record.objects.filter(owner=institution, is_removed=False).in_bulk(
            wanted[start : start + BATCH]
        )
    if len(rows) != len(set(wanted)):
        raise NotFoundError
    return rows


def seen_since(*, institution: UUID, ids: Collection[UUID]) -> dict[UUID, dict[str, dt.datetime]]:
    """Who beyond the institution could see anything of each record before, and since when.

    Of any revision that there ever was: what has been seen stays known.
    """
    wanted = list(_own_rows(institution, ids))
    found: dict[UUID, dict[str, dt.datetime]] = {}
    rows = (
        Revision.objects.filter(record_id__in=wanted, operation=Revision.Operation.PUT)
        .annotate(levels=Cast("audiences", TextField()))
        .values_list("record_id", "audience", "levels")
        .annotate(since=Min("at"))
        .order_by("since")
    )
    for record_id, audience, levels, since in rows:
        seen = found.setdefault(record_id, {})
        for one in (audience, *orjson.loads(levels).values()):
            if breadth_of(one) is not Breadth.INSTITUTION:
                seen.setdefault(one, since)
    return found
