"""What a reading of a feed would do, item by item. Nothing is written here."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from concord.exchange.doubles import Doubles
from concord.exchange.duplicates import settled_pairs
from concord.exchange.feeding.mapping import FIELDS, LeftItemError, Mapped, Mapper, RefusedItemError
from concord.exchange.feeds.item import FeedItem
from concord.exchange.models import FeedEntry, FeedSource, Remembered
from concord.exchange.workbook.names import Names
from concord.record.audiences import viewer_as
from concord.record.errors import InvalidContentError
from concord.record.publishing import waiting_for_institution
from concord.record.selectors import RecordView, records_get
from concord.record.services import content_dump, content_parse
from concord.register.checks import content_remarks, finding_text
from concord.register.citing import cited, cites
from concord.register.reading import title_of

VIA = "feed"


class Outcome(StrEnum):
    """What becomes of an item."""

    REFUSED = "refused"
    DOUBTFUL = "doubtful"
    CHANGED = "changed"
    NEW = "new"
    WAITING = "waiting"
    VANISHED = "vanished"
    DELETED = "deleted"
    OLDER = "older"
    LEFT = "left"
    SAME = "same"


WRITES = (Outcome.NEW, Outcome.CHANGED)


@dataclass
class Planned:
    """One item: what would become of it, and the record as it would be."""

    item: FeedItem
    entry: FeedEntry | None
    status: Outcome
    record_id: UUID
    kind: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    made_from: int = 0
    message: str = ""
    notes: list[str] = field(default_factory=list)
    like: str = ""
    was: str = ""
    """What became of it when it was read before."""

    @property
    def digest(self) -> str:
        """What the item says, as one short text."""
        said = asdict(self.item) | {"raw": "", "modified": None, "unnamed": 0}
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def title(self) -> str:
        """What the item is called, in whatever language it is."""
        if self.item.titles:
            return next(iter(self.item.titles.values()))[:500]
        return self.entry.title if self.entry else self.item.key[:500]

    def refuse(self, status: Outcome, message: str) -> None:
        self.status, self.message = status, message


def key_digest(item: FeedItem) -> str:
    """An item's kind and key in as many letters as a database can index."""
    return hashlib.sha256(f"{item.kind}\n{item.key}".encode()).hexdigest()


def locked_fields(entry: FeedEntry, content: Mapping[str, Any]) -> list[str]:
    """Fields that say what neither the feed wrote nor says: somebody changed them by hand."""
    return [
        name
        for name in FIELDS[entry.record_kind]
        if content.get(name) not in (entry.written.get(name), entry.said.get(name))
    ]


class Plan:
    """Plans a reading. ``is_replay`` takes in again what was taken in already."""

    def __init__(
        self,
        source: FeedSource,
        *,
        today: dt.date,
        is_replay: bool = False,
    ) -> None:
        self.source, self.is_replay, self.today = source, is_replay, today
        self.cites: UUID | None = None
        """The source of the register by which records cite this feed; none in a trial."""
        self.viewer = viewer_as(source.institution)
        remembered = {
            (row.subject, row.text): row.choice
            for row in Remembered.objects.filter(institution=source.institution)
        }
        self.mapper = Mapper(
            institution=source.institution,
            names=Names(self.viewer, source.defaults.get("language") or "en"),
            defaults=source.defaults,
            remembered=remembered,
            today=today,
        )
        self.entries = {entry.digest_of_key: entry for entry in source.entries.all()}
        self.by_key: dict[str, list[FeedEntry]] = {}
        for entry in self.entries.values():
            self.by_key.setdefault(entry.key, []).append(entry)
        waiting = waiting_for_institution(institution=source.institution)
        self.held_by_hand = {row.record_id for row in waiting if row.via != VIA}
        self.courses = {
            entry.key: str(entry.record_id)
            for entry in self.entries.values()
            if entry.record_kind == "course" and entry.record_id
        }
        self.unknown: Counter[tuple[str, str]] = Counter()
        """Words that are in no list, with how many items have them."""
        self._doubles: Doubles | None = None

    def of(self, items: Sequence[FeedItem]) -> list[Planned]:
        """What becomes of each item: courses first, for their runs name them."""
        live = {key_digest(item) for item in items}
        own = {
            str(entry.record_id)
            for entry in self.entries.values()
            if entry.record_id and entry.digest_of_key in live
        }
        courses = [item for item in items if self._is_course(item)]
        done = list(self._planned(courses))
        self._doubt(done, own)
        for row in done:
            if row.status in WRITES or row.status is Outcome.SAME:
                self.courses[row.item.key] = str(row.record_id)
        others = [item for item in items if not self._is_course(item)]
        rest = list(self._planned(others))
        self._doubt(rest, own)
        return [*done, *rest]

    def _is_course(self, item: FeedItem) -> bool:
        try:
            return not item.is_deleted and self.mapper.kind_of(item) == "course"
        except LeftItemError:
            return False

    def _planned(self, items: Iterable[FeedItem]) -> Iterator[Planned]:
        rows = [self._first_look(item) for item in items]
        known = [row.record_id for row in rows if row.made_from < 0]
        records = records_get(viewer=self.viewer, ids=known)
        for row in rows:
            if row.made_from < 0:
                self._second_look(row, records.get(row.record_id))
            yield row

    def _first_look(self, item: FeedItem) -> Planned:
        """What can be told without the record; ``made_from`` is below 0 where that is needed."""
        if item.is_deleted:
            known = next((e for e in self.by_key.get(item.key, ()) if e.record_id), None)
            status = Outcome.DELETED if known and not known.is_deleted else Outcome.SAME
            record = known.record_id if known and known.record_id else uuid.uuid4()
            return Planned(item, known, status, record)
        entry = self.entries.get(key_digest(item))
        row = Planned(item, entry, Outcome.NEW, (entry and entry.record_id) or uuid.uuid4())
        row.was = entry.status if entry else ""
        if entry is not None and self._is_settled(row, entry):
            return row
        try:
            mapped = self._mapped(item, entry)
        except LeftItemError as error:
            row.refuse(Outcome.LEFT, str(error))
            return row
        except RefusedItemError as error:
            row.refuse(Outcome.REFUSED, str(error))
            return row
        row.kind, row.said, row.notes = mapped.kind, mapped.said, mapped.notes
        self.unknown.update(mapped.unknown)
        if entry is not None and entry.record_id:
            row.made_from = -1
        else:
            row.content = self._cited(row.said)
            self._check(row)
        return row

    def _is_settled(self, row: Planned, entry: FeedEntry) -> bool:
        """Whether nothing has to be done for an item that is known."""
        if entry.choice == FeedEntry.Choice.LEFT_OUT:
            row.refuse(Outcome.LEFT, _("Somebody of your institution left it out."))
        elif row.item.sequence < entry.sequence:
            row.refuse(Outcome.OLDER, _("It is older than what was read before."))
        elif entry.record_id and entry.digest == row.digest and not self.is_replay:
            row.status = Outcome.SAME
        else:
            return False
        return True

    def _mapped(self, item: FeedItem, entry: FeedEntry | None) -> Mapped:
        """The item; one that is known and cancelled need not say again what it was."""
        if item.status != "cancelled" or entry is None or not entry.record_id:
            return self.mapper.map(item, self.courses)
        new = self.mapper.map(item, self.courses).said if item.titles else {}
        said = {**entry.said, **new}
        if entry.record_kind == "activity":
            said["stage"] = "cancelled"
        return Mapped(entry.record_kind, said)

    def _second_look(self, row: Planned, record: RecordView | None) -> None:
        """Put what the feed says into the record as it stands, but for what is locked."""
        entry = row.entry
        if entry is None or record is None or record.owner != self.source.institution:
            row.refuse(Outcome.LEFT, _("Its record was removed, or is no longer yours."))
            return
        if record.id in self.held_by_hand:
            row.refuse(Outcome.LEFT, _("A change of it by hand waits; the feed waits for that."))
            return
        if record.kind != row.kind:
            row.refuse(Outcome.REFUSED, _("It is of another kind than its record."))
            return
        locked = locked_fields(entry, record.content)
        content = dict(record.content)
        for name in FIELDS[row.kind]:
            if name in locked:
                continue
            content.pop(name, None)
            if name in row.said:
                content[name] = row.said[name]
        is_same = content == record.content
        if not is_same or self._lacks_citation(entry, content):
            content = self._cited(content)
        row.content, row.before = content, record.content
        row.made_from, row.status = record.revision_number, Outcome.CHANGED
        if any(row.said.get(name) != entry.said.get(name) for name in locked):
            row.notes.append(_("Fields that were changed by hand stay as they are."))
        self._check(row)
        if row.status is Outcome.CHANGED and row.content == record.content:
            row.status = Outcome.SAME

    def _cited(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content with the feed as its source, read today; it stands there once."""
        if self.cites is None:
            return dict(content)
        return cited(content, {"source": str(self.cites), "retrieved": self.today.isoformat()})

    def _lacks_citation(self, entry: FeedEntry, content: Mapping[str, Any]) -> bool:
        """Whether a record has never cited the feed; what somebody took out of it stays out."""
        return self.cites is not None and not (entry.is_cited or cites(content, self.cites))

    def _check(self, row: Planned) -> None:
        """Hold the whole record to the rules of its kind, and show what is worth a second look."""
        try:
            row.content = content_dump(content_parse(kind=row.kind, data=row.content))
        except InvalidContentError as error:
            faults = "; ".join(f"{name}: {fault}" for name, fault in error.fields.items())
            row.refuse(Outcome.REFUSED, faults)
            return
        remarks = content_remarks(row.kind, row.content)
        whole = content_remarks(row.kind, {**row.content, "description": row.item.summary})
        if whole.stops:  # what an item says beside its record would be kept with its text
            row.refuse(Outcome.REFUSED, " ".join(map(finding_text, whole.stops)))
            is_title = any(one.field == "titles" for one in whole.stops)
            row.item = replace(row.item, raw="", titles={} if is_title else row.item.titles)
            row.said, row.content = {}, {}
            return  # nothing of what does not belong here is kept
        row.notes += remarks.said

    def _doubt(self, rows: Sequence[Planned], own: set[str]) -> None:
        """Mark new records that may be in the register already; nobody has decided on them yet."""
        new = [
            row
            for row in rows
            if row.status is Outcome.NEW
            and not (row.entry and row.entry.choice == FeedEntry.Choice.NEW)
        ]
        if not new:
            return
        if self._doubles is None:
            settled = settled_pairs(institution=self.source.institution)
            self._doubles = Doubles(self.viewer, settled)
        asked = [(row.kind, str(row.record_id), row.content) for row in new]
        found = self._doubles.of(asked, without=own)
        for row in new:
            if other := found.get(str(row.record_id)):
                title = title_of(other, self.mapper.language)
                message = _("It may be “%(title)s”, which is in the register already.")
                row.refuse(Outcome.DOUBTFUL, message % {"title": title})
                row.like = str(other.id)
