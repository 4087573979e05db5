"""Lists as CSV, line by line: what spreadsheets open, with codes and names side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import orjson
from django.http import QueryDict

from concord.core.disclosure import Viewer
from concord.record.selectors import RecordView
from concord.register.links import Parties, party_ids
from concord.register.listings import LISTINGS, Listing, as_of
from concord.register.reading import title_of
from concord.register.rows import COUNTED_STAGES
from concord.register.tables import citations_of
from concord.register.then import AsOf

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""

Cell = Callable[[RecordView, Parties], Any]


def _field(name: str) -> Cell:
    def cell(record: RecordView, _parties: Parties) -> Any:
        value = record.content.get(name)
        return "; ".join(map(str, value)) if isinstance(value, list) else value

    return cell


def _stage(record: RecordView, _parties: Parties) -> str:
    return str(record.content.get("stage", COUNTED_STAGES.get(record.kind, "")))


def _kind(record: RecordView, _parties: Parties) -> str:
    return str(record.content.get(f"{record.kind}_kind", ""))


def _names(record: RecordView, parties: Parties) -> str:
    content = record.content
    providers = [parties.record(key).label for key in content.get("providers", ())]
    named = []
    for part in content.get("parties", ()):
        label = parties.name(part.get("party", part)).label
        named.append(f"{label} ({part['part']})" if "part" in part else label)
    return "; ".join([*providers, *named])


def _subject(record: RecordView, parties: Parties) -> str:
    return parties.name(record.content["subject"]).label if "subject" in record.content else ""


def _sources(record: RecordView, _parties: Parties) -> str:
    found = dict.fromkeys(
        f"{c['source']} {c.get('locator', '')}".strip() for c in citations_of(record.content)
    )
    return "; ".join(found)


def _title(record: RecordView, parties: Parties) -> str:
    return title_of(record, parties.language)


def _all_names(record: RecordView, _parties: Parties) -> str:
    return "; ".join(name["name"] for name in record.content.get("names", ()))


def _withheld(record: RecordView, _parties: Parties) -> str:
    return "; ".join(record.withheld)


_FIRST: Final[Mapping[str, Cell]] = {
    "id": lambda record, _parties: record.id,
    "record": lambda record, _parties: record.kind,
    "title": _title,
}
_LAST: Final[Mapping[str, Cell]] = {
    "sources": _sources,
    "withheld": _withheld,
    "tlp": lambda record, _parties: record.tlp,
    "revision": lambda record, _parties: record.revision_number,
    "changed_at": lambda record, _parties: record.changed_at.isoformat(),
}
COLUMNS: Final[Mapping[str, Mapping[str, Cell]]] = {
    "training": {
        "kind": _kind, "when": _field("when"), "stage": _stage, "parties": _names,
        "topics": _field("topics"), "roles": _field("roles"), "level": _field("level"),
        "reach": _field("reach"), "languages": _field("languages"), "country": _field("country"),
        "town": _field("town"), "days": _field("days"),
    },
    "institutions": {
        "names": _all_names, "kinds": _field("kinds"), "state": _field("state"),
        "website": _field("website"), "ror": _field("ror"),
    },
    "statements": {
        "group": _field("group"), "subject": _subject, "measure": _field("measure"),
        "qualifier": _field("qualifier"), "value": _field("value"),
        "value_text": _field("value_text"), "unit": _field("unit"), "when": _field("when"),
        "stage": _stage, "topics": _field("topics"), "part_of": _field("part_of"),
    },
    "sources": {
        "kind": _field("source_kind"), "authors": _field("authors"),
        "publisher": _field("publisher"), "published": _field("published"), "url": _field("url"),
    },
    "library": {
        "kind": _field("material_kind"), "copy": _field("whose_copy"), "level": _field("level"),
        "topics": _field("topics"), "roles": _field("roles"), "languages": _field("languages"),
        "publications": _field("publications"), "licence": _field("licence"),
    },
    "collaboration": {
        "kind": _kind, "when": _field("when"), "stage": _stage, "tier": _field("tier"),
        "scope": _field("scope"), "parties": _names,
    },
}  # fmt: skip
"""The columns of each list, between those that all have."""


def list_lines(
    listing: Listing, viewer: Viewer, params: QueryDict, language: str
) -> Iterator[bytes]:
    """The lines of a list; faults of ``params`` are raised before the first.

    With ``known_at`` among them it is the list as it was then, with the names of then.
    """
    batches = listing.batches(viewer, params)
    columns = {**_FIRST, **COLUMNS[listing.name], **_LAST}
    return _lines(columns, batches, as_of(viewer, params), language)


def table_lines(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """The lines of any small table, as safe to open as those of the lists."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(head)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    yield b"\xef\xbb\xbf" + _take(buffer)


LISTED_IN: Final = {kind: listing.name for listing in LISTINGS.values() for kind in listing.kinds}
"""Under which list the columns of a kind stand; an activity is training."""


def record_lines(record: RecordView, read: AsOf, language: str) -> Iterator[bytes]:
    """One record as a table of one line; kinds in no list show what they say as JSON."""
    name = "training" if record.kind == "activity" else LISTED_IN.get(record.kind, "")
    own: Mapping[str, Cell] = COLUMNS.get(name, {"content": _content})
    return _lines({**_FIRST, **own, **_LAST}, iter([[record]]), read, language)


def _content(record: RecordView, _parties: Parties) -> str:
    return orjson.dumps(record.content).decode()


def _lines(
    columns: Mapping[str, Cell],
    batches: Iterator[list[RecordView]],
    read: AsOf,
    language: str,
) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    yield b"\xef\xbb\xbf" + _take(buffer)
    for records in batches:
        parties = Parties(read, language, party_ids(records))
        for record in records:
            writer.writerow([_safe(cell(record, parties)) for cell in columns.values()])
        yield _take(buffer)


def _take(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _safe(value: Any) -> Any:
    """The value; behind an apostrophe where a spreadsheet would take it for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
