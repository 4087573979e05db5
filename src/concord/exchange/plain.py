"""Records as JSON: all that the viewer may see of them, and what is withheld."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from concord.core.disclosure import level_of
from concord.record.purged import removals_of
from concord.record.selectors import RecordView


def all_plain(records: Sequence[RecordView]) -> list[dict[str, Any]]:
    """Records as values that JSON has, with what was removed of them under a rule."""
    removed = removals_of(records=records)
    return [{**as_plain(record), "removed": removed.get(record.id, [])} for record in records]


def as_plain(record: RecordView) -> dict[str, Any]:
    """A record as values that JSON has."""
    return {
        "id": str(record.id),
        "kind": record.kind,
        "owner": str(record.owner),
        "revision": record.revision_number,
        "changed_at": record.changed_at.isoformat(),
        "level": str(level_of(record.audience)),
        "tlp": record.tlp,
        "content": record.content,
        "withheld": list(record.withheld),
    }


def json_list(
    head: bytes, batches: Iterable[Sequence[Any]], tail: bytes = b"\n]}\n"
) -> Iterator[bytes]:
    """A JSON document that is one long list: ``head`` opens it, then batch comes by batch."""
    yield head
    before = b"\n"
    for batch in batches:
        if batch:
            yield before + b",\n".join(map(orjson.dumps, batch))
            before = b",\n"
    yield tail
