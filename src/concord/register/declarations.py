"""What institutions declare of how complete their records of a year are: said, never counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concord.core.disclosure import Actor, Level, Viewer
from concord.record.audiences import viewer_as
from concord.record.columns import Question
from concord.record.publishing import Written, revisions_write_or_hold, waiting_for_institution
from concord.record.selectors import RecordView, record_list, records_get, records_owned
from concord.record.services import Draft, content_parse, lock_head
from concord.register.lists import institution_table
from concord.register.reading import title_of
from concord.register.words import CENTRE_KINDS, Completeness

KIND = "declaration"


@dataclass(frozen=True, slots=True)
class Declared:
    """What an institution declared of a year, as the viewer may see it."""

    record: UUID
    institution: UUID
    year: int
    completeness: Completeness
    note: dict[str, Any] | None
    round_id: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class YearDeclared:
    """How many of some institutions declared what of a year."""

    year: int
    of: int
    counts: Mapping[str, int]
    """By completeness."""

    @property
    def silent(self) -> int:
        """How many have not answered, as far as the viewer may see."""
        return self.of - sum(self.counts.values())


def declaration_put(
    *,
    actor: Actor,
    year: int,
    completeness: str,
    note: str = "",
    language: str = "en",
    round_id: UUID | None = None,
) -> Written:
    """Declare how complete the institution's records of a year are, for everybody to see.

    There is one declaration for each year: a later one is its next revision. One by an editor
    waits for a publisher. Raises ``InvalidContentError``.
    """
    data: dict[str, Any] = {"year": year, "completeness": completeness}
    if note.strip():
        data["note"] = {"original": language, "text": {language: note.strip()}}
    if round_id:
        data["round_id"] = str(round_id)
    content = content_parse(kind=KIND, data=data)
    with transaction.atomic():
        lock_head()  # two people of one institution make one declaration, not two
        known = _known(actor.institution, year)
        draft = Draft(content, level=Level.PUBLIC) if known is None else Draft(
            content, known, level=Level.PUBLIC
        )  # fmt: skip
        return revisions_write_or_hold(actor=actor, drafts=[draft], via="declaring")


def _known(institution: UUID, year: int) -> UUID | None:
    """The record of the institution's declaration of a year, written or waiting."""
    viewer = viewer_as(institution)
    for record in records_owned(viewer=viewer, owner=institution, kind=KIND):
        if record.content.get("year") == year:
            return record.id
    for row in waiting_for_institution(institution=institution):
        if row.kind == KIND and row.content.get("year") == year:
            return row.record_id
    return None


def declaration_list(
    *, viewer: Viewer, year: int | None = None, institution: UUID | None = None
) -> list[Declared]:
    """What was declared, as the viewer may see it: one for each institution and year."""
    records: Iterable[RecordView]
    if institution is None:
        where = {} if year is None else {"year": year}
        records = record_list(viewer=viewer, kind=KIND, where=where)
    else:
        records = records_owned(viewer=viewer, owner=institution, kind=KIND)
    found: dict[tuple[UUID, int], Declared] = {}
    for declared in filter(None, map(_declared, records)):
        key = declared.institution, declared.year
        if year in {None, declared.year} and (key not in found or found[key].at < declared.at):
            found[key] = declared
    return sorted(found.values(), key=lambda d: (-d.year, str(d.institution)))


def _declared(record: RecordView) -> Declared | None:
    content = record.content
    if "year" not in content or "completeness" not in content:
        return None  # withheld
    return Declared(
        record.id,
        record.owner,
        content["year"],
        Completeness(content["completeness"]),
        content.get("note"),
        content.get("round_id", ""),
        record.changed_at,
    )


def centre_ids(viewer: Viewer) -> set[UUID]:
    """The centres that the viewer may see."""
    return set(institution_table().ids_where(viewer, Question({"kind": frozenset(CENTRE_KINDS)})))


def declared_of(
    *, viewer: Viewer, years: Iterable[int], institutions: Collection[UUID] = ()
) -> list[YearDeclared]:
    """For each year how many of ``institutions`` declared what; of all centres where none."""
    wanted = list(years)
    if not wanted:
        return []
    whom = set(institutions) or centre_ids(viewer)
    lines = []
    for year in wanted:
        declared = declaration_list(viewer=viewer, year=year)
        counts = Counter(d.completeness.value for d in declared if d.institution in whom)
        lines.append(YearDeclared(year, len(whom), counts))
    return lines


@dataclass(frozen=True, slots=True)
class DeclarationTable:
    """Institutions by years, newest first; what is missing was not declared to this viewer."""

    years: tuple[int, ...]
    rows: Mapping[UUID, Mapping[int, Declared]]


def declaration_table(*, viewer: Viewer, years: Iterable[int] = ()) -> DeclarationTable:
    """All centres, and whoever else declared something, by the years of which anything was said.

    ``years`` are years that are shown whether or not anything was declared of them.
    """
    rows: dict[UUID, dict[int, Declared]] = {key: {} for key in centre_ids(viewer)}
    shown = set(years)
    for declared in declaration_list(viewer=viewer):
        rows.setdefault(declared.institution, {})[declared.year] = declared
        shown.add(declared.year)
    return DeclarationTable(tuple(sorted(shown, reverse=True)), rows)


def years_shown() -> tuple[int, ...]:
    """This year and the last: the years that pages show whether or not anything was declared."""
    now = timezone.now().year
    return now, now - 1


DECLARATION_COLUMNS = (
    "institution", "name", "country", "year", "completeness", "declared_at", "record",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeclarationRow:
    """A cell of the table as a line; blank where an institution has not answered."""

    institution: UUID
    name: str
    country: str
    year: int
    declared: Declared | None

    @property
    def cells(self) -> tuple[object, ...]:
        """As ``DECLARATION_COLUMNS`` names them."""
        said = self.declared
        answer = (said.completeness.value, said.at.isoformat(), said.record) if said else ("",) * 3
        return (self.institution, self.name, self.country, self.year, *answer)


def declaration_rows(
    *, viewer: Viewer, years: Iterable[int], language: str
) -> list[DeclarationRow]:
    """The table line by line, for files and programs, by name and then the newest year."""
    table = declaration_table(viewer=viewer, years=years)
    found = records_get(viewer=viewer, ids=table.rows)
    named = sorted(((title_of(r, language), r) for r in found.values()), key=lambda p: p[0])
    return [
        DeclarationRow(
            record.id, name, record.content.get("state", ""), year, table.rows[record.id].get(year)
        )
        for name, record in named
        for year in table.years
    ]
