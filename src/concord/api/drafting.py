"""What is sent becomes drafts; what is wrong with it is said with a pointer into the body."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from concord.api.problems import pointer
from concord.api.schemas import BatchIn, RecordIn
from concord.core.disclosure import Level, Viewer, level_of
from concord.core.vocabulary import UnknownCodeError
from concord.record.content import Content
from concord.record.errors import ConcordError, InvalidContentError
from concord.record.faults import error_text
from concord.record.kinds import content_type
from concord.record.selectors import RecordView, content_replaced
from concord.record.services import Draft, content_dump, content_parse

STEPS: Final = re.compile(r"[^.\[\]]+")
Places = Mapping[UUID, str]
"""By record the pointer to where the body has it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a record is to say, and who may see it; None keeps what it has."""

    content: dict[str, Any]
    level: Level | None
    field_levels: dict[str, Level] | None
    reason: str


def new_draft(sent: RecordIn, place: str = "") -> Draft:
    """A record that is not there yet; raises ``InvalidContentError`` with pointers."""
    content = _content(sent.kind, sent.content, place)
    require_fields(sent.kind, sent.field_levels, place)
    return Draft(content, sent.id or uuid.uuid4(), sent.level, sent.field_levels, made_from=0)


def batch_drafts(sent: BatchIn) -> tuple[list[Draft], Places]:
    """Records that are not there yet, and where each stands; every fault of all is said at once."""
    faults: dict[str, str] = {}
    drafts: list[Draft] = []
    places: dict[UUID, str] = {}
    for number, record in enumerate(sent.records):
        place = f"/records/{number}"
        try:
            draft = new_draft(record, place)
        except InvalidContentError as error:
            faults |= error.fields
            continue
        if draft.record_id in places:
            faults[f"{place}/id"] = _("this id is given to another record of the batch")
        drafts.append(draft)
        places[draft.record_id] = place
    if faults:
        raise InvalidContentError(fields=faults)
    return drafts, places


def changed_draft(viewer: Viewer, view: RecordView, change: Change) -> Draft:
    """A record as it is to be; what is withheld from the viewer stays."""
    try:
        whole = content_replaced(viewer=viewer, record_id=view.id, content=change.content)
    except InvalidContentError as error:
        error.fields = {f"/content/{name}": fault for name, fault in error.fields.items()}
        raise
    content = _content(view.kind, whole, "")
    require_fields(view.kind, change.field_levels or {}, "")
    return Draft(content, view.id, change.level, change.field_levels, view.revision_number)


def is_same(draft: Draft, view: RecordView) -> bool:
    """Whether a draft says what the record says already, to the same people."""
    is_level_same = draft.level is None or draft.level == level_of(view.audience)
    is_content_same = not view.withheld and content_dump(draft.content) == view.content
    return is_content_same and is_level_same and draft.field_levels is None


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396: objects are merged, a null takes away, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def placed(error: ConcordError, places: Places) -> ConcordError:
    """An error of the services, which name a record and a path in it, with pointers instead."""
    by_id = {str(record_id): place for record_id, place in places.items()}
    fields: dict[str, str] = {}
    for name, fault in error.fields.items():
        record, _colon, path = name.partition(": ")
        if record not in by_id:
            fields[name] = fault
        elif path:
            fields[f"{by_id[record]}/content{pointer(STEPS.findall(path))}"] = fault
        else:
            fields[by_id[record] or "/"] = fault
    error.fields = fields
    return error


def _content(kind: str, data: Mapping[str, Any], place: str) -> Content:
    try:
        content_type(kind)
    except UnknownCodeError as error:
        raise InvalidContentError(fields={f"{place}/kind": error_text(error)}) from error
    try:
        return content_parse(kind=kind, data=data)
    except InvalidContentError as error:
        error.fields = {
            f"{place}/content{pointer(name.split('.'))}" if name else f"{place}/content": fault
            for name, fault in error.fields.items()
        }
        raise


def require_fields(kind: str, levels: Mapping[str, Level], place: str = "") -> None:
    """Levels are given to fields of the kind alone; raises ``InvalidContentError``."""
    unknown = set(levels) - set(content_type(kind).model_fields)
    if unknown:
        wrong = (f"{place}/field_levels{pointer([name])}" for name in unknown)
        raise InvalidContentError(fields=dict.fromkeys(wrong, _("There is no such field.")))
