"""Sources as people name them when they cite: by address, id or title."""

from __future__ import annotations

from uuid import UUID

from concord.core.disclosure import Viewer
from concord.core.vocabulary.folding import fold
from concord.record.selectors import RecordView, record_list
from concord.register.reading import title_of

OFFERED = 500


def source_named(*, viewer: Viewer, text: str) -> RecordView | None:
    """The source that a text names by its id, web address or title; None where none for certain."""
    wanted = text.strip()
    found = [
        record
        for record in record_list(viewer=viewer, kind="source")
        if wanted in {str(record.id), record.content.get("url")}
        or fold(wanted) in map(fold, record.content.get("titles", {"text": {}})["text"].values())
    ]
    return found[0] if len(found) == 1 and wanted else None


def sources_offered(*, viewer: Viewer, language: str) -> list[str]:
    """Titles that may be offered while somebody types; none of a register with too many."""
    titles = {title_of(r, language) for r in record_list(viewer=viewer, kind="source")}
    return sorted(titles) if len(titles) <= OFFERED else []


def citation(source: UUID, locator: str) -> dict[str, str]:
    """A citation as records hold it."""
    found = {"source": str(source)}
    return found | {"locator": locator[:500]} if locator else found
