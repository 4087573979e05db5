"""Lists, searches and records as workbooks that can be uploaded again unchanged.

Which columns there are is known only when every record was read, and the heads stand first: so the
rows of each sheet wait in a file meanwhile, and each record is read once.
"""

from __future__ import annotations

import pickle
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, Final
from uuid import UUID

import orjson
from django.utils import translation

from concord.core.disclosure import TLP, TLP_ORDER, Breadth, Viewer
from concord.core.vocabulary import LANGUAGES
from concord.exchange.workbook.cells import WITHHELD, At, Cell, Sense, number_of, plain, shown
from concord.exchange.workbook.sheets import SHEETS, Form, WorkSheet
from concord.exchange.workbook.writing import (
    ANY,
    MOST_ROWS,
    Book,
    Head,
    Progress,
    as_written,
    check_of,
    heads_of,
    meta_of,
)
from concord.record.kinds import content_type
from concord.record.selectors import RecordView
from concord.register.reading import pick, title_of

NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")

Row = tuple[str, int, str, list[Cell]]
"""The hidden cells and what the row shows."""


def records_write(
    target: IO[bytes] | str,
    *,
    viewer: Viewer,
    batches: Iterable[Sequence[RecordView]],
    kinds: Sequence[str],
    language: str,
    progress: Progress = lambda _records: None,
) -> None:
    """Write records into an XLSX workbook with the sheets of their kinds.

    ``kinds`` have their sheets even where there is no record. Kinds without a sheet of the workbook
    get a plain one, which is for reading alone.
    """
    with translation.override("zh-hans" if language == "zh-Hans" else language):
        _Export(target, viewer, language, progress).write(batches, kinds)


class _Waiting:
    """The rows of one sheet in a file, and the languages in which they have texts."""

    def __init__(self, sheet: WorkSheet, sense: Sense) -> None:
        self.sheet = sheet
        self.heads = heads_of(sheet, list(LANGUAGES), sense.language)
        self.count = 0
        self.tags = dict.fromkeys([sense.language, "en"])
        self._ats = [At(head.column, head.tag, {}, sense) for head in self.heads]
        self._roots = [_root(head) for head in self.heads]
        self._rows: list[Row] = []
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by ``close``

    def take(self, record: RecordView) -> None:
        """Keep the rows of a record: one, or one for each of its parts."""
        key, owner, revision = str(record.id), record.owner, record.revision_number
        if not self.sheet.part:
            self._keep(key, owner, revision, self._cells(record.content, record.withheld, key))
            return
        for place, part in enumerate(record.content.get(self.sheet.part, ())):
            self._keep(f"{key}#{place}", owner, revision, self._cells(part, (), key))

    def _keep(self, key: str, owner: UUID, revision: int, cells: list[Cell]) -> None:
        check = check_of(owner, self.sheet.name, key, revision)
        self._rows.append((key, revision, check, cells))
        self.count += 1

    def _cells(self, content: dict[str, Any], withheld: Sequence[str], key: str) -> list[Cell]:
        cells: list[Cell] = []
        for at, root in zip(self._ats, self._roots, strict=True):
            cell: Cell = None
            if not root:
                cell = number_of(key)
            elif root in withheld:
                cell = WITHHELD
            elif root in content:
                at.content = content
                cell = as_written(at.column, shown(at))
                if at.tag and cell is not None:
                    self.tags[at.tag] = None
            cells.append(cell)
        return cells

    def settle(self) -> None:
        """Move what was taken to the file."""
        pickle.dump(self._rows, self._file)
        self._rows = []

    def columns(self) -> list[int]:
        """The places of the columns that the sheet needs."""
        return [n for n, head in enumerate(self.heads) if not head.tag or head.tag in self.tags]

    def rows(self) -> Iterator[Row]:
        """Every row in the order in which it was taken."""
        self._file.seek(0)
        left = self.count
        while left:
            rows: list[Row] = pickle.load(self._file)  # noqa: S301 - written by ourselves just now
            left -= len(rows)
            yield from rows

    def close(self) -> None:
        """Throw the file away."""
        self._file.close()


def _root(head: Head) -> str:
    """The field of the record that a column shows; empty where it says which row it is."""
    if head.column.form in {Form.REFERENCE, Form.ACTIVITY}:
        return ""
    return head.column.root


class _Export(Book):
    """A workbook of records of any owner."""

    def write(self, batches: Iterable[Sequence[RecordView]], kinds: Sequence[str]) -> None:
        """Read every record, then write every row."""
        waiting = [_Waiting(sheet, self.sense) for sheet in SHEETS]
        try:
            self._take_and_write(waiting, batches, kinds)
        finally:
            for sheet in waiting:
                sheet.close()

    def _take_and_write(
        self,
        waiting: Sequence[_Waiting],
        batches: Iterable[Sequence[RecordView]],
        kinds: Sequence[str],
    ) -> None:
        by_kind: dict[str, list[_Waiting]] = {}
        for sheet in waiting:
            by_kind.setdefault(sheet.sheet.kind, []).append(sheet)
        plainly: dict[str, list[RecordView]] = {kind: [] for kind in kinds if kind not in by_kind}
        done = 0
        labels = {TLP[Breadth.PUBLIC]}
        for batch in batches:
            for record in batch:
                labels.add(record.tlp)
                for sheet in by_kind.get(record.kind, ()):
                    sheet.take(record)
                if record.kind not in by_kind:
                    plainly.setdefault(record.kind, []).append(record)
            for sheet in waiting:
                sheet.settle()
            done += len(batch)
            self.progress(done)
        self.progress = lambda _rows: None
        self._write([s for s in waiting if s.count or (s.sheet.kind in kinds and not s.sheet.part)])
        for kind, records in plainly.items():
            self._plain_sheet(kind, records)
        self._label(max(labels, key=TLP_ORDER.index))
        self.book.close()

    def _label(self, tlp: str) -> None:
        """At the head of every printed page, and among the properties: what may be done with it.

        No column, which would have to be read back.
        """
        for page in self.book.worksheets():
            page.set_header(f"&R{tlp}")
        self.properties(keywords=tlp)

    def _write(self, sheets: Sequence[_Waiting]) -> None:
        meta: list[list[str]] = []
        ranges = self._ranges()
        for sheet in sheets:
            meta += self._rows_of(sheet, ranges)
        self._lists()
        self._meta(ANY, meta)

    def _rows_of(self, waiting: _Waiting, ranges: dict[str, str]) -> list[list[str]]:
        """Write a sheet, and more of its name where it is full."""
        columns = waiting.columns()
        heads = [waiting.heads[place] for place in columns]
        label = str(waiting.sheet.label)[:28]
        meta: list[list[str]] = []
        page: Any = None
        at = MOST_ROWS
        left = waiting.count
        for key, revision, check, cells in waiting.rows():
            if at == MOST_ROWS:
                name = f"{label} {len(meta) // len(heads) + 1}" if meta else label
                page = self._page(name, heads, ranges, min(left, MOST_ROWS))
                meta += meta_of(waiting.sheet, name, heads)
                at = 0
            at, left = at + 1, left - 1
            page.write_string(at, 0, key)
            page.write_number(at, 1, revision)
            page.write_string(at, 2, check)
            self._cells(page, at, [cells[place] for place in columns])
        if page is None:
            self._page(label, heads, ranges, 0)
            meta = meta_of(waiting.sheet, label, heads)
        return meta

    def _plain_sheet(self, kind: str, records: Sequence[RecordView]) -> None:
        """Records of a kind that the workbook has no sheet for, a column for each field."""
        fields = list(content_type(kind).model_fields)
        name = NOT_IN_NAMES.sub(" ", str(content_type(kind).label))
        page = self.book.add_worksheet(f"{name[:20]} ({kind[:8]})")
        page.freeze_panes(1, 0)
        for place, head in enumerate(["id", "revision", "title", *fields]):
            page.write_string(0, place, head, self.bold)
        for row, record in enumerate(records, start=1):
            page.write_string(row, 0, str(record.id))
            page.write_number(row, 1, record.revision_number)
            title = title_of(record, self.language)
            cells = [self._plain_cell(record, field) for field in fields]
            self._cells(page, row, [plain(title), *cells], first=2)

    def _plain_cell(self, record: RecordView, field: str) -> Cell:
        value = record.content.get(field)
        if field in record.withheld:
            return WITHHELD
        if isinstance(value, dict) and "original" in value:
            return plain(pick(value, self.language)[0])
        if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
            return "; ".join(map(str, value)) or None
        return orjson.dumps(value).decode() if isinstance(value, dict | list) else plain(value)
