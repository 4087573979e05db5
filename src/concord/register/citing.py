"""Sources as people name them when they cite, and citations as records hold them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from concord.core.disclosure import Viewer
from concord.core.vocabulary.folding import fold
from concord.record.content import Content
from concord.record.selectors import RecordView, record_list
from concord.record.services import content_parse
from concord.register.reading import title_of
from concord.register.words import SourceKind

OFFERED = 500
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]{4,1990}")


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


def source_said(text: str, language: str) -> Content:
    """A new source as somebody named it in words: by its address, or by a reference to it.

    Raises ``InvalidContentError``.
    """
    words = text.strip()
    data: dict[str, Any] = {"titles": {"original": language, "text": {language: words}}}
    if _ADDRESS.fullmatch(words):
        data["url"] = words
    else:
        data["source_kind"] = SourceKind.REPORT
    return content_parse(kind="source", data=data)


def citation(source: UUID, locator: str) -> dict[str, str]:
    """A citation as records hold it."""
    found = {"source": str(source)}
    return found | {"locator": locator[:500]} if locator else found


def cited(content: Mapping[str, Any], new: Mapping[str, str]) -> dict[str, Any]:
    """The content with one citation more; one that it has already is not said twice.

    It stands for an earlier one of the same place that was read on another day.
    """
    place = (new["source"], new.get("locator"))
    kept = list(content.get("citations", ()))
    for number, old in enumerate(kept):
        if (old["source"], old.get("locator")) == place:
            kept[number] = {**old, **new}
            break
    else:
        kept.append(dict(new))
    return {**content, "citations": kept}


def cites(content: Mapping[str, Any], source: UUID) -> bool:
    """Whether a record as a whole cites a source, wherever in it."""
    return any(citation["source"] == str(source) for citation in content.get("citations", ()))
