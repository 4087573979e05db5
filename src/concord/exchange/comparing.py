"""Three ways: as downloaded, as it stands, as uploaded. Nothing is written here."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Final
from uuid import UUID

import orjson
from django.utils.translation import gettext as _
from pydantic import ValidationError

from concord.core.disclosure import Viewer
from concord.core.vocabulary.folding import fold
from concord.exchange.doubles import KINDS, Doubles
from concord.exchange.duplicates import settled_pairs
from concord.exchange.filling import CALLS, Fill, fills_of
from concord.exchange.retold import CLAIMS, Item, Retold
from concord.exchange.workbook.cells import (
    CLEAR,
    UNREAD,
    At,
    Cell,
    CellError,
    Content,
    Sense,
    number_doubled,
    number_of,
    put,
    shown,
)
from concord.exchange.workbook.sheets import PART_NAMES, Column, Form, WorkSheet, sheet_named
from concord.exchange.workbook.writing import Head, check_of
from concord.record.checking import ContentChecker
from concord.record.faults import fault_text
from concord.record.selectors import (
    RecordView,
    contents_then,
    records_get,
    records_owned,
    records_owned_ids,
)
from concord.register.checks import Remarks, content_remarks
from concord.register.reading import title_of

BATCH: Final = 500


class Status(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICT = "conflict"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"
    NOT_YOURS = "not_yours"


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A row as it came: its number in the file, its cells in the order of ``keys``, hidden cells.

    ``keys`` is shared by the rows of a sheet: a dictionary for each of 100,000 rows was measured
    to take most of the memory of a comparison.
    """

    number: int
    keys: tuple[str, ...]
    cells: tuple[Cell, ...]
    key: str = ""
    revision: int = 0
    check: str = ""

    @property
    def values(self) -> dict[str, Cell]:
        """The cells by column."""
        return dict(zip(self.keys, self.cells, strict=True))


@dataclass(frozen=True, slots=True)
class GivenSheet:
    """A table that was understood: which sheet it is, under which name it came, its columns."""

    sheet: WorkSheet
    name: str
    heads: Sequence[Head]
    rows: Sequence[GivenRow]


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell: what was downloaded, what stands now, what is uploaded."""

    label: str
    before: str
    now: str
    after: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that cannot be taken."""

    column: str
    value: str
    expected: str
    likely: list[str] = field(default_factory=list)
    choices: str = ""
    is_stopped: bool = False
    """Whether a rule of the content check stops it; then ``expected`` says why."""


@dataclass(slots=True)
class ComparedRow:
    """What a row would do."""

    sheet: str
    table: str
    number: int
    status: Status
    record: str
    title: str
    is_part: bool = False
    differences: list[Difference] = field(default_factory=list)
    cells: list[str | None] | None = None
    """What a new row says, by the heads of its sheet: so the heads are kept once for many rows."""
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    like: str = ""
    """The record that a new one may be."""
    is_warned: bool = False
    """Whether a rule of the content check warns of what its record says."""

    def as_json(self) -> dict[str, Any]:
        """The row as it is kept, without what is blank; ``row_shown`` gives it whole."""
        found: dict[str, Any] = {
            "sheet": self.sheet, "table": self.table, "number": self.number,
            "status": self.status.value, "record": self.record, "title": self.title,
        }  # fmt: skip
        if self.cells is not None:
            found["cells"] = self.cells
        if self.is_part:
            found["is_part"] = True
        if self.differences:
            found["differences"] = [
                {"label": d.label, "before": d.before, "now": d.now, "after": d.after}
                for d in self.differences
            ]
        if self.faults:
            found["faults"] = [asdict(fault) for fault in self.faults]
        if self.notes:
            found["notes"] = self.notes
        if self.like:
            found["like"] = self.like
        if self.is_warned:
            found["is_warned"] = True
        return found


def row_shown(kept: Mapping[str, Any], heads: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A row that ``as_json`` made, with all that a page asks of it; ``heads`` go by table."""
    said = zip(heads.get(kept["table"], ()), kept.get("cells", ()), strict=False)
    new = [
        {"label": head, "before": "", "now": "", "after": cell}
        for head, cell in said
        if cell is not None
    ]
    return {
        "is_part": False, "differences": new, "faults": [], "notes": [], "like": "", **kept
    }  # fmt: skip


@dataclass
class _Pending:
    """A record on its way: what it says now, what it was downloaded as, and its rows."""

    kind: str
    content: Content
    current: Content
    base: Content
    made_from: int
    base_revision: int
    rows: list[ComparedRow] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return not self.made_from


@dataclass(frozen=True, slots=True)
class ComparedBatch:
    """Some rows, and by record the content that they would write, with what it is made from."""

    rows: list[ComparedRow]
    drafts: dict[str, dict[str, Any]]


class Comparison:
    """Compares one upload of one institution; ``batches`` yields as it goes."""

    def __init__(
        self, *, viewer: Viewer, institution: UUID, sheets: Sequence[GivenSheet], sense: Sense
    ) -> None:
        self.viewer, self.institution, self.sense = viewer, institution, sense
        self.records = [given for given in sheets if not given.sheet.part]
        self.parts = [given for given in sheets if given.sheet.part]
        self.heads = {given.name: [head.text for head in given.heads] for given in sheets}
        """What stands above the cells of new rows, by table."""
        self._heads = {given.name: given.heads for given in sheets}
        self._ids: dict[str, dict[int, str]] = {}
        self._fills: dict[str, list[Fill | None]] = {}
        self._checkers: dict[str, ContentChecker] = {}
        self._doubled: set[tuple[str, int]] = set()
        self._numbered: dict[tuple[str, str], str] = {}
        self._doubles: Doubles | None = None
        self._retold: Retold | None = None
        self._absent: dict[str, str] = {}
        """New courses that cannot be taken, and the rows that they stand in."""
        self._own: dict[str, set[bytes]] = {}
        """Digests of what the institution's records say, by kind."""
        self._name_rows()

    def _name_rows(self) -> None:
        """Give each row its record's id, and remember how other sheets may call it."""
        mine: Mapping[str, Any] = {"viewer": self.viewer, "owner": self.institution}
        for record in records_owned(**mine, kind="course"):
            self.sense.courses.setdefault(fold(number_of(str(record.id))), str(record.id))
            for title in record.content.get("titles", {"text": {}})["text"].values():
                self.sense.courses.setdefault(fold(title), str(record.id))
        for activity in records_owned_ids(**mine, kind="activity"):
            self.sense.activities.setdefault(fold(number_of(str(activity))), str(activity))
        seen: Counter[str] = Counter()
        for given in self.records:
            ids = self._ids.setdefault(given.name, {})
            for row in given.rows:
                ids[row.number] = row.key or str(uuid.uuid4())
                if row.key:
                    seen[row.key] += 1
                    if seen[row.key] > 1:
                        self._doubled.add((given.name, row.number))
            self._call(given, ids)

    def _call(self, given: GivenSheet, ids: Mapping[int, str]) -> None:
        """Remember how other sheets may call the rows of this one."""
        called = {"course": self.sense.courses, "activity": self.sense.activities}.get(
            given.sheet.kind
        )
        if called is None:
            return
        for place, head in enumerate(given.heads):
            if head.key == "number":
                for row in given.rows:
                    if number := row.cells[place]:
                        self._number(given.sheet.kind, fold(str(number)), ids[row.number])
        if given.sheet.kind != "course":
            return
        for place, head in enumerate(given.heads):
            if head.column.name == "title":
                for row in given.rows:
                    if title := row.cells[place]:
                        called.setdefault(fold(str(title)), ids[row.number])

    def _number(self, kind: str, number: str, key: str) -> None:
        called = self.sense.courses if kind == "course" else self.sense.activities
        if self._numbered.setdefault((kind, number), key) != key:
            self.sense.doubled.add((kind, number))
        called[number] = key

    def batches(self) -> Iterator[ComparedBatch]:
        """Every row, records before the parts that stand alone."""
        parts = self._parts_by_record()
        for given in self.records:
            rows = iter(given.rows)
            while some := list(islice(rows, BATCH)):
                yield self._batch(given, some, parts)
        left = list(parts.items())
        for start in range(0, len(left), BATCH):
            yield self._parts_alone(dict(left[start : start + BATCH]))

    def _parts_by_record(self) -> dict[str, list[tuple[GivenSheet, GivenRow]]]:
        found: dict[str, list[tuple[GivenSheet, GivenRow]]] = defaultdict(list)
        for given in self.parts:
            for row in given.rows:
                found[self._record_of(given, row)].append((given, row))
        return found

    def _record_of(self, given: GivenSheet, row: GivenRow) -> str:
        """The id of the record that a row of parts belongs to; empty where it names none."""
        if row.key:
            return row.key.partition("#")[0]
        if given.sheet.belongs is None:
            return str(self.institution)
        number = fold(str(row.values.get("activity") or ""))
        if ("activity", number) in self.sense.doubled:
            return ""
        return self.sense.activities.get(number, "")

    def _batch(
        self,
        given: GivenSheet,
        rows: Sequence[GivenRow],
        parts: dict[str, list[tuple[GivenSheet, GivenRow]]],
    ) -> ComparedBatch:
        keys = self._ids[given.name]
        good = {keys[row.number]: row for row in rows if row.key and self._is_good(given, row)}
        others = self._of_others((given, row) for row in rows if row.key not in good)
        pending = self._load(good, given.sheet.kind)
        done: list[ComparedRow] = []
        taken: dict[str, _Pending] = {}
        for row in rows:
            key = keys[row.number]
            compared = ComparedRow(
                given.sheet.name, given.name, row.number, Status.SAME, key, _title(row)
            )
            done.append(compared)
            if row.key in others:
                compared.status = Status.NOT_YOURS
                continue
            record = self._record(given, row, key, pending, compared)
            if record is None:
                continue
            record.rows.append(compared)
            if record.is_new:
                self._fill(given, row, record.content, compared)
            else:
                self._apply(given.heads, row, record.content, record.base, record.current,
                            compared)  # fmt: skip
            taken[key] = record
        if parts:
            for key, record in taken.items():
                for part_sheet, part_row in parts.pop(key, ()):
                    done.append(self._part(part_sheet, part_row, record, key))
        return ComparedBatch(done, self._settle(taken))

    def _fill(
        self, given: GivenSheet, row: GivenRow, content: Content, compared: ComparedRow
    ) -> None:
        """Write the cells of a new row into its content, noting what they say and their faults."""
        fills = self._fills.get(given.name)
        if fills is None:
            fills = self._fills[given.name] = fills_of(given.heads, self.sense)
        values = row.values
        said: list[str | None] = []
        for head, fill, cell in zip(given.heads, fills, row.cells, strict=True):
            if cell is None or fill is None or cell in UNREAD:
                said.append(None)
                continue
            try:
                fill(content, cell, values)
                said.append("" if cell == CLEAR else str(cell))
            except CellError as error:
                compared.faults.append(_fault(head, cell, error))
                said.append(None)
        compared.cells = said

    def _parts_alone(self, parts: dict[str, list[tuple[GivenSheet, GivenRow]]]) -> ComparedBatch:
        """Parts of records whose own row did not come."""
        kinds = {key: given[0][0].sheet.kind for key, given in parts.items() if key}
        done: list[ComparedRow] = []
        taken: dict[str, _Pending] = {}
        for kind in sorted(set(kinds.values())):
            keys = {
                key: next(
                    (row for sheet, row in given if row.revision and self._is_good(sheet, row)),
                    replace(given[0][1], revision=0),
                )
                for key, given in parts.items()
                if key and kinds[key] == kind
            }
            taken |= self._load(keys, kind)
        others = self._of_others(
            pair for key, given in parts.items() if key not in taken for pair in given
        )
        for key, given in parts.items():
            for part_sheet, part_row in given:
                if key in taken:
                    done.append(self._part(part_sheet, part_row, taken[key], key))
                else:
                    done.append(self._orphan(part_sheet, part_row, others))
        return ComparedBatch(done, self._settle(taken))

    def _orphan(self, given: GivenSheet, row: GivenRow, others: set[str]) -> ComparedRow:
        """A row of parts that names no record of the institution."""
        is_yours = row.key not in others
        status = Status.REFUSED if is_yours else Status.NOT_YOURS
        compared = ComparedRow(
            given.sheet.name, given.name, row.number, status, "", "", is_part=True
        )
        if not is_yours:
            return compared
        column: Column = given.sheet.columns[0]
        value = str(row.values.get(column.name) or "")
        expected = _("the number of an activity in the sheet of activities")
        if ("activity", fold(value)) in self.sense.doubled:
            expected = number_doubled()
        compared.faults.append(Fault(str(column.label), value, expected))
        return compared

    def _is_good(self, given: GivenSheet, row: GivenRow) -> bool:
        """Whether the hidden cells are those that we wrote."""
        return row.check == check_of(self.institution, given.sheet.name, row.key, row.revision)

    def _of_others(self, given: Iterable[tuple[GivenSheet, GivenRow]]) -> set[str]:
        """The rows, by their hidden keys, that were exported of another institution's records."""
        rows = [(sheet, row, row.key.partition("#")[0]) for sheet, row in given if row.check]
        ids = {UUID(key) for _sheet, _row, key in rows if _is_id(key)}
        owners = {
            str(key): record.owner
            for key, record in records_get(viewer=self.viewer, ids=ids).items()
            if record.owner != self.institution
        }
        return {
            row.key
            for sheet, row, key in rows
            if key in owners
            and row.check == check_of(owners[key], sheet.sheet.name, row.key, row.revision)
        }

    def _load(self, rows: Mapping[str, GivenRow], kind: str) -> dict[str, _Pending]:
        """The records of rows that have an id, as they stand and as they were downloaded."""
        found = records_get(viewer=self.viewer, ids=[UUID(key) for key in rows if _is_id(key)])
        records = {
            str(key): record
            for key, record in found.items()
            if record.owner == self.institution and record.kind == kind
        }
        older = {
            UUID(key): rows[key].revision
            for key, record in records.items()
            if rows[key].revision and rows[key].revision != record.revision_number
        }
        then = contents_then(viewer=self.viewer, revisions=older)
        return {
            key: _Pending(
                kind,
                dict(record.content),
                record.content,
                then.get(UUID(key), record.content),
                record.revision_number,
                rows[key].revision or record.revision_number,
            )
            for key, record in records.items()
        }

    def _record(
        self,
        given: GivenSheet,
        row: GivenRow,
        key: str,
        pending: Mapping[str, _Pending],
        compared: ComparedRow,
    ) -> _Pending | None:
        """The record that a row is about; None, with its fault, where there can be none."""
        expected = self._why_not(given, row, key, pending)
        if expected:
            _refuse(compared, expected)
            return None
        if not row.key:
            return _Pending(given.sheet.kind, {}, {}, {}, 0, 0)
        return pending[key]

    def _why_not(
        self, given: GivenSheet, row: GivenRow, key: str, pending: Mapping[str, _Pending]
    ) -> str:
        """What a row that cannot be about any record lacks; empty for one that can."""
        if not row.key:
            is_whole = given.sheet.kind != "institution"
            return "" if is_whole else _("the row of your institution, once you took it over")
        if not self._is_good(given, row):
            return _hidden_changed()
        if (given.name, row.number) in self._doubled:
            return _("each row once; this one stands twice in the file")
        return "" if key in pending else _("a record that is still there and yours")

    def _apply(  # noqa: PLR0917
        self,
        heads: Sequence[Head],
        row: GivenRow,
        content: Content,
        base: Content,
        current: Content,
        compared: ComparedRow,
    ) -> None:
        """Write the touched cells of a row into ``content``, noting differences and faults."""
        values = row.values
        around: Mapping[str, Cell] | None = None
        for head, value in zip(heads, row.cells, strict=True):
            if value is None or value in UNREAD or head.column.form in CALLS:
                continue
            target = None if value == CLEAR else value
            before = shown(At(head.column, head.tag, base, self.sense))
            if target == before:
                continue  # nobody touched it
            now = shown(At(head.column, head.tag, current, self.sense))
            if target == now:
                continue  # the same change was made already
            if around is None:
                around = self._around(heads, values, base, current)
            field_name = head.column.root
            held = content.get(field_name)
            try:
                put(At(head.column, head.tag, content, self.sense, around), target)
            except CellError as error:
                compared.faults.append(_fault(head, value, error))
                continue
            if content.get(field_name) == held:
                continue  # another way of writing what stands there
            if now != before:
                compared.status = Status.CONFLICT
            compared.differences.append(
                Difference(head.text, _text(before), _text(now), _text(target))
            )

    def _around(
        self,
        heads: Sequence[Head],
        values: Mapping[str, Cell],
        base: Content,
        current: Content,
    ) -> dict[str, Cell]:
        """The row with what stands now in cells that nobody touched: a day needs its other end."""
        around = dict(values)
        for head in heads:
            if head.column.form is Form.DATE:
                at = At(head.column, head.tag, base, self.sense)
                if around.get(head.key) in {None, shown(at)}:
                    around[head.key] = shown(At(head.column, head.tag, current, self.sense))
        return around

    def _part(self, given: GivenSheet, row: GivenRow, record: _Pending, key: str) -> ComparedRow:
        """One row of a part: an item that is there, or one more."""
        compared = ComparedRow(
            given.sheet.name, given.name, row.number, Status.SAME, key, "", is_part=True
        )
        record.rows.append(compared)
        name = given.sheet.part
        items: list[Content] = [dict(item) for item in record.content.get(name, ())]
        is_new = not row.key
        base: Content = {}
        place = len(items)
        if not is_new:
            then = self._then(given, row, record)
            if then is not None and not self._is_touched(given, row, then):
                return compared
            now = None if then is None else self._place_of(given, row, record, then)
            if then is None or now is None:
                _refuse(compared, _("the row as it was downloaded; it was changed or moved since: "
                                    "download the workbook again"))  # fmt: skip
                return compared
            base, place = then, now
        item = {} if is_new else items[place]
        if not is_new and row.values.get(_first_required(given.sheet)) == CLEAR:
            compared.differences.append(Difference(str(given.sheet.label), "", "", CLEAR))
            items[place] = {}
        elif is_new:
            self._fill(given, row, item, compared)
            items.append(item)
        else:
            self._apply(given.heads, row, item, base, dict(item), compared)
        record.content[name] = items
        return compared

    def _then(self, given: GivenSheet, row: GivenRow, record: _Pending) -> Content | None:
        """A part as it was downloaded; None where the row does not tell which it was."""
        place = row.key.rpartition("#")[2]
        if not self._is_good(given, row) or not (place.isascii() and place.isdigit()):
            return None
        parts: list[Content] = record.base.get(given.sheet.part, [])
        if row.revision != record.base_revision or int(place) >= len(parts):
            return None
        return parts[int(place)]

    def _is_touched(self, given: GivenSheet, row: GivenRow, then: Content) -> bool:
        values = row.values
        return any(
            values.get(head.key)
            not in {None, *UNREAD, shown(At(head.column, head.tag, then, self.sense))}
            for head in given.heads
            if head.column.form not in CALLS
        )

    def _place_of(
        self, given: GivenSheet, row: GivenRow, record: _Pending, then: Content
    ) -> int | None:
        """Where a part stands now; None where that is not certain."""
        now = record.current.get(given.sheet.part, [])
        if now == record.base.get(given.sheet.part, []):
            return int(row.key.rpartition("#")[2])
        places = [number for number, item in enumerate(now) if item == then]
        return places[0] if len(places) == 1 else None

    def _settle(self, taken: Mapping[str, _Pending]) -> dict[str, dict[str, Any]]:
        """Check each record as a whole and give its rows their status."""
        drafts: dict[str, dict[str, Any]] = {}
        for key, record in taken.items():
            for name in PART_NAMES:
                if items := record.content.get(name):
                    record.content[name] = [item for item in items if item]
            if record.is_new:
                self._assume(record)
            self._require_course(record)
            content = self._checked(record)
            remarks = self._remarks(record, content)
            faulty = content is None or any(row.faults for row in record.rows)
            if faulty:
                _tell_the_others(record.rows)
                if record.is_new and record.kind == "course":
                    row = record.rows[0]
                    self._absent[key] = _spot(row)
            is_there = (
                content is not None and record.is_new and self._is_there(record.kind, content)
            )
            for row in record.rows:
                row.status = _status(row, record, is_faulty=faulty, is_there=is_there)
            if content is None or faulty or is_there or content == record.current:
                continue
            drafts[key] = {"kind": record.kind, "content": content, "made_from": record.made_from}
            record.rows[0].notes += remarks.said
            record.rows[0].is_warned = bool(remarks.warnings)
        self._doubt(taken, drafts)
        return drafts

    def _require_course(self, record: _Pending) -> None:
        """A run of a course that cannot be taken cannot be taken either."""
        where = self._absent.get(str(record.content.get("course") or ""))
        if where is None:
            return
        row = record.rows[0]
        said = zip(self._heads[row.table], row.cells or (), strict=False)
        value = next((cell for head, cell in said if head.key == "course"), None)
        label = next(head.text for head in self._heads[row.table] if head.key == "course")
        expected = _("a course that can be taken; mend %(row)s first") % {"row": where}
        row.faults.append(Fault(label, value or "", expected))

    def _doubt(
        self, taken: Mapping[str, _Pending], drafts: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Mark what is new here and may be in the register already."""
        new = [
            (draft["kind"], key, draft["content"])
            for key, draft in drafts.items()
            if taken[key].is_new
        ]
        for key, other in self._in_register(new).items():
            note = _("It may be “%(title)s”, which is in the register already.")
            title = title_of(other, self.sense.language)
            for row in taken[key].rows:
                row.status = Status.DOUBTFUL
            taken[key].rows[0].notes.append(note % {"title": title})
            taken[key].rows[0].like = str(other.id)

    def _in_register(self, new: Sequence[Item]) -> dict[str, RecordView]:
        """The records that new ones may be, by the ids of these."""
        training = [item for item in new if item[0] in KINDS]
        claims = [item for item in new if item[0] in CLAIMS]
        found: dict[str, RecordView] = {}
        if training:
            self._doubles = self._doubles or Doubles(self.viewer, self._settled)
            found |= self._doubles.of(training)
        if claims:
            self._retold = self._retold or Retold(self.viewer, self._settled)
            found |= self._retold.of(claims)
        return found

    @cached_property
    def _settled(self) -> set[frozenset[str]]:
        return settled_pairs(institution=self.institution)

    def _assume(self, record: _Pending) -> None:
        """What an institution need not say of its own: it offers its courses, it holds its runs."""
        own = str(self.institution)
        if record.kind == "course":
            record.content.setdefault("providers", [own])
        elif record.kind == "material":
            record.content.setdefault("makers", [{"institution": own}])
        elif record.kind == "activity" and not record.content.get("parties"):
            record.content["parties"] = [{"party": {"institution": own}, "part": "host"}]
            note = _("No party is named: your institution is taken to be the host.")
            record.rows[0].notes.append(note)

    def _checked(self, record: _Pending) -> Content | None:
        """The content by the rules of its kind; None, with the faults at its rows, if it breaks."""
        try:
            return self._checker(record.kind).checked(record.content)
        except ValidationError as error:
            named = {fault.column for row in record.rows for fault in row.faults}
            for fault in error.errors():
                row, label = _where(record, fault["loc"])
                if label not in named:
                    value = fault["input"] if isinstance(fault["input"], str | int) else ""
                    row.faults.append(Fault(label, str(value), fault_text(fault)))
            return None

    def _remarks(self, record: _Pending, content: Content | None) -> Remarks:
        """What the content check says of a change; what it stops stands at its row as a fault."""
        if content is None or content == record.current:
            return Remarks([], [], [])
        remarks = content_remarks(record.kind, content)
        for one in remarks.stops:
            if content.get(one.field) == record.current.get(one.field):
                continue
            row, label = _where(record, (one.field,))
            expected = f"{one.reason} {one.mend} ({one.rule.reference})"
            row.faults.append(Fault(label, "", expected, is_stopped=True))
        return remarks

    def _checker(self, kind: str) -> ContentChecker:
        if kind not in self._checkers:
            self._checkers[kind] = ContentChecker(kind)
        return self._checkers[kind]

    def _is_there(self, kind: str, content: Content) -> bool:
        """Whether the institution has a record that says exactly this."""
        if kind not in self._own:
            owned = records_owned(viewer=self.viewer, owner=self.institution, kind=kind)
            self._own[kind] = {_canonical(record.content) for record in owned}
        canonical = _canonical(content)
        is_there = canonical in self._own[kind]
        self._own[kind].add(canonical)  # a row that stands twice in the file is new once
        return is_there


def _fault(head: Head, value: Cell, error: CellError) -> Fault:
    return Fault(head.text, str(value), error.expected, error.likely, head.column.choices)


def _canonical(content: Content) -> bytes:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def _status(row: ComparedRow, record: _Pending, *, is_faulty: bool, is_there: bool) -> Status:
    if row.faults or is_faulty:
        return Status.REFUSED
    if record.is_new:
        return Status.SAME if is_there else Status.NEW
    if row.status is Status.CONFLICT:
        return Status.CONFLICT
    if not row.differences:
        return Status.SAME
    return Status.CHANGED


def _spot(row: ComparedRow) -> str:
    """Where a row stands, in words."""
    return _("row %(number)s of “%(table)s”") % {"number": row.number, "table": row.table}


def _tell_the_others(rows: Sequence[ComparedRow]) -> None:
    """Rows of one record are taken together: those without a fault say where the fault is."""
    at = ", ".join(dict.fromkeys(_spot(row) for row in rows if row.faults))
    for row in rows:
        if at and not row.faults:
            row.notes.append(_("Not taken until this is mended: %(rows)s.") % {"rows": at})


def _where(record: _Pending, path: tuple[int | str, ...]) -> tuple[ComparedRow, str]:
    """The row and the head that a fault of the content comes from."""
    name = str(path[0]) if path else ""
    row = record.rows[0]
    if name in PART_NAMES and len(path) > 2:
        parts = [r for r in record.rows if r.is_part and sheet_named(r.sheet).part == name]
        row = parts[-1] if parts else row
        name = str(path[2])
    sheet = sheet_named(row.sheet)
    for column in sheet.columns:
        if column.root == name:
            return row, str(column.label)
    return row, name


def _hidden_changed() -> str:
    return _("the hidden cells as they were downloaded; to add a row, write below the last one")


def _refuse(compared: ComparedRow, expected: str) -> None:
    compared.status = Status.REFUSED
    compared.faults.append(Fault("", "", expected))


def _first_required(sheet: WorkSheet) -> str:
    own = [c for c in sheet.columns if c.form is not sheet.belongs]
    return next((c.name for c in own if c.is_required), own[0].name)


def _title(row: GivenRow) -> str:
    return next((str(row.cells[p]) for p in _titles_in(row.keys) if row.cells[p]), "")


@lru_cache(maxsize=64)
def _titles_in(keys: tuple[str, ...]) -> list[int]:
    """Where the titles stand in rows of these columns."""
    return [p for p, k in enumerate(keys) if k.partition("[")[0] in {"title", "text", "name"}]


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _is_id(key: str) -> bool:
    try:
        UUID(key)
    except ValueError:
        return False
    return True
