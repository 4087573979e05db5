"""A form for one record: the columns of its sheet as fields, shown and read as cells are.

What the form does not show, because no column has it or because its reader may not see it, it never
touches; a field that nobody touched changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from concord.exchange.reading.values import clean_text
from concord.exchange.threeway import field_of, heads_for, parts_of, row_said
from concord.exchange.workbook.cells import (
    YES,
    At,
    Cell,
    CellError,
    Content,
    Sense,
    plain,
    put,
    shown,
    split,
)
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.names import quoted
from concord.exchange.workbook.sheets import Column, Form, WorkSheet
from concord.exchange.workbook.writing import Head
from concord.record.faults import fault_text
from concord.record.kinds import content_type

AT_ONCE: Final = 60
"""Rows of a part that a form shows at once, beside those that somebody touched."""
MOST_ROWS: Final = 600
"""Rows of a part that a form takes in at once; a record may have more."""
Typed = Mapping[str, Sequence[str]]


class Widget(StrEnum):
    """What a field is typed into."""

    LINE = "line"
    AREA = "area"
    SELECT = "select"
    CHECKS = "checks"
    SEVERAL = "several"
    TICK = "tick"


_WIDGETS: Final = {
    Form.TEXT: Widget.AREA, Form.CODE: Widget.SELECT, Form.CODES: Widget.CHECKS,
    Form.TRUTH: Widget.TICK, Form.PARTIES: Widget.SEVERAL, Form.LANGUAGES: Widget.SEVERAL,
    Form.COURSE: Widget.SELECT,
}  # fmt: skip
_HINTS: Final[Mapping[Form, str | Promise]] = {
    Form.DATE: Form.DATE.value,
    Form.PARTY: Form.PARTY.value,
    Form.PARTIES: Form.PARTY.value,
    Form.SHORT_NAME: Form.SHORT_NAME.value,
    Form.NETWORK: Form.NETWORK.value,
    Form.INSTITUTION: Form.INSTITUTION.value,
}
_NAMED: Final = frozenset({Form.PARTY, Form.PARTIES, Form.NETWORK, Form.INSTITUTION})
_GROUPS: Final = (
    ("what", gettext_lazy("What it is")),
    ("when", gettext_lazy("When")),
    ("who", gettext_lazy("Who")),
    ("where", gettext_lazy("Where")),
    ("apply", gettext_lazy("For those who may apply")),
    ("more", gettext_lazy("Remarks")),
)
_WHERE: Final = frozenset({"country", "town", "is_online", "state", "mailbox", "website"})


def _group_of(column: Column) -> str:
    if column.field.startswith("nomination."):
        return "apply"
    if column.form in _NAMED:
        return "who"
    if column.form is Form.DATE or column.field == "stage":
        return "when"
    if column.field in _WHERE:
        return "where"
    return "more" if column.field == "note" else "what"


@dataclass
class Field:
    """One field: what it is called, what stands in it, and what is wrong with it."""

    head: Head
    name: str
    values: list[str]
    there: list[str]
    """What the record says."""
    error: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    """For what is chosen from a list: what is sent, and what is read."""
    likely: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.head.text

    @property
    def hint(self) -> str:
        return str(_HINTS.get(self.head.column.form, ""))

    @property
    def widget(self) -> Widget:
        column = self.head.column
        is_long = "\n" in self.value  # a browser drops the ends of lines from a single line
        if column.form is Form.TEXT and column.field == "titles" and not is_long:
            return Widget.LINE
        return _WIDGETS.get(column.form, Widget.AREA if is_long else Widget.LINE)

    @property
    def is_required(self) -> bool:
        return self.head.column.is_required

    @property
    def listed(self) -> str:
        """Which names may be offered while somebody types; none by default."""
        form = self.head.column.form
        if form in _NAMED:
            return "parties"
        return "languages" if form is Form.LANGUAGES else ""

    @property
    def is_number(self) -> bool:
        return self.head.column.form is Form.NUMBER

    @property
    def is_date(self) -> bool:
        return self.head.column.form is Form.DATE

    @property
    def value(self) -> str:
        """What stands in it, where it holds one thing."""
        return self.values[0] if self.values else ""

    @property
    def places(self) -> list[str]:
        """What stands in it, where it holds several, and a place for one more."""
        return [*self.values, ""]

    @property
    def is_touched(self) -> bool:
        """Whether somebody changed what stands in it; the order of ticks is nobody's doing."""
        typed, there = _plain(self.values), _plain(self.there)
        if self.widget is Widget.CHECKS:
            return set(typed) != set(there)
        return typed != there

    @property
    def said(self) -> list[str]:
        """What stands in it, one by one."""
        return _plain(self.values)


@dataclass
class Entry:
    """A field with those of the same text in other languages."""

    main: Field
    more: list[Field] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether the other languages are shown at once: something to see or mend is there."""
        return any(f.error for f in self.more) or (
            not self.main.value and any(f.value for f in self.more)
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together."""

    label: str
    entries: list[Entry]


@dataclass
class Row:
    """One row of a part; ``place`` is where it stands in the record, None for a new one."""

    prefix: str
    number: int
    entries: list[Entry]
    place: int | None
    base: Content
    said: str
    is_gone: bool = False

    @property
    def fields(self) -> Iterator[Field]:
        """Every field of the row."""
        for entry in self.entries:
            yield entry.main
            yield from entry.more

    @property
    def has_errors(self) -> bool:
        return any(f.error for f in self.fields)

    @property
    def is_touched(self) -> bool:
        """Whether somebody changed it, took it away or filled in a new one."""
        return self.is_gone or any(f.is_touched for f in self.fields)

    @property
    def is_kept(self) -> bool:
        """Whether the record will have it: a new one where nothing was typed it will not."""
        return not self.is_gone and (self.place is not None or any(f.values for f in self.fields))


@dataclass
class Part:
    """The rows of a part that the form shows, and all that the record has."""

    sheet: WorkSheet
    base: list[Content]
    rows: list[Row] = field(default_factory=list)
    said: list[Row | None] = field(default_factory=list)
    """Where each row of what was read stands in the form; None for one that it does not show."""

    @property
    def others(self) -> list[tuple[int, int]]:
        """The stretches of the record's rows of which the form does not show all.

        Each by the numbers, from 1, of its first and last row.
        """
        here = {row.place for row in self.rows}
        stretches = [
            range(first, min(first + AT_ONCE, len(self.base)))
            for first in range(0, len(self.base), AT_ONCE)
        ]
        return [(r.start + 1, r.stop) for r in stretches if not here.issuperset(r)]

    def in_turn(self) -> Iterator[tuple[Row | None, Content]]:
        """The rows that the record will have, in its order, new ones last."""
        here = {row.place: row for row in self.rows if row.place is not None}
        for place, content in enumerate(self.base):
            row = here.get(place)
            if row is None or row.is_kept:
                yield row, copy.deepcopy(content)
        for row in self.rows:
            if row.place is None and row.is_kept:
                yield row, {}

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_ROWS


class RecordForm:
    """The form of a record of ``sheet``.

    ``base`` is what the record says as its reader sees it, empty for a new one; ``start`` what the
    form begins with where that differs. Fields of ``withheld`` are not shown and not read. With
    ``typed`` it shows what was typed; ``more_rows`` names a part that gets one more row,
    ``turn_to`` a part and the number, from 1, of the row from which untouched ones are shown.
    ``courses`` are those that may be chosen: the number and title of each.
    """

    def __init__(
        self,
        *,
        sheet: WorkSheet,
        sense: Sense,
        base: Content,
        withheld: Collection[str] = (),
        start: Content | None = None,
        typed: Typed | None = None,
        more_rows: str = "",
        turn_to: tuple[str, int] = ("", 0),
        courses: Mapping[str, str] | None = None,
    ) -> None:
        self.sheet, self.sense, self.base = sheet, sense, base
        self.withheld = frozenset(withheld)
        self.faults: list[str] = []
        """What is wrong with the record and with none of its fields."""
        self._courses = dict(courses or {})
        begun = base if start is None else start
        self.entries = list(self._entries(sheet, base, begun, typed, "", withheld))
        self.parts = [
            self._part(
                part, begun, typed, more=more_rows == part.part,
                first=turn_to[1] if turn_to[0] == part.part else 0,
            )
            for part in parts_of(sheet.kind)
            if part.part not in withheld
        ]  # fmt: skip

    # --- showing ---------------------------------------------------------------------------

    @property
    def groups(self) -> list[Group]:
        """The fields in the order in which they are asked for."""
        return [
            Group(str(label), found)
            for name, label in _GROUPS
            if (found := [e for e in self.entries if _group_of(e.main.head.column) == name])
        ]

    @property
    def fields(self) -> Iterator[Field]:
        """Every field of the record itself, other languages among them."""
        for entry in self.entries:
            yield entry.main
            yield from entry.more

    @property
    def errors(self) -> dict[str, str]:
        """What is to be mended, by the name of its field."""
        found = {f.name: f"{f.label}: {f.error}" for f in self.fields if f.error}
        for part in self.parts:
            for row in part.rows:
                found |= {f.name: f"{f.label}: {f.error}" for f in row.fields if f.error}
        if self.faults:
            found["form"] = " ".join(self.faults)
        return found

    def _entries(  # noqa: PLR0917 - a sheet, what it shows, and where
        self,
        sheet: WorkSheet,
        base: Content,
        content: Content,
        typed: Typed | None,
        prefix: str,
        withheld: Collection[str],
    ) -> Iterator[Entry]:
        entry: Entry | None = None
        for head in heads_for(sheet, self.sense.language, base, content):
            if field_of(head.column) in withheld:
                continue
            made = self._field(head, base, content, typed, prefix)
            if entry and entry.main.head.column is head.column:
                entry.more.append(made)
                continue
            if entry:
                yield entry
            entry = Entry(made)
        if entry:
            yield entry

    def _field(
        self, head: Head, base: Content, content: Content, typed: Typed | None, prefix: str
    ) -> Field:
        name = prefix + head.key.replace("[", "-").rstrip("]")
        there = self._shown(head, base)
        if typed is None:
            values = there if content is base else self._shown(head, content)
        else:
            values = [value for value in typed.get(name, ()) if clean_text(value)]
        return Field(head, name, values, there, options=self._options(head.column, there))

    def _shown(self, head: Head, content: Content) -> list[str]:
        """What a field shows of a content."""
        column = head.column
        if column.form in {Form.CODE, Form.CODES}:
            codes = content.get(column.field) or ()
            return [codes] if isinstance(codes, str) else list(codes)
        cell = shown(At(column, head.tag, content, self.sense))
        if cell is None:
            return []
        return split(cell) if column.form in {Form.PARTIES, Form.LANGUAGES} else [str(cell)]

    def _options(self, column: Column, there: Sequence[str]) -> list[tuple[str, str]]:
        """What may be chosen, and what stands there although it is not in the list."""
        if column.form is Form.TRUTH:
            return [(YES[self.sense.language], YES[self.sense.language])]
        if column.form is Form.COURSE:
            found = dict(self._courses)
        elif column.choices:
            found = dict(choices(column.choices).shown(self.sense.language))
        else:
            return []
        return list((found | {value: value for value in there if value not in found}).items())

    def _part(
        self, sheet: WorkSheet, content: Content, typed: Typed | None, *, more: bool, first: int
    ) -> Part:
        base: list[Content] = self.base.get(sheet.part, [])
        part = Part(sheet, base)
        if typed is None:
            begun: list[Content] = content.get(sheet.part, [])
            places = _aligned(sheet, begun, base)
            drawn = zip(places, begun, strict=True)
            moved = [  # what is not as it stands is shown, wherever it is
                (place, row) for number, (place, row) in enumerate(drawn)
                if number < AT_ONCE or place is None or row != base[place]
            ]  # fmt: skip
            for place, row in moved[:MOST_ROWS]:
                self._row(part, place, row, None)
            if content is not self.base:
                for place in sorted(set(range(len(base))) - set(places)):
                    self._row(part, place, base[place], None, is_gone=True)
        else:
            for number in range(_number(typed, f"{sheet.part}-rows", MOST_ROWS) or 0):
                place = _number(typed, f"{sheet.part}-{number}-from", len(base) - 1)
                self._row(part, place, {}, typed)
        if first:
            self._turn(part, first)
        if more and len(part.rows) < MOST_ROWS:
            self._row(part, None, {}, None)
        return part

    def _turn(self, part: Part, first: int) -> None:
        """Show the rows from the ``first`` on instead of those that nobody touched."""
        kept = [row for row in part.rows if row.is_touched]
        here = {row.place for row in kept}
        part.rows = []
        for row in kept:
            self._rename(row, part)
        for place in range(first - 1, min(first - 1 + AT_ONCE, len(part.base))):
            if place not in here and len(part.rows) < MOST_ROWS:
                self._row(part, place, part.base[place], None)

    @staticmethod
    def _rename(row: Row, part: Part) -> None:
        """Put a row at the end of a part, its fields named after the place."""
        before = len(row.prefix)
        row.prefix, row.number = f"{part.sheet.part}-{len(part.rows)}-", len(part.rows) + 1
        for made in row.fields:
            made.name = row.prefix + made.name[before:]
        part.rows.append(row)

    def _row(
        self,
        part: Part,
        place: int | None,
        shows: Content,
        typed: Typed | None,
        *,
        is_gone: bool = False,
    ) -> None:
        prefix = f"{part.sheet.part}-{len(part.rows)}-"
        base = {} if place is None else part.base[place]
        entries = list(self._entries(part.sheet, base, shows, typed, prefix, ()))
        is_gone = is_gone or bool(typed and typed.get(f"{prefix}gone"))
        said = row_said(part.sheet, base, self.sense)
        part.rows.append(Row(prefix, len(part.rows) + 1, entries, place, base, said, is_gone))

    # --- reading ---------------------------------------------------------------------------

    def read(self) -> Content | None:
        """What the record would say; None, with what is to be mended at the fields."""
        content = copy.deepcopy(self.base)
        self._put(list(self.fields), content)
        for part in self.parts:
            rows, part.said = [], []
            for row, item in part.in_turn():
                if row is not None:
                    self._put(list(row.fields), item)
                if item:
                    rows.append(item)
                    part.said.append(row)
            if rows or part.sheet.part in content:
                content[part.sheet.part] = rows
            if not rows:
                content.pop(part.sheet.part, None)
        return None if self.errors else content

    def _put(self, fields: Sequence[Field], content: Content) -> None:
        """Write the touched fields into ``content``."""
        around = {f.head.key: self._cell(f) for f in fields}
        wrong: set[str] = set()
        for made in fields:
            head, name = made.head, field_of(made.head.column)
            is_end = ":" in head.column.field and head.column.form is Form.DATE
            if not made.is_touched or (is_end and name in wrong):
                continue
            try:
                put(At(head.column, head.tag, content, self.sense, around), around[head.key])
            except CellError as error:
                made.error = _("expected: %(what)s") % {"what": error.expected}
                made.likely = error.likely
                wrong.add(name)

    def _cell(self, made: Field) -> Cell:
        """What stands in a field as a cell of the workbook would have it."""
        said = made.said
        if made.head.column.form is Form.PARTIES:  # each was typed into a place of its own
            names = self.sense.names
            said = [quoted(one) if names.named_whole(one) else one for one in said]
        return plain("; ".join(said))

    def check(self, content: Content) -> None:
        """Put what breaks the rules of the record's kind beside its fields."""
        try:
            content_type(self.sheet.kind).model_validate(content)
        except ValidationError as error:
            for fault in error.errors():
                if fault["loc"] and fault["loc"][0] in self.withheld:
                    continue  # what its reader may not see is not theirs to give
                self._blame(fault["loc"], fault_text(fault))

    def _blame(self, path: tuple[int | str, ...], text: str) -> None:
        name = str(path[0]) if path else ""
        fields: list[Field] = list(self.fields)
        for part in self.parts:
            if part.sheet.part == name and len(path) > 2 and isinstance(path[1], int):
                row = part.said[path[1]] if path[1] < len(part.said) else None
                fields = list(row.fields) if row else []
                path = path[2:]
                name = str(path[0])
                break
        inner = f"{name}.{path[1]}" if len(path) > 1 else name
        fitting = [f for f in fields if f.head.column.field == inner] or [
            f for f in fields if field_of(f.head.column) == name
        ]
        fitting = [f for f in fitting if f.head.tag in {"", *map(str, path)}] or fitting
        if fitting:
            fitting[0].error = fitting[0].error or text
        else:
            self.faults.append(f"{name}: {text}" if name else text)


def _plain(values: Sequence[str]) -> list[str]:
    return [text for value in values if (text := clean_text(value))]


def _number(typed: Typed, name: str, most: int) -> int | None:
    """A number that the page itself put into the form; None for another."""
    text = "".join(typed.get(name, ()))
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return None
    return int(text) if int(text) <= most else None


def _aligned(
    sheet: WorkSheet, rows: Sequence[Content], base: Sequence[Content]
) -> list[int | None]:
    """For each row the place of the one in ``base`` that it is, or is a change of.

    A row is taken for a change only of one that says the same in all that no column shows.
    """
    free = dict(enumerate(base))
    found: list[int | None] = []
    for row in rows:
        place = next((p for p, other in free.items() if other == row), None)
        found.append(place)
        if place is not None:
            del free[place]
    hidden = {field_of(column) for column in sheet.columns}
    for number, row in enumerate(rows):
        if found[number] is None:
            kept = _without(row, hidden)
            place = next((p for p, other in free.items() if _without(other, hidden) == kept), None)
            found[number] = place
            if place is not None:
                del free[place]
    return found


def _without(row: Content, names: Collection[str]) -> Content:
    return {name: value for name, value in row.items() if name not in names}


def assume(kind: str, content: Content, institution: UUID) -> str:
    """Fill in what an institution need not say of its own; returns what was taken to be so."""
    own = str(institution)
    if kind == "course":
        content.setdefault("providers", [own])
    elif kind == "material":
        content.setdefault("makers", [{"institution": own}])
    elif kind == "activity" and not content.get("parties"):
        content["parties"] = [{"party": {"institution": own}, "part": "host"}]
        return _("No party is named: your institution is taken to be the host.")
    return ""
