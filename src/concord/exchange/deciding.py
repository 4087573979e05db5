"""What a preview showed, written in one transaction; and undone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.accounts.models import FOR_INSTITUTIONS, Person, Role
from concord.accounts.notices import notice_of_waiting
from concord.accounts.selectors import Acting, acting_for
from concord.exchange.comparing import Status
from concord.exchange.duplicates import rows_told_apart
from concord.exchange.keeping import progress_of, progress_say, unsearched
from concord.exchange.models import Upload
from concord.record.checking import rules_digest
from concord.record.content import Content, StoredContent
from concord.record.errors import ChangedMeanwhileError, ConcordError, NotFoundError
from concord.record.history import revisions_undo
from concord.record.publishing import Written, revisions_write_or_hold, waiting_drop_of
from concord.record.sensitive import confirming
from concord.record.services import Draft, content_parse, content_stored

CHUNK: Final = 2_000
"""Drafts that are held in memory at a time; all of them are written in one transaction."""
AT_ONCE: Final = 2_000
"""Rows that are written, or put back, while the person waits; more of them by the worker."""
WRITES: Final = (Status.NEW, Status.CHANGED)
"""What is written where nobody chose otherwise."""
MAY_WRITE: Final = (*WRITES, Status.CONFLICT, Status.DOUBTFUL)
ORDER: Final = (
    Status.NOT_YOURS, Status.SAME, Status.CHANGED, Status.NEW, Status.DOUBTFUL, Status.CONFLICT,
    Status.REFUSED,
)  # fmt: skip
"""The later, the more does a row need a decision."""


class NotNowError(ConcordError):
    """The upload is not in a state in which this can be done."""

    code = "not-now"
    status = 409
    title = gettext_lazy("This cannot be done with the upload as it is now.")


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an upload did: how many records went back, and which were changed since."""

    restored: int
    changed_since: list[UUID]


def upload_confirm(
    *,
    acting: Acting,
    upload_id: UUID,
    without: Collection[str] = (),
    also: Collection[str] = (),
    confirmed: bool = False,
) -> Written:
    """Write what was compared, in one transaction.

    ``without`` names records to be left out; ``also`` those with a conflict, or doubtful, that are
    to be written as uploaded; ``confirmed`` says that the warnings of the content check were looked
    at. Raises ``ChangedMeanwhileError`` where a record was changed since the comparison: compare
    again.
    """
    acting.require(Role.EDITOR)
    with transaction.atomic():
        upload = _taken(acting.institution, upload_id, Upload.State.COMPARED)
        return _confirm(acting, upload, set(without), set(also), confirmed=confirmed)


def upload_undo(*, acting: Acting, upload_id: UUID) -> Undone:
    """Put back what an upload wrote, by new revisions; leave, and list, what was changed since."""
    acting.require(Role.EDITOR)
    with transaction.atomic():
        return _undo(acting, _taken(acting.institution, upload_id, Upload.State.WRITTEN))


def decision_keep(
    *,
    acting: Acting,
    upload_id: UUID,
    undo: bool = False,
    without: Collection[str] = (),
    also: Collection[str] = (),
    confirmed: bool = False,
) -> Upload:
    """Have the worker write an upload, or undo it: ``upload_carry_out`` does. Nobody waits for it.

    For the rest as ``upload_confirm`` and ``upload_undo``.
    """
    acting.require(Role.EDITOR)
    with transaction.atomic():
        before = Upload.State.WRITTEN if undo else Upload.State.COMPARED
        upload = _taken(acting.institution, upload_id, before)
        upload.state, upload.fault = Upload.State.WRITING, ""
        upload.mapping["decision"] = {
            "undo": undo, "without": sorted(without), "also": sorted(also), "confirmed": confirmed,
            "person": str(acting.person), "role": acting.role.value,
            "spoken": translation.get_language(),
        }  # fmt: skip
        upload.save(update_fields=["state", "fault", "mapping"])
    progress_say(upload.id, 0, 0)
    return upload


def upload_carry_out(*, upload_id: UUID) -> Upload:
    """Do what ``decision_keep`` kept, all of it or nothing. Run by the worker.

    What cannot be done is said on the upload's page, which is then as it was before; where records
    were changed since, it is to be compared again.
    """
    upload = Upload.objects.get(id=upload_id)
    if upload.state != Upload.State.WRITING:
        return upload
    decision = upload.mapping["decision"]
    with translation.override(decision["spoken"]):
        try:
            with transaction.atomic():
                upload = _taken(upload.institution, upload_id, Upload.State.WRITING)
                acting = _acting(upload, decision)
                acting.require(Role.EDITOR)
                if decision["undo"]:
                    undone = _undo(acting, upload)
                    upload.mapping["left"] = [str(key) for key in undone.changed_since]
                    upload.save(update_fields=["mapping"])
                else:
                    _confirm(
                        acting, upload, set(decision["without"]), set(decision["also"]),
                        confirmed=decision.get("confirmed", False),
                    )  # fmt: skip
        except ChangedMeanwhileError:
            _back(upload_id, Upload.State.COMPARING, "")
        except ConcordError as error:
            _back(upload_id, _before(decision), error.detail or str(error.title))
        except Exception:
            logging.getLogger("concord.exchange").exception("upload %s", upload_id)
            fault = _("It could not be written, and nothing of it was. Please tell the operator.")
            _back(upload_id, _before(decision), fault)
    return Upload.objects.get(id=upload_id)


def upload_start_again(*, acting: Acting, upload_id: UUID) -> Upload:
    """Take up work that stopped, as when the machine did: it is to be handed to the worker again.

    Raises ``NotNowError`` where work goes on or there is none.
    """
    acting.require(Role.EDITOR)
    upload = Upload.objects.filter(id=upload_id, institution=acting.institution).first()
    if upload is None:
        raise NotFoundError
    if upload.state not in Upload.AT_WORK or not progress_of(upload).has_stopped:
        raise NotNowError
    progress_say(upload.id, 0, 0)
    return upload


def _before(decision: Mapping[str, Any]) -> Upload.State:
    return Upload.State.WRITTEN if decision["undo"] else Upload.State.COMPARED


def _back(upload_id: UUID, state: Upload.State, fault: str) -> None:
    Upload.objects.filter(id=upload_id, state=Upload.State.WRITING).update(state=state, fault=fault)


def _acting(upload: Upload, decision: Mapping[str, Any]) -> Acting:
    """Who decided, with no more than they might then and may now."""
    person = Person.objects.get(id=decision["person"])
    now = acting_for(person=person, institution=upload.institution)
    least = min(now.role, Role(decision["role"]), key=FOR_INSTITUTIONS.index)
    return Acting(now.person, now.institution, least)


def _taken(institution: UUID, upload_id: UUID, state: Upload.State) -> Upload:
    """An upload in that state, which nobody else can decide on before the transaction ends."""
    rows = Upload.objects.select_for_update()
    upload = rows.filter(id=upload_id, institution=institution, state=state).first()
    if upload is None:
        raise NotNowError
    return upload


def _confirm(
    acting: Acting, upload: Upload, without: set[str], also: set[str], *, confirmed: bool
) -> Written:
    actor = acting.require(Role.EDITOR)
    reason = _("from %(name)s") % {"name": upload.name}
    done = Written([], [])
    revisions: dict[UUID, int] = {}
    total = sum(upload.counts.values())
    drafts = _drafts(upload, without, also, lambda rows: progress_say(upload.id, rows, total))
    with unsearched(), confirming(every=confirmed, person=acting.person):
        while some := list(islice(drafts, CHUNK)):
            part = revisions_write_or_hold(actor=actor, drafts=some, via="workbook", reason=reason)
            done.written.extend(part.written)
            done.waiting.extend(part.waiting)
            revisions |= {draft.record_id: (draft.made_from or 0) + 1 for draft in some}
    if also:
        rows_told_apart(acting=acting, rows=_told_apart(upload, also - without))
    upload.written = [[str(key), revisions[key]] for key in done.written]
    upload.mapping["waiting"] = [str(key) for key in done.waiting]
    upload.state, upload.written_at, upload.fault = Upload.State.WRITTEN, timezone.now(), ""
    upload.save(update_fields=["written", "state", "written_at", "mapping", "fault"])
    upload.batches.update(drafts={})
    if done.waiting:
        notice_of_waiting(actor=actor, waiting=done.waiting)
    return done


def _drafts(
    upload: Upload, without: set[str], also: set[str], progress: Callable[[int], None]
) -> Iterator[Draft]:
    is_checked = upload.mapping.get("rules") == rules_digest()
    content: Content | StoredContent
    absent: set[str] = set()
    """New records that are not written: what names one of them cannot be written either."""
    rows = 0
    for batch in upload.batches.order_by("number").iterator(chunk_size=4):
        worst = _worst(batch.rows)
        absent |= {key for key, status in worst.items() if status is Status.REFUSED}
        for key, draft in batch.drafts.items():
            is_chosen = key not in without and (worst[key] in WRITES or key in also)
            if not is_chosen or draft["content"].get("course") in absent:
                if not draft["made_from"]:
                    absent.add(key)
                continue
            make = content_stored if is_checked else content_parse
            content = make(kind=draft["kind"], data=draft["content"])
            yield Draft(content, UUID(key), made_from=draft["made_from"])
        rows += len(batch.rows)
        progress(rows)


def _told_apart(
    upload: Upload, chosen: set[str]
) -> Iterator[tuple[str, dict[str, Any], UUID, UUID]]:
    """New records that were written although they are like another: kind, content and both ids."""
    for batch in upload.batches.order_by("number").iterator(chunk_size=4):
        for row in batch.rows:
            draft = batch.drafts.get(row["record"])
            if draft and row.get("like") and row["record"] in chosen:
                yield draft["kind"], draft["content"], UUID(row["record"]), UUID(row["like"])


def _worst(rows: Sequence[Mapping[str, Any]]) -> dict[str, Status]:
    """The status of each record: that of its row which most needs a decision."""
    found: dict[str, Status] = {}
    for row in rows:
        status = Status(row["status"])
        found[row["record"]] = max(found.get(row["record"], status), status, key=ORDER.index)
    return found


def _undo(acting: Acting, upload: Upload) -> Undone:
    actor = acting.require(Role.EDITOR)
    written = {UUID(key): number for key, number in upload.written}
    reason = _("undoing %(name)s") % {"name": upload.name}
    left = revisions_undo(
        actor=actor,
        revisions=written,
        via="undo",
        reason=reason,
        progress=lambda done: progress_say(upload.id, done, len(written)),
    )
    waiting = [UUID(key) for key in upload.mapping.get("waiting", ())]
    waiting_drop_of(institution=acting.institution, records=waiting)
    upload.state, upload.fault = Upload.State.UNDONE, ""
    upload.save(update_fields=["state", "fault"])
    return Undone(len(written) - len(left), left)
