"""From a form to a revision: what the form needs to know, and what is looked at before writing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from django.utils.translation import gettext as _

from concord.accounts.models import Role
from concord.accounts.selectors import Acting
from concord.core.disclosure import Viewer
from concord.core.likeness import LikenessIndex
from concord.core.timespan import TimeSpan
from concord.core.vocabulary.folding import fold
from concord.exchange.doubles import KINDS, likely_of
from concord.exchange.retold import CLAIMS, Retold, claims_near
from concord.exchange.threeway import carried
from concord.exchange.workbook.cells import Content, Sense, number_of
from concord.exchange.workbook.names import Names
from concord.exchange.workbook.sheets import RECORDS, WorkSheet, sheet_of
from concord.record.audiences import viewer_as
from concord.record.columns import Question
from concord.record.errors import ChangedMeanwhileError, InvalidContentError, NotFoundError
from concord.record.history import RemovedView, record_restore, records_removed
from concord.record.publishing import Written, revisions_write_or_hold, waiting_for_institution
from concord.record.selectors import RecordView, record_get, records_get, records_owned
from concord.record.services import Draft, content_parse, record_remove
from concord.register.checks import Remarks
from concord.register.lists import training_table
from concord.register.reading import dated, title_of

COURSES: Final = 500
"""Courses that a form offers to choose from, the newest."""
CANDIDATES: Final = 200
"""Records that are compared with a new one for each way in which they may be like it."""
NEW_SHEETS: Final = tuple(sheet for sheet in RECORDS if sheet.kind != "institution")
"""Sheets of which a record can be added; an institution takes its own over instead."""


@dataclass
class Context:
    """What forms of one institution are read and shown with."""

    sense: Sense
    courses: dict[str, str] = field(default_factory=dict)
    """The number and title of each course that may be chosen."""


def form_context(*, viewer: Viewer, institution: UUID, kind: str, language: str) -> Context:
    """Names, and for activities the courses of the institution, as the viewer may see them."""
    context = Context(Sense(Names(viewer, language)))
    if kind == "activity":
        owned = records_owned(viewer=viewer, owner=institution, kind="course")
        for record in islice(owned, COURSES):
            number = number_of(str(record.id))
            context.sense.courses[fold(number)] = str(record.id)
            context.courses[number] = title_of(record, language)
    return context


def sheet_for(kind: str) -> WorkSheet:
    """The sheet whose columns the form of a kind has; raises ``NotFoundError`` where none."""
    sheet = sheet_of(kind)
    if sheet is None:
        raise NotFoundError
    return sheet


def waiting_change(*, acting: Acting, record_id: UUID, made_from: int) -> Content | None:
    """A change of the record that waits to be let out: saving again stands for it."""
    for row in waiting_for_institution(institution=acting.institution):
        if row.record_id == record_id and not row.is_new and made_from:
            return row.content
    return None


def doubles_before(
    *, viewer: Viewer, kind: str, content: Content, is_new: bool
) -> list[RecordView]:
    """Records that a new one may be already."""
    if is_new and kind in CLAIMS:
        among = claims_near(viewer, kind, content)
        return list(Retold(viewer, among=among).of([(kind, "new", content)]).values())
    return doubles_of(viewer=viewer, kind=kind, content=content) if is_new and kind in KINDS else []


def seen_key(content: Content, remarks: Remarks, doubles: list[RecordView]) -> str:
    """A word that says which content was looked at with which remarks."""
    said = [content, remarks.said, [str(record.id) for record in doubles]]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def doubles_of(*, viewer: Viewer, kind: str, content: Content) -> list[RecordView]:
    """Training of anybody that a new course or activity may be, the likeliest first.

    Only what shares its days, its provider or a word of its title is compared: a look for one
    record must not read the whole register.
    """
    new = likely_of(kind, "new", content)
    table = training_table()
    ids: dict[UUID, None] = {}
    for question in _questions(kind, content, new.providers):
        ids |= dict.fromkeys(table.page(viewer, question, CANDIDATES).ids)
    found = records_get(viewer=viewer, ids=list(ids))
    index = LikenessIndex([likely_of(r.kind, str(r.id), r.content) for r in found.values()])
    pairs = index.like(new)
    return [found[UUID(str(p.b if p.a == "new" else p.a))] for p in pairs[:3]]


def _questions(kind: str, content: Content, providers: frozenset[Any]) -> list[Question]:
    is_course = kind == "course"
    kinds = {"kind": frozenset({"course"})} if is_course else {}
    asked = [Question({**kinds, "provider": frozenset(map(str, providers))})] if providers else []
    when = TimeSpan.parse(day) if (day := dated(content)) else None
    if when:
        first, last = when.earliest.toordinal(), when.latest.toordinal()
        asked.append(Question(kinds, first=first - 7, last=last + 7))
    for text in content.get("titles", {"text": {}})["text"].values():
        asked.append(Question(kinds, words=text[:200]))
        longest = sorted(fold(text).split(), key=len, reverse=True)[:3]
        asked += [Question(kinds, words=word) for word in longest if len(word) > 2]
    return asked


def record_save(
    *,
    acting: Acting,
    record_id: UUID | None,
    kind: str,
    base: Content,
    wanted: Content,
    made_from: int,
    sense: Sense,
    via: str = "form",
    reason: str = "",
) -> tuple[UUID, Written]:
    """Write what a form says of a record of the institution; what others must let out waits.

    ``base`` is the record as the form was made from it: only what ``wanted`` changes of it is
    written. Raises ``ChangedMeanwhileError`` where the record has a newer revision.
    """
    actor = acting.require(Role.EDITOR)
    content = content_now(
        acting=acting, record_id=record_id, kind=kind, base=base, wanted=wanted,
        made_from=made_from, sense=sense,
    )  # fmt: skip
    draft = Draft(
        content_parse(kind=kind, data=content),
        record_id or uuid4(),
        made_from=made_from,
    )
    written = revisions_write_or_hold(actor=actor, drafts=[draft], via=via, reason=reason)
    return draft.record_id, written


def content_now(
    *,
    acting: Acting,
    record_id: UUID | None,
    kind: str,
    base: Content,
    wanted: Content,
    made_from: int,
    sense: Sense,
) -> Content:
    """The whole content that would be written, with what the form does not show."""
    if record_id is None:
        return wanted
    record = record_get(viewer=viewer_as(acting.institution), record_id=record_id, kind=kind)
    if record.revision_number != made_from:
        raise ChangedMeanwhileError(fields={str(record_id): str(record.revision_number)})
    return carried(kind, base, wanted, record.content, sense)


def uses_of(*, viewer: Viewer, record: RecordView) -> int:
    """How many activities name a course as theirs: they would name what is gone."""
    if record.kind != "course":
        return 0
    question = Question({"course": frozenset({str(record.id)})})
    return training_table().page(viewer, question, 1).total


def record_take_out(*, acting: Acting, record_id: UUID, reason: str) -> None:
    """Remove a record of the institution, with a reason; never the institution's own."""
    actor = acting.require(Role.EDITOR)
    if not reason:
        raise InvalidContentError(fields={"reason": _("Say why it is removed.")})
    if record_id == acting.institution:
        message = _("The record of your own institution cannot be removed.")
        raise InvalidContentError(fields={"reason": message})
    record_remove(actor=actor, record_id=record_id, via="form", reason=reason[:1000])


def removed_list(*, acting: Acting) -> list[RemovedView]:
    """What the institution removed, newest first."""
    acting.require(Role.EDITOR)
    return records_removed(owner=acting.institution)


def removed_restore(*, acting: Acting, record_id: UUID) -> Written:
    """Bring back what a removed record said last."""
    actor = acting.require(Role.EDITOR)
    for removed in records_removed(owner=acting.institution):
        if removed.id == record_id:
            return record_restore(
                actor=actor, record_id=record_id, revision_number=removed.revision_number,
                reason=_("brought back"),
            )  # fmt: skip
    raise NotFoundError
